import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { File } from './file.entity.js';
import { Source } from '../source/source.entity.js';

@Index({ properties: ['sourceId'] })
@Entity({ tableName: 'extract_source' })
export class FileSource extends Audited {
  @Reference(() => File, 'extract_id', { primary: true })
  fileId!: number;

  @Reference(() => Source, 'source_id', { primary: true })
  sourceId!: number;
}

import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { Extract } from './file.entity.js';
import { Source } from '../source/source.entity.js';

@Index({ properties: ['sourceId'] })
@Entity({ tableName: 'extract_source' })
export class ExtractSource extends Audited {
  @Reference(() => Extract, 'extract_id', { primary: true })
  extractId!: number;

  @Reference(() => Source, 'source_id', { primary: true })
  sourceId!: number;
}

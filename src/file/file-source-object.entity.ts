import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { File } from './file.entity.js';
import { SourceObject } from '../source/source-object.entity.js';

@Index({ properties: ['objectId'] })
@Entity({ tableName: 'extract_source_object' })
export class FileSourceObject extends Audited {
  @Reference(() => File, 'extract_id', { primary: true })
  fileId!: number;

  @Reference(() => SourceObject, 'source_object_id', { primary: true })
  objectId!: number;
}

import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { Extract } from './file.entity.js';
import { SourceObject } from '../source/source-object.entity.js';

@Index({ properties: ['objectId'] })
@Entity({ tableName: 'extract_source_object' })
export class ExtractSourceObject extends Audited {
  @Reference(() => Extract, 'extract_id', { primary: true })
  extractId!: number;

  @Reference(() => SourceObject, 'source_object_id', { primary: true })
  objectId!: number;
}

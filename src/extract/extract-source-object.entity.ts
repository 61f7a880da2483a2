import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/columns.js';
import { Audited } from '../platform/node.js';
import { Extract } from './extract.entity.js';
import { SourceObject } from '../source/source-object.entity.js';

@Index({ properties: ['objectId'] })
@Entity({ tableName: 'extract_source_object' })
export class ExtractSourceObject extends Audited {
  @Reference(() => Extract, 'extract_id', { primary: true })
  extractId!: number;

  @Reference(() => SourceObject, 'source_object_id', { primary: true })
  objectId!: number;
}

import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { TextKey } from '../platform/entity/text-key.js';
import { SourceObject } from './source-object.entity.js';
import { Source } from './source.entity.js';

/** Another name under which an object is known, in the same source or in another. */
@Index({ properties: ['objectId'] })
@Entity({ tableName: 'source_object_alias' })
export class SourceObjectAlias {
  @Reference(() => Source, 'source_id', { primary: true, onDelete: 'cascade' })
  sourceId!: number;

  @TextKey('name')
  name!: string;

  @Reference(() => SourceObject, 'source_object_id', { onDelete: 'cascade' })
  objectId!: number;
}

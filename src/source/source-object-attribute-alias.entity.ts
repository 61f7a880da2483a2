import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { TextKey } from '../platform/entity/text-key.js';
import { SourceObjectAttribute } from './source-object-attribute.entity.js';
import { SourceObject } from './source-object.entity.js';

/** A name that an attribute had before, within its object. */
@Index({ properties: ['attributeId'] })
@Entity({ tableName: 'source_object_attribute_alias' })
export class SourceObjectAttributeAlias {
  @Reference(() => SourceObject, 'source_object_id', { primary: true, onDelete: 'cascade' })
  objectId!: number;

  @TextKey('name')
  name!: string;

  @Reference(() => SourceObjectAttribute, 'source_object_attribute_id', { onDelete: 'cascade' })
  attributeId!: number;
}

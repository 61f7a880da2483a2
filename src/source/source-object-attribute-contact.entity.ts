import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Contact } from '../contact/contact.entity.js';
import { Reference } from '../platform/entity/columns.js';
import { TextKey } from '../platform/entity/text-key.js';
import { SourceObjectAttribute } from './source-object-attribute.entity.js';

/** A contact of an attribute and what for; the empty role says just that it is one. */
@Index({ properties: ['contactId'] })
@Entity({ tableName: 'source_object_attribute_contact' })
export class SourceObjectAttributeContact {
  @Reference(() => SourceObjectAttribute, 'source_object_attribute_id', { primary: true, onDelete: 'cascade' })
  attributeId!: number;

  @Reference(() => Contact, 'contact_id', { primary: true, onDelete: 'cascade' })
  contactId!: number;

  @TextKey('role', { default: "''" })
  role!: string;
}

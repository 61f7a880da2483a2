import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Contact } from '../contact/contact.entity.js';
import { Reference } from '../platform/entity/columns.js';
import { TextKey } from '../platform/entity/text-key.js';
import { SourceObject } from './source-object.entity.js';

/** A contact of an object and what for; the empty role says just that it is one. */
@Index({ properties: ['contactId'] })
@Entity({ tableName: 'source_object_contact' })
export class SourceObjectContact {
  @Reference(() => SourceObject, 'source_object_id', { primary: true, onDelete: 'cascade' })
  objectId!: number;

  @Reference(() => Contact, 'contact_id', { primary: true, onDelete: 'cascade' })
  contactId!: number;

  @TextKey('role', { default: "''" })
  role!: string;
}

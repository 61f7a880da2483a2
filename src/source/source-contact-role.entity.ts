import { Entity, ManyToOne } from '@mikro-orm/decorators/legacy';
import { TextKey } from '../platform/entity/text-key.js';
import { SourceContact } from './source-contact.entity.js';

/** What a contact of a source is there for. The link itself stays one row a contact, as ProcessTracker's clients expect. */
@Entity({ tableName: 'source_contact_role' })
export class SourceContactRole {
  @ManyToOne({
    entity: () => SourceContact,
    fieldNames: ['source_id', 'contact_id'],
    mapToPk: true,
    primary: true,
    deleteRule: 'cascade',
    updateRule: 'no action',
  })
  link!: [sourceId: number, contactId: number];

  @TextKey('role')
  role!: string;
}

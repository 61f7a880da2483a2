import { Entity, ManyToOne } from '@mikro-orm/decorators/legacy';
import { TextKey } from '../platform/entity/text-key.js';
import { ProcessContact } from './process-contact.entity.js';

/** What a contact of a process is there for. The link itself stays one row a contact, as ProcessTracker's clients expect. */
@Entity({ tableName: 'process_contact_role' })
export class ProcessContactRole {
  @ManyToOne({
    entity: () => ProcessContact,
    fieldNames: ['process_id', 'contact_id'],
    mapToPk: true,
    primary: true,
    deleteRule: 'cascade',
    updateRule: 'no action',
  })
  link!: [processId: number, contactId: number];

  @TextKey('role')
  role!: string;
}

import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { Process } from './process.entity.js';
import { Contact } from '../contact/contact.entity.js';

@Index({ properties: ['contactId'] })
@Entity({ tableName: 'process_contact' })
export class ProcessContact extends Audited {
  @Reference(() => Process, 'process_id', { primary: true })
  processId!: number;

  @Reference(() => Contact, 'contact_id', { primary: true })
  contactId!: number;
}

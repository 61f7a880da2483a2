import { Contact } from '../contact/contact.entity.js';
import { listField } from '../platform/read/fields.js';
import { Process } from '../process/process.entity.js';

/** The processes that a contact answers for: the other side of the contacts of processes. */
export const contactProcesses = listField(
  Contact,
  'processes',
  Process,
  'The processes that it is a contact of by name; those of the sources and objects that it answers for are not among them. Ordered by name.',
  {
    name: 'Contact.processes',
    entity: Process,
    from: 'process_contact l join process t on t.process_id = l.process_id',
    parent: 'l.contact_id',
    order: ['name', 'id'],
  },
);

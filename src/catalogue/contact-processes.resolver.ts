import { Contact } from '../contact/contact.entity.js';
import { listField } from '../platform/read/fields.js';
import { Process } from '../process/process.entity.js';

/** The processes that a contact answers for: the other side of the contacts of processes. */
export const contactProcesses = listField(
  Contact,
  'processes',
  Process,
  'The processes of which it is a contact itself, ordered by name. Processes that only use its sources or objects are not included.',
  {
    name: 'Contact.processes',
    entity: Process,
    from: 'process_contact l join process t on t.process_id = l.process_id',
    parent: 'l.contact_id',
    order: ['name', 'id'],
  },
);

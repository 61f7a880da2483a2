import { Text } from '../platform/entity/columns.js';
import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const Contact = lookupEntity({
  name: 'Contact',
  table: 'contact_lkup',
  key: 'contact_id',
  label: 'contact_name',
  doc: 'A person or team responsible for a process, a source, an object or an attribute.',
  extra: {
    email: Text('contact_email', { nullable: true, doc: 'E-mail address. Several contacts may share one.' }),
    phone: Text('contact_phone', { nullable: true, doc: 'Phone number.' }),
    chat: Text('contact_chat', { nullable: true, doc: 'Address in a chat system, such as a channel.' }),
    pager: Text('contact_pager', { nullable: true, doc: 'Address of the pager or of the alerting service for urgent calls.' }),
    url: Text('contact_url', { nullable: true, doc: 'Web address, such as the page of the team or its schedule of calls.' }),
  },
});
export type Contact = InstanceType<typeof Contact>;

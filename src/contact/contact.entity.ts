import { Text } from '../platform/entity/columns.js';
import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const Contact = lookupEntity({
  name: 'Contact',
  table: 'contact_lkup',
  key: 'contact_id',
  label: 'contact_name',
  doc: 'A person or team responsible for a process, a source, an object or an attribute.',
  extra: {
    email: Text('contact_email', { nullable: true, doc: 'Address to write to. No two contacts share one.' }),
  },
  unique: ['email'],
});
export type Contact = InstanceType<typeof Contact>;

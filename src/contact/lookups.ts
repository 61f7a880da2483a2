import { lookup } from '../platform/lookup.js';
import { Contact } from './contact.entity.js';

export const contactLookups = lookup({
  entity: Contact,
  plural: 'contacts',
  noun: 'a contact',
  fields: [{ property: 'email', doc: 'Address to write to. No two contacts share one.' }],
});

import { namedRecord } from '../platform/write/lookup.js';
import { Name } from '../platform/entity/text.js';
import { Contact } from './contact.entity.js';
import { ContactRef } from './contact-refs.js';

export const contactLookups = namedRecord(
  {
    entity: Contact,
    plural: 'contacts',
    noun: 'a contact',
    fields: [{ property: 'email', type: () => Name, doc: 'Address to write to, not empty. No two contacts share one.' }],
  },
  ContactRef,
);

import { checkWebAddress, checkWithoutSecrets } from '../platform/checks.js';
import { namedRecord } from '../platform/write/lookup.js';
import { Name } from '../platform/entity/text.js';
import { Contact } from './contact.entity.js';
import { ContactRef } from './contact-refs.js';

export const contactLookups = namedRecord(
  {
    entity: Contact,
    plural: 'contacts',
    noun: 'a contact',
    fields: [
      { property: 'email', type: () => Name, doc: 'E-mail address, not empty. Several contacts may share one.' },
      { property: 'phone', type: () => Name, doc: 'Phone number, not empty.' },
      {
        property: 'chat',
        type: () => Name,
        doc: 'Address in a chat system, such as a channel, not empty, without passwords and keys.',
        check: checkWithoutSecrets,
      },
      {
        property: 'pager',
        type: () => Name,
        doc: 'Address of the pager or of the alerting service for urgent calls, not empty, without passwords and keys.',
        check: checkWithoutSecrets,
      },
      { property: 'url', type: () => Name, doc: 'Web address, such as the page of the team, http or https.', check: checkWebAddress },
    ],
  },
  ContactRef,
);

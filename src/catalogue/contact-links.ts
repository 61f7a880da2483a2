import { Contact } from '../contact/contact.entity.js';
import type { Tx } from '../platform/database.js';
import { notFound } from '../platform/errors.js';
import { decodeId, idOf } from '../platform/entity/ids.js';
import { lockNamed } from '../platform/write/lookup.js';

/**
 * Where contacts are linked. ProcessTracker's two link tables hold one row a contact, with our roles in a table below;
 * at objects and attributes, which it does not know, each row carries its role ('' where none was said).
 */
const places = {
  Process: { table: 'process', key: 'process_id', link: 'process_contact', roles: 'process_contact_role' },
  Source: { table: 'source_lkup', key: 'source_id', link: 'source_contact', roles: 'source_contact_role' },
  SourceObject: { table: 'source_object_lkup', key: 'source_object_id', link: 'source_object_contact', roles: undefined },
  SourceObjectAttribute: {
    table: 'source_object_attribute_lkup',
    key: 'source_object_attribute_id',
    link: 'source_object_attribute_contact',
    roles: undefined,
  },
} as const;

/** Types that a contact can be linked to. */
const contactSubjects = ['Process', 'Source', 'SourceObject', 'SourceObjectAttribute'] as const satisfies readonly (keyof typeof places)[];

export interface ContactLinkRequest {
  /** Global id of what the contact answers for. */
  subject: string;
  /** Name of the contact. */
  contact: string;
  role?: string | null;
}

export interface ContactLinkResult {
  type: keyof typeof places;
  id: number;
  contactId: number;
  changed: boolean;
}

async function locate(tx: Tx, input: ContactLinkRequest) {
  const id = idOf(input.subject, contactSubjects, 'input.subject');
  const type = contactSubjects.find((each) => each === decodeId(input.subject).type)!;
  const place = places[type];
  const [known] = await tx.query(`select from ${place.table} where ${place.key} = $1 for key share`, [id]);
  if (!known) throw notFound(`There is no ${type} with this id.`, { argument: 'input.subject', value: input.subject });
  const contact = await lockNamed(tx, Contact, { name: input.contact }, 'input.contact', 'key share');
  return { ...place, type, id, contactId: contact.id };
}

/** Links a contact to a process, source, object or attribute, with a role if one is given. Doing it again changes nothing. */
export async function linkContact(tx: Tx, input: ContactLinkRequest): Promise<ContactLinkResult> {
  const { type, id, contactId, key, link, roles } = await locate(tx, input);
  const role = input.role ?? '';
  const made: object[] = [];
  if (roles) {
    made.push(
      ...(await tx.query(`insert into ${link} (${key}, contact_id) values ($1, $2) on conflict do nothing returning 1 as made`, [
        id,
        contactId,
      ])),
    );
    if (role)
      made.push(
        ...(await tx.query(
          `insert into ${roles} (${key}, contact_id, role) values ($1, $2, $3) on conflict do nothing returning 1 as made`,
          [id, contactId, role],
        )),
      );
  } else {
    made.push(
      ...(await tx.query(`insert into ${link} (${key}, contact_id, role) values ($1, $2, $3) on conflict do nothing returning 1 as made`, [
        id,
        contactId,
        role,
      ])),
    );
  }
  return { type, id, contactId, changed: made.length > 0 };
}

/** Takes a role from a contact, or, without a role, the link with all its roles. What is not there is no error: nothing has changed. */
export async function unlinkContact(tx: Tx, input: ContactLinkRequest): Promise<ContactLinkResult> {
  const { type, id, contactId, key, link, roles } = await locate(tx, input);
  const gone = input.role
    ? await tx.query(`delete from ${roles ?? link} where ${key} = $1 and contact_id = $2 and role = $3 returning 1 as gone`, [
        id,
        contactId,
        input.role,
      ])
    : await tx.query(`delete from ${link} where ${key} = $1 and contact_id = $2 returning 1 as gone`, [id, contactId]);
  return { type, id, contactId, changed: gone.length > 0 };
}

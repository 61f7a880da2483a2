import { contactRefs } from '../contact/contact-refs.js';
import type { Tx } from '../platform/database.js';
import { decodeId, idOf } from '../platform/entity/ids.js';
import { referenceTo } from '../platform/entity/rows.js';
import type { Named } from '../platform/read/naming.js';
import { namedRefs, resolveRef } from '../platform/read/references.js';
import { deleteRows, insertLink, type Values } from '../platform/write/entities.js';
import { ProcessContactRole } from '../process/process-contact-role.entity.js';
import { ProcessContact } from '../process/process-contact.entity.js';
import { processNaming } from '../process/process-naming.js';
import { SourceContactRole } from '../source/source-contact-role.entity.js';
import { SourceContact } from '../source/source-contact.entity.js';
import { attributeNaming, objectNaming, sourceNaming } from '../source/source-naming.js';
import { SourceObjectAttributeContact } from '../source/source-object-attribute-contact.entity.js';
import { SourceObjectContact } from '../source/source-object-contact.entity.js';

/**
 * Where contacts are linked. ProcessTracker's two link tables hold one row a contact, with our roles in a table below, whose key is one of several
 * columns; at objects and attributes, which it does not know, each row carries its role ('' where none was said).
 */
const places = {
  Process: { naming: processNaming, link: ProcessContact, roles: { entity: ProcessContactRole, column: 'process_id' } },
  Source: { naming: sourceNaming, link: SourceContact, roles: { entity: SourceContactRole, column: 'source_id' } },
  SourceObject: { naming: objectNaming, link: SourceObjectContact, roles: undefined },
  SourceObjectAttribute: { naming: attributeNaming, link: SourceObjectAttributeContact, roles: undefined },
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

/** The rows of a link: as such, and with a role. */
async function locate(tx: Tx, input: ContactLinkRequest) {
  idOf(input.subject, contactSubjects, 'input.subject');
  const type = contactSubjects.find((each) => each === decodeId(input.subject).type)!;
  const { naming, link, roles } = places[type];
  const { id } = await resolveRef(tx, namedRefs<Named>(naming), { id: input.subject }, { at: () => 'input.subject', lock: 'key share' });
  const { id: contactId } = await resolveRef(tx, contactRefs, { name: input.contact }, { at: () => 'input.contact', lock: 'key share' });
  const values: Values<object> = { [referenceTo(naming.entity, link)]: id, contactId };
  const withRole: Values<object> = roles
    ? { [roles.column]: id, contact_id: contactId, role: input.role }
    : { ...values, role: input.role ?? '' };
  return { answer: { type, id, contactId }, link, values, role: { entity: roles?.entity ?? link, values: withRole } };
}

/** Links a contact to a process, source, object or attribute, with a role if one is given. Doing it again changes nothing. */
export async function linkContact(tx: Tx, input: ContactLinkRequest): Promise<ContactLinkResult> {
  const { answer, link, values, role } = await locate(tx, input);
  // Where a role is a row of its own, it is below the link.
  const linked = role.entity !== link && (await insertLink<object>(tx, link, values));
  const withRole = (role.entity === link || !!input.role) && (await insertLink<object>(tx, role.entity, role.values));
  return { ...answer, changed: linked || withRole };
}

/** Takes a role from a contact, or, without a role, the link with all its roles. What is not there is no error: nothing has changed. */
export async function unlinkContact(tx: Tx, input: ContactLinkRequest): Promise<ContactLinkResult> {
  const { answer, link, values, role } = await locate(tx, input);
  const gone = input.role ? await deleteRows<object>(tx, role.entity, role.values) : await deleteRows<object>(tx, link, values);
  return { ...answer, changed: gone > 0 };
}

import { contactRefs } from '../contact/contact-refs.js';
import type { Tx } from '../platform/database.js';
import type { EntityClass } from '../platform/entity/rows.js';
import { referenceTo } from '../platform/entity/rows.js';
import { below, resolveRef, type NamedRef } from '../platform/read/references.js';
import { anyEntityIn, deleteRows, insertLink, type Values } from '../platform/write/entities.js';
import type { RecordKind } from '../platform/write/record-kind.js';
import { lockSubject } from '../platform/write/subject.js';
import { ProcessContactRole } from '../process/process-contact-role.entity.js';
import { ProcessContact } from '../process/process-contact.entity.js';
import { processKind } from '../process/process-kind.js';
import { SourceContactRole } from '../source/source-contact-role.entity.js';
import { SourceContact } from '../source/source-contact.entity.js';
import { attributeKind, objectKind, sourceKind } from '../source/source-kinds.js';
import { SourceObjectAttributeContact } from '../source/source-object-attribute-contact.entity.js';
import { SourceObjectContact } from '../source/source-object-contact.entity.js';
import type { SubjectRef } from './subject-ref.input.js';

interface Place extends RecordKind {
  link: EntityClass;
  roles?: { entity: EntityClass; column: string };
}

/**
 * Where contacts are linked. ProcessTracker's two link tables hold one row a contact, with our roles in a table below, whose key is one of several
 * columns; at objects and attributes, which it does not know, each row carries its role ('' without one).
 */
export const contactPlaces: readonly Place[] = [
  { ...processKind, link: ProcessContact, roles: { entity: ProcessContactRole, column: 'process_id' } },
  { ...sourceKind, link: SourceContact, roles: { entity: SourceContactRole, column: 'source_id' } },
  { ...objectKind, link: SourceObjectContact },
  { ...attributeKind, link: SourceObjectAttributeContact },
];

export interface ContactLinkRequest {
  subject: SubjectRef;
  contact: NamedRef;
  role?: string | null;
}

export interface ContactLinkResult {
  type: string;
  id: number;
  contactId: number;
  changed: boolean;
}

/** The rows of a link: as such, and with a role. Calls about the links of one subject wait for each other: which role is the last is seen by one. */
async function locate(tx: Tx, { subject, contact, role }: ContactLinkRequest) {
  const { kind, row } = await lockSubject(tx, contactPlaces, subject, 'input.subject', 'no key update');
  const { naming, link, roles } = kind;
  const { id: contactId } = await resolveRef(tx, contactRefs, contact, { at: below('input.contact'), lock: 'key share' });
  const values: Values<object> = { [referenceTo(naming.entity, link)]: row.id, contactId };
  const withRole: Values<object> = roles ? { [roles.column]: row.id, contact_id: contactId, role } : { ...values, role: role ?? '' };
  return {
    answer: { type: naming.entity.name, id: row.id, contactId },
    link,
    values,
    role: { entity: roles?.entity ?? link, values: withRole },
  };
}

/** Whether there is a link, in whatever role. */
async function isLinked(tx: Tx, link: EntityClass, values: Values<object>): Promise<boolean> {
  const links = anyEntityIn(tx).selectFrom(link.name).select('role');
  return !!(await links
    .where((eb) => eb.and(values))
    .limit(1)
    .executeTakeFirst());
}

/** Links a contact to a process, source, object or attribute, with a role if one is given. Doing it again changes nothing. */
export async function linkContact(tx: Tx, input: ContactLinkRequest): Promise<ContactLinkResult> {
  const { answer, link, values, role } = await locate(tx, input);
  // Where each role is a row, a link with a role needs none without.
  if (role.entity === link && !input.role && (await isLinked(tx, link, values))) return { ...answer, changed: false };
  // Where a role is a row of its own, it is below the link.
  const linked = role.entity !== link && (await insertLink<object>(tx, link, values));
  const withRole = (role.entity === link || !!input.role) && (await insertLink<object>(tx, role.entity, role.values));
  return { ...answer, changed: linked || withRole };
}

/** Whether the link has a role; `values` are those of one that it may have had. */
async function hasRole(tx: Tx, entity: EntityClass, { role: _, ...link }: Values<object>): Promise<boolean> {
  const roles = anyEntityIn(tx).selectFrom(entity.name).select('role').where('role', '<>', '');
  return !!(await roles.where((eb) => eb.and(link)).executeTakeFirst());
}

/**
 * Takes a role from a contact, and with its last role the link; or, without a role, the link with all its roles. What is not there is no error:
 * nothing has changed.
 */
export async function unlinkContact(tx: Tx, input: ContactLinkRequest): Promise<ContactLinkResult> {
  const { answer, link, values, role } = await locate(tx, input);
  if (!input.role) return { ...answer, changed: (await deleteRows<object>(tx, link, values)) > 0 };
  const changed = (await deleteRows<object>(tx, role.entity, role.values)) > 0;
  if (changed && !(await hasRole(tx, role.entity, role.values))) await deleteRows<object>(tx, link, values);
  return { ...answer, changed };
}

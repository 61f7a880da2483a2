import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, Field, FieldResolver, Info, ObjectType, registerEnumType, Resolver, Root } from 'type-graphql';
import { Contact } from '../contact/contact.entity.js';
import type { Row } from '../platform/entity/node.js';
import type { Context } from '../platform/read/context.js';
import { filterByAny, filterByChoice, filterByInside } from '../platform/read/filters.js';
import { textsSql } from '../platform/read/values.js';
import { listField } from '../platform/read/fields.js';
import type { ListSource } from '../platform/read/paging.js';
import { Process } from '../process/process.entity.js';
import { SourceObjectAttribute } from '../source/source-object-attribute.entity.js';
import { SourceObject } from '../source/source-object.entity.js';
import { Source } from '../source/source.entity.js';

@ObjectType({ description: 'A contact of a record, with its roles.' })
class ContactLink {
  @Field(() => Contact, { description: 'The contact.' }) contact!: Row<Contact>;
  @Field(() => [String], { description: 'Its roles, ordered by name; empty if it has none.' }) roles!: string[];
}

/** The row of a contact link is the contact's own, with the roles beside it. */
@Resolver(() => ContactLink)
class ContactLinkResolver {
  @FieldResolver()
  contact(@Root() row: Row<Contact>): Row<Contact> {
    return row;
  }
}
filterByInside(ContactLink, 'contact', Contact);
filterByAny(ContactLink, 'role', 'l.roles', 'One of its roles meets these conditions; `isNull`: whether it has no role.');

enum ContactOrigin {
  PROCESS = 'PROCESS',
  SOURCE = 'SOURCE',
  TARGET = 'TARGET',
}
registerEnumType(ContactOrigin, {
  name: 'ContactOrigin',
  description: 'The reason why a contact is responsible for a process.',
  valuesConfig: {
    PROCESS: { description: 'It is a contact of the process itself.' },
    SOURCE: { description: 'It is a contact of a source or object that the process reads.' },
    TARGET: { description: 'It is a contact of a source or object that the process writes.' },
  },
});

@ObjectType({ description: 'A contact of a process, with its origin. A contact is listed once for each origin.' })
class ProcessContact {
  @Field(() => Contact, { description: 'The contact.' }) contact!: Row<Contact>;
  @Field(() => ContactOrigin, { description: 'The reason why it is responsible for the process.' }) origin!: ContactOrigin;
  @Field(() => [String], { description: 'Its roles, ordered by name; empty if it has none.' }) roles!: string[];
  @Field(() => Source, {
    nullable: true,
    description: 'The source, read or written, of which it is a contact; null for a contact of the process itself.',
  })
  source!: Row<Source> | null;
  @Field(() => SourceObject, {
    nullable: true,
    description: 'The object of that source of which it is a contact; null for a contact of the whole source.',
  })
  object!: Row<SourceObject> | null;
}

filterByInside(ProcessContact, 'contact', Contact);
filterByAny(ProcessContact, 'role', 'l.roles', 'One of its roles meets these conditions; `isNull`: whether it has no role.');
filterByChoice(ProcessContact, 'origin', ContactOrigin, (origins) => `l.origin in (${textsSql(origins)})`);

type ProcessContactRow = Row<Contact> & { sourceId: number; objectId: number };

@Resolver(() => ProcessContact)
class ProcessContactResolver {
  @FieldResolver()
  contact(@Root() row: ProcessContactRow): Row<Contact> {
    return row;
  }
  @FieldResolver()
  source(@Root() row: ProcessContactRow, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Source> | null> {
    return ctx.load(Source, row.sourceId || null, info);
  }
  @FieldResolver()
  object(@Root() row: ProcessContactRow, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<SourceObject> | null> {
    return ctx.load(SourceObject, row.objectId || null, info);
  }
}

/** Who answers for a process: its own contacts, and those of what it reads and writes, the objects' under their source. */
const contactsOf = (links: string, kind: string, source: string, objects: string, object: string) => `
  select l.process_id, c.contact_id, '${kind}', c.source_id, 0,
    array(
      select role
      from source_contact_role r
      where r.source_id = c.source_id and r.contact_id = c.contact_id
      order by role)
  from ${links} l
  join source_contact c on c.source_id = l.${source}
  union all
  select l.process_id, c.contact_id, '${kind}', o.source_id, o.source_object_id,
    coalesce(array_agg(c.role order by c.role) filter (where c.role <> ''), '{}')
  from ${objects} l
  join source_object_lkup o on o.source_object_id = l.${object}
  join source_object_contact c on c.source_object_id = o.source_object_id
    group by 1, 2, 3, 4, 5`;

const processContacts: ListSource = {
  name: 'Process.contacts',
  entity: Contact,
  from: `(
  select c.process_id, c.contact_id, 'PROCESS' as origin, 0 as source_id, 0 as object_id,
    array(select role from process_contact_role r where r.process_id = c.process_id and r.contact_id = c.contact_id order by role) as roles
    from process_contact c
  union all ${contactsOf('process_source', 'SOURCE', 'source_id', 'process_source_object', 'source_object_id')}
  union all ${contactsOf('process_target', 'TARGET', 'target_source_id', 'process_target_object', 'target_object_id')}
) l join contact_lkup t on t.contact_id = l.contact_id`,
  parent: 'l.process_id',
  order: ['origin', 'name', 'sourceId', 'objectId', 'id'],
  extra: {
    origin: { sql: 'l.origin', cast: 'text' },
    sourceId: { sql: 'l.source_id', cast: 'int' },
    objectId: { sql: 'l.object_id', cast: 'int' },
    roles: { sql: 'l.roles' },
  },
  inside: 'contact',
  filteredAs: ProcessContact,
};

/** The contacts linked by a table with a role in each row. */
const linkedContacts = (table: string, column: string): ListSource => ({
  name: `${table}.name`,
  entity: Contact,
  from: `(select ${column}, contact_id, coalesce(array_agg(role order by role) filter (where role <> ''), '{}') as roles from ${table} group by 1, 2) l join contact_lkup t on t.contact_id = l.contact_id`,
  parent: `l.${column}`,
  order: ['name', 'id'],
  extra: { roles: { sql: 'l.roles' } },
  inside: 'contact',
  filteredAs: ContactLink,
});

/** Contacts of processes, sources, objects and attributes. */
export const contacts = [
  ProcessContactResolver,
  ContactLinkResolver,
  ...listField(
    Process,
    'contacts',
    ProcessContact,
    'Its contacts: its own first, then those of the sources and objects that it reads and writes.',
    processContacts,
  ),
  ...listField(Source, 'contacts', ContactLink, 'Its contacts, ordered by name.', {
    name: 'Source.contacts',
    entity: Contact,
    from: `(
      select c.source_id, c.contact_id,
        array(select role from source_contact_role r where r.source_id = c.source_id and r.contact_id = c.contact_id order by role) as roles
      from source_contact c
    ) l join contact_lkup t on t.contact_id = l.contact_id`,
    parent: 'l.source_id',
    order: ['name', 'id'],
    extra: { roles: { sql: 'l.roles' } },
    inside: 'contact',
    filteredAs: ContactLink,
  }),
  ...listField(
    SourceObject,
    'contacts',
    ContactLink,
    'Its contacts, ordered by name.',
    linkedContacts('source_object_contact', 'source_object_id'),
  ),
  ...listField(
    SourceObjectAttribute,
    'contacts',
    ContactLink,
    'Its contacts, ordered by name.',
    linkedContacts('source_object_attribute_contact', 'source_object_attribute_id'),
  ),
];

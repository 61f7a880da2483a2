import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Int, Query, Resolver } from 'type-graphql';
import type { Context } from '../platform/context.js';
import { listField, listQuery, referenceField } from '../platform/fields.js';
import type { Row } from '../platform/node.js';
import { idByName } from '../platform/naming.js';
import type { ListSource } from '../platform/paging.js';
import { findRow } from '../platform/find-row.js';
import { Name } from '../platform/text.js';
import { Contact } from '../contact/contact.entity.js';
import { CharacterSet } from './character-set.entity.js';
import { ContactLink, ContactLinkResolver } from './contact-link.type.js';
import { DataType } from './data-type.entity.js';
import { objectNaming, sourceNaming } from './source-naming.service.js';
import { SourceObjectAttribute } from './source-object-attribute.entity.js';
import { SourceObject } from './source-object.entity.js';
import { SourceType } from './source-type.entity.js';
import { Source } from './source.entity.js';

const sources: ListSource = { name: 'Source.name', entity: Source, order: ['name', 'id'], retirable: true };
const objects: ListSource = {
  name: 'SourceObject.name',
  entity: SourceObject,
  order: ['name', 'id'],
  where: 't.source_object_name is not null',
  retirable: true,
};
const attributes: ListSource = {
  name: 'SourceObjectAttribute.name',
  entity: SourceObjectAttribute,
  order: ['name', 'id'],
  retirable: true,
};

@Resolver()
class SourceQueries {
  @Query(() => Source, { nullable: true, description: 'The source with this name or number, or null.' })
  source(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('name', () => Name, { nullable: true, description: 'Its name, exactly.' }) name?: string,
    @Arg('trackingId', () => Int, { nullable: true, description: "ProcessTracker's number of it." }) id?: number,
  ): Promise<Row | null> {
    return findRow(ctx, info, Source, { name, id }, { name: { sql: `t.source_id = ${idByName(sourceNaming)}` } });
  }

  @Query(() => SourceObject, { nullable: true, description: 'The object with this name in this source, or with this number; or null.' })
  sourceObject(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('source', () => Name, { nullable: true, description: 'Name of the source.' }) source?: string,
    @Arg('name', () => Name, { nullable: true, description: 'Name of the object in the source.' }) name?: string,
    @Arg('trackingId', () => Int, { nullable: true, description: "ProcessTracker's number of it." }) id?: number,
  ): Promise<Row | null> {
    return findRow(
      ctx,
      info,
      SourceObject,
      { 'source and name': [source, name], id },
      {
        'source and name': {
          sql: `t.source_object_id = ${idByName(objectNaming)}`,
        },
      },
    );
  }
}

/** The contacts linked by a table with a role in each row. */
const linkedContacts = (table: string, column: string): ListSource => ({
  name: `${table}.name`,
  entity: Contact,
  from: `(select ${column}, contact_id, coalesce(array_agg(role order by role) filter (where role <> ''), '{}') as roles from ${table} group by 1, 2) l join contact_lkup t on t.contact_id = l.contact_id`,
  parent: `l.${column}`,
  order: ['name', 'id'],
  extra: { roles: { sql: 'l.roles' } },
  inside: 'contact',
});

export const sourceResolvers = [
  SourceQueries,
  ContactLinkResolver,
  ...listQuery('sources', Source, 'All sources, ordered by name.', sources),
  ...listQuery('sourceObjects', SourceObject, 'All objects of all sources, ordered by name.', objects),
  ...listQuery('sourceObjectAttributes', SourceObjectAttribute, 'All attributes of all objects, ordered by name.', attributes),
  referenceField(Source, 'type', 'typeId', SourceType, 'What kind of source it is.'),
  referenceField(Source, 'characterSet', 'characterSetId', CharacterSet, 'Character set of its text, where it was said.'),
  ...listField(Source, 'objects', SourceObject, 'Its objects, ordered by name.', {
    ...objects,
    name: 'Source.objects',
    parent: 't.source_id',
  }),
  ...listField(Source, 'contacts', ContactLink, 'Whom to call about it, ordered by name.', {
    name: 'Source.contacts',
    entity: Contact,
    from: 'source_contact l join contact_lkup t on t.contact_id = l.contact_id',
    parent: 'l.source_id',
    order: ['name', 'id'],
    extra: {
      roles: {
        sql: `array(select role from source_contact_role r where r.source_id = l.source_id and r.contact_id = l.contact_id order by role)`,
      },
    },
    inside: 'contact',
  }),
  referenceField(SourceObject, 'source', 'sourceId', Source, 'The source that it lies in.', false),
  referenceField(SourceObject, 'characterSet', 'characterSetId', CharacterSet, 'Character set of its text, where it was said.'),
  ...listField(
    SourceObject,
    'attributes',
    SourceObjectAttribute,
    'Its attributes, ordered by their place where it is known, then by name.',
    {
      name: 'SourceObject.attributes',
      entity: SourceObjectAttribute,
      parent: 't.source_object_id',
      order: ['place', 'name', 'id'],
      extra: { place: { sql: 'coalesce(t.ordinal, 2147483647)', cast: 'int' } },
      retirable: true,
    },
  ),
  ...listField(
    SourceObject,
    'contacts',
    ContactLink,
    'Whom to call about it, ordered by name.',
    linkedContacts('source_object_contact', 'source_object_id'),
  ),
  referenceField(SourceObjectAttribute, 'object', 'objectId', SourceObject, 'The object that it belongs to.'),
  referenceField(SourceObjectAttribute, 'dataType', 'dataTypeId', DataType, 'Its data type, where it was said.'),
  ...listField(
    SourceObjectAttribute,
    'contacts',
    ContactLink,
    'Whom to call about it, ordered by name.',
    linkedContacts('source_object_attribute_contact', 'source_object_attribute_id'),
  ),
];

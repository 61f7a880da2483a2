import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, Int, ObjectType, Query, registerEnumType, Resolver, Root } from 'type-graphql';
import { Tool } from '../actor/tool.entity.js';
import { Contact } from '../contact/contact.entity.js';
import type { Context } from '../platform/context.js';
import { listField, listQuery, referenceField } from '../platform/fields.js';
import { findRow } from '../platform/find-row.js';
import { idByName } from '../platform/naming.js';
import type { Row } from '../platform/node.js';
import type { ListSource } from '../platform/paging.js';
import { Name } from '../platform/text.js';
import { SourceObjectAttribute } from '../source/source-object-attribute.entity.js';
import { SourceObject } from '../source/source-object.entity.js';
import { Source } from '../source/source.entity.js';
import { DatasetType } from '../dataset-type/dataset-type.entity.js';
import { processNaming } from './process-naming.service.js';
import { ProcessType } from './process-type.entity.js';
import { Process } from './process.entity.js';
import { ScheduleFrequency } from './schedule-frequency.entity.js';

@Resolver()
class ProcessQueries {
  @Query(() => Process, { nullable: true, description: 'The process with this name, reported job or number; null if there is none.' })
  process(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('name', () => Name, { nullable: true, description: 'Its name, exactly.' }) name?: string,
    @Arg('namespace', () => String, { nullable: true, description: 'Namespace of a reported job, together with `job`.' })
    namespace?: string,
    @Arg('job', () => Name, { nullable: true, description: 'Name of a reported job in its namespace.' }) job?: string,
    @Arg('trackingId', () => Int, { nullable: true, description: "ProcessTracker's number of it." }) id?: number,
  ): Promise<Row | null> {
    return findRow(
      ctx,
      info,
      Process,
      { name, 'namespace and job': [namespace, job], id },
      {
        name: { sql: `t.process_id = ${idByName(processNaming)}` },
        'namespace and job': {
          sql: `t.process_id = coalesce((select process_id from process_alias where namespace = $1 and name = $2), (select process_id from process where namespace = $1 and job_name = $2))`,
        },
      },
    );
  }
}

export enum ContactOrigin {
  PROCESS = 'PROCESS',
  SOURCE = 'SOURCE',
  TARGET = 'TARGET',
}
registerEnumType(ContactOrigin, {
  name: 'ContactOrigin',
  description: 'Why a contact answers for a process.',
  valuesConfig: {
    PROCESS: { description: 'It is a contact of the process itself.' },
    SOURCE: { description: 'It is a contact of something that the process reads.' },
    TARGET: { description: 'It is a contact of something that the process writes.' },
  },
});

@ObjectType({ description: 'A contact of a process, with where it comes from. Each contact stands once for each origin.' })
class ProcessContact {
  @Field(() => Contact, { description: 'Whom to call.' }) contact!: unknown;
  @Field(() => ContactOrigin, { description: 'Why it answers for the process.' }) origin!: ContactOrigin;
  @Field(() => [String], { description: 'The roles it has there, ordered by name; empty where none was said.' }) roles!: string[];
  @Field(() => Source, {
    nullable: true,
    description: 'The source read or written that it is a contact of; null for a contact of the process itself.',
  })
  source!: unknown;
  @Field(() => SourceObject, {
    nullable: true,
    description: 'The object of that source that it is a contact of; null where it is one of the source as a whole.',
  })
  object!: unknown;
}

type ProcessContactRow = Row & { sourceId: number; objectId: number };

@Resolver(() => ProcessContact)
class ProcessContactResolver {
  @FieldResolver()
  contact(@Root() row: ProcessContactRow): Row {
    return row;
  }
  @FieldResolver()
  source(@Root() row: ProcessContactRow, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    return ctx.load(Source, row.sourceId || null, info);
  }
  @FieldResolver()
  object(@Root() row: ProcessContactRow, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    return ctx.load(SourceObject, row.objectId || null, info);
  }
}

@ObjectType({ description: 'An attribute that a process reads or writes, and how.' })
class ProcessAttribute {
  @Field(() => SourceObjectAttribute, { description: 'The attribute.' }) attribute!: unknown;
  @Field(() => String, { nullable: true, description: 'Name under which the process reads or writes it.' }) alias!: string | null;
  @Field(() => String, { nullable: true, description: 'Expression by which the process reads or makes it.' }) expression!: string | null;
}

@Resolver(() => ProcessAttribute)
class ProcessAttributeResolver {
  @FieldResolver()
  attribute(@Root() row: Row): Row {
    return row;
  }
}

/** Who answers for a process: its own contacts, and those of what it reads and writes, the objects' under their source. */
const contactsOf = (links: string, kind: string, source: string, objects: string, object: string) => `
  select l.process_id, c.contact_id, '${kind}', c.source_id, 0, array(select role from source_contact_role r where r.source_id = c.source_id and r.contact_id = c.contact_id order by role)
    from ${links} l join source_contact c on c.source_id = l.${source}
  union all
  select l.process_id, c.contact_id, '${kind}', o.source_id, o.source_object_id, coalesce(array_agg(c.role order by c.role) filter (where c.role <> ''), '{}')
    from ${objects} l join source_object_lkup o on o.source_object_id = l.${object} join source_object_contact c on c.source_object_id = o.source_object_id
    group by 1, 2, 3, 4, 5`;

const contacts: ListSource = {
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
};

/** Rows that a link table joins to a process. */
const linked = (name: string, entity: typeof Source | typeof SourceObject, link: string, on: string): ListSource => ({
  name,
  entity,
  from: `${link} l join ${entity === Source ? 'source_lkup' : 'source_object_lkup'} t on t.${entity === Source ? 'source_id' : 'source_object_id'} = l.${on}`,
  parent: 'l.process_id',
  order: ['name', 'id'],
});

const attributes = (name: string, side: 'source' | 'target'): ListSource => ({
  name,
  entity: SourceObjectAttribute,
  from: `process_${side}_object_attribute l join source_object_attribute_lkup t on t.source_object_attribute_id = l.${side}_object_attribute_id
    left join source_object_lkup o on o.source_object_id = t.source_object_id left join source_lkup s on s.source_id = o.source_id`,
  parent: 'l.process_id',
  order: ['sourceName', 'objectName', 'name', 'id'],
  extra: {
    // Other clients may leave an attribute without an object.
    sourceName: { sql: `coalesce(s.source_name, '')`, cast: 'text' },
    objectName: { sql: `coalesce(o.source_object_name, '')`, cast: 'text' },
    alias: { sql: `l.${side}_object_attribute_alias` },
    expression: { sql: `l.${side}_object_attribute_expression` },
  },
  inside: 'attribute',
});

export const processResolvers = [
  ProcessQueries,
  ProcessContactResolver,
  ProcessAttributeResolver,
  ...listQuery(
    'processes',
    Process,
    'All processes, ordered by name if nothing else is said.',
    { name: 'Process.name', entity: Process, order: ['name', 'id'], retirable: true },
    {
      orders: { NAME: 'name', CREATED_AT: 'createdAt', UPDATED_AT: 'updatedAt', LAST_COMPLETED_AT: 'lastCompletedAt' },
      named: {
        scheduleFrequency: {
          property: 'scheduleFrequencyId',
          of: ScheduleFrequency,
          doc: 'Only those of the schedule frequency with this name; one that is not known is INVALID.',
        },
      },
    },
  ),
  referenceField(Process, 'type', 'typeId', ProcessType, 'What kind of process it is.'),
  referenceField(Process, 'tool', 'toolId', Tool, 'The tool that runs it.'),
  referenceField(Process, 'scheduleFrequency', 'scheduleFrequencyId', ScheduleFrequency, 'How often it is meant to run.', false),
  ...listField(
    Process,
    'sources',
    Source,
    'The sources that it reads, as a whole or in part, ordered by name.',
    linked('Process.sources', Source, 'process_source', 'source_id'),
  ),
  ...listField(
    Process,
    'targets',
    Source,
    'The sources that it writes, as a whole or in part, ordered by name.',
    linked('Process.targets', Source, 'process_target', 'target_source_id'),
  ),
  ...listField(
    Process,
    'sourceObjects',
    SourceObject,
    'The objects that it reads, as a whole or in part, ordered by name.',
    linked('Process.sourceObjects', SourceObject, 'process_source_object', 'source_object_id'),
  ),
  ...listField(
    Process,
    'targetObjects',
    SourceObject,
    'The objects that it writes, as a whole or in part, ordered by name.',
    linked('Process.targetObjects', SourceObject, 'process_target_object', 'target_object_id'),
  ),
  ...listField(
    Process,
    'sourceAttributes',
    ProcessAttribute,
    'The attributes that it reads, ordered by source, object and name.',
    attributes('Process.sourceAttributes', 'source'),
  ),
  ...listField(
    Process,
    'targetAttributes',
    ProcessAttribute,
    'The attributes that it writes, ordered by source, object and name.',
    attributes('Process.targetAttributes', 'target'),
  ),
  ...listField(
    Process,
    'contacts',
    ProcessContact,
    'Whom to call about it: its own contacts first, then those of what it reads and what it writes.',
    contacts,
  ),
  ...listField(Process, 'datasetTypes', DatasetType, 'Business areas or kinds of data it deals with, ordered by name.', {
    name: 'Process.datasetTypes',
    entity: DatasetType,
    from: 'process_dataset_type l join dataset_type_lkup t on t.dataset_type_id = l.dataset_type_id',
    parent: 'l.process_id',
    order: ['name', 'id'],
  }),
];

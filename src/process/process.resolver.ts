import { Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import { Tool } from '../actor/tool.entity.js';
import { listField, referenceField } from '../platform/read/fields.js';
import { finder } from '../platform/read/find-row.js';
import type { Row } from '../platform/entity/node.js';
import type { ListSource } from '../platform/read/paging.js';
import { SourceObjectAttribute } from '../source/source-object-attribute.entity.js';
import { SourceObject } from '../source/source-object.entity.js';
import { Source } from '../source/source.entity.js';
import { processRefs } from './process-naming.js';
import { ProcessRef } from './process-ref.input.js';
import { ProcessType } from './process-type.entity.js';
import { Process } from './process.entity.js';
import { ScheduleFrequency } from './schedule-frequency.entity.js';

@ObjectType({ description: 'An attribute that a process reads or writes, and how.' })
class ProcessAttribute {
  @Field(() => SourceObjectAttribute, { description: 'The attribute.' }) attribute!: Row<SourceObjectAttribute>;
  @Field(() => String, { nullable: true, description: 'Name under which the process reads or writes it.' }) alias!: string | null;
  @Field(() => String, { nullable: true, description: 'Expression by which the process reads or derives it.' }) expression!: string | null;
}

@Resolver(() => ProcessAttribute)
class ProcessAttributeResolver {
  @FieldResolver()
  attribute(@Root() row: Row<SourceObjectAttribute>): Row<SourceObjectAttribute> {
    return row;
  }
}

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
  finder('process', ProcessRef, processRefs),
  ProcessAttributeResolver,
  referenceField(Process, 'type', 'typeId', ProcessType, 'Kind of the process.'),
  referenceField(Process, 'tool', 'toolId', Tool, 'The tool that runs it.'),
  referenceField(Process, 'scheduleFrequency', 'scheduleFrequencyId', ScheduleFrequency, 'Planned frequency of its runs.', false),
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
];

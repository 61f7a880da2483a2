import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { listField, referenceField } from '../../platform/read/fields.js';
import type { Row } from '../../platform/entity/node.js';
import type { ListSource } from '../../platform/read/paging.js';
import { SourceObjectAttribute } from '../../source/source-object-attribute.entity.js';
import { FilterType } from './filter-type.entity.js';
import { conditionOrder, conditionsOf, filtersWithNames, type StoredCondition } from './process-filter-conditions.js';
import { ProcessFilterValue } from './process-filter-value.entity.js';
import { ProcessFilter } from './process-filter.entity.js';
import { AddProcessFiltersInput, RemoveProcessFiltersInput, UpdateProcessFilterInput } from '../process-filter.input.js';
import { operatorOf, operatorsDoc } from './filter-operator.js';
import { renderCondition, renderPredicate, type FilterValue } from './process-filter-predicate.js';
import { addProcessFilters, removeProcessFilters, updateProcessFilter, type PutFilter } from './process-filters.js';
import { Process } from '../process.entity.js';

/** The condition of a filter: whatever is asked of the filters of a request, it is one statement. */
const conditionOf = (ctx: Context, id: number): Promise<StoredCondition> =>
  ctx.loaders
    .get<number, StoredCondition>('ProcessFilter.condition', async (ids) => {
      const byId = new Map((await conditionsOf(ctx.db, 'process_filter_id', ids)).map((condition) => [condition.id, condition]));
      return ids.map((each) => byId.get(each) ?? new Error(`Filter ${each} went while it was read`));
    })
    .load(id);

@Resolver(() => ProcessFilter)
class ProcessFilterResolver {
  @FieldResolver(() => String, { description: `The operator: ${operatorsDoc}.` })
  async operator(@Root() { id }: Row<ProcessFilter, 'id'>, @Ctx() ctx: Context): Promise<string> {
    return operatorOf((await conditionOf(ctx, id)).code);
  }
  @FieldResolver(() => [ProcessFilterValue], {
    description:
      'The values that it compares: one, or several for the operator `in`. A list from another client is one text unless it is written as in SQL.',
  })
  async values(@Root() { id }: Row<ProcessFilter, 'id'>, @Ctx() ctx: Context): Promise<readonly FilterValue[]> {
    return (await conditionOf(ctx, id)).values;
  }
  @FieldResolver(() => String, { description: "The filter as a readable condition, such as `warehouse.teams.lg in ('AL', 'NL')`." })
  async predicate(@Root() { id }: Row<ProcessFilter, 'id'>, @Ctx() ctx: Context): Promise<string> {
    return renderCondition(await conditionOf(ctx, id));
  }
}

@Resolver(() => Process)
class ProcessPredicateResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description:
      "All its filters as one readable condition, ordered by group and name; null if it has none. An example is `(a.b.year >= 2000 and a.b.lg in ('AL', 'NL')) or (a.b.lg = 'UA')`.",
  })
  filterPredicate(@Root() { id }: Row<Process, 'id'>, @Ctx() ctx: Context): Promise<string | null> {
    return ctx.loaders
      .get<number, string | null>('Process.filterPredicate', async (ids) => {
        const byProcess = Map.groupBy(await conditionsOf(ctx.db, 'process_id', ids), ({ processId }) => processId);
        return ids.map((each) => renderPredicate(byProcess.get(each) ?? []));
      })
      .load(id);
  }
}

@ObjectType({ description: 'Result of `addProcessFilters`.' })
class AddProcessFiltersPayload {
  @Field(() => Process, { description: 'The process.' }) process!: Row<Process> | null;
  @Field(() => [ProcessFilter], { description: 'The filter of each condition, in the order of the request, including existing ones.' })
  filters!: (Row<ProcessFilter> | null)[];
  @Field(() => Int, { description: 'Number of the created filters.' }) added!: number;
}

@ObjectType({ description: 'Result of `updateProcessFilter`.' })
class UpdateProcessFilterPayload {
  @Field(() => ProcessFilter, { description: 'The filter after the change.' }) filter!: Row<ProcessFilter> | null;
}

@ObjectType({ description: 'Result of `removeProcessFilters`.' })
class RemoveProcessFiltersPayload {
  @Field(() => Int, { description: 'Number of the removed filters.' }) removed!: number;
  @Field(() => [Process], { description: 'The processes that had them.' }) processes!: (Row<Process> | null)[];
}

@Resolver(() => AddProcessFiltersPayload)
class AddResolver {
  @Mutation(() => AddProcessFiltersPayload, {
    description: 'Adds filters to a process. An existing condition is not changed.',
  })
  addProcessFilters(
    @Ctx() ctx: Context,
    @Arg('input', () => AddProcessFiltersInput, { description: 'The process and its new filters.' }) input: AddProcessFiltersInput,
  ): Promise<{ processId: number; filters: PutFilter[] }> {
    return ctx.write((tx) => addProcessFilters(tx, input));
  }
  @FieldResolver()
  process(@Root() root: { processId: number }, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Process> | null> {
    return ctx.load(Process, root.processId, info);
  }
  @FieldResolver()
  filters(
    @Root() root: { filters: PutFilter[] },
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<(Row<ProcessFilter> | null)[]> {
    return Promise.all(root.filters.map(({ id }) => ctx.load(ProcessFilter, id, info)));
  }
  @FieldResolver()
  added(@Root() root: { filters: PutFilter[] }): number {
    return new Set(root.filters.filter(({ added }) => added).map(({ id }) => id)).size;
  }
}

@Resolver(() => UpdateProcessFilterPayload)
class UpdateResolver {
  @Mutation(() => UpdateProcessFilterPayload, { description: 'Changes a filter of a process: its attribute, operator, value or group.' })
  async updateProcessFilter(
    @Ctx() ctx: Context,
    @Arg('input', () => UpdateProcessFilterInput, { description: 'The filter and its new parts.' }) input: UpdateProcessFilterInput,
  ): Promise<{ id: number }> {
    return { id: await ctx.write((tx) => updateProcessFilter(tx, input)) };
  }
  @FieldResolver()
  filter(@Root() root: { id: number }, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<ProcessFilter> | null> {
    return ctx.load(ProcessFilter, root.id, info);
  }
}

@Resolver(() => RemoveProcessFiltersPayload)
class RemoveResolver {
  @Mutation(() => RemoveProcessFiltersPayload, { description: 'Removes filters. A missing filter is no error.' })
  async removeProcessFilters(
    @Ctx() ctx: Context,
    @Arg('input', () => RemoveProcessFiltersInput, { description: 'The filters.' }) input: RemoveProcessFiltersInput,
  ): Promise<{ removed: number; processIds: number[] }> {
    const gone = await ctx.write((tx) => removeProcessFilters(tx, input));
    return { removed: gone.length, processIds: [...new Set(gone)].sort((a, b) => a - b) };
  }
  @FieldResolver()
  processes(
    @Root() root: { processIds: number[] },
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<(Row<Process> | null)[]> {
    return Promise.all(root.processIds.map((id) => ctx.load(Process, id, info)));
  }
}

const { group: _group, typeId: _type, ...names } = conditionOrder;

const filtersOfProcess: ListSource = {
  name: 'Process.filters',
  entity: ProcessFilter,
  from: filtersWithNames,
  parent: 't.process_id',
  order: ['group', 'sourceName', 'objectName', 'attributeName', 'typeId', 'id'],
  extra: names,
};

const filtersOfAttribute: ListSource = {
  name: 'SourceObjectAttribute.filters',
  entity: ProcessFilter,
  from: 'process_filter t join process p on p.process_id = t.process_id',
  parent: 't.source_object_attribute_id',
  order: ['processName', 'group', 'typeId', 'id'],
  extra: { processName: { sql: 'p.process_name', cast: 'text' } },
};

export const processFilterResolvers = [
  ProcessFilterResolver,
  ProcessPredicateResolver,
  AddResolver,
  UpdateResolver,
  RemoveResolver,
  referenceField(ProcessFilter, 'process', 'processId', Process, 'The process that selects rows by it.', false),
  referenceField(ProcessFilter, 'attribute', 'attributeId', SourceObjectAttribute, 'The attribute that is compared.', false),
  referenceField(ProcessFilter, 'filterType', 'typeId', FilterType, 'The filter type of its operator.', false),
  ...listField(
    Process,
    'filters',
    ProcessFilter,
    'The conditions by which it selects rows, ordered by group, source, object, attribute and operator.',
    filtersOfProcess,
  ),
  ...listField(
    SourceObjectAttribute,
    'filters',
    ProcessFilter,
    'The conditions of processes on it, ordered by process and group.',
    filtersOfAttribute,
  ),
  ...listField(SourceObjectAttribute, 'filteredBy', Process, 'The processes that select rows by it, ordered by name.', {
    name: 'SourceObjectAttribute.filteredBy',
    entity: Process,
    from: `(select distinct process_id, source_object_attribute_id from process_filter) l join process t on t.process_id = l.process_id`,
    parent: 'l.source_object_attribute_id',
    order: ['name', 'id'],
  }),
];

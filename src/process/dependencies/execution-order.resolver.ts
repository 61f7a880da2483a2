import { orThrow } from '../../platform/errors.js';
import { below, resolveRefs } from '../../platform/read/references.js';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, Int, ObjectType, Query, registerEnumType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { refuseEmpty } from '../../platform/lists.js';
import type { Row } from '../../platform/entity/node.js';
import { dependencies, DependencyKind } from '../dependency-kind.js';
import { layersOf, readDependencies, type Order } from './execution-order.js';
import { processRefs } from '../process-naming.js';
import { ProcessRef } from '../process-ref.input.js';
import { Process } from '../process.entity.js';

enum ExecutionOrderOutcome {
  ORDERED = 'ORDERED',
  CYCLE = 'CYCLE',
}
registerEnumType(ExecutionOrderOutcome, {
  name: 'ExecutionOrderOutcome',
  description: 'Whether processes could be put into an order.',
  valuesConfig: {
    ORDERED: { description: 'Each process is in a layer.' },
    CYCLE: {
      description:
        'Some processes depend on themselves indirectly. `cycle` has one such cycle, `unordered` all processes that cannot be ordered.',
    },
  },
});

@ObjectType({ description: 'Processes that may run in parallel once all earlier layers are complete.' })
class ExecutionLayer {
  @Field(() => Int, { description: 'Its place, counted from 1.' }) number!: number;
  @Field(() => [Process], { description: 'The processes, in the order of their creation.' }) processes!: Row<Process>[];
}

@ObjectType({ description: 'An order in which processes can run.' })
class ExecutionOrder {
  @Field(() => ExecutionOrderOutcome, { description: 'Whether an order exists.' }) outcome!: ExecutionOrderOutcome;
  @Field(() => [ExecutionLayer], {
    description: 'The processes that can be ordered, each as early as its dependencies allow.',
  })
  layers!: ExecutionLayer[];
  @Field(() => [Process], {
    nullable: true,
    description:
      'A cycle among the processes and their ancestors; null if none exists. Each process depends on the next one; the last is the first again.',
  })
  cycle!: (Row<Process> | null)[] | null;
  @Field(() => [Process], { description: 'The processes in no layer: part of a cycle, or dependent on one.' })
  unordered!: (Row<Process> | null)[];
}

interface Layer {
  number: number;
  ids: number[];
}

@Resolver()
class ExecutionOrderQuery {
  @Query(() => ExecutionOrder, {
    description:
      'The order in which processes can run by their dependencies. Processes that are linked through unrequested ones keep their order.',
  })
  async executionOrder(
    @Ctx() ctx: Context,
    @Arg('processes', () => [ProcessRef], { nullable: true, description: 'The processes to order; omit for all.' })
    refs: ProcessRef[] | null | undefined,
    @Arg('includeAncestors', () => Boolean, {
      defaultValue: false,
      description: 'Whether all their ancestors are included in the order.',
    })
    includeAncestors: boolean,
    @Arg('kinds', () => [DependencyKind], { defaultValue: dependencies, description: 'Kinds of the links to follow.' })
    kinds: DependencyKind[],
  ): Promise<Order> {
    refuseEmpty(refs, 'processes');
    refuseEmpty(kinds, 'kinds');
    const at = (i: number, of?: string) => below(`processes.${i}`)(of);
    const found = refs && (await resolveRefs(ctx.db, processRefs, refs, { at }));
    const ids = found?.map((each) => orThrow(each).id);
    const graph = await readDependencies(ctx.db, ids ?? null, kinds);
    const chosen = new Set(ids);
    return layersOf(graph, ids && !includeAncestors ? (id) => chosen.has(id) : () => true);
  }
}

const loadAll = (ctx: Context, ids: readonly number[], info: GraphQLResolveInfo): Promise<(Row<Process> | null)[]> =>
  Promise.all(ids.map((id) => ctx.load(Process, id, info)));

@Resolver(() => ExecutionOrder)
class ExecutionOrderResolver {
  @FieldResolver()
  outcome(@Root() { cycle }: Order): ExecutionOrderOutcome {
    return cycle ? ExecutionOrderOutcome.CYCLE : ExecutionOrderOutcome.ORDERED;
  }
  @FieldResolver()
  layers(@Root() { layers }: Order): Layer[] {
    return layers.map((ids, i) => ({ number: i + 1, ids }));
  }
  @FieldResolver()
  cycle(@Root() { cycle }: Order, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<(Row<Process> | null)[]> | null {
    return cycle && loadAll(ctx, cycle, info);
  }
  @FieldResolver()
  unordered(@Root() { unordered }: Order, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<(Row<Process> | null)[]> {
    return loadAll(ctx, unordered, info);
  }
}

@Resolver(() => ExecutionLayer)
class ExecutionLayerResolver {
  @FieldResolver()
  async processes(@Root() { ids }: Layer, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Process>[]> {
    // What was deleted since the links were read is no longer in the order.
    return (await loadAll(ctx, ids, info)).filter((row) => row !== null);
  }
}

export const executionOrderResolvers = [ExecutionOrderQuery, ExecutionOrderResolver, ExecutionLayerResolver];

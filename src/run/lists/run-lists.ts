import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, FieldResolver, Info, Resolver, Root, type ClassType } from 'type-graphql';
import { ActorRef, actorRefs } from '../../actor/actor-refs.js';
import { connectionOf } from '../../platform/read/connections.js';
import type { Context } from '../../platform/read/context.js';
import type { Queries } from '../../platform/database.js';
import { invalid, orThrow, type DomainError } from '../../platform/errors.js';
import { type Where } from '../../platform/read/filter-sql.js';
import { filterByList, WhereField } from '../../platform/read/filters.js';
import type { Row } from '../../platform/entity/node.js';
import { orderedBy, orderInputOf, type OrderBy } from '../../platform/read/ordering.js';
import { inEach, resolveRefs, type RefKind } from '../../platform/read/references.js';
import { page, PageArgs, type ListSource, type Page } from '../../platform/read/paging.js';
import type { EntityClass } from '../../platform/entity/rows.js';
import type { Condition } from '../../platform/read/values.js';
import { processRefs } from '../../process/process-naming.js';
import { ProcessRef } from '../../process/process-ref.input.js';
import { Run } from '../run.entity.js';
import { RunGroupRef } from '../group-ref.input.js';
import { groupRefs } from '../group-refs.js';
import { runOrders } from './run-conditions.js';

const RunOrder = orderInputOf('Run', runOrders);

type Refs = readonly object[];
type Find = (db: Queries, refs: Refs) => Promise<(Row | DomainError)[]>;

const findBy =
  <R extends object>(kind: RefKind<R>, argument: string): Find =>
  (db, refs) =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the argument's type is that of the kind.
    resolveRefs(db, kind, refs as R[], { at: inEach(argument) });

/** Arguments that choose runs by what they belong to: a column of the run, and the reference. */
const owners: Readonly<Record<string, { column: string; ref: ClassType; find: Find; doc: string }>> = {
  process: { column: 'process_id', ref: ProcessRef, find: findBy(processRefs, 'process'), doc: 'Only runs of this process.' },
  actor: { column: 'process_run_actor_id', ref: ActorRef, find: findBy(actorRefs, 'actor'), doc: 'Only runs that this actor started.' },
  group: { column: 'group_id', ref: RunGroupRef, find: findBy(groupRefs, 'group'), doc: 'Only runs of this run group.' },
};

export interface RunArguments extends PageArgs {
  where?: Where | null;
  orderBy?: OrderBy | null;
}

/** The arguments of a list of runs, apart from what all of the list have in common. */
export function runArguments(without?: string): new () => RunArguments {
  @ArgsType()
  class RunArgs extends PageArgs {
    @WhereField(Run)
    where?: Where | null;
    @Field(() => RunOrder, {
      nullable: true,
      description: 'Order of the list, default newest first. `NUMBER` needs the runs of one process. Cursors belong to one order.',
    })
    orderBy?: OrderBy | null;
  }
  for (const [argument, { ref, doc }] of Object.entries(owners))
    if (argument !== without) Field(() => ref, { nullable: true, description: doc })(RunArgs.prototype, argument);
  return RunArgs;
}

const ownerOf = (args: RunArguments, argument: string): object | null => {
  const ref: unknown = Reflect.get(args, argument);
  return typeof ref === 'object' ? ref : null;
};

/** Runs of the record that this argument identifies. @throws INVALID, or NOT_FOUND if there is none. */
async function ofOwner(ctx: Context, argument: string, args: RunArguments): Promise<Condition | undefined> {
  const ref = ownerOf(args, argument);
  if (!ref) return undefined;
  const { column, find } = owners[argument]!;
  // Asked once, however many rows have the list below them.
  const found = await ctx.loaders
    .get<string, Row | DomainError>(`run list ${argument}`, (refs) =>
      find(
        ctx.db,
        refs.map((each): object => JSON.parse(each)),
      ),
    )
    .load(JSON.stringify(ref));
  const { id } = orThrow(found);
  return { key: `${argument} ${id}`, sql: (values) => `t.${column} = ${values.add(id, 'int')}` };
}

const byProcess = 't.process_id';

/** One page of a list of runs. @throws INVALID or NOT_FOUND for arguments that mean nothing */
export async function pageOfRuns(
  ctx: Context,
  info: GraphQLResolveInfo,
  list: ListSource,
  args: RunArguments,
  parent?: number,
): Promise<Page> {
  if (args.orderBy?.field === 'NUMBER' && !ownerOf(args, 'process') && list.parent !== byProcess)
    throw invalid('Ordering by NUMBER needs the runs of one process: specify `process`.', {
      argument: 'orderBy.field',
      value: args.orderBy.field,
      allowed: Object.keys(runOrders).filter((each) => each !== 'NUMBER'),
    });
  const where = await Promise.all(Object.keys(owners).map((argument) => ofOwner(ctx, argument, args)));
  return page(ctx, info, await orderedBy(ctx.loaders, list, runOrders, args), args, { parent, where });
}

const connection = connectionOf(Run);

/**
 * Adds to `owner` a list of runs below it, and conditions on it to its filter. `column` of the run points to the owner, which the argument
 * `without` identifies in other lists.
 */
export function runsField(
  owner: EntityClass,
  field: string,
  column: string,
  order: 'startedAt' | 'number',
  description: string,
  without?: string,
): ClassType[] {
  const list: ListSource = {
    name: `${owner.name}.${field}`,
    entity: Run,
    parent: `t.${column}`,
    order: [order, 'id'],
    descending: true,
  };
  filterByList(owner, field, list);
  const RunArgs = runArguments(without);
  @Resolver(() => owner)
  class RunsResolver {
    @FieldResolver(() => connection.type, { description })
    [field](
      @Root() row: Row,
      @Ctx() ctx: Context,
      @Info() info: GraphQLResolveInfo,
      @Args(() => RunArgs) args: RunArguments,
    ): Promise<Page> {
      return pageOfRuns(ctx, info, list, args, row.id);
    }
  }
  return [RunsResolver, ...connection.resolvers];
}

import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, FieldResolver, Info, Resolver, Root, type ClassType } from 'type-graphql';
import { ActorRef, actorRefs } from '../../actor/actor-refs.js';
import { connectionOf } from '../../platform/read/connections.js';
import type { Context } from '../../platform/read/context.js';
import type { Queries } from '../../platform/database.js';
import { invalid, orThrow, type DomainError } from '../../platform/errors.js';
import { refuseEmpty } from '../../platform/lists.js';
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
import { RunState, runIsOpenSql, runStatus, stuckSql } from '../run-state.js';

const orders = { STARTED_AT: 'startedAt', NUMBER: 'number' };
const RunOrder = orderInputOf('Run', orders);

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
  states?: RunState[] | null;
  stuck?: boolean | null;
  orderBy?: OrderBy | null;
}

/** The arguments of a list of runs, apart from what all of the list have in common. */
export function runArguments(without?: string): new () => RunArguments {
  @ArgsType()
  class RunArgs extends PageArgs {
    @WhereField(Run)
    where?: Where | null;
    @Field(() => [RunState], { nullable: true, description: 'Only runs in one of these states, at least one.' })
    states?: RunState[] | null;
    @Field(() => Boolean, {
      nullable: true,
      description: 'True: only stuck runs. False: all others. See `Run.stuck`.',
    })
    stuck?: boolean | null;
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

/** Statuses beside ProcessTracker's four, whose numbers differ from store to store. */
const furtherStatuses = (ctx: Context): Promise<{ id: number; name: string }[]> =>
  ctx.loaders
    .get<string, { id: number; name: string }[]>('further statuses', async (keys) => {
      const rows = await ctx.db.query<{ id: number; name: string }>(
        `select process_status_id as id, process_status_name as name
         from process_status_lkup
         where process_tracker.is_further_status(process_status_id)
         order by 1`,
      );
      return keys.map(() => rows);
    })
    .load('');

const failures: Readonly<Partial<Record<RunState, string>>> = {
  [RunState.FAILED]: `(t.end_reason in ('abandoned', 'cancelled')) is not true`,
  [RunState.ABANDONED]: `t.end_reason = 'abandoned'`,
  [RunState.CANCELLED]: `t.end_reason = 'cancelled'`,
};
const numbers: Readonly<Partial<Record<RunState, number>>> = {
  [RunState.RUNNING]: runStatus.running,
  [RunState.COMPLETED]: runStatus.completed,
  [RunState.ON_HOLD]: runStatus.onHold,
};

/** Runs in one of these states. The numbers of statuses stand in the SQL, so that PostgreSQL knows which of them are rare. */
async function inState(ctx: Context, states: readonly RunState[] | null | undefined): Promise<Condition | undefined> {
  if (!states) return undefined;
  refuseEmpty(states, 'states');
  const stored: number[] = [];
  const parts: string[] = [];
  for (const state of new Set(states)) {
    if (numbers[state]) stored.push(numbers[state]);
    else if (failures[state]) parts.push(`t.process_status_id = ${runStatus.failed} and ${failures[state]}`);
    else {
      const named = ({ name }: { name: string }) => name === 'unknown' || name === 'skipped';
      const wanted = (each: { name: string }) => (state === RunState.CUSTOM ? !named(each) : each.name === state.toLowerCase());
      stored.push(...(await furtherStatuses(ctx)).filter(wanted).map(({ id }) => id));
    }
  }
  if (stored.length) parts.push(`t.process_status_id in (${stored.join(', ')})`);
  const sql = parts.map((part) => `(${part})`).join(' or ') || 'false';
  return { key: sql, sql: () => sql };
}

/** Runs that are stuck, or all others. The stuck ones are found first, among the few open ones. */
function areStuck(stuck: boolean | null | undefined): Condition | undefined {
  if (stuck === null || stuck === undefined) return undefined;
  const those = `array(
    select o.process_tracking_id
    from process_tracking o
    join process p on p.process_id = o.process_id
    where ${runIsOpenSql('o')} and ${stuckSql('o', 'p')} is not null)`;
  return { key: `stuck ${stuck}`, sql: () => `t.process_tracking_id ${stuck ? '= any' : '<> all'} (${those})` };
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
      allowed: ['STARTED_AT'],
    });
  const where = await Promise.all([inState(ctx, args.states), ...Object.keys(owners).map((argument) => ofOwner(ctx, argument, args))]);
  return page(ctx, info, orderedBy(list, orders, args.orderBy), args, { parent, where: [...where, areStuck(args.stuck)] });
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

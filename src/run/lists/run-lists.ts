import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, FieldResolver, Info, Resolver, Root, type ClassType } from 'type-graphql';
import { actorRefs } from '../../actor/actor-refs.js';
import { connectionOf } from '../../platform/read/connections.js';
import type { Context } from '../../platform/read/context.js';
import type { Queries } from '../../platform/database.js';
import { invalid, orThrow, type DomainError } from '../../platform/errors.js';
import { refuseEmpty } from '../../platform/lists.js';
import { filterLimits, type Where } from '../../platform/read/filter-sql.js';
import { filterByList, whereOf } from '../../platform/read/filters.js';
import type { Row } from '../../platform/entity/node.js';
import { orderedBy, orderInputOf, type OrderBy } from '../../platform/read/ordering.js';
import { resolveRefs } from '../../platform/read/references.js';
import { page, PageArgs, type ListSource, type Page } from '../../platform/read/paging.js';
import type { EntityClass } from '../../platform/entity/rows.js';
import { Name } from '../../platform/entity/text.js';
import type { Condition } from '../../platform/read/values.js';
import { processRefs } from '../../process/process-naming.js';
import { Run } from '../run.entity.js';
import { groupRefs } from '../group-refs.js';
import { RunState, runIsOpenSql, runStatus, stuckSql } from '../run-state.js';
import { textAt } from '../../platform/text-at.js';

const orders = { STARTED_AT: 'startedAt', NUMBER: 'number' };
const RunOrder = orderInputOf('Run', orders);

type Find = (db: Queries, names: readonly string[]) => Promise<(Row | DomainError)[]>;

/** Arguments that choose runs by the name of what they belong to: a column of the run, and what the name is of. */
const ofThings: Readonly<Record<string, { column: string; find: Find; doc: string }>> = {
  process: {
    column: 'process_id',
    find: (db, names) =>
      resolveRefs(
        db,
        processRefs,
        names.map((name) => ({ name })),
        { at: () => 'process' },
      ),
    doc: 'Only those of the process with this name, its present one or a former one. NOT_FOUND if there is none.',
  },
  actor: {
    column: 'process_run_actor_id',
    find: (db, names) =>
      resolveRefs(
        db,
        actorRefs,
        names.map((name) => ({ name })),
        { at: () => 'actor' },
      ),
    doc: 'Only those that this actor started. NOT_FOUND if there is none.',
  },
  group: {
    column: 'group_id',
    find: (db, names) =>
      resolveRefs(
        db,
        groupRefs,
        names.map((key) => ({ key })),
        { at: () => 'group' },
      ),
    doc: 'Only those of the group with this key. NOT_FOUND if there is none.',
  },
};

export interface RunArguments extends PageArgs {
  where?: Where | null;
  state?: RunState[] | null;
  stuck?: boolean | null;
  orderBy?: OrderBy | null;
}

/** The arguments of a list of runs, apart from what all of the list have in common. */
export function runArguments(withoutThing?: string): new () => RunArguments {
  const type = whereOf(Run);
  @ArgsType()
  class RunArgs extends PageArgs {
    @Field(() => type, {
      nullable: true,
      description: `Only those that meet these conditions. A filter may nest ${filterLimits.depth} levels deep and have ${filterLimits.conditions} conditions.`,
    })
    where?: Where | null;
    @Field(() => [RunState], { nullable: true, description: 'Only those in one of these states. At least one must be given.' })
    state?: RunState[] | null;
    @Field(() => Boolean, {
      nullable: true,
      description: 'True: only those that go on and are stuck. False: all others. See `Run.stuck`.',
    })
    stuck?: boolean | null;
    @Field(() => RunOrder, {
      nullable: true,
      description:
        'The order of the list; newest first if not said. By number go only the runs of one process. Cursors belong to one order.',
    })
    orderBy?: OrderBy | null;
  }
  for (const [argument, { doc }] of Object.entries(ofThings))
    if (argument !== withoutThing) Field(() => Name, { nullable: true, description: doc })(RunArgs.prototype, argument);
  return RunArgs;
}

/** Runs of the thing with this name. @throws NOT_FOUND if there is none. */
async function ofThing(ctx: Context, argument: string, name: string | null | undefined): Promise<Condition | undefined> {
  if (name === null || name === undefined) return undefined;
  const { column, find } = ofThings[argument]!;
  // Asked once, however many rows have the list below them.
  const found = await ctx.loaders.get<string, Row | DomainError>(`run list ${argument}`, (names) => find(ctx.db, names)).load(name);
  const { id } = orThrow(found);
  return { key: `${argument} ${id}`, sql: (values) => `t.${column} = ${values.add(id, 'int')}` };
}

/** Statuses beside ProcessTracker's four, whose numbers every store gives by itself. */
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
  refuseEmpty(states, 'state');
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

/** Runs that are stuck, or all others. The stuck ones are found first, among the few that go on. */
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
  if (args.orderBy?.field === 'NUMBER' && !textAt(args, 'process') && list.parent !== byProcess)
    throw invalid('Runs are ordered by number only among those of one process: say which by `process`.', {
      argument: 'orderBy.field',
      value: args.orderBy.field,
      allowed: ['STARTED_AT'],
    });
  const where = await Promise.all([
    inState(ctx, args.state),
    ...Object.keys(ofThings).map((argument) => ofThing(ctx, argument, textAt(args, argument))),
  ]);
  return page(ctx, info, orderedBy(list, orders, args.orderBy), args, { parent, where: [...where, areStuck(args.stuck)] });
}

const connection = connectionOf(Run);

/**
 * Adds to `owner` a list of runs below it, and conditions on it to its filter. `column` of the run points to the owner, which `thing` names
 * among the arguments of other lists.
 */
export function runsField(
  owner: EntityClass,
  field: string,
  column: string,
  order: 'startedAt' | 'number',
  description: string,
  thing?: string,
): ClassType[] {
  const list: ListSource = {
    name: `${owner.name}.${field}`,
    entity: Run,
    parent: `t.${column}`,
    order: [order, 'id'],
    descending: true,
  };
  filterByList(owner, field, list);
  const RunArgs = runArguments(thing);
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

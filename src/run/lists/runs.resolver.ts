import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Float, Info, Query, Resolver, Root } from 'type-graphql';
import { Actor } from '../../actor/actor.entity.js';
import { connectionOf } from '../../platform/read/connections.js';
import type { Context } from '../../platform/read/context.js';
import { listField, referenceField } from '../../platform/read/fields.js';
import { finder } from '../../platform/read/find-row.js';
import { RunRef } from '../run-ref.input.js';
import { runRefs } from '../run-refs.js';
import { grouped } from '../../platform/read/loaders.js';
import type { Row } from '../../platform/entity/node.js';
import type { ListSource, Page } from '../../platform/read/paging.js';
import { selectList } from '../../platform/entity/rows.js';
import { selectedProperties } from '../../platform/read/selection.js';
import { Process } from '../../process/process.entity.js';
import { SourceObject } from '../../source/source-object.entity.js';
import { Run } from '../run.entity.js';
import { StuckReason } from '../run-enums.js';
import { ProcessStatus } from '../process-status.entity.js';
import { pageOfRuns, runArguments, runsField, type RunArguments } from './run-lists.js';
import { RunGroup } from '../run-group.entity.js';
import { RunParameter } from '../run-parameter.entity.js';
import {
  durationSql,
  RunState,
  runIsOpenSql,
  runStateSql,
  slowerThanUsualSql,
  slowFactor,
  stuckSql,
  usualDoc,
  usualDurationSql,
} from '../run-state.js';

const newest: ListSource = { name: 'Run.startedAt', entity: Run, order: ['startedAt', 'id'], descending: true };
const connection = connectionOf(Run);
const RunArgs = runArguments();

@Resolver()
class RunQueries {
  @Query(() => connection.type, { description: 'All runs that meet the arguments, newest first by default.' })
  runs(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => RunArgs) args: RunArguments): Promise<Page> {
    return pageOfRuns(ctx, info, newest, args);
  }
}

interface RunFacts {
  id: number;
  state: RunState;
  stuck: StuckReason | null;
  durationSeconds: number | null;
}

/** What follows from a run's row and the database's clock: of all runs asked for, in one statement. */
const factsOf = (ctx: Context, id: number): Promise<RunFacts> =>
  ctx.loaders
    .get<number, RunFacts>('Run.facts', async (ids) => {
      const rows = await ctx.db.query<RunFacts>(
        `select t.process_tracking_id as id, ${runStateSql('t')} as state,
           case when ${runIsOpenSql('t')} then ${stuckSql('t', 'p')} end as stuck,
           ${durationSql} as "durationSeconds"
         from process_tracking t
         join process p on p.process_id = t.process_id
         where t.process_tracking_id = any($1::int[])`,
        [ids],
      );
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((each) => byId.get(each)!);
    })
    .load(id);

interface UsualFacts {
  id: number;
  usualDurationSeconds: number | null;
  slowerThanUsual: boolean;
}

/** How runs compare with those before: of all runs asked for, in one statement. */
const usualOf = (ctx: Context, id: number): Promise<UsualFacts> =>
  ctx.loaders
    .get<number, UsualFacts>('Run.usual', async (ids) => {
      const rows = await ctx.db.query<UsualFacts>(
        `select t.process_tracking_id as id, ${usualDurationSql} as "usualDurationSeconds",
           ${slowerThanUsualSql} as "slowerThanUsual"
         from process_tracking t
         where t.process_tracking_id = any($1::int[])`,
        [ids],
      );
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((each) => byId.get(each)!);
    })
    .load(id);

type ParameterRow = Pick<RunParameter, 'name' | 'value'>;

@Resolver(() => Run)
class RunResolver {
  @FieldResolver(() => RunState, { description: 'State of the run, computed from its status and its end reason.' })
  async state(@Root() row: Row<Run, 'id'>, @Ctx() ctx: Context): Promise<RunState> {
    return (await factsOf(ctx, row.id)).state;
  }
  @FieldResolver(() => StuckReason, {
    nullable: true,
    description: 'Reason why it counts as stuck, by the clock of the database; null if it does not, or has ended.',
  })
  async stuck(@Root() row: Row<Run, 'id'>, @Ctx() ctx: Context): Promise<StuckReason | null> {
    return (await factsOf(ctx, row.id)).stuck;
  }
  @FieldResolver(() => Float, {
    nullable: true,
    description:
      'Seconds from its start to its end, or to now while it is open. Null for holds and skipped runs, which never ran, and for an unknown end.',
  })
  async durationSeconds(@Root() row: Row<Run, 'id'>, @Ctx() ctx: Context): Promise<number | null> {
    return (await factsOf(ctx, row.id)).durationSeconds;
  }
  @FieldResolver(() => Float, {
    nullable: true,
    description: `Usual duration of a run of its process in seconds: ${usualDoc}.`,
  })
  async usualDurationSeconds(@Root() row: Row<Run, 'id'>, @Ctx() ctx: Context): Promise<number | null> {
    return (await usualOf(ctx, row.id)).usualDurationSeconds;
  }
  @FieldResolver(() => Boolean, {
    description: `Whether it takes, or took, more than ${slowFactor} times as long as usual: ${usualDoc}.`,
  })
  async slowerThanUsual(@Root() row: Row<Run, 'id'>, @Ctx() ctx: Context): Promise<boolean> {
    return (await usualOf(ctx, row.id)).slowerThanUsual;
  }
  @FieldResolver(() => [RunParameter], { description: 'Parameters of the run, ordered by name.' })
  parameters(@Root() row: Row<Run, 'id'>, @Ctx() ctx: Context): Promise<ParameterRow[]> {
    return ctx.loaders
      .get<number, ParameterRow[]>('Run.parameters', async (ids) =>
        grouped(
          ids,
          await ctx.db.query<ParameterRow & { __key: number }>(
            `select process_tracking_id as "__key", name, value
             from run_parameter
             where process_tracking_id = any($1::int[])
             order by 1, 2`,
            [ids],
          ),
        ),
      )
      .load(row.id);
  }
}

@Resolver(() => RunParameter)
class RunParameterResolver {
  @FieldResolver(() => String, { description: 'Name of the parameter, unique in the run.' })
  name(@Root() { name }: ParameterRow): string {
    return name;
  }
}

@Resolver(() => Process)
class RunsResolver {
  @FieldResolver(() => Run, {
    nullable: true,
    description: 'Latest run: the one started last, or recorded with the latest start; null if it never ran.',
  })
  latestRun(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Run> | null> {
    const columns = selectList(Run, selectedProperties(info, Run));
    return ctx.loaders
      .get<number, Row<Run> | null>(`Process.latestRun (${columns})`, async (ids) => {
        const rows = await ctx.db.query<Row<Run>>(
          `select ${columns}
           from process_tracking t
           where t.process_id = any($1::int[]) and t.is_latest_run`,
          [ids],
        );
        const byProcess = new Map(rows.map((each) => [each.processId, each]));
        return ids.map((each) => byProcess.get(each) ?? null);
      })
      .load(row.id);
  }
}

const objects = (direction: 'input' | 'output'): ListSource => ({
  name: `Run.${direction}s`,
  entity: SourceObject,
  from: 'run_object l join source_object_lkup t on t.source_object_id = l.source_object_id',
  parent: 'l.process_tracking_id',
  where: `l.direction = '${direction}'`,
  order: ['name', 'id'],
});

export const runResolvers = [
  finder('run', RunRef, runRefs),
  RunQueries,
  RunResolver,
  RunParameterResolver,
  RunsResolver,
  ...connection.resolvers,
  referenceField(Run, 'process', 'processId', Process, 'Process of the run.', false),
  referenceField(Run, 'status', 'statusId', ProcessStatus, 'Stored status; `state` is computed from it.', false),
  referenceField(Run, 'actor', 'actorId', Actor, 'Actor that started it; null if not specified.'),
  referenceField(Run, 'group', 'groupId', RunGroup, 'Run group of the run; null without one.'),
  referenceField(Run, 'parentRun', 'parentRunId', Run, 'Run that it is a part of; null without one.'),
  ...listField(
    Run,
    'inputs',
    SourceObject,
    'Objects that it reads, as its process declared when it started or was recorded, ordered by name.',
    objects('input'),
  ),
  ...listField(
    Run,
    'outputs',
    SourceObject,
    'Objects that it writes, as its process declared when it started or was recorded, ordered by name.',
    objects('output'),
  ),
  ...runsField(Run, 'children', 'parent_run_id', 'startedAt', 'Runs that are a part of it, newest first by default.'),
  ...runsField(Process, 'runs', 'process_id', 'number', 'Runs of the process, highest number first by default.', 'process'),
  ...runsField(Actor, 'runs', 'process_run_actor_id', 'startedAt', 'Runs that the actor started, newest first by default.', 'actor'),
  ...runsField(
    RunGroup,
    'runs',
    'group_id',
    'startedAt',
    'Runs of the group, newest first by default; a process may have several.',
    'group',
  ),
];

import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, Field, FieldResolver, Info, Int, ObjectType, Resolver, Root, type ClassType } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import { grouped } from '../../platform/read/loaders.js';
import type { Row } from '../../platform/entity/node.js';
import { selectList } from '../../platform/entity/rows.js';
import { selectedProperties } from '../../platform/read/selection.js';
import { Process } from '../../process/process.entity.js';
import { Run } from '../run.entity.js';
import { RunError } from '../run-error.entity.js';
import { RunState } from '../run-state.js';

/** Limits of a traversal of dependencies for one answer; any depth. */
export const walkLimits = { processes: 10_000, milliseconds: 5000, depth: 2_147_483_647 };

const maxErrors = 10;

/** A run that is a cause, by numbers. */
export interface CauseRow {
  processId: number;
  runId: number;
  distance: number;
  state: RunState;
}

/** Fields of a run that is a cause. */
@ObjectType()
export abstract class Cause {
  /** The numbers of the process and of its run, which are read by them. */
  processId!: number;
  runId!: number | null;
  @Field(() => Int, { description: 'Distance in steps, by the shortest path: 0 is the process itself, 1 a direct parent or child.' })
  distance!: number;
  @Field(() => RunState, { nullable: true, description: 'State of the run; null if the process has none in the run group.' })
  state!: RunState | null;
}

interface Change {
  reason: string | null;
  actor: string | null;
}

/** The actor and the reason of a run's present status: of all runs requested, in one statement. */
const changeOf = async (ctx: Context, runId: number | null): Promise<Change | null> =>
  runId === null
    ? null
    : ctx.loaders
        .get<number, Change | null>('status of runs', async (ids) => {
          const rows = await ctx.db.query<Change & { id: number }>(
            `select k.id, e.reason, e.actor
             from unnest($1::int[]) k(id)
             cross join lateral (
               select reason, actor
               from status_event
               where subject_kind = 'Run' and subject_id = k.id and field = 'status'
               order by event_id desc
               limit 1
             ) e`,
            [ids],
          );
          const byId = new Map(rows.map((row) => [row.id, row]));
          return ids.map((id) => byId.get(id) ?? null);
        })
        .load(runId);

const errorsOf = (ctx: Context, runId: number, info: GraphQLResolveInfo): Promise<Row<RunError>[]> => {
  const columns = selectList(RunError, selectedProperties(info, RunError));
  return ctx.loaders
    .get<number, Row<RunError>[]>(`latest errors of runs (${columns})`, async (ids) =>
      grouped(
        ids,
        await ctx.db.query<Row<RunError> & { __key: number }>(
          `select k.id as "__key", x.*
           from unnest($1::int[]) k(id)
           cross join lateral (
             select ${columns}
             from error_tracking t
             where t.process_tracking_id = k.id
             order by t.occurred_at desc, t.error_tracking_id desc
             limit ${maxErrors}
           ) x`,
          [ids],
        ),
      ),
    )
    .load(runId);
};

type OfRun = { runId: number | null };

/** Adds to a type whose rows have the number of a run (`runId`) the errors, the reason and the actor of its state. */
export function runStoryOf(owner: ClassType): ClassType[] {
  @Resolver(() => owner)
  class RunStory {
    @FieldResolver(() => [RunError], {
      description: `Errors that the run raised, newest first, at most ${maxErrors}; \`Run.errors\` has all.`,
    })
    errors(@Root() row: OfRun, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<RunError>[]> {
      return row.runId === null ? Promise.resolve([]) : errorsOf(ctx, row.runId, info);
    }
    @FieldResolver(() => String, {
      nullable: true,
      description: 'Reason given for its status; null without one.',
    })
    async reason(@Root() row: OfRun, @Ctx() ctx: Context): Promise<string | null> {
      return (await changeOf(ctx, row.runId))?.reason ?? null;
    }
    @FieldResolver(() => String, {
      nullable: true,
      description: 'Name of the actor that set its status; null if not known, as with plain SQL.',
    })
    async actor(@Root() row: OfRun, @Ctx() ctx: Context): Promise<string | null> {
      return (await changeOf(ctx, row.runId))?.actor ?? null;
    }
  }
  return [RunStory];
}

/** The same for a kind of cause, with its process and its run. */
export const causeFields = (owner: ClassType<Cause>): ClassType[] => [
  ...runStoryOf(owner),
  referenceField(owner, 'process', 'processId', Process, 'The process; see its `contacts`.', false),
  referenceField(owner, 'run', 'runId', Run, 'The run; null if there is none yet.'),
];

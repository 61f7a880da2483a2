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

/** How far and how long a walk over dependencies goes for one answer: to any depth. */
export const walkLimits = { processes: 10_000, milliseconds: 5000, depth: 2_147_483_647 };

const maxErrors = 10;

/** A run that is told as the cause of something, by numbers. */
export interface CauseRow {
  processId: number;
  runId: number;
  distance: number;
  state: RunState;
}

/** What is told of a run where it is a cause. */
@ObjectType()
export abstract class Cause {
  /** The numbers of the process and of its run, which are read by them. */
  processId!: number;
  runId!: number | null;
  @Field(() => Int, { description: 'How many steps away it is, by the shortest way; 0 is the process itself, 1 a direct parent or child.' })
  distance!: number;
  @Field(() => RunState, { nullable: true, description: 'The state of the run; null if the process has none in the run group.' })
  state!: RunState | null;
}

interface Change {
  reason: string | null;
  actor: string | null;
}

/** Who brought a run into the status that it has, and why: of all runs asked for, in one statement. */
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

type Told = { runId: number | null };

/** Adds to a type whose rows have the number of a run (`runId`) what is known of how it came to its state. */
export function runStoryOf(owner: ClassType): ClassType[] {
  @Resolver(() => owner)
  class RunStory {
    @FieldResolver(() => [RunError], {
      description: `The errors that the run raised, newest first, at most ${maxErrors}; all are in its \`errors\`.`,
    })
    errors(@Root() row: Told, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<RunError>[]> {
      return row.runId === null ? Promise.resolve([]) : errorsOf(ctx, row.runId, info);
    }
    @FieldResolver(() => String, {
      nullable: true,
      description: 'Why it has its status, in the words of who gave it; null if nothing was said.',
    })
    async reason(@Root() row: Told, @Ctx() ctx: Context): Promise<string | null> {
      return (await changeOf(ctx, row.runId))?.reason ?? null;
    }
    @FieldResolver(() => String, {
      nullable: true,
      description: 'Who gave it its status; null where that is not known, as with plain SQL.',
    })
    async actor(@Root() row: Told, @Ctx() ctx: Context): Promise<string | null> {
      return (await changeOf(ctx, row.runId))?.actor ?? null;
    }
  }
  return [RunStory];
}

/** The same for a kind of cause, with its process and its run. */
export const causeFields = (owner: ClassType<Cause>): ClassType[] => [
  ...runStoryOf(owner),
  referenceField(owner, 'process', 'processId', Process, 'The process; whom to call is in its `contacts`.', false),
  referenceField(owner, 'run', 'runId', Run, 'The run: how far it is, whether it is stuck, why it ended; null if there is none yet.'),
];

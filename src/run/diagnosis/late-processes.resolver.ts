import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import type { Row } from '../../platform/entity/node.js';
import { DateTime } from '../../platform/entity/scalars.js';
import { Process } from '../../process/process.entity.js';
import { schedulesOf, type Schedule } from './process-due.js';

@ObjectType({ description: 'Lateness of a process.' })
class Lateness {
  @Field(() => DateTime, { description: 'Time since when it is late: a quarter of the time between two starts after `dueAt`.' })
  since!: string;
  @Field(() => DateTime, { description: 'Time when the missing start was due.' }) dueAt!: string;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Start of its last completed run; null without one, then its creation counts.',
  })
  lastStartedAt!: string | null;
}

const rule =
  'A process is late if no completed run started within its period plus a quarter of it (hour, day, week, calendar month, quarter, year in the time zone of ' +
  'the store), or, with a cron expression, within a quarter of the time to the next tick after the one due. A released hold is not a run.';

const scheduleOf = (ctx: Context, { id }: Row<Process, 'id'>): Promise<Schedule | null> =>
  ctx.loaders.get<number, Schedule | null>('Process.schedule', (ids) => schedulesOf(ctx.db, ids)).load(id);

@Resolver(() => Process)
class ProcessSchedule {
  @FieldResolver(() => Lateness, { nullable: true, description: `Lateness of the process; null if it is not late. ${rule}` })
  async late(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context): Promise<Schedule | null> {
    const schedule = await scheduleOf(ctx, row);
    return schedule?.isLate ? schedule : null;
  }
  @FieldResolver(() => DateTime, {
    nullable: true,
    description:
      'Time when its next start is due, by its cron expression or else its schedule frequency, counted from the start of its last completed run; in the past if ' +
      'that start is missing. Null for a retired or unscheduled process, and for a custom frequency.',
  })
  async nextDueAt(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context): Promise<string | null> {
    return (await scheduleOf(ctx, row))?.dueAt ?? null;
  }
}

export const lateProcesses = [ProcessSchedule];

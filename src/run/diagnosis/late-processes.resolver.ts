import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, FieldResolver, Info, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { connectionOf } from '../../platform/read/connections.js';
import type { Context } from '../../platform/read/context.js';
import type { Where } from '../../platform/read/filter-sql.js';
import { whereOf } from '../../platform/read/filters.js';
import type { Row } from '../../platform/entity/node.js';
import { orderInputOf, type OrderBy } from '../../platform/read/ordering.js';
import { page, PageArgs, type Page } from '../../platform/read/paging.js';
import { DateTime } from '../../platform/entity/scalars.js';
import { Process } from '../../process/process.entity.js';
import { lateNow, lateOrders } from './late-processes.js';
import { schedulesOf, type Schedule } from './process-due.js';

@ObjectType({ description: 'How late a process is.' })
class Lateness {
  @Field(() => DateTime, { description: 'When it became late: a quarter of the time between two starts after `dueAt`.' }) since!: string;
  @Field(() => DateTime, { description: 'When the start was due that did not come.' }) dueAt!: string;
  @Field(() => DateTime, {
    nullable: true,
    description: 'When its last completed run started; null if there is none. It counts from when it was made then.',
  })
  lastStartedAt!: string | null;
}

const LateProcessOrder = orderInputOf('LateProcess', lateOrders);

@ArgsType()
class LateProcessArgs extends PageArgs {
  @Field(() => whereOf(Process), { nullable: true, description: 'Only those that meet these conditions.' }) where?: Where | null;
  @Field(() => LateProcessOrder, {
    nullable: true,
    description: 'Order of the list, default the longest late first (`LATE_SINCE`, `ASC`). Cursors belong to one order.',
  })
  orderBy?: OrderBy | null;
}

const connection = connectionOf(Process);
const rule =
  'Late is a process that no completed run started for, within its period and a quarter of it (hour, day, week, calendar month, quarter, year on the clock of the ' +
  "store's time zone), or, where it has a cron text, since a quarter of the time before the tick that it should have served by now. A released hold is no run.";

@Resolver()
class LateProcessQuery {
  @Query(() => connection.type, { description: `The processes that are late, without retired ones. ${rule}` })
  async lateProcesses(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => LateProcessArgs) args: LateProcessArgs,
  ): Promise<Page> {
    const { list, where } = await lateNow(ctx.db, args.orderBy);
    return page(ctx, info, list, args, { where });
  }
}

const scheduleOf = (ctx: Context, { id }: Row<Process, 'id'>): Promise<Schedule | null> =>
  ctx.loaders.get<number, Schedule | null>('Process.schedule', (ids) => schedulesOf(ctx.db, ids)).load(id);

@Resolver(() => Process)
class ProcessSchedule {
  @FieldResolver(() => Lateness, { nullable: true, description: `How late it is; null if it is not. ${rule}` })
  async late(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context): Promise<Schedule | null> {
    const schedule = await scheduleOf(ctx, row);
    return schedule?.isLate ? schedule : null;
  }
  @FieldResolver(() => DateTime, {
    nullable: true,
    description:
      'When its next start is due, by its cron text or else by its schedule frequency, counted from when its last completed run started; in the past if ' +
      "that start did not come. Null for what is retired, unscheduled, or has a frequency of one's own.",
  })
  async nextDueAt(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context): Promise<string | null> {
    return (await scheduleOf(ctx, row))?.dueAt ?? null;
  }
}

export const lateProcesses = [LateProcessQuery, ProcessSchedule];

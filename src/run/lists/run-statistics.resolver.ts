import { orThrow } from '../../platform/errors.js';
import { below, resolveRefs } from '../../platform/read/references.js';
import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Float, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { checkWindow } from '../../platform/checks.js';
import type { Context } from '../../platform/read/context.js';
import { refuseEmpty } from '../../platform/lists.js';
import type { Row } from '../../platform/entity/node.js';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { processRefs } from '../../process/process-naming.js';
import { ProcessRef } from '../../process/process-ref.input.js';
import { Process } from '../../process/process.entity.js';
import { statisticsOfAll, statisticsOfEach, type Statistics } from './run-statistics.js';

@ArgsType()
class WindowArgs {
  @Field(() => DateTime, { description: 'Start of the window: runs that ended at this time or later.' }) from!: string;
  @Field(() => DateTime, { nullable: true, description: 'End of the window: runs that ended before this time. Omit for all since `from`.' })
  to?: string | null;
}

@ObjectType({ description: 'Durations of completed runs, in seconds.' })
class RunDurations {
  @Field(() => Float, { description: 'Shortest duration.' }) shortest!: number;
  @Field(() => Float, { description: 'Arithmetic mean.' }) mean!: number;
  @Field(() => Float, { description: 'Median, interpolated.' }) median!: number;
  @Field(() => Float, { description: '95th percentile, interpolated.' }) p95!: number;
  @Field(() => Float, { description: 'Longest duration.' }) longest!: number;
}

@ObjectType({
  description: 'Statistics of runs that ended in a window. Holds, skipped runs and runs with an unknown end are not counted.',
})
class RunStatistics {
  @Field(() => Int, { description: 'Number of runs that ended.' }) runCount!: number;
  @Field(() => Int, { description: 'Number of completed runs.' }) completed!: number;
  @Field(() => Int, { description: 'Number of failed runs, without abandoned and cancelled ones.' }) failed!: number;
  @Field(() => Int, { description: 'Number of abandoned runs.' }) abandoned!: number;
  @Field(() => Int, { description: 'Number of runs that an operator cancelled: neither success nor failure.' }) cancelled!: number;
  @Field(() => Int, { description: 'Number of runs that ended in a custom status: neither success nor failure.' }) custom!: number;
  @Field(() => Float, {
    nullable: true,
    description: 'Share of completed runs among completed, failed and abandoned ones, 0 to 1; null without such runs.',
  })
  successRate!: number | null;
  @Field(() => BigIntText, { nullable: true, description: 'Total number of records handled; null if no run ended.' })
  recordCount!: string | null;
  @Field(() => RunDurations, { nullable: true, description: 'Durations of the completed runs; null if there were none.' })
  durations!: Statistics | null;
}

@Resolver(() => RunStatistics)
class RunStatisticsResolver {
  @FieldResolver()
  durations(@Root() row: Statistics): Statistics | null {
    return row.mean === null ? null : row;
  }
}

@Resolver()
class RunStatisticsQuery {
  @Query(() => RunStatistics, { description: 'Statistics of the runs of some processes, or of all, in a window.' })
  async runStatistics(
    @Ctx() ctx: Context,
    @Args(() => WindowArgs) window: WindowArgs,
    @Arg('processes', () => [ProcessRef], { nullable: true, description: 'The processes, at least one. Omit for all.' })
    refs?: ProcessRef[] | null,
  ): Promise<Statistics> {
    checkWindow(window);
    refuseEmpty(refs, 'processes');
    if (!refs) return statisticsOfAll(ctx.db, null, window);
    const at = (i: number, of?: string) => below(`processes.${i}`)(of);
    const ids = (await resolveRefs(ctx.db, processRefs, refs, { at })).map((found) => orThrow(found).id);
    return statisticsOfAll(ctx.db, ids, window);
  }
}

@Resolver(() => Process)
class ProcessStatistics {
  @FieldResolver(() => RunStatistics, { description: 'Statistics of its runs in a window.' })
  runStatistics(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context, @Args(() => WindowArgs) window: WindowArgs): Promise<Statistics> {
    checkWindow(window);
    return ctx.loaders
      .get<number, Statistics>(`Process.runStatistics ${JSON.stringify(window)}`, (ids) => statisticsOfEach(ctx.db, ids, window))
      .load(row.id);
  }
}

export const runStatistics = [RunStatisticsQuery, ProcessStatistics, RunStatisticsResolver];

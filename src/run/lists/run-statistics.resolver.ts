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
  @Field(() => DateTime, { description: 'Runs that ended at this moment or later.' }) from!: string;
  @Field(() => DateTime, { nullable: true, description: 'Runs that ended before this moment. Left out: all since `from`.' }) to?:
    string | null;
}

@ObjectType({ description: 'How long completed runs took, in seconds.' })
class RunDurations {
  @Field(() => Float, { description: 'The shortest.' }) shortest!: number;
  @Field(() => Float, { description: 'The sum of all, divided by how many there are.' }) mean!: number;
  @Field(() => Float, { description: 'Half of them took no longer; between the two in the middle where there are two.' }) median!: number;
  @Field(() => Float, { description: '95 in 100 took no longer, likewise.' }) p95!: number;
  @Field(() => Float, { description: 'The longest.' }) longest!: number;
}

@ObjectType({
  description:
    'How runs that ended in a window went. Holds, released or not, what was skipped, and what nobody knows the end of are not among them.',
})
class RunStatistics {
  @Field(() => Int, { description: 'How many ended.' }) runCount!: number;
  @Field(() => Int, { description: 'How many of them were completed.' }) completed!: number;
  @Field(() => Int, { description: 'How many failed by themselves.' }) failed!: number;
  @Field(() => Int, { description: 'How many were abandoned.' }) abandoned!: number;
  @Field(() => Int, { description: 'How many a person cancelled: no success and no failure.' }) cancelled!: number;
  @Field(() => Int, { description: "How many ended in a status of somebody's own: no success and no failure." }) custom!: number;
  @Field(() => Float, {
    nullable: true,
    description: 'The share of completed ones, 0 to 1, among those that were completed, failed or were abandoned; null if there were none.',
  })
  successRate!: number | null;
  @Field(() => BigIntText, { nullable: true, description: 'Records that they handled, all together; null if none ended.' })
  recordCount!: string | null;
  @Field(() => RunDurations, { nullable: true, description: 'How long the completed ones took; null if there were none.' })
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
  @Query(() => RunStatistics, { description: 'How the runs of some processes, or of all, went in a window, counted together.' })
  async runStatistics(
    @Ctx() ctx: Context,
    @Args(() => WindowArgs) window: WindowArgs,
    @Arg('processes', () => [ProcessRef], { nullable: true, description: 'The processes; at least one must be given. Left out: all.' })
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
  @FieldResolver(() => RunStatistics, { description: 'How its runs went in a window.' })
  runStatistics(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context, @Args(() => WindowArgs) window: WindowArgs): Promise<Statistics> {
    checkWindow(window);
    return ctx.loaders
      .get<number, Statistics>(`Process.runStatistics ${JSON.stringify(window)}`, (ids) => statisticsOfEach(ctx.db, ids, window))
      .load(row.id);
  }
}

export const runStatistics = [RunStatisticsQuery, ProcessStatistics, RunStatisticsResolver];

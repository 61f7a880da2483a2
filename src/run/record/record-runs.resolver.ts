import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Row } from '../../platform/entity/node.js';
import { checkLength } from '../../platform/lists.js';
import type { Context } from '../../platform/read/context.js';
import { recordOf } from '../../platform/record-queues.js';
import { ItemError, itemErrorField } from '../../platform/write/item-error.js';
import { attemptEach, type Reported } from '../../platform/write/reports.js';
import { Run } from '../run.entity.js';
import { RecordRunsInput } from './record-runs.input.js';
import { itemOf, recordRuns } from './record-runs.js';

const maxRuns = 10_000;

@ObjectType({ description: 'Result of one of several runs to record: the run, or an error.' })
class RecordRunResult {
  @Field(() => Run, { nullable: true, description: 'The run; null with an error.' })
  run!: Row<Run> | null;
  @Field(() => Boolean, {
    description: 'True when this call recorded the run; false where it was recorded before, and with an error.',
  })
  changed!: boolean;
  @Field(() => ItemError, { nullable: true, description: 'Error of this run; null without one.' })
  error!: ItemError | null;
}

@ObjectType({ description: 'Result of `recordRuns`.' })
class RecordRunsPayload {
  @Field(() => [RecordRunResult], { description: 'One result for each run, in the order given.' }) results!: RecordRunResult[];
}

@Resolver()
class RecordRunsResolver {
  @Mutation(() => RecordRunsPayload, {
    description:
      'Records runs that have ended, such as dbt results, webhooks or history. Each takes the next number of its process and counts by its start: for the latest run, blocked processes, lateness and consecutive failures. Rules of starts do not apply. An invalid run has an error in its result; the valid ones are committed.',
  })
  async recordRuns(
    @Ctx() ctx: Context,
    @Arg('input', () => RecordRunsInput, { description: 'The runs.' }) { runs }: RecordRunsInput,
  ): Promise<{ results: Reported[] }> {
    checkLength(runs, 'runs', maxRuns);
    const items = await attemptEach(runs, itemOf);
    const processes = runs.map(({ process }) => process);
    const records = processes.map((process) => recordOf('Process', process));
    return { results: await ctx.write((tx) => recordRuns(tx, ctx.actor, processes, items), null, records) };
  }
}

@Resolver(() => RecordRunResult)
class RecordRunResultResolver {
  @FieldResolver()
  run(@Root() root: Reported, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Run> | null> {
    return ctx.load(Run, 'error' in root ? null : root.id, info);
  }
  @FieldResolver()
  changed(@Root() root: Reported): boolean {
    return !('error' in root) && root.changed;
  }
}

export const recordRunsResolvers = [RecordRunsResolver, RecordRunResultResolver, itemErrorField(RecordRunResult)];

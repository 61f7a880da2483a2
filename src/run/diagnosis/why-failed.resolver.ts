import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import type { Row } from '../../platform/entity/node.js';
import { TraversalLimit } from '../../platform/read/traversal-limit.js';
import { Run } from '../run.entity.js';
import { RunEndReason } from '../run-enums.js';
import { Cause, causeFields, runStoryOf, walkLimits } from './why-causes.js';
import { whyFailed, type Failure } from './why-failed.js';

@ObjectType({ description: 'A run that failed, or is stuck, and may be why another one failed.' })
class FailureCause extends Cause {}

@ObjectType({ description: 'Why a run failed, as far as the store knows.' })
class RunFailure {
  @Field(() => RunEndReason, { nullable: true, description: 'Reason of its end; null where it simply failed.' })
  endReason!: string | null;
  @Field(() => [FailureCause], { description: 'The runs that were a part of it and failed, in the order in which they were made.' })
  children!: FailureCause[];
  @Field(() => [FailureCause], {
    description:
      'What its process depends on over hard dependencies, the nearest first: of each process its last run that had started when this one ended, ' +
      'if that had failed by then, or is stuck. For a skipped run: what failed in its run group.',
  })
  ancestors!: FailureCause[];
  @Field(() => Boolean, { description: 'Whether all that it depends on was looked at.' }) complete!: boolean;
  @Field(() => TraversalLimit, {
    nullable: true,
    description: `What ended the look; null if it is complete. It goes over ${walkLimits.processes} processes and ${walkLimits.milliseconds / 1000} seconds at most.`,
  })
  truncatedBy!: TraversalLimit | null;
}

@Resolver(() => RunFailure)
class RunFailureResolver {
  @FieldResolver()
  complete(@Root() { truncatedBy }: Failure): boolean {
    return truncatedBy === null;
  }
}

@Resolver(() => Run)
class WhyFailed {
  @FieldResolver(() => RunFailure, {
    nullable: true,
    description:
      'Why it failed, or was SKIPPED after a failure in its run group: for one that is FAILED, ABANDONED, or skipped so; null for all others.',
  })
  whyFailed(@Root() row: Row<Run, 'id'>, @Ctx() ctx: Context): Promise<Failure | null> {
    return ctx.loaders.get<number, Failure | null>('Run.whyFailed', (ids) => whyFailed(ctx.db, ids)).load(row.id);
  }
}

export const whyFailedResolvers = [WhyFailed, RunFailureResolver, ...runStoryOf(RunFailure), ...causeFields(FailureCause)];

import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import type { Row } from '../../platform/entity/node.js';
import { TraversalLimit } from '../../platform/read/traversal-limit.js';
import { Run } from '../run.entity.js';
import { RunEndReason } from '../run-enums.js';
import { Cause, causeFields, runStoryOf, walkLimits } from './why-causes.js';
import { whyFailed, type Failure } from './why-failed.js';

@ObjectType({ description: 'Run that failed or is stuck, a possible cause of another failure.' })
class FailureCause extends Cause {}

@ObjectType({ description: 'Known causes of the failure of a run.' })
class RunFailure {
  @Field(() => RunEndReason, { nullable: true, description: 'Reason of its end; null where it simply failed.' })
  endReason!: string | null;
  @Field(() => [FailureCause], { description: 'Child runs that failed, in the order of their creation.' })
  children!: FailureCause[];
  @Field(() => [FailureCause], {
    description:
      'Ancestors of its process over hard dependencies, nearest first. Of each, the last run that had started when this one ended, ' +
      'if it had failed by then, or is stuck. For a skipped run: the failures in its run group.',
  })
  ancestors!: FailureCause[];
  @Field(() => Boolean, { description: 'Whether all ancestors were visited.' }) complete!: boolean;
  @Field(() => TraversalLimit, {
    nullable: true,
    description: `Limit that truncated the traversal; null if it is complete. At most ${walkLimits.processes} processes and ${walkLimits.milliseconds / 1000} seconds.`,
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
      'Causes of its failure, or of its skip after a failure in its run group. Null unless FAILED, ABANDONED, or SKIPPED by a failed parent.',
  })
  whyFailed(@Root() row: Row<Run, 'id'>, @Ctx() ctx: Context): Promise<Failure | null> {
    return ctx.loaders.get<number, Failure | null>('Run.whyFailed', (ids) => whyFailed(ctx.db, ids)).load(row.id);
  }
}

export const whyFailedResolvers = [WhyFailed, RunFailureResolver, ...runStoryOf(RunFailure), ...causeFields(FailureCause)];

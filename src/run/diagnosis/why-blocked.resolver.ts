import { below, inEach, resolveRef, resolveRefs } from '../../platform/read/references.js';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, ObjectType, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import type { Row } from '../../platform/entity/node.js';
import { given } from '../../platform/checks.js';
import { DomainError } from '../../platform/errors.js';
import { TraversalLimit } from '../../platform/read/traversal-limit.js';
import { processRefs } from '../../process/process-naming.js';
import { ProcessRef } from '../../process/process-ref.input.js';
import { Process } from '../../process/process.entity.js';
import { RunGroupRef } from '../group-ref.input.js';
import { RunGroup } from '../run-group.entity.js';
import { groupRefs } from '../group-refs.js';
import { Run } from '../run.entity.js';
import { whyBlocked, type Blockage } from './why-blocked.js';
import { Cause, causeFields, walkLimits } from './why-causes.js';

@ObjectType({ description: 'Process whose latest run blocks others: it is running, failed, or is on hold.' })
class Blocker extends Cause {
  @Field(() => Boolean, {
    description:
      'Whether a start is refused because of it now. True for a direct parent and for the own run or hold of the process; false for more distant ancestors, ' +
      'and for an own run with an expired lease, which a start would end.',
  })
  blocks!: boolean;
}

@ObjectType({
  description: 'Reasons why a process is blocked: its own run or hold, its consecutive failures, and its ancestors over hard dependencies.',
})
class ProcessBlockage {
  /** The number of the run group, which is read by it. */
  groupId!: number | null;
  @Field(() => Boolean, {
    description: 'Whether a start is refused now. A retired process and a closed run group, for which `canStart` fails, do not count.',
  })
  blocked!: boolean;
  @Field(() => [Run], {
    description: 'Its consecutive failures that put it on hold with the next start, latest first; empty if they are fewer than its limit.',
  })
  failures!: Run[];
  @Field(() => Blocker, { nullable: true, description: 'Its own running run, or its hold; null without one.' })
  own!: Blocker | null;
  @Field(() => [Blocker], {
    description:
      'Ancestors over hard dependencies that block their descendants, nearest first. More distant ones are included even if those ' +
      'between are completed, because those wait for them before they run again.',
  })
  causes!: Blocker[];
  @Field(() => Boolean, { description: 'Whether all ancestors were visited.' }) complete!: boolean;
  @Field(() => TraversalLimit, {
    nullable: true,
    description: `Limit that truncated the traversal; null if it is complete. At most ${walkLimits.processes} processes and ${walkLimits.milliseconds / 1000} seconds.`,
  })
  truncatedBy!: TraversalLimit | null;
}

@Resolver(() => ProcessBlockage)
class ProcessBlockageResolver {
  @FieldResolver()
  blocked(@Root() { start }: Blockage): boolean {
    return start.outcome !== 'STARTED';
  }
  @FieldResolver()
  async failures(@Root() { start }: Blockage, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<(Row<Run> | null)[]> {
    if (start.outcome !== 'ON_HOLD') return [];
    return Promise.all((start.failures ?? []).map((each) => ctx.load(Run, each, info)));
  }
  @FieldResolver()
  complete(@Root() { truncatedBy }: Blockage): boolean {
    return truncatedBy === null;
  }
}

const groupArgument = {
  nullable: true,
  description:
    'Run group of the run; a key may be new. There a process is blocked until its hard parents are completed in the group. Default: the group of the latest run of the process, if it has one.',
};

async function blockageOf(ctx: Context, id: number, group: RunGroupRef | null | undefined): Promise<Blockage> {
  const inGroup = group ? await groupNumber(ctx, group) : null;
  return ctx.loaders.get<number, Blockage>(`Process.whyBlocked ${inGroup}`, (ids) => whyBlocked(ctx.db, ids, inGroup)).load(id);
}

/** The number of a group; 0 for a key that is not known yet: it has no runs. @throws INVALID or NOT_FOUND */
const groupNumber = (ctx: Context, ref: RunGroupRef): Promise<number> =>
  ctx.loaders
    .get<string, number>('numbers of run groups', async (keys) => {
      const refs = keys.map((each): RunGroupRef => JSON.parse(each));
      const found = await resolveRefs(ctx.db, groupRefs, refs, { at: inEach('group') });
      return found.map((row, i) => {
        if (!(row instanceof DomainError)) return row.id;
        return row.code === 'NOT_FOUND' && given(refs[i]!.key) ? 0 : row;
      });
    })
    .load(JSON.stringify(ref));

@Resolver(() => Process)
class WhyBlocked {
  @FieldResolver(() => ProcessBlockage, { description: 'Reasons why the process is blocked, with their causes.' })
  whyBlocked(
    @Root() row: Row<Process, 'id'>,
    @Ctx() ctx: Context,
    @Arg('group', () => RunGroupRef, groupArgument) group?: RunGroupRef | null,
  ): Promise<Blockage> {
    return blockageOf(ctx, row.id, group);
  }
}

@Resolver()
class WhyBlockedQuery {
  @Query(() => ProcessBlockage, { description: 'Reasons why a process is blocked, with their causes.' })
  async whyBlocked(
    @Ctx() ctx: Context,
    @Arg('process', () => ProcessRef, { description: 'The process.' }) process: ProcessRef,
    @Arg('group', () => RunGroupRef, groupArgument) group?: RunGroupRef | null,
  ): Promise<Blockage> {
    const { id } = await resolveRef(ctx.db, processRefs, process, { at: below('process') });
    return blockageOf(ctx, id, group);
  }
}

export const whyBlockedResolvers = [
  WhyBlocked,
  WhyBlockedQuery,
  ProcessBlockageResolver,
  referenceField(
    ProcessBlockage,
    'group',
    'groupId',
    RunGroup,
    'The run group that was looked at: that of the argument, else that of the latest run of the process; null if neither is known.',
  ),
  ...causeFields(Blocker),
];

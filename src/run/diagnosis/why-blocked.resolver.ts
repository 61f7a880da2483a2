import { below, inEach, resolveRef, resolveRefs } from '../../platform/read/references.js';
import { Arg, Ctx, Field, FieldResolver, ObjectType, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import type { Row } from '../../platform/entity/node.js';
import { given } from '../../platform/checks.js';
import { DomainError } from '../../platform/errors.js';
import { TraversalLimit } from '../../platform/read/traversal-limit.js';
import { processRefs } from '../../process/process-naming.js';
import { ProcessRef } from '../../process/process-ref.input.js';
import { Process } from '../../process/process.entity.js';
import { RunGroupRef } from '../group-ref.input.js';
import { groupRefs } from '../group-refs.js';
import { whyBlocked, type Blockage } from './why-blocked.js';
import { Cause, causeFields, walkLimits } from './why-causes.js';

@ObjectType({ description: 'A process whose latest run holds others back: it goes on, went badly, or is on hold.' })
class Blocker extends Cause {
  @Field(() => Boolean, {
    description:
      'Whether a start is refused for it now: true for a direct parent and for what the process itself is at, false for what stands behind those, ' +
      'and for a run whose lease is over, which a start would end.',
  })
  blocks!: boolean;
}

@ObjectType({
  description: 'What holds a process back: what it is at itself, and what it depends on, directly or through others.',
})
class ProcessBlockage {
  @Field(() => Boolean, { description: 'Whether a start is refused now, by one of those below.' }) blocked!: boolean;
  @Field(() => Blocker, { nullable: true, description: 'Its own run that goes on, or its hold; null if there is none.' })
  own!: Blocker | null;
  @Field(() => [Blocker], {
    description:
      'The processes over hard dependencies that hold back what depends on them, the nearest first. Those further up are told even where those ' +
      'between are well: they wait for it before they run again.',
  })
  causes!: Blocker[];
  @Field(() => Boolean, { description: 'Whether all that it depends on was looked at.' }) complete!: boolean;
  @Field(() => TraversalLimit, {
    nullable: true,
    description: `What ended the look; null if it is complete. It goes over ${walkLimits.processes} processes and ${walkLimits.milliseconds / 1000} seconds at most.`,
  })
  truncatedBy!: TraversalLimit | null;
}

@Resolver(() => ProcessBlockage)
class ProcessBlockageResolver {
  @FieldResolver()
  blocked(@Root() { own, causes }: Blockage): boolean {
    return !!own?.blocks || causes.some(({ blocks }) => blocks);
  }
  @FieldResolver()
  complete(@Root() { truncatedBy }: Blockage): boolean {
    return truncatedBy === null;
  }
}

const groupArgument = {
  nullable: true,
  description:
    'Run group that the run would belong to; a key may be new. There a process waits until its parents are completed in that group.',
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
  @FieldResolver(() => ProcessBlockage, { description: 'What holds it back, and what stands behind that.' })
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
  @Query(() => ProcessBlockage, { description: 'What holds a process back, and what stands behind that.' })
  async whyBlocked(
    @Ctx() ctx: Context,
    @Arg('process', () => ProcessRef, { description: 'The process. NOT_FOUND if there is none.' }) process: ProcessRef,
    @Arg('group', () => RunGroupRef, groupArgument) group?: RunGroupRef | null,
  ): Promise<Blockage> {
    const { id } = await resolveRef(ctx.db, processRefs, process, { at: below('process') });
    return blockageOf(ctx, id, group);
  }
}

export const whyBlockedResolvers = [WhyBlocked, WhyBlockedQuery, ProcessBlockageResolver, ...causeFields(Blocker)];

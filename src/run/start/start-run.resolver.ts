import { below, resolveRef } from '../../platform/read/references.js';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, Int, Mutation, ObjectType, Query, registerEnumType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import type { Row } from '../../platform/entity/node.js';
import { BigIntText } from '../../platform/entity/scalars.js';
import { Name } from '../../platform/entity/text.js';
import { DependencyKind } from '../../process/dependency-kind.js';
import { processRefs } from '../../process/process-naming.js';
import { Process } from '../../process/process.entity.js';
import { ProcessRef } from '../../process/process-ref.input.js';
import { Run } from '../run.entity.js';
import { RunState } from '../run-state.js';
import { canStart, startRun, type ParentState, type StartAnswer } from './start-run.js';
import { StartRunInput } from './start-run.input.js';

enum StartOutcome {
  STARTED = 'STARTED',
  ALREADY_RUNNING = 'ALREADY_RUNNING',
  BLOCKED = 'BLOCKED',
  ON_HOLD = 'ON_HOLD',
  REPLAYED = 'REPLAYED',
}
registerEnumType(StartOutcome, {
  name: 'StartOutcome',
  description: 'What became of a start. Only STARTED means: go on.',
  valuesConfig: {
    STARTED: { description: 'The run is made and runs. Report on it and end it.' },
    ALREADY_RUNNING: { description: 'Another run of the process goes on: `run`. Nothing was written.' },
    BLOCKED: { description: 'Hard parents hold it back: `blockers`. Nothing was written.' },
    ON_HOLD: {
      description:
        'The process is on hold until a person releases it: `run` is the hold. The start that comes after too many `failures` puts it there; a later one writes nothing.',
    },
    REPLAYED: {
      description:
        'This start was answered before, under the same idempotency key: `run`, as it is now, be it that it failed meanwhile; to try again takes another key. Nothing was written.',
    },
  },
});

@ObjectType({ description: 'A parent of a process, as a start sees it.' })
class StartParent {
  /** The numbers of the process and of the run, which are read by them. */
  process!: number;
  run!: number | null;
  @Field(() => DependencyKind, { description: 'What it is to the process. Only a HARD one holds it back.' }) kind!: DependencyKind;
  @Field(() => RunState, {
    nullable: true,
    description: 'The state of its latest run (within the run group, where the start is in one); null if it has none.',
  })
  state!: RunState | null;
}

@ObjectType({ description: 'What became of a start, or would, with the facts that led to it.' })
class StartRunPayload {
  /** The numbers of the process and of the runs, which are read by them. */
  process!: number | null;
  run!: number | null | undefined;
  abandons!: number | null | undefined;
  @Field(() => StartOutcome, { description: 'What to do now.' }) outcome!: StartOutcome;
  @Field(() => BigIntText, {
    nullable: true,
    description:
      "The run's fencing token, to be shown with each report on it: with STARTED, and with REPLAYED unless the run was taken from its holder meanwhile.",
  })
  fencingToken!: string | null;
  @Field(() => [StartParent], { description: 'The hard parents that hold it back, each with its run and state.' }) blockers!: ParentState[];
  @Field(() => [StartParent], {
    description:
      'Parents that do not hold it back but should be known: that never ran, were skipped or are unknown, or that are no hard ones and not well.',
  })
  warnings!: ParentState[];
  @Field(() => [Run], { description: 'The failures in a row that put it on hold, the last one first.' })
  failures!: (Row<Run> | null)[];
  @Field(() => Int, { nullable: true, description: 'After how many failures in a row it is put on hold, 0 for never; null with REPLAYED.' })
  failureLimit!: number | null;
}

@Resolver(() => StartRunPayload)
class StartRunResolver {
  @Mutation(() => StartRunPayload, {
    description:
      'Starts a run of a process, if it may: it does not run already, is not on hold, and its hard parents are well. Registers what is said of the process in the same transaction; a start that is refused writes nothing at all. At most one run of a process goes on, however many ask at the same instant.',
  })
  startRun(
    @Ctx() ctx: Context,
    @Arg('input', () => StartRunInput, { description: 'The process and its run.' }) input: StartRunInput,
  ): Promise<StartAnswer> {
    return startRun(ctx, input);
  }

  @Query(() => StartRunPayload, {
    description: 'What a start of this process would answer now. It writes nothing: `run` is null where a start would make one.',
  })
  async canStart(
    @Ctx() ctx: Context,
    @Arg('process', () => ProcessRef, { description: 'The process.' }) ref: ProcessRef,
    @Arg('group', () => Name, { nullable: true, description: 'Key of the run group that the run would belong to.' }) group?: string,
  ): Promise<StartAnswer> {
    const { id: process } = await resolveRef(ctx.db, processRefs, ref, { at: below('process') });
    return canStart(ctx.db, process, group);
  }

  @FieldResolver()
  fencingToken(@Root() { token }: StartAnswer): string | null {
    return token ?? null;
  }

  @FieldResolver()
  blockers(@Root() { blockers }: StartAnswer): ParentState[] {
    return blockers ?? [];
  }

  @FieldResolver()
  warnings(@Root() { warnings }: StartAnswer): ParentState[] {
    return warnings ?? [];
  }

  @FieldResolver()
  async failures(@Root() { failures }: StartAnswer, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<(Row<Run> | null)[]> {
    return Promise.all((failures ?? []).map((run) => ctx.load(Run, run, info)));
  }
}

export const startRunResolvers = [
  StartRunResolver,
  referenceField(StartRunPayload, 'process', 'process', Process, 'The process; null where a refused start would have made it.'),
  referenceField(
    StartRunPayload,
    'run',
    'run',
    Run,
    'The run that was started, that goes on, that is the hold, or that was answered before; null with BLOCKED.',
  ),
  referenceField(
    StartRunPayload,
    'abandoned',
    'abandons',
    Run,
    'The run whose holder was not heard of in time and that this start ended, or would end; null if there was none.',
  ),
  referenceField(StartParent, 'process', 'process', Process, 'The parent.', false),
  referenceField(StartParent, 'run', 'run', Run, 'Its latest run (within the run group, where the start is in one); null if it has none.'),
];

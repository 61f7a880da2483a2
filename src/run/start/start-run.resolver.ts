import { below, resolveRef } from '../../platform/read/references.js';
import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  Info,
  Int,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
  type ClassType,
} from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import type { Row } from '../../platform/entity/node.js';
import type { BulkForm } from '../../platform/write/bulk-forms.js';
import { BigIntText } from '../../platform/entity/scalars.js';
import { DependencyKind } from '../../process/dependency-kind.js';
import { processRefs } from '../../process/process-naming.js';
import { Process } from '../../process/process.entity.js';
import { ProcessRef } from '../../process/process-ref.input.js';
import { RunGroupRef } from '../group-ref.input.js';
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
  description: 'Outcome of a start. Only STARTED permits the work to begin.',
  valuesConfig: {
    STARTED: { description: 'The run was created and is running. Report on it and end it.' },
    ALREADY_RUNNING: { description: 'Another run of the process is running: `run`. Nothing was written.' },
    BLOCKED: { description: 'Hard parents block it: `blockers`. Nothing was written.' },
    ON_HOLD: {
      description:
        'The process is on hold until an operator releases it: `run` is the hold. The start after too many consecutive `failures` sets the hold; later ones write nothing.',
    },
    REPLAYED: {
      description:
        'This start was answered before, under the same idempotency key: `run` in its present state, which may be a failure. A new attempt takes a new key. Nothing was written.',
    },
  },
});

@ObjectType({ description: 'Parent of a process, as a start evaluates it.' })
class StartParent {
  /** The numbers of the process and of the run, which are read by them. */
  process!: number;
  run!: number | null;
  @Field(() => DependencyKind, { description: 'Kind of the dependency. Only a HARD parent blocks a start.' }) kind!: DependencyKind;
  @Field(() => RunState, {
    nullable: true,
    description: 'State of its latest run, within the run group if the start has one; null without a run.',
  })
  state!: RunState | null;
}

/** The answer of a start and of `canStart` alike. */
abstract class StartFacts {
  /** The numbers of the process and of the runs, which are read by them. */
  process!: number | null;
  run!: number | null | undefined;
  abandons!: number | null | undefined;
}

/** Makes a class a type with the facts of a start, whose `outcome` has this description. Answers its resolvers. */
function startFacts(type: ClassType<StartFacts>, outcome: string, run: string, abandoned: string): ClassType[] {
  Field(() => StartOutcome, { description: outcome })(type.prototype, 'outcome');

  @Resolver(() => type)
  class StartFactsResolver {
    @FieldResolver(() => [StartParent], { description: 'Hard parents that block the start, each with its run and state.' })
    blockers(@Root() { blockers }: StartAnswer): ParentState[] {
      return blockers ?? [];
    }

    @FieldResolver(() => [StartParent], {
      description:
        'Parents that do not block the start but deserve attention. They never ran, were skipped, are unknown, or are not HARD and not completed.',
    })
    warnings(@Root() { warnings }: StartAnswer): ParentState[] {
      return warnings ?? [];
    }

    @FieldResolver(() => [Run], { description: 'Consecutive failures that put the process on hold, latest first.' })
    async failures(@Root() { failures }: StartAnswer, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<(Row<Run> | null)[]> {
      return Promise.all((failures ?? []).map((each) => ctx.load(Run, each, info)));
    }

    @FieldResolver(() => Int, {
      nullable: true,
      description: 'Number of consecutive failures that puts the process on hold, 0 for never; null if the outcome does not depend on it.',
    })
    failureLimit(@Root() { failureLimit }: StartAnswer): number | null {
      return failureLimit ?? null;
    }
  }
  return [
    StartFactsResolver,
    referenceField(type, 'process', 'process', Process, 'The process; null if it does not exist because its start was refused.'),
    referenceField(type, 'run', 'run', Run, run),
    referenceField(type, 'abandoned', 'abandons', Run, abandoned),
  ];
}

@ObjectType({ description: 'Result of `startRun`.' })
class StartRunPayload extends StartFacts {
  @Field(() => BigIntText, {
    nullable: true,
    description:
      'Fencing token of the run, required with each report on it. Null unless STARTED, or REPLAYED while the caller still owns the run.',
  })
  fencingToken!: string | null;
}

@ObjectType({ description: 'Whether a process can start now, with the facts that decide it.' })
class StartCheck extends StartFacts {}

@Resolver(() => StartRunPayload)
class StartRunResolver {
  @Mutation(() => StartRunPayload, {
    description:
      'Starts a run of a process, unless one is running, a hold is set, or a parent blocks it. Registers the facts of the process in the same transaction; a refused start writes nothing, except that ON_HOLD for too many consecutive failures writes the hold. At most one run of a process is running, also with concurrent requests.',
  })
  startRun(
    @Ctx() ctx: Context,
    @Arg('input', () => StartRunInput, { description: 'The process and its run.' }) input: StartRunInput,
  ): Promise<StartAnswer> {
    return startRun(ctx, input);
  }

  @Query(() => StartCheck, {
    description: 'Result that a start of this process would have now. Writes nothing.',
  })
  async canStart(
    @Ctx() ctx: Context,
    @Arg('process', () => ProcessRef, { description: 'The process.' }) ref: ProcessRef,
    @Arg('group', () => RunGroupRef, { nullable: true, description: 'The run group of the run; a key may be new.' })
    group?: RunGroupRef | null,
  ): Promise<StartAnswer> {
    const { id: process } = await resolveRef(ctx.db, processRefs, ref, { at: below('process') });
    return canStart(ctx.db, process, group);
  }

  @FieldResolver()
  fencingToken(@Root() { token }: StartAnswer): string | null {
    return token ?? null;
  }
}

export const startRunForms: readonly BulkForm[] = [{ of: 'startRun', name: 'startRuns', list: 'starts' }];
export const startRunResolvers = [
  StartRunResolver,
  ...startFacts(
    StartRunPayload,
    'Outcome of the request.',
    'The run that was started, is running, is the hold, or is replayed; null with BLOCKED.',
    'The run with an expired lease that this start ended; null if there was none.',
  ),
  ...startFacts(
    StartCheck,
    'Outcome that a start without an idempotency key would have now.',
    'The run that is running, or is the hold; null if a start would create one, and with BLOCKED.',
    'The run with an expired lease that a start would end; null if there is none.',
  ),
  referenceField(StartParent, 'process', 'process', Process, 'The parent.', false),
  referenceField(StartParent, 'run', 'run', Run, 'Its latest run, within the run group if the start has one; null without a run.'),
];

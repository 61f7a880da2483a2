import type { Tx } from '../../platform/database.js';
import { below, inEach, resolveRef, resolveRefs } from '../../platform/read/references.js';
import { Arg, Ctx, Field, InputType, Int, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { conflict, DomainError, invalid, orThrow } from '../../platform/errors.js';
import { LongText, Name } from '../../platform/entity/text.js';
import type { BulkForm } from '../../platform/write/bulk-forms.js';
import { belowInput, onlyReport, type Reported } from '../../platform/write/reports.js';
import { recordOf } from '../../platform/record-queues.js';
import { processRefs } from '../../process/process-naming.js';
import { ProcessRef } from '../../process/process-ref.input.js';
import { runSettings } from '../../process/run-settings.js';
import { runPayload } from './run-payload.js';
import { maxReports, reportEach, reportRun, type RunItem } from './report-runs.js';
import { RunRef } from '../run-ref.input.js';
import { runRefs } from '../run-refs.js';

@InputType()
abstract class OperatedRunInput {
  @Field(() => RunRef, { description: 'The run.' }) run!: RunRef;
  @Field(() => Int, { nullable: true, description: 'The `rowVersion` that the caller has read; another one is a CONFLICT.' })
  rowVersion?: number | null;
  @Field(() => LongText, { description: 'Reason, kept in the history.' }) reason!: string;
}

@InputType({ description: 'The run to reopen, and the reason.' })
class ReopenRunInput extends OperatedRunInput {
  @Field(() => Int, { nullable: true, description: 'Lease in seconds for the client that continues the run. Default: none.' })
  leaseSeconds?: number | null;
}

@InputType({ description: 'The run to cancel, and the reason.' })
class CancelRunInput extends OperatedRunInput {}

@InputType({ description: 'The run to abandon, and the reason.' })
class AbandonRunInput extends OperatedRunInput {}

@InputType({ description: 'The process to put on hold, and the reason.' })
class HoldProcessInput {
  @Field(() => ProcessRef, { description: 'The process.' }) process!: ProcessRef;
  @Field(() => LongText, { description: 'Reason, kept in the history.' }) reason!: string;
}

@InputType({ description: 'The process to release from its hold, and the reason.' })
class ReleaseProcessInput extends HoldProcessInput {
  @Field(() => Name, {
    defaultValue: 'completed',
    description: 'New status of the hold: completed, skipped, unknown, or a custom status; not running or failed.',
  })
  to!: string;
}

const needsReason = (reason: string) => {
  if (!reason.trim()) throw invalid('A reason is required.', { argument: 'input.reason', value: reason, allowed: 'a sentence' });
};

interface Answer {
  id: number;
  changed: boolean;
}

/** States of a run that can be ended. */
const endable = ['RUNNING', 'UNKNOWN', 'CUSTOM'];

/** Outcomes of ending runs: one that was ended so already is answered as it is; the error of another one names the state that the API shows. */
const endedOr =
  (endReason: string) =>
  async (tx: Tx, runs: readonly RunRef[], outcomes: readonly Reported[]): Promise<readonly Reported[]> => {
    const isRefused = (outcome: Reported) =>
      'error' in outcome && outcome.error.code === 'CONFLICT' && outcome.error.details.argument === 'status';
    const refused = outcomes.map((outcome, i) => (isRefused(outcome) ? runs[i]! : undefined));
    const asked = refused.filter((run) => run !== undefined);
    if (!asked.length) return outcomes;
    // The reports have locked them.
    const found = (await resolveRefs(tx, runRefs, asked, { at: inEach('run') })).map(orThrow);
    const rows = await tx.query<{ id: number; state: string }>(
      `select process_tracking_id as id, process_tracker.run_state(process_status_id, end_reason) as state
     from process_tracking
     where process_tracking_id = any($1)`,
      [found.map(({ id }) => id)],
    );
    const states = new Map(rows.map(({ id, state }) => [id, state]));
    const ids = found.map(({ id }) => id).values();
    return outcomes.map((outcome, i) => {
      const value = refused[i];
      if (!value) return outcome;
      const id = ids.next().value!;
      const state = states.get(id)!;
      if (state === endReason.toUpperCase()) return { id, changed: false };
      return {
        error: conflict(`This run is ${state} and cannot be ${endReason}.`, { argument: 'run', value, state, allowed: endable }),
      };
    });
  };

/**
 * An act of an operator on runs: it needs no token, and the lease owner loses the run. `itemOf` says what it does to one; with `endReason`, it
 * ends runs.
 */
function operatorAct<I extends OperatedRunInput>(of: string, itemOf: (input: I) => RunItem, endReason?: string) {
  const itemByPerson = (input: I): RunItem => {
    const { reason, rowVersion: version } = input;
    needsReason(reason);
    return { ...itemOf(input), byPerson: true, mustMove: true, fence: true, reason, version };
  };
  const after = endReason === undefined ? undefined : endedOr(endReason);
  const act = (ctx: Context, inputs: readonly I[], reason?: string) =>
    reportEach(ctx, inputs, itemByPerson, { status: 'run' }, reason, after);
  const bulk: BulkForm<I> = { of, name: `${of}s`, list: 'runs', together: { max: maxReports, write: act } };
  return { one: async (ctx: Context, input: I): Promise<Answer> => onlyReport(await act(ctx, [input], input.reason)), bulk };
}

const acts = {
  reopenRun: operatorAct('reopenRun', ({ leaseSeconds }: ReopenRunInput) => {
    if (typeof leaseSeconds === 'number') runSettings.leaseSeconds.check(leaseSeconds, 'leaseSeconds');
    return { to: 'running', ...(leaseSeconds ? { leaseSeconds, heartbeat: true } : {}) };
  }),
  cancelRun: operatorAct<CancelRunInput>('cancelRun', () => ({ to: 'failed', ends: true, endReason: 'cancelled' }), 'cancelled'),
  abandonRun: operatorAct<AbandonRunInput>('abandonRun', () => ({ to: 'failed', ends: true, endReason: 'abandoned' }), 'abandoned'),
};

async function processOf(tx: Tx, ref: ProcessRef): Promise<number> {
  return (await resolveRef(tx, processRefs, ref, { at: below('input.process') })).id;
}

const hold = 'The run that represents the hold.';
const payloads = {
  reopenRun: runPayload('reopenRun'),
  cancelRun: runPayload('cancelRun'),
  abandonRun: runPayload('abandonRun'),
  holdProcess: runPayload('holdProcess', hold),
  releaseProcess: runPayload('releaseProcess', hold),
};

/** What operators do to runs and processes: each with a reason, which the history keeps. */
@Resolver()
class OperateRunsResolver {
  @Mutation(() => payloads.reopenRun.type, {
    description: 'Reopens a run that has ended: the latest run of its process, while no other is running. It needs no fencing token.',
  })
  reopenRun(
    @Ctx() ctx: Context,
    @Arg('input', () => ReopenRunInput, { description: 'The run and the reason.' }) input: ReopenRunInput,
  ): Promise<Answer> {
    return acts.reopenRun.one(ctx, input);
  }

  @Mutation(() => payloads.cancelRun.type, {
    description:
      'Ends a run that is no longer wanted. Stored as failed, shown as CANCELLED; it does not count as a failure. It needs no fencing token; the one of the lease owner becomes stale. Repeating the call changes nothing.',
  })
  cancelRun(
    @Ctx() ctx: Context,
    @Arg('input', () => CancelRunInput, { description: 'The run and the reason.' }) input: CancelRunInput,
  ): Promise<Answer> {
    return acts.cancelRun.one(ctx, input);
  }

  @Mutation(() => payloads.abandonRun.type, {
    description:
      'Ends a run whose lease owner is gone, also one without a lease. Stored as failed, shown as ABANDONED; it counts as a failure. It needs no fencing token; the one of the lease owner becomes stale. Repeating the call changes nothing.',
  })
  abandonRun(
    @Ctx() ctx: Context,
    @Arg('input', () => AbandonRunInput, { description: 'The run and the reason.' }) input: AbandonRunInput,
  ): Promise<Answer> {
    return acts.abandonRun.one(ctx, input);
  }

  @Mutation(() => payloads.holdProcess.type, {
    description:
      'Puts a process on hold: no start succeeds until its release. A process with a running run is a CONFLICT. A repetition changes nothing.',
  })
  holdProcess(
    @Ctx() ctx: Context,
    @Arg('input', () => HoldProcessInput, { description: 'The process and the reason.' }) input: HoldProcessInput,
  ): Promise<Answer> {
    needsReason(input.reason);
    return ctx.write(
      async (tx) => {
        const process = await processOf(tx, input.process);
        const sql = 'select process_tracker.hold_process($1, $2) as answer';
        const [row] = await tx.query<{ answer: { id: number; changed: boolean } }>(sql, [process, ctx.actor]);
        return row!.answer;
      },
      input.reason,
      [recordOf('Process', input.process)],
    );
  }

  @Mutation(() => payloads.releaseProcess.type, {
    description: 'Releases a process from its hold: the next start succeeds unless a parent blocks it. Repeating the call changes nothing.',
  })
  releaseProcess(
    @Ctx() ctx: Context,
    @Arg('input', () => ReleaseProcessInput, { description: 'The process and the reason.' }) input: ReleaseProcessInput,
  ): Promise<Answer> {
    const { to, reason } = input;
    needsReason(reason);
    return ctx.write(
      async (tx) => {
        const process = await processOf(tx, input.process);
        const [row] = await tx.query<{ hold: { id: number; released: boolean } }>(
          'select process_tracker.hold_to_release($1, $2) as hold',
          [process, to],
        );
        const { id, released } = row!.hold;
        if (released) return { id, changed: false };
        const run = { databaseId: id };
        try {
          return await reportRun(tx, run, { to, ends: true, endReason: 'released', byPerson: true, mustMove: true, reason });
        } catch (error) {
          // Here the status is called `to`, and one that a hold cannot get is a wrong value.
          const { code, message, details } = belowInput(error, { status: 'to' });
          throw new DomainError(details.argument === 'input.to' ? 'INVALID' : code, message, details);
        }
      },
      reason,
      [recordOf('Process', input.process)],
    );
  }
}

export const operateRunForms: readonly BulkForm[] = [
  ...Object.values(acts).map(({ bulk }) => bulk as BulkForm),
  { of: 'holdProcess', name: 'holdProcesses', list: 'processes' },
  { of: 'releaseProcess', name: 'releaseProcesses', list: 'processes' },
];
export const operateRunResolvers = [OperateRunsResolver, ...Object.values(payloads).flatMap(({ resolvers }) => resolvers)];

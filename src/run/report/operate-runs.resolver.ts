import type { Tx } from '../../platform/database.js';
import { below, resolveRef } from '../../platform/read/references.js';
import { Arg, Ctx, Field, InputType, Int, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { conflict, DomainError, invalid, orError } from '../../platform/errors.js';
import { LongText, Name } from '../../platform/entity/text.js';
import type { BulkForm } from '../../platform/write/bulk-forms.js';
import { belowInput } from '../../platform/write/reports.js';
import { recordOf } from '../../platform/record-queues.js';
import { processRefs } from '../../process/process-naming.js';
import { ProcessRef } from '../../process/process-ref.input.js';
import { runSettings } from '../../process/run-settings.js';
import { runPayload } from './run-payload.js';
import { reportRun, type RunItem } from './report-runs.js';
import { RunRef } from '../run-ref.input.js';
import { runRefs } from '../run-refs.js';
import { asError } from '../../platform/text-at.js';

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

/** What an operator does to a run: it needs no token, and the lease owner loses the run. */
function byPerson(
  ctx: Context,
  input: OperatedRunInput,
  item: RunItem,
  ifRefused: (tx: Tx, error: unknown) => Promise<Answer> = (_, error) => Promise.reject(asError(error)),
): Promise<Answer> {
  needsReason(input.reason);
  const { run, reason, rowVersion: version } = input;
  const said = { ...item, byPerson: true, mustMove: true, fence: true, reason, version };
  return ctx
    .write((tx) => reportRun(tx, run, said).catch((error: unknown) => ifRefused(tx, error)), reason, [recordOf('Run', run)])
    .catch((error: unknown) => {
      throw belowInput(error, { status: 'run' });
    });
}

interface Answer {
  id: number;
  changed: boolean;
}

/** States of a run that can be ended. */
const endable = ['RUNNING', 'UNKNOWN', 'CUSTOM'];

/** Ends a run. One that is ended so already is answered as it is; the error of another one names the state that the API shows. */
const endedByPerson = (ctx: Context, input: OperatedRunInput, endReason: 'cancelled' | 'abandoned'): Promise<Answer> =>
  byPerson(ctx, input, { to: 'failed', ends: true, endReason }, async (tx, error) => {
    const { code, details } = orError(error);
    if (code !== 'CONFLICT' || details.argument !== 'input.status') throw error;
    // The report has locked it.
    const { id } = await resolveRef(tx, runRefs, input.run, { at: below('input.run') });
    const [row] = await tx.query<{ state: string }>(
      `select process_tracker.run_state(process_status_id, end_reason) as state
       from process_tracking
       where process_tracking_id = $1`,
      [id],
    );
    const { state } = row!;
    if (state === endReason.toUpperCase()) return { id, changed: false };
    throw conflict(`This run is ${state} and cannot be ${endReason}.`, {
      argument: 'input.run',
      value: input.run,
      state,
      allowed: endable,
    });
  });

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
    const { leaseSeconds } = input;
    if (typeof leaseSeconds === 'number') runSettings.leaseSeconds.check(leaseSeconds, 'input.leaseSeconds');
    return byPerson(ctx, input, { to: 'running', ...(leaseSeconds ? { leaseSeconds, heartbeat: true } : {}) });
  }

  @Mutation(() => payloads.cancelRun.type, {
    description:
      'Ends a run that is no longer wanted. Stored as failed, shown as CANCELLED; it does not count as a failure. It needs no fencing token; the one of the lease owner becomes stale. Repeating the call changes nothing.',
  })
  cancelRun(
    @Ctx() ctx: Context,
    @Arg('input', () => CancelRunInput, { description: 'The run and the reason.' }) input: CancelRunInput,
  ): Promise<Answer> {
    return endedByPerson(ctx, input, 'cancelled');
  }

  @Mutation(() => payloads.abandonRun.type, {
    description:
      'Ends a run whose lease owner is gone, also one without a lease. Stored as failed, shown as ABANDONED; it counts as a failure. It needs no fencing token; the one of the lease owner becomes stale. Repeating the call changes nothing.',
  })
  abandonRun(
    @Ctx() ctx: Context,
    @Arg('input', () => AbandonRunInput, { description: 'The run and the reason.' }) input: AbandonRunInput,
  ): Promise<Answer> {
    return endedByPerson(ctx, input, 'abandoned');
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
  { of: 'reopenRun', name: 'reopenRuns', list: 'runs' },
  { of: 'cancelRun', name: 'cancelRuns', list: 'runs' },
  { of: 'abandonRun', name: 'abandonRuns', list: 'runs' },
  { of: 'holdProcess', name: 'holdProcesses', list: 'processes' },
  { of: 'releaseProcess', name: 'releaseProcesses', list: 'processes' },
];
export const operateRunResolvers = [OperateRunsResolver, ...Object.values(payloads).flatMap(({ resolvers }) => resolvers)];

import { below, inEach, missingByNumber, numbersOf, resolveRefs } from '../../platform/read/references.js';
import { keptLinks } from '../../platform/entity/links.js';
import type { Tx } from '../../platform/database.js';
import { invalid, type DomainError } from '../../platform/errors.js';
import { checkCounts, checkCreates, checkInstants, checkToken } from '../../platform/checks.js';
import { recordOf } from '../../platform/record-queues.js';
import type { Context } from '../../platform/read/context.js';
import { cleanMessage } from '../../platform/mask-secrets.js';
import { onlyReport, renamed, writeEach, writeReports, type Reported } from '../../platform/write/reports.js';
import { inOrder } from '../../platform/turns.js';
import { runSettings } from '../../process/run-settings.js';
import { runRefs } from '../run-refs.js';
import type { ReportRunInput, RunErrorInput } from './report-run.input.js';
import type { RunRef } from '../run-ref.input.js';
import { checkParameters } from '../start/start-run.js';

/** Reports of one call. */
export const maxReports = 10_000;

/** Statuses with which a run has ended. */
export const ending = new Set(['completed', 'failed', 'skipped', 'unknown']);

/** What report-runs.sql takes of one run, beside its number. Undefined fields keep their values. */
export type RunItem = {
  to?: string | null;
  createStatus?: boolean;
  ends?: boolean;
  endedAt?: string | null;
  endReason?: string;
  fence?: boolean;
  heartbeat?: boolean;
  byPerson?: boolean;
  mustMove?: boolean;
  token?: string | null;
  version?: number | null;
  reason?: string | null;
  leaseSeconds?: number | null;
  recordCount?: string | null;
  insertCount?: string | null;
  updateCount?: string | null;
  lowWatermark?: string | null;
  highWatermark?: string | null;
  errors?: object[] | undefined;
  parameters?: object[] | undefined;
  links?: object[] | undefined;
};

/** What a LongText can be, and its masks: all of it. */
const keptBytes = 4 * 1024 * 1024;

/** An error as it is stored: without secrets. */
export const keptError = async ({ type, createType, description, occurredAt }: RunErrorInput) => ({
  ...{ type, createType, occurredAt },
  description: description && (await cleanMessage(description, keptBytes)),
});

/** The report as an item. @throws INVALID for what is wrong whatever the store holds */
export async function itemOf(report: ReportRunInput): Promise<RunItem> {
  const { status: to, createStatus, endedAt, fencingToken: token, rowVersion: version, reason, leaseSeconds } = report;
  const { recordCount, insertCount, updateCount, lowWatermark, highWatermark, errors, parameters } = report;
  checkCreates(createStatus, to, 'createStatus', 'status');
  checkCounts({ recordCount, insertCount, updateCount });
  checkInstants({ endedAt, lowWatermark, highWatermark });
  errors?.forEach(({ occurredAt, createType, type }, i) => {
    checkInstants({ [`errors.${i}.occurredAt`]: occurredAt });
    checkCreates(createType, type, `errors.${i}.createType`, `errors.${i}.type`);
  });
  if (typeof leaseSeconds === 'number') runSettings.leaseSeconds.check(leaseSeconds, 'leaseSeconds');
  checkToken(token);
  checkParameters(parameters, 'parameters');
  const ends = !!to && ending.has(to);
  if (endedAt && !ends)
    throw invalid('`endedAt` needs a status that ends the run.', {
      argument: 'endedAt',
      value: endedAt,
      allowed: [...ending].join(', '),
    });
  return {
    to,
    createStatus,
    ends,
    endedAt,
    token,
    version,
    reason,
    leaseSeconds,
    recordCount,
    insertCount,
    updateCount,
    lowWatermark,
    highWatermark,
    errors: errors?.length ? await inOrder(errors, keptError) : undefined,
    parameters: parameters?.length ? parameters : undefined,
    links: keptLinks(report.links, 'links'),
    heartbeat: true,
  };
}

/**
 * Writes items of runs, each for itself: an invalid one has an error, the valid ones are committed. Several of one run are written in the order
 * given. One statement, and one more for each further item of a run. Arguments in errors are named within the item.
 */
export async function reportRuns(
  tx: Tx,
  runs: readonly RunRef[],
  items: readonly (RunItem | DomainError)[],
  query: Tx['query'] = tx.query,
): Promise<Reported[]> {
  // The statement finds out whether a number is that of a run.
  const ids = numbersOf(await resolveRefs(tx, runRefs, runs, { at: inEach('run'), unchecked: true }));
  const sql = `select i, verdict
    from process_tracker.report_runs($1::jsonb, 'command')`;
  const outcomes = await writeReports(tx, sql, ids, items, query);
  return outcomes.map((outcome, i) => {
    const isMissing = 'error' in outcome && outcome.error.code === 'NOT_FOUND' && outcome.error.details.argument === 'run';
    return isMissing ? { error: missingByNumber(runRefs, runs[i]!, below('run')) } : outcome;
  });
}

/**
 * Writes one item, as the last of its transaction. A status that is made for a report that is then refused goes with the transaction.
 * @throws what is wrong with it, with arguments below `input`
 */
export const reportRun = async (tx: Tx, run: RunRef, item: RunItem): Promise<{ id: number; changed: boolean }> =>
  onlyReport(await reportRuns(tx, [run], [item], item.createStatus ? tx.query : tx.last));

type Outcomes = readonly Reported[];

/**
 * What a mutation reports on runs, in one transaction: each input on its own. Arguments in errors are named within the item, as the mutation
 * calls them. `after` gets the outcomes before the transaction ends.
 */
export async function reportEach<I extends { run: RunRef }>(
  ctx: Context,
  inputs: readonly I[],
  itemOfInput: (input: I) => RunItem | Promise<RunItem>,
  names: Readonly<Record<string, string>>,
  reason?: string | null,
  after = async (_: Tx, __: readonly RunRef[], outcomes: Outcomes): Promise<Outcomes> => outcomes,
): Promise<Reported[]> {
  const runs = inputs.map(({ run }) => run);
  const records = runs.map((run) => recordOf('Run', run));
  const write = async (tx: Tx, items: readonly (RunItem | DomainError)[]) => after(tx, runs, await reportRuns(tx, runs, items));
  return renamed(await writeEach(ctx, inputs, itemOfInput, write, { reason, records }), names);
}

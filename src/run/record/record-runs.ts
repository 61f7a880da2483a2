import { checkCounts, checkCreates, checkInstants, given } from '../../platform/checks.js';
import type { Tx } from '../../platform/database.js';
import { keptLinks } from '../../platform/entity/links.js';
import { DomainError, invalid } from '../../platform/errors.js';
import { inEach, numbersOf, resolveRefs } from '../../platform/read/references.js';
import { inOrder } from '../../platform/turns.js';
import { errorOf, said, type Reported, type ReportItem, type Verdict } from '../../platform/write/reports.js';
import { processRefs } from '../../process/process-naming.js';
import type { ProcessRef } from '../../process/process-ref.input.js';
import { within } from '../../process/run-settings.js';
import { ending, keptError } from '../report/report-runs.js';
import { RunEndReason } from '../run-enums.js';
import { checkParameters } from '../start/start-run.js';
import type { RecordRunInput } from './record-runs.input.js';

/** End reasons of runs that another system ended. */
const endReasons: ReadonlySet<RunEndReason> = new Set([RunEndReason.ABANDONED, RunEndReason.CANCELLED]);

/** The run as record-runs.sql takes it, beside its process. @throws INVALID for what is wrong whatever the store holds */
export async function itemOf({ process: _, ...run }: RecordRunInput): Promise<ReportItem> {
  const { startedAt, endedAt, status, endReason, recordCount, insertCount, updateCount, lowWatermark, highWatermark } = run;
  checkInstants({ startedAt, endedAt, lowWatermark, highWatermark });
  for (const { occurredAt } of run.errors ?? []) checkInstants({ 'errors.occurredAt': occurredAt });
  checkCounts({ recordCount, insertCount, updateCount });
  checkParameters(run.parameters, 'parameters');
  if (given(run.group?.expectedTotal)) within(0, 2_147_483_647)(run.group.expectedTotal, 'group.expectedTotal');
  run.errors?.forEach(({ createType, type }, i) => checkCreates(createType, type, `errors.${i}.createType`, `errors.${i}.type`));
  if (!ending.has(status))
    throw invalid(`\`status\` must be one that ends a run (${[...ending].join(', ')}), not ${JSON.stringify(status)}.`, {
      argument: 'status',
      value: status,
      allowed: [...ending],
    });
  if (given(endReason) && (status !== 'failed' || !endReasons.has(endReason)))
    throw invalid('`endReason` says why a run failed: CANCELLED or ABANDONED, with the status failed.', {
      argument: 'endReason',
      value: Object.entries(RunEndReason).find(([, stored]) => stored === endReason)![0],
      allowed: status === 'failed' ? ['ABANDONED', 'CANCELLED'] : [],
    });
  return said({
    ...run,
    errors: run.errors?.length ? await inOrder(run.errors, keptError) : undefined,
    parameters: run.parameters?.length ? run.parameters : undefined,
    group: run.group && said(run.group),
    links: run.links?.length ? keptLinks(run.links, 'links') : undefined,
  });
}

/** Records runs, each for itself: an invalid one has an error, the valid ones are committed. One statement for all. */
export async function recordRuns(
  tx: Tx,
  actor: string,
  processes: readonly ProcessRef[],
  items: readonly (ReportItem | DomainError)[],
): Promise<Reported[]> {
  const ids = numbersOf(await resolveRefs(tx, processRefs, processes, { at: inEach('process') }));
  const outcomes: Reported[] = [];
  const valid: object[] = [];
  for (const [i, process] of ids.entries()) {
    const item = items[i]!;
    if (item instanceof DomainError) outcomes[i] = { error: item };
    else if (process instanceof DomainError) outcomes[i] = { error: process };
    else valid.push({ ...item, i, process });
  }
  const rows = valid.length
    ? await tx.query<{ i: number; id: number; changed: boolean; verdict: Verdict | null }>(
        'select i, id, changed, verdict from process_tracker.record_runs(jsonb_strip_nulls($1::jsonb), $2)',
        [JSON.stringify(valid), actor],
      )
    : [];
  for (const { i, id, changed, verdict } of rows) outcomes[i] = verdict ? { error: errorOf(verdict) } : { id, changed };
  return outcomes;
}

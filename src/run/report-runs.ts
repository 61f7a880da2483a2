import type { Tx } from '../platform/database.js';
import { DomainError, invalid } from '../platform/errors.js';
import { checkInstant } from '../platform/instants.js';
import { maskSecrets } from '../platform/mask-secrets.js';
import { belowInput, orError, said, type Reported, type Verdict } from '../platform/reports.js';
import { runSettings } from '../process/run-settings.service.js';
import { findRuns } from './find-runs.service.js';
import type { ReportRunInput, RunErrorInput } from './report-run.input.js';
import type { RunRefInput } from './run-ref.input.js';
import { checkParameters } from './start-run.js';

/** Statuses with which a run has ended. */
const ending = new Set(['completed', 'failed', 'skipped', 'unknown']);
const maxCount = 9_223_372_036_854_775_807n;

/** What report-runs.sql takes of one run, beside its number. What is undefined is not said. */
export interface RunItem {
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
  [fact: string]: unknown;
}

const keptError = ({ type, createType, description, occurredAt }: RunErrorInput) => ({
  ...{ type, createType, occurredAt },
  description: description && maskSecrets(description),
});

/** The report as an item. @throws INVALID for what is wrong whatever the store holds */
export function itemOf(report: ReportRunInput): RunItem {
  const { status: to, createStatus, endedAt, fencingToken: token, rowVersion: version, reason, leaseSeconds } = report;
  const { recordCount, insertCount, updateCount, lowAt, highAt, errors, parameters } = report;
  for (const [argument, value] of Object.entries({ recordCount, insertCount, updateCount }))
    if (typeof value === 'string' && (value.startsWith('-') || BigInt(value) > maxCount))
      throw invalid(`${argument} must be between 0 and ${maxCount}, not ${value}.`, {
        argument,
        value,
        allowed: { min: 0, max: String(maxCount) },
      });
  for (const [argument, value] of Object.entries({ endedAt, lowAt, highAt })) if (value) checkInstant(value, argument);
  for (const { occurredAt } of errors ?? []) if (occurredAt) checkInstant(occurredAt, 'errors.occurredAt');
  if (typeof leaseSeconds === 'number') runSettings.leaseSeconds.check(leaseSeconds, 'leaseSeconds');
  if (typeof token === 'string' && (BigInt(token) < 0n || BigInt(token) > maxCount))
    throw invalid(`fencingToken must be one that a start answered, not ${token}.`, { argument: 'fencingToken', value: token });
  checkParameters(parameters, 'parameters');
  const ends = !!to && ending.has(to);
  if (endedAt && !ends)
    throw invalid(`endedAt goes with a status that ends the run.`, {
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
    lowAt,
    highAt,
    errors: errors?.length ? errors.map(keptError) : undefined,
    parameters: parameters?.length ? parameters : undefined,
    heartbeat: true,
  };
}

/**
 * Writes items of runs, each for itself: what is wrong with one is its outcome, the others stand. Several of one run are written in the order
 * given. One statement, and one more for each further item of a run and each reason. Arguments in errors are named within the item.
 */
export async function reportRuns(tx: Tx, runs: readonly RunRefInput[], items: readonly (RunItem | DomainError)[]): Promise<Reported[]> {
  const ids = await findRuns(tx, runs, () => 'run');
  const outcomes: Reported[] = items.map((item, i) =>
    item instanceof DomainError ? { error: item } : ids[i] instanceof DomainError ? { error: ids[i] } : { id: ids[i]!, done: false },
  );
  // Each call has a run once, and one reason.
  const calls = new Map<string, { i: number; id: number; item: RunItem }[]>();
  const met = new Map<number, number>();
  outcomes.forEach((outcome, i) => {
    if ('error' in outcome) return;
    const item = items[i] as RunItem;
    const round = met.get(outcome.id) ?? 0;
    met.set(outcome.id, round + 1);
    const call = `${String(round).padStart(6)} ${item.reason ?? ''}`;
    const list = calls.get(call) ?? [];
    list.push({ i, id: outcome.id, item });
    calls.set(call, list);
  });
  // A call locks what it changes in the order of numbers; a later one would take some that come before.
  if (calls.size > 1)
    for (const lock of [
      'select from process where process_id in (select process_id from process_tracking where process_tracking_id = any($1::int[])) order by process_id for no key update',
      'select from process_tracking where process_tracking_id = any($1::int[]) order by process_tracking_id for no key update',
    ])
      await tx.query(lock, [[...met.keys()]]);
  for (const [, round] of [...calls].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const rows = await tx.query<{ i: number; verdict: Verdict | null }>(
      `select i, verdict from process_tracker.report_runs($1::jsonb, 'command')`,
      [JSON.stringify(round.map(({ id, item }) => ({ ...said(item), id })))],
    );
    for (const { i: place, verdict } of rows) {
      const { i, id } = round[place - 1]!;
      if (!verdict || verdict.done) outcomes[i] = { id, done: !!verdict };
      else {
        const { code, message, ...details } = verdict;
        outcomes[i] = { error: new DomainError(code, message, details) };
      }
    }
  }
  return outcomes;
}

/** Writes one item. @throws what is wrong with it, with arguments below `input` */
export async function reportRun(tx: Tx, run: RunRefInput, item: RunItem): Promise<{ id: number; done: boolean }> {
  const [outcome] = await reportRuns(tx, [run], [item]);
  if ('error' in outcome!) throw belowInput(outcome.error);
  return outcome!;
}

/** The error with its argument called as this mutation calls what `reportRun` calls otherwise. */
export function renamed(error: unknown, names: Readonly<Record<string, string>>): DomainError {
  const { code, message, details } = orError(error);
  const argument = details.argument?.replace(/^input\./, '');
  return argument
    ? new DomainError(code, message, { ...details, argument: `input.${names[argument] ?? argument}` })
    : (error as DomainError);
}

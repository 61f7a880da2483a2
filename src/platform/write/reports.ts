import type { Tx } from '../database.js';
import { DomainError, type ErrorCode, type ErrorDetails } from '../errors.js';

/** What is reported on one subject, beside its number. What is undefined, null or false is not said. */
export type ReportItem = Readonly<Record<string, unknown>>;

/** What became of one report: the number of its subject, or what is wrong. `done`: it was there already, and nothing was written. */
export type Reported = { id: number; done: boolean } | { error: DomainError };

/** What lifecycle/make-lifecycle.sql says of one item that was not written. */
interface Verdict extends ErrorDetails {
  done?: boolean;
  code: ErrorCode;
  message: string;
}

/** Whether something was said at all. */
export const given = <T>(value: T): value is NonNullable<T> => value !== undefined && value !== null;

/** What an input says, as SQL takes it: without what is undefined, null or false. */
export const said = (item: object): ReportItem =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => given(value) && value !== false));

/** Places in rounds of which each has a subject once, in the order given. What is left out is in none. */
export function inRounds(subjects: readonly (number | string | undefined)[]): number[][] {
  const rounds: number[][] = [];
  const met = new Map<number | string, number>();
  subjects.forEach((subject, i) => {
    if (subject === undefined) return;
    const round = met.get(subject) ?? 0;
    met.set(subject, round + 1);
    (rounds[round] ??= []).push(i);
  });
  return rounds;
}

/**
 * Writes items, each for itself: what is wrong with one is its outcome, the others stand. Several of one subject are written in the order given.
 * One statement (`sql` takes the items as `$1` and answers `i`, `verdict`), and one more for each further item of a subject.
 */
export async function writeReports(
  tx: Tx,
  sql: string,
  subjects: readonly (number | DomainError)[],
  items: readonly (ReportItem | DomainError)[],
): Promise<Reported[]> {
  const outcomes: Reported[] = subjects.map((id, i) => {
    const item = items[i]!;
    return item instanceof DomainError ? { error: item } : id instanceof DomainError ? { error: id } : { id, done: false };
  });
  for (const round of inRounds(outcomes.map((outcome) => ('id' in outcome ? outcome.id : undefined)))) {
    const rows = await tx.query<{ i: number; verdict: Verdict | null }>(sql, [
      JSON.stringify(round.map((i) => ({ ...said(items[i]!), id: subjects[i] }))),
    ]);
    for (const { i, verdict } of rows) {
      const place = round[i - 1]!;
      const outcome = outcomes[place]!;
      if (!verdict || 'error' in outcome) continue;
      const { done, code, message, ...details } = verdict;
      outcomes[place] = done ? { id: outcome.id, done } : { error: new DomainError(code, message, details) };
    }
  }
  return outcomes;
}

/** What is wrong with a request, as data; what is wrong with us is thrown on. */
export function orError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  throw error;
}

/** What `work` answers or what is wrong with the request. */
export function attempt<T>(work: () => T): T | DomainError {
  try {
    return work();
  } catch (error) {
    return orError(error);
  }
}

/** The same for work that other requests may come in between of. */
export const attemptLater = <T>(work: () => Promise<T>): Promise<T | DomainError> => work().catch(orError);

/** The error with its argument as the path from the mutation on, under the name that the mutation has for it. */
export function belowInput(error: DomainError, names: Readonly<Record<string, string>> = {}): DomainError {
  const { argument, ...details } = error.details;
  return new DomainError(error.code, error.message, {
    ...(argument ? { argument: `input.${names[argument] ?? argument}` } : {}),
    ...details,
  });
}

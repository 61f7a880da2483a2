import type { Tx } from '../database.js';
import type { Context } from '../read/context.js';
import { inOrder } from '../turns.js';
import { given } from '../checks.js';
import { DomainError, orError, type ErrorCode, type ErrorDetails } from '../errors.js';

/** What is reported on one subject, beside its number. What is undefined, null or false is not said. */
export type ReportItem = Readonly<Record<string, unknown>>;

/** Result of one report: the number of its subject, or its error. `changed`: whether the report was written; false where it was known. */
export type Reported = { id: number; changed: boolean } | { error: DomainError };

/** What lifecycle/make-lifecycle.sql says of one item that was not written. */
export interface Verdict extends ErrorDetails {
  done?: boolean;
  code: ErrorCode;
  message: string;
}

/** The error that a verdict is. */
export const errorOf = ({ done: _, code, message, ...details }: Verdict): DomainError => new DomainError(code, message, details);

/** What an input says, as SQL takes it: without what is undefined, null or false. */
export const said = (item: object): ReportItem =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => given(value) && value !== false));

/** Places in rounds of which each has a subject once, in the order given. What is left out is in none. */
function inRounds(subjects: readonly (number | undefined)[]): number[][] {
  const rounds: number[][] = [];
  const met = new Map<number, number>();
  subjects.forEach((subject, i) => {
    if (subject === undefined) return;
    const round = met.get(subject) ?? 0;
    met.set(subject, round + 1);
    (rounds[round] ??= []).push(i);
  });
  return rounds;
}

/**
 * Writes the items that have a subject, in the order given, by one statement, and one more for each further item of a subject. `write` gets
 * items as JSON, each with its subject as `id`, and answers rows with the place of each among them, `i`, from 1; `take` gets each row with its
 * place among all.
 */
export async function writeItems<R extends { i: number }>(
  subjects: readonly (number | undefined)[],
  items: readonly object[],
  write: (json: string) => Promise<readonly R[]>,
  take: (place: number, row: R) => void,
): Promise<void> {
  for (const round of inRounds(subjects)) {
    const json = JSON.stringify(round.map((i) => ({ ...said(items[i]!), id: subjects[i] })));
    for (const row of await write(json)) take(round[row.i - 1]!, row);
  }
}

/**
 * Writes items, each for itself: what is wrong with one is its outcome, the others stand. Several of one subject are written in the order given.
 * `sql` takes items as `$1` and answers `i` and `verdict` of each (`writeItems`). `query` sends it.
 */
export async function writeReports(
  tx: Tx,
  sql: string,
  subjects: readonly (number | DomainError)[],
  items: readonly (ReportItem | DomainError)[],
  query: Tx['query'] = tx.query,
): Promise<Reported[]> {
  const outcomes: Reported[] = subjects.map((id, i) => {
    const item = items[i]!;
    return item instanceof DomainError ? { error: item } : id instanceof DomainError ? { error: id } : { id, changed: true };
  });
  const ids = outcomes.map((outcome) => ('id' in outcome ? outcome.id : undefined));
  const write = (json: string) => query<{ i: number; verdict: Verdict | null }>(sql, [json]);
  await writeItems(ids, items, write, (place, { verdict }) => {
    if (!verdict) return;
    outcomes[place] = verdict.done ? { id: ids[place]!, changed: false } : { error: errorOf(verdict) };
  });
  return outcomes;
}

/** What is made of each of several requests, or what is wrong with it; other requests may come in between. */
export const attemptEach = <T, R>(requests: readonly T[], work: (request: T) => Promise<R>): Promise<(R | DomainError)[]> =>
  inOrder(requests, (each) => work(each).catch(orError));

/**
 * What a mutation does with inputs in one transaction, each on its own: `itemOf` makes of an input what `write` takes, or throws what is wrong with
 * it whatever the store holds. Where all are wrong, there is no transaction. `records`: what the inputs are about, as `Context.write` takes them.
 */
export async function writeEach<I, T, A>(
  ctx: Context,
  inputs: readonly I[],
  itemOf: (input: I) => T | Promise<T>,
  write: (tx: Tx, items: readonly (T | DomainError)[]) => Promise<readonly A[]>,
  { reason, records }: { reason?: string | null | undefined; records: readonly string[] },
): Promise<readonly (A | { error: DomainError })[]> {
  const items = await attemptEach(inputs, async (input) => itemOf(input));
  const errors = items.flatMap((item) => (item instanceof DomainError ? [{ error: item }] : []));
  return errors.length === items.length ? errors : ctx.write((tx) => write(tx, items), reason, records);
}

type Names = Readonly<Record<string, string>>;

/** The outcomes with their arguments under the names that the mutation has for them. */
export const renamed = <A extends object>(
  outcomes: readonly (A | { error: DomainError })[],
  names: Names,
): (A | { error: DomainError })[] =>
  outcomes.map((outcome) => {
    if (!('error' in outcome)) return outcome;
    const { code, message, details } = outcome.error;
    const name = names[details.argument ?? ''];
    return name ? { error: new DomainError(code, message, { ...details, argument: name }) } : outcome;
  });

/** The error with its argument as the path from the mutation on, under the name that the mutation has for it. */
export function belowInput(error: unknown, names: Names = {}): DomainError {
  const { code, message, details } = orError(error);
  const argument = details.argument?.replace(/^input\./, '');
  return new DomainError(code, message, argument ? { ...details, argument: `input.${names[argument] ?? argument}` } : details);
}

/** The error with its argument as the path within an item that would be the whole input of another mutation. */
export function withinItem({ code, message, details }: DomainError): DomainError {
  const { argument } = details;
  const inside = argument?.replace(/^input\./, '');
  return new DomainError(
    code,
    argument ? message.replace(argument, inside!) : message,
    inside ? { ...details, argument: inside } : details,
  );
}

/** What `work` answers, of a mutation that has one item. @throws what is wrong with it, with arguments below `input` */
export const ofInput = <T>(work: () => T | Promise<T>, names?: Names): Promise<T> =>
  (async () => work())().catch((error: unknown) => {
    throw belowInput(error, names);
  });

/** The outcome of a mutation that reports on one subject. @throws what is wrong with it, with arguments below `input` */
export function onlyReport<A extends object>([outcome]: readonly (A | { error: DomainError })[], names?: Names): A {
  if ('error' in outcome!) throw belowInput(outcome.error, names);
  return outcome!;
}

import type { Tx } from '../../platform/database.js';
import { DomainError } from '../../platform/errors.js';
import { inEach, resolveRefs, type NamedRef } from '../../platform/read/references.js';
import { errorOf, type Reported, type ReportItem, type Verdict } from '../../platform/write/reports.js';
import { objectRefs } from '../../source/source-naming.js';
import type { FileRef } from '../file-ref.input.js';
import { fileRefs } from '../file-refs.js';
import { reportFiles } from './report-files.js';

/** Whether the caller still owned the lease. */
export enum LeaseOutcome {
  DONE = 'DONE',
  LOST_CLAIM = 'LOST_CLAIM',
}

export interface HolderAnswer {
  id: number;
  outcome: LeaseOutcome;
}

/** What a lease owner sends about a file. */
export interface Held {
  file: FileRef;
  targetObject?: NamedRef | null;
}

type Target = { id: number; retiredAt: string | null } | DomainError | undefined;

/** The objects that files were loaded into, or the error of each; undefined where none is named. */
async function targetsOf(tx: Tx, refs: readonly (NamedRef | null | undefined)[]): Promise<Target[]> {
  const asked = refs.flatMap((ref) => ref ?? []);
  if (!asked.length) return refs.map(() => undefined);
  const found = (await resolveRefs(tx, objectRefs, asked, { at: inEach('targetObject'), read: ['retiredAt'] })).values();
  return refs.map((ref) => (ref ? found.next().value : undefined));
}

const retiredId = (target: Target) => (target && !(target instanceof DomainError) && target.retiredAt ? target.id : undefined);

/** Reports with a target that is retired: one that repeats what is known links nothing new, any other is undone. */
async function reportToRetired(tx: Tx, file: FileRef, item: ReportItem, target: number): Promise<Reported> {
  await tx.query('savepoint target');
  const [reported] = await reportFiles(tx, [file], [item]);
  if (!('changed' in reported!) || !reported.changed) return reported!;
  await tx.query('rollback to savepoint target');
  const [row] = await tx.query<{ refusal: Verdict }>(
    `select process_tracker.retired_refusal(
         'SourceObject', source_object_id, source_object_name, retired_at, 'targetObject') as refusal
     from source_object_lkup
     where source_object_id = $1`,
    [target],
  );
  return { error: errorOf(row!.refusal) };
}

/** What a lease owner is answered for a refused report: a lease that it lost is an outcome, not an error. */
function lostOr(error: DomainError, found: { id: number } | DomainError | undefined): HolderAnswer | { error: DomainError } {
  // The input of a lease owner has no `createType`.
  if (error.code === 'INVALID')
    return { error: new DomainError(error.code, error.message.replace(/; `createType: true`[^.]*/, ''), error.details) };
  // The token is stale, or the file has another status than its lease owner left.
  const isLost = error.code === 'CONFLICT' && !error.details.retiredAt && found && !(found instanceof DomainError);
  return isLost ? { id: found.id, outcome: LeaseOutcome.LOST_CLAIM } : { error };
}

/**
 * Writes reports of lease owners, each on its own, in a number of statements that does not grow with theirs. An item with `byPerson` is one of an
 * operator, who has no lease to lose. Arguments in errors are named within the item.
 */
export async function reportByHolders(
  tx: Tx,
  inputs: readonly Held[],
  made: readonly (ReportItem | DomainError)[],
): Promise<(HolderAnswer | { error: DomainError })[]> {
  const files = inputs.map(({ file }) => file);
  const targets = await targetsOf(
    tx,
    inputs.map(({ targetObject }) => targetObject),
  );
  const items = made.map((item, i) => {
    const target = targets[i];
    if (item instanceof DomainError) return item;
    if (target instanceof DomainError) return target;
    return { ...item, targetObject: target?.id, byHolder: !item.byPerson };
  });
  const usual = [...files.keys()].filter((i) => retiredId(targets[i]) === undefined);
  const reported = await reportFiles(
    tx,
    usual.map((i) => files[i]!),
    usual.map((i) => items[i]!),
  );
  const outcomes = new Map(usual.map((i, at) => [i, reported[at]!]));
  for (const [i, item] of items.entries()) {
    const target = retiredId(targets[i]);
    if (target !== undefined)
      outcomes.set(i, item instanceof DomainError ? { error: item } : await reportToRetired(tx, files[i]!, item, target));
  }
  const refused = [...files.keys()].filter((i) => 'error' in outcomes.get(i)! && 'byHolder' in items[i]! && items[i].byHolder);
  const refs = refused.map((i) => files[i]!);
  const rows = refs.length ? await resolveRefs(tx, fileRefs, refs, { at: inEach('file') }) : [];
  const found = new Map(refused.map((i, at) => [i, rows[at]]));
  return files.map((_, i) => {
    const outcome = outcomes.get(i)!;
    if (!('error' in outcome)) return { id: outcome.id, outcome: LeaseOutcome.DONE };
    return found.has(i) ? lostOr(outcome.error, found.get(i)) : outcome;
  });
}

import type { Queries, Tx } from '../platform/database.js';
import { DomainError } from '../platform/errors.js';
import { resolveRefs } from '../platform/read/references.js';
import { processRefs } from './process-naming.js';
import type { ProcessRefInput } from './process-ref.input.js';

/**
 * The numbers of processes by name (the present one or a former one) or id, in one statement, or what is wrong with each. `lock` keeps them from being deleted until the end of
 * the transaction. Arguments are named as `argument` says.
 */
export async function findProcesses(
  tx: Tx,
  refs: readonly ProcessRefInput[],
  argument: (i: number) => string,
  lock: true,
): Promise<(number | DomainError)[]>;
export async function findProcesses(
  db: Queries,
  refs: readonly ProcessRefInput[],
  argument: (i: number) => string,
): Promise<(number | DomainError)[]>;
export async function findProcesses(
  db: Queries | Tx,
  refs: readonly ProcessRefInput[],
  argument: (i: number) => string,
  lock = false,
): Promise<(number | DomainError)[]> {
  const at = (i: number, of?: string) => (of ? `${argument(i)}.${of}` : argument(i));
  if (lock) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see the overloads.
    const tx = db as Tx;
    return (await resolveRefs(tx, processRefs, refs, { at, lock: 'key share' })).map(numberOf);
  }
  return (await resolveRefs(db, processRefs, refs, { at })).map(numberOf);
}

const numberOf = (found: { id: number } | DomainError) => (found instanceof DomainError ? found : found.id);

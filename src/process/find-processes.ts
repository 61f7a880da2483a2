import type { Queries, Tx } from '../platform/database.js';
import { DomainError, invalid, notFound } from '../platform/errors.js';
import { idOf } from '../platform/entity/ids.js';
import { idIn } from '../platform/write/naming.js';
import { attempt } from '../platform/write/reports.js';
import { processNaming } from './process-naming.js';
import type { ProcessRefInput } from './process-ref.input.js';

/** The number that a reference names; undefined where it gives a name instead. @throws INVALID */
function numberOf(ref: ProcessRefInput, argument: string): number | undefined {
  if (!ref.id === !ref.name) throw invalid('Say which Process: either by id or by name.', { argument, value: ref, allowed: 'id or name' });
  return ref.id ? idOf(ref.id, 'Process', `${argument}.id`) : undefined;
}

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
  db: Queries,
  refs: readonly ProcessRefInput[],
  argument: (i: number) => string,
  lock = false,
): Promise<(number | DomainError)[]> {
  const given = refs.map((ref, i) => attempt(() => numberOf(ref, argument(i))));
  const found = await db.query<{ id: number; name: string | null }>(
    `select p.process_id as id, w.name from (
       select id, null as name from unnest($1::int[]) w(id) union all select ${idIn(processNaming, 'w.name')}, w.name from unnest($2::text[]) w(name)
     ) w join process p on p.process_id = w.id order by p.process_id${lock ? ' for key share of p' : ''}`,
    [given.filter((id) => typeof id === 'number'), refs.flatMap(({ id, name }) => (name && !id ? [name] : []))],
  );
  const byName = new Map(found.map(({ id, name }) => [name, id]));
  const ids = new Set(found.map(({ id }) => id));
  return refs.map(({ id: globalId, name }, i) => {
    const id = given[i];
    if (id instanceof DomainError) return id;
    const known = id === undefined ? byName.get(name!) : ids.has(id) ? id : undefined;
    return (
      known ??
      notFound(`There is no Process ${globalId ? 'with this id' : JSON.stringify(name)}.`, {
        argument: `${argument(i)}.${globalId ? 'id' : 'name'}`,
        value: globalId ?? name,
      })
    );
  });
}

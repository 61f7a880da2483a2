import type { Queries, Tx } from '../../platform/database.js';
import { conflict, type DomainError, type ErrorDetails } from '../../platform/errors.js';
import { closedCycles, type Link } from '../../platform/find-cycles.js';

/** What add-dependencies.sql answers of links that it has made, if they could close a cycle: themselves, and those that are above them. */
export type LinksAbove = { standing: Link[]; coming: Link[] } | null;

/** The cycle that each of the links has closed, in their order; null for one that has closed none. */
export const cyclesOf = (links: LinksAbove): (number[] | null)[] => (links ? closedCycles(links.standing, links.coming) : []);

/** Errors for cycles, each with the names of its processes and what `detailsOf` makes of them. */
export async function cycleErrors(
  db: Queries,
  cycles: readonly (readonly number[])[],
  detailsOf: (names: string[]) => ErrorDetails,
): Promise<DomainError[]> {
  if (!cycles.length) return [];
  const rows = await db.query<{ id: number; name: string }>(
    'select process_id as id, process_name as name from process where process_id = any($1::int[])',
    [[...new Set(cycles.flat())]],
  );
  const nameOf = new Map(rows.map(({ id, name }) => [id, name]));
  return cycles.map((cycle) => {
    const names = cycle.map((id) => nameOf.get(id)!);
    return conflict(`A process cannot depend on itself, directly or indirectly: ${names.join(' depends on ')}.`, {
      ...detailsOf(names),
      cycle: names,
    });
  });
}

/** @throws CONFLICT where the dependencies of a registration have closed a cycle: it has to be undone. */
export async function refuseCycle(tx: Tx, links: LinksAbove): Promise<void> {
  const cycle = cyclesOf(links).find((each) => each !== null);
  if (cycle) throw (await cycleErrors(tx, [cycle], () => ({ argument: 'input.dependsOn' })))[0]!;
}

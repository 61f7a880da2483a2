import type { Queries } from '../platform/database.js';
import { invalid, notFound, type DomainError } from '../platform/errors.js';
import { idOf } from '../platform/entity/ids.js';
import { idIn } from '../platform/write/naming.js';
import { attempt } from '../platform/write/reports.js';
import { processNaming } from '../process/process-naming.js';
import type { RunRefInput } from './run-ref.input.js';

/** The number that a reference gives as such; undefined where it has to be looked up. @throws INVALID */
function numberOf(ref: RunRefInput, argument: string): number | undefined {
  const given = (['id', 'trackingId', 'name', 'number'] as const).filter((each) => ref[each] !== undefined && ref[each] !== null);
  if (given.length !== 1 || (given[0] === 'number' && !ref.process))
    throw invalid('Say which ProcessRun: by id, by trackingId, by name, or by process and number.', {
      argument,
      value: ref,
      allowed: 'id, trackingId, name, or process and number',
    });
  if (ref.process) return undefined;
  return ref.id ? idOf(ref.id, 'ProcessRun', `${argument}.id`) : (ref.trackingId ?? undefined);
}

/**
 * The numbers of runs, or what is wrong with each reference. Asks the store only where one is told by name or by its process; a number that is
 * given as such may be of no run. `argument` names the place of each.
 */
export async function findRuns(
  db: Queries,
  refs: readonly RunRefInput[],
  argument: (i: number) => string,
): Promise<(number | DomainError)[]> {
  const given = refs.map((ref, i) => attempt(() => numberOf(ref, argument(i))));
  const asked = refs.map((ref, i) => ({ i, ref })).filter(({ i }) => given[i] === undefined);
  if (!asked.length) return given.map((each) => each!);
  const rows = await db.query<{ i: number; id: number | null; processId: number | null }>(
    // A look-up by index for each way: a condition that says which way holds would be tried on every run.
    `select n.i, p.id as "processId", r.id
     from jsonb_to_recordset($1::jsonb) n(i int, id int, name text, process text, number int)
     cross join lateral (select ${idIn(processNaming, 'n.process')} as id) p
     left join lateral (
       select r.process_tracking_id as id from process_tracking r where r.process_id = p.id and r.process_run_id = n.number
       union all
       select r.process_tracking_id from process_tracking r where r.process_run_name = n.name and (n.process is null or r.process_id = p.id)
       union all
       select r.process_tracking_id from process_tracking r where r.process_tracking_id = n.id and (n.process is null or r.process_id = p.id)
       offset 0
     ) r on true`,
    [
      JSON.stringify(
        asked.map(({ i, ref }) => ({
          i,
          id: ref.id ? idOf(ref.id, 'ProcessRun') : ref.trackingId,
          name: ref.name,
          process: ref.process,
          number: ref.number,
        })),
      ),
    ],
  );
  for (const { i, id, processId } of rows) {
    const ref = refs[i]!;
    const missing =
      ref.process && processId === null ? 'process' : typeof ref.number === 'number' ? 'number' : ref.name ? 'name' : 'process';
    given[i] =
      id ??
      notFound(
        missing === 'process' && processId === null
          ? `There is no Process ${JSON.stringify(ref.process)}.`
          : `There is no such ProcessRun${ref.process ? ` of the Process ${JSON.stringify(ref.process)}` : ''}.`,
        { argument: `${argument(i)}.${missing}`, value: ref[missing] },
      );
  }
  return given.map((each) => each!);
}

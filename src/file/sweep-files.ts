import type { Database } from '../platform/database.js';

const batchSize = 100;

/** Files whose holder was not heard of in time, as `t`; `s` is their status. A file without a lease is taken from nobody by a machine. */
export const stuckFrom = `extract_tracking t join extract_status_lkup s using (extract_status_id)`;
export const stuckWhere = `t.lease_until <= process_tracker.waybill_now() and s.extract_status_name = 'loading'`;

/**
 * Takes files from workers that were not heard of in time: they are ready again, or in error where their attempts are used up. Safe on any
 * number of servers at once. Answers how many it took.
 */
export async function sweepFiles(db: Database): Promise<number> {
  for (let total = 0; ;) {
    const [found] = await db.query<{ files: number[] | null }>(
      `select array_agg(id) as files
       from (
         select t.extract_id as id
         from ${stuckFrom}
         where ${stuckWhere}
         order by t.lease_until, t.extract_id
         limit ${batchSize}
       ) s`,
    );
    const { files } = found!;
    if (!files) return total;
    const [done] = await db.write({ actor: 'waybill', origin: 'sweeper', reason: 'Its holder was not heard of in time.' }, (tx) =>
      tx.query<{ swept: number }>('select process_tracker.sweep_extracts($1) as swept', [files]),
    );
    total += done!.swept;
    // Fewer were taken than found: somebody else was faster.
    if (files.length < batchSize || !done!.swept) return total;
  }
}

import type { Database } from '../platform/database.js';

const batchSize = 100;

/** Files whose lease has expired, as `t`; `s` is their status. A file without a lease is never swept. */
export const stuckFrom = `extract_tracking t join extract_status_lkup s using (extract_status_id)`;
export const stuckWhere = `t.lease_until <= process_tracker.waybill_now() and s.extract_status_name = 'loading'`;

/**
 * Takes files from workers whose leases have expired: they are ready again, or in error where their attempts are used up. Safe on any
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
    const [done] = await db.write({ actor: 'waybill', origin: 'sweeper', reason: 'Its lease expired.' }, (tx) =>
      tx.query<{ swept: number }>('select process_tracker.sweep_extracts($1) as swept', [files]),
    );
    total += done!.swept;
    // Fewer were taken than found: another server or a worker was faster.
    if (files.length < batchSize || !done!.swept) return total;
  }
}

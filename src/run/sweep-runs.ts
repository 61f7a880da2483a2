import type { Database } from '../platform/database.js';
import { runIsOpenSql, stuckSql } from './run-state.js';

const batchSize = 100;

/**
 * Abandons the runs with a lease that are stuck: no heartbeat came in time, or they exceeded the time limit of their process. A run
 * without a lease is never abandoned automatically. Safe on any number of servers at once. Answers how many it abandoned.
 */
export async function sweepRuns(db: Database): Promise<number> {
  for (let total = 0; ;) {
    const [found] = await db.query<{ runs: number[] | null }>(
      `select array_agg(id) as runs from (
         select r.process_tracking_id as id
         from process_tracking r
         join process p using (process_id)
         where ${runIsOpenSql('r')} and r.lease_until is not null and ${stuckSql('r', 'p')} is not null
         order by r.process_tracking_id
         limit ${batchSize}
       ) s`,
    );
    const { runs } = found!;
    if (!runs) return total;
    const [done] = await db.write({ actor: 'waybill', origin: 'sweeper' }, (tx) =>
      tx.query<{ abandoned: number }>('select process_tracker.abandon_runs($1) as abandoned', [runs]),
    );
    total += done!.abandoned;
    if (runs.length < batchSize) return total;
  }
}

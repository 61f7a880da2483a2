import { graphql } from 'graphql';
import pg from 'pg';
import { createContext } from '../../src/platform/read/context.js';
import { connectionOptions, Database } from '../../src/platform/database.js';
import type { Api } from './api.js';

/** Runs a query that must not fail as if it were `now`, and answers its data. */
export async function queryAt(api: Api, now: string, source: string): Promise<Record<string, any>> {
  const pool = new pg.Pool({ connectionString: api.url, options: `${connectionOptions('UTC')} -c waybill.now=${now}`, max: 5 });
  try {
    const contextValue = createContext(new Database(pool), { actor: 'tester', role: 'admin' }, 'test');
    const { data, errors } = await graphql({ schema: api.schema, source, contextValue });
    if (errors) throw errors[0]!.originalError ?? errors[0]!;
    return data as Record<string, any>;
  } finally {
    await pool.end();
  }
}

/** Puts the store into a time zone. */
export const setZone = (api: Api, zone: string): Promise<unknown> =>
  api.sql(`insert into waybill_setting (key, value) values ('time_zone', $1) on conflict (key) do update set value = excluded.value`, [
    zone,
  ]);

const statuses: Readonly<Record<string, number>> = { running: 1, completed: 2, failed: 3, 'on hold': 4 };

export interface RunRow {
  status?: string;
  start?: string;
  end?: string | null;
  reason?: string;
  origin?: string;
  records?: number;
  parent?: number;
  leaseUntil?: string;
}

/** Inserts the next run of a process, one of the day before 2026-01-02 if nothing is said; answers its number. */
export async function insertRun(api: Api, process: string, run: RunRow = {}): Promise<number> {
  const { status = 'completed', start = '2026-01-01T00:00:00Z' } = run;
  const end = run.end === undefined ? (status === 'running' || status === 'on hold' ? null : start) : run.end;
  if (!statuses[status])
    await api.sql(
      'insert into process_status_lkup (process_status_name) select $1 where not exists (select from process_status_lkup where process_status_name = $1)',
      [status],
    );
  const rows = await api.sql<{ id: number }>(
    `insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, started_at, process_run_end_date_time, ended_at,
       end_reason, origin, process_run_record_count, parent_run_id, lease_until)
     select p.process_id, s.process_status_id, (select coalesce(max(process_run_id), 0) + 1 from process_tracking r where r.process_id = p.process_id),
       $3::timestamptz::timestamp, $3::timestamptz, $4::timestamptz::timestamp, $4::timestamptz, $5, $6, $7, $8, $9::timestamptz
     from process p, process_status_lkup s where p.process_name = $1 and s.process_status_name = $2
     returning process_tracking_id as id`,
    [
      process,
      status,
      start,
      end,
      run.reason ?? null,
      run.origin ?? 'command',
      run.records ?? 0,
      run.parent ?? null,
      run.leaseUntil ?? null,
    ],
  );
  return rows[0]!.id;
}

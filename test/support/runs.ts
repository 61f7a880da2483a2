import type { Api } from './api.js';

/** A run as a test says it: what is left out is a run of today's first minute, completed a minute later. */
export interface RunToMake {
  process: string;
  status?: string;
  number?: number;
  started?: string;
  /** Null: it has not ended. Left out: a minute after its start, or not for what goes on or is held. */
  ended?: string | null;
  endReason?: string;
  name?: string;
  actor?: string;
  group?: string;
  /** Number (`databaseId`) of the run above it. */
  parent?: number;
  leaseUntil?: string;
  latest?: boolean;
}

export const day = (time: string) => `2020-01-01T${time}Z`;
const endless = new Set(['running', 'on hold']);

/** Makers of runs and of what hangs on them, by plain SQL: what they stand on is made where it is new. */
export function runsOf(api: Api) {
  const named = async (table: string, key: string, label: string, name: string | undefined): Promise<number | null> => {
    if (name === undefined) return null;
    const find = () => api.sql<{ id: number }>(`select ${key} as id from ${table} where ${label} = $1`, [name]);
    const [known] = await find();
    if (known) return known.id;
    await api.sql(`insert into ${table} (${label}) values ($1)`, [name]);
    return (await find())[0]!.id;
  };
  const processNumber = (name: string) => named('process', 'process_id', 'process_name', name);
  const statusNumber = (name: string) => named('process_status_lkup', 'process_status_id', 'process_status_name', name);

  /** Makes a run; answers its `databaseId`. Its number is the next of its process. */
  async function newRun(run: RunToMake): Promise<number> {
    const status = run.status ?? 'completed';
    const started = run.started ?? day('00:00:00');
    const ended = run.ended === undefined ? (endless.has(status) ? null : new Date(Date.parse(started) + 60_000).toISOString()) : run.ended;
    const [row] = await api.sql<{ id: number }>(
      `insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, started_at, process_run_end_date_time, ended_at,
         end_reason, process_run_name, process_run_actor_id, group_id, parent_run_id, lease_until, is_latest_run)
       values ($1, $2, coalesce($3, (select coalesce(max(process_run_id), 0) + 1 from process_tracking where process_id = $1)),
         $4::timestamptz, $4, $5::timestamptz, $5, $6, $7, $8, $9, $10, $11, $12) returning process_tracking_id as id`,
      [
        await processNumber(run.process),
        await statusNumber(status),
        run.number ?? null,
        started,
        ended,
        run.endReason ?? null,
        run.name ?? null,
        await named('actor_lkup', 'actor_id', 'actor_name', run.actor),
        await named('run_group', 'run_group_id', 'group_key', run.group),
        run.parent ?? null,
        run.leaseUntil ?? null,
        run.latest ?? false,
      ],
    );
    return row!.id;
  }

  /** Makes an error of a run; answers its `databaseId`. */
  async function newError(run: number, description: string, at = day('00:00:30'), type = 'Data Error'): Promise<number> {
    const [row] = await api.sql<{ id: number }>(
      `insert into error_tracking (error_type_id, process_tracking_id, error_description, error_occurrence_date_time, occurred_at)
       values ($1, $2, $3, $4::timestamptz, $4) returning error_tracking_id as id`,
      [await named('error_type_lkup', 'error_type_id', 'error_type_name', type), run, description, at],
    );
    return row!.id;
  }

  return { newRun, newError, processNumber };
}

/** Gives each process of a store four runs (skipped, failed, completed as its part, running) with errors, parameters, objects and groups. */
export async function fillRuns(api: Api): Promise<void> {
  await api.sql(`
    insert into run_group (group_key, name, expected_total) select 'night ' || n, 'Night ' || n, 4 from generate_series(1, 3) n;
    update process set run_time_limit_seconds = 600;
    insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, started_at, process_run_end_date_time, ended_at,
      process_run_name, process_run_actor_id, group_id, is_latest_run)
    select p.process_id, s.process_status_id, n, at::timestamp, at, e::timestamp, e, p.process_name || ' run ' || n,
      (select actor_id from actor_lkup where actor_name = 'tester'), g.run_group_id, n = 4
    from process p cross join (values (1, 'skipped'), (2, 'failed'), (3, 'completed'), (4, 'running')) x (n, status)
    join process_status_lkup s on s.process_status_name = x.status
    join run_group g on g.group_key = 'night ' || (p.process_id % 3 + 1)
    cross join lateral (select timestamptz '2020-01-01' + p.process_id * interval '1 hour' + n * interval '1 minute' as at) y
    cross join lateral (select case when n < 4 then at + interval '30 seconds' end as e) z
    order by p.process_id, n;
    update process_tracking t set parent_run_id = (select process_tracking_id from process_tracking o where o.process_id = t.process_id and o.process_run_id = 2)
      where process_run_id = 3;
    insert into error_tracking (error_type_id, process_tracking_id, error_description, error_occurrence_date_time, occurred_at)
      select error_type_id, process_tracking_id, error_type_name || ' of ' || process_run_name, started_at::timestamp, started_at
      from process_tracking cross join error_type_lkup where process_status_id = 3 order by 2, 1;
    insert into run_parameter (process_tracking_id, name, value) select process_tracking_id, n, 'value of ' || n from process_tracking cross join unnest('{day,area}'::text[]) n;
    insert into run_object (process_tracking_id, direction, source_object_id)
      select r.process_tracking_id, 'input', l.source_object_id from process_tracking r join process_source_object l using (process_id)
      union all select r.process_tracking_id, 'output', l.target_object_id from process_tracking r join process_target_object l using (process_id)`);
}

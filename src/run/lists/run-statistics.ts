import type { Window } from '../../platform/checks.js';
import type { Queries } from '../../platform/database.js';
import { runStatus } from '../run-state.js';

export interface Statistics {
  runCount: number;
  completed: number;
  failed: number;
  abandoned: number;
  cancelled: number;
  custom: number;
  successRate: number | null;
  recordCount: string | null;
  shortest: number | null;
  mean: number | null;
  median: number | null;
  p95: number | null;
  longest: number | null;
}

const { completed, failed } = runStatus;

/** Runs that ended. Holds, skipped runs and runs with an unknown end are not counted. */
const counted = `r.ended_at >= $1::timestamptz and r.ended_at < coalesce($2::timestamptz, 'infinity')
  and (r.end_reason is null or r.end_reason not in ('released', 'parent failed'))
  and (r.process_status_id in (${completed}, ${failed})
    or process_tracker.is_further_status(r.process_status_id)
      and r.process_status_id not in (
        select process_status_id
        from process_status_lkup
        where process_status_name in ('unknown', 'skipped')))`;

const figures = `count(*)::int as "runCount",
  count(*) filter (where status = ${completed})::int as completed,
  count(*) filter (where status = ${failed} and (reason in ('abandoned', 'cancelled')) is not true)::int as failed,
  count(*) filter (where status = ${failed} and reason = 'abandoned')::int as abandoned,
  count(*) filter (where status = ${failed} and reason = 'cancelled')::int as cancelled,
  count(*) filter (where process_tracker.is_further_status(status))::int as custom,
  count(*) filter (where status = ${completed})::float8 / nullif(count(*) filter (
    where status = ${completed} or status = ${failed} and reason is distinct from 'cancelled'), 0) as "successRate",
  sum(records)::text as "recordCount", min(seconds) as shortest, avg(seconds) as mean,
  round(percentile_cont(0.5) within group (order by seconds)::numeric, 6)::float8 as median,
  round(percentile_cont(0.95) within group (order by seconds)::numeric, 6)::float8 as p95, max(seconds) as longest`;

const runs = `select r.process_id, r.process_status_id as status, r.end_reason as reason,
    coalesce(r.process_run_record_count, 0) as records,
    case r.process_status_id
      when ${completed} then extract(epoch from r.ended_at - r.started_at)::float8 end as seconds
  from process_tracking r`;

const nothing: Statistics = {
  runCount: 0,
  completed: 0,
  failed: 0,
  abandoned: 0,
  cancelled: 0,
  custom: 0,
  successRate: null,
  recordCount: null,
  shortest: null,
  mean: null,
  median: null,
  p95: null,
  longest: null,
};

/** The figures of each of these processes. One statement. */
export async function statisticsOfEach(db: Queries, ids: readonly number[], { from, to }: Window): Promise<Statistics[]> {
  const rows = await db.query<Statistics & { id: number }>(
    `select process_id as id, ${figures}
     from (${runs} where ${counted} and r.process_id = any($3::int[])) x
     group by process_id`,
    [from, to ?? null, [...ids]],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? nothing);
}

/** The figures of all runs of these processes together, or of all there are. One statement. */
export async function statisticsOfAll(db: Queries, ids: readonly number[] | null, { from, to }: Window): Promise<Statistics> {
  const [row] = await db.query<Statistics>(
    `select ${figures}
     from (${runs} where ${counted}${ids ? ' and r.process_id = any($3::int[])' : ''}) x`,
    [from, to ?? null, ...(ids ? [[...ids]] : [])],
  );
  return row!;
}

import type { Queries } from '../../platform/database.js';

/**
 * The status that each file had at an instant, or null where it was not registered yet. By its history; before the first change in it, the status
 * before that change; and without any change, as in a store that was taken over, the present status. One statement.
 */
export async function statusesAt(db: Queries, ids: readonly number[], at: string): Promise<(string | null)[]> {
  const rows = await db.query<{ id: number; status: string | null }>(
    `select e.extract_id as id,
       case
         when b.event_id is not null then b.to_value
         when a.event_id is not null then a.from_value
         when e.registered_at <= $2::timestamptz then s.extract_status_name
       end as status
     from extract_tracking e
     left join extract_status_lkup s using (extract_status_id)
     left join lateral (
       select h.event_id, h.to_value
       from status_event h
       where h.subject_kind = 'File' and h.subject_id = e.extract_id and h.field = 'status'
         and h.at <= $2::timestamptz
       order by h.event_id desc
       limit 1
     ) b on true
     left join lateral (
       select h.event_id, h.from_value
       from status_event h
       where h.subject_kind = 'File' and h.subject_id = e.extract_id and h.field = 'status'
         and h.at > $2::timestamptz
       order by h.event_id
       limit 1
     ) a on true
     where e.extract_id = any($1::int[])`,
    [ids, at],
  );
  const byId = new Map(rows.map(({ id, status }) => [id, status]));
  return ids.map((id) => byId.get(id) ?? null);
}

export enum DayEntryKind {
  FILE_STATUS = 'FILE_STATUS',
  FILE_ERROR = 'FILE_ERROR',
  RUN_STARTED = 'RUN_STARTED',
  RUN_ENDED = 'RUN_ENDED',
  RUN_ERROR = 'RUN_ERROR',
}

/** An event of a file or a run; both by their numbers. */
export interface DayEntry {
  kind: DayEntryKind;
  at: string;
  fileId: number | null;
  runId: number | null;
  from: string | null;
  to: string | null;
  attempt: number | null;
  errorType: string | null;
  message: string | null;
  actor: string | null;
  reason: string | null;
}

/** A day (`2026-01-31`) in the store's time zone as the moments at which it begins and ends. */
export async function dayOf(db: Queries, date: string): Promise<{ from: string; to: string }> {
  const [row] = await db.query<{ from: string; to: string }>(
    `select
       process_tracker.instant_text($1::date::timestamp at time zone z.name) as "from",
       process_tracker.instant_text(($1::date + 1)::timestamp at time zone z.name) as "to"
     from (
       select coalesce((select value from waybill_setting where key = 'time_zone'), 'UTC') as name
     ) z`,
    [date],
  );
  return row!;
}

/**
 * The events in a period of the files that were loaded into an object or come from it, and of the runs that wrote it or processed those files, in the
 * order of time; at most `limit` of them. One statement.
 */
export const whatHappened = (db: Queries, object: number, from: string, to: string, limit: number): Promise<DayEntry[]> =>
  db.query<DayEntry>(
    `with file as materialized (
       select extract_id as id
       from extract_version
       where target_object_id = $1
       union
       select extract_id
       from extract_source_object
       where source_object_id = $1
     ), run as materialized (
       select o.process_tracking_id as id
       from run_object o
       where o.source_object_id = $1 and o.direction = 'output'
       union
       select l.process_tracking_id
       from file f
       join extract_process_tracking l on l.extract_tracking_id = f.id
     ), entry as (
       select 'FILE_STATUS' as kind, h.at, 1 as rank, h.event_id as place, h.subject_id::int as "fileId",
         null::int as "runId", h.from_value as "from", h.to_value as "to", null::int as attempt,
         null::text as "errorType", null::text as message, h.actor, h.reason
       from status_event h
       where h.subject_kind = 'File' and h.field = 'status' and h.subject_id in (select id from file)
         and h.at >= $2::timestamptz and h.at < $3::timestamptz
       union all
       select 'FILE_ERROR', e.occurred_at, 2, e.extract_error_id, e.extract_id,
         e.process_tracking_id, null, null, e.attempt,
         t.error_type_name, e.message, e.owner, null
       from extract_error e
       join error_type_lkup t using (error_type_id)
       where e.extract_id in (select id from file)
         and e.occurred_at >= $2::timestamptz and e.occurred_at < $3::timestamptz
       union all
       select 'RUN_STARTED', r.started_at, 0, r.process_tracking_id, null,
         r.process_tracking_id, null, null, null,
         null, null, a.actor_name, null
       from process_tracking r
       left join actor_lkup a on a.actor_id = r.process_run_actor_id
       where r.process_tracking_id in (select id from run)
         and r.started_at >= $2::timestamptz and r.started_at < $3::timestamptz
       union all
       select 'RUN_ENDED', r.ended_at, 4, r.process_tracking_id, null,
         r.process_tracking_id, null, coalesce(r.end_reason, s.process_status_name), null,
         null, null, null, null
       from process_tracking r
       join process_status_lkup s using (process_status_id)
       where r.process_tracking_id in (select id from run)
         and r.ended_at >= $2::timestamptz and r.ended_at < $3::timestamptz
       union all
       select 'RUN_ERROR', e.occurred_at, 3, e.error_tracking_id, null,
         e.process_tracking_id, null, null, null,
         t.error_type_name, e.error_description, null, null
       from error_tracking e
       join error_type_lkup t using (error_type_id)
       where e.process_tracking_id in (select id from run)
         and e.occurred_at >= $2::timestamptz and e.occurred_at < $3::timestamptz
     )
     select kind, process_tracker.instant_text(at) as at, "fileId", "runId",
       "from", "to", attempt, "errorType", message, actor, reason
     from (select * from entry order by at, rank, place limit $4) e
     order by e.at, rank, place`,
    [object, from, to, limit],
  );

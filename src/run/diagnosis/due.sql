-- From when on a start that is due is late: a quarter of the time since the start before, by its real length. Over a
-- change of the clock a day has 23 or 25 hours.
create or replace function process_tracker.late_from(base timestamptz, due_at timestamptz) returns timestamptz
language sql immutable as $$
  select due_at + extract(epoch from due_at - base)::float8 / 4 * interval '1 second'
$$;

-- The rows of process_due as the processes, their runs and the settings have them now: processes in use that have a
-- cron text, or a frequency that is known here. By frequency the next start is due a period after the last (or after
-- the process was created) on the clock of the store's time zone; an hour is always an hour. A run counts from its
-- start, if it was completed by itself. What a cron text means SQL cannot compute: such a row is pending. Instants
-- that no calendar of ours has an end for are left out. A plain query: the planner puts it in the place of a call.
create or replace function process_tracker.schedules() returns table (process_id int, cron text, zone text,
  base timestamptz, last_started_at timestamptz, due_at timestamptz, late_from timestamptz, pending boolean)
language sql stable as $$
  select t.process_id, t.cron, zone.name, b.base, r.last, d.due,
    case when t.cron is null then process_tracker.late_from(b.base, d.due) end, t.cron is not null
  from process t
  left join schedule_frequency_lkup f on f.schedule_frequency_id = t.schedule_frequency_id
  cross join (
    select coalesce((select value from waybill_setting where key = 'time_zone'), 'UTC') as name
  ) zone
  cross join lateral (
    select max(c.started_at) as last
    from process_tracking c
    where c.process_id = t.process_id
      and c.process_status_id = process_tracker.run_status('completed') and c.end_reason is distinct from 'released'
  ) r
  cross join lateral (select greatest(r.last, t.created_date_time) as base) b
  cross join lateral (
    select case f.schedule_frequency_name
      when 'hourly' then b.base + interval '1 hour'
      else (b.base at time zone zone.name + case f.schedule_frequency_name
        when 'daily' then interval '1 day'
        when 'weekly' then interval '7 days'
        when 'monthly' then interval '1 month'
        when 'quarterly' then interval '3 months'
        when 'annually' then interval '1 year' end) at time zone zone.name
      end as due
  ) d
  where t.retired_at is null and b.base > '0001-01-02Z' and b.base < '9990-01-01Z'
    and (t.cron is not null or d.due is not null)
$$;

-- ProcessTracker's times have no zone. Beside each stands an exact instant of ours, which rules and readers go by;
-- where a client writes only the naive time, it is read in the store's time zone. A client that writes need not be
-- allowed to read the settings.
create or replace function process_tracker.store_instant(naive timestamp) returns timestamptz
language sql stable security definer
set search_path = process_tracker, pg_temp as $$
  select naive at time zone coalesce((select value from waybill_setting where key = 'time_zone'), 'UTC')
$$;

create or replace function process_tracker.keep_run_instants() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT'
      or new.process_run_start_date_time is distinct from old.process_run_start_date_time
        and new.started_at is not distinct from old.started_at then
    new.started_at := case
      when tg_op = 'INSERT' and new.started_at is not null then new.started_at
      else process_tracker.store_instant(new.process_run_start_date_time) end;
  end if;
  if tg_op = 'INSERT'
      or new.process_run_end_date_time is distinct from old.process_run_end_date_time
        and new.ended_at is not distinct from old.ended_at then
    new.ended_at := case
      when tg_op = 'INSERT' and new.ended_at is not null then new.ended_at
      else process_tracker.store_instant(new.process_run_end_date_time) end;
  end if;
  return new;
end $$;

create or replace trigger keep_instants_insert before insert on process_tracker.process_tracking
  for each row when (new.started_at is null or new.ended_at is null and new.process_run_end_date_time is not null)
  execute function process_tracker.keep_run_instants();
create or replace trigger keep_instants_update before update on process_tracker.process_tracking
  for each row when (
    old.process_run_start_date_time is distinct from new.process_run_start_date_time
      and new.started_at is not distinct from old.started_at
    or old.process_run_end_date_time is distinct from new.process_run_end_date_time
      and new.ended_at is not distinct from old.ended_at)
  execute function process_tracker.keep_run_instants();

create or replace function process_tracker.keep_error_instant() returns trigger language plpgsql as $$
begin
  new.occurred_at := process_tracker.store_instant(new.error_occurrence_date_time);
  return new;
end $$;
create or replace trigger keep_instants_insert before insert on process_tracker.error_tracking
  for each row when (new.occurred_at is null)
  execute function process_tracker.keep_error_instant();
create or replace trigger keep_instants_update before update on process_tracker.error_tracking
  for each row when (
    old.error_occurrence_date_time is distinct from new.error_occurrence_date_time
    and new.occurred_at is not distinct from old.occurred_at)
  execute function process_tracker.keep_error_instant();

-- Rows from before. The instants add no fact: they raise no row version (history/stamp-rows.sql leaves them out).
create or replace function process_tracker.fill_instants() returns void language sql as $$
  update process_tracker.process_tracking set
      started_at = process_tracker.store_instant(process_run_start_date_time),
      ended_at = process_tracker.store_instant(process_run_end_date_time)
    where started_at is null;
  update process_tracker.error_tracking set occurred_at = process_tracker.store_instant(error_occurrence_date_time)
    where occurred_at is null;
$$;

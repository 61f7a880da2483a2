-- process_due is kept by triggers, so that it is true whichever client writes. Rows with a cron text are marked as
-- pending: a server computes them (run/diagnosis/process-due.ts), before it answers from them. No row depends on the
-- clock.

-- Processes are locked first, as a start and a report do. What others have written is looked at afterwards, so that
-- of two who change one process the later one sees both.
create or replace function process_tracker.keep_due(processes int[]) returns void language plpgsql as $$
declare
  kept int;
begin
  perform from process t
    where t.process_id = any (processes)
    order by t.process_id
    for no key update;
  if not exists (
      select from process t
      left join schedule_frequency_lkup f on f.schedule_frequency_id = t.schedule_frequency_id
      where t.process_id = any (processes) and (t.cron is not null or f.schedule_frequency_name <> 'unscheduled'))
    and not exists (select from process_due d where d.process_id = any (processes)) then
    return;
  end if;
  insert into process_due as d (process_id, cron, zone, base, last_started_at, due_at, late_from, pending)
    select s.process_id, s.cron, s.zone, s.base, s.last_started_at, s.due_at, s.late_from, s.pending
    from process_tracker.schedules() s
    where s.process_id = any (processes)
    on conflict (process_id) do update set cron = excluded.cron, zone = excluded.zone, base = excluded.base,
      last_started_at = excluded.last_started_at, due_at = excluded.due_at, late_from = excluded.late_from,
      pending = excluded.pending;
  get diagnostics kept = row_count;
  if kept < cardinality(processes) then
    delete from process_due d
      where d.process_id = any (processes)
        and not exists (select from process_tracker.schedules() s where s.process_id = d.process_id);
  end if;
end $$;

-- A client that writes runs or processes need not be allowed to write this table.
create or replace function process_tracker.keep_due_of_runs() returns trigger language plpgsql security definer
set search_path = process_tracker, pg_temp set plan_cache_mode = force_generic_plan set jit = off as $$
declare
  processes int[];
begin
  if current_setting('waybill.unrecorded', true) = 'on' then
    return null;
  elsif tg_op = 'INSERT' then
    select array_agg(distinct n.process_id) into processes
      from new_rows n
      where n.process_status_id = process_tracker.run_status('completed');
  elsif tg_op = 'DELETE' then
    select array_agg(distinct o.process_id) into processes
      from old_rows o
      where o.process_status_id = process_tracker.run_status('completed');
  else
    select array_agg(distinct p.id) into processes
      from old_rows o
      join new_rows n using (process_tracking_id)
      cross join lateral (values (o.process_id), (n.process_id)) p (id)
      where process_tracker.run_status('completed') in (o.process_status_id, n.process_status_id)
        and (o.process_id, o.process_status_id, o.end_reason, o.started_at)
          is distinct from (n.process_id, n.process_status_id, n.end_reason, n.started_at);
  end if;
  if processes is not null then
    perform process_tracker.keep_due(processes);
  end if;
  return null;
end $$;
create or replace trigger keep_due_insert after insert on process_tracker.process_tracking
  referencing new table as new_rows
  for each statement execute function process_tracker.keep_due_of_runs();
create or replace trigger keep_due_update after update on process_tracker.process_tracking
  referencing old table as old_rows new table as new_rows
  for each statement execute function process_tracker.keep_due_of_runs();
create or replace trigger keep_due_delete after delete on process_tracker.process_tracking
  referencing old table as old_rows
  for each statement execute function process_tracker.keep_due_of_runs();

create or replace function process_tracker.keep_due_of_processes() returns trigger language plpgsql security definer
set search_path = process_tracker, pg_temp set plan_cache_mode = force_generic_plan set jit = off as $$
declare
  processes int[];
begin
  if current_setting('waybill.unrecorded', true) = 'on' then
    return null;
  elsif tg_op = 'INSERT' then
    select array_agg(n.process_id) into processes from new_rows n;
  else
    select array_agg(n.process_id) into processes
      from old_rows o
      join new_rows n using (process_id)
      where (o.cron, o.schedule_frequency_id, o.created_date_time, o.retired_at)
        is distinct from (n.cron, n.schedule_frequency_id, n.created_date_time, n.retired_at);
  end if;
  if processes is not null then
    perform process_tracker.keep_due(processes);
  end if;
  return null;
end $$;
create or replace trigger keep_due_insert after insert on process_tracker.process
  referencing new table as new_rows
  for each statement execute function process_tracker.keep_due_of_processes();
create or replace trigger keep_due_update after update on process_tracker.process
  referencing old table as old_rows new table as new_rows
  for each statement execute function process_tracker.keep_due_of_processes();

-- What changes rarely and may concern any process: the time zone of the store, the name of a frequency, and runs that
-- are gone all at once.
create or replace function process_tracker.keep_all_due() returns trigger language plpgsql security definer
set search_path = process_tracker, pg_temp set plan_cache_mode = force_generic_plan set jit = off as $$
begin
  perform process_tracker.keep_due(array(select process_id from process));
  return null;
end $$;
create or replace trigger keep_due_insert after insert on process_tracker.waybill_setting for each row
  when (new.key = 'time_zone') execute function process_tracker.keep_all_due();
create or replace trigger keep_due_update after update on process_tracker.waybill_setting for each row
  when ('time_zone' in (old.key, new.key)) execute function process_tracker.keep_all_due();
create or replace trigger keep_due_delete after delete on process_tracker.waybill_setting for each row
  when (old.key = 'time_zone') execute function process_tracker.keep_all_due();
create or replace trigger keep_due_update after update of schedule_frequency_name
  on process_tracker.schedule_frequency_lkup
  for each statement execute function process_tracker.keep_all_due();
create or replace trigger keep_due_truncate after truncate on process_tracker.process_tracking
  for each statement execute function process_tracker.keep_all_due();

-- Rows from before, or from before the rules above were what they are now.
select process_tracker.keep_due(array(select process_id from process_tracker.process));

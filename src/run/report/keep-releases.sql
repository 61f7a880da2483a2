-- A hold that is released by plain SQL, as ProcessTracker's CLI does, is no run that was completed: it gets the end
-- reason that the API gives it, by which lateness, gates and counts of failures leave it out. The CLI leaves it
-- without an end as well.
create or replace function process_tracker.keep_release() returns trigger language plpgsql as $$
begin
  new.end_reason := 'released';
  if new.process_run_end_date_time is null and new.ended_at is null then
    new.ended_at := process_tracker.waybill_now();
  end if;
  return new;
end $$;
create or replace trigger keep_release before update of process_status_id on process_tracker.process_tracking
  for each row when (
    old.process_status_id = process_tracker.run_status('on hold')
    and new.process_status_id not in (process_tracker.run_status('running'), process_tracker.run_status('failed'),
      process_tracker.run_status('on hold'))
    and new.end_reason is null
    and coalesce(current_setting('waybill.actor_id', true), '') = '')
  execute function process_tracker.keep_release();

-- ProcessTracker's client takes the run with the highest number for the latest, and takes the mark from that one
-- before it makes its own. A run that was skipped because a parent failed in a group may have the highest number
-- without the mark (groups/skip-descendants.sql): then no client would take the mark from the run below it, and the
-- client could not start its process any more.
create or replace function process_tracker.pass_latest_on() returns trigger language plpgsql set jit = off as $$
begin
  update process_tracker.process_tracking r set is_latest_run = false
    where r.process_id = new.process_id and r.is_latest_run and r.process_run_id < new.process_run_id
      and (
        select bool_and(s.end_reason is not distinct from 'parent failed')
        from process_tracker.process_tracking s
        where s.process_id = new.process_id
          and s.process_run_id > r.process_run_id and s.process_run_id < new.process_run_id);
  return new;
end $$;
create or replace trigger pass_latest_on before insert on process_tracker.process_tracking
  for each row when (new.is_latest_run and coalesce(current_setting('waybill.actor_id', true), '') = '')
  execute function process_tracker.pass_latest_on();

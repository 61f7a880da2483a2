-- ProcessTracker's client takes the run with the highest number for the latest, and takes the mark from that one
-- before it makes its own. A run that was skipped because a parent failed in a group, or that was recorded after its
-- end, may have the highest number without the mark (groups/skip-descendants.sql, record/record-runs.sql): then no
-- client would take the mark from the run below it, and the client could not start its process any more. Nor would it
-- see the hold below such a run.
create or replace function process_tracker.pass_latest_on() returns trigger language plpgsql set jit = off as $$
declare
  last process_tracker.process_tracking;
begin
  select * into last from process_tracker.process_tracking r
    where r.process_id = new.process_id and r.origin = 'command' and r.end_reason is distinct from 'parent failed'
    order by r.process_run_id desc
    limit 1;
  if new.process_status_id = process_tracker.run_status('running')
      and last.process_status_id = process_tracker.run_status('on hold')
      and last.process_run_id < new.process_run_id - 1 then
    raise exception using errcode = 'check_violation', message = 'The process is on hold.';
  end if;
  update process_tracker.process_tracking r set is_latest_run = false
    where r.process_id = new.process_id and r.is_latest_run and r.process_run_id < new.process_run_id
      and (
        select bool_and(s.end_reason is not distinct from 'parent failed' or s.origin = 'recorded')
        from process_tracker.process_tracking s
        where s.process_id = new.process_id
          and s.process_run_id > r.process_run_id and s.process_run_id < new.process_run_id);
  return new;
end $$;
create or replace trigger pass_latest_on before insert on process_tracker.process_tracking
  for each row when (new.is_latest_run and coalesce(current_setting('waybill.actor_id', true), '') = '')
  execute function process_tracker.pass_latest_on();

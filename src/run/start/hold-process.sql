-- Puts a process on hold for an operator: a mark in the place of a run. Answers its number, and whether it was on hold
-- already.
create or replace function process_tracker.hold_process(process int, actor text) returns jsonb language plpgsql as $$
declare
  proc process;
  hold process_tracking;
  facts jsonb;
begin
  select * into proc from process p
    where p.process_id = hold_process.process
    for no key update;
  if not found then
    raise exception using errcode = '40001', message = 'The process was deleted while it was put on hold.';
  end if;
  if proc.retired_at is not null then
    perform process_tracker.refuse_retired('Process', proc.process_id, proc.process_name, proc.retired_at,
      'input.process');
  end if;
  facts := process_tracker.judge_start(proc.process_id, null);
  if facts ->> 'outcome' = 'ALREADY_RUNNING' then
    raise exception using errcode = 'WB409',
      message = format('The Process %s is running: end, cancel or abandon its run first.', to_json(proc.process_name)),
      detail = jsonb_build_object(
        'argument', 'input.process', 'value', proc.process_name, 'databaseId', facts -> 'run');
  end if;
  if facts ->> 'outcome' = 'ON_HOLD' and facts ? 'run' then
    return jsonb_build_object('id', facts -> 'run', 'changed', false);
  end if;
  if facts ?| array['abandons', 'stale'] then
    perform process_tracker.abandon_runs(array[coalesce(facts ->> 'abandons', facts ->> 'stale')::int]);
  end if;
  hold := process_tracker.add_run(proc, process_tracker.run_status('on hold'),
    jsonb_build_object('actor', process_tracker.actor_number(actor)));
  return jsonb_build_object('id', hold.process_tracking_id, 'changed', true);
end $$;

-- The run that holds a process, as `id`; locks the process, so that it stays so. Where its hold was released to the
-- status `target` and no run followed, that hold, with `released`.
drop function if exists process_tracker.hold_of(int);
create or replace function process_tracker.hold_to_release(process int, target text) returns jsonb
language plpgsql as $$
declare
  hold process_tracking;
  name text;
begin
  select p.process_name into name from process p
    where p.process_id = hold_to_release.process
    for no key update;
  hold := process_tracker.last_command_run(process);
  if hold.end_reason = 'released' and exists (
      select from process_status_lkup
      where process_status_id = hold.process_status_id and process_status_name = target) then
    return jsonb_build_object('id', hold.process_tracking_id, 'released', true);
  end if;
  if hold.process_status_id is distinct from process_tracker.run_status('on hold') then
    raise exception using errcode = 'WB409', message = format('The Process %s is not on hold.', to_json(name)),
      detail = jsonb_build_object('argument', 'input.process', 'value', name,
        'state', case when hold.process_tracking_id is not null then
          process_tracker.run_state(hold.process_status_id, hold.end_reason) end,
        'allowed', array['ON_HOLD']);
  end if;
  return jsonb_build_object('id', hold.process_tracking_id, 'released', false);
end $$;

-- Starts a run of a registered process, if it may. Starts of one process follow each other by the lock on its row, on
-- however many servers; Python clients take no lock: against them stand the unique indexes, by which the caller tries
-- again and finds their run.
-- `input`: process (its number), processName, actor (a name), name, key, keyInput, leaseSeconds, group (key, name,
-- expectedTotal), parentRun, parameters, links.
-- Answers what judge_start does, with the run that was made, or REPLAYED; `token`: the run's fencing token, for who may
-- report on it; `wrote` is false where a caller should undo what led here.
create or replace function process_tracker.start_process_run(input jsonb) returns jsonb language plpgsql
-- Plans that are kept, and go by index: see lifecycle/make-lifecycle.sql.
set plan_cache_mode = force_generic_plan set seq_page_cost = 1000 set jit = off as $$
declare
  proc constant process := process_tracker.lock_process_to_start(input);
  in_group run_group;
  facts jsonb;
  made process_tracking;
begin
  if input ? 'key' then
    facts := process_tracker.replay_start(proc.process_id, input);
    if facts is not null then
      return facts || '{"wrote": false}';
    end if;
  end if;
  if input ? 'group' then
    in_group := process_tracker.open_run_group(input -> 'group');
  end if;

  facts := process_tracker.judge_start(proc.process_id, in_group.run_group_id)
    || jsonb_build_object('process', proc.process_id);
  if facts ->> 'outcome' in ('ALREADY_RUNNING', 'BLOCKED') or facts ->> 'outcome' = 'ON_HOLD' and facts ? 'run' then
    return facts || '{"wrote": false}';
  end if;
  if input ?| array['name', 'parentRun'] then
    perform process_tracker.check_run_references(input);
  end if;
  if facts ? 'abandons' then
    perform process_tracker.abandon_runs(array[(facts ->> 'abandons')::int]);
  end if;
  input := input || jsonb_build_object(
    'actor', process_tracker.actor_number(input ->> 'actor'), 'group', in_group.run_group_id);
  if facts ->> 'outcome' = 'ON_HOLD' then
    made := process_tracker.hold_after_failures(proc, input, facts);
    return facts || jsonb_build_object('run', made.process_tracking_id, 'wrote', true);
  end if;
  made := process_tracker.add_run(proc, process_tracker.run_status('running'), input);
  return facts || jsonb_build_object(
    'run', made.process_tracking_id, 'token', made.fencing_token::text, 'wrote', true);
end $$;

-- The process of a start, locked until the transaction ends.
create or replace function process_tracker.lock_process_to_start(input jsonb) returns process_tracker.process
language plpgsql as $$
declare
  proc process;
begin
  if input ->> 'process' is null then
    raise exception using errcode = 'WB400',
      message = format(
        'There is no Process %s yet: to create it, specify its type and its tool.', input -> 'processName'),
      detail = jsonb_build_object('argument', 'input.process.type', 'value', null, 'allowed', 'a name');
  end if;
  select * into proc from process p
    where p.process_id = (input ->> 'process')::int
    for no key update;
  if not found then
    raise exception using errcode = '40001', message = 'The process was deleted while it was about to start.';
  end if;
  if proc.retired_at is not null then
    perform process_tracker.refuse_retired('Process', proc.process_id, proc.process_name, proc.retired_at,
      'input.process.name');
  end if;
  return proc;
end $$;

-- The answer to a start whose idempotency key was used before, by the same start; null if it was not.
create or replace function process_tracker.replay_start(process int, input jsonb) returns jsonb language plpgsql as $$
declare
  known process_tracking;
  different jsonb;
begin
  select * into known from process_tracking r
    where r.process_id = replay_start.process and r.idempotency_key = input ->> 'key';
  if not found then
    return null;
  end if;
  select jsonb_agg(coalesce(a.key, b.key) order by coalesce(a.key, b.key)) into different
    from jsonb_each(input -> 'keyInput') a
    full join jsonb_each(known.idempotency_input - 'fencingToken') b on a.key = b.key
    where a.value is distinct from b.value;
  if different is not null then
    raise exception using errcode = 'WB409',
      message = format('The idempotency key was used for another start, of run %s.', known.process_run_id),
      detail = jsonb_build_object('argument', 'input.idempotencyKey', 'value', input -> 'key',
        'run', known.process_run_id, 'different', different);
  end if;
  -- A worker from whom the run was taken does not get it back by asking again.
  return jsonb_build_object('outcome', 'REPLAYED', 'process', process, 'run', known.process_tracking_id,
    'token', case when known.fencing_token::text = known.idempotency_input ->> 'fencingToken'
      then known.fencing_token::text end);
end $$;

-- Refuses a name that another run has, and a parent run that does not exist.
create or replace function process_tracker.check_run_references(input jsonb) returns void language plpgsql as $$
declare
  known process_tracking;
begin
  select * into known from process_tracking r
    where r.process_run_name = input ->> 'name';
  if found then
    raise exception using errcode = 'WB409',
      message = format('There is another run with the name %s.', to_json(known.process_run_name)),
      detail = jsonb_build_object('argument', 'input.runName', 'value', known.process_run_name,
        'databaseId', known.process_tracking_id,
        'process', (select p.process_name from process p where p.process_id = known.process_id),
        'run', known.process_run_id);
  end if;
  if input ? 'parentRun'
      and not exists (select from process_tracking r where r.process_tracking_id = (input ->> 'parentRun')::int) then
    raise exception using errcode = 'WB404', message = 'There is no Run with this id.',
      detail = jsonb_build_object('argument', 'input.parentRun', 'value', input -> 'parentRun');
  end if;
end $$;

-- Puts a process on hold instead of starting it, after too many consecutive failures.
create or replace function process_tracker.hold_after_failures(
  process process_tracker.process, input jsonb, facts jsonb
) returns process_tracker.process_tracking language plpgsql as $$
declare
  made process_tracking;
  reason constant text := current_setting('waybill.reason', true);
begin
  perform set_config('waybill.reason', format('It failed %s consecutive times.', facts ->> 'failureLimit'), true);
  -- A refused start may be repeated with its key and its name.
  made := process_tracker.add_run(process, process_tracker.run_status('on hold'),
    input - array['key', 'keyInput', 'name', 'parameters', 'links']);
  perform set_config('waybill.reason', coalesce(reason, ''), true);
  return made;
end $$;

-- What a run reads and writes its process has been linked to before, and so is not refused where it is retired since.
drop trigger if exists refuse_retired on process_tracker.run_object; -- until a start was free of it
drop function if exists process_tracker.refuse_retired_run_object();

-- Makes the next run of a locked process, running or on hold, and its latest. `input` holds, each
-- optional: actor (its number), name, key and keyInput, leaseSeconds, group (its number), parentRun,
-- parameters (name, value), links (label, url). Answers its row.
drop function if exists process_tracker.add_run(process_tracker.process, int, jsonb);
create function process_tracker.add_run(process process_tracker.process, status int, input jsonb)
returns process_tracker.process_tracking language plpgsql as $$
declare
  now timestamptz := process_tracker.waybill_now();
  ended timestamptz;
  running constant boolean := status = process_tracker.run_status('running');
  lease constant int := case when running then coalesce((input ->> 'leaseSeconds')::int, process.lease_seconds) end;
  number int;
  token constant bigint := nextval('process_tracker.fencing_token_seq');
  run process_tracking;
begin
  select coalesce(max(r.process_run_id), 0) + 1 into number
    from process_tracking r
    where r.process_id = process.process_id;
  perform set_config('waybill.unrecorded', 'on', true);
  update process_tracking r set is_latest_run = false
    where r.process_id = process.process_id and r.is_latest_run
    returning r.ended_at into ended;
  perform set_config('waybill.unrecorded', '', true);
  -- A start that had to wait began before the run ended that it waited for; the run did not.
  if ended > now and ended <= process_tracker.waybill_clock() then
    now := ended;
  end if;
  insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, started_at,
      process_run_actor_id, is_latest_run, process_run_name, fencing_token, lease_seconds, lease_until, heartbeat_at,
      idempotency_key, idempotency_input, group_id, parent_run_id, links)
    values (process.process_id, status, number, now::timestamp, now,
      (input ->> 'actor')::int, true, input ->> 'name', token, lease, now + lease * interval '1 second',
      case when running then now end,
      input ->> 'key', input -> 'keyInput' || jsonb_build_object('fencingToken', token::text),
      (input ->> 'group')::int, (input ->> 'parentRun')::int, coalesce(input -> 'links', '[]'))
    returning * into run;
  if input @? '$.parameters[*]' then
    insert into run_parameter (process_tracking_id, name, value)
      select run.process_tracking_id, p ->> 'name', p ->> 'value'
      from jsonb_array_elements(input -> 'parameters') p
      order by 2;
  end if;
  if running then
    insert into run_object (process_tracking_id, direction, source_object_id)
      select run.process_tracking_id, 'input', l.source_object_id
      from process_source_object l
      where l.process_id = process.process_id
      union all
      select run.process_tracking_id, 'output', l.target_object_id
      from process_target_object l
      where l.process_id = process.process_id;
  end if;
  return run;
end $$;

-- Makes the next run of a locked process, running or on hold, and its latest. `input` holds, each left out where nothing is said: actor
-- (its number), name, key and keyInput, leaseSeconds, group (its number), parentRun, parameters (name, value). Answers its row.
drop function if exists process_tracker.add_run(process_tracker.process, int, jsonb);
create function process_tracker.add_run(process process_tracker.process, status int, input jsonb) returns process_tracker.process_tracking language plpgsql as $$
declare
  -- A start that had to wait began before the run ended that it waited for; the run did not.
  now constant timestamptz := greatest(process_tracker.waybill_now(), (select r.ended_at from process_tracking r
    where r.process_id = process.process_id and r.is_latest_run and r.ended_at <= process_tracker.waybill_clock()));
  lease constant int := case status when process_tracker.run_status('running') then coalesce((input ->> 'leaseSeconds')::int, process.lease_seconds) end;
  number int;
  token constant bigint := nextval('process_tracker.fencing_token_seq');
  run process_tracking;
begin
  select coalesce(max(r.process_run_id), 0) + 1 into number from process_tracking r where r.process_id = process.process_id;
  update process_tracking r set is_latest_run = false where r.process_id = process.process_id and r.is_latest_run;
  insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, started_at, process_run_actor_id, is_latest_run,
      process_run_name, fencing_token, lease_seconds, lease_until, heartbeat_at, idempotency_key, idempotency_input, group_id, parent_run_id)
    values (process.process_id, status, number, now::timestamp, now, (input ->> 'actor')::int, true,
      input ->> 'name', token, lease, now + lease * interval '1 second', case status when process_tracker.run_status('running') then now end,
      input ->> 'key', input -> 'keyInput' || jsonb_build_object('fencingToken', token::text), (input ->> 'group')::int, (input ->> 'parentRun')::int)
    returning * into run;
  if input @? '$.parameters[*]' then
    insert into run_parameter (process_tracking_id, name, value)
      select run.process_tracking_id, p ->> 'name', p ->> 'value' from jsonb_array_elements(input -> 'parameters') p order by 2;
  end if;
  if status = process_tracker.run_status('running') then
    insert into run_object (process_tracking_id, direction, source_object_id)
      select run.process_tracking_id, 'input', l.source_object_id from process_source_object l where l.process_id = process.process_id
      union all select run.process_tracking_id, 'output', l.target_object_id from process_target_object l where l.process_id = process.process_id;
  end if;
  return run;
end $$;

-- Starts a run of a registered process, if it may. Starts of one process follow each other by the lock on its row, on however many servers;
-- against Python clients, who take no lock, stand the unique indexes: then the caller tries again and finds their run.
-- `input`: process (its number), actor (a name), name, key, keyInput, leaseSeconds, group (key, name, expectedTotal), parentRun, parameters.
-- Answers what judge_start does, with the run that was made, or REPLAYED; `token`: the run's fencing token, for who may report on it; `wrote` is
-- false where a caller should undo what led here.
create or replace function process_tracker.start_process_run(input jsonb) returns jsonb language plpgsql as $$
declare
  proc process;
  known process_tracking; made process_tracking;
  in_group run_group;
  facts jsonb;
  different jsonb;
  reason text := current_setting('waybill.reason', true);
begin
  if input ->> 'process' is null then
    raise exception using errcode = 'WB400',
      message = format('There is no Process %s yet: to make it, say its type and its tool.', input -> 'processName'),
      detail = jsonb_build_object('argument', 'input.process.type', 'value', null, 'allowed', 'a name');
  end if;
  select * into proc from process p where p.process_id = (input ->> 'process')::int for no key update;
  if not found then
    raise exception using errcode = '40001', message = 'The process went while it was about to start.';
  end if;
  if proc.retired_at is not null then
    perform process_tracker.refuse_retired('Process', proc.process_name, proc.retired_at);
  end if;
  if input ? 'key' then
    select * into known from process_tracking r where r.process_id = proc.process_id and r.idempotency_key = input ->> 'key';
    if found then
      select jsonb_agg(coalesce(a.key, b.key) order by coalesce(a.key, b.key)) into different
        from jsonb_each(input -> 'keyInput') a full join jsonb_each(known.idempotency_input - 'fencingToken') b on a.key = b.key where a.value is distinct from b.value;
      if different is not null then
        raise exception using errcode = 'WB409', message = format('The idempotency key was used for another start, of run %s.', known.process_run_id),
          detail = jsonb_build_object('argument', 'input.idempotencyKey', 'value', input -> 'key', 'run', known.process_run_id, 'different', different);
      end if;
      -- A worker from whom the run was taken does not get it back by asking again.
      return jsonb_build_object('outcome', 'REPLAYED', 'process', proc.process_id, 'run', known.process_tracking_id,
        'token', case when known.fencing_token::text = known.idempotency_input ->> 'fencingToken' then known.fencing_token::text end, 'wrote', false);
    end if;
  end if;
  if input ? 'group' then
    in_group := process_tracker.put_run_group(input -> 'group');
    if in_group.closed_at is not null then
      raise exception using errcode = 'WB409', message = format('The run group %s is closed.', to_json(in_group.group_key)),
        detail = jsonb_build_object('argument', 'input.group.key', 'value', in_group.group_key, 'closedAt', process_tracker.instant_text(in_group.closed_at));
    end if;
  end if;

  facts := process_tracker.judge_start(proc.process_id, in_group.run_group_id) || jsonb_build_object('process', proc.process_id);
  if facts ->> 'outcome' in ('ALREADY_RUNNING', 'BLOCKED') or facts ->> 'outcome' = 'ON_HOLD' and facts ? 'run' then
    return facts || '{"wrote": false}';
  end if;
  select * into known from process_tracking r where r.process_run_name = input ->> 'name';
  if found then
    raise exception using errcode = 'WB409', message = format('There is another run with the name %s.', to_json(known.process_run_name)),
      detail = jsonb_build_object('argument', 'input.runName', 'value', known.process_run_name, 'trackingId', known.process_tracking_id,
        'process', (select p.process_name from process p where p.process_id = known.process_id), 'run', known.process_run_id);
  end if;
  if input ? 'parentRun' and not exists (select from process_tracking r where r.process_tracking_id = (input ->> 'parentRun')::int) then
    raise exception using errcode = 'WB404', message = 'There is no such ProcessRun.',
      detail = jsonb_build_object('argument', 'input.parentRun', 'value', input -> 'parentRun');
  end if;
  if facts ? 'abandons' then
    perform process_tracker.abandon_runs(array[(facts ->> 'abandons')::int]);
  end if;
  input := input || jsonb_build_object('actor', process_tracker.actor_number(input ->> 'actor'), 'group', in_group.run_group_id);
  if facts ->> 'outcome' = 'ON_HOLD' then
    perform set_config('waybill.reason', format('It failed %s times in a row.', facts ->> 'failureLimit'), true);
    -- A refused start may be repeated with its key and its name.
    made := process_tracker.add_run(proc, process_tracker.run_status('on hold'), input - array['key', 'keyInput', 'name', 'parameters']);
    perform set_config('waybill.reason', coalesce(reason, ''), true);
    return facts || jsonb_build_object('run', made.process_tracking_id, 'wrote', true);
  end if;
  made := process_tracker.add_run(proc, process_tracker.run_status('running'), input);
  return facts || jsonb_build_object('run', made.process_tracking_id, 'token', made.fencing_token::text, 'wrote', true);
end $$;

-- The run group with this key, made or changed as `input` (key, name, expectedTotal) says, and kept from being closed until the transaction ends.
create or replace function process_tracker.put_run_group(input jsonb) returns process_tracker.run_group language plpgsql as $$
declare
  found_group run_group;
begin
  loop
    -- What is to be changed is not shared first: two who then both wanted more would wait for each other.
    update run_group g set name = coalesce(input ->> 'name', g.name), expected_total = coalesce((input ->> 'expectedTotal')::int, g.expected_total)
      where g.group_key = input ->> 'key' and (g.name is distinct from coalesce(input ->> 'name', g.name)
        or g.expected_total is distinct from coalesce((input ->> 'expectedTotal')::int, g.expected_total)) returning * into found_group;
    exit when found;
    select * into found_group from run_group g where g.group_key = input ->> 'key' for share;
    exit when found;
    insert into run_group (group_key, name, expected_total) values (input ->> 'key', input ->> 'name', (input ->> 'expectedTotal')::int)
      on conflict (group_key) do nothing returning * into found_group;
    exit when found;
  end loop;
  return found_group;
end $$;

-- Ends runs whose holder was not heard of in time: those of them that are stuck still. Stored as failed, so that Python clients gate on it.
create or replace function process_tracker.abandon_runs(runs int[]) returns int language plpgsql
set seq_page_cost = 1000 set jit = off as $$
declare
  items jsonb;
  reason text := current_setting('waybill.reason', true);
  abandoned int;
begin
  select jsonb_agg(jsonb_build_object('id', r.process_tracking_id, 'to', 'failed', 'ends', true, 'endReason', 'abandoned', 'fence', true, 'byPerson', true,
      'ifStuck', true, 'errors', jsonb_build_array(jsonb_build_object('type', 'Process Error', 'createType', true, 'description',
        case process_tracker.why_stuck(r.lease_until, coalesce(r.taken_up_at, r.started_at), p.run_time_limit_seconds)
          when 'TIME_LIMIT' then format('Abandoned: it ran longer than the %s seconds that its process may.', p.run_time_limit_seconds)
          else format('Abandoned: its lease was over at %s.', process_tracker.instant_text(r.lease_until)) end)))) into items
    from process_tracking r join process p using (process_id) where r.process_tracking_id = any (runs);
  perform set_config('waybill.reason', 'Its holder was not heard of in time.', true);
  select count(*) filter (where n.verdict is null) into abandoned from process_tracker.report_runs(coalesce(items, '[]'), 'command') n;
  perform set_config('waybill.reason', coalesce(reason, ''), true);
  return abandoned;
end $$;

-- Puts a process on hold for a person: a mark in the place of a run. Answers its number, and whether it was on hold already.
create or replace function process_tracker.hold_process(process int, actor text) returns jsonb language plpgsql as $$
declare
  proc process;
  hold process_tracking;
  facts jsonb;
begin
  select * into proc from process p where p.process_id = hold_process.process for no key update;
  if not found then
    raise exception using errcode = '40001', message = 'The process went while it was put on hold.';
  end if;
  facts := process_tracker.judge_start(proc.process_id, null);
  if facts ->> 'outcome' = 'ALREADY_RUNNING' then
    raise exception using errcode = 'WB409', message = format('%s runs: end, cancel or abandon its run first.', to_json(proc.process_name)),
      detail = jsonb_build_object('argument', 'input.process', 'value', proc.process_name, 'trackingId', facts -> 'run');
  end if;
  if facts ->> 'outcome' = 'ON_HOLD' and facts ? 'run' then
    return jsonb_build_object('id', facts -> 'run', 'done', true);
  end if;
  if facts ?| array['abandons', 'stale'] then
    perform process_tracker.abandon_runs(array[coalesce(facts ->> 'abandons', facts ->> 'stale')::int]);
  end if;
  hold := process_tracker.add_run(proc, process_tracker.run_status('on hold'), jsonb_build_object('actor', process_tracker.actor_number(actor)));
  return jsonb_build_object('id', hold.process_tracking_id, 'done', false);
end $$;

-- The run that holds a process; locks the process, so that it stays so.
create or replace function process_tracker.hold_of(process int) returns int language plpgsql as $$
declare
  hold process_tracking;
  name text;
begin
  select p.process_name into name from process p where p.process_id = hold_of.process for no key update;
  select * into hold from process_tracking r where r.process_id = hold_of.process and r.origin = 'command'
    and r.end_reason is distinct from 'parent failed' order by r.process_run_id desc limit 1;
  if hold.process_status_id is distinct from process_tracker.run_status('on hold') then
    raise exception using errcode = 'WB409', message = format('%s is not on hold.', to_json(name)),
      detail = jsonb_build_object('argument', 'input.process', 'value', name,
        'state', process_tracker.run_state(hold.process_status_id, hold.end_reason));
  end if;
  return hold.process_tracking_id;
end $$;

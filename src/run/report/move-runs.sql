-- The lifecycle of runs. `*` is a custom status: a run may take one and must end in one of the others to free what
-- waits for it.
delete from process_tracker.lifecycle_move where subject_kind = 'Run';
insert into process_tracker.lifecycle_move (subject_kind, from_state, to_state, needs_reason)
select 'Run', f, t, needs_reason
from (values
  (array['running', '*'], array['running', 'completed', 'failed', 'on hold', 'skipped', 'unknown', '*'], false),
  -- An operator releases a hold, or reopens a run that has ended.
  (array['on hold'], array['completed', 'skipped', 'unknown', '*'], true),
  (array['completed', 'failed', 'unknown'], array['running'], true),
  (array['unknown'], array['completed', 'failed'], false)
) v(froms, tos, needs_reason)
cross join unnest(froms) f
cross join unnest(tos) t
where f <> t or f = '*';

-- What is wrong with a report on a run, beside the rules of every lifecycle; null if nothing is. `state` is the name of
-- the run's status.
create or replace function process_tracker.check_run_report(
  run process_tracker.process_tracking, state text, item jsonb
) returns jsonb language plpgsql stable as $$
declare
  open constant boolean := process_tracker.run_is_open(run.process_status_id, run.ended_at);
  verdict jsonb;
begin
  if (item ->> 'repeated')::boolean then
    return '{"done": true}';
  end if;
  verdict := coalesce(
    case when not open and process_tracker.is_further_status(run.process_status_id)
      then process_tracker.check_ended_run(state, item) end,
    process_tracker.check_run_values(run, item),
    case when item ? 'errors' then process_tracker.check_error_types(item -> 'errors') end,
    case when item ? 'links' then
      process_tracker.check_links(process_tracker.with_links(run.links, item -> 'links')) end);
  if verdict is not null then
    return verdict;
  end if;
  if (item ->> 'ifStuck')::boolean and (run.lease_until is null or process_tracker.why_stuck(
      run.lease_until, coalesce(run.taken_up_at, run.started_at),
      (select p.run_time_limit_seconds from process p where p.process_id = run.process_id)) is null) then
    return '{"done": true}';
  end if;
  if item ->> 'to' = 'running' then
    return process_tracker.check_reopening(run, state, open, item);
  end if;
  return null;
end $$;

-- A hold that was released to a custom status has ended as well: it can only be reopened, with a reason.
create or replace function process_tracker.check_ended_run(state text, item jsonb) returns jsonb
language plpgsql stable as $$
begin
  if item ->> 'to' <> state and not exists (
      select from process_status_lkup
      where process_status_name = state and state in ('unknown', 'skipped')) then
    if item ->> 'to' <> 'running' then
      return jsonb_build_object('code', 'CONFLICT',
        'message', format('This run has ended as %s and cannot become %s.', state, item ->> 'to'),
        'argument', 'status', 'value', item -> 'to', 'state', state, 'allowed', '["running"]'::jsonb);
    elsif coalesce(item ->> 'reason', '') = '' then
      return jsonb_build_object('code', 'INVALID',
        'message', format('The change of this Run from %s to running needs a reason.', state),
        'argument', 'reason', 'value', item -> 'reason', 'allowed', 'a sentence');
    end if;
  end if;
  return null;
end $$;

-- Makes move_process_tracking and judge_process_tracking.
-- What is wrong with the instants and the counts that are reported on a run.
create or replace function process_tracker.check_run_values(run process_tracker.process_tracking, item jsonb)
returns jsonb language plpgsql stable as $$
declare
  low constant timestamptz := least(run.process_run_low_date_time::timestamptz, (item ->> 'lowWatermark')::timestamptz);
  high constant timestamptz := greatest(
    run.process_run_high_date_time::timestamptz, (item ->> 'highWatermark')::timestamptz);
  largest constant bigint := 9223372036854775807;
begin
  if (item ->> 'endedAt')::timestamptz < run.started_at then
    return jsonb_build_object('code', 'INVALID', 'message', 'A run cannot end before it started.',
      'argument', 'endedAt', 'value', item -> 'endedAt',
      'allowed', jsonb_build_object('from', process_tracker.instant_text(run.started_at)));
  end if;
  -- Also one that would not be kept, because a lower or a higher one is known.
  if (item ->> 'lowWatermark')::timestamptz > least((item ->> 'highWatermark')::timestamptz, high)
      or (item ->> 'highWatermark')::timestamptz < low then
    return jsonb_build_object('code', 'INVALID', 'message', 'The low watermark would be after the high watermark.',
      'argument', case when item ? 'lowWatermark' then 'lowWatermark' else 'highWatermark' end,
      'value', coalesce(item -> 'lowWatermark', item -> 'highWatermark'),
      'allowed', jsonb_build_object(
        'low', process_tracker.instant_text(run.process_run_low_date_time::timestamptz),
        'high', process_tracker.instant_text(run.process_run_high_date_time::timestamptz)));
  end if;
  if item ?| array['insertCount', 'updateCount']
      and coalesce((item ->> 'insertCount')::numeric, run.process_run_insert_count)
        + coalesce((item ->> 'updateCount')::numeric, run.process_run_update_count) > largest then
    return jsonb_build_object('code', 'INVALID',
      'message', 'Inserts and updates together exceed a 64-bit number.',
      'argument', case when item ? 'insertCount' then 'insertCount' else 'updateCount' end,
      'value', coalesce(item -> 'insertCount', item -> 'updateCount'));
  end if;
  return null;
end $$;

-- The first of these errors whose type does not exist and is not to be made, as a verdict; null if there is none.
create or replace function process_tracker.check_error_types(errors jsonb) returns jsonb language plpgsql stable as $$
declare
  unknown text;
  place bigint;
begin
  select e ->> 'type', l.n - 1 into unknown, place
    from jsonb_array_elements(errors) with ordinality l(e, n)
    where not coalesce((e ->> 'createType')::boolean, false)
      and not exists (select from error_type_lkup where error_type_name = e ->> 'type')
    order by l.n
    limit 1;
  if not found then
    return null;
  end if;
  return jsonb_build_object('code', 'INVALID',
    'message', format('There is no ErrorType %s; `createType: true` creates it.', to_json(unknown)),
    'argument', format('errors.%s.type', place), 'value', unknown,
    'allowed', (select jsonb_agg(error_type_name order by error_type_id) from error_type_lkup));
end $$;

-- An open run cannot be reopened, nor one that was recorded after its end; of those that have ended only the latest.
create or replace function process_tracker.check_reopening(
  run process_tracker.process_tracking, state text, open boolean, item jsonb
) returns jsonb language plpgsql stable as $$
declare
  latest process_tracking;
begin
  if run.origin = 'recorded' then
    return jsonb_build_object('code', 'CONFLICT',
      'message', 'This run was recorded after its end and cannot be reopened.',
      'argument', 'run', 'value', run.process_run_id);
  end if;
  if open and (item ->> 'mustMove')::boolean then
    return jsonb_build_object('code', 'CONFLICT', 'message', format('This run is %s and has not ended.', state),
      'argument', 'run', 'value', run.process_run_id);
  end if;
  if not open then
    select * into latest from process_tracking r
      where r.process_id = run.process_id and r.origin = 'command' and r.process_run_id > run.process_run_id
        and r.end_reason is distinct from 'parent failed'
      order by r.process_run_id desc
      limit 1;
    if found then
      return jsonb_build_object('code', 'CONFLICT',
        'message', format('Only the latest run can be reopened; run %s came after it.', latest.process_run_id),
        'argument', 'run', 'value', run.process_run_id, 'latestRun', latest.process_run_id);
    end if;
  end if;
  return null;
end $$;

select process_tracker.make_lifecycle(jsonb_build_object(
  'kind', 'Run', 'argument', 'run', 'tbl', 'process_tracking', 'key', 'process_tracking_id',
  'state', 'process_status_id', 'states', 'process_status_lkup', 'state_type', 'ProcessStatus',
  'state_key', 'process_status_id', 'state_name', 'process_status_name',
  'token', 'fencing_token', 'lease', 'lease_until',
  'open', 'process_tracker.run_is_open(t.process_status_id, t.ended_at)', 'check', 'check_run_report',
  'sets', $sets$
    ended_at = case
      when (m.x ->> 'ends')::boolean then coalesce((m.x ->> 'endedAt')::timestamptz, m.now)
      when m.x ->> 'to' = 'running' then null
      else t.ended_at end,
    process_run_end_date_time = case
      when (m.x ->> 'ends')::boolean then coalesce((m.x ->> 'endedAt')::timestamptz, m.now)::timestamp
      when m.x ->> 'to' = 'running' then null
      else t.process_run_end_date_time end,
    -- The end of a hold is its release.
    end_reason = case
      when (m.x ->> 'ends')::boolean then coalesce(
        m.x ->> 'endReason',
        case t.process_status_id when process_tracker.run_status('on hold') then 'released' end)
      when m.x ->> 'to' = 'running' then null
      else t.end_reason end,
    process_run_insert_count = coalesce((m.x ->> 'insertCount')::bigint, t.process_run_insert_count),
    process_run_update_count = coalesce((m.x ->> 'updateCount')::bigint, t.process_run_update_count),
    -- The sum of both, unless it was set on its own: then it is another number than their sum.
    process_run_record_count = case
      when m.x ? 'recordCount' then (m.x ->> 'recordCount')::bigint
      when m.x ?| array['insertCount', 'updateCount']
        and coalesce(t.process_run_record_count, 0) = t.process_run_insert_count + t.process_run_update_count
      then coalesce((m.x ->> 'insertCount')::bigint, t.process_run_insert_count)
        + coalesce((m.x ->> 'updateCount')::bigint, t.process_run_update_count)
      else t.process_run_record_count end,
    process_run_low_date_time = least(t.process_run_low_date_time, (m.x ->> 'lowWatermark')::timestamptz::timestamp),
    process_run_high_date_time = greatest(
      t.process_run_high_date_time, (m.x ->> 'highWatermark')::timestamptz::timestamp),
    -- From here the time limit counts: taken up again after it had ended, rested in another status, or its lease had
    -- expired.
    taken_up_at = case
      when m.x ->> 'to' = 'running' and t.process_status_id <> process_tracker.run_status('running')
        or (m.x ->> 'heartbeat')::boolean and m.open and t.lease_until <= m.now
          and not coalesce((m.x ->> 'ends')::boolean, false)
      then m.now
      else t.taken_up_at end,
    links = case when m.x ? 'links' then process_tracker.with_links(t.links, m.x -> 'links') else t.links end,
    heartbeat_at = case when (m.x ->> 'heartbeat')::boolean and m.open then m.now else t.heartbeat_at end,
    -- A run that is reopened has the lease of this report, or none.
    lease_seconds = coalesce(
      (m.x ->> 'leaseSeconds')::int,
      case when m.x ->> 'to' = 'running' and not m.open then null else t.lease_seconds end),
    lease_until = case
      when (m.x ->> 'ends')::boolean then null
      when m.x ->> 'to' = 'running' and not m.open then m.now + (m.x ->> 'leaseSeconds')::int * interval '1 second'
      when (m.x ->> 'heartbeat')::boolean and m.open
        then m.now + coalesce((m.x ->> 'leaseSeconds')::int, t.lease_seconds) * interval '1 second'
      else t.lease_until end,
    -- The former lease owner can write no more.
    fencing_token = case
      when (m.x ->> 'fence')::boolean then nextval('process_tracker.fencing_token_seq')
      else t.fencing_token end
  $sets$,
  'tells', $tells$
    jsonb_build_object(
      'process', t.process_id, 'run', t.process_tracking_id, 'endReason', t.end_reason, 'group', t.group_id,
      'more', coalesce(t.process_run_record_count, 0)::numeric - coalesce((m.was).process_run_record_count, 0),
      'at', coalesce((m.x ->> 'endedAt')::timestamptz, m.now),
      -- What a report states is another than before: a heartbeat alone states nothing.
      'changed', m.x @? '$.errors[*]' or
        (t.process_status_id, t.ended_at, t.end_reason, t.process_run_insert_count, t.process_run_update_count,
          t.process_run_record_count, t.process_run_low_date_time, t.process_run_high_date_time, t.lease_seconds,
          t.links)
        is distinct from
        ((m.was).process_status_id, (m.was).ended_at, (m.was).end_reason, (m.was).process_run_insert_count,
          (m.was).process_run_update_count, (m.was).process_run_record_count, (m.was).process_run_low_date_time,
          (m.was).process_run_high_date_time, (m.was).lease_seconds, (m.was).links))
  $tells$));

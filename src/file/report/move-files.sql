-- The lifecycle of files. `*` is a custom status: from and to any but loading.
delete from process_tracker.lifecycle_move where subject_kind = 'File';
insert into process_tracker.lifecycle_move (subject_kind, from_state, to_state, needs_reason)
select 'File', f, t, r
from (values
  ('initializing', array['ready', 'error', 'deleted'], false),
  ('ready', array['loading', 'archived', 'deleted', 'error'], false),
  ('loading', array['loaded', 'error', 'ready'], false),
  ('loaded', array['archived', 'ready', 'loading'], false),
  ('archived', array['ready'], true),
  ('archived', array['deleted'], false),
  ('error', array['ready'], true),
  ('error', array['deleted'], false),
  ('deleted', array['initializing'], false),
  ('*', array['initializing', 'ready', 'loaded', 'archived', 'error', 'deleted', '*'], false)
) v(f, ts, r)
cross join unnest(ts) t
union all
select 'File', f, '*', false
from unnest(array['initializing', 'ready', 'loaded', 'archived', 'error', 'deleted']) f;

-- The error of a report on a file, beside the rules of every lifecycle; null if there is none. `state` is the name of
-- the file's status.
create or replace function process_tracker.check_extract_report(
  file process_tracker.extract_tracking, state text, item jsonb
) returns jsonb language plpgsql stable as $$
begin
  if (item ->> 'byHolder')::boolean and state <> 'loading' then
    return jsonb_build_object('code', 'CONFLICT', 'message', format('This file is %s: it has no lease owner.', state),
      'argument', 'fencingToken', 'value', item -> 'token');
  end if;
  if item ? 'onlyFrom' and not item -> 'onlyFrom' ? state then
    return jsonb_build_object('code', 'CONFLICT', 'message', format('The status of this file is %s, not %s.', state,
        (select string_agg(s, ' or ') from jsonb_array_elements_text(item -> 'onlyFrom') s)),
      'argument', 'status', 'value', state, 'allowed', item -> 'onlyFrom');
  end if;
  return coalesce(
    case when item ?| array['writeLowWatermark', 'writeHighWatermark'] then process_tracker.check_dates(
      'write', item, file.extract_write_low_date_time, file.extract_write_high_date_time) end,
    case when item ?| array['loadLowWatermark', 'loadHighWatermark'] then process_tracker.check_dates(
      'load', item, file.extract_load_low_date_time, file.extract_load_high_date_time) end,
    case when item ? 'errors' then process_tracker.check_error_types(item -> 'errors') end,
    case when item ? 'links' then
      process_tracker.check_links(process_tracker.with_links(file.links, item -> 'links')) end);
end $$;

-- Whether the low watermark of a side, `write` or `load`, is still at or before its high watermark.
create or replace function process_tracker.check_dates(
  side text, item jsonb, known_low timestamptz, known_high timestamptz
) returns jsonb language plpgsql stable as $$
declare
  low constant timestamptz := item ->> (side || 'LowWatermark');
  high constant timestamptz := item ->> (side || 'HighWatermark');
begin
  -- Also one that would not be kept, because a lower or a higher one is known.
  if low > least(high, greatest(known_high, high)) or high < least(known_low, low) then
    return jsonb_build_object('code', 'INVALID', 'message', 'The low watermark would be after the high watermark.',
      'argument', side || case when low is null then 'HighWatermark' else 'LowWatermark' end,
      'value', coalesce(item -> (side || 'LowWatermark'), item -> (side || 'HighWatermark')),
      'allowed', jsonb_build_object(
        'low', process_tracker.instant_text(known_low), 'high', process_tracker.instant_text(known_high)));
  end if;
  return null;
end $$;

-- When a file may be tried again after its attempt number `attempt` failed: `after` so many seconds, or by the policy
-- of its location. Null where it is given up. The default of a location is 5 attempts, the second 60 seconds after the
-- first.
drop function if exists process_tracker.next_attempt(int, int);
create or replace function process_tracker.next_attempt(location int, attempt int, after int) returns timestamptz
language sql stable as $$
  select case when attempt < coalesce(l.max_attempts, 5) then
    process_tracker.waybill_now() + interval '1 second' * coalesce(after, least(
      -- Twice as long after each attempt, at most a day; 2 to the power of 30 is more than a day of any delay.
      coalesce(l.retry_delay_seconds, 60) * 2.0 ^ least(greatest(attempt - 1, 0), 30), 86400)) end
  from location_lkup l
  where l.location_id = location
$$;

-- `to` loading by a claim gives the file to `owner`; any other state takes it from its lease owner.
-- Makes move_extract_tracking and judge_extract_tracking.
select process_tracker.make_lifecycle(jsonb_build_object(
  'kind', 'File', 'argument', 'file', 'tbl', 'extract_tracking', 'key', 'extract_id',
  'state', 'extract_status_id', 'states', 'extract_status_lkup', 'state_type', 'FileStatus',
  'state_key', 'extract_status_id', 'state_name', 'extract_status_name',
  'token', 'fencing_token', 'lease', 'lease_until', 'open', 't.lease_until > process_tracker.waybill_now()',
  'check', 'check_extract_report',
  'sets', $sets$
    extract_write_record_count = coalesce((m.x ->> 'writeRecordCount')::bigint, t.extract_write_record_count),
    extract_load_record_count = coalesce((m.x ->> 'loadRecordCount')::bigint, t.extract_load_record_count),
    extract_write_low_date_time =
      least(t.extract_write_low_date_time, (m.x ->> 'writeLowWatermark')::timestamptz::timestamp),
    extract_write_high_date_time =
      greatest(t.extract_write_high_date_time, (m.x ->> 'writeHighWatermark')::timestamptz::timestamp),
    extract_load_low_date_time =
      least(t.extract_load_low_date_time, (m.x ->> 'loadLowWatermark')::timestamptz::timestamp),
    extract_load_high_date_time =
      greatest(t.extract_load_high_date_time, (m.x ->> 'loadHighWatermark')::timestamptz::timestamp),
    -- Another version has another size.
    size_bytes = coalesce((m.x ->> 'sizeBytes')::bigint, t.size_bytes),
    extract_filesize = case
      when (m.x ->> 'sizeBytes')::bigint <> t.size_bytes then null
      else t.extract_filesize end,
    extract_filesize_type_id = case
      when (m.x ->> 'sizeBytes')::bigint <> t.size_bytes then null
      else t.extract_filesize_type_id end,
    links = case when m.x ? 'links' then process_tracker.with_links(t.links, m.x -> 'links') else t.links end,
    owner = case when m.x ? 'owner' then m.x ->> 'owner' when m.x ? 'to' then null else t.owner end,
    claim_run_id = case when m.x ? 'owner' then (m.x ->> 'run')::int when m.x ? 'to' then null else t.claim_run_id end,
    claimed_at = case when m.x ? 'owner' then m.now when m.x ? 'to' then null else t.claimed_at end,
    claim_key = case when m.x ? 'owner' then m.x ->> 'claimKey' when m.x ? 'to' then null else t.claim_key end,
    heartbeat_at = case when (m.x ->> 'heartbeat')::boolean then m.now else t.heartbeat_at end,
    lease_seconds = case
      when m.x ? 'owner' then (m.x ->> 'leaseSeconds')::int
      when m.x ? 'to' then null
      else coalesce((m.x ->> 'leaseSeconds')::int, t.lease_seconds) end,
    lease_until = case
      when m.x ? 'owner' then m.now + (m.x ->> 'leaseSeconds')::int * interval '1 second'
      when m.x ? 'to' then null
      when (m.x ->> 'heartbeat')::boolean
        then m.now + coalesce((m.x ->> 'leaseSeconds')::int, t.lease_seconds) * interval '1 second'
      else t.lease_until end,
    -- A file that is released was not tried; the attempts of one that is to be loaded again are counted from 0.
    attempt = case
      when (m.x ->> 'untried')::boolean then greatest(t.attempt - 1, 0)
      when m.x ? 'attempt' then (m.x ->> 'attempt')::int
      when m.x ->> 'to' = 'ready' and (
        select s.extract_status_name
        from extract_status_lkup s
        where s.extract_status_id = t.extract_status_id) in ('loaded', 'archived') then 0
      else t.attempt end,
    next_attempt_at = case
      when m.x ->> 'to' = 'error' and (m.x ->> 'retryable')::boolean
        then process_tracker.next_attempt(t.extract_location_id, t.attempt, (m.x ->> 'retryAfterSeconds')::int)
      when not m.x ? 'to' then t.next_attempt_at end,
    -- The token of the lease owner until now is stale: after a claim, and after a move without a token.
    fencing_token = case
      when (m.x ->> 'fence')::boolean or m.x ? 'to' and not m.x ? 'token' and t.fencing_token is not null
        then nextval('process_tracker.fencing_token_seq')
      else t.fencing_token end
  $sets$,
  'tells', $tells$
    jsonb_build_object(
      'state', t.extract_status_id,
      'held', (m.was).owner, 'tried', (m.was).attempt, 'heldFor', (m.was).claim_run_id,
      -- What a report states is another than before: a heartbeat alone states nothing.
      'changed', m.x @? '$.errors[*]' or
        (t.extract_status_id, t.extract_write_record_count, t.extract_load_record_count,
          t.extract_write_low_date_time, t.extract_write_high_date_time, t.extract_load_low_date_time,
          t.extract_load_high_date_time, t.size_bytes, t.owner, t.lease_seconds, t.links)
        is distinct from
        ((m.was).extract_status_id, (m.was).extract_write_record_count, (m.was).extract_load_record_count,
          (m.was).extract_write_low_date_time, (m.was).extract_write_high_date_time,
          (m.was).extract_load_low_date_time, (m.was).extract_load_high_date_time, (m.was).size_bytes, (m.was).owner,
          (m.was).lease_seconds, (m.was).links))
  $tells$));

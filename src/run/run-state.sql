-- What a run's status and end reason mean. ProcessTracker's four statuses have its numbers in every store (checked
-- when it is made). Functions that look up the others are in plpgsql: one in SQL that holds a query is never put in
-- the place of its call, but compiled at each.

-- The number of one of the four. Immutable: the planner puts the number in its place, so that it finds the partial
-- indexes, and refuses a name that is none of them. In plpgsql, since that is the language whose functions it calls
-- fastest.
create or replace function process_tracker.run_status(name text) returns int
language plpgsql immutable parallel safe as $$
begin
  case name
    when 'running' then return 1;
    when 'completed' then return 2;
    when 'failed' then return 3;
    when 'on hold' then return 4;
  end case;
end $$;

-- Whether a status is none of the four: it has a number above theirs. The planner puts the comparison in its place.
create or replace function process_tracker.is_further_status(status int) returns boolean
language sql immutable parallel safe as $$
  select status > 4
$$;

-- The state of a run as the API calls it: a custom status is CUSTOM.
create or replace function process_tracker.run_state(status int, end_reason text) returns text
language plpgsql stable as $$
begin
  if process_tracker.is_further_status(status) then
    return coalesce((
      select upper(process_status_name)
      from process_status_lkup
      where process_status_id = status and process_status_name in ('unknown', 'skipped')), 'CUSTOM');
  end if;
  return case status
    when process_tracker.run_status('running') then 'RUNNING'
    when process_tracker.run_status('completed') then 'COMPLETED'
    when process_tracker.run_status('failed') then
      case end_reason when 'abandoned' then 'ABANDONED' when 'cancelled' then 'CANCELLED' else 'FAILED' end
    when process_tracker.run_status('on hold') then 'ON_HOLD'
    else 'CUSTOM'
  end;
end $$;

-- Whether a run is open: it is running, or in a custom status without an end.
create or replace function process_tracker.run_is_open(status int, ended_at timestamptz) returns boolean
language plpgsql stable as $$
begin
  if process_tracker.is_further_status(status) then
    return ended_at is null and not exists (
      select from process_status_lkup
      where process_status_id = status and process_status_name in ('unknown', 'skipped'));
  end if;
  return status = process_tracker.run_status('running');
end $$;

-- Whether a run, as the latest of its process, blocks what depends on it: it is open, failed, or is a hold.
create or replace function process_tracker.run_holds_back(status int, ended_at timestamptz) returns boolean
language sql stable as $$
  select status in (process_tracker.run_status('running'), process_tracker.run_status('failed'),
      process_tracker.run_status('on hold'))
    or process_tracker.run_is_open(status, ended_at)
$$;

-- Why an open run counts as stuck: its lease has expired, or it exceeds the time limit of its process since it was
-- last resumed (`taken_up_at`, else `started_at`). Null if it does not.
create or replace function process_tracker.why_stuck(
  lease_until timestamptz, started_at timestamptz, time_limit_seconds int
) returns text language sql stable as $$
  select case
    when lease_until <= process_tracker.waybill_now() then 'LEASE_EXPIRED'
    when started_at + time_limit_seconds * interval '1 second' <= process_tracker.waybill_now() then 'TIME_LIMIT' end
$$;

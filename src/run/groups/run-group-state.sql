-- The run that counts for each process of these groups: its latest there, by the rules of latest-runs.sql, reported
-- runs included. A process whose only run was a hold that is released has no run there.
create or replace function process_tracker.group_members(groups int[])
returns table (group_id int, run int, status int, end_reason text, ended_at timestamptz) language sql stable as $$
  select distinct on (l.group_id, l.process_id)
    l.group_id, l.process_tracking_id, l.process_status_id, l.end_reason, l.ended_at
  from (
    select distinct on (r.group_id, r.process_id, r.origin = 'recorded')
      r.group_id, r.process_id, r.process_tracking_id, r.process_status_id, r.end_reason, r.started_at, r.ended_at,
      r.process_run_id
    from process_tracking r
    where r.group_id = any (groups) and r.end_reason is distinct from 'released'
    order by r.group_id, r.process_id, r.origin = 'recorded',
      case r.origin when 'recorded' then r.started_at end desc, r.process_run_id desc
  ) l
  order by l.group_id, l.process_id, l.end_reason is not distinct from 'parent failed', l.started_at desc,
    l.process_run_id desc
$$;

-- The state of members as a whole, from how many there are, are open, on hold, completed and cancelled. It shows their
-- end when the group is closed, or when as many as expected have ended.
create or replace function process_tracker.members_state(
  closed boolean, expected int, total bigint, open bigint, on_hold bigint, completed bigint, cancelled bigint
) returns text language sql immutable as $$
  select case
    when open > 0 then 'RUNNING'
    when not closed and (expected is null or total - on_hold < expected) then
      case when total = 0 then 'OPEN' else 'RUNNING' end
    when completed >= greatest(total, expected) then 'SUCCEEDED'
    when completed > 0 then 'PARTIAL'
    when total > 0 and cancelled = total then 'CANCELLED'
    else 'FAILED' end
$$;

-- The state of a run group.
create or replace function process_tracker.run_group_state(id int, expected int, closed boolean) returns text
language sql stable as $$
  select process_tracker.members_state(closed, expected, count(*),
    count(*) filter (
      where m.ended_at is null and process_tracker.run_is_open(m.status, m.ended_at)),
    count(*) filter (where m.status = process_tracker.run_status('on hold')),
    count(*) filter (where m.status = process_tracker.run_status('completed')),
    count(*) filter (where m.status = process_tracker.run_status('failed') and m.end_reason = 'cancelled'))
  from process_tracker.group_members(array[id]) m
$$;

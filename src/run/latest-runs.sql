-- The latest run of a process, as what depends on it sees it. Commands follow each other by their numbers, which their
-- clients choose one after the other. A run that was recorded after its end takes a later number than its time: it
-- comes before or after the last command by its start, as do recorded runs among themselves. A run that was skipped
-- because a parent failed in a group says nothing of the process itself; runs that events report count nowhere here.
-- Plain queries: the planner puts them in the place of a call, so that each half is read from its own index.
create or replace function process_tracker.latest_run(process int) returns setof process_tracker.process_tracking
language sql stable as $$
  select l.*
  from (
    (select *
      from process_tracking r
      where r.process_id = latest_run.process and r.origin = 'command'
        and r.end_reason is distinct from 'parent failed'
      order by r.process_run_id desc
      limit 1)
    union all
    (select *
      from process_tracking r
      where r.process_id = latest_run.process and r.origin = 'recorded'
      order by r.started_at desc, r.process_run_id desc
      limit 1)
  ) l
  order by l.started_at desc, l.process_run_id desc
  limit 1
$$;

-- The run group that a process was in last: that of its latest run, also of one that was skipped there because a parent
-- failed. A hold is no run of a group.
create or replace function process_tracker.group_of_latest_run(process int) returns int language sql stable as $$
  select l.group_id
  from (
    (select r.group_id, r.started_at, r.process_run_id
      from process_tracking r
      where r.process_id = group_of_latest_run.process and r.origin = 'command'
        and r.process_status_id <> (
          select s.process_status_id
          from process_status_lkup s
          where s.process_status_name = 'on hold')
        and r.end_reason is distinct from 'released'
      order by r.process_run_id desc
      limit 1)
    union all
    (select r.group_id, r.started_at, r.process_run_id
      from process_tracking r
      where r.process_id = group_of_latest_run.process and r.origin = 'recorded'
      order by r.started_at desc, r.process_run_id desc
      limit 1)
  ) l
  order by l.started_at desc, l.process_run_id desc
  limit 1
$$;

-- The latest run of a process within a run group. There a skipped run counts where it is the only one, and a hold that
-- was released is no run that was completed.
create or replace function process_tracker.latest_run_in_group(in_group int, process int)
returns setof process_tracker.process_tracking language sql stable as $$
  select l.*
  from (
    select distinct on (g.origin) g.*
    from (
      -- By the group's index: all runs of a process may be many.
      select *
      from process_tracking r
      where r.group_id = in_group and r.process_id = latest_run_in_group.process
      offset 0
    ) g
    where g.origin <> 'observed' and g.end_reason is distinct from 'released'
    order by g.origin, case g.origin when 'recorded' then g.started_at end desc, g.process_run_id desc
  ) l
  order by l.end_reason is not distinct from 'parent failed', l.started_at desc, l.process_run_id desc
  limit 1
$$;

-- Whether a process may start a run, and why not, from what stands there now; it writes nothing. `in_group` is the
-- number of a run group, or null. A start calls it with the process locked.
--
-- Answers an object: `outcome` (STARTED, ALREADY_RUNNING, ON_HOLD, BLOCKED) · `run`: the running run, or the hold ·
-- `abandons`: a run with an expired lease that a start ends · `failures`: the consecutive failures that put the
-- process on hold · `blockers`: hard parents that block it · `warnings`: parents that do not, but deserve attention:
-- never ran, skipped, unknown, or soft and not completed. Runs and processes by their numbers. What runs or holds is a
-- command: runs that are recorded or reported may overlap. Failures and parents count recorded runs too.
create or replace function process_tracker.judge_start(process int, in_group int) returns jsonb
language plpgsql stable as $$
declare
  latest constant process_tracking := process_tracker.last_command_run(process);
  going process_tracking;
  failure_limit int;
  time_limit int;
  stale int;
  failures int[];
  parents jsonb;
  facts jsonb;
begin
  -- A process without a limit of its own is put on hold after 5 failures.
  select coalesce(p.failure_limit, 5), p.run_time_limit_seconds into failure_limit, time_limit
    from process p
    where p.process_id = judge_start.process;
  select * into going from process_tracking r
    where r.process_id = judge_start.process
      and r.process_status_id = process_tracker.run_status('running') and r.origin = 'command';
  if going.process_id is null and process_tracker.run_is_open(latest.process_status_id, latest.ended_at) then
    going := latest;
  end if;
  facts := jsonb_build_object('failureLimit', failure_limit);
  if going.process_id is not null then
    -- A run without a lease is never taken over automatically, however long it runs.
    if going.lease_until is null or process_tracker.why_stuck(
        going.lease_until, coalesce(going.taken_up_at, going.started_at), time_limit) is null then
      return facts || jsonb_build_object('outcome', 'ALREADY_RUNNING', 'run', going.process_tracking_id);
    end if;
    stale := going.process_tracking_id;
    facts := facts || jsonb_build_object('abandons', stale);
  elsif latest.process_status_id = process_tracker.run_status('on hold') then
    return facts || jsonb_build_object('outcome', 'ON_HOLD', 'run', latest.process_tracking_id);
  end if;

  -- A run that was completed resets the count, unless one was recorded beside it.
  if failure_limit > 0 and (latest.process_status_id is distinct from process_tracker.run_status('completed')
      or not process_tracker.run_tells(latest.process_status_id, latest.end_reason)
      or exists (
        select from process_tracking r
        where r.process_id = judge_start.process and r.origin = 'recorded')) then
    failures := process_tracker.failures_in_a_row(process, failure_limit, stale);
  end if;
  parents := process_tracker.parents_of_start(process, in_group);
  facts := facts || jsonb_build_object(
    'failures', coalesce(to_jsonb(failures), '[]'),
    'blockers', jsonb_path_query_array(parents, '$[*] ? (@.blocks == true)'),
    'warnings', jsonb_path_query_array(parents, '$[*] ? (@.blocks == false)'));
  if failures is null and jsonb_array_length(facts -> 'blockers') > 0 then
    -- Such a start ends nothing; an operator who puts the process on hold does.
    return facts - 'abandons' || jsonb_strip_nulls(jsonb_build_object('outcome', 'BLOCKED', 'stale', stale));
  end if;
  return facts || jsonb_build_object('outcome', case when failures is not null then 'ON_HOLD' else 'STARTED' end);
end $$;

-- The latest command run of a process: by its number, not by its flag, and without those that a failed parent skipped,
-- which say nothing of the process itself.
create or replace function process_tracker.last_command_run(process int) returns process_tracker.process_tracking
language plpgsql stable as $$
declare
  latest process_tracking;
begin
  select * into latest from process_tracking r
    where r.process_id = last_command_run.process and r.origin = 'command'
      and r.end_reason is distinct from 'parent failed'
    order by r.process_run_id desc
    limit 1;
  return latest;
end $$;

-- The failures that put a process on hold, the last ones first: null while they are fewer than its limit. `stale` is a
-- run that counts as failed already. What is cancelled, skipped or unknown neither counts nor resets; a hold that was
-- released resets. Recorded runs stand among the commands by their start.
create or replace function process_tracker.failures_in_a_row(process int, failure_limit int, stale int) returns int[]
language plpgsql stable as $$
begin
  return (
    select array_agg(f.id order by f.started_at desc, f.number desc)
    from (
      select c.*
      from (
        (select r.process_tracking_id as id, r.process_run_id as number, r.started_at,
            r.process_status_id = process_tracker.run_status('failed')
              or r.process_tracking_id is not distinct from stale as failed
          from process_tracking r
          where r.process_id = failures_in_a_row.process and r.origin = 'command'
            and process_tracker.run_tells(r.process_status_id, r.end_reason)
          order by r.process_run_id desc
          limit failure_limit)
        union all
        (select r.process_tracking_id, r.process_run_id, r.started_at,
            r.process_status_id = process_tracker.run_status('failed')
          from process_tracking r
          where r.process_id = failures_in_a_row.process and r.origin = 'recorded'
            and process_tracker.run_tells(r.process_status_id, r.end_reason)
          order by r.started_at desc, r.process_run_id desc
          limit failure_limit)
      ) c
      order by c.started_at desc, c.number desc
      limit failure_limit
    ) f
    having bool_and(f.failed) and count(*) = failure_limit);
end $$;

-- Whether a run says how its process does: it is not cancelled, skipped or unknown.
create or replace function process_tracker.run_tells(status int, end_reason text) returns boolean
language plpgsql stable as $$
begin
  if end_reason not in ('abandoned', 'released') then
    return false;
  elsif end_reason = 'released' or not process_tracker.is_further_status(status) then
    return true;
  end if;
  return status not in (
    select s.process_status_id
    from process_status_lkup s
    where s.process_status_name in ('skipped', 'unknown'));
end $$;

-- The parents that block a start (`blocks`: hard ones that are not completed), and those that deserve attention.
create or replace function process_tracker.parents_of_start(process int, in_group int) returns jsonb
language plpgsql stable as $$
declare
  soft int;
begin
  if not exists (select from process_dependency d where d.child_process_id = process)
      and not exists (select from process_relation l where l.child_process_id = process) then
    return '[]';
  end if;
  select dependency_type_id into soft
    from dependency_type_lkup
    where dependency_type_name = 'Soft';
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object(
        'process', l.parent, 'kind', l.kind, 'run', l.run, 'state', l.state, 'blocks', l.hard and l.unwell)
      order by l.hard desc, l.parent, l.kind), '[]')
    from (
      select p.parent, p.hard, p.kind, r.process_tracking_id as run,
        case when r.process_tracking_id is not null
          then process_tracker.run_state(r.process_status_id, r.end_reason) end as state,
        case when in_group is not null and p.hard
          then r.process_status_id is distinct from process_tracker.run_status('completed')
          else coalesce(process_tracker.run_holds_back(r.process_status_id, r.ended_at), false) end as unwell,
        r.process_status_id is null or process_tracker.is_further_status(r.process_status_id) as unsure
      from (
        select d.parent_process_id as parent, d.dependency_type_id is distinct from soft as hard,
          case d.dependency_type_id when soft then 'soft' else 'hard' end as kind
        from process_dependency d
        where d.child_process_id = parents_of_start.process
        union all
        select l.parent_process_id, false, l.kind
        from process_relation l
        where l.child_process_id = parents_of_start.process
      ) p
      left join lateral (
        -- Each by its own index: a condition for both would look through all runs of a parent that has none in the
        -- group.
        (select r.* from process_tracker.latest_run(p.parent) r
          where in_group is null or not p.hard)
        union all
        (select r.* from process_tracker.latest_run_in_group(in_group, p.parent) r
          where p.hard)
      ) r on true
    ) l
    where l.unwell or l.unsure);
end $$;

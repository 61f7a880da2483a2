-- Reports on files: states, counts, watermarks, errors, results. Many in one call, each on its own: the error of one is
-- its verdict (lifecycle/make-lifecycle.sql), the others are written. No file may be twice in `items`, whose objects
-- have these keys, all but id optional: id, to, createStatus, write/loadRecordCount,
-- write/loadLowWatermark, write/loadHighWatermark, leaseSeconds, heartbeat, owner, attempt, untried, retryable and
-- retryAfterSeconds (of a failure), fence, byHolder (loading is what it must be), onlyFrom (states that it may be
-- in), run (a run that the file is linked to), errors (type, createType, message, retryable), rowsRead, rowsWritten,
-- rowsRejected, outputHash, targetObject, links (label, url), and what the lifecycle takes. With the policy `claim`,
-- claim-files.sql has judged already.
create or replace function process_tracker.report_extracts(items jsonb, policy text)
returns table (i int, id int, verdict jsonb) language plpgsql
-- Plans that are kept, and go by index: see lifecycle/make-lifecycle.sql.
set plan_cache_mode = force_generic_plan set seq_page_cost = 1000 set jit = off as $$
#variable_conflict use_column
declare
  ids constant int[] := array(select (x ->> 'id')::int from jsonb_array_elements(items) x);
  accepted jsonb;
  outcomes jsonb[];
  made int[];
  linked int[];
  loading int[];
begin
  perform from extract_tracking t
    where t.extract_id = any (ids)
    order by t.extract_id
    for no key update;
  if items @? '$[*].createStatus ? (@ == true)' then
    made := process_tracker.make_file_statuses(items);
  end if;
  if policy = 'command' then
    select array_agg((x ->> 'id')::int) into loading
      from jsonb_array_elements(items) x
      where x ->> 'to' = 'loading';
    if exists (select from extract_dependency d where d.child_extract_id = any (loading)) then
      items := process_tracker.refuse_early_files(items, policy, loading);
    end if;
  end if;

  select array_agg(m.x || coalesce(m.told, '{}') || jsonb_build_object('i', m.i, 'verdict', m.verdict))
    into outcomes
    from process_tracker.move_extract_tracking(
      items, case policy when 'claim' then 'observation' else policy end) m;
  select coalesce(jsonb_agg(o), '[]') into accepted
    from unnest(outcomes) o
    where o -> 'verdict' = 'null';

  if made is not null then
    -- A status that was made for a report that was then refused.
    delete from extract_status_lkup s
      where s.extract_status_id = any (made)
        and not exists (select from jsonb_array_elements(accepted) x where x ->> 'to' = s.extract_status_name);
  end if;
  perform process_tracker.move_versions(accepted);
  linked := process_tracker.link_reporting_runs(accepted);
  if accepted @? '$[*].errors[*]' then
    perform process_tracker.add_file_errors(accepted);
  end if;
  return query
    select (o ->> 'i')::int, (o ->> 'id')::int,
      case
        when o -> 'verdict' <> 'null' then o -> 'verdict'
        when not (o ->> 'changed')::boolean and (o ->> 'id')::int = any (linked) is not true then '{"done": true}' end
    from unnest(outcomes) o
    order by 1;
end $$;

-- Makes the statuses that reports ask for and that do not exist. Answers their numbers; null if there are none.
create or replace function process_tracker.make_file_statuses(items jsonb) returns int[] language plpgsql as $$
declare
  made int[];
begin
  with new as (
    insert into extract_status_lkup (extract_status_name)
      select distinct x ->> 'to'
      from jsonb_array_elements(items) x
      where (x ->> 'createStatus')::boolean
        and not exists (select from extract_status_lkup where extract_status_name = x ->> 'to')
      order by 1
      on conflict do nothing
      returning extract_status_id
  )
  select array_agg(extract_status_id) into made from new;
  return made;
end $$;

-- A file is loaded after its parents, as they are after the items before it: those that such an item brings to loading
-- count as loaded. A parent that is refused holds back what waits for it. Answers the items, those of `loading` that
-- have to wait with what refuses them.
create or replace function process_tracker.refuse_early_files(items jsonb, policy text, loading int[]) returns jsonb
language plpgsql as $$
declare
  waits jsonb;
begin
  with recursive judged as materialized (
    select j.i, j.id, j.x ->> 'to' as wanted, j.verdict is null as moves,
      coalesce(j.verdict, '{"done": true}') @> '{"done": true}' as stands
    from process_tracker.judge_extract_tracking(items, policy) j
  ), parent as materialized (
    -- `relies`: the item before it brings the parent to loading, if nothing holds that back.
    select c.id as child, d.parent, d.state, coalesce(p.wanted = 'loading', false) as relies,
      case
        when p.id is null then d.state
        when p.wanted = 'loading' then null
        else coalesce(p.wanted, d.state) end as then_state
    from judged c
    join process_tracker.hard_parents(loading) d on d.child = c.id
    left join judged p on p.id = d.parent and p.i < c.i and p.stands
    where c.wanted = 'loading' and c.moves
  ), held (child) as (
    select child
    from parent
    where process_tracker.holds_back(then_state)
    union
    select p.child
    from held h
    join parent p on p.parent = h.child and p.relies and process_tracker.holds_back(p.state)
  )
  select jsonb_object_agg(child, parents) into waits
    from (
      select p.child, jsonb_agg(
        jsonb_build_object('databaseId', p.parent, 'fileName', e.extract_filename, 'location', l.location_name,
          'status', p.state)
        order by l.location_name, e.extract_filename) as parents
      from parent p
      join extract_tracking e on e.extract_id = p.parent
      join location_lkup l on l.location_id = e.extract_location_id
      where process_tracker.holds_back(p.then_state)
        or p.relies and process_tracker.holds_back(p.state) and p.parent in (select child from held)
      group by p.child
    ) b;
  return (
    select jsonb_agg(
      case
        when waits ? (n.x ->> 'id') then n.x || jsonb_build_object('refused', jsonb_build_object('code', 'CONFLICT',
          'message', 'Files that this one depends on are not loaded yet.', 'argument', 'status', 'value', n.x -> 'to',
          'blockers', waits -> (n.x ->> 'id')))
        else n.x
      end order by n.i)
    from jsonb_array_elements(items) with ordinality n(x, i));
end $$;

-- The version that a file has now goes where the file goes.
create or replace function process_tracker.move_versions(accepted jsonb) returns void language plpgsql as $$
declare
  facts jsonb;
  ids int[];
begin
  select jsonb_object_agg(x ->> 'id', x), array_agg((x ->> 'id')::int) into facts, ids
    from jsonb_array_elements(accepted) x
    where x ? 'to';
  update extract_version v set
      extract_status_id = (facts -> v.extract_id::text ->> 'state')::int,
      finished_at = case
        when facts -> v.extract_id::text ->> 'to' = 'loaded' then process_tracker.waybill_now()
        when facts -> v.extract_id::text ->> 'to' in ('archived', 'deleted') then v.finished_at end,
      rows_read = coalesce((facts -> v.extract_id::text ->> 'rowsRead')::bigint, v.rows_read),
      rows_written = coalesce((facts -> v.extract_id::text ->> 'rowsWritten')::bigint, v.rows_written),
      rows_rejected = coalesce((facts -> v.extract_id::text ->> 'rowsRejected')::bigint, v.rows_rejected),
      output_hash = coalesce(facts -> v.extract_id::text ->> 'outputHash', v.output_hash),
      target_object_id = coalesce((facts -> v.extract_id::text ->> 'targetObject')::int, v.target_object_id)
    where v.extract_id = any (ids) and v.is_current;
end $$;

-- Links files to the runs that are reported with them. A report of a lease owner is one of the run that it claimed for.
-- Answers the files whose links are new, or of another status.
drop function if exists process_tracker.link_reporting_runs(jsonb); -- until it answered them
create function process_tracker.link_reporting_runs(accepted jsonb) returns int[] language plpgsql as $$
declare
  linked int[];
begin
  with written as (
    insert into extract_process_tracking (process_tracking_id, extract_tracking_id, extract_process_event_date_time,
        extract_process_status_id)
      select r.run, (x ->> 'id')::int, process_tracker.waybill_now(), (x ->> 'state')::int
      from jsonb_array_elements(accepted) x
      cross join lateral (
        select coalesce(x ->> 'run', case when x ?& array['to', 'token'] then x ->> 'heldFor' end)::int as run
      ) r
      where r.run is not null
      order by 1, 2
      on conflict (process_tracking_id, extract_tracking_id) do update set
          extract_process_event_date_time = excluded.extract_process_event_date_time,
          extract_process_status_id = excluded.extract_process_status_id
        where extract_process_tracking.extract_process_status_id is distinct from excluded.extract_process_status_id
      returning extract_tracking_id
  )
  select array_agg(extract_tracking_id) into linked from written;
  return linked;
end $$;

-- Adds the errors of accepted reports.
create or replace function process_tracker.add_file_errors(accepted jsonb) returns void language plpgsql as $$
begin
  perform process_tracker.make_error_types(accepted);
  insert into extract_error (extract_id, extract_version_id, error_type_id, attempt, message, retryable, occurred_at,
      owner, process_tracking_id)
    select (x ->> 'id')::int, (
        select v.extract_version_id
        from extract_version v
        where v.extract_id = (x ->> 'id')::int and v.is_current
      ), t.error_type_id, (x ->> 'tried')::int, e ->> 'message',
      coalesce((e ->> 'retryable')::boolean, true), process_tracker.waybill_now(), x ->> 'held',
      coalesce((x ->> 'run')::int, (x ->> 'heldFor')::int)
    from jsonb_array_elements(accepted) x
    cross join jsonb_array_elements(x -> 'errors') with ordinality l(e, place)
    join error_type_lkup t on t.error_type_name = e ->> 'type'
    order by 1, place;
end $$;

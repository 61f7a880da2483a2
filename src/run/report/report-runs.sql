-- What is reported on runs: states, ends, counts, dates, errors, parameters, heartbeats. Many in one call, each for
-- itself: an invalid one gets a verdict (lifecycle/make-lifecycle.sql), the others are written. No run may
-- stand twice in `items`, whose objects hold, each optional but the first: id, to, createStatus, ends,
-- endedAt, endReason, recordCount, insertCount, updateCount, lowWatermark, highWatermark, leaseSeconds, heartbeat,
-- fence, errors (type, createType, description, occurredAt), parameters (name, value), links (label, url), and what the
-- lifecycle takes.
--
-- Processes are locked before their runs, each in the order of their numbers, as a start does; also for a heartbeat,
-- which a further report on the same run may follow in the same transaction.
create or replace function process_tracker.report_runs(items jsonb, policy text)
returns table (i int, id int, verdict jsonb) language plpgsql
-- Plans that are kept, and go by index: see lifecycle/make-lifecycle.sql.
set plan_cache_mode = force_generic_plan set seq_page_cost = 1000 set jit = off as $$
#variable_conflict use_column
declare
  accepted jsonb;
  places int[];
  ids int[];
  verdicts jsonb[];
  changed boolean[];
  made int[];
  put int[];
  failed int[];
begin
  perform from process p
    where p.process_id = any (array(
      select (select r.process_id from process_tracking r where r.process_tracking_id = (x ->> 'id')::int)
      from jsonb_array_elements(items) x))
    order by p.process_id
    for no key update;
  if items @? '$[*].createStatus ? (@ == true)' then
    made := process_tracker.make_run_statuses(items);
  end if;
  if items @? '$[*].errors[*]' then
    items := process_tracker.without_known_errors(items);
  end if;

  select coalesce(jsonb_agg(m.x || m.told) filter (where m.verdict is null), '[]'),
      array_agg(m.i), array_agg(m.id), array_agg(m.verdict), array_agg((m.told ->> 'changed')::boolean)
    into accepted, places, ids, verdicts, changed
    from process_tracker.move_process_tracking(items, policy) m;

  if made is not null then
    -- A status that was made for a report that was then refused.
    delete from process_status_lkup s
      where s.process_status_id = any (made)
        and not exists (select from jsonb_array_elements(accepted) x where x ->> 'to' = s.process_status_name);
  end if;
  if accepted @? '$[*].errors[*]' then
    perform process_tracker.add_run_errors(accepted);
  end if;
  if accepted @? '$[*].parameters[*]' then
    put := process_tracker.put_run_parameters(accepted);
  end if;
  perform process_tracker.sum_up_runs(accepted);
  select array_agg((x ->> 'run')::int) into failed
    from jsonb_array_elements(accepted) x
    where x ->> 'to' = 'failed' and x ->> 'group' is not null;
  if failed is not null then
    perform process_tracker.skip_descendants(failed);
  end if;
  return query
    select n.i, n.id, case
      when n.verdict is not null then n.verdict
      when not n.changed and n.id = any (put) is not true then '{"done": true}' end
    from unnest(places, ids, verdicts, changed) n (i, id, verdict, changed)
    order by 1;
end $$;

-- Makes the statuses that reports ask for and that do not exist. Answers their numbers; null if there are none.
create or replace function process_tracker.make_run_statuses(items jsonb) returns int[] language plpgsql as $$
declare
  made int[];
begin
  with new as (
    insert into process_status_lkup (process_status_name)
      select distinct x ->> 'to'
      from jsonb_array_elements(items) x
      where (x ->> 'createStatus')::boolean
        and not exists (select from process_status_lkup where process_status_name = x ->> 'to')
      order by 1
      on conflict do nothing
      returning process_status_id
  )
  select array_agg(process_status_id) into made from new;
  return made;
end $$;

-- Reports without the errors that their runs have already: the same type and text at the same instant, as when a
-- report whose answer was lost is repeated. An instant that is not given is the end of the report, or of a run that
-- failed by it. A report that has nothing else to say is `repeated`; one whose run has failed may fail it once more.
-- The processes are locked, so that of reports at once the later one sees the error.
create or replace function process_tracker.without_known_errors(items jsonb) returns jsonb language sql stable as $$
  select jsonb_agg(
    case
      when cardinality(e.known) > 0 and e.new is null
        and (n.x ->> 'to' = 'failed' and r.process_status_id = process_tracker.run_status('failed')
          or not n.x ?| array['to', 'recordCount', 'insertCount', 'updateCount', 'lowWatermark', 'highWatermark',
            'leaseSeconds', 'parameters', 'links'])
      then n.x - array['errors', 'mustMove', 'version'] || '{"repeated": true}'
      else n.x || jsonb_strip_nulls(jsonb_build_object(
        'errors', coalesce(e.new, case when cardinality(e.known) > 0 then '[]'::jsonb end)))
    end order by n.i)
  from jsonb_array_elements(items) with ordinality n(x, i)
  left join process_tracking r on r.process_tracking_id = (n.x ->> 'id')::int
  cross join lateral (
    select jsonb_agg(k.e order by k.place) filter (where k.id is null) as new,
      coalesce(array_agg(k.id) filter (where k.id is not null), '{}') as known
    from (
      select e, place, (
        select min(t.error_tracking_id)
        from error_tracking t
        join error_type_lkup y using (error_type_id)
        where t.process_tracking_id = r.process_tracking_id and y.error_type_name = e ->> 'type'
          and t.error_description is not distinct from e ->> 'description'
          and t.occurred_at = coalesce((e ->> 'occurredAt')::timestamptz, (n.x ->> 'endedAt')::timestamptz,
            case when n.x ->> 'to' = 'failed' and r.process_status_id = process_tracker.run_status('failed')
              then r.ended_at end)
      ) as id
      from jsonb_array_elements(n.x -> 'errors') with ordinality l(e, place)
    ) k
  ) e
$$;

-- Makes the types of errors that accepted reports name and that do not exist.
create or replace function process_tracker.make_error_types(accepted jsonb) returns void language plpgsql as $$
begin
  insert into error_type_lkup (error_type_name)
    select distinct e ->> 'type'
    from jsonb_array_elements(accepted) x
    cross join jsonb_array_elements(x -> 'errors') e
    where not exists (select from error_type_lkup where error_type_name = e ->> 'type')
    order by 1
    on conflict do nothing;
end $$;

-- Adds the errors of accepted reports.
create or replace function process_tracker.add_run_errors(accepted jsonb) returns void language plpgsql as $$
begin
  perform process_tracker.make_error_types(accepted);
  insert into error_tracking (process_tracking_id, error_type_id, error_description, error_occurrence_date_time,
      occurred_at)
    select (x ->> 'run')::int, t.error_type_id, e ->> 'description', a.at::timestamp, a.at
    from jsonb_array_elements(accepted) x
    cross join jsonb_array_elements(x -> 'errors') with ordinality l(e, place)
    join error_type_lkup t on t.error_type_name = e ->> 'type'
    cross join lateral (select coalesce((e ->> 'occurredAt')::timestamptz, (x ->> 'at')::timestamptz) as at) a
    order by 1, place;
end $$;

-- Adds the parameters of accepted reports, or gives them their new values. Answers the runs that had others.
drop function if exists process_tracker.put_run_parameters(jsonb); -- until it answered them
create function process_tracker.put_run_parameters(accepted jsonb) returns int[] language plpgsql as $$
declare
  changed int[];
begin
  with written as (
    insert into run_parameter (process_tracking_id, name, value)
      select (x ->> 'run')::int, e ->> 'name', e ->> 'value'
      from jsonb_array_elements(accepted) x
      cross join jsonb_array_elements(x -> 'parameters') e
      order by 1, 2
      on conflict (process_tracking_id, name) do update set value = excluded.value
        where run_parameter.value is distinct from excluded.value
      returning process_tracking_id
  )
  select array_agg(process_tracking_id) into changed from written;
  return changed;
end $$;

-- What a process keeps of its runs. A run that an operator cancelled is no failure of the process; a released hold
-- is no run that was completed.
create or replace function process_tracker.sum_up_runs(accepted jsonb) returns void language plpgsql
set waybill.unrecorded = 'on' as $$
declare
  -- A list of keys, so that no join reads the whole table.
  ids constant int[] := array(select (x ->> 'process')::int from jsonb_array_elements(accepted) x);
begin
  update process p set
      -- At most what the column, a bigint, holds.
      total_record_count = greatest(least(p.total_record_count + n.more, 9223372036854775807), 0),
      last_completed_run_date_time = greatest(p.last_completed_run_date_time, n.completed::timestamp),
      last_failed_run_date_time = greatest(p.last_failed_run_date_time, n.failed::timestamp)
    from (
      select x.process, sum(x.more) as more,
        max(x.at) filter (where x."to" = 'completed' and x."endReason" is null) as completed,
        max(x.at) filter (where x."to" = 'failed' and x."endReason" is distinct from 'cancelled') as failed
      from jsonb_to_recordset(accepted) x ("to" text, process int, more numeric, at timestamptz, "endReason" text)
      group by 1
    ) n
    where p.process_id = any (ids) and p.process_id = n.process
      and (n.more <> 0 or coalesce(n.completed, n.failed) is not null);
  if accepted @? '$[*].errors[*]' then
    update process p set last_errored_run_date_time = greatest(p.last_errored_run_date_time, n.errored::timestamp)
      from (
        select (x ->> 'process')::int as process, max(coalesce(e ->> 'occurredAt', x ->> 'at')::timestamptz) as errored
        from jsonb_array_elements(accepted) x
        cross join jsonb_array_elements(x -> 'errors') e
        group by 1
      ) n
      where p.process_id = any (ids) and p.process_id = n.process;
  end if;
end $$;

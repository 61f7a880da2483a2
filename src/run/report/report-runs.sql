-- What is reported on runs: states, ends, counts, dates, errors, parameters, heartbeats. Many in one call, each for itself: what stands against
-- one is its verdict (lifecycle/make-lifecycle.sql), the others are written. No run may stand twice in `items`, whose objects hold, each left out where
-- nothing is said: id, to, createStatus, ends, endedAt, endReason, recordCount, insertCount, updateCount, lowAt, highAt, leaseSeconds,
-- heartbeat, fence, errors (type, createType, description, occurredAt), parameters (name, value), and what the lifecycle takes.
--
-- Processes are locked before their runs, each in the order of their numbers, as a start does; also for a heartbeat, which a further report on
-- the same run may follow in the same transaction.
create or replace function process_tracker.report_runs(items jsonb, policy text)
returns table (i int, id int, verdict jsonb) language plpgsql
-- By index whatever the sizes were when this was planned: see lifecycle/make-lifecycle.sql.
set seq_page_cost = 1000 set jit = off as $$
#variable_conflict use_column
declare
  accepted jsonb; verdicts jsonb; made int[]; failed int[];
begin
  perform from process p where p.process_id = any (array(
      select (select r.process_id from process_tracking r where r.process_tracking_id = (x ->> 'id')::int) from jsonb_array_elements(items) x))
    order by p.process_id for no key update;
  if items @? '$[*].createStatus ? (@ == true)' then
    with new as (
      insert into process_status_lkup (process_status_name)
        select distinct x ->> 'to' from jsonb_array_elements(items) x
        where (x ->> 'createStatus')::boolean and not exists (select from process_status_lkup where process_status_name = x ->> 'to')
        order by 1 on conflict do nothing returning process_status_id
    ) select array_agg(process_status_id) into made from new;
  end if;

  if items @? '$[*].errors[*]' then
    items := process_tracker.without_known_errors(items);
  end if;
  select coalesce(jsonb_agg(m.x || jsonb_build_object('process', (m.was).process_id, 'run', m.id, 'endReason', (m.is_now).end_reason,
        'more', coalesce((m.is_now).process_run_record_count, 0)::numeric - coalesce((m.was).process_run_record_count, 0),
        'at', coalesce((m.x ->> 'endedAt')::timestamptz, process_tracker.waybill_now()), 'group', (m.was).group_id)) filter (where m.verdict is null), '[]'),
      jsonb_agg(jsonb_build_object('i', m.i, 'id', m.id, 'verdict', m.verdict))
    into accepted, verdicts
    from process_tracker.move_process_tracking(items, policy) m;

  if made is not null then
    -- A status that was made for a report that was then refused.
    delete from process_status_lkup s where s.process_status_id = any (made)
      and not exists (select from jsonb_array_elements(accepted) x where x ->> 'to' = s.process_status_name);
  end if;
  if accepted @? '$[*].errors[*]' then
    insert into error_type_lkup (error_type_name)
      select distinct e ->> 'type' from jsonb_array_elements(accepted) x cross join jsonb_array_elements(x -> 'errors') e
      where not exists (select from error_type_lkup where error_type_name = e ->> 'type') order by 1 on conflict do nothing;
    insert into error_tracking (process_tracking_id, error_type_id, error_description, error_occurrence_date_time, occurred_at)
      select (x ->> 'run')::int, t.error_type_id, e ->> 'description', a.at::timestamp, a.at
      from jsonb_array_elements(accepted) x cross join jsonb_array_elements(x -> 'errors') with ordinality l(e, place)
      join error_type_lkup t on t.error_type_name = e ->> 'type'
      cross join lateral (select coalesce((e ->> 'occurredAt')::timestamptz, (x ->> 'at')::timestamptz) as at) a
      order by 1, place;
  end if;
  if accepted @? '$[*].parameters[*]' then
    insert into run_parameter (process_tracking_id, name, value)
      select (x ->> 'run')::int, e ->> 'name', e ->> 'value' from jsonb_array_elements(accepted) x cross join jsonb_array_elements(x -> 'parameters') e order by 1, 2
      on conflict (process_tracking_id, name) do update set value = excluded.value where run_parameter.value is distinct from excluded.value;
  end if;

  -- What a process remembers of its runs. A run that a person cancelled is no failure of the process; a released hold is no run that was completed.
  update process p set
      total_record_count = greatest(least(p.total_record_count + n.more, 9223372036854775807), 0),
      last_completed_run_date_time = greatest(p.last_completed_run_date_time, n.completed::timestamp),
      last_failed_run_date_time = greatest(p.last_failed_run_date_time, n.failed::timestamp),
      last_errored_run_date_time = greatest(p.last_errored_run_date_time, n.errored::timestamp)
    from (
      select (x ->> 'process')::int as process, sum((x ->> 'more')::numeric) as more,
        max((x ->> 'at')::timestamptz) filter (where x ->> 'to' = 'completed' and x ->> 'endReason' is null) as completed,
        max((x ->> 'at')::timestamptz) filter (where x ->> 'to' = 'failed' and x ->> 'endReason' is distinct from 'cancelled') as failed,
        max(coalesce((select max(coalesce((e ->> 'occurredAt')::timestamptz, (x ->> 'at')::timestamptz)) from jsonb_array_elements(x -> 'errors') e))) as errored
      from jsonb_array_elements(accepted) x where x ?| array['to', 'recordCount', 'insertCount', 'updateCount', 'errors'] group by 1
    ) n where p.process_id = n.process
      and (n.more <> 0 or coalesce(n.completed, n.failed, n.errored) is not null);

  select array_agg((x ->> 'run')::int) into failed from jsonb_array_elements(accepted) x where x ->> 'to' = 'failed' and x ->> 'group' is not null;
  if failed is not null then
    perform process_tracker.skip_descendants(failed);
  end if;
  return query select (v ->> 'i')::int, (v ->> 'id')::int, nullif(v -> 'verdict', 'null') from jsonb_array_elements(verdicts) v order by 1;
end $$;

-- Reports without the errors that their runs have already: the same type and text at the same instant, as when a report whose answer was lost is
-- repeated. An instant that is not given is the end of the report, or of a run that failed by it. A report that has nothing else to say is
-- `repeated`; one whose run has failed may fail it once more. The processes are locked, so that of reports at once the later one sees the error.
create or replace function process_tracker.without_known_errors(items jsonb) returns jsonb language sql stable as $$
  select jsonb_agg(case when cardinality(e.known) > 0 and e.new is null and (n.x ->> 'to' = 'failed' and r.process_status_id = process_tracker.run_status('failed') or not n.x ?| array['to', 'recordCount',
        'insertCount', 'updateCount', 'lowAt', 'highAt', 'leaseSeconds', 'parameters'])
      then n.x - array['errors', 'mustMove', 'version'] || jsonb_build_object('repeated', true)
      else n.x || jsonb_strip_nulls(jsonb_build_object('errors', coalesce(e.new, case when cardinality(e.known) > 0 then '[]'::jsonb end))) end order by n.i)
  from jsonb_array_elements(items) with ordinality n(x, i)
  left join process_tracking r on r.process_tracking_id = (n.x ->> 'id')::int
  cross join lateral (
    select jsonb_agg(k.e order by k.place) filter (where k.id is null) as new, coalesce(array_agg(k.id) filter (where k.id is not null), '{}') as known from (
      select e, place, (
        select min(t.error_tracking_id) from error_tracking t join error_type_lkup y using (error_type_id)
        where t.process_tracking_id = r.process_tracking_id and y.error_type_name = e ->> 'type' and t.error_description is not distinct from e ->> 'description'
          and t.occurred_at = coalesce((e ->> 'occurredAt')::timestamptz, (n.x ->> 'endedAt')::timestamptz,
            case when n.x ->> 'to' = 'failed' and r.process_status_id = process_tracker.run_status('failed') then r.ended_at end)) as id
      from jsonb_array_elements(n.x -> 'errors') with ordinality l(e, place)
    ) k
  ) e
$$;

-- Inside a group, what depends on a failed run is not waited for: each hard descendant that has no run there gets a skipped one, with the cause.
-- It is never the latest run of a process that has another, so that it hides nothing from other groups.
create or replace function process_tracker.skip_descendants(runs int[]) returns void language plpgsql as $$
declare
  cause record;
  reason text := current_setting('waybill.reason', true);
begin
  for cause in select r.*, p.process_name, g.group_key from process_tracking r join process p using (process_id) join run_group g on g.run_group_id = r.group_id
      where r.process_tracking_id = any (runs) order by r.process_tracking_id loop
    perform set_config('waybill.reason', format('%s failed in the group %s.', cause.process_name, cause.group_key), true),
      set_config('waybill.evidence', jsonb_build_object('process', cause.process_name, 'run', cause.process_run_id)::text, true);
    -- Whoever starts one of them at this moment takes the same number: then one of both tries again.
    insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, process_run_end_date_time, started_at, ended_at,
        process_run_actor_id, is_latest_run, end_reason, group_id)
      select p.process_id, s.process_status_id, coalesce(l.number, 0) + 1, n.now::timestamp, n.now::timestamp, n.now, n.now,
        cause.process_run_actor_id, l.number is null, 'parent failed', cause.group_id
      from (
        with recursive below (id) as (
          select child_process_id from process_dependency d where parent_process_id = cause.process_id
            and d.dependency_type_id not in (select dependency_type_id from dependency_type_lkup where dependency_type_name = 'Soft')
          union
          select d.child_process_id from below b join process_dependency d on d.parent_process_id = b.id
            and d.dependency_type_id not in (select dependency_type_id from dependency_type_lkup where dependency_type_name = 'Soft')
        ) select id from below
      ) b join process p on p.process_id = b.id and p.retired_at is null
      join process_status_lkup s on s.process_status_name = 'skipped'
      cross join lateral (select max(process_run_id) as number from process_tracking r where r.process_id = p.process_id) l
      cross join (select process_tracker.waybill_now() as now) n
      -- A Python client goes by the highest number alone: a skip on top of a hold would release it for one.
      where not exists (select from process_tracking r where r.process_id = p.process_id and r.group_id = cause.group_id)
        and not exists (select from process_tracking r where r.process_id = p.process_id and r.process_run_id = l.number and r.process_status_id = process_tracker.run_status('on hold'))
      order by p.process_id;
  end loop;
  perform set_config('waybill.reason', coalesce(reason, ''), true), set_config('waybill.evidence', '', true);
end $$;

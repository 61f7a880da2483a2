-- Records runs that have ended, many in one call, each for itself: an invalid one gets a verdict, the others are
-- written. `items` hold: i, process (its number), startedAt, endedAt, status (its name), and, each optional:
-- externalId, endReason, recordCount, insertCount, updateCount, lowWatermark, highWatermark, errors (type, createType,
-- description, occurredAt), parameters (name, value), group (key, name, expectedTotal), links (label, url, in
-- their order). Answers each with its run, and whether this item recorded it.
--
-- Locked are processes in the order of their numbers, then groups in that of their keys, as a start does: numbers and
-- the mark of the latest run follow from what stands there then.
create or replace function process_tracker.record_runs(items jsonb, actor text)
returns table (i int, id int, changed boolean, verdict jsonb) language plpgsql
set plan_cache_mode = force_generic_plan set seq_page_cost = 1000 set jit = off as $$
#variable_conflict use_column
declare
  made jsonb;
begin
  perform from process p
    where p.process_id = any (array(select (x ->> 'process')::int from jsonb_array_elements(items) x))
    order by p.process_id
    for no key update;
  select jsonb_agg(x || jsonb_build_object(
      'facts', process_tracker.recorded_facts(x), 'verdict', process_tracker.check_recorded_run(x)))
    into items
    from jsonb_array_elements(items) x;
  made := process_tracker.number_recorded_runs(items);
  if made is not null then
    made := process_tracker.put_recorded_groups(made);
    made := process_tracker.insert_recorded_runs(made, process_tracker.actor_number(actor));
    perform process_tracker.add_run_errors(made), process_tracker.put_run_parameters(made),
      process_tracker.sum_up_runs(made);
  end if;
  return query
    select (x ->> 'i')::int, r.process_tracking_id, m.run is not null,
      coalesce(nullif(x -> 'verdict', 'null'), process_tracker.differs_from_recorded(r, x -> 'facts'))
    from jsonb_array_elements(items) x
    left join (
      select (y ->> 'i')::int as i, (y ->> 'run')::int as run
      from jsonb_array_elements(made) y
    ) m on m.i = (x ->> 'i')::int
    left join process_tracking r on r.process_tracking_id = coalesce(m.run, (
      select k.process_tracking_id
      from process_tracking k
      where k.process_id = (x ->> 'process')::int and k.external_id = x ->> 'externalId'));
end $$;

-- What is wrong with a run to record; null if nothing is. Its start is compared with starts by the clock here; its end
-- may come from a clock that is ahead.
create or replace function process_tracker.check_recorded_run(item jsonb) returns jsonb language plpgsql volatile as $$
declare
  now constant timestamptz := process_tracker.waybill_clock();
  ahead constant interval := '1 minute';
  run process_tracking;
begin
  if (item ->> 'startedAt')::timestamptz > now then
    return jsonb_build_object('code', 'INVALID', 'message', 'A recorded run cannot start in the future.',
      'argument', 'startedAt', 'value', item -> 'startedAt',
      'allowed', jsonb_build_object('to', process_tracker.instant_text(now)));
  end if;
  if (item ->> 'endedAt')::timestamptz > now + ahead then
    return jsonb_build_object('code', 'INVALID', 'message', 'A recorded run cannot end in the future.',
      'argument', 'endedAt', 'value', item -> 'endedAt',
      'allowed', jsonb_build_object('to', process_tracker.instant_text(now + ahead)));
  end if;
  -- As refuse_blank_name() has it, which would refuse the other items as well.
  if item -> 'group' ->> 'key' <> btrim(item -> 'group' ->> 'key', process_tracker.blanks())
      and not exists (select from run_group g where g.group_key = item -> 'group' ->> 'key') then
    return jsonb_build_object('code', 'INVALID',
      'message', format('A new name must not begin or end with blanks: %s. Did you mean %s?',
        item -> 'group' -> 'key', to_json(btrim(item -> 'group' ->> 'key', process_tracker.blanks()))),
      'argument', 'group.key', 'value', item -> 'group' -> 'key', 'allowed', 'a name without blanks at its ends',
      'nearest', jsonb_build_array(btrim(item -> 'group' ->> 'key', process_tracker.blanks())));
  end if;
  run.started_at := (item ->> 'startedAt')::timestamptz;
  run.process_run_high_date_time := (item ->> 'highWatermark')::timestamptz::timestamp;
  return coalesce(
    process_tracker.check_run_values(run, item),
    case when item ? 'errors' then process_tracker.check_error_types(item -> 'errors') end);
end $$;

-- What an item says of its run, in one spelling, by which a repetition is known. Long texts by their hash.
create or replace function process_tracker.recorded_facts(item jsonb) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(
    (item - array['i', 'process', 'externalId', 'errors', 'parameters', 'group'])
    || (select coalesce(jsonb_object_agg(key, process_tracker.instant_text(value::timestamptz)), '{}')
      from jsonb_each_text(item)
      where key in ('startedAt', 'endedAt', 'lowWatermark', 'highWatermark'))
    || (select coalesce(jsonb_object_agg(key, value::bigint::text), '{}')
      from jsonb_each_text(item)
      where key in ('recordCount', 'insertCount', 'updateCount'))
    || jsonb_build_object('group', item -> 'group' -> 'key', 'links', md5((item -> 'links')::text),
      'errors', (
        select md5(jsonb_agg(jsonb_build_array(
            e -> 'type', e -> 'description',
            process_tracker.instant_text((e ->> 'occurredAt')::timestamptz)) order by place)::text)
        from jsonb_array_elements(item -> 'errors') with ordinality l(e, place)),
      'parameters', (
        select md5(jsonb_agg(jsonb_build_array(p -> 'name', p -> 'value') order by p ->> 'name' collate "C")::text)
        from jsonb_array_elements(item -> 'parameters') p)))
$$;

-- How the facts differ from those of the run that was recorded by this id, as a verdict; null if they do not.
create or replace function process_tracker.differs_from_recorded(run process_tracker.process_tracking, facts jsonb)
returns jsonb language plpgsql stable as $$
declare
  different text[];
begin
  select array_agg(coalesce(a.key, b.key) order by coalesce(a.key, b.key)) into different
    from jsonb_each(facts) a
    full join jsonb_each(run.idempotency_input) b on a.key = b.key
    where a.value is distinct from b.value;
  if different is null then
    return null;
  end if;
  return jsonb_build_object('code', 'CONFLICT',
    'message', format('Run %s was recorded by this `externalId` with another value of %s.', run.process_run_id,
      (select string_agg(format('`%s`', d), ', ') from unnest(different) d)),
    'argument', 'externalId', 'value', run.external_id, 'run', run.process_run_id, 'different', to_jsonb(different));
end $$;

-- Those of the valid items that are not recorded yet, of several with one id the first, with the next numbers of their
-- processes, earlier runs first; null if there are none.
create or replace function process_tracker.number_recorded_runs(items jsonb) returns jsonb language sql stable as $$
  select jsonb_agg(n.x || jsonb_build_object('number', n.number))
  from (
    select u.x, (
        select coalesce(max(r.process_run_id), 0)
        from process_tracking r
        where r.process_id = u.process
      ) + row_number() over (partition by u.process order by u.started_at, u.i) as number
    from (
      select v.*, row_number() over (partition by v.process, coalesce(v.external_id, v.i::text), v.external_id is null
        order by v.i) as occurrence
      from (
        select x, (x ->> 'i')::int as i, (x ->> 'process')::int as process, x ->> 'externalId' as external_id,
          (x ->> 'startedAt')::timestamptz as started_at
        from jsonb_array_elements(items) x
        where x -> 'verdict' = 'null'
      ) v
      where not exists (
        select from process_tracking r
        where r.process_id = v.process and r.external_id = v.external_id)
    ) u
    where u.occurrence = 1
  ) n
$$;

-- The items with the numbers of their groups. Nothing keeps a closed group from runs that have been.
create or replace function process_tracker.put_recorded_groups(made jsonb) returns jsonb language plpgsql as $$
declare
  wanted record;
  numbers jsonb := '{}';
begin
  for wanted in
    select x -> 'group' ->> 'key' as key, jsonb_object_agg(f.key, f.value order by (x ->> 'i')::int) as input
    from jsonb_array_elements(made) x
    cross join jsonb_each(x -> 'group') f
    group by 1
    order by 1
  loop
    numbers := numbers
      || jsonb_build_object(wanted.key, (process_tracker.put_run_group(wanted.input)).run_group_id);
  end loop;
  return (
    select jsonb_agg(x || jsonb_build_object('group', numbers -> (x -> 'group' ->> 'key')))
    from jsonb_array_elements(made) x);
end $$;

-- Makes the runs, with the mark of the latest where one started last. A run that a failed parent skipped gives its mark
-- to any other. Answers the items as report_runs has them, with their runs.
create or replace function process_tracker.insert_recorded_runs(made jsonb, actor int) returns jsonb
language plpgsql as $$
declare
  latest int[];
begin
  with last as (
    select distinct on (n.process) n.process, n.number, n.started_at
    from jsonb_to_recordset(made) x(process int, number int, "startedAt" timestamptz)
    cross join lateral (select x.process, x.number, x."startedAt" as started_at) n
    order by n.process, n.started_at desc, n.number desc
  ), marked as (
    select l.process, l.number, r.process_tracking_id
    from last l
    left join process_tracking r on r.process_id = l.process and r.is_latest_run
    where r.process_id is null or r.end_reason = 'parent failed' or r.started_at <= l.started_at
  ), unmarked as (
    update process_tracking r set is_latest_run = false
      from marked m
      where r.process_tracking_id = m.process_tracking_id
  )
  select array_agg(m.process) into latest from marked m;
  insert into process_tracking (process_id, process_status_id, process_run_id, origin, started_at, ended_at,
      process_run_start_date_time, process_run_end_date_time, end_reason, is_latest_run, process_run_actor_id, group_id,
      process_run_record_count, process_run_insert_count, process_run_update_count,
      process_run_low_date_time, process_run_high_date_time, external_id, links, idempotency_input)
    select x.process, s.process_status_id, x.number, 'recorded', x."startedAt", x."endedAt",
      x."startedAt"::timestamp, x."endedAt"::timestamp, x."endReason",
      coalesce(x.process = any (latest), false)
        and row_number() over (partition by x.process order by x.number desc) = 1,
      insert_recorded_runs.actor, x."group",
      coalesce(x."recordCount", coalesce(x."insertCount", 0) + coalesce(x."updateCount", 0)),
      coalesce(x."insertCount", 0), coalesce(x."updateCount", 0),
      x."lowWatermark"::timestamp, x."highWatermark"::timestamp, x."externalId", coalesce(x.links, '[]'), x.facts
    from jsonb_to_recordset(made) x(process int, number int, status text,
      "startedAt" timestamptz, "endedAt" timestamptz, "endReason" text, "group" int,
      "recordCount" bigint, "insertCount" bigint, "updateCount" bigint,
      "lowWatermark" timestamptz, "highWatermark" timestamptz, "externalId" text, links jsonb, facts jsonb)
    join process_status_lkup s on s.process_status_name = x.status
    order by x.process, x.number;
  made := (
    select jsonb_agg(x || jsonb_build_object(
      'run', r.process_tracking_id, 'to', x -> 'status', 'at', x -> 'endedAt', 'more', r.process_run_record_count))
    from jsonb_array_elements(made) x
    join process_tracking r on r.process_id = (x ->> 'process')::int and r.process_run_id = (x ->> 'number')::int);
  insert into run_object (process_tracking_id, direction, source_object_id)
    select (x ->> 'run')::int, l.direction, l.object
    from jsonb_array_elements(made) x
    cross join lateral (
      select 'input' as direction, l.source_object_id as object
      from process_source_object l
      where l.process_id = (x ->> 'process')::int
      union all
      select 'output', l.target_object_id
      from process_target_object l
      where l.process_id = (x ->> 'process')::int
    ) l
    order by 1, 2, 3;
  return made;
end $$;

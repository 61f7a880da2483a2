-- Registers files of one location, each for itself: what is wrong with one is its error, the others are registered. A
-- file is known by where it lies, in whatever location it was registered (find-known-files.sql); one that is known
-- already stays as it is, but is linked to the run. Only what was deleted is registered anew, through the moves of its
-- lifecycle. Set-based, and safe in parallel: files are made in the order of their names.
--
-- `input`: location (its number), run (its number), fileCount (how many files lie there), files, and guesses: what the
-- ends of their names let guess, each a list of compressions and one of codes of formats, the best first. A file:
-- fileName, status, createStatus, compression, createCompression, fileType, guess (its place in the list), size, unit,
-- unitCode, bytes, version, hashAlgorithm, hash, modifiedAt; left out where nothing is said.
create or replace function process_tracker.register_extracts(input jsonb)
returns table (i int, id int, created boolean, error jsonb) language plpgsql
-- Plans that are kept, and go by index: see lifecycle/make-lifecycle.sql.
set plan_cache_mode = force_generic_plan set seq_page_cost = 1000 set jit = off as $$
#variable_conflict use_column
declare
  at constant timestamptz := process_tracker.waybill_now();
  place constant int := (input ->> 'location')::int;
  run constant int := (input ->> 'run')::int;
  process int;
  items jsonb;
  made int[];
  ids int[];
begin
  -- An answer, not a failure: other files of the transaction may be registered in other locations.
  return query
    select 0, null::int, false,
      process_tracker.retired_refusal('Location', location_id, location_name, retired_at, 'input.location')
    from location_lkup
    where location_id = place and retired_at is not null;
  if found then
    return;
  end if;
  input := process_tracker.lock_new_files(input, place);
  if run is not null then
    select process_id into process from process_tracking
      where process_tracking_id = run
      for key share;
    if not found then
      raise exception using errcode = 'WB404', message = 'There is no Run with this id.',
        detail = jsonb_build_object('argument', 'input.run', 'value', run);
    end if;
  end if;

  items := process_tracker.judge_new_files(input);
  perform process_tracker.make_file_lookups(items);
  made := process_tracker.make_files(items, place, run, at);
  -- One look for each by itself, which always goes by the index; a join need not.
  select
      jsonb_agg(n.x || jsonb_build_object('id', n.id, 'isNew', coalesce(n.id in (select unnest(made)), false))
        order by n.i),
      array_agg(distinct n.id) filter (where n.id is not null)
    into items, ids
    from (
      select i, x,
        case when x ->> 'error' is null then coalesce((x ->> 'id')::int, (
          select e.extract_id
          from extract_tracking e
          where e.extract_location_id = place and e.extract_filename = x ->> 'fileName')) end as id
      from jsonb_array_elements(items) with ordinality w(x, i)
      offset 0
    ) n;
  perform process_tracker.make_versions(items, at);
  if items @? '$[*].state ? (@ == "deleted")' then
    perform process_tracker.register_deleted(items);
  end if;

  if run is not null then
    insert into extract_process_tracking (process_tracking_id, extract_tracking_id, extract_process_event_date_time,
        extract_process_status_id)
      select run, e.extract_id, at, e.extract_status_id
      from unnest(ids) m(id)
      join extract_tracking e on e.extract_id = m.id
      order by 2
      on conflict do nothing;
    perform process_tracker.inherit_sources(process, place, ids);
  end if;
  if input ? 'fileCount' then
    update location_lkup set location_file_count = (input ->> 'fileCount')::int
      where location_id = place and location_file_count is distinct from (input ->> 'fileCount')::int;
  end if;

  return query
    select n.i, n.id, n.made and n.i = min(n.i) over (partition by n.id), n.error
    from (
      select (x ->> 'i')::int as i, (x ->> 'id')::int as id, (x ->> 'isNew')::boolean as made,
        nullif(x -> 'error', 'null') as error
      from jsonb_array_elements(items) x
    ) n
    order by n.i;
end $$;

-- What each file is to be, and what is wrong with it: the files with `i`, `state` (of one that is known), `fileTypeId`,
-- `guessed` (a compression) and `error`.
create or replace function process_tracker.judge_new_files(input jsonb) returns jsonb language plpgsql as $$
begin
  return (
    with guess as materialized (
      select g.i, (
          select c.extract_compression_type_id
          from jsonb_array_elements_text(g.x -> 'compressions') with ordinality w(name, o)
          join extract_compression_type_lkup c on lower(c.extract_compression_type) = w.name
          order by o, 1
          limit 1
        ) as compression, (
          select f.extract_filetype_id
          from jsonb_array_elements_text(g.x -> 'fileTypes') with ordinality w(code, o)
          join extract_filetype_lkup f on lower(f.extract_filetype_code) = w.code
          order by o, 1
          limit 1
        ) as file_type
      from jsonb_array_elements(input -> 'guesses') with ordinality g(x, i)
    ), named as materialized (
      select distinct x ->> 'fileType' as name, (
          select f.extract_filetype_id
          from extract_filetype_lkup f
          where f.extract_filetype = x ->> 'fileType' or lower(f.extract_filetype_code) = lower(x ->> 'fileType')
          order by f.extract_filetype = x ->> 'fileType' desc, 1
          limit 1
        ) as file_type
      from jsonb_array_elements(input -> 'files') x
      where x ? 'fileType'
    )
    select jsonb_agg(n.x || jsonb_build_object(
      'i', n.i, 'state', n.state,
      'fileTypeId', case when n.x ? 'fileType' then t.file_type else g.file_type end,
      'guessed', case when not n.x ? 'compression' then g.compression end,
      'error', case
        when s.extract_status_id is null and not n.x ? 'createStatus' then jsonb_build_object('code', 'INVALID',
          'message', format('There is no FileStatus %s; `createStatus` would create it.', n.x -> 'status'),
          'argument', 'status', 'value', n.x -> 'status',
          'allowed', (select jsonb_agg(extract_status_name order by extract_status_id) from extract_status_lkup))
        when n.x ? 'compression' and c.extract_compression_type_id is null and not n.x ? 'createCompression'
        then jsonb_build_object('code', 'INVALID',
          'message',
          format('There is no CompressionType %s; `createCompression` would create it.', n.x -> 'compression'),
          'argument', 'compression', 'value', n.x -> 'compression',
          'allowed', (
            select jsonb_agg(extract_compression_type order by extract_compression_type_id)
            from extract_compression_type_lkup))
        when n.x ? 'fileType' and t.file_type is null then jsonb_build_object('code', 'INVALID',
          'message', format('There is no FileType %s, neither by its full name nor by its code.', n.x -> 'fileType'),
          'argument', 'fileType', 'value', n.x -> 'fileType',
          'allowed', (
            select jsonb_agg(w order by w)
            from (
              select extract_filetype from extract_filetype_lkup
              union
              select extract_filetype_code from extract_filetype_lkup
            ) f(w)))
        when n.state = 'deleted' and n.x ->> 'status' in ('loading', 'loaded', 'archived')
        then jsonb_build_object('code', 'CONFLICT',
          'message', format('This file is deleted; registered again, it cannot become %s at once.', n.x ->> 'status'),
          'argument', 'status', 'value', n.x -> 'status', 'state', 'deleted',
          'allowed', '["initializing", "ready", "error"]'::jsonb)
      end) order by n.i)
    from (
      select i, x, (
          select coalesce(s.extract_status_name, '')
          from extract_tracking e
          left join extract_status_lkup s using (extract_status_id)
          where e.extract_id = (x ->> 'id')::int
        ) as state
      from jsonb_array_elements(input -> 'files') with ordinality w(x, i)
      offset 0
    ) n
    left join extract_status_lkup s on s.extract_status_name = n.x ->> 'status'
    left join extract_compression_type_lkup c on c.extract_compression_type = n.x ->> 'compression'
    left join named t on t.name = n.x ->> 'fileType'
    left join guess g on g.i = (n.x ->> 'guess')::int);
end $$;

-- Makes the statuses, compressions and units that new files need and that do not exist.
create or replace function process_tracker.make_file_lookups(items jsonb) returns void language plpgsql as $$
begin
  insert into extract_status_lkup (extract_status_name)
    select distinct x ->> 'status'
    from jsonb_array_elements(items) x
    where x ? 'createStatus' and x ->> 'error' is null and coalesce(x ->> 'state', 'deleted') = 'deleted'
      and not exists (select from extract_status_lkup where extract_status_name = x ->> 'status')
    order by 1
    on conflict do nothing;
  insert into extract_compression_type_lkup (extract_compression_type)
    select distinct x ->> 'compression'
    from jsonb_array_elements(items) x
    where x ? 'createCompression' and x ? 'compression' and x ->> 'error' is null and x ->> 'state' is null
      and not exists (
        select from extract_compression_type_lkup
        where extract_compression_type = x ->> 'compression')
    order by 1
    on conflict do nothing;
  insert into filesize_type_lkup (filesize_type_name, filesize_type_code)
    select distinct x ->> 'unit', x ->> 'unitCode'
    from jsonb_array_elements(items) x
    where x ? 'unit' and x ->> 'error' is null and x ->> 'state' is null
      and not exists (
        select from filesize_type_lkup
        where filesize_type_name = x ->> 'unit' or filesize_type_code = x ->> 'unitCode')
    order by 1
    on conflict do nothing;
end $$;

-- Makes the files that are not known and that nothing is wrong with. Answers their numbers.
create or replace function process_tracker.make_files(items jsonb, place int, run int, at timestamptz) returns int[]
language plpgsql as $$
declare
  made int[];
begin
  with new as (
    insert into extract_tracking (extract_filename, extract_location_id, extract_process_run_id, extract_status_id,
        extract_registration_date_time, registered_at, extract_compression_type_id, extract_filetype_id,
        extract_filesize, extract_filesize_type_id, size_bytes)
      select distinct on (x ->> 'fileName') x ->> 'fileName', place, run, s.extract_status_id, at::timestamp, at,
        coalesce(c.extract_compression_type_id, (x ->> 'guessed')::int), (x ->> 'fileTypeId')::int,
        (x ->> 'size')::numeric, (
          select filesize_type_id
          from filesize_type_lkup
          where filesize_type_code = x ->> 'unitCode' or filesize_type_name = x ->> 'unit'
          order by filesize_type_code = x ->> 'unitCode' desc
          limit 1
        ), (x ->> 'bytes')::bigint
      from jsonb_array_elements(items) x
      join extract_status_lkup s on s.extract_status_name = x ->> 'status'
      left join extract_compression_type_lkup c on c.extract_compression_type = x ->> 'compression'
      where x ->> 'error' is null and x ->> 'state' is null
      order by x ->> 'fileName', (x ->> 'i')::int
      on conflict (extract_location_id, extract_filename) do nothing
      returning extract_id
  )
  select coalesce(array_agg(extract_id), '{}') into made from new;
  return made;
end $$;

-- Makes the versions that new files have.
create or replace function process_tracker.make_versions(items jsonb, at timestamptz) returns void
language plpgsql as $$
begin
  insert into extract_version (extract_id, version, hash_algorithm, hash, size_bytes, modified_at, first_seen_at,
      is_current, extract_status_id)
    select distinct on ((x ->> 'id')::int) (x ->> 'id')::int, x ->> 'version', x ->> 'hashAlgorithm', x ->> 'hash',
      (x ->> 'bytes')::bigint, (x ->> 'modifiedAt')::timestamptz, at, true, s.extract_status_id
    from jsonb_array_elements(items) x
    join extract_status_lkup s on s.extract_status_name = x ->> 'status'
    where x ?| array['version', 'hash'] and (x ->> 'isNew')::boolean
    order by (x ->> 'id')::int, (x ->> 'i')::int;
end $$;

-- Registers anew what was deleted: it becomes initializing, and from there what is reported of it.
create or replace function process_tracker.register_deleted(items jsonb) returns void language plpgsql as $$
declare
  again jsonb;
  further jsonb;
begin
  select
      jsonb_agg(jsonb_build_object('id', d.id, 'to', 'initializing', 'attempt', 0) order by d.id),
      jsonb_agg(jsonb_build_object('id', d.id, 'to', d.wanted) order by d.id)
        filter (where d.wanted <> 'initializing')
    into again, further
    from (
      select distinct on ((x ->> 'id')::int) (x ->> 'id')::int as id, x ->> 'status' as wanted
      from jsonb_array_elements(items) x
      where x ->> 'state' = 'deleted' and x ->> 'error' is null and x ->> 'status' <> 'deleted'
      order by (x ->> 'id')::int, (x ->> 'i')::int
    ) d;
  perform process_tracker.report_extracts(coalesce(again, '[]'), 'command');
  perform process_tracker.report_extracts(coalesce(further, '[]'), 'command');
end $$;

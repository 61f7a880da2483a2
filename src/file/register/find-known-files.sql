-- The numbers of files of a place by their names, null for unknown ones. `place` is the number of its location, null if
-- there is none; `canonical` its canonical path. One file can be identified in several ways: `in/sub` and `f`, `in` and
-- `sub/f`. It is found by each of them, wherever it was registered; in the location that is named first of all.
create or replace function process_tracker.find_files(place int, canonical text, names text[])
returns table (name text, id int) language plpgsql stable
set search_path = process_tracker, pg_temp
-- By index whatever the sizes were when this was planned: see lifecycle/make-lifecycle.sql.
set seq_page_cost = 1000 set jit = off as $$
#variable_conflict use_column
begin
  return query
    with wanted as materialized (
      -- Most names have no directories: then there is nothing to take apart.
      select u.name, u.normal,
        case when strpos(u.normal, '/') = 0 then '' else substring(u.normal from '^.*/') end as below,
        case when strpos(u.normal, '/') = 0 then u.normal else substring(u.normal from '[^/]*$') end as base
      from (
        select n as name, case when n ~ '[/\\]|^\.$' then process_tracker.file_name(canonical, n) else n end as normal
        from (select distinct n from unnest(names) n) d
        offset 0
      ) u
    ), elsewhere as materialized (
      -- Mostly there is none.
      select d.below, l.location_id, s.prefix
      from (select distinct below from wanted) d
      cross join lateral process_tracker.path_splits(canonical, d.below) s
      cross join lateral (select l.location_id from location_lkup l where l.canonical_path = s.place offset 0) l
      where l.location_id is distinct from find_files.place
    )
    select w.name, coalesce(
      (
        select e.extract_id
        from extract_tracking e
        where e.extract_location_id = find_files.place and e.extract_filename = w.name
      ),
      case when w.normal <> w.name then (
        select e.extract_id
        from extract_tracking e
        where e.extract_location_id = find_files.place and e.extract_filename = w.normal
      ) end,
      w.other)
    from (
      select w.name, w.normal, min(e.id) as other
      from wanted w
      left join elsewhere o on o.below = w.below
      left join lateral (
        select e.extract_id as id
        from extract_tracking e
        where e.extract_location_id = o.location_id and e.extract_filename = o.prefix || w.base
        offset 0
      ) e on true
      group by w.name, w.normal
    ) w;
end $$;

-- The numbers of files that are identified by their number (`id`), or by `fileName` and the name or the path of their
-- location, in which they need not have been registered (register/find-known-files.sql). Null for what there is not.
create or replace function process_tracker.find_extracts(refs jsonb) returns table (i int, id int, "locationId" int)
language plpgsql stable
set search_path = process_tracker, pg_temp
-- Plans that are kept, and go by index: see lifecycle/make-lifecycle.sql.
set plan_cache_mode = force_generic_plan set seq_page_cost = 1000 set jit = off as $$
#variable_conflict use_column
begin
  return query
    with wanted as materialized (
      select *, case when "fileName" is not null then coalesce('path ' || path, 'name ' || location) end as place
      from jsonb_to_recordset(refs) n(i int, id int, location text, path text, "fileName" text)
    ), place as materialized (
      -- A location is named by many of its files: each is looked for once.
      select d.place, l.location_id as id, coalesce(process_tracker.canonical_path(d.path), l.canonical_path,
        process_tracker.canonical_path(l.location_path)) as canonical
      from (
        select place, path, case
          when path is not null then coalesce((
            select l.location_id
            from location_lkup l
            where l.canonical_path = process_tracker.canonical_path(path)
            order by l.location_path in (path, path || '/') desc, l.location_id
            limit 1
          ), (
            -- A store that is not to be changed has no canonical paths.
            select l.location_id
            from location_lkup l
            where l.canonical_path is null
              and process_tracker.canonical_path(l.location_path) = process_tracker.canonical_path(path)
            order by l.location_path in (path, path || '/') desc, l.location_id
            limit 1
          ))
          else coalesce(
            (select l.location_id from location_lkup l where l.location_name = location),
            (select a.location_id from location_alias a where a.name = location))
          end as id
        from (select distinct place, location, path from wanted where place is not null) d
      ) d
      left join lateral (select * from location_lkup l where l.location_id = d.id offset 0) l on true
    ), file as materialized (
      select p.place, f.name, f.id
      from (
        select place, array_agg("fileName") as names
        from wanted
        where place is not null
        group by place
      ) w
      join place p on p.place = w.place
      cross join lateral process_tracker.find_files(p.id, p.canonical, w.names) f
      where p.canonical is not null
    )
    select n.i,
      case
        when n.place is null then (select e.extract_id from extract_tracking e where e.extract_id = n.id)
        else f.id end,
      p.id
    from wanted n
    left join place p on p.place = n.place
    left join file f on f.place = n.place and f.name = n."fileName";
end $$;

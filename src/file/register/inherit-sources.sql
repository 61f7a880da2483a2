-- Files of a process come from its sources, at each granularity, and so do the files in their location. Retired records
-- get no new links.
create or replace function process_tracker.inherit_sources(process int, place int, files int[]) returns void
language sql as $$
  insert into extract_source (extract_id, source_id)
    select e.id, l.source_id
    from unnest(files) e(id)
    join process_source l on l.process_id = process
    join source_lkup s on s.source_id = l.source_id
    where s.retired_at is null
    order by 1, 2
    on conflict do nothing;
  insert into extract_source_object (extract_id, source_object_id)
    select e.id, l.source_object_id
    from unnest(files) e(id)
    join process_source_object l on l.process_id = process
    join source_object_lkup o on o.source_object_id = l.source_object_id
    where o.retired_at is null
    order by 1, 2
    on conflict do nothing;
  insert into source_location (source_id, location_id)
    select l.source_id, place
    from process_source l
    join source_lkup s on s.source_id = l.source_id
    where l.process_id = process and s.retired_at is null and cardinality(files) > 0
    order by 1
    on conflict do nothing;
  insert into source_object_location (source_object_id, location_id)
    select l.source_object_id, place
    from process_source_object l
    join source_object_lkup o on o.source_object_id = l.source_object_id
    where l.process_id = process and o.retired_at is null and cardinality(files) > 0
    order by 1
    on conflict do nothing;
$$;

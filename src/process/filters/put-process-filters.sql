-- Adds conditions to processes: `wanted` has rows { i, process, attribute, type, group, text, number, list }, where a
-- list has its values as [{ text, number }] and its rendering in `text`. Where a process has the same condition
-- already, nothing is added: two are the same if they agree in all of it. With `replace`, what these processes have
-- beside goes. Answers the filter of each place.
create or replace function process_tracker.put_process_filters(wanted jsonb, processes int[], replace boolean)
returns table (place int, id int, added boolean) language plpgsql as $$
declare
  new_ids int[];
begin
  -- Callers that write filters of one process follow each other: the second one sees what the first has added.
  perform from process
  where process_id = any (processes)
  order by process_id
  for no key update;
  if replace then
    delete from process_filter f
    where f.process_id = any (processes) and not exists (
      select
      from jsonb_to_recordset(wanted) w(process int, attribute int, type int, "group" int, text text, number numeric)
      where (f.process_id, f.source_object_attribute_id, f.filter_type_id, f.group_number)
          = (w.process, w.attribute, w.type, w."group")
        and (f.filter_value_string, f.filter_value_numeric) is not distinct from (w.text, w.number));
  end if;
  with made as (
    insert into process_filter
      (process_id, source_object_attribute_id, filter_type_id, group_number, filter_value_string, filter_value_numeric)
    select w.process, w.attribute, w.type, w."group", w.text, w.number
    from jsonb_to_recordset(wanted)
      w(i int, process int, attribute int, type int, "group" int, text text, number numeric)
    where not exists (
      select from process_filter f
      where (f.process_id, f.source_object_attribute_id, f.filter_type_id, f.group_number)
          = (w.process, w.attribute, w.type, w."group")
        and (f.filter_value_string, f.filter_value_numeric) is not distinct from (w.text, w.number))
    group by 1, 2, 3, 4, 5, 6
    order by min(w.i)
    returning process_filter_id
  )
  select coalesce(array_agg(process_filter_id), '{}') into new_ids from made;
  return query
    with found as (
      select w.i, w.list, min(f.process_filter_id) as id
      from jsonb_to_recordset(wanted)
        w(i int, process int, attribute int, type int, "group" int, text text, number numeric, list jsonb)
      join process_filter f
        on (f.process_id, f.source_object_attribute_id, f.filter_type_id, f.group_number)
          = (w.process, w.attribute, w.type, w."group")
        and (f.filter_value_string, f.filter_value_numeric) is not distinct from (w.text, w.number)
      group by 1, 2
    ), listed as (
      insert into process_filter_value (process_filter_id, position, filter_value_string, filter_value_numeric)
      select once.id, v.position, v.value ->> 'text', (v.value ->> 'number')::numeric
      from (
        select distinct on (found.id) found.id, found.list
        from found
        where found.id = any (new_ids) and jsonb_typeof(found.list) = 'array'
        order by found.id
      ) once
      cross join jsonb_array_elements(once.list) with ordinality v(value, position)
    )
    select found.i, found.id, found.id = any (new_ids)
    from found
    order by found.i;
end $$;

-- Refuses an attribute that is retired, or whose object or source is.
create or replace function process_tracker.refuse_retired_attribute(attribute int) returns void language sql as $$
  select process_tracker.refuse_retired(t.kind, t.id, t.name, t.since)
  from process_tracker.source_object_attribute_lkup a
  left join process_tracker.source_object_lkup o on o.source_object_id = a.source_object_id
  left join process_tracker.source_lkup s on s.source_id = o.source_id
  cross join lateral (
    values
      ('SourceObjectAttribute', a.source_object_attribute_id, a.source_object_attribute_name, a.retired_at),
      ('SourceObject', o.source_object_id, o.source_object_name, o.retired_at),
      ('Source', s.source_id, s.source_name, s.retired_at)
  ) t(kind, id, name, since)
  where a.source_object_attribute_id = attribute and t.since is not null
  limit 1
$$;

-- Whether any name is an alias; mostly there is none.
create or replace function process_tracker.has_aliases() returns boolean language sql stable as $$
  select exists (select from process_tracker.process_alias)
    or exists (select from process_tracker.source_alias)
    or exists (select from process_tracker.source_object_alias)
    or exists (select from process_tracker.source_object_attribute_alias)
$$;

-- Rewrites the lists that register_processes takes from aliases to present names, where no row has the alias as its
-- name. Rows keep their places.
create or replace function process_tracker.resolve_aliases(input jsonb) returns jsonb language plpgsql stable as $$
begin
  input := process_tracker.resolve_process_aliases(input, 'processes', 'name');
  input := process_tracker.resolve_process_aliases(input, 'dependencies', 'parent');
  input := process_tracker.resolve_source_aliases(input);
  input := process_tracker.resolve_object_aliases(input);
  input := process_tracker.resolve_attribute_aliases(input);
  return process_tracker.merge_same_rows(input);
end $$;

-- `key` is where the rows of the list have the name of a process.
create or replace function process_tracker.resolve_process_aliases(input jsonb, list text, key text)
returns jsonb language plpgsql stable as $$
begin
  return input || jsonb_build_object(list, (
    select coalesce(
      jsonb_agg(n.facts || jsonb_strip_nulls(jsonb_build_object(key, t.process_name)) order by n.place), '[]')
    from jsonb_array_elements(input -> list) with ordinality n(facts, place)
    left join process_alias a
      on a.namespace = '' and a.name = n.facts ->> key and not exists (select from process where process_name = a.name)
    left join process t using (process_id)));
end $$;

create or replace function process_tracker.resolve_source_aliases(input jsonb)
returns jsonb language plpgsql stable as $$
begin
  return input || jsonb_build_object('sources', (
    select coalesce(
      jsonb_agg(n.facts || jsonb_strip_nulls(jsonb_build_object('name', t.source_name)) order by n.place), '[]')
    from jsonb_array_elements(input -> 'sources') with ordinality n(facts, place)
    left join source_alias a
      on a.name = n.facts ->> 'name' and not exists (select from source_lkup where source_name = a.name)
    left join source_lkup t using (source_id)));
end $$;

-- An alias of an object may lead into another source, which joins the list behind the others.
create or replace function process_tracker.resolve_object_aliases(input jsonb)
returns jsonb language plpgsql stable as $$
begin
  with object as (
    select n.facts, n.place, coalesce(in_source.source_name, s.name) as source, t.source_object_name as name
    from jsonb_array_elements(input -> 'objects') with ordinality n(facts, place)
    join jsonb_populate_recordset(null::registered_source, input -> 'sources') s
      on s.place = (n.facts ->> 'source')::int
    left join source_lkup known on known.source_name = s.name
    left join source_object_alias a on a.source_id = known.source_id and a.name = n.facts ->> 'name'
      and not exists (
        select from source_object_lkup o
        where o.source_id = known.source_id and o.source_object_name = a.name)
    left join source_object_lkup t on t.source_object_id = a.source_object_id
    left join source_lkup in_source on in_source.source_id = t.source_id
  ), source as (
    select s.place, s.name
    from jsonb_populate_recordset(null::registered_source, input -> 'sources') s
    union all
    select (jsonb_array_length(input -> 'sources') + row_number() over (order by o.source))::int, o.source
    from (
      select distinct object.source
      from object
      where not exists (
        select
        from jsonb_populate_recordset(null::registered_source, input -> 'sources') s
        where s.name = object.source)
    ) o
  )
  select input || jsonb_build_object(
    'sources', (input -> 'sources') || (
      select coalesce(jsonb_agg(jsonb_build_object('place', place, 'name', name) order by place), '[]')
      from source
      where place > jsonb_array_length(input -> 'sources')),
    'objects', (
      select coalesce(
        jsonb_agg(
          facts || jsonb_build_object(
            'source', (select min(place) from source where source.name = object.source),
            'name', coalesce(name, facts ->> 'name'))
          order by place),
        '[]')
      from object))
    into input;
  return input;
end $$;

create or replace function process_tracker.resolve_attribute_aliases(input jsonb)
returns jsonb language plpgsql stable as $$
begin
  return input || jsonb_build_object('attributes', (
    select coalesce(
      jsonb_agg(
        n.facts || jsonb_strip_nulls(jsonb_build_object('name', t.source_object_attribute_name))
        order by n.place),
      '[]')
    from jsonb_array_elements(input -> 'attributes') with ordinality n(facts, place)
    join jsonb_populate_recordset(null::registered_object, input -> 'objects') o
      on o.place = (n.facts ->> 'object')::int
    join jsonb_populate_recordset(null::registered_source, input -> 'sources') s on s.place = o.source
    left join source_lkup in_source on in_source.source_name = s.name
    left join source_object_lkup known on known.source_id = in_source.source_id and known.source_object_name = o.name
    left join source_object_attribute_alias a
      on a.source_object_id = known.source_object_id and a.name = n.facts ->> 'name'
      and not exists (
        select from source_object_attribute_lkup x
        where x.source_object_id = known.source_object_id and x.source_object_attribute_name = a.name)
    left join source_object_attribute_lkup t
      on t.source_object_attribute_id = a.source_object_attribute_id and t.source_object_id = a.source_object_id));
end $$;

-- Of rows that turned out to be one (named by its alias and by its present name), by the key that points to them: the
-- first place of each place. Null if there are none.
create or replace function process_tracker.first_places(input jsonb) returns jsonb language plpgsql stable as $$
begin
  return (
    with process as (
      select n.place, min(n.place) over (partition by n.name) as first
      from jsonb_populate_recordset(null::registered_process, input -> 'processes') n
    ), source as (
      select n.place, min(n.place) over (partition by n.name) as first
      from jsonb_populate_recordset(null::registered_source, input -> 'sources') n
    ), object as (
      select n.place, min(n.place) over (partition by source.first, n.name) as first
      from jsonb_populate_recordset(null::registered_object, input -> 'objects') n
      join source on source.place = n.source
    ), attribute as (
      select n.place, min(n.place) over (partition by object.first, n.name) as first
      from jsonb_populate_recordset(null::registered_attribute_name, input -> 'attributes') n
      join object on object.place = n.object
    )
    select jsonb_object_agg(key, places)
    from (
      select unnest(array['process', 'declarer']) as key, jsonb_agg(first order by place) as places,
        bool_or(first <> place) as merged
      from process
      union all
      select 'source', jsonb_agg(first order by place), bool_or(first <> place)
      from source
      union all
      select 'object', jsonb_agg(first order by place), bool_or(first <> place)
      from object
      union all
      select unnest(array['attribute', 'from', 'to']), jsonb_agg(first order by place), bool_or(first <> place)
      from attribute
    ) m
    where merged);
end $$;

-- Rows that turned out to be one say the same at each of their places, and what points to them points to the first.
create or replace function process_tracker.merge_same_rows(input jsonb) returns jsonb language plpgsql stable as $$
declare
  firsts constant jsonb := process_tracker.first_places(input);
  list text;
begin
  if firsts is null then
    return input;
  end if;
  for list in
    select key from jsonb_each(input)
    where jsonb_typeof(value) = 'array' and jsonb_typeof(value -> 0) = 'object'
    order by key
  loop
    input := input || jsonb_build_object(list, (
      with pointed as (
        select n.place, n.facts || coalesce((
            select jsonb_object_agg(f.key, f.value -> ((n.facts ->> f.key)::int - 1))
            from jsonb_each(firsts) f
            where jsonb_typeof(n.facts -> f.key) = 'number'), '{}') as facts
        from jsonb_array_elements(input -> list) with ordinality n(facts, place)
      ), keyed as (
        -- What distinguishes a row from others: a new key of that kind (registration-types.sql) is added here. The rest
        -- are facts: they add up, and the later one wins.
        select place, facts, jsonb_path_query_array(
            facts, '$.keyvalue() ? (@.key like_regex
              "^(process|source|object|attribute|from|to|contact|name|parent|kind|role|what)$")') as same
        from pointed
      ), told as (
        select same, jsonb_object_agg(e.key, e.value order by place) as facts
        from keyed, jsonb_each(keyed.facts) e
        where jsonb_typeof(e.value) <> 'null' and e.key <> 'place'
        group by same
      )
      select jsonb_agg(t.facts || jsonb_strip_nulls(jsonb_build_object('place', k.facts -> 'place')) order by k.place)
      from told t
      join lateral (
        select facts, place
        from keyed
        where keyed.same = t.same
        order by place
        -- Rows that others point to keep their places; of links, one is enough.
        limit case when list in ('processes', 'sources', 'objects', 'attributes') then null else 1 end
      ) k on true));
  end loop;
  return input;
end $$;

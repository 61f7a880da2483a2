-- Whether anything has a former name at all; mostly there is none.
create or replace function process_tracker.has_aliases() returns boolean language sql stable as $$
  select exists (select from process_tracker.process_alias) or exists (select from process_tracker.source_alias)
    or exists (select from process_tracker.source_object_alias) or exists (select from process_tracker.source_object_attribute_alias)
$$;

-- Rewrites the lists that register_processes takes from former names to present ones, where no row has the former name itself. Rows keep their
-- places. Two that turn out to be one thing (by its former and by its present name) say the same at both places, and what points to
-- them points to the first.
create or replace function process_tracker.resolve_aliases(input jsonb) returns jsonb language plpgsql stable as $$
declare
  maps jsonb;
  list text;
begin
  input := input || jsonb_build_object('processes', (
    select coalesce(jsonb_agg(n.facts || jsonb_strip_nulls(jsonb_build_object('name', t.process_name)) order by n.place), '[]')
    from jsonb_array_elements(input -> 'processes') with ordinality n(facts, place)
    left join process_alias a on a.namespace = '' and a.name = n.facts ->> 'name' and not exists (select from process where process_name = a.name)
    left join process t using (process_id)));
  input := input || jsonb_build_object('dependencies', (
    select coalesce(jsonb_agg(n.facts || jsonb_strip_nulls(jsonb_build_object('parent', t.process_name)) order by n.place), '[]')
    from jsonb_array_elements(input -> 'dependencies') with ordinality n(facts, place)
    left join process_alias a on a.namespace = '' and a.name = n.facts ->> 'parent' and not exists (select from process where process_name = a.name)
    left join process t using (process_id)));
  input := input || jsonb_build_object('sources', (
    select coalesce(jsonb_agg(n.facts || jsonb_strip_nulls(jsonb_build_object('name', t.source_name)) order by n.place), '[]')
    from jsonb_array_elements(input -> 'sources') with ordinality n(facts, place)
    left join source_alias a on a.name = n.facts ->> 'name' and not exists (select from source_lkup where source_name = a.name)
    left join source_lkup t using (source_id)));
  -- A former name of an object may lead into another source, which joins the list behind the others.
  with object as (
    select n.facts, n.place, coalesce(in_source.source_name, s.name) as source, t.source_object_name as name
    from jsonb_array_elements(input -> 'objects') with ordinality n(facts, place)
    join jsonb_to_recordset(input -> 'sources') s(i int, name text) on s.i = (n.facts ->> 's')::int
    left join source_lkup known on known.source_name = s.name
    left join source_object_alias a on a.source_id = known.source_id and a.name = n.facts ->> 'name'
      and not exists (select from source_object_lkup o where o.source_id = known.source_id and o.source_object_name = a.name)
    left join source_object_lkup t on t.source_object_id = a.source_object_id
    left join source_lkup in_source on in_source.source_id = t.source_id
  ), source as (
    select i, name from jsonb_to_recordset(input -> 'sources') s(i int, name text)
    union all
    select (jsonb_array_length(input -> 'sources') + row_number() over (order by o.source))::int, o.source
    from (select distinct source from object where not exists (select from jsonb_to_recordset(input -> 'sources') s(name text) where s.name = object.source)) o
  )
  select input || jsonb_build_object(
    'sources', (input -> 'sources') || (
      select coalesce(jsonb_agg(jsonb_build_object('i', i, 'name', name) order by i), '[]') from source where i > jsonb_array_length(input -> 'sources')),
    'objects', (
      select coalesce(jsonb_agg(facts || jsonb_build_object('s', (select min(i) from source where source.name = object.source), 'name', coalesce(name, facts ->> 'name'))
        order by place), '[]') from object)
  ) into input;
  input := input || jsonb_build_object('attributes', (
    select coalesce(jsonb_agg(n.facts || jsonb_strip_nulls(jsonb_build_object('name', t.source_object_attribute_name)) order by n.place), '[]')
    from jsonb_array_elements(input -> 'attributes') with ordinality n(facts, place)
    join jsonb_to_recordset(input -> 'objects') o(i int, s int, name text) on o.i = (n.facts ->> 'o')::int
    join jsonb_to_recordset(input -> 'sources') s(i int, name text) on s.i = o.s
    left join source_lkup in_source on in_source.source_name = s.name
    left join source_object_lkup known on known.source_id = in_source.source_id and known.source_object_name = o.name
    left join source_object_attribute_alias a on a.source_object_id = known.source_object_id and a.name = n.facts ->> 'name'
      and not exists (select from source_object_attribute_lkup x where x.source_object_id = known.source_object_id and x.source_object_attribute_name = a.name)
    left join source_object_attribute_lkup t on t.source_object_attribute_id = a.source_object_attribute_id and t.source_object_id = a.source_object_id));

  -- By letter, the first place of what stands at each place. Attributes are pointed to by three letters.
  with process as (
    select i, min(i) over (partition by name) as first from jsonb_to_recordset(input -> 'processes') n(i int, name text)
  ), source as (
    select i, min(i) over (partition by name) as first from jsonb_to_recordset(input -> 'sources') n(i int, name text)
  ), object as (
    select o.i, min(o.i) over (partition by source.first, name) as first from jsonb_to_recordset(input -> 'objects') o(i int, s int, name text) join source on source.i = o.s
  ), attribute as (
    select a.i, min(a.i) over (partition by object.first, name) as first from jsonb_to_recordset(input -> 'attributes') a(i int, o int, name text) join object on object.i = a.o
  )
  select jsonb_object_agg(letter, firsts) into maps from (
    select unnest(array['p']) as letter, jsonb_agg(first order by i) as firsts, bool_or(first <> i) as merged from process
    union all select 's', jsonb_agg(first order by i), bool_or(first <> i) from source
    union all select 'o', jsonb_agg(first order by i), bool_or(first <> i) from object
    union all select unnest(array['a', 'f', 't']), jsonb_agg(first order by i), bool_or(first <> i) from attribute
  ) m where merged;
  if maps is null then
    return input;
  end if;
  for list in select key from jsonb_each(input) where jsonb_typeof(value) = 'array' and jsonb_typeof(value -> 0) = 'object' order by key loop
    input := input || jsonb_build_object(list, (
      with pointed as (
        select n.place, n.facts || coalesce((select jsonb_object_agg(m.key, m.value -> ((n.facts ->> m.key)::int - 1))
          from jsonb_each(maps) m where jsonb_typeof(n.facts -> m.key) = 'number'), '{}') as facts
        from jsonb_array_elements(input -> list) with ordinality n(facts, place)
      ), alike as (
        -- What tells a row from others. The rest are facts: they add up, and the later one wins.
        select place, facts, jsonb_path_query_array(facts, '$.keyvalue() ? (@.key like_regex "^(p|s|o|a|f|t|c|name|parent|role|what)$")') as same from pointed
      ), told as (
        select same, jsonb_object_agg(e.key, e.value order by place) as facts from alike, jsonb_each(alike.facts) e
        where jsonb_typeof(e.value) <> 'null' and e.key <> 'i' group by same
      )
      select jsonb_agg(t.facts || case when a.facts ? 'i' then jsonb_build_object('i', a.facts -> 'i') else '{}' end order by a.place)
      from told t join lateral (
        select facts, place from alike where alike.same = t.same order by place
        -- Rows that others point to keep their places; of links, one is enough.
        limit case when list in ('processes', 'sources', 'objects', 'attributes') then null else 1 end
      ) a on true));
  end loop;
  return input;
end $$;

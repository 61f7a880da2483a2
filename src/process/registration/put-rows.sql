-- The first half of a registration: what it names. Each function takes one list, adds what is missing, changes what
-- differs, and answers the numbers of all rows by their place. An insert leaves out what is there, so that repeating a
-- registration uses up no numbers.

-- Rows are identified by their place, so each must be found. One that got another name meanwhile, or was deleted, is
-- not: the caller tries again, as after a serialization failure.
create or replace function process_tracker.all_found(ids int[], list jsonb) returns void language plpgsql as $$
begin
  if coalesce(cardinality(ids), 0) <> jsonb_array_length(list) then
    raise exception using errcode = '40001', message = 'A name changed while it was registered.';
  end if;
end $$;

-- The rows of look-up tables, which are known by their name alone.
create or replace function process_tracker.put_lookups(input jsonb) returns void language plpgsql as $$
begin
  insert into tool_lkup (tool_name)
  select name from jsonb_array_elements_text(input -> 'tools') n(name)
  where not exists (select from tool_lkup where tool_name = name)
  on conflict do nothing;

  insert into process_type_lkup (process_type_name)
  select name from jsonb_array_elements_text(input -> 'processTypes') n(name)
  where not exists (select from process_type_lkup where process_type_name = name)
  on conflict do nothing;

  insert into source_type_lkup (source_type_name)
  select name from jsonb_array_elements_text(input -> 'sourceTypes') n(name)
  where not exists (select from source_type_lkup where source_type_name = name)
  on conflict do nothing;

  insert into data_type_lkup (data_type)
  select name from jsonb_array_elements_text(input -> 'dataTypes') n(name)
  where not exists (select from data_type_lkup where data_type = name)
  on conflict do nothing;

  insert into dataset_type_lkup (dataset_type)
  select name from jsonb_array_elements_text(input -> 'datasetTypes') n(name)
  where not exists (select from dataset_type_lkup where dataset_type = name)
  on conflict do nothing;
end $$;

-- The e-mail of a contact is that of the last registration that gave one; so are its other addresses.
create or replace function process_tracker.put_contacts(contacts jsonb) returns int[] language plpgsql as $$
declare
  ids int[];
begin
  insert into contact_lkup (contact_name, contact_email, contact_phone, contact_chat, contact_pager, contact_url)
  select n.name, n.email, n.phone, n.chat, n.pager, n.url
  from jsonb_populate_recordset(null::registered_contact, contacts) n
  where not exists (select from contact_lkup where contact_name = n.name)
  order by n.place
  on conflict (contact_name) do nothing;

  with changed as (
    select c.contact_id, w.*
    from contact_lkup c
    join jsonb_populate_recordset(null::registered_contact, contacts) n on n.name = c.contact_name
    cross join lateral (
      select coalesce(n.email, c.contact_email) as email, coalesce(n.phone, c.contact_phone) as phone,
        coalesce(n.chat, c.contact_chat) as chat, coalesce(n.pager, c.contact_pager) as pager,
        coalesce(n.url, c.contact_url) as url
    ) w
    where row(w.*)
      is distinct from row(c.contact_email, c.contact_phone, c.contact_chat, c.contact_pager, c.contact_url)
    order by c.contact_id
    for no key update of c
  )
  update contact_lkup c
  set contact_email = changed.email, contact_phone = changed.phone, contact_chat = changed.chat,
    contact_pager = changed.pager, contact_url = changed.url
  from changed
  where c.contact_id = changed.contact_id;

  select array_agg(c.contact_id order by n.place) into ids
  from jsonb_populate_recordset(null::registered_contact, contacts) n
  join contact_lkup c on c.contact_name = n.name;
  perform process_tracker.all_found(ids, contacts);
  return ids;
end $$;

create or replace function process_tracker.refuse_unknown_frequency(processes jsonb) returns void language plpgsql as $$
declare
  unknown text;
  known constant text[] := array(
    select schedule_frequency_name
    from schedule_frequency_lkup
    order by schedule_frequency_id);
begin
  select n."scheduleFrequency" into unknown
  from jsonb_populate_recordset(null::registered_process, processes) n
  where n."scheduleFrequency" <> all (known)
  order by 1
  limit 1;
  if found then
    raise exception using errcode = 'WB400',
      message = format('There is no ScheduleFrequency %s; allowed are %s.',
        to_json(unknown), array_to_string(known, ', ')),
      detail = jsonb_build_object('argument', 'input.scheduleFrequency', 'value', unknown, 'allowed', known);
  end if;
end $$;

-- Makes put_processes, with a column for each of process_settings(). Answers the numbers of all processes by place, and
-- of the new ones.
do $do$
declare
  columns jsonb;
begin
  select jsonb_build_object(
      'columns', string_agg(format('%I', col), ', '),
      'given', string_agg(format('n.%I', setting), ', '),
      'kept', string_agg(format('coalesce(n.%I, p.%I) as %2$I', setting, col), ', '),
      'sets', string_agg(format('%I = w.%1$I', col), ', '),
      'stored', string_agg(format('p.%I', col), ', '),
      'wanted', string_agg(format('w.%I', col), ', '))
    into columns
  from process_tracker.process_settings();
  execute process_tracker.fill_template($template$
    create or replace function process_tracker.put_processes(processes jsonb, out process_ids int[], out new_ids int[])
    language plpgsql as $body$
    begin
      with made as (
        insert into process (process_name, process_type_id, process_tool_id, schedule_frequency_id, {columns})
        select n.name,
          (select process_type_id from process_type_lkup where process_type_name = n.type),
          (select tool_id from tool_lkup where tool_name = n.tool),
          coalesce(f.schedule_frequency_id, 0),
          {given}
        from jsonb_populate_recordset(null::registered_process, processes) n
        left join schedule_frequency_lkup f on f.schedule_frequency_name = n."scheduleFrequency"
        where not exists (select from process where process_name = n.name)
        order by n.place
        on conflict (process_name) do nothing
        returning process_id
      )
      select coalesce(array_agg(made.process_id), '{}') into new_ids from made;

      perform from process p
      join jsonb_populate_recordset(null::registered_process, processes) n on n.name = p.process_name
      order by p.process_id
      for no key update of p;
      update process p
      set process_type_id = w.type_id, process_tool_id = w.tool_id, schedule_frequency_id = w.frequency_id, {sets}
      from (
        select p.process_id,
          coalesce((select process_type_id from process_type_lkup where process_type_name = n.type),
            p.process_type_id) as type_id,
          coalesce((select tool_id from tool_lkup where tool_name = n.tool), p.process_tool_id) as tool_id,
          coalesce(f.schedule_frequency_id, p.schedule_frequency_id) as frequency_id,
          {kept}
        from process p
        join jsonb_populate_recordset(null::registered_process, processes) n on n.name = p.process_name
        left join schedule_frequency_lkup f on f.schedule_frequency_name = n."scheduleFrequency"
      ) w
      where p.process_id = w.process_id
        and (p.process_type_id, p.process_tool_id, p.schedule_frequency_id, {stored})
          is distinct from (w.type_id, w.tool_id, w.frequency_id, {wanted});

      select array_agg(p.process_id order by n.place) into process_ids
      from jsonb_populate_recordset(null::registered_process, processes) n
      join process p on p.process_name = n.name;
      perform process_tracker.all_found(process_ids, processes);
    end $body$;
  $template$, columns);
end $do$;

-- The links of processes to pages elsewhere, beside those that they have, or instead of them. The processes are
-- locked.
create or replace function process_tracker.put_process_links(added jsonb, replaces jsonb, process_ids int[])
returns void language plpgsql set seq_page_cost = 1000 set jit = off as $$
declare
  wrong jsonb;
begin
  if jsonb_array_length(added) = 0 then
    return;
  end if;
  with changed as (
    update process p
    set links = w.links
    from (
      select k.process_id,
        process_tracker.with_links(case when n.complete then '[]' else k.links end, n.links) as links
      from (
        select l.process,
          jsonb_agg(jsonb_build_object('label', l.label, 'url', l.url)) as links,
          exists (
            select
            from jsonb_populate_recordset(null::registered_replacement, replaces) r
            where r.process = l.process and r.what = 'links') as complete
        from jsonb_populate_recordset(null::registered_process_link, added) l
        group by l.process
      ) n
      join process k on k.process_id = process_ids[n.process]
    ) w
    where p.process_id = w.process_id and p.links <> w.links
    returning process_tracker.check_links(p.links) as verdict
  )
  select c.verdict into wrong
  from changed c
  where c.verdict is not null
  limit 1;
  if found then
    raise exception using errcode = 'WB400', message = wrong ->> 'message',
      detail = jsonb_build_object('argument', 'input.links', 'value', wrong -> 'value', 'allowed', wrong -> 'allowed');
  end if;
end $$;

create or replace function process_tracker.put_sources(sources jsonb) returns int[] language plpgsql as $$
declare
  ids int[];
begin
  insert into source_lkup (source_name, source_type_id, description)
  select n.name,
    coalesce((select source_type_id from source_type_lkup where source_type_name = n.type), 1),
    n.description
  from jsonb_populate_recordset(null::registered_source, sources) n
  where not exists (select from source_lkup where source_name = n.name)
  order by n.place
  on conflict (source_name) do nothing;

  with changed as (
    select s.source_id, coalesce(n.description, s.description) as description,
      coalesce((select source_type_id from source_type_lkup where source_type_name = n.type),
        s.source_type_id) as type_id
    from source_lkup s
    join jsonb_populate_recordset(null::registered_source, sources) n on n.name = s.source_name
    where n.description is not null and n.description is distinct from s.description
      or n.type is not null
        and s.source_type_id
          is distinct from (select source_type_id from source_type_lkup where source_type_name = n.type)
    order by s.source_id
    for no key update of s
  )
  update source_lkup s
  set source_type_id = changed.type_id, description = changed.description
  from changed
  where s.source_id = changed.source_id;

  select array_agg(s.source_id order by n.place) into ids
  from jsonb_populate_recordset(null::registered_source, sources) n
  join source_lkup s on s.source_name = n.name;
  perform process_tracker.all_found(ids, sources);
  return ids;
end $$;

create or replace function process_tracker.put_objects(objects jsonb, source_ids int[])
returns int[] language plpgsql as $$
declare
  ids int[];
begin
  insert into source_object_lkup (source_id, source_object_name, description)
  select source_ids[n.source], n.name, n.description
  from jsonb_populate_recordset(null::registered_object, objects) n
  where not exists (
    select from source_object_lkup
    where source_id = source_ids[n.source] and source_object_name = n.name)
  order by n.place
  on conflict (source_id, source_object_name) do nothing;

  with changed as (
    select o.source_object_id, n.description
    from source_object_lkup o
    join jsonb_populate_recordset(null::registered_object, objects) n
      on o.source_id = source_ids[n.source] and o.source_object_name = n.name
    where n.description is not null and n.description is distinct from o.description
    order by o.source_object_id
    for no key update of o
  )
  update source_object_lkup o
  set description = changed.description
  from changed
  where o.source_object_id = changed.source_object_id;

  select array_agg(o.source_object_id order by n.place) into ids
  from jsonb_populate_recordset(null::registered_object, objects) n
  join source_object_lkup o on o.source_id = source_ids[n.source] and o.source_object_name = n.name;
  perform process_tracker.all_found(ids, objects);
  return ids;
end $$;

-- The data type of an attribute is that of its first declaration. Who writes the attribute outranks who reads it, and
-- who declared the type may change it; otherwise the known one stays, with its length and decimals, and `differing`
-- tells of it. What a person has set stays; a type that is there without its declarer gives way to a writer, and one
-- whose process is gone to anyone.
drop function if exists process_tracker.put_attributes(jsonb, int[]); -- until it knew who declares a type
create or replace function process_tracker.put_attributes(
  attributes jsonb, object_ids int[], process_ids int[], out ids int[], out differing json
)
language plpgsql as $$
begin
  perform set_config('waybill.declaring', 'on', true);
  insert into source_object_attribute_lkup (
    source_object_id, source_object_attribute_name, attribute_path,
    data_type_id, data_type_process_id, data_type_origin,
    data_length, data_decimal,
    is_pii, is_key, is_filter, is_partition,
    default_value_string, default_value_number, description, ordinal)
  select object_ids[n.object], n.name, n.path,
    (select data_type_id from data_type_lkup where data_type = n."dataType"), process_ids[n.declarer],
    case when n.writes then 'write' when n.declarer is not null then 'read' end,
    n.length, n.decimals,
    coalesce(n."isPii", false), coalesce(n."isKey", false),
    coalesce(n."isFilter", false), coalesce(n."isPartition", false),
    n."defaultText", n."defaultNumber", n.description, n.ordinal
  from jsonb_populate_recordset(null::registered_attribute, attributes) n
  where not exists (
    select from source_object_attribute_lkup
    where source_object_id = object_ids[n.object] and source_object_attribute_name = n.name)
  order by n.place
  on conflict (source_object_id, source_object_attribute_name) do nothing;

  with changed as (
    select a.source_object_attribute_id as id, w.*
    from source_object_attribute_lkup a
    join jsonb_populate_recordset(null::registered_attribute, attributes) n
      on a.source_object_id = object_ids[n.object] and a.source_object_attribute_name = n.name
    left join data_type_lkup d on d.data_type = n."dataType"
    cross join lateral (
      select
        d.data_type_id is null or a.data_type_id is null or a.data_type_id = d.data_type_id
          or a.data_type_origin is distinct from 'person' and (
            n.writes and a.data_type_origin is distinct from 'write'
            or a.data_type_process_id = process_ids[n.declarer]
            or a.data_type_process_id is not null
              and not exists (select from process p where p.process_id = a.data_type_process_id)) as holds,
        -- The one who declares the type from now on: of the same type, a writer in place of a reader.
        d.data_type_id is not null and a.data_type_origin is distinct from 'person' and (
          a.data_type_id is distinct from d.data_type_id
          or n.writes and a.data_type_origin is distinct from 'write') as declares
    ) rule
    cross join lateral (
      select coalesce(n.path, a.attribute_path) as path,
        case when rule.holds then coalesce(d.data_type_id, a.data_type_id) else a.data_type_id end as type_id,
        case when rule.holds and rule.declares then process_ids[n.declarer] else a.data_type_process_id end as declarer,
        case when rule.holds and rule.declares then case when n.writes then 'write' else 'read' end
          else a.data_type_origin end as origin,
        case when rule.holds then coalesce(n.length, a.data_length) else a.data_length end as length,
        case when rule.holds then coalesce(n.decimals, a.data_decimal) else a.data_decimal end as decimals,
        coalesce(n."isPii", a.is_pii) as pii,
        coalesce(n."isKey", a.is_key) as key,
        coalesce(n."isFilter", a.is_filter) as filter,
        coalesce(n."isPartition", a.is_partition) as partition,
        coalesce(n."defaultText", a.default_value_string) as text,
        coalesce(n."defaultNumber", a.default_value_number) as number,
        coalesce(n.description, a.description) as description,
        coalesce(n.ordinal, a.ordinal) as ordinal
    ) w
    where row(w.*) is distinct from row(
      a.attribute_path, a.data_type_id, a.data_type_process_id, a.data_type_origin, a.data_length, a.data_decimal,
      a.is_pii, a.is_key, a.is_filter, a.is_partition,
      a.default_value_string, a.default_value_number, a.description, a.ordinal)
    order by a.source_object_attribute_id
    for no key update of a
  )
  update source_object_attribute_lkup a
  set attribute_path = w.path, data_type_id = w.type_id, data_type_process_id = w.declarer, data_type_origin = w.origin,
    data_length = w.length, data_decimal = w.decimals,
    is_pii = w.pii, is_key = w.key, is_filter = w.filter, is_partition = w.partition,
    default_value_string = w.text, default_value_number = w.number, description = w.description, ordinal = w.ordinal
  from changed w
  where a.source_object_attribute_id = w.id;
  perform set_config('waybill.declaring', '', true);

  select array_agg(a.source_object_attribute_id order by n.place),
    json_agg(json_build_object('process', n.declarer, 'attributeId', a.source_object_attribute_id,
      'declared', n."dataType", 'kept', d.data_type, 'origin', a.data_type_origin,
      'keptProcessId', a.data_type_process_id, 'keptBy', p.process_name) order by n.place)
      filter (where n.declarer is not null and d.data_type <> n."dataType")
  into ids, differing
  from jsonb_populate_recordset(null::registered_attribute_name, attributes) n
  join source_object_attribute_lkup a
    on a.source_object_id = object_ids[n.object] and a.source_object_attribute_name = n.name
  left join data_type_lkup d on d.data_type_id = a.data_type_id
  left join process p on p.process_id = a.data_type_process_id and d.data_type <> n."dataType";
  perform process_tracker.all_found(ids, attributes);
end $$;

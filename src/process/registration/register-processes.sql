-- Rows are told by place, so each must be found. One that got another name meanwhile, or went, is not: the caller tries again, as after a
-- serialization failure.
create or replace function process_tracker.all_found(ids int[], list jsonb) returns void language plpgsql as $$
begin
  if coalesce(cardinality(ids), 0) <> jsonb_array_length(list) then
    raise exception using errcode = '40001', message = 'A name changed while it was registered.';
  end if;
end $$;

-- Registers processes with everything that they name, in one call and one snapshot of each table: set-based, idempotent, safe in parallel.
-- `input` is what register-processes.ts makes of the requests: lists in which every row stands once, in one order for all callers,
-- and rows point to each other by their place (`i`, counted from 1). What is left out (null) stays as it is.
--
-- Deadlocks are kept away by order: table by table as below, and in each table in the order of the names. Once the processes are locked,
-- two registrations of one process follow each other, so their links never cross.
-- An insert leaves out what is there, so that repeating a registration uses up no numbers.
create or replace function process_tracker.register_processes(input jsonb)
returns table (process_id int, created boolean) language plpgsql as $$
#variable_conflict use_column
declare
  process_ids int[]; new_ids int[]; source_ids int[]; object_ids int[]; attribute_ids int[]; contact_ids int[];
  unknown text; unread boolean;
begin
  if process_tracker.has_aliases() then
    input := process_tracker.resolve_aliases(input);
  end if;

  select frequency into unknown from jsonb_to_recordset(input -> 'processes') n(frequency text)
    where frequency is not null and not exists (select from schedule_frequency_lkup where schedule_frequency_name = frequency) order by 1 limit 1;
  if found then
    raise exception using errcode = 'WB400', message = format('There is no schedule frequency %s; known are %s.', to_json(unknown),
        (select string_agg(schedule_frequency_name, ', ' order by schedule_frequency_id) from schedule_frequency_lkup)),
      detail = jsonb_build_object('argument', 'input.scheduleFrequency', 'value', unknown,
        'allowed', (select jsonb_agg(schedule_frequency_name order by schedule_frequency_id) from schedule_frequency_lkup));
  end if;

  -- Look-ups by name
  insert into tool_lkup (tool_name)
    select name from jsonb_array_elements_text(input -> 'tools') n(name)
    where not exists (select from tool_lkup where tool_name = name) on conflict do nothing;
  insert into process_type_lkup (process_type_name)
    select name from jsonb_array_elements_text(input -> 'processTypes') n(name)
    where not exists (select from process_type_lkup where process_type_name = name) on conflict do nothing;
  insert into source_type_lkup (source_type_name)
    select name from jsonb_array_elements_text(input -> 'sourceTypes') n(name)
    where not exists (select from source_type_lkup where source_type_name = name) on conflict do nothing;
  insert into data_type_lkup (data_type)
    select name from jsonb_array_elements_text(input -> 'dataTypes') n(name)
    where not exists (select from data_type_lkup where data_type = name) on conflict do nothing;
  insert into dataset_type_lkup (dataset_type)
    select name from jsonb_array_elements_text(input -> 'datasetTypes') n(name)
    where not exists (select from dataset_type_lkup where dataset_type = name) on conflict do nothing;

  -- Contacts: the e-mail is that of the last registration that gave one.
  insert into contact_lkup (contact_name, contact_email)
    select name, email from jsonb_to_recordset(input -> 'contacts') n(i int, name text, email text)
    where not exists (select from contact_lkup where contact_name = name) order by i on conflict (contact_name) do nothing;
  with changed as (
    select contact_id, email from contact_lkup join jsonb_to_recordset(input -> 'contacts') n(i int, name text, email text) on contact_name = name
    where email is distinct from contact_email and email is not null order by contact_id for no key update of contact_lkup
  ) update contact_lkup c set contact_email = changed.email from changed where c.contact_id = changed.contact_id;
  select array_agg(contact_id order by i) into contact_ids
    from jsonb_to_recordset(input -> 'contacts') n(i int, name text) join contact_lkup on contact_name = name;
  perform process_tracker.all_found(contact_ids, input -> 'contacts');

  -- Processes
  with made as (
    insert into process (process_name, process_type_id, process_tool_id, schedule_frequency_id, description, failure_limit, run_time_limit_seconds, lease_seconds, cron)
      select name, (select process_type_id from process_type_lkup where process_type_name = type), (select tool_id from tool_lkup where tool_name = tool),
        coalesce((select schedule_frequency_id from schedule_frequency_lkup where schedule_frequency_name = frequency), 0), description,
        "failureLimit", "runTimeLimitSeconds", "leaseSeconds", cron
      from jsonb_to_recordset(input -> 'processes') n(i int, name text, type text, tool text, frequency text, description text, "failureLimit" int,
        "runTimeLimitSeconds" int, "leaseSeconds" int, cron text)
      where not exists (select from process where process_name = name) order by i on conflict (process_name) do nothing
      returning process_id
  ) select coalesce(array_agg(process_id), '{}') into new_ids from made;
  perform from process join jsonb_to_recordset(input -> 'processes') n(name text) on process_name = name
    order by process_id for no key update of process;
  update process p set process_type_id = wanted.type, process_tool_id = wanted.tool, schedule_frequency_id = wanted.frequency, description = wanted.description,
      failure_limit = wanted.failures, run_time_limit_seconds = wanted.time_limit, lease_seconds = wanted.lease, cron = wanted.cron
    from (
      select process_id,
        coalesce((select process_type_id from process_type_lkup where process_type_name = n.type), process_type_id) as type,
        coalesce((select tool_id from tool_lkup where tool_name = n.tool), process_tool_id) as tool,
        coalesce((select schedule_frequency_id from schedule_frequency_lkup where schedule_frequency_name = n.frequency), schedule_frequency_id) as frequency,
        coalesce(n.description, p.description) as description, coalesce(n."failureLimit", p.failure_limit) as failures,
        coalesce(n."runTimeLimitSeconds", p.run_time_limit_seconds) as time_limit, coalesce(n."leaseSeconds", p.lease_seconds) as lease, coalesce(n.cron, p.cron) as cron
      from process p join jsonb_to_recordset(input -> 'processes') n(name text, type text, tool text, frequency text, description text, "failureLimit" int,
        "runTimeLimitSeconds" int, "leaseSeconds" int, cron text) on process_name = n.name
    ) wanted
    where p.process_id = wanted.process_id
      and (p.process_type_id, p.process_tool_id, p.schedule_frequency_id, p.description, p.failure_limit, p.run_time_limit_seconds, p.lease_seconds, p.cron)
        is distinct from (wanted.type, wanted.tool, wanted.frequency, wanted.description, wanted.failures, wanted.time_limit, wanted.lease, wanted.cron);
  select array_agg(process_id order by i) into process_ids
    from jsonb_to_recordset(input -> 'processes') n(i int, name text) join process on process_name = name;
  perform process_tracker.all_found(process_ids, input -> 'processes');
  if process_tracker.has_aliases() then
    -- Once more: it may have taken long to get hold of the processes, and meanwhile other things got other names.
    input := process_tracker.resolve_aliases(input);
  end if;

  -- Sources, objects, attributes
  insert into source_lkup (source_name, source_type_id, description)
    select name, coalesce((select source_type_id from source_type_lkup where source_type_name = type), 1), description
    from jsonb_to_recordset(input -> 'sources') n(i int, name text, type text, description text)
    where not exists (select from source_lkup where source_name = name) order by i on conflict (source_name) do nothing;
  with changed as (
    select source_id, coalesce((select source_type_id from source_type_lkup where source_type_name = n.type), source_type_id) as type,
      coalesce(n.description, s.description) as description
    from source_lkup s join jsonb_to_recordset(input -> 'sources') n(name text, type text, description text) on source_name = name
    where n.type is not null and (select source_type_id from source_type_lkup where source_type_name = n.type) is distinct from source_type_id
      or n.description is not null and n.description is distinct from s.description
    order by source_id for no key update of s
  ) update source_lkup s set source_type_id = changed.type, description = changed.description from changed where s.source_id = changed.source_id;
  select array_agg(source_id order by i) into source_ids
    from jsonb_to_recordset(input -> 'sources') n(i int, name text) join source_lkup on source_name = name;
  perform process_tracker.all_found(source_ids, input -> 'sources');

  insert into source_object_lkup (source_id, source_object_name, description)
    select source_ids[s], name, description
    from jsonb_to_recordset(input -> 'objects') n(i int, s int, name text, description text)
    where not exists (select from source_object_lkup where source_id = source_ids[s] and source_object_name = name)
    order by i on conflict (source_id, source_object_name) do nothing;
  with changed as (
    select source_object_id, n.description
    from source_object_lkup o join jsonb_to_recordset(input -> 'objects') n(s int, name text, description text) on source_id = source_ids[s] and source_object_name = name
    where n.description is not null and n.description is distinct from o.description order by source_object_id for no key update of o
  ) update source_object_lkup o set description = changed.description from changed where o.source_object_id = changed.source_object_id;
  select array_agg(source_object_id order by i) into object_ids
    from jsonb_to_recordset(input -> 'objects') n(i int, s int, name text)
    join source_object_lkup on source_id = source_ids[s] and source_object_name = name;
  perform process_tracker.all_found(object_ids, input -> 'objects');

  insert into source_object_attribute_lkup (source_object_id, source_object_attribute_name, attribute_path, data_type_id, data_length, data_decimal,
      is_pii, default_value_string, default_value_number, is_key, is_filter, is_partition, description, ordinal)
    select object_ids[o], name, path, (select data_type_id from data_type_lkup where data_type = "dataType"), length, decimals,
      coalesce("isPii", false), "defaultText", "defaultNumber", coalesce("isKey", false), coalesce("isFilter", false), coalesce("isPartition", false),
      description, ordinal
    from jsonb_to_recordset(input -> 'attributes') n(i int, o int, name text, path text, "dataType" text, length int, decimals int, "isPii" boolean,
      "defaultText" text, "defaultNumber" numeric, "isKey" boolean, "isFilter" boolean, "isPartition" boolean, description text, ordinal int)
    where not exists (select from source_object_attribute_lkup where source_object_id = object_ids[o] and source_object_attribute_name = name)
    order by i on conflict (source_object_id, source_object_attribute_name) do nothing;
  with wanted as (
    select a.source_object_attribute_id as id, coalesce(n.path, a.attribute_path) as path, coalesce(d.data_type_id, a.data_type_id) as type,
      coalesce(n.length, a.data_length) as length, coalesce(n.decimals, a.data_decimal) as decimals, coalesce(n."isPii", a.is_pii) as pii,
      coalesce(n."defaultText", a.default_value_string) as text, coalesce(n."defaultNumber", a.default_value_number) as number,
      coalesce(n."isKey", a.is_key) as key, coalesce(n."isFilter", a.is_filter) as filter, coalesce(n."isPartition", a.is_partition) as partition,
      coalesce(n.description, a.description) as description, coalesce(n.ordinal, a.ordinal) as ordinal
    from source_object_attribute_lkup a
    join jsonb_to_recordset(input -> 'attributes') n(o int, name text, path text, "dataType" text, length int, decimals int, "isPii" boolean,
      "defaultText" text, "defaultNumber" numeric, "isKey" boolean, "isFilter" boolean, "isPartition" boolean, description text, ordinal int)
      on a.source_object_id = object_ids[n.o] and a.source_object_attribute_name = n.name
    left join data_type_lkup d on d.data_type = n."dataType"
    where (coalesce(n.path, a.attribute_path), coalesce(d.data_type_id, a.data_type_id), coalesce(n.length, a.data_length), coalesce(n.decimals, a.data_decimal),
        coalesce(n."isPii", a.is_pii), coalesce(n."defaultText", a.default_value_string), coalesce(n."defaultNumber", a.default_value_number),
        coalesce(n."isKey", a.is_key), coalesce(n."isFilter", a.is_filter), coalesce(n."isPartition", a.is_partition),
        coalesce(n.description, a.description), coalesce(n.ordinal, a.ordinal))
      is distinct from (a.attribute_path, a.data_type_id, a.data_length, a.data_decimal, a.is_pii, a.default_value_string, a.default_value_number,
        a.is_key, a.is_filter, a.is_partition, a.description, a.ordinal)
    order by a.source_object_attribute_id for no key update of a
  ) update source_object_attribute_lkup a set attribute_path = wanted.path, data_type_id = wanted.type, data_length = wanted.length,
      data_decimal = wanted.decimals, is_pii = wanted.pii, default_value_string = wanted.text, default_value_number = wanted.number,
      is_key = wanted.key, is_filter = wanted.filter, is_partition = wanted.partition, description = wanted.description, ordinal = wanted.ordinal
    from wanted where a.source_object_attribute_id = wanted.id;
  select array_agg(source_object_attribute_id order by i) into attribute_ids
    from jsonb_to_recordset(input -> 'attributes') n(i int, o int, name text)
    join source_object_attribute_lkup on source_object_id = object_ids[o] and source_object_attribute_name = name;
  perform process_tracker.all_found(attribute_ids, input -> 'attributes');

  perform process_tracker.refuse_retired('Process', process_name, retired_at) from process where retired_at is not null and process_id = any(process_ids) order by process_name limit 1;

  -- What the processes read and write. Each link is given at its finest grain; triggers add the coarser ones.
  insert into process_source_object_attribute (process_id, source_object_attribute_id, source_object_attribute_alias, source_object_attribute_expression)
    select process_ids[p], attribute_ids[a], alias, expression
    from jsonb_to_recordset(input -> 'readsAttributes') n(p int, a int, alias text, expression text)
    order by 1, 2
    on conflict (process_id, source_object_attribute_id) do update
      set source_object_attribute_alias = coalesce(excluded.source_object_attribute_alias, process_source_object_attribute.source_object_attribute_alias),
        source_object_attribute_expression = coalesce(excluded.source_object_attribute_expression, process_source_object_attribute.source_object_attribute_expression)
      where excluded.source_object_attribute_alias is distinct from process_source_object_attribute.source_object_attribute_alias and excluded.source_object_attribute_alias is not null
        or excluded.source_object_attribute_expression is distinct from process_source_object_attribute.source_object_attribute_expression and excluded.source_object_attribute_expression is not null;
  insert into process_target_object_attribute (process_id, target_object_attribute_id, target_object_attribute_alias, target_object_attribute_expression)
    select process_ids[p], attribute_ids[a], alias, expression
    from jsonb_to_recordset(input -> 'writesAttributes') n(p int, a int, alias text, expression text)
    order by 1, 2
    on conflict (process_id, target_object_attribute_id) do update
      set target_object_attribute_alias = coalesce(excluded.target_object_attribute_alias, process_target_object_attribute.target_object_attribute_alias),
        target_object_attribute_expression = coalesce(excluded.target_object_attribute_expression, process_target_object_attribute.target_object_attribute_expression)
      where excluded.target_object_attribute_alias is distinct from process_target_object_attribute.target_object_attribute_alias and excluded.target_object_attribute_alias is not null
        or excluded.target_object_attribute_expression is distinct from process_target_object_attribute.target_object_attribute_expression and excluded.target_object_attribute_expression is not null;
  insert into process_source_object (process_id, source_object_id)
    select process_ids[p], object_ids[o] from jsonb_to_recordset(input -> 'readsObjects') n(p int, o int) order by 1, 2
    on conflict (process_id, source_object_id) do update set declared = true where not process_source_object.declared;
  insert into process_target_object (process_id, target_object_id)
    select process_ids[p], object_ids[o] from jsonb_to_recordset(input -> 'writesObjects') n(p int, o int) order by 1, 2
    on conflict (process_id, target_object_id) do update set declared = true where not process_target_object.declared;
  insert into process_source (process_id, source_id)
    select process_ids[p], source_ids[s] from jsonb_to_recordset(input -> 'readsSources') n(p int, s int) order by 1, 2
    on conflict (process_id, source_id) do update set declared = true where not process_source.declared;
  insert into process_target (process_id, target_source_id)
    select process_ids[p], source_ids[s] from jsonb_to_recordset(input -> 'writesSources') n(p int, s int) order by 1, 2
    on conflict (process_id, target_source_id) do update set declared = true where not process_target.declared;

  -- Whom to call. A role is a row below the link, which stays one a contact.
  insert into process_contact (process_id, contact_id)
    select distinct process_ids[p], contact_ids[c] from jsonb_to_recordset(input -> 'processContacts') n(p int, c int) order by 1, 2 on conflict do nothing;
  insert into process_contact_role (process_id, contact_id, role)
    select process_ids[p], contact_ids[c], role from jsonb_to_recordset(input -> 'processContacts') n(p int, c int, role text)
    where role is not null order by 1, 2, 3 on conflict do nothing;
  insert into source_contact (source_id, contact_id)
    select distinct source_ids[s], contact_ids[c] from jsonb_to_recordset(input -> 'sourceContacts') n(s int, c int) order by 1, 2 on conflict do nothing;
  insert into source_contact_role (source_id, contact_id, role)
    select source_ids[s], contact_ids[c], role from jsonb_to_recordset(input -> 'sourceContacts') n(s int, c int, role text)
    where role is not null order by 1, 2, 3 on conflict do nothing;
  insert into source_object_contact (source_object_id, contact_id, role)
    select object_ids[o], contact_ids[c], coalesce(role, '') from jsonb_to_recordset(input -> 'objectContacts') n(o int, c int, role text)
    order by 1, 2, 3 on conflict do nothing;

  insert into process_dataset_type (process_id, dataset_type_id)
    select process_ids[p], dataset_type_id
    from jsonb_to_recordset(input -> 'processDatasetTypes') n(p int, name text) join dataset_type_lkup on dataset_type = name order by 1, 2 on conflict do nothing;

  if jsonb_array_length(input -> 'replaces') > 0 then
    perform process_tracker.unlink_left_out(input, process_ids, source_ids, object_ids, attribute_ids, contact_ids);
  end if;

  -- Dependencies: parents are known processes, or made by this call. Those that go are gone, so that a link can be turned round.
  perform process_tracker.add_dependencies(input -> 'dependencies', process_ids);

  -- Mappings last: both ends must be linked still.
  select a.source_object_attribute_name, r.source_object_attribute_id is null into unknown, unread
    from jsonb_to_recordset(input -> 'mappings') n(i int, p int, f int, t int)
    left join process_source_object_attribute r on r.process_id = process_ids[p] and r.source_object_attribute_id = attribute_ids[f]
    left join process_target_object_attribute w on w.process_id = process_ids[p] and w.target_object_attribute_id = attribute_ids[t]
    join source_object_attribute_lkup a on a.source_object_attribute_id = case when r.process_id is null then attribute_ids[f] else attribute_ids[t] end
    where r.process_id is null or w.process_id is null order by i limit 1;
  if found then
    raise exception using errcode = 'WB400',
      message = format('A mapping names the attribute %s, which the process does not %s.', to_json(unknown), case when unread then 'read' else 'write' end),
      detail = jsonb_build_object('argument', case when unread then 'input.mappings.from' else 'input.mappings.to' end, 'value', unknown);
  end if;
  insert into process_attribute_mapping (process_id, source_object_attribute_id, target_object_attribute_id, expression, transformation)
    select process_ids[p], attribute_ids[f], attribute_ids[t], expression, transformation
    from jsonb_to_recordset(input -> 'mappings') n(p int, f int, t int, expression text, transformation text)
    order by 1, 2, 3
    on conflict (process_id, source_object_attribute_id, target_object_attribute_id) do update
      set expression = coalesce(excluded.expression, process_attribute_mapping.expression),
        transformation = coalesce(excluded.transformation, process_attribute_mapping.transformation)
      where (coalesce(excluded.expression, process_attribute_mapping.expression), coalesce(excluded.transformation, process_attribute_mapping.transformation))
        is distinct from (process_attribute_mapping.expression, process_attribute_mapping.transformation);

  return query select id, id = any(new_ids) from unnest(process_ids) with ordinality n(id, i) order by i;
end $$;

-- The second half of a registration: how the rows of its lists are linked. A link that is there already is changed only
-- where more is said of it.

-- What the processes read and write. Each link is given at its finest level; triggers add those of the parent levels
-- (links/complete-coarser-links.sql).
create or replace function process_tracker.link_processes(
  input jsonb, process_ids int[], source_ids int[], object_ids int[], attribute_ids int[]
) returns void language plpgsql as $$
begin
  insert into process_source_object_attribute as l
    (process_id, source_object_attribute_id, source_object_attribute_alias, source_object_attribute_expression)
  select process_ids[n.process], attribute_ids[n.attribute], n.alias, n.expression
  from jsonb_populate_recordset(null::registered_attribute_link, input -> 'readsAttributes') n
  order by 1, 2
  on conflict (process_id, source_object_attribute_id) do update
  set source_object_attribute_alias = coalesce(excluded.source_object_attribute_alias, l.source_object_attribute_alias),
    source_object_attribute_expression
      = coalesce(excluded.source_object_attribute_expression, l.source_object_attribute_expression)
  where excluded.source_object_attribute_alias is not null
      and excluded.source_object_attribute_alias is distinct from l.source_object_attribute_alias
    or excluded.source_object_attribute_expression is not null
      and excluded.source_object_attribute_expression is distinct from l.source_object_attribute_expression;

  insert into process_target_object_attribute as l
    (process_id, target_object_attribute_id, target_object_attribute_alias, target_object_attribute_expression)
  select process_ids[n.process], attribute_ids[n.attribute], n.alias, n.expression
  from jsonb_populate_recordset(null::registered_attribute_link, input -> 'writesAttributes') n
  order by 1, 2
  on conflict (process_id, target_object_attribute_id) do update
  set target_object_attribute_alias = coalesce(excluded.target_object_attribute_alias, l.target_object_attribute_alias),
    target_object_attribute_expression
      = coalesce(excluded.target_object_attribute_expression, l.target_object_attribute_expression)
  where excluded.target_object_attribute_alias is not null
      and excluded.target_object_attribute_alias is distinct from l.target_object_attribute_alias
    or excluded.target_object_attribute_expression is not null
      and excluded.target_object_attribute_expression is distinct from l.target_object_attribute_expression;

  insert into process_source_object as l (process_id, source_object_id)
  select process_ids[n.process], object_ids[n.object]
  from jsonb_populate_recordset(null::registered_object_link, input -> 'readsObjects') n
  order by 1, 2
  on conflict (process_id, source_object_id) do update
  set declared = true
  where not l.declared;

  insert into process_target_object as l (process_id, target_object_id)
  select process_ids[n.process], object_ids[n.object]
  from jsonb_populate_recordset(null::registered_object_link, input -> 'writesObjects') n
  order by 1, 2
  on conflict (process_id, target_object_id) do update
  set declared = true
  where not l.declared;

  insert into process_source as l (process_id, source_id)
  select process_ids[n.process], source_ids[n.source]
  from jsonb_populate_recordset(null::registered_source_link, input -> 'readsSources') n
  order by 1, 2
  on conflict (process_id, source_id) do update
  set declared = true
  where not l.declared;

  insert into process_target as l (process_id, target_source_id)
  select process_ids[n.process], source_ids[n.source]
  from jsonb_populate_recordset(null::registered_source_link, input -> 'writesSources') n
  order by 1, 2
  on conflict (process_id, target_source_id) do update
  set declared = true
  where not l.declared;
end $$;

-- The contacts of processes, sources and objects. A role is a row below the link, which stays one a contact.
create or replace function process_tracker.link_contacts(
  input jsonb, process_ids int[], source_ids int[], object_ids int[], contact_ids int[]
) returns void language plpgsql as $$
begin
  insert into process_contact (process_id, contact_id)
  select distinct process_ids[n.process], contact_ids[n.contact]
  from jsonb_populate_recordset(null::registered_process_contact, input -> 'processContacts') n
  order by 1, 2
  on conflict do nothing;
  insert into process_contact_role (process_id, contact_id, role)
  select process_ids[n.process], contact_ids[n.contact], n.role
  from jsonb_populate_recordset(null::registered_process_contact, input -> 'processContacts') n
  where n.role is not null
  order by 1, 2, 3
  on conflict do nothing;

  insert into source_contact (source_id, contact_id)
  select distinct source_ids[n.source], contact_ids[n.contact]
  from jsonb_populate_recordset(null::registered_source_contact, input -> 'sourceContacts') n
  order by 1, 2
  on conflict do nothing;
  insert into source_contact_role (source_id, contact_id, role)
  select source_ids[n.source], contact_ids[n.contact], n.role
  from jsonb_populate_recordset(null::registered_source_contact, input -> 'sourceContacts') n
  where n.role is not null
  order by 1, 2, 3
  on conflict do nothing;

  insert into source_object_contact (source_object_id, contact_id, role)
  select object_ids[n.object], contact_ids[n.contact], coalesce(n.role, '')
  from jsonb_populate_recordset(null::registered_object_contact, input -> 'objectContacts') n
  order by 1, 2, 3
  on conflict do nothing;
end $$;

create or replace function process_tracker.link_dataset_types(dataset_types jsonb, process_ids int[])
returns void language plpgsql as $$
begin
  insert into process_dataset_type (process_id, dataset_type_id)
  select process_ids[n.process], t.dataset_type_id
  from jsonb_populate_recordset(null::registered_dataset_type, dataset_types) n
  join dataset_type_lkup t on t.dataset_type = n.name
  order by 1, 2
  on conflict do nothing;
end $$;

-- Which attribute that a process reads feeds which that it writes: both ends must be linked to it.
create or replace function process_tracker.map_attributes(mappings jsonb, process_ids int[], attribute_ids int[])
returns void language plpgsql as $$
declare
  unlinked record;
begin
  select a.source_object_id as object, a.source_object_attribute_name as name, r.process_id is null as unread,
    a.source_object_attribute_id as id, a.retired_at as since
  into unlinked
  from jsonb_populate_recordset(null::registered_mapping, mappings) n
  left join process_source_object_attribute r
    on r.process_id = process_ids[n.process] and r.source_object_attribute_id = attribute_ids[n."from"]
  left join process_target_object_attribute w
    on w.process_id = process_ids[n.process] and w.target_object_attribute_id = attribute_ids[n."to"]
  join source_object_attribute_lkup a
    on a.source_object_attribute_id = attribute_ids[case when r.process_id is null then n."from" else n."to" end]
  where r.process_id is null or w.process_id is null
  order by n.process, n."from", n."to"
  limit 1;
  if found then
    if unlinked.since is not null then
      perform process_tracker.refuse_retired('SourceObjectAttribute', unlinked.id, unlinked.name, unlinked.since);
    end if;
    raise exception using errcode = 'WB400',
      message = format('A mapping names the attribute %s, which the process does not %s.',
        to_json(unlinked.name), case when unlinked.unread then 'read' else 'write' end),
      detail = jsonb_build_object(
        'end', case when unlinked.unread then 'from' else 'to' end,
        'value', (
          select jsonb_build_object('source', s.source_name, 'object', o.source_object_name, 'name', unlinked.name)
          from source_object_lkup o
          join source_lkup s on s.source_id = o.source_id
          where o.source_object_id = unlinked.object));
  end if;

  insert into process_attribute_mapping as m
    (process_id, source_object_attribute_id, target_object_attribute_id, expression, transformation)
  select process_ids[n.process], attribute_ids[n."from"], attribute_ids[n."to"],
    n.expression, n.transformation
  from jsonb_populate_recordset(null::registered_mapping, mappings) n
  order by 1, 2, 3
  on conflict (process_id, source_object_attribute_id, target_object_attribute_id)
  do update set expression = coalesce(excluded.expression, m.expression),
    transformation = coalesce(excluded.transformation, m.transformation)
  where (coalesce(excluded.expression, m.expression), coalesce(excluded.transformation, m.transformation))
    is distinct from (m.expression, m.transformation);
end $$;

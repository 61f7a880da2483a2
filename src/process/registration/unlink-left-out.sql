-- The other half of a registration that replaces: `replaces` has a row for each list of a process that is complete;
-- what such a list leaves out is unlinked. Links at finer levels go first; triggers then remove the links of parent
-- levels that were there for them alone, and tell by `implied` which of the others still have a link below.
create or replace function process_tracker.unlink_left_out(
  input jsonb, process_ids int[], source_ids int[], object_ids int[], attribute_ids int[], contact_ids int[]
) returns void language plpgsql as $$
declare
  at record;
  ids int[];
begin
  for at in
    select * from (values
      ('sources', 'readsAttributes', 'attribute', 'process_source_object_attribute', 'source_object_attribute_id', ''),
      ('sources', 'readsObjects', 'object', 'process_source_object', 'source_object_id', ' and not l.implied'),
      ('sources', 'readsSources', 'source', 'process_source', 'source_id', ' and not l.implied'),
      ('targets', 'writesAttributes', 'attribute', 'process_target_object_attribute', 'target_object_attribute_id', ''),
      ('targets', 'writesObjects', 'object', 'process_target_object', 'target_object_id', ' and not l.implied'),
      ('targets', 'writesSources', 'source', 'process_target', 'target_source_id', ' and not l.implied')
    ) as s (what, list, level, links, key, which)
    where exists (
      select
      from jsonb_populate_recordset(null::registered_replacement, input -> 'replaces') r
      where r.what = s.what)
  loop
    ids := case at.level when 'source' then source_ids when 'object' then object_ids else attribute_ids end;
    if at.level <> 'attribute' then
      -- A link that was declared before, and now stands only for finer ones, is no longer declared.
      execute process_tracker.fill_template($sql$
        update {links} l set declared = false
        from jsonb_populate_recordset(null::registered_replacement, $1 -> 'replaces') r
        where r.what = '{what}' and l.process_id = $2[r.process] and l.implied and l.declared and not exists (
          select
          from jsonb_populate_recordset(null::registered_{level}_link, $1 -> '{list}') n
          where n.process = r.process and $3[n.{level}] = l.{key})
      $sql$, to_jsonb(at)) using input, process_ids, ids;
    end if;
    execute process_tracker.fill_template($sql$
      delete from {links} l
      using jsonb_populate_recordset(null::registered_replacement, $1 -> 'replaces') r
      where r.what = '{what}' and l.process_id = $2[r.process]{which} and not exists (
        select
        from jsonb_populate_recordset(null::registered_{level}_link, $1 -> '{list}') n
        where n.process = r.process and $3[n.{level}] = l.{key})
    $sql$, to_jsonb(at)) using input, process_ids, ids;
  end loop;

  -- A mapping goes with either of its ends, and when the list of mappings leaves it out.
  delete from process_attribute_mapping m
  using jsonb_populate_recordset(null::registered_replacement, input -> 'replaces') r
  where m.process_id = process_ids[r.process] and (
    r.what = 'sources' and not exists (
      select from process_source_object_attribute l
      where l.process_id = m.process_id and l.source_object_attribute_id = m.source_object_attribute_id)
    or r.what = 'targets' and not exists (
      select from process_target_object_attribute l
      where l.process_id = m.process_id and l.target_object_attribute_id = m.target_object_attribute_id)
    or r.what = 'mappings' and not exists (
      select
      from jsonb_populate_recordset(null::registered_mapping, input -> 'mappings') n
      where n.process = r.process
        and attribute_ids[n."from"] = m.source_object_attribute_id
        and attribute_ids[n."to"] = m.target_object_attribute_id));

  delete from process_contact_role l
  using jsonb_populate_recordset(null::registered_replacement, input -> 'replaces') r
  where r.what = 'contacts' and l.process_id = process_ids[r.process] and not exists (
    select
    from jsonb_populate_recordset(null::registered_process_contact, input -> 'processContacts') n
    where n.process = r.process and contact_ids[n.contact] = l.contact_id and n.role = l.role);
  delete from process_contact l
  using jsonb_populate_recordset(null::registered_replacement, input -> 'replaces') r
  where r.what = 'contacts' and l.process_id = process_ids[r.process] and not exists (
    select
    from jsonb_populate_recordset(null::registered_process_contact, input -> 'processContacts') n
    where n.process = r.process and contact_ids[n.contact] = l.contact_id);

  delete from process_dataset_type l
  using jsonb_populate_recordset(null::registered_replacement, input -> 'replaces') r
  where r.what = 'datasetTypes' and l.process_id = process_ids[r.process] and not exists (
    select
    from jsonb_populate_recordset(null::registered_dataset_type, input -> 'processDatasetTypes') n
    join dataset_type_lkup d on d.dataset_type = n.name
    where n.process = r.process and d.dataset_type_id = l.dataset_type_id);

  delete from process_dependency l
  using jsonb_populate_recordset(null::registered_replacement, input -> 'replaces') r
  where r.what = 'dependsOn' and l.child_process_id = process_ids[r.process]
    and l.dependency_type_id not in (
      select dependency_type_id
      from dependency_type_lkup
      where dependency_type_name = 'Soft')
    and not exists (
      select
      from jsonb_populate_recordset(null::registered_dependency, input -> 'dependencies') n
      join process p on p.process_name = n.parent
      where n.process = r.process and n.kind = 'hard' and p.process_id = l.parent_process_id);
  -- Relations of the other kinds that the list names. What events have reported stays, as reported.
  with left_out as (
    select l.child_process_id, l.parent_process_id, l.kind
    from jsonb_populate_recordset(null::registered_replacement, input -> 'replaces') r
    join process_relation l on l.child_process_id = process_ids[r.process]
    where r.what = 'dependsOn' and l.declared_at is not null
      and exists (
        select
        from jsonb_populate_recordset(null::registered_dependency, input -> 'dependencies') n
        where n.process = r.process and n.kind = l.kind)
      and not exists (
        select
        from jsonb_populate_recordset(null::registered_dependency, input -> 'dependencies') n
        join process p on p.process_name = n.parent
        where n.process = r.process and n.kind = l.kind and p.process_id = l.parent_process_id)
  ), reported as (
    update process_relation l
    set declared_by = null, declared_at = null, note = null
    from left_out o
    where (l.child_process_id, l.parent_process_id, l.kind) = (o.child_process_id, o.parent_process_id, o.kind)
      and l.last_seen is not null
  )
  delete from process_relation l
  using left_out o
  where (l.child_process_id, l.parent_process_id, l.kind) = (o.child_process_id, o.parent_process_id, o.kind)
    and l.last_seen is null;
end $$;

-- The other half of a registration that replaces: `replaces` has a row `{ p, what }` for each list of a process that is complete; what such a
-- list leaves out goes. Finer links go first; triggers then take the coarser ones that stood there for them alone, and tell by `implied`
-- which of the others still have something below.
create or replace function process_tracker.unlink_left_out(
  input jsonb, process_ids int[], source_ids int[], object_ids int[], attribute_ids int[], contact_ids int[]
) returns void language plpgsql as $$
declare
  side record;
begin
  for side in
    select * from (values
      ('sources', 'reads', 'process_source', 'source_id', 'process_source_object', 'source_object_id', 'process_source_object_attribute', 'source_object_attribute_id'),
      ('targets', 'writes', 'process_target', 'target_source_id', 'process_target_object', 'target_object_id', 'process_target_object_attribute', 'target_object_attribute_id')
    ) as s (what, verb, sources, source_id, objects, object_id, attributes, attribute_id)
    where exists (select from jsonb_to_recordset(input -> 'replaces') r(what text) where r.what = s.what)
  loop
    execute process_tracker.fill_template($sql$
      delete from {attributes} l using jsonb_to_recordset($1 -> 'replaces') r(p int, what text)
      where r.what = '{what}' and l.process_id = $2[r.p] and not exists (
        select from jsonb_to_recordset($1 -> '{verb}Attributes') n(p int, a int) where n.p = r.p and $5[n.a] = l.{attribute_id})
    $sql$, to_jsonb(side)) using input, process_ids, source_ids, object_ids, attribute_ids;
    -- A link that was stated before, and now stands only for finer ones, is no longer a statement.
    execute process_tracker.fill_template($sql$
      update {objects} l set declared = false from jsonb_to_recordset($1 -> 'replaces') r(p int, what text)
      where r.what = '{what}' and l.process_id = $2[r.p] and l.implied and l.declared and not exists (
        select from jsonb_to_recordset($1 -> '{verb}Objects') n(p int, o int) where n.p = r.p and $4[n.o] = l.{object_id})
    $sql$, to_jsonb(side)) using input, process_ids, source_ids, object_ids, attribute_ids;
    execute process_tracker.fill_template($sql$
      delete from {objects} l using jsonb_to_recordset($1 -> 'replaces') r(p int, what text)
      where r.what = '{what}' and l.process_id = $2[r.p] and not l.implied and not exists (
        select from jsonb_to_recordset($1 -> '{verb}Objects') n(p int, o int) where n.p = r.p and $4[n.o] = l.{object_id})
    $sql$, to_jsonb(side)) using input, process_ids, source_ids, object_ids, attribute_ids;
    execute process_tracker.fill_template($sql$
      update {sources} l set declared = false from jsonb_to_recordset($1 -> 'replaces') r(p int, what text)
      where r.what = '{what}' and l.process_id = $2[r.p] and l.implied and l.declared and not exists (
        select from jsonb_to_recordset($1 -> '{verb}Sources') n(p int, s int) where n.p = r.p and $3[n.s] = l.{source_id})
    $sql$, to_jsonb(side)) using input, process_ids, source_ids, object_ids, attribute_ids;
    execute process_tracker.fill_template($sql$
      delete from {sources} l using jsonb_to_recordset($1 -> 'replaces') r(p int, what text)
      where r.what = '{what}' and l.process_id = $2[r.p] and not l.implied and not exists (
        select from jsonb_to_recordset($1 -> '{verb}Sources') n(p int, s int) where n.p = r.p and $3[n.s] = l.{source_id})
    $sql$, to_jsonb(side)) using input, process_ids, source_ids, object_ids, attribute_ids;
  end loop;

  -- A mapping goes with either of its ends, and when the list of mappings leaves it out.
  delete from process_attribute_mapping m using jsonb_to_recordset(input -> 'replaces') r(p int, what text)
    where m.process_id = process_ids[r.p] and (
      r.what = 'sources' and not exists (
        select from process_source_object_attribute l where l.process_id = m.process_id and l.source_object_attribute_id = m.source_object_attribute_id)
      or r.what = 'targets' and not exists (
        select from process_target_object_attribute l where l.process_id = m.process_id and l.target_object_attribute_id = m.target_object_attribute_id)
      or r.what = 'mappings' and not exists (
        select from jsonb_to_recordset(input -> 'mappings') n(p int, f int, t int)
        where n.p = r.p and attribute_ids[n.f] = m.source_object_attribute_id and attribute_ids[n.t] = m.target_object_attribute_id));

  delete from process_contact_role l using jsonb_to_recordset(input -> 'replaces') r(p int, what text)
    where r.what = 'contacts' and l.process_id = process_ids[r.p] and not exists (
      select from jsonb_to_recordset(input -> 'processContacts') n(p int, c int, role text) where n.p = r.p and contact_ids[n.c] = l.contact_id and n.role = l.role);
  delete from process_contact l using jsonb_to_recordset(input -> 'replaces') r(p int, what text)
    where r.what = 'contacts' and l.process_id = process_ids[r.p] and not exists (
      select from jsonb_to_recordset(input -> 'processContacts') n(p int, c int) where n.p = r.p and contact_ids[n.c] = l.contact_id);

  delete from process_dataset_type l using jsonb_to_recordset(input -> 'replaces') r(p int, what text)
    where r.what = 'datasetTypes' and l.process_id = process_ids[r.p] and not exists (
      select from jsonb_to_recordset(input -> 'processDatasetTypes') n(p int, name text) join dataset_type_lkup d on d.dataset_type = n.name
      where n.p = r.p and d.dataset_type_id = l.dataset_type_id);

  delete from process_dependency l using jsonb_to_recordset(input -> 'replaces') r(p int, what text)
    where r.what = 'dependsOn' and l.child_process_id = process_ids[r.p]
      and l.dependency_type_id not in (select dependency_type_id from dependency_type_lkup where dependency_type_name = 'Soft')
      and not exists (
      select from jsonb_to_recordset(input -> 'dependencies') n(p int, parent text) join process p on p.process_name = n.parent
      where n.p = r.p and p.process_id = l.parent_process_id);
end $$;

-- Adds hard dependencies (rows `{ p, parent }`: place in `process_ids`, name of the parent). Refuses what would close a cycle.
-- Additions run one after the other (an advisory lock until the end of the transaction): two that together close a cycle would not see each other.
create or replace function process_tracker.add_dependencies(wanted jsonb, process_ids int[]) returns void language plpgsql as $$
declare
  missing text;
  child_ids int[]; parent_ids int[];
  cycle text[];
begin
  select parent into missing from jsonb_to_recordset(wanted) n(parent text)
    where not exists (select from process where process_name = parent) order by 1 limit 1;
  if found then
    raise exception using errcode = 'WB404', message = format('There is no process %s to depend on.', to_json(missing)),
      detail = jsonb_build_object('argument', 'dependsOn', 'value', missing);
  end if;
  select array_agg(process_ids[p]), array_agg(process_id) into child_ids, parent_ids
    from jsonb_to_recordset(wanted) n(p int, parent text) join process on process_name = parent
    where not exists (select from process_dependency d where d.child_process_id = process_ids[p] and d.parent_process_id = process_id);
  if child_ids is null then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtext('waybill process_dependency'));
  insert into process_dependency (parent_process_id, child_process_id, dependency_type_id)
    select parent, child, 2 from unnest(parent_ids, child_ids) n(parent, child) where parent <> child
    order by 1, 2 on conflict do nothing;
  -- From each new child upwards: a parent on the way that is the child again closes a cycle.
  with recursive up as (
    select child as start, parent as at, array[child, parent] as path from unnest(parent_ids, child_ids) n(parent, child)
    union all
    select start, parent_process_id, path || parent_process_id from up join process_dependency on child_process_id = at
    where at <> start and not parent_process_id = any(path[2:])
  )
  select (select array_agg(process_name order by i) from unnest(path) with ordinality n(id, i) join process on process_id = id) into cycle
    from up where at = start order by cardinality(path) limit 1;
  if found then
    raise exception using errcode = 'WB409', message = format('A process cannot depend on itself, also not through others: %s.', array_to_string(cycle, ' depends on ')),
      detail = jsonb_build_object('argument', 'dependsOn', 'cycle', cycle);
  end if;
end $$;

-- The dependencies that stand above the parents of new ones, and those that are wanted and stand already. Additions run one after the other, until
-- the end of the transaction: two that together close a cycle would not see each other.
create or replace function process_tracker.standing_extract_dependencies(children int[], parents int[])
returns table (child int, parent int, "typeId" int) language plpgsql
-- Step by step along the index: a plan that was made when there were few files reads all of them at each of ten thousand steps.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
  perform pg_advisory_xact_lock(hashtext('waybill extract_dependency'));
  return query
    with recursive above (id) as (
      select unnest(parents) union select d.parent_extract_id from above a join extract_dependency d on d.child_extract_id = a.id
    )
    select d.child_extract_id, d.parent_extract_id, d.dependency_type_id from above a join extract_dependency d on d.child_extract_id = a.id
    union
    select d.child_extract_id, d.parent_extract_id, d.dependency_type_id from unnest(children, parents) n(child, parent)
      join extract_dependency d on d.parent_extract_id = n.parent and d.child_extract_id = n.child;
end $$;

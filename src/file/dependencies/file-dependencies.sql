-- The dependencies that stand above the parents of new ones, and those that are wanted and stand already. Additions run
-- one after the other, until the end of the transaction: two that together close a cycle would not see each other.
create or replace function process_tracker.standing_extract_dependencies(children int[], parents int[])
returns table (child int, parent int, "typeId" int) language plpgsql
-- By index whatever the sizes were when this was planned (see lifecycle/make-lifecycle.sql), and step by step:
-- `offset 0` keeps the look-ups from becoming a join that reads the whole table at each of ten thousand steps.
set plan_cache_mode = force_generic_plan set seq_page_cost = 1000 set jit = off as $$
#variable_conflict use_column
begin
  perform pg_advisory_xact_lock(hashtext('waybill extract_dependency'));
  return query
    with recursive above (id) as (
      select unnest(parents)
      union
      select d.parent_extract_id
      from above a
      cross join lateral (select * from extract_dependency d where d.child_extract_id = a.id offset 0) d
    )
    select d.child_extract_id, d.parent_extract_id, d.dependency_type_id
    from above a
    cross join lateral (select * from extract_dependency d where d.child_extract_id = a.id offset 0) d
    union
    select d.child_extract_id, d.parent_extract_id, d.dependency_type_id
    from unnest(children, parents) n(child, parent)
    cross join lateral (
      select *
      from extract_dependency d
      where d.parent_extract_id = n.parent and d.child_extract_id = n.child
      offset 0
    ) d;
end $$;

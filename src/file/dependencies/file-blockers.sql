-- Whether a file in this state blocks those that depend on it. One that is archived, deleted, or in a custom status
-- does not.
create or replace function process_tracker.holds_back(state text) returns boolean language sql immutable as $$
  select state in ('initializing', 'ready', 'loading', 'error')
$$;

-- The direct hard parents of files, and the states that they are in. By index, step by step: a plan from when there
-- were few files would join all of them to each file that is claimed.
create or replace function process_tracker.hard_parents(files int[])
returns table (child int, parent int, state text) language sql stable as $$
  select c.id, d.parent_extract_id, s.extract_status_name
  from (select distinct unnest(files)) c(id)
  cross join lateral (select * from extract_dependency d where d.child_extract_id = c.id offset 0) d
  cross join lateral (select * from extract_tracking p where p.extract_id = d.parent_extract_id offset 0) p
  join extract_status_lkup s on s.extract_status_id = p.extract_status_id
  where d.dependency_type_id not in (
    select dependency_type_id
    from dependency_type_lkup
    where dependency_type_name = 'Soft')
$$;

-- The blockers of files: their direct hard parents that are not loaded yet.
create or replace function process_tracker.extract_blockers(files int[])
returns table (child int, parent int, state text) language sql stable as $$
  select p.child, p.parent, p.state
  from process_tracker.hard_parents(files) p
  where process_tracker.holds_back(p.state)
$$;

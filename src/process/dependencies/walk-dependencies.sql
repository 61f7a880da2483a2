-- The processes given and all that they depend on, ordered. Knows no distances, which is what makes it fast.
create or replace function process_tracker.with_ancestors(roots int[], kinds text[]) returns int[]
language plpgsql stable
-- By index whatever the sizes were when this was planned: see lifecycle/make-lifecycle.sql.
set seq_page_cost = 1000 set jit = off as $$
declare
  soft_type constant int := coalesce(
    (select dependency_type_id from dependency_type_lkup where dependency_type_name = 'Soft'), 0);
  hard constant boolean := 'hard' = any (kinds);
  soft constant boolean := 'soft' = any (kinds);
begin
  return array(
    with recursive needed (id) as (
      select unnest(roots)
      union
      select l.parent
      from needed
      cross join lateral (
        select parent_process_id
        from process_dependency
        where child_process_id = needed.id and case dependency_type_id when soft_type then soft else hard end
        union all
        select parent_process_id
        from process_relation
        where child_process_id = needed.id and kind = any (kinds)
      ) l(parent)
    ) select id from needed order by 1);
end $$;

-- The ancestors or descendants of a process: a breadth-first traversal over its links of the kinds given, answered by
-- one call. A row is a distance and the processes that are met at it, ordered, each once; the root is not among them. A
-- traversal that is truncated ends with a row without distance: by what (depth, nodes or time), and how many processes
-- were met but not followed (or, truncated by nodes, not answered).
-- `after_*` is the last process of an answer before this one: the traversal runs again to it and gives `max_nodes`
-- more.
create or replace function process_tracker.walk_dependencies(
  root int, upward boolean, kinds text[],
  max_depth int, max_nodes int, max_milliseconds int, after_distance int, after_id int
) returns table (distance int, processes int[], cut text, frontier int) language plpgsql stable
-- To plan a level anew costs more than the level; and a plan from when the tables were small must not compare each row
-- with a long list.
set plan_cache_mode = force_generic_plan set seq_page_cost = 1000 set jit = off as $$
declare
  deadline constant timestamptz := statement_timestamp() + max_milliseconds * interval '1 ms';
  soft_type constant int := coalesce(
    (select dependency_type_id from dependency_type_lkup where dependency_type_name = 'Soft'), 0);
  hard constant boolean := 'hard' = any (kinds);
  soft constant boolean := 'soft' = any (kinds);
  met int[] := array[root];
  next int[];
  room int := max_nodes;
  size int;
  known int;
begin
  distance := 0;
  processes := met;
  loop
    if upward then
      next := array(
        select parent_process_id
        from process_dependency
        where child_process_id = any (processes) and case dependency_type_id when soft_type then soft else hard end
        union
        select parent_process_id
        from process_relation
        where child_process_id = any (processes) and kind = any (kinds));
    else
      next := array(
        select child_process_id
        from process_dependency
        where parent_process_id = any (processes) and case dependency_type_id when soft_type then soft else hard end
        union
        select child_process_id
        from process_relation
        where parent_process_id = any (processes) and kind = any (kinds));
    end if;
    -- A long chain has as many levels as processes: a hash of all that was met is too much for each of them.
    if cardinality(next) < 20 then
      next := array(select id from unnest(next) n(id) where id <> all (met) order by 1);
    else
      next := array(select unnest(next) except select unnest(met) order by 1);
    end if;
    size := cardinality(next);
    exit when size = 0;
    if distance = max_depth then
      cut := 'depth';
      frontier := cardinality(processes);
      exit;
    end if;
    distance := distance + 1;
    processes := next;
    met := met || next;
    -- How many of this level stand in answers before this one.
    known := case
      when distance < after_distance then size
      when distance = after_distance then (select count(*) from unnest(next) n(id) where id <= after_id)
      else 0 end;
    if size - known > room then
      cut := 'nodes';
      frontier := size - known - room;
      processes := next[:known + room];
      return next;
      exit;
    end if;
    room := room - size + known;
    return next;
    -- Each answer comes to one process more at least, so that its cursor leads on.
    if room < max_nodes and clock_timestamp() > deadline then
      cut := 'time';
      frontier := size;
      exit;
    end if;
  end loop;
  if cut is not null then
    distance := null;
    processes := null;
    return next;
  end if;
end $$;

-- Lineage at source and object granularity: a breadth-first traversal over what processes read and write, answered by
-- one call. Edges run data → process → data; every edge is one step of distance. At source granularity the data are
-- sources, and every source link counts. At object granularity they are objects, and a source is met only through links
-- that no link of the same process and side at a child level stands below (`implied` is kept by
-- complete-coarser-links.sql).

-- Drops the signature of before the sources among the data had a list of their own.
drop function if exists process_tracker.walk_lineage(
  int[], int[], int[], boolean, boolean, boolean, int, int, int, int, boolean, int);

-- The functions of a step are called by `walk_lineage` alone, under its settings. With `look_ahead` they follow only so
-- many links. (Steps at object granularity are in it: calls would cost small traversals a tenth of their time.)

-- Processes next to sources, where all links count.
create or replace function process_tracker.lineage_processes(
  downstream boolean, sources int[], look_ahead int
) returns int[] language plpgsql stable as $$
begin
  if downstream then
    return array(
      select process_id
      from process_source
      where source_id = any (sources)
      limit look_ahead);
  else
    return array(
      select process_id
      from process_target
      where target_source_id = any (sources)
      limit look_ahead);
  end if;
end $$;

-- Sources next to processes, where all links count.
create or replace function process_tracker.lineage_sources(
  downstream boolean, processes int[], look_ahead int
) returns int[] language plpgsql stable as $$
begin
  if downstream then
    return array(
      select target_source_id
      from process_target
      where process_id = any (processes)
      limit look_ahead);
  else
    return array(
      select source_id
      from process_source
      where process_id = any (processes)
      limit look_ahead);
  end if;
end $$;

-- The roots among data: at source granularity an object means its source, at object granularity a source means its
-- objects, too.
create or replace function process_tracker.lineage_roots(
  at_source boolean, inout sources int[], inout objects int[]
) language plpgsql stable as $$
begin
  if at_source then
    sources := array(
      select unnest(sources)
      union
      select source_id
      from source_object_lkup
      where source_object_id = any (objects)
      order by 1);
    objects := '{}';
  else
    objects := array(
      select unnest(objects)
      union
      select source_object_id
      from source_object_lkup
      where source_id = any (sources)
      order by 1);
  end if;
end $$;

-- Those that another list does not have.
create or replace function process_tracker.ids_without(ids int[], others int[]) returns int[]
language plpgsql immutable as $$
begin
  if ids = '{}' then
    return ids;
  end if;
  return array(select unnest(ids) except select unnest(others));
end $$;

create or replace function process_tracker.sorted_ids(ids int[]) returns int[] language plpgsql immutable as $$
begin
  if cardinality(ids) < 2 then
    return ids;
  end if;
  return array(select unnest(ids) order by 1);
end $$;

-- How many two lists have together.
create or replace function process_tracker.count_union(ids int[], others int[]) returns int
language sql immutable as $$
  select count(*)::int from (select unnest(ids) union select unnest(others)) n
$$;

-- How many nodes of a level stand at most at the place of a node.
create or replace function process_tracker.count_until(
  processes int[], sources int[], objects int[], after_kind int, after_id int
) returns int language sql immutable as $$
  select count(*)::int
  from (
    select 0, unnest(processes)
    union all
    select 1, unnest(sources)
    union all
    select 2, unnest(objects)
  ) level (kind, id)
  where (kind, id) <= (after_kind, after_id)
$$;

-- The traversal goes from the roots (ordered, without repeats) until nothing is new or a limit is reached. A row is a
-- level: its processes, sources and objects, each ordered and without repeats. A traversal that is truncated ends with
-- a row without distance: by what (depth, nodes or time), and how many nodes were met but not followed (or, truncated
-- by nodes, not answered).
-- `after_*` is the last node of an answer before this one, its kind 0, 1 or 2 in the order above: the traversal runs
-- again to that node and gives `max_nodes` more.
-- To plan a level anew costs more than the level; and a plan from when the tables were small must not compare each row
-- with a long list: hence the settings.
create or replace function process_tracker.walk_lineage(
  root_p int[], root_s int[], root_o int[], downstream boolean, upstream boolean, at_source boolean,
  max_depth int, max_nodes int, max_milliseconds int, after_distance int, after_kind int, after_id int
) returns table (distance int, processes int[], sources int[], objects int[], cut text, frontier int)
language plpgsql stable set plan_cache_mode = force_generic_plan set seq_page_cost = 1000 set jit = off as $$
declare
  limit_of_time constant interval := max_milliseconds * interval '1 ms';
  deadline timestamptz := statement_timestamp() + limit_of_time; -- The traversals of a list share the time.
  two_way constant boolean := downstream and upstream;
  room int := max_nodes; -- for nodes, in this answer
  size int; look_ahead int;
  -- Of processes, sources and objects: what one direction has met, what is next, and, both ways, what the level adds.
  met_p int[]; met_s int[]; met_o int[]; next_p int[]; next_s int[]; next_o int[];
  level_p int[]; level_s int[]; level_o int[];
  -- Both directions are taken in turns: the levels that they have come to, and what the other one has met.
  front_p int[]; front_s int[]; front_o int[]; other_p int[]; other_s int[]; other_o int[];
  other_met_p int[]; other_met_s int[]; other_met_o int[];
begin
  distance := 0;
  processes := root_p; sources := root_s; objects := root_o;
  if at_source or root_s <> '{}' then
    select *
    into sources, objects
    from process_tracker.lineage_roots(at_source, root_s, root_o);
  end if;
  met_p := processes; met_s := sources; met_o := objects;
  if two_way then
    front_p := processes; front_s := sources; front_o := objects;
    other_p := processes; other_s := sources; other_o := objects;
    other_met_p := processes; other_met_s := sources; other_met_o := objects;
  end if;
  <<levels>>
  loop
    size := cardinality(processes) + cardinality(sources) + cardinality(objects);
    if size = 0 or size > room or distance > max_depth or distance <= after_distance then
      exit when size = 0
        and (not two_way or front_p || front_s || front_o || other_p || other_s || other_o = '{}');
      if distance > max_depth and size > 0 then
        cut := 'depth';
        exit;
      elsif distance <= after_distance then
        -- The way to where the answer begins does not count, or a long one would leave no time to go on.
        deadline := clock_timestamp() + limit_of_time;
        room := room + case when distance < after_distance then size
          else process_tracker.count_until(processes, sources, objects, after_kind, after_id) end;
      end if;
      if size > room then
        cut := 'nodes';
        frontier := size - room;
        objects := objects[:room - cardinality(processes) - cardinality(sources)];
        sources := sources[:room - cardinality(processes)];
        processes := processes[:room];
        return next;
        exit;
      end if;
    end if;
    return next;
    room := room - size;
    -- Each answer comes to one node more at least, so that its cursor leads on.
    if distance = max_depth or distance < max_depth and room < max_nodes and clock_timestamp() > deadline then
      frontier := case when two_way then process_tracker.count_union(front_p, other_p)
        + process_tracker.count_union(front_s, other_s) + process_tracker.count_union(front_o, other_o) else size end;
      if distance < max_depth then
        cut := 'time';
        exit;
      end if;
    end if;
    distance := distance + 1;
    if two_way then
      level_p := '{}'; level_s := '{}'; level_o := '{}';
    end if;
    for turn in 1..case when two_way then 2 else 1 end loop
      if two_way then
        processes := front_p; sources := front_s; objects := front_o;
      end if;
      -- Behind the last level only whether there is more is of interest, which the first links mostly tell: the loop
      -- runs once, or a second time where they led to nothing new.
      look_ahead := case when distance > max_depth then 10 end;
      loop
        next_p := '{}'; next_s := '{}'; next_o := '{}';
        if at_source then
          next_p := process_tracker.sorted_ids(process_tracker.ids_without(
            process_tracker.lineage_processes(downstream, sources, look_ahead), met_p));
        elsif sources = '{}' and objects = '{}' then
          null;
        elsif downstream then
          next_p := array((
            select process_id from process_source_object
            where source_object_id = any (objects)
            union all
            select process_id from process_source
            where source_id = any (sources) and not implied
            limit look_ahead
          ) except select unnest(met_p) order by 1);
        else
          next_p := array((
            select process_id from process_target_object
            where target_object_id = any (objects)
            union all
            select process_id from process_target
            where target_source_id = any (sources) and not implied
            limit look_ahead
          ) except select unnest(met_p) order by 1);
        end if;
        if processes = '{}' then
          null;
        elsif at_source then
          next_s := process_tracker.lineage_sources(downstream, processes, look_ahead);
        elsif downstream then
          select array(select target_source_id from process_target where process_id = any (processes) and not implied),
            array(
              (select target_object_id from process_target_object where process_id = any (processes) limit look_ahead)
              except select unnest(met_o) order by 1)
          into next_s, next_o;
        else
          select array(select source_id from process_source where process_id = any (processes) and not implied),
            array(
              (select source_object_id from process_source_object where process_id = any (processes) limit look_ahead)
              except select unnest(met_o) order by 1)
          into next_s, next_o;
        end if;
        if next_s <> '{}' then
          next_s := process_tracker.sorted_ids(process_tracker.ids_without(next_s, met_s));
        end if;
        exit when look_ahead is null;
        if two_way then
          next_p := process_tracker.ids_without(next_p, other_met_p);
          next_s := process_tracker.ids_without(next_s, other_met_s);
          next_o := process_tracker.ids_without(next_o, other_met_o);
        end if;
        if next_p || next_s || next_o <> '{}' then
          cut := 'depth';
          exit levels;
        end if;
        look_ahead := null;
      end loop;
      if processes <> '{}' then
        met_s := met_s || next_s; met_o := met_o || next_o;
      end if;
      if next_p <> '{}' then
        met_p := met_p || next_p;
      end if;
      processes := next_p; sources := next_s; objects := next_o;
      if two_way then
        level_p := level_p || process_tracker.ids_without(next_p, other_met_p);
        level_s := level_s || process_tracker.ids_without(next_s, other_met_s);
        level_o := level_o || process_tracker.ids_without(next_o, other_met_o);
        select not downstream, other_p, other_s, other_o, other_met_p, other_met_s, other_met_o,
          next_p, next_s, next_o, met_p, met_s, met_o
        into downstream, front_p, front_s, front_o, met_p, met_s, met_o,
          other_p, other_s, other_o, other_met_p, other_met_s, other_met_o;
      end if;
    end loop;
    if two_way then
      processes := process_tracker.sorted_ids(level_p);
      sources := process_tracker.sorted_ids(level_s);
      objects := process_tracker.sorted_ids(level_o);
    end if;
  end loop;
  if cut is not null then
    distance := null; processes := null; sources := null; objects := null;
    return next;
  end if;
end $$;

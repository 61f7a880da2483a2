-- Lineage at source and object grain: a breadth-first walk over what processes read and write, answered by one call.
-- Edges run data → process → data; every edge is one step of distance. A level is two lists, processes and data, each ordered and without repeats.
-- At source grain the data are sources, and every source link counts. At object grain a source is met only through links that no finer link of
-- the same process and side stands below (`implied` is kept by complete-coarser-links.sql); it stands among the objects as its id with the
-- sign bit set, so that sources come first.
--
-- The walk goes from the roots (ordered, without repeats) until nothing is new or a limit is reached. A row is a level. A walk that is cut ends with
-- a row without distance: by what (depth, nodes or time), and how many nodes were met but not followed (or, cut by nodes, not answered).
-- `after_*` is the last node of an answer before this one: the walk runs again to that node and gives `max_nodes` more.
create or replace function process_tracker.walk_lineage(
  root_p int[], root_s int[], root_o int[], downstream boolean, upstream boolean, at_source boolean,
  max_depth int, max_nodes int, max_milliseconds int, after_distance int, after_data boolean, after_id int
) returns table (distance int, processes int[], data int[], cut text, frontier int) language plpgsql stable
-- To plan a level anew costs more than the level; and a plan from when the tables were small must not compare each row with a long list.
set plan_cache_mode = force_generic_plan set seq_page_cost = 1000 set jit = off as $$
declare
  limit_of_time constant interval := max_milliseconds * interval '1 ms';
  -- The walks of a list share the time.
  deadline timestamptz := statement_timestamp() + limit_of_time;
  two_way constant boolean := downstream and upstream;
  room int := max_nodes; -- for nodes, in this answer
  size int;
  glance int;
  met_p int[]; met_d int[]; -- all that the walk has met, in this direction
  next_p int[]; next_d int[];
  sources int[] := '{}'; -- those among `data`, at object grain
  -- Both directions are taken in turns: the level that each has come to, what the other one has met, and what the level adds to the answer.
  front_p int[]; front_d int[]; other_front_p int[]; other_front_d int[]; other_met_p int[]; other_met_d int[]; level_p int[]; level_d int[];
begin
  distance := 0;
  processes := root_p;
  data := root_o;
  if at_source then
    data := array(select unnest(root_s) union select source_id from source_object_lkup where source_object_id = any (root_o) order by 1);
  elsif root_s <> '{}' then
    data := array(
      select unnest(root_o) union select source_object_id from source_object_lkup where source_id = any (root_s)
      union select id | '-2147483648'::int from unnest(root_s) s(id) order by 1);
  end if;
  met_p := processes;
  met_d := data;
  if two_way then
    front_p := processes; other_front_p := processes; other_met_p := processes;
    front_d := data; other_front_d := data; other_met_d := data;
  end if;
  <<levels>>
  loop
    size := cardinality(processes) + cardinality(data);
    if size = 0 or size > room or distance > max_depth or distance <= after_distance then
      exit when size = 0 and (not two_way or front_p || front_d || other_front_p || other_front_d = '{}');
      if distance > max_depth and size > 0 then
        cut := 'depth';
        exit;
      end if;
      if distance <= after_distance then
        -- The way to where the answer begins does not count, or a long one would leave no time to go on.
        deadline := clock_timestamp() + limit_of_time;
      end if;
      if distance < after_distance then
        room := room + size;
      elsif distance = after_distance then
        room := room + (select count(*) from unnest(processes) n(id) where after_data or id <= after_id)
          + (select count(*) from unnest(data) n(id) where after_data and id <= after_id);
      end if;
      if size > room then
        cut := 'nodes';
        frontier := size - room;
        data := data[:room - cardinality(processes)];
        processes := processes[:room];
        return next;
        exit;
      end if;
    end if;
    return next;
    room := room - size;
    -- Each answer comes to one node more at least, so that its cursor leads on.
    if distance = max_depth or distance < max_depth and room < max_nodes and clock_timestamp() > deadline then
      frontier := size;
      if two_way then
        frontier := (select count(*) from (select unnest(front_p) union select unnest(other_front_p)) n)
          + (select count(*) from (select unnest(front_d) union select unnest(other_front_d)) n);
      end if;
      if distance < max_depth then
        cut := 'time';
        exit;
      end if;
    end if;
    distance := distance + 1;
    if two_way then
      level_p := '{}';
      level_d := '{}';
    end if;
    for turn in 1..case when two_way then 2 else 1 end loop
      if two_way then
        processes := front_p;
        data := front_d;
      end if;
      -- Behind the last level only whether there is more is of interest, which the first links mostly tell.
      glance := case when distance > max_depth then 10 end;
      loop
        if data = '{}' then
          next_p := '{}';
        elsif at_source then
          if downstream then
            next_p := array(
              (select process_id from process_source where source_id = any (data) limit glance)
              except select unnest(met_p) order by 1);
          else
            next_p := array(
              (select process_id from process_target where target_source_id = any (data) limit glance)
              except select unnest(met_p) order by 1);
          end if;
        else
          if data[1] < 0 or sources <> '{}' then
            sources := array(select id & 2147483647 from unnest(data) d(id) where id < 0);
          end if;
          if downstream then
            next_p := array((
              select process_id from process_source_object where source_object_id = any (data)
              union all select process_id from process_source where source_id = any (sources) and not implied limit glance
            ) except select unnest(met_p) order by 1);
          else
            next_p := array((
              select process_id from process_target_object where target_object_id = any (data)
              union all select process_id from process_target where target_source_id = any (sources) and not implied limit glance
            ) except select unnest(met_p) order by 1);
          end if;
        end if;
        if processes = '{}' then
          next_d := '{}';
        elsif at_source then
          if downstream then
            next_d := array(
              (select target_source_id from process_target where process_id = any (processes) limit glance)
              except select unnest(met_d) order by 1);
          else
            next_d := array(
              (select source_id from process_source where process_id = any (processes) limit glance)
              except select unnest(met_d) order by 1);
          end if;
        elsif downstream then
          next_d := array((
            select target_object_id from process_target_object where process_id = any (processes) union all
            select target_source_id | '-2147483648'::int from process_target where process_id = any (processes) and not implied limit glance
          ) except select unnest(met_d) order by 1);
        else
          next_d := array((
            select source_object_id from process_source_object where process_id = any (processes) union all
            select source_id | '-2147483648'::int from process_source where process_id = any (processes) and not implied limit glance
          ) except select unnest(met_d) order by 1);
        end if;
        exit when glance is null;
        if two_way then
          next_p := array(select unnest(next_p) except select unnest(other_met_p));
          next_d := array(select unnest(next_d) except select unnest(other_met_d));
        end if;
        if next_p || next_d <> '{}' then
          cut := 'depth';
          exit levels;
        end if;
        glance := null;
      end loop;
      processes := next_p;
      data := next_d;
      met_p := met_p || next_p;
      met_d := met_d || next_d;
      if two_way then
        level_p := level_p || array(select unnest(next_p) except select unnest(other_met_p));
        level_d := level_d || array(select unnest(next_d) except select unnest(other_met_d));
        select not downstream, other_front_p, other_front_d, other_met_p, other_met_d, next_p, next_d, met_p, met_d
        into downstream, front_p, front_d, met_p, met_d, other_front_p, other_front_d, other_met_p, other_met_d;
      end if;
    end loop;
    if two_way then
      processes := array(select unnest(level_p) order by 1);
      data := array(select unnest(level_d) order by 1);
    end if;
  end loop;
  if cut is not null then
    distance := null;
    processes := null;
    data := null;
    return next;
  end if;
end $$;

-- Lineage at source and object grain: a breadth-first walk over what processes read and write, answered by one call.
-- Edges run data → process → data; every edge is one step of distance. Node kinds: 0 process, 1 source, 2 object.
-- At object grain a source is a node only through links that no finer link of the same process and side stands below
-- (`implied` is kept by complete-coarser-links.sql). At source grain every source link counts and there are no objects.

-- One level in one direction: the neighbours of the frontier that were not seen, each kind ordered by id.
create or replace function process_tracker.lineage_step(
  downstream boolean, at_source boolean,
  front_p int[], front_s int[], front_o int[],
  seen_p int[], seen_s int[], seen_o int[],
  out next_p int[], out next_s int[], out next_o int[]
) language plpgsql stable as $$
begin
  if at_source then
    if cardinality(front_s) > 0 then
      select array_agg(id order by id) into next_p from (
        (select process_id as id from process_source where downstream and source_id = any(front_s)
         union select process_id from process_target where not downstream and target_source_id = any(front_s))
        except select unnest(seen_p)) n;
    end if;
    if cardinality(front_p) > 0 then
      select array_agg(id order by id) into next_s from (
        (select target_source_id as id from process_target where downstream and process_id = any(front_p)
         union select source_id from process_source where not downstream and process_id = any(front_p))
        except select unnest(seen_s)) n;
    end if;
  else
    if cardinality(front_o) > 0 or cardinality(front_s) > 0 then
      select array_agg(id order by id) into next_p from (
        (select process_id as id from process_source_object where downstream and source_object_id = any(front_o)
         union select process_id from process_target_object where not downstream and target_object_id = any(front_o)
         union select process_id from process_source where downstream and source_id = any(front_s) and not implied
         union select process_id from process_target where not downstream and target_source_id = any(front_s) and not implied)
        except select unnest(seen_p)) n;
    end if;
    if cardinality(front_p) > 0 then
      select array_agg(id order by id) into next_o from (
        (select target_object_id as id from process_target_object where downstream and process_id = any(front_p)
         union select source_object_id from process_source_object where not downstream and process_id = any(front_p))
        except select unnest(seen_o)) n;
      select array_agg(id order by id) into next_s from (
        (select target_source_id as id from process_target where downstream and process_id = any(front_p) and not implied
         union select source_id from process_source where not downstream and process_id = any(front_p) and not implied)
        except select unnest(seen_s)) n;
    end if;
  end if;
  next_p := coalesce(next_p, '{}');
  next_s := coalesce(next_s, '{}');
  next_o := coalesce(next_o, '{}');
end $$;

-- Whether a step would meet anything new; stops at the first.
create or replace function process_tracker.lineage_goes_on(
  downstream boolean, at_source boolean,
  front_p int[], front_s int[], front_o int[],
  seen_p int[], seen_s int[], seen_o int[]
) returns boolean language plpgsql stable as $$
begin
  if at_source then
    if downstream then
      return exists (select from process_source l where source_id = any(front_s) and not exists (select from unnest(seen_p) n(id) where n.id = l.process_id))
        or exists (select from process_target l where process_id = any(front_p) and not exists (select from unnest(seen_s) n(id) where n.id = l.target_source_id));
    end if;
    return exists (select from process_target l where target_source_id = any(front_s) and not exists (select from unnest(seen_p) n(id) where n.id = l.process_id))
      or exists (select from process_source l where process_id = any(front_p) and not exists (select from unnest(seen_s) n(id) where n.id = l.source_id));
  end if;
  if downstream then
    return exists (select from process_source_object l where source_object_id = any(front_o) and not exists (select from unnest(seen_p) n(id) where n.id = l.process_id))
      or exists (select from process_target_object l where process_id = any(front_p) and not exists (select from unnest(seen_o) n(id) where n.id = l.target_object_id))
      or exists (select from process_source l where source_id = any(front_s) and not implied and not exists (select from unnest(seen_p) n(id) where n.id = l.process_id))
      or exists (select from process_target l where process_id = any(front_p) and not implied and not exists (select from unnest(seen_s) n(id) where n.id = l.target_source_id));
  end if;
  return exists (select from process_target_object l where target_object_id = any(front_o) and not exists (select from unnest(seen_p) n(id) where n.id = l.process_id))
    or exists (select from process_source_object l where process_id = any(front_p) and not exists (select from unnest(seen_o) n(id) where n.id = l.source_object_id))
    or exists (select from process_target l where target_source_id = any(front_s) and not implied and not exists (select from unnest(seen_p) n(id) where n.id = l.process_id))
    or exists (select from process_source l where process_id = any(front_p) and not implied and not exists (select from unnest(seen_s) n(id) where n.id = l.source_id));
end $$;

-- The ids that one level adds to an answer in both directions: each once, and none that either direction gave before.
create or replace function process_tracker.lineage_merge(met int[], also_met int[], seen int[], also_seen int[])
returns int[] language sql immutable as $$
  select coalesce(array_agg(id order by id), '{}')
  from ((select unnest(met) as id union select unnest(also_met)) except select unnest(seen) except select unnest(also_seen)) n
$$;

-- Walks from the roots until nothing is new or a limit is reached.
-- `after_*` is the last node of an answer before this one: the walk runs again to that node and gives `max_nodes` more.
-- Answers all nodes met up to the end of this page, ordered by (distance, kind, id), and `cut`: null (complete), depth, nodes or time.
create or replace function process_tracker.walk_lineage(
  root_p int[], root_s int[], root_o int[],
  downstream boolean, upstream boolean, at_source boolean,
  max_depth int, max_nodes int, max_milliseconds int,
  after_distance int, after_kind int, after_id int,
  out distances int[], out kinds int[], out ids int[], out cut text, out frontier int
) language plpgsql stable as $$
declare
  deadline timestamptz := clock_timestamp() + make_interval(secs => max_milliseconds / 1000.0);
  distance int := 0;
  given int := 0;        -- nodes of this page so far
  both_ways boolean := downstream and upstream;
  -- what each direction has seen, and its frontier
  d_p int[] := '{}'; d_s int[] := '{}'; d_o int[] := '{}'; df_p int[] := '{}'; df_s int[] := '{}'; df_o int[] := '{}';
  u_p int[] := '{}'; u_s int[] := '{}'; u_o int[] := '{}'; uf_p int[] := '{}'; uf_s int[] := '{}'; uf_o int[] := '{}';
  -- the level's nodes for the answer
  level_ids int[]; level_kinds int[]; level_p int[]; level_s int[]; level_o int[];
  size int; skip int; room int;
begin
  distances := '{}'; kinds := '{}'; ids := '{}'; frontier := 0;
  -- At source grain an object stands for its source; at object grain a source stands for itself and for all its objects.
  if at_source then
    root_s := root_s || array(select source_id from source_object_lkup where source_object_id = any(root_o));
    root_o := '{}';
  else
    root_o := root_o || array(select source_object_id from source_object_lkup where source_id = any(root_s));
  end if;
  root_p := array(select distinct id from unnest(root_p) n(id) order by id);
  root_s := array(select distinct id from unnest(root_s) n(id) order by id);
  root_o := array(select distinct id from unnest(root_o) n(id) order by id);
  if downstream then df_p := root_p; df_s := root_s; df_o := root_o; end if;
  if upstream then uf_p := root_p; uf_s := root_s; uf_o := root_o; end if;
  level_p := root_p; level_s := root_s; level_o := root_o;
  loop
    level_ids := level_p || level_s || level_o;
    size := cardinality(level_ids);
    exit when size = 0 and cardinality(df_p) + cardinality(df_s) + cardinality(df_o) + cardinality(uf_p) + cardinality(uf_s) + cardinality(uf_o) = 0;
    level_kinds := array_fill(0, array[cardinality(level_p)]) || array_fill(1, array[cardinality(level_s)]) || array_fill(2, array[cardinality(level_o)]);
    -- How many of this level an earlier page has given.
    skip := case
      when after_distance is null or distance > after_distance then 0
      when distance < after_distance then size
      else (select count(*) from unnest(level_kinds, level_ids) n(kind, id) where (n.kind, n.id) <= (after_kind, after_id))
    end;
    room := max_nodes - given;
    if size - skip > room then
      ids := ids || level_ids[1:skip + room];
      kinds := kinds || level_kinds[1:skip + room];
      distances := distances || array_fill(distance, array[skip + room]);
      cut := 'nodes';
      frontier := size - skip - room;
      return;
    end if;
    ids := ids || level_ids;
    kinds := kinds || level_kinds;
    distances := distances || array_fill(distance, array[size]);
    given := given + size - skip;
    d_p := d_p || df_p; d_s := d_s || df_s; d_o := d_o || df_o;
    u_p := u_p || uf_p; u_s := u_s || uf_s; u_o := u_o || uf_o;
    frontier := cardinality(df_p) + cardinality(df_s) + cardinality(df_o) + cardinality(uf_p) + cardinality(uf_s) + cardinality(uf_o);
    exit when frontier = 0;
    if distance = max_depth then
      if downstream and process_tracker.lineage_goes_on(true, at_source, df_p, df_s, df_o, d_p, d_s, d_o)
        or upstream and process_tracker.lineage_goes_on(false, at_source, uf_p, uf_s, uf_o, u_p, u_s, u_o) then
        cut := 'depth';
      else
        frontier := 0;
      end if;
      return;
    end if;
    if clock_timestamp() > deadline then
      cut := 'time';
      return;
    end if;
    if downstream then
      select * into df_p, df_s, df_o from process_tracker.lineage_step(true, at_source, df_p, df_s, df_o, d_p, d_s, d_o);
    end if;
    if upstream then
      select * into uf_p, uf_s, uf_o from process_tracker.lineage_step(false, at_source, uf_p, uf_s, uf_o, u_p, u_s, u_o);
    end if;
    if both_ways then
      level_p := process_tracker.lineage_merge(df_p, uf_p, d_p, u_p);
      level_s := process_tracker.lineage_merge(df_s, uf_s, d_s, u_s);
      level_o := process_tracker.lineage_merge(df_o, uf_o, d_o, u_o);
    elsif downstream then
      level_p := df_p; level_s := df_s; level_o := df_o;
    else
      level_p := uf_p; level_s := uf_s; level_o := uf_o;
    end if;
    distance := distance + 1;
  end loop;
end $$;

-- Links between processes that put them into an order: hard dependencies and relations of the kinds soft and control. None may close a cycle.

-- A cycle through one of these links, which stand already: numbers of processes, each of which depends on the next, from a child back to itself;
-- the shortest through the first link that closes any. Null if there is none. A cycle that others have written is none of these links' fault.
create or replace function process_tracker.dependency_cycle(children int[], parents int[]) returns int[] language plpgsql as $$
declare
  above int[]; -- the parents and all that they depend on: a cycle lies within; the numbers below are places in it
  link_c int[]; link_p int[]; -- the links among them, ordered by child
  first int[]; -- of each process: the first link to a parent
  below int[]; -- of each process: how many children are left
  new_c int[]; new_p int[];
  queue int[]; head int; tail int := 0;
  reached_from int[];
  at int; up int; link int;
  cycle int[];
begin
  above := process_tracker.with_ancestors(array(
    select parent from unnest(children, parents) n(child, parent)
    where exists (select from process_dependency where parent_process_id = child)
      or exists (select from process_relation where parent_process_id = child and kind in ('soft', 'control'))
    ), array['hard', 'soft', 'control']);
  if not above && children then
    return null;
  end if;
  with link (child, parent) as (
    select child_process_id, parent_process_id from unnest(above) n(id) join process_dependency on child_process_id = id
    union select child_process_id, parent_process_id from unnest(above) n(id) join process_relation on child_process_id = id where kind in ('soft', 'control')
  ), place (id, i) as materialized (select id, i::int from unnest(above) with ordinality n(id, i)),
  placed (c, p) as (select c.i, p.i from link join place c on c.id = child join place p on p.id = parent)
  select array_agg(c order by c, p), array_agg(p order by c, p) into link_c, link_p from placed;
  select array_agg(c.i order by n.i), array_agg(p.i order by n.i) into new_c, new_p
    from unnest(children, parents) with ordinality n(child, parent, i)
    join unnest(above) with ordinality c(id, i) on c.id = child join unnest(above) with ordinality p(id, i) on p.id = parent;

  -- Takes away what has no child left, again and again: cycles stay, and what stands above them.
  first := array_fill(0, array[cardinality(above)]);
  below := first;
  for link in reverse coalesce(cardinality(link_c), 0)..1 loop
    first[link_c[link]] := link;
    below[link_p[link]] := below[link_p[link]] + 1;
  end loop;
  for at in 1..cardinality(above) loop
    if below[at] = 0 then
      tail := tail + 1;
      queue[tail] := at;
    end if;
  end loop;
  while tail > 0 loop
    at := queue[tail];
    tail := tail - 1;
    link := first[at];
    while link_c[link] = at loop
      up := link_p[link];
      below[up] := below[up] - 1;
      if below[up] = 0 then
        tail := tail + 1;
        queue[tail] := up;
      end if;
      link := link + 1;
    end loop;
  end loop;

  -- From the parent of each new link upwards, the nearest first, to its child.
  for i in 1..coalesce(cardinality(new_c), 0) loop
    continue when below[new_c[i]] = 0 or below[new_p[i]] = 0;
    reached_from := array_fill(0, array[cardinality(above)]);
    reached_from[new_p[i]] := new_p[i];
    queue[1] := new_p[i];
    head := 1;
    tail := 1;
    while head <= tail loop
      at := queue[head];
      if at = new_c[i] then
        cycle := array[above[at]];
        while at <> new_p[i] loop
          at := reached_from[at];
          cycle := above[at] || cycle;
        end loop;
        return above[new_c[i]] || cycle;
      end if;
      head := head + 1;
      link := first[at];
      while link_c[link] = at loop
        up := link_p[link];
        if reached_from[up] = 0 and below[up] > 0 then
          reached_from[up] := at;
          tail := tail + 1;
          queue[tail] := up;
        end if;
        link := link + 1;
      end loop;
    end loop;
  end loop;
  return null;
end $$;

-- Makes links, and answers which of them are new, and a cycle if they close one: then the caller takes them back. No process is its own parent.
-- Additions run one after the other (an advisory lock until the end of the transaction): two that together close a cycle would not see each other.
create or replace function process_tracker.insert_dependencies(
  children int[], parents int[], kinds text[], notes text[], out added boolean[], out cycle int[]
) language plpgsql as $$
declare
  soft constant int := (select dependency_type_id from dependency_type_lkup where dependency_type_name = 'Soft');
begin
  perform pg_advisory_xact_lock(hashtext('waybill process_dependency'));
  added := array(
    select row_number() over (partition by child, parent, kind order by i) = 1 and case kind
      when 'hard' then not exists (
        select from process_dependency where child_process_id = child and parent_process_id = parent and dependency_type_id is distinct from soft)
      else not exists (
        select from process_relation r where child_process_id = child and parent_process_id = parent and r.kind = n.kind and declared_at is not null) end
    from unnest(children, parents, kinds) with ordinality n(child, parent, kind, i) order by i);
  -- The last note of a link that is given twice is meant.
  insert into process_dependency as d (parent_process_id, child_process_id, dependency_type_id, note)
    select parent, child, 2, (array_agg(n order by i desc) filter (where n is not null))[1]
    from unnest(children, parents, kinds, notes) with ordinality w(child, parent, kind, n, i) where kind = 'hard' group by parent, child order by 1, 2
    on conflict (child_process_id, parent_process_id) do update
      set dependency_type_id = case d.dependency_type_id when soft then 2 else d.dependency_type_id end, note = coalesce(excluded.note, d.note)
      where d.dependency_type_id = soft or excluded.note is distinct from d.note and excluded.note is not null;
  insert into process_relation as r (parent_process_id, child_process_id, kind, note, declared_by, declared_at)
    select parent, child, w.kind, (array_agg(n order by i desc) filter (where n is not null))[1], nullif(current_setting('waybill.actor', true), ''), waybill_now()
    from unnest(children, parents, kinds, notes) with ordinality w(child, parent, kind, n, i) where w.kind <> 'hard' group by parent, child, w.kind order by 1, 2, 3
    on conflict (parent_process_id, child_process_id, kind) do update
      set note = coalesce(excluded.note, r.note), declared_at = coalesce(r.declared_at, excluded.declared_at),
        declared_by = case when r.declared_at is null then excluded.declared_by else r.declared_by end
      where r.declared_at is null or excluded.note is distinct from r.note and excluded.note is not null;
  select process_tracker.dependency_cycle(array_agg(child order by i), array_agg(parent order by i)) into cycle
    from unnest(children, parents, kinds, added) with ordinality n(child, parent, kind, is_new, i) where is_new and kind in ('hard', 'soft', 'control');
end $$;

-- The hard dependencies of a registration (rows of registered_dependency: place in `process_ids`, name of the parent).
create or replace function process_tracker.add_dependencies(wanted jsonb, process_ids int[]) returns void language plpgsql as $$
declare
  missing text;
  child_ids int[]; parent_ids int[];
  closed int[];
  names text[];
begin
  select parent into missing from jsonb_populate_recordset(null::registered_dependency, wanted) n
    where not exists (select from process where process_name = parent) order by 1 limit 1;
  if found then
    raise exception using errcode = 'WB404', message = format('There is no process %s to depend on.', to_json(missing)),
      detail = jsonb_build_object('argument', 'dependsOn', 'value', missing);
  end if;
  select array_agg(process_ids[n.process]), array_agg(process_id) into child_ids, parent_ids
    from jsonb_populate_recordset(null::registered_dependency, wanted) n join process on process_name = parent
    where not exists (
      select from process_dependency d left join dependency_type_lkup t using (dependency_type_id)
      where d.child_process_id = process_ids[n.process] and d.parent_process_id = process_id and t.dependency_type_name is distinct from 'Soft');
  if child_ids is null then
    return;
  end if;
  select array[child, parent] into closed from unnest(child_ids, parent_ids) n(child, parent) where child = parent limit 1;
  if not found then
    closed := (process_tracker.insert_dependencies(child_ids, parent_ids, array_fill('hard'::text, array[cardinality(child_ids)]), null)).cycle;
  end if;
  if closed is not null then
    names := array(select process_name from unnest(closed) with ordinality n(id, i) join process on process_id = id order by i);
    raise exception using errcode = 'WB409', message = format('A process cannot depend on itself, also not through others: %s.', array_to_string(names, ' depends on ')),
      detail = jsonb_build_object('argument', 'dependsOn', 'cycle', names);
  end if;
end $$;

-- Links between processes that put them into an order: hard dependencies and relations of the kinds soft and control.
-- None may close a cycle; find-cycles.ts judges by what stands above the new ones, and the caller takes them back.

-- Until cycles were found there.
drop function if exists process_tracker.dependency_cycle(int[], int[]);
drop function if exists process_tracker.insert_dependencies(int[], int[], text[], text[]);
drop function if exists process_tracker.add_dependencies(jsonb, int[]);

-- Of links that were just made, what is needed to judge them: themselves (`coming`, in the order given) and the others
-- among their parents and all that these depend on (`standing`), where a cycle would be. Null if there can be none.
create or replace function process_tracker.links_above(children int[], parents int[]) returns json
language plpgsql as $$
declare
  above int[];
begin
  above := process_tracker.with_ancestors(array(
    select parent
    from unnest(children, parents) n(child, parent)
    where exists (select from process_dependency where parent_process_id = child)
      or exists (select from process_relation where parent_process_id = child and kind in ('soft', 'control'))
    ), array['hard', 'soft', 'control']);
  if (above && children) is not true then
    return null;
  end if;
  return (
    with coming as (
      select child, parent, i
      from unnest(children, parents) with ordinality n(child, parent, i)
    ), standing as (
      select child_process_id as child, parent_process_id as parent
      from unnest(above) n(id)
      join process_dependency on child_process_id = id
      union
      select child_process_id, parent_process_id
      from unnest(above) n(id)
      join process_relation on child_process_id = id
      where kind in ('soft', 'control')
      except
      select child, parent from coming
    )
    select json_build_object(
      'standing', (select coalesce(json_agg(s order by child, parent), '[]') from standing s),
      'coming', (
        select json_agg(json_build_object('child', child, 'parent', parent) order by i)
        from coming)
    ));
end $$;

-- Makes links, and answers which of them are new, and the `links_above` those that put processes into an order. No
-- process is its own parent. Additions run one after the other (an advisory lock until the end of the transaction): two
-- that together close a cycle would not see each other.
create or replace function process_tracker.insert_dependencies(
  children int[], parents int[], kinds text[], notes text[], out added boolean[], out links json
) language plpgsql as $$
declare
  hard constant int := 2; -- the number of ProcessTracker's type Hard
  soft constant int := (select dependency_type_id from dependency_type_lkup where dependency_type_name = 'Soft');
begin
  perform pg_advisory_xact_lock(hashtext('waybill process_dependency'));
  added := array(
    select row_number() over (partition by child, parent, kind order by i) = 1
      and case kind when 'hard' then not exists (
        select
        from process_dependency
        where child_process_id = child and parent_process_id = parent
          and dependency_type_id is distinct from soft)
      else not exists (
        select
        from process_relation r
        where child_process_id = child and parent_process_id = parent and r.kind = n.kind
          and declared_at is not null) end
    from unnest(children, parents, kinds) with ordinality n(child, parent, kind, i)
    order by i);
  -- The last note of a link that is given twice is meant.
  insert into process_dependency as d (parent_process_id, child_process_id, dependency_type_id, note)
    select parent, child, hard, (array_agg(n order by i desc) filter (where n is not null))[1]
    from unnest(children, parents, kinds, notes) with ordinality w(child, parent, kind, n, i)
    where kind = 'hard'
    group by parent, child
    order by 1, 2
    on conflict (child_process_id, parent_process_id) do update
      set dependency_type_id = case d.dependency_type_id when soft then hard else d.dependency_type_id end,
        note = coalesce(excluded.note, d.note)
      where d.dependency_type_id = soft or excluded.note is distinct from d.note and excluded.note is not null;
  insert into process_relation as r (parent_process_id, child_process_id, kind, note, declared_by, declared_at)
    select parent, child, w.kind, (array_agg(n order by i desc) filter (where n is not null))[1],
      nullif(current_setting('waybill.actor', true), ''), waybill_now()
    from unnest(children, parents, kinds, notes) with ordinality w(child, parent, kind, n, i)
    where w.kind <> 'hard'
    group by parent, child, w.kind
    order by 1, 2, 3
    on conflict (parent_process_id, child_process_id, kind) do update
      set note = coalesce(excluded.note, r.note),
        declared_at = coalesce(r.declared_at, excluded.declared_at),
        declared_by = case when r.declared_at is null then excluded.declared_by else r.declared_by end
      where r.declared_at is null or excluded.note is distinct from r.note and excluded.note is not null;
  select process_tracker.links_above(array_agg(child order by i), array_agg(parent order by i))
  into links
  from unnest(children, parents, kinds, added) with ordinality n(child, parent, kind, is_new, i)
  where is_new and kind in ('hard', 'soft', 'control');
end $$;

-- The dependencies of a registration (rows of registered_dependency: place in `process_ids`, name of the parent, kind);
-- answers the `links_above` the new ones.
create or replace function process_tracker.add_dependencies(wanted jsonb, process_ids int[]) returns json
language plpgsql as $$
declare
  missing text;
  child_ids int[]; parent_ids int[]; kinds text[];
begin
  select parent
  into missing
  from jsonb_populate_recordset(null::registered_dependency, wanted) n
  where not exists (select from process where process_name = parent)
  order by 1
  limit 1;
  if found then
    raise exception using errcode = 'WB404',
      message = format('There is no Process %s.', to_json(missing)),
      detail = jsonb_build_object('argument', 'dependsOn', 'value', missing,
        'known', (
          select jsonb_agg(n.process_name)
          from (
            select process_name
            from process
            where abs(length(process_name) - length(missing)) <= 2 + length(missing) / 3
            order by lower(left(process_name, 1)) <> lower(left(missing, 1)), process_name
            limit 1000) n));
  end if;
  select array_agg(process_ids[n.process]), array_agg(process_id), array_agg(n.kind)
  into child_ids, parent_ids, kinds
  from jsonb_populate_recordset(null::registered_dependency, wanted) n
  join process on process_name = parent
  where case n.kind when 'hard' then not exists (
    select
    from process_dependency d
    left join dependency_type_lkup t using (dependency_type_id)
    where d.child_process_id = process_ids[n.process] and d.parent_process_id = process_id
      and t.dependency_type_name is distinct from 'Soft')
  else not exists (
    select
    from process_relation r
    where r.child_process_id = process_ids[n.process] and r.parent_process_id = process_id
      and r.kind = n.kind and r.declared_at is not null) end;
  if child_ids is null then
    return null;
  elsif exists (select from unnest(child_ids, parent_ids) n(child, parent) where child = parent) then
    -- No such row may be made, but it is judged like the others.
    return json_build_object('standing', json_build_array(), 'coming', (
      select json_agg(n)
      from unnest(child_ids, parent_ids) n(child, parent)
      where child = parent));
  end if;
  return (process_tracker.insert_dependencies(
    child_ids, parent_ids, kinds, null)).links;
end $$;

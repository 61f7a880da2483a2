-- Takes links from a process. `refs` has rows `{ side, source | object | attribute }` (side: sources or targets) with
-- the number of the one that is meant. A coarser link that was only added for a
-- finer one goes with the last of them, unless `keep_coarser` says that it is meant from now on. Answers how many links
-- went.
create or replace function process_tracker.unlink_process(process int, refs jsonb, keep_coarser boolean)
returns int language plpgsql as $$
declare
  side record;
  gone int; total int := 0;
begin
  -- Each with what it is in.
  select coalesce(jsonb_agg(jsonb_build_object('side', r.side, 'source', coalesce(r.source, o.source_id),
    'object', o.source_object_id, 'attribute', r.attribute)), '[]')
  into refs
  from jsonb_to_recordset(refs) r(side text, source int, object int, attribute int)
  left join source_object_attribute_lkup a on a.source_object_attribute_id = r.attribute
  left join source_object_lkup o on o.source_object_id = coalesce(r.object, a.source_object_id);
  for side in
    select * from (values
      ('sources', 'process_source', 'source_id', 'process_source_object', 'source_object_id',
        'process_source_object_attribute', 'source_object_attribute_id'),
      ('targets', 'process_target', 'target_source_id', 'process_target_object', 'target_object_id',
        'process_target_object_attribute', 'target_object_attribute_id')
    ) as s (what, sources, source_id, objects, object_id, attributes, attribute_id)
    where exists (select from jsonb_to_recordset(refs) r(side text) where r.side = s.what)
  loop
    if keep_coarser then
      execute process_tracker.fill_template($sql$
        update {objects} l
        set declared = true
        from jsonb_to_recordset($2) r(side text, object int, attribute int)
        where r.side = '{what}' and r.attribute is not null and l.process_id = $1 and l.{object_id} = r.object
          and not l.declared
      $sql$, to_jsonb(side)) using process, refs;
      execute process_tracker.fill_template($sql$
        update {sources} l
        set declared = true
        from jsonb_to_recordset($2) r(side text, source int, object int)
        where r.side = '{what}' and r.object is not null and l.process_id = $1 and l.{source_id} = r.source
          and not l.declared
      $sql$, to_jsonb(side)) using process, refs;
    end if;
    execute process_tracker.fill_template($sql$
      with gone as (
        delete from {attributes} l
        using jsonb_to_recordset($2) r(side text, source int, object int, attribute int)
        join source_object_lkup o on o.source_id = r.source and (r.object is null or o.source_object_id = r.object)
        join source_object_attribute_lkup a
          on a.source_object_id = o.source_object_id
          and (r.attribute is null or a.source_object_attribute_id = r.attribute)
        where r.side = '{what}' and l.process_id = $1 and l.{attribute_id} = a.source_object_attribute_id
        returning 1
      )
      select count(*) from gone
    $sql$, to_jsonb(side)) into gone using process, refs;
    total := total + gone;
    execute process_tracker.fill_template($sql$
      with gone as (
        delete from {objects} l
        using jsonb_to_recordset($2) r(side text, source int, object int, attribute int)
        join source_object_lkup o on o.source_id = r.source and (r.object is null or o.source_object_id = r.object)
        where r.side = '{what}' and r.attribute is null and l.process_id = $1 and l.{object_id} = o.source_object_id
        returning 1
      )
      select count(*) from gone
    $sql$, to_jsonb(side)) into gone using process, refs;
    total := total + gone;
    execute process_tracker.fill_template($sql$
      with gone as (
        delete from {sources} l
        using jsonb_to_recordset($2) r(side text, source int, object int)
        where r.side = '{what}' and r.object is null and l.process_id = $1 and l.{source_id} = r.source
        returning 1
      )
      select count(*) from gone
    $sql$, to_jsonb(side)) into gone using process, refs;
    total := total + gone;
  end loop;
  delete from process_attribute_mapping m
  where m.process_id = process and (
    not exists (
      select from process_source_object_attribute l
      where l.process_id = process and l.source_object_attribute_id = m.source_object_attribute_id)
    or not exists (
      select from process_target_object_attribute l
      where l.process_id = process and l.target_object_attribute_id = m.target_object_attribute_id));
  return total;
end $$;

-- Takes links from a process. `refs` has rows `{ side, source, object, attribute }` (side: sources or targets): without
-- an attribute the whole object is meant, without an object the whole source. A coarser link that was only added for a
-- finer one goes with the last of them, unless `keep_coarser` says that it is meant from now on. Answers how many links
-- went.
create or replace function process_tracker.unlink_process(process int, refs jsonb, keep_coarser boolean)
returns int language plpgsql as $$
declare
  side record;
  missing record;
  gone int; total int := 0;
begin
  select n.source, case when s.source_id is not null then n.object end as object,
    case when o.source_object_id is not null then n.attribute end as attribute
  into missing
  from jsonb_to_recordset(refs) n(source text, object text, attribute text)
  left join source_lkup s on s.source_name = n.source
  left join source_object_lkup o on o.source_id = s.source_id and o.source_object_name = n.object
  left join source_object_attribute_lkup a
    on a.source_object_id = o.source_object_id and a.source_object_attribute_name = n.attribute
  where s.source_id is null
    or n.object is not null and o.source_object_id is null
    or n.attribute is not null and a.source_object_attribute_id is null
  order by 1, 2, 3
  limit 1;
  if found then
    raise exception using errcode = 'WB404',
      message = format('There is no %s %s.',
        case when missing.attribute is not null then 'SourceObjectAttribute'
          when missing.object is not null then 'SourceObject'
          else 'Source' end,
        to_json(concat_ws('.', missing.source, missing.object, missing.attribute))),
      detail = jsonb_build_object('argument', 'input', 'value', to_jsonb(missing));
  end if;
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
        from jsonb_to_recordset($2) r(side text, source text, object text, attribute text)
        join source_lkup s on s.source_name = r.source
        join source_object_lkup o on o.source_id = s.source_id and o.source_object_name = r.object
        where r.side = '{what}' and r.attribute is not null and l.process_id = $1
          and l.{object_id} = o.source_object_id and not l.declared
      $sql$, to_jsonb(side)) using process, refs;
      execute process_tracker.fill_template($sql$
        update {sources} l
        set declared = true
        from jsonb_to_recordset($2) r(side text, source text, object text)
        join source_lkup s on s.source_name = r.source
        where r.side = '{what}' and r.object is not null and l.process_id = $1 and l.{source_id} = s.source_id
          and not l.declared
      $sql$, to_jsonb(side)) using process, refs;
    end if;
    execute process_tracker.fill_template($sql$
      with gone as (
        delete from {attributes} l
        using jsonb_to_recordset($2) r(side text, source text, object text, attribute text)
        join source_lkup s on s.source_name = r.source
        join source_object_lkup o on o.source_id = s.source_id and (r.object is null or o.source_object_name = r.object)
        join source_object_attribute_lkup a
          on a.source_object_id = o.source_object_id
          and (r.attribute is null or a.source_object_attribute_name = r.attribute)
        where r.side = '{what}' and l.process_id = $1 and l.{attribute_id} = a.source_object_attribute_id
        returning 1
      )
      select count(*) from gone
    $sql$, to_jsonb(side)) into gone using process, refs;
    total := total + gone;
    execute process_tracker.fill_template($sql$
      with gone as (
        delete from {objects} l
        using jsonb_to_recordset($2) r(side text, source text, object text, attribute text)
        join source_lkup s on s.source_name = r.source
        join source_object_lkup o on o.source_id = s.source_id and (r.object is null or o.source_object_name = r.object)
        where r.side = '{what}' and r.attribute is null and l.process_id = $1 and l.{object_id} = o.source_object_id
        returning 1
      )
      select count(*) from gone
    $sql$, to_jsonb(side)) into gone using process, refs;
    total := total + gone;
    execute process_tracker.fill_template($sql$
      with gone as (
        delete from {sources} l
        using jsonb_to_recordset($2) r(side text, source text, object text)
        join source_lkup s on s.source_name = r.source
        where r.side = '{what}' and r.object is null and l.process_id = $1 and l.{source_id} = s.source_id
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

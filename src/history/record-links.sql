-- The history of links (see record-things.sql). Adding eighty thousand attributes is one change of one object, so a statement makes one event
-- an owner: `to` is the JSON list of the names that came, `from` of those that went. A link that a finer one implies is told by that one.
do $do$
declare
  link record;
begin
  for link in
    with way (source, object, attribute, contact, dataset, location) as (values (
      'left join source_lkup s on s.source_id = $.%s',
      'left join source_object_lkup so on so.source_object_id = $.%s left join source_lkup s on s.source_id = so.source_id',
      'left join source_object_attribute_lkup a on a.source_object_attribute_id = $.%s
       left join source_object_lkup so on so.source_object_id = a.source_object_id left join source_lkup s on s.source_id = so.source_id',
      'left join contact_lkup c on c.contact_id = $.contact_id',
      'left join dataset_type_lkup d on d.dataset_type_id = $.dataset_type_id',
      'left join location_lkup lo on lo.location_id = $.location_id'
    )), named (object, attribute, written, contact, with_role, run) as (values (
      $$concat_ws('.', s.source_name, so.source_object_name)$$,
      $$concat_ws('.', s.source_name, so.source_object_name, a.source_object_attribute_name)$$,
      $$concat_ws('.', ws.source_name, wo.source_object_name, w.source_object_attribute_name)$$,
      $$coalesce(c.contact_name, '#' || $.contact_id)$$,
      $$coalesce(c.contact_name, '#' || $.contact_id) || coalesce(' (' || nullif($.role, '') || ')', '')$$,
      $$coalesce(r.process_run_name, (select p.process_name from process p where p.process_id = r.process_id) || ' #' || r.process_run_id)$$
    )), owner (kind, tbl, key, name) as (
      select kind, tbl, key, name from (values
        ('Process', 'process', 'process_id', 'r.process_name'), ('Source', 'source_lkup', 'source_id', 'r.source_name'),
        ('SourceObject', 'source_object_lkup', 'source_object_id', 'r.source_object_name'),
        ('SourceObjectAttribute', 'source_object_attribute_lkup', 'source_object_attribute_id', 'r.source_object_attribute_name'),
        ('Location', 'location_lkup', 'location_id', 'mask_address(r.location_name)'),
        ('Extract', 'extract_tracking', 'extract_id', 'r.extract_filename')) as o (kind, tbl, key, name)
      union all select 'ProcessRun', 'process_tracking', 'process_tracking_id', run from named
    ), list as (
      -- Table, type and key of the owner (`$.` stands for the link), word of the API, the way to the name at the other end, that name.
      select l.* from way, named, lateral (values
        ('process_source', 'Process', 'process_id', 'sources', format(way.source, 'source_id'), 's.source_name'),
        ('process_target', 'Process', 'process_id', 'targets', format(way.source, 'target_source_id'), 's.source_name'),
        ('process_source_object', 'Process', 'process_id', 'sourceObjects', format(way.object, 'source_object_id'), named.object),
        ('process_target_object', 'Process', 'process_id', 'targetObjects', format(way.object, 'target_object_id'), named.object),
        ('process_source_object_attribute', 'Process', 'process_id', 'sourceAttributes', format(way.attribute, 'source_object_attribute_id'), named.attribute),
        ('process_target_object_attribute', 'Process', 'process_id', 'targetAttributes', format(way.attribute, 'target_object_attribute_id'), named.attribute),
        ('process_dependency', 'Process', 'child_process_id', 'parents',
          'left join process p on p.process_id = $.parent_process_id left join dependency_type_lkup y on y.dependency_type_id = $.dependency_type_id',
          $$p.process_name || case when y.dependency_type_name in ('Undefined', 'Hard') then '' else coalesce(' (' || y.dependency_type_name || ')', '') end
            || coalesce(': ' || $.note, '')$$),
        ('process_relation', 'Process', 'child_process_id', 'parents', 'left join process p on p.process_id = $.parent_process_id',
          $$p.process_name || ' (' || initcap($.kind) || case when $.declared_at is null then ', reported' else '' end || ')' || coalesce(': ' || $.note, '')$$),
        ('process_contact', 'Process', 'process_id', 'contacts', way.contact, named.contact),
        ('process_contact_role', 'Process', 'process_id', 'contacts', way.contact, named.with_role),
        ('process_dataset_type', 'Process', 'process_id', 'datasetTypes', way.dataset, 'd.dataset_type'),
        ('process_filter', 'Process', 'process_id', 'filters',
          format(way.attribute, 'source_object_attribute_id') || ' left join filter_type_lkup f on f.filter_type_id = $.filter_type_id',
          format($$concat_ws(' ', %s, f.filter_type_code, coalesce($.filter_value_string, $.filter_value_numeric::text),
            '(group ' || nullif($.group_number, 1) || ')')$$, named.attribute)),
        ('process_alias', 'Process', 'process_id', 'aliases', '', $$concat_ws(':', nullif($.namespace, ''), $.name)$$),
        ('process_attribute_mapping', 'Process', 'process_id', 'attributeMappings', format(way.attribute, 'source_object_attribute_id')
          || ' left join source_object_attribute_lkup w on w.source_object_attribute_id = $.target_object_attribute_id
             left join source_object_lkup wo on wo.source_object_id = w.source_object_id left join source_lkup ws on ws.source_id = wo.source_id',
          format($$concat_ws(' → ', %s, %s)$$, named.attribute, named.written)),
        ('cluster_process', 'Process', 'process_id', 'clusters', 'left join cluster_tracking_lkup k on k.cluster_id = $.cluster_id',
          $$k.cluster_name || coalesce(' (' || nullif(concat_ws(', ', $.needed_memory || ' ' || $.needed_memory_unit, $.needed_processing || ' ' || $.needed_processing_unit), '') || ')', '')$$),
        ('source_contact', 'Source', 'source_id', 'contacts', way.contact, named.contact),
        ('source_contact_role', 'Source', 'source_id', 'contacts', way.contact, named.with_role),
        ('source_dataset_type', 'Source', 'source_id', 'datasetTypes', way.dataset, 'd.dataset_type'),
        ('source_location', 'Source', 'source_id', 'locations', way.location, 'mask_address(lo.location_name)'),
        ('source_object_contact', 'SourceObject', 'source_object_id', 'contacts', way.contact, named.with_role),
        ('source_object_dataset_type', 'SourceObject', 'source_object_id', 'datasetTypes', way.dataset, 'd.dataset_type'),
        ('source_object_location', 'SourceObject', 'source_object_id', 'locations', way.location, 'mask_address(lo.location_name)'),
        ('source_object_alias', 'SourceObject', 'source_object_id', 'aliases', format(way.source, 'source_id'), $$concat_ws('.', s.source_name, $.name)$$),
        ('source_alias', 'Source', 'source_id', 'aliases', '', '$.name'),
        ('source_object_attribute_alias', 'SourceObjectAttribute', 'source_object_attribute_id', 'aliases', '', '$.name'),
        ('location_alias', 'Location', 'location_id', 'aliases', '', 'mask_address($.name)'),
        ('source_object_attribute_lkup', 'SourceObject', 'source_object_id', 'attributes', '', '$.source_object_attribute_name'),
        ('source_object_attribute_contact', 'SourceObjectAttribute', 'source_object_attribute_id', 'contacts', way.contact, named.with_role),
        ('extract_process_tracking', 'ProcessRun', 'process_tracking_id', 'extracts', 'left join extract_tracking e on e.extract_id = $.extract_tracking_id
          left join extract_status_lkup es on es.extract_status_id = $.extract_process_status_id',
          $$e.extract_filename || coalesce(' (' || es.extract_status_name || ')', '')$$),
        ('extract_dependency', 'Extract', 'child_extract_id', 'parents', 'left join extract_tracking e on e.extract_id = $.parent_extract_id', 'e.extract_filename'),
        ('extract_dataset_type', 'Extract', 'extract_id', 'datasetTypes', way.dataset, 'd.dataset_type'),
        ('extract_source', 'Extract', 'extract_id', 'sources', format(way.source, 'source_id'), 's.source_name'),
        ('extract_source_object', 'Extract', 'extract_id', 'sourceObjects', format(way.object, 'source_object_id'), named.object)
      ) as l (tbl, kind, owner_id, word, way, name)
    )
    select l.tbl, l.kind, l.word, o.name as owner_name, o.tbl as owner_tbl, o.key as owner_key,
      format('(select l.%s as owner, %s as name from $rows l %s', l.owner_id, replace(l.name, '$.', 'l.'), replace(l.way, '$.', 'l.')) as names,
      case when exists (select from pg_attribute where attrelid = ('process_tracker.' || l.tbl)::regclass and attname = 'implied')
        then ' where not l.implied)' else ')' end as told
    from list l join owner o using (kind)
  loop
    -- The name of an owner that is gone already, by a cascade or an earlier statement, is its number.
    execute process_tracker.fill_template($template$
      create or replace function process_tracker.record_links_{tbl}() returns trigger language plpgsql security definer
      set search_path = process_tracker, pg_temp set jit = off as $body$
      begin
        if tg_op = 'INSERT' then
          insert into status_event (subject_kind, subject_id, subject_name, field, from_value, to_value, actor, origin, reason, evidence)
          select '{kind}', g.owner, coalesce((select {owner_name} from {owner_tbl} r where r.{owner_key} = g.owner), '#' || g.owner), '{word}', null, g.names, x.*
          from (select owner, json_agg(name order by name)::text as names from {names_now}{told} l where owner is not null group by owner) g
          cross join change_context() x order by g.owner;
        elsif tg_op = 'DELETE' then
          insert into status_event (subject_kind, subject_id, subject_name, field, from_value, to_value, actor, origin, reason, evidence)
          select '{kind}', g.owner, coalesce((select {owner_name} from {owner_tbl} r where r.{owner_key} = g.owner), '#' || g.owner), '{word}', g.names, null, x.*
          from (select owner, json_agg(name order by name)::text as names from {names_was}{told} l where owner is not null group by owner) g
          cross join change_context() x order by g.owner;
        else
          insert into status_event (subject_kind, subject_id, subject_name, field, from_value, to_value, actor, origin, reason, evidence)
          select '{kind}', g.owner, coalesce((select {owner_name} from {owner_tbl} r where r.{owner_key} = g.owner), '#' || g.owner), '{word}', g.gone, g.come, x.*
          from (
            select owner, json_agg(name order by name) filter (where not is_new)::text as gone, json_agg(name order by name) filter (where is_new)::text as come
            from (
              (select false as is_new, was.* from {names_was}) was except all select false, now.* from {names_now}) now)
              union all
              (select true, now.* from {names_now}) now except all select true, was.* from {names_was}) was)
            ) as changed where owner is not null group by owner
          ) g cross join change_context() x order by g.owner;
        end if;
        return null;
      end $body$;
      create or replace trigger record_links_insert after insert on process_tracker.{tbl} referencing new table as new_rows
        for each statement execute function process_tracker.record_links_{tbl}();
      create or replace trigger record_links_update after update on process_tracker.{tbl} referencing old table as old_rows new table as new_rows
        for each statement execute function process_tracker.record_links_{tbl}();
      create or replace trigger record_links_delete after delete on process_tracker.{tbl} referencing old table as old_rows
        for each statement execute function process_tracker.record_links_{tbl}();
    $template$, to_jsonb(link) || jsonb_build_object('names_now', replace(link.names, '$rows', 'new_rows'), 'names_was', replace(link.names, '$rows', 'old_rows')));
  end loop;
end $do$;

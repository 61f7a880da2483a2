-- History is written here and in record-links.sql, by statement-level triggers, so that it is complete whoever writes: one pass over the
-- changed rows a statement. A change that does not come through `begin_write` gets the origin `sql` and no actor. TRUNCATE tells a trigger
-- no rows and leaves no events. The functions are made from a list, as plain SQL, so that their plans are kept. They are `security definer`:
-- who may write a table need not be allowed to write the history.

-- What an event says of the change as a whole. One call a statement: nothing in it changes within one.
create or replace function process_tracker.change_context(out actor text, out origin text, out reason text, out evidence jsonb) language sql stable as $$
  select nullif(current_setting('waybill.actor', true), ''),
    case when coalesce(current_setting('waybill.actor', true), '') = '' then 'sql' else coalesce(nullif(current_setting('waybill.origin', true), ''), 'sql') end,
    nullif(current_setting('waybill.reason', true), ''),
    nullif(current_setting('waybill.evidence', true), '')::jsonb
$$;

do $do$
declare
  thing record;
begin
  for thing in
    -- Table, GraphQL type, key and name of a row (`$.` stands for it), and the words of the API for what is recorded of a change, each with its
    -- column and, where that is a number, the look-up table that names it. A row comes with the event `created`; where `born` is given,
    -- with the first value of that column. From and to are names, never numbers.
    with list (tbl, kind, key, name, born, fields) as (values
      ('process', 'Process', 'process_id', '$.process_name', '', array['name process_name', 'description description',
        'type process_type_id process_type_lkup', 'tool process_tool_id tool_lkup', 'scheduleFrequency schedule_frequency_id schedule_frequency_lkup',
        'namespace namespace', 'jobName job_name', 'failureLimit failure_limit', 'runTimeLimitSeconds run_time_limit_seconds',
        'leaseSeconds lease_seconds', 'cron cron', 'retiredAt retired_at']),
      ('process_tracking', 'ProcessRun', 'process_tracking_id',
        $$coalesce($.process_run_name, (select p.process_name from process p where p.process_id = $.process_id) || ' #' || $.process_run_id)$$,
        'process_status_id', array['status process_status_id process_status_lkup', 'endReason end_reason', 'runNumber process_run_id']),
      ('run_group', 'RunGroup', 'run_group_id', '$.group_key', '', array['name name', 'expectedTotal expected_total', 'closedAt closed_at']),
      ('extract_tracking', 'Extract', 'extract_id', '$.extract_filename', 'extract_status_id', array[
        'status extract_status_id extract_status_lkup', 'fileName extract_filename', 'location extract_location_id location_lkup',
        'registeredAt extract_registration_date_time']),
      ('source_lkup', 'Source', 'source_id', '$.source_name', '', array['name source_name', 'description description',
        'type source_type_id source_type_lkup', 'characterSet character_set_id character_set_lkup', 'retiredAt retired_at']),
      ('source_object_lkup', 'SourceObject', 'source_object_id', '$.source_object_name', '', array['name source_object_name',
        'description description', 'source source_id source_lkup', 'characterSet character_set_id character_set_lkup', 'retiredAt retired_at']),
      -- Attributes come and go by the thousand: their object has one event for all of them (record-links.sql).
      ('source_object_attribute_lkup', 'SourceObjectAttribute', 'source_object_attribute_id', '$.source_object_attribute_name', 'in list', array[
        'name source_object_attribute_name', 'description description', 'path attribute_path', 'dataType data_type_id data_type_lkup',
        'length data_length', 'decimals data_decimal', 'isPii is_pii', 'isKey is_key', 'isFilter is_filter', 'isPartition is_partition',
        'defaultText default_value_string', 'defaultNumber default_value_number', 'reportedType reported_type', 'ordinal ordinal', 'retiredAt retired_at']),
      ('location_lkup', 'Location', 'location_id', 'mask_address($.location_name)', '', array['name location_name', 'path location_path',
        'type location_type_id location_type_lkup', 'bucket location_bucket_name', 'retiredAt retired_at']),
      ('cluster_tracking_lkup', 'Cluster', 'cluster_id', '$.cluster_name', '', array['name cluster_name', 'maxMemory cluster_max_memory',
        'maxMemoryUnit cluster_max_memory_unit', 'maxProcessing cluster_max_processing', 'maxProcessingUnit cluster_max_processing_unit']),
      ('contact_lkup', 'Contact', 'contact_id', '$.contact_name', '', array['name contact_name', 'email contact_email']),
      ('api_key', 'ApiKey', 'api_key_id', '$.name', '', array['role role', 'revokedAt revoked_at']),
      ('system_lkup', 'SystemSetting', 'system_id', '$.system_key', '', array['name system_key', 'value system_value'])
    ), lookup (tbl, kind, key, label) as (values
      ('actor_lkup', 'Actor', 'actor_id', 'actor_name'), ('tool_lkup', 'Tool', 'tool_id', 'tool_name'),
      ('process_type_lkup', 'ProcessType', 'process_type_id', 'process_type_name'),
      ('process_status_lkup', 'ProcessStatus', 'process_status_id', 'process_status_name'),
      ('extract_status_lkup', 'ExtractStatus', 'extract_status_id', 'extract_status_name'),
      ('extract_compression_type_lkup', 'CompressionType', 'extract_compression_type_id', 'extract_compression_type'),
      ('extract_filetype_lkup', 'FileType', 'extract_filetype_id', 'extract_filetype'),
      ('filesize_type_lkup', 'FileSizeType', 'filesize_type_id', 'filesize_type_name'),
      ('filter_type_lkup', 'FilterType', 'filter_type_id', 'filter_type_name'),
      ('dataset_type_lkup', 'DatasetType', 'dataset_type_id', 'dataset_type'),
      ('data_type_lkup', 'DataType', 'data_type_id', 'data_type'),
      ('character_set_lkup', 'CharacterSet', 'character_set_id', 'character_set_name'),
      ('source_type_lkup', 'SourceType', 'source_type_id', 'source_type_name'),
      ('dependency_type_lkup', 'DependencyType', 'dependency_type_id', 'dependency_type_name'),
      ('schedule_frequency_lkup', 'ScheduleFrequency', 'schedule_frequency_id', 'schedule_frequency_name'),
      ('location_type_lkup', 'LocationType', 'location_type_id', 'location_type_name'),
      ('error_type_lkup', 'ErrorType', 'error_type_id', 'error_type_name')
    ), label (tbl, key, label) as (
      select tbl, key, label from lookup
      union all select tbl, key, substr(name, 3) from list where tbl = 'source_lkup'
      union all values ('location_lkup', 'location_id', 'location_name')
    ), everything as (
      select * from list
      union all select tbl, kind, key, '$.' || label, '', array['name ' || label] from lookup
    ), field as (
      select e.tbl, split_part(f, ' ', 1) as word, split_part(f, ' ', 2) as col, l.tbl as lookup, l.key, l.label
      from everything e cross join unnest(e.fields) as f left join label l on l.tbl = split_part(f, ' ', 3)
    )
    select e.tbl, e.kind, e.key, e.born,
      replace(e.name, '$.', 'n.') as name_now, replace(e.name, '$.', 'o.') as name_was,
      -- Addresses of locations, and names made of them, may hold passwords.
      string_agg(format(case when f.col in ('location_name', 'location_path') then '(%L, mask_address(o.%I), mask_address(n.%I))' else '(%L, o.%I::text, n.%I::text)' end,
        f.word, f.col, f.col), ', ') as pairs,
      -- From the text of a column to what an event shows of it: the name behind a number.
      coalesce('case c.field ' || string_agg(format(case when f.lookup = 'location_lkup' then 'when %L then (select mask_address(m.%I) from' else 'when %L then (select m.%I from' end || ' %I m where m.%I = c.$::integer)', f.word, f.label, f.lookup, f.key), ' ')
        filter (where f.lookup is not null) || ' else c.$ end', 'c.$') as shown,
      coalesce(max(f.word) filter (where f.col = e.born), 'created') as birth,
      coalesce(max(format('(select m.%I from %I m where m.%I = n.%I)', f.label, f.lookup, f.key, f.col)) filter (where f.col = e.born),
        replace(e.name, '$.', 'n.')) as first_value
    from everything e join field f using (tbl)
    group by e.tbl, e.kind, e.key, e.name, e.born
  loop
    execute process_tracker.fill_template($template$
      create or replace function process_tracker.record_{tbl}() returns trigger language plpgsql security definer
      set search_path = process_tracker, pg_temp set jit = off as $body$
      begin
        if tg_op = 'INSERT' then
          insert into status_event (subject_kind, subject_id, subject_name, field, from_value, to_value, actor, origin, reason, evidence)
          select '{kind}', n.{key}, {name_now}, '{birth}', null, {first_value}, x.* from new_rows n cross join change_context() x order by n.{key};
        elsif tg_op = 'DELETE' then
          insert into status_event (subject_kind, subject_id, subject_name, field, from_value, to_value, actor, origin, reason, evidence)
          select '{kind}', o.{key}, {name_was}, 'deleted', {name_was}, null, x.* from old_rows o cross join change_context() x order by o.{key};
        else
          insert into status_event (subject_kind, subject_id, subject_name, field, from_value, to_value, actor, origin, reason, evidence)
          select '{kind}', n.{key}, {name_now}, c.field, {shown_was}, {shown_now}, x.*
          from old_rows o join new_rows n using ({key}) cross join lateral (values {pairs}) as c (field, was, is_now) cross join change_context() x
          where c.was is distinct from c.is_now
          order by n.{key};
        end if;
        return null;
      end $body$;
      create or replace trigger record_update after update on process_tracker.{tbl} referencing old table as old_rows new table as new_rows
        for each statement execute function process_tracker.record_{tbl}();
    $template$, to_jsonb(thing) || jsonb_build_object('shown_was', replace(thing.shown, '$', 'was'), 'shown_now', replace(thing.shown, '$', 'is_now')));
    if thing.born <> 'in list' then
      execute process_tracker.fill_template($template$
        create or replace trigger record_insert after insert on process_tracker.{tbl} referencing new table as new_rows
          for each statement execute function process_tracker.record_{tbl}();
        create or replace trigger record_delete after delete on process_tracker.{tbl} referencing old table as old_rows
          for each statement execute function process_tracker.record_{tbl}();
      $template$, to_jsonb(thing));
    end if;
  end loop;
end $do$;

-- What the history records of this folder's tables (history/record-changes.sql, record-links.sql).
-- Makes record_process_type_lkup, record_schedule_frequency_lkup, record_dependency_type_lkup,
-- record_filter_type_lkup, record_process.
select process_tracker.record_lookup('process_type_lkup', 'ProcessType', 'process_type_id', 'process_type_name');
select process_tracker.record_lookup(
  'schedule_frequency_lkup', 'ScheduleFrequency', 'schedule_frequency_id', 'schedule_frequency_name');
select process_tracker.record_lookup(
  'dependency_type_lkup', 'DependencyType', 'dependency_type_id', 'dependency_type_name');
select process_tracker.record_lookup('filter_type_lkup', 'FilterType', 'filter_type_id', 'filter_type_name');
select process_tracker.record_changes('process', 'Process', 'process_id', '$.process_name',
  array['name process_name']
  || array(select setting || ' ' || col from process_tracker.process_settings())
  || array[
    'type process_type_id process_type_lkup process_type_name',
    'tool process_tool_id tool_lkup tool_name',
    'scheduleFrequency schedule_frequency_id schedule_frequency_lkup schedule_frequency_name',
    'namespace namespace', 'jobName job_name', 'links links', 'retiredAt retired_at']);

-- Processes whose links have changed: as changed now, unless they are made or changed by the same statement. In the
-- order of their numbers, as registrations lock them. By one `update` each, with no lock before it: many writers that
-- lock a row which others update (`for no key update`) lock each version of it as they follow it, and meet crosswise.
create or replace function process_tracker.touch_process(ids int[]) returns void language plpgsql
set seq_page_cost = 1000 set jit = off as $$
declare
  id int;
begin
  perform set_config('waybill.touching', 'on', true);
  for id in
    select p.process_id
    from process p
    where p.process_id = any (ids) and p.update_date_time is distinct from process_tracker.waybill_now()
    order by p.process_id
  loop
    update process p
    set update_date_time = process_tracker.waybill_now()
    where p.process_id = id;
  end loop;
  perform set_config('waybill.touching', '', true);
end $$;

-- Makes record_links_process_source, record_links_process_target, record_links_process_source_object,
-- record_links_process_target_object, record_links_process_source_object_attribute,
-- record_links_process_target_object_attribute, record_links_process_dependency, record_links_process_relation,
-- record_links_process_contact, record_links_process_contact_role, record_links_process_dataset_type,
-- record_links_process_filter, record_links_process_alias, record_links_process_attribute_mapping.
select process_tracker.record_links(
  '{"kind": "Process", "owner": "process", "key": "process_id", "name": "r.process_name", "touched": true}',
  link.tbl, link.owner_id, link.word, link.way, link.name)
from process_tracker.way_to_contact() c,
process_tracker.way_to_dataset_type() d,
process_tracker.way_to_attribute('source_object_attribute_id') a,
lateral (
  select 'process_source', 'process_id', 'sources', w.*
  from process_tracker.way_to_source('source_id') w
  union all
  select 'process_target', 'process_id', 'targets', w.*
  from process_tracker.way_to_source('target_source_id') w
  union all
  select 'process_source_object', 'process_id', 'sourceObjects', w.*
  from process_tracker.way_to_object('source_object_id') w
  union all
  select 'process_target_object', 'process_id', 'targetObjects', w.*
  from process_tracker.way_to_object('target_object_id') w
  union all
  select 'process_source_object_attribute', 'process_id', 'sourceAttributes', w.*
  from process_tracker.way_to_attribute('source_object_attribute_id') w
  union all
  select 'process_target_object_attribute', 'process_id', 'targetAttributes', w.*
  from process_tracker.way_to_attribute('target_object_attribute_id') w
  union all
  values
    ('process_dependency', 'child_process_id', 'parents',
      'left join process p on p.process_id = $.parent_process_id
       left join dependency_type_lkup y on y.dependency_type_id = $.dependency_type_id',
      $$p.process_name
        || case when y.dependency_type_name in ('Undefined', 'Hard') then ''
          else coalesce(' (' || y.dependency_type_name || ')', '') end
        || coalesce(': ' || $.note, '')$$),
    ('process_relation', 'child_process_id', 'parents', 'left join process p on p.process_id = $.parent_process_id',
      $$p.process_name
        || ' (' || initcap($.kind) || case when $.declared_at is null then ', reported' else '' end || ')'
        || coalesce(': ' || $.note, '')$$),
    ('process_contact', 'process_id', 'contacts', c.way, c.name),
    ('process_contact_role', 'process_id', 'contacts', c.way, c.name_with_role),
    ('process_dataset_type', 'process_id', 'datasetTypes', d.way, d.name),
    ('process_filter', 'process_id', 'filters',
      a.way || ' left join filter_type_lkup f on f.filter_type_id = $.filter_type_id',
      format($$concat_ws(' ', %s, f.filter_type_code, coalesce($.filter_value_string, $.filter_value_numeric::text),
        '(group ' || nullif($.group_number, 1) || ')')$$, a.name)),
    ('process_alias', 'process_id', 'aliases', '', $$concat_ws(':', nullif($.namespace, ''), $.name)$$),
    ('process_attribute_mapping', 'process_id', 'attributeMappings',
      a.way || ' left join source_object_attribute_lkup w on w.source_object_attribute_id = $.target_object_attribute_id
       left join source_object_lkup wo on wo.source_object_id = w.source_object_id
       left join source_lkup ws on ws.source_id = wo.source_id',
      format($$concat_ws(' → ', %s,
        concat_ws('.', ws.source_name, wo.source_object_name, w.source_object_attribute_name))$$, a.name))
) as link (tbl, owner_id, word, way, name);

-- New names have no blanks at their ends.
select process_tracker.refuse_blank_names('process', 'process_name');

-- What the history records of this folder's tables (history/record-changes.sql).
-- Makes record_process_status_lkup, record_error_type_lkup, record_process_tracking, record_run_group.
select process_tracker.record_lookup(
  'process_status_lkup', 'ProcessStatus', 'process_status_id', 'process_status_name');
select process_tracker.record_lookup('error_type_lkup', 'ErrorType', 'error_type_id', 'error_type_name');

-- The SQL of the name of a run, whose row has this alias: that of its process and its number, if it has none of its
-- own.
create or replace function process_tracker.run_name_sql(alias text) returns text language sql immutable as $$
  select replace(
    $n$coalesce($.process_run_name,
      (select p.process_name from process p where p.process_id = $.process_id) || ' #' || $.process_run_id)$n$,
    '$', alias)
$$;

select process_tracker.record_changes(
  'process_tracking', 'Run', 'process_tracking_id', process_tracker.run_name_sql('$'),
  array['status process_status_id process_status_lkup process_status_name', 'endReason end_reason',
    'number process_run_id', 'links links'],
  born => 'process_status_id');
select process_tracker.record_changes(
  'run_group', 'RunGroup', 'run_group_id', '$.group_key',
  array['name name', 'expectedTotal expected_total', 'closedAt closed_at']);

-- A run group with blanks at an end of its key would be another group, in which nothing has completed.
select process_tracker.refuse_blank_names('run_group', 'group_key');

-- What the history records of this folder's tables (history/record-changes.sql, record-links.sql).
-- Makes record_cluster_tracking_lkup and record_links_cluster_process.
select process_tracker.record_changes('cluster_tracking_lkup', 'Cluster', 'cluster_id', '$.cluster_name',
  array[
    'name cluster_name',
    'maxMemory cluster_max_memory', 'maxMemoryUnit cluster_max_memory_unit',
    'maxProcessing cluster_max_processing', 'maxProcessingUnit cluster_max_processing_unit']);
select process_tracker.record_links(
  '{"kind": "Process", "owner": "process", "key": "process_id", "name": "r.process_name", "touched": true}',
  'cluster_process', 'process_id', 'clusters',
  'left join cluster_tracking_lkup k on k.cluster_id = $.cluster_id',
  $$k.cluster_name || coalesce(' (' || nullif(concat_ws(', ',
      $.needed_memory || ' ' || $.needed_memory_unit,
      $.needed_processing || ' ' || $.needed_processing_unit), '') || ')', '')$$);

-- New names have no blanks at their ends.
select process_tracker.refuse_blank_names('cluster_tracking_lkup', 'cluster_name');

-- What the history records of this folder's tables (history/record-changes.sql, record-links.sql).
-- Makes record_extract_status_lkup, record_extract_compression_type_lkup, record_extract_filetype_lkup,
-- record_filesize_type_lkup, record_extract_tracking.
select process_tracker.record_lookup(
  'extract_status_lkup', 'FileStatus', 'extract_status_id', 'extract_status_name');
select process_tracker.record_lookup(
  'extract_compression_type_lkup', 'CompressionType', 'extract_compression_type_id', 'extract_compression_type');
select process_tracker.record_lookup('extract_filetype_lkup', 'FileType', 'extract_filetype_id', 'extract_filetype');
select process_tracker.record_lookup('filesize_type_lkup', 'FileSizeType', 'filesize_type_id', 'filesize_type_name');
select process_tracker.record_changes(
  'extract_tracking', 'File', 'extract_id', '$.extract_filename',
  array['status extract_status_id extract_status_lkup extract_status_name', 'fileName extract_filename',
    'location extract_location_id location_lkup mask_address(location_name)',
    'registeredAt extract_registration_date_time', 'links links'],
  born => 'extract_status_id');

-- Makes record_links_extract_dependency, record_links_extract_dataset_type, record_links_extract_source,
-- record_links_extract_source_object.
select process_tracker.record_links(
  '{"kind": "File", "owner": "extract_tracking", "key": "extract_id", "name": "r.extract_filename"}',
  link.tbl, link.owner_id, link.word, link.way, link.name)
from process_tracker.way_to_dataset_type() d, process_tracker.way_to_source('source_id') s,
  process_tracker.way_to_object('source_object_id') o, lateral (values
  ('extract_dependency', 'child_extract_id', 'parents',
    'left join extract_tracking e on e.extract_id = $.parent_extract_id', 'e.extract_filename'),
  ('extract_dataset_type', 'extract_id', 'datasetTypes', d.way, d.name),
  ('extract_source', 'extract_id', 'sources', s.way, s.name),
  ('extract_source_object', 'extract_id', 'sourceObjects', o.way, o.name)
) as link (tbl, owner_id, word, way, name);

-- Makes record_links_extract_process_tracking.
select process_tracker.record_links(
  jsonb_build_object('kind', 'Run', 'owner', 'process_tracking', 'key', 'process_tracking_id',
    'name', process_tracker.run_name_sql('r')),
  'extract_process_tracking', 'process_tracking_id', 'files',
  'left join extract_tracking e on e.extract_id = $.extract_tracking_id
          left join extract_status_lkup es on es.extract_status_id = $.extract_process_status_id',
  $$e.extract_filename || coalesce(' (' || es.extract_status_name || ')', '')$$);

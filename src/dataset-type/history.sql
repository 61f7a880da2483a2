-- What the history records of this folder's table (history/record-changes.sql), and how links to a dataset type name
-- it. Makes record_dataset_type_lkup.
select process_tracker.record_lookup('dataset_type_lkup', 'DatasetType', 'dataset_type_id', 'dataset_type');

create or replace function process_tracker.way_to_dataset_type(out way text, out name text) language sql immutable as $$
  values ('left join dataset_type_lkup d on d.dataset_type_id = $.dataset_type_id', 'd.dataset_type')
$$;

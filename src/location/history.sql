-- What the history records of this folder's tables (history/record-changes.sql), and how links to a location name it.
-- Addresses, and names made of them, may hold passwords. Makes record_location_type_lkup, record_location_lkup and
-- record_links_location_alias.
select process_tracker.record_lookup('location_type_lkup', 'LocationType', 'location_type_id', 'location_type_name');
select process_tracker.record_changes('location_lkup', 'Location', 'location_id', 'mask_address($.location_name)',
  array[
    'name mask_address(location_name)', 'path mask_address(location_path)',
    'type location_type_id location_type_lkup location_type_name', 'bucket location_bucket_name',
    'retiredAt retired_at']);
select process_tracker.record_links(
  '{"kind": "Location", "owner": "location_lkup", "key": "location_id", "name": "mask_address(r.location_name)"}',
  'location_alias', 'location_id', 'aliases', '', 'mask_address($.name)');

create or replace function process_tracker.way_to_location(out way text, out name text) language sql immutable as $$
  values ('left join location_lkup lo on lo.location_id = $.location_id', 'mask_address(lo.location_name)')
$$;

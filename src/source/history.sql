-- What the history records of this folder's tables (history/record-changes.sql, record-links.sql), and how links to
-- them name them. Makes record_source_type_lkup, record_character_set_lkup, record_data_type_lkup, record_source_lkup,
-- record_source_object_lkup, record_source_object_attribute_lkup.
select process_tracker.record_lookup('source_type_lkup', 'SourceType', 'source_type_id', 'source_type_name');
select process_tracker.record_lookup('character_set_lkup', 'CharacterSet', 'character_set_id', 'character_set_name');
select process_tracker.record_lookup('data_type_lkup', 'DataType', 'data_type_id', 'data_type');
select process_tracker.record_changes('source_lkup', 'Source', 'source_id', '$.source_name',
  array[
    'name source_name', 'description description',
    'type source_type_id source_type_lkup source_type_name',
    'characterSet character_set_id character_set_lkup character_set_name',
    'links links', 'retiredAt retired_at']);
select process_tracker.record_changes('source_object_lkup', 'SourceObject', 'source_object_id', '$.source_object_name',
  array[
    'name source_object_name', 'description description',
    'source source_id source_lkup source_name',
    'characterSet character_set_id character_set_lkup character_set_name',
    'links links', 'retiredAt retired_at']);
select process_tracker.record_changes(
  'source_object_attribute_lkup', 'SourceObjectAttribute',
  'source_object_attribute_id', '$.source_object_attribute_name',
  array[
    'name source_object_attribute_name', 'description description', 'path attribute_path',
    'dataType data_type_id data_type_lkup data_type', 'length data_length', 'decimals data_decimal',
    'isPii is_pii', 'isKey is_key', 'isFilter is_filter', 'isPartition is_partition',
    'defaultText default_value_string', 'defaultNumber default_value_number',
    'reportedType reported_type', 'ordinal ordinal', 'retiredAt retired_at'],
  in_list => true);

-- The ways from a column of a link to a source, an object or an attribute; the name is written with all that it is
-- in.
create or replace function process_tracker.way_to_source(col text, out way text, out name text)
language sql immutable as $$
  values (format('left join source_lkup s on s.source_id = $.%s', col), 's.source_name')
$$;
create or replace function process_tracker.way_to_object(col text, out way text, out name text)
language sql immutable as $$
  values (format('left join source_object_lkup so on so.source_object_id = $.%s
       left join source_lkup s on s.source_id = so.source_id', col),
    $n$concat_ws('.', s.source_name, so.source_object_name)$n$)
$$;
create or replace function process_tracker.way_to_attribute(col text, out way text, out name text)
language sql immutable as $$
  values (format('left join source_object_attribute_lkup a on a.source_object_attribute_id = $.%s
       left join source_object_lkup so on so.source_object_id = a.source_object_id
       left join source_lkup s on s.source_id = so.source_id', col),
    $n$concat_ws('.', s.source_name, so.source_object_name, a.source_object_attribute_name)$n$)
$$;

-- Makes record_links_source_contact, record_links_source_contact_role, record_links_source_dataset_type,
-- record_links_source_location, record_links_source_alias.
select process_tracker.record_links(
  '{"kind": "Source", "owner": "source_lkup", "key": "source_id", "name": "r.source_name"}',
  link.tbl, 'source_id', link.word, link.way, link.name)
from process_tracker.way_to_contact() c,
process_tracker.way_to_dataset_type() d,
process_tracker.way_to_location() l,
lateral (values
  ('source_contact', 'contacts', c.way, c.name),
  ('source_contact_role', 'contacts', c.way, c.name_with_role),
  ('source_dataset_type', 'datasetTypes', d.way, d.name),
  ('source_location', 'locations', l.way, l.name),
  ('source_alias', 'aliases', '', '$.name')
) as link (tbl, word, way, name);

-- Makes record_links_source_object_contact, record_links_source_object_dataset_type,
-- record_links_source_object_location, record_links_source_object_alias, record_links_source_object_attribute_lkup.
select process_tracker.record_links(
  '{"kind": "SourceObject", "owner": "source_object_lkup", "key": "source_object_id", "name": "r.source_object_name"}',
  link.tbl, 'source_object_id', link.word, link.way, link.name)
from process_tracker.way_to_contact() c,
process_tracker.way_to_dataset_type() d,
process_tracker.way_to_location() l,
process_tracker.way_to_source('source_id') s,
lateral (values
  ('source_object_contact', 'contacts', c.way, c.name_with_role),
  ('source_object_dataset_type', 'datasetTypes', d.way, d.name),
  ('source_object_location', 'locations', l.way, l.name),
  ('source_object_alias', 'aliases', s.way, $$concat_ws('.', s.source_name, $.name)$$),
  ('source_object_attribute_lkup', 'attributes', '', '$.source_object_attribute_name')
) as link (tbl, word, way, name);

-- Makes record_links_source_object_attribute_contact, record_links_source_object_attribute_alias.
select process_tracker.record_links(
  '{"kind": "SourceObjectAttribute", "owner": "source_object_attribute_lkup",
    "key": "source_object_attribute_id", "name": "r.source_object_attribute_name"}',
  link.tbl, 'source_object_attribute_id', link.word, link.way, link.name)
from process_tracker.way_to_contact() c,
lateral (values
  ('source_object_attribute_contact', 'contacts', c.way, c.name_with_role),
  ('source_object_attribute_alias', 'aliases', '', '$.name')
) as link (tbl, word, way, name);

-- New names have no blanks at their ends.
select process_tracker.refuse_blank_names('source_lkup', 'source_name');
select process_tracker.refuse_blank_names('source_object_lkup', 'source_object_name');
select process_tracker.refuse_blank_names('source_object_attribute_lkup', 'source_object_attribute_name');

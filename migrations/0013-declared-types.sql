-- Who declared the data type of a column: the process, and whether it writes or reads it, or a person. No foreign key:
-- that a process was deleted is seen where it matters, which is where types differ.
set local search_path = process_tracker, pg_temp;

alter table source_object_attribute_lkup
  add column if not exists data_type_process_id int,
  add column if not exists data_type_origin text
    constraint source_object_attribute_lkup_data_type_origin_check check (data_type_origin in ('read', 'write', 'person'));

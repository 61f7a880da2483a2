-- A data store as ProcessTracker 0.9.0 makes it on PostgreSQL, written from the facts about that store: serial keys, varchar, naive times,
-- its own names of indexes and keys, its update trigger. `takeover.test.ts` fills it and takes it over.
create schema process_tracker;
set search_path = process_tracker;

create table process (process_id serial, process_name varchar(250) not null, total_record_count integer not null default 0,
  process_type_id integer, process_tool_id integer, last_failed_run_date_time timestamp not null default '1900-01-01 00:00:00',
  schedule_frequency_id integer not null default 0, last_completed_run_date_time timestamp not null default '1900-01-01 00:00:00',
  last_errored_run_date_time timestamp not null default '1900-01-01 00:00:00', constraint process_pk primary key (process_id));
create table process_tracking (process_tracking_id serial, process_id integer not null, process_status_id integer not null,
  process_run_id integer not null default 0, process_run_low_date_time timestamp, process_run_high_date_time timestamp,
  process_run_start_date_time timestamp not null, process_run_end_date_time timestamp, process_run_record_count integer default 0,
  process_run_actor_id integer, is_latest_run boolean default false, process_run_name varchar(250), process_run_insert_count integer not
  null default 0, process_run_update_count integer not null default 0, constraint process_tracking_pk primary key (process_tracking_id));
create table process_dependency (parent_process_id integer not null, child_process_id integer not null, dependency_type_id integer not
  null default 1, constraint process_dependency_pk primary key (child_process_id, parent_process_id));
create table process_filter (process_filter_id serial, process_id integer not null, source_object_attribute_id integer not null,
  filter_type_id integer not null, filter_value_string varchar(250), filter_value_numeric numeric, constraint process_filter_pk primary
  key (process_filter_id));
create table process_contact (process_id integer not null, contact_id integer not null, constraint process_contact_pk primary key
  (process_id, contact_id));
create table process_dataset_type (process_id integer not null, dataset_type_id integer not null, constraint process_dataset_type_pk
  primary key (process_id, dataset_type_id));
create table process_source (source_id integer not null, process_id integer not null, constraint process_source_pk primary key
  (source_id, process_id));
create table process_source_object (process_id integer not null, source_object_id integer not null, constraint process_source_object_pk
  primary key (process_id, source_object_id));
create table process_source_object_attribute (process_id integer not null, source_object_attribute_id integer not null,
  source_object_attribute_alias varchar(250), source_object_attribute_expression varchar(250), constraint
  process_source_object_attribute_pk primary key (process_id, source_object_attribute_id));
create table process_target (target_source_id integer not null, process_id integer not null, constraint process_target_pk primary key
  (target_source_id, process_id));
create table process_target_object (process_id integer not null, target_object_id integer not null, constraint process_target_object_pk
  primary key (process_id, target_object_id));
create table process_target_object_attribute (process_id integer not null, target_object_attribute_id integer not null,
  target_object_attribute_alias varchar(250), target_object_attribute_expression varchar(250), constraint
  process_target_object_attribute_pk primary key (process_id, target_object_attribute_id));
create table extract_tracking (extract_id serial, extract_filename varchar(750) not null, extract_location_id integer not null,
  extract_process_run_id integer, extract_status_id integer, extract_registration_date_time timestamp not null,
  extract_write_low_date_time timestamp, extract_write_high_date_time timestamp, extract_write_record_count integer,
  extract_load_low_date_time timestamp, extract_load_high_date_time timestamp, extract_load_record_count integer,
  extract_compression_type_id integer, extract_filetype_id integer, extract_filesize numeric, extract_filesize_type_id integer, constraint
  extract_tracking_pk primary key (extract_id));
create table extract_process_tracking (extract_tracking_id integer not null, process_tracking_id integer not null,
  extract_process_event_date_time timestamptz not null, extract_process_status_id integer, constraint extract_process_tracking_pk primary
  key (process_tracking_id, extract_tracking_id));
create table extract_dependency (parent_extract_id integer not null, child_extract_id integer not null, dependency_type_id integer not
  null default 1, constraint extract_dependency_pk primary key (parent_extract_id, child_extract_id));
create table extract_dataset_type (extract_id integer not null, dataset_type_id integer not null, constraint extract_dataset_type_pk
  primary key (extract_id, dataset_type_id));
create table extract_source (extract_id integer not null, source_id integer not null, constraint extract_source_pk primary key
  (extract_id, source_id));
create table extract_source_object (extract_id integer not null, source_object_id integer not null, constraint extract_source_object_pk
  primary key (extract_id, source_object_id));
create table location_lkup (location_id serial, location_name varchar(750) not null, location_path varchar(750) not null,
  location_type_id integer not null, location_file_count integer, location_bucket_name varchar(750), constraint location_lkup_pk primary
  key (location_id));
create table location_type_lkup (location_type_id serial, location_type_name varchar(25) not null, constraint location_type_lkup_pk
  primary key (location_type_id));
create table error_tracking (error_tracking_id serial, error_type_id integer not null, process_tracking_id integer not null,
  error_description varchar(750), error_occurrence_date_time timestamp not null, constraint error_tracking_pk primary key
  (error_tracking_id));
create table error_type_lkup (error_type_id serial, error_type_name varchar(250) not null, constraint error_type_lkup_pk primary key
  (error_type_id));
create table source_lkup (source_id serial, source_name varchar(250) not null, source_type_id integer not null default 1,
  character_set_id integer, constraint source_lkup_pk primary key (source_id));
create table source_object_lkup (source_object_id serial, source_id integer not null, source_object_name varchar(250), character_set_id
  integer, constraint source_object_lkup_pk primary key (source_object_id));
create table source_object_attribute_lkup (source_object_attribute_id serial, source_object_attribute_name varchar(250) not null,
  source_object_id integer, attribute_path varchar(750), data_type_id integer, data_length integer, data_decimal integer, is_pii boolean
  not null default false, default_value_string varchar(250), default_value_number numeric, is_key boolean not null default false,
  is_filter boolean not null default false, is_partition boolean not null default false, constraint source_object_attribute_pk primary key
  (source_object_attribute_id));
create table source_contact (source_id integer not null, contact_id integer not null, constraint source_contact_pk primary key
  (source_id, contact_id));
create table source_dataset_type (source_id integer not null, dataset_type_id integer not null, constraint source_dataset_type_pk
  primary key (source_id, dataset_type_id));
create table source_object_dataset_type (source_object_id integer not null, dataset_type_id integer not null, constraint
  source_object_dataset_type_pk primary key (source_object_id, dataset_type_id));
create table source_location (source_id integer not null, location_id integer not null, constraint source_location_pk primary key
  (source_id, location_id));
create table source_object_location (source_object_id integer not null, location_id integer not null, constraint
  source_object_location_pk primary key (source_object_id, location_id));
create table cluster_tracking_lkup (cluster_id serial, cluster_name varchar(250) not null, cluster_max_memory integer,
  cluster_max_memory_unit char(2), cluster_max_processing integer, cluster_max_processing_unit varchar(3), cluster_current_memory_usage
  integer, cluster_current_process_usage integer, constraint cluster_tracking_pk primary key (cluster_id));
create table cluster_process (cluster_id integer not null, process_id integer not null, constraint cluster_process_pk primary key
  (cluster_id, process_id));
create table actor_lkup (actor_id serial, actor_name varchar(250) not null, constraint actor_lkup_pk primary key (actor_id));
create table tool_lkup (tool_id serial, tool_name varchar(250) not null, constraint tool_lkup_pk primary key (tool_id));
create table contact_lkup (contact_id serial, contact_name varchar(250) not null, contact_email varchar(750), constraint contact_lkup_pk
  primary key (contact_id));
create table process_type_lkup (process_type_id serial, process_type_name varchar(250) not null, constraint process_type_lkup_pk primary
  key (process_type_id));
create table process_status_lkup (process_status_id serial, process_status_name varchar(75) not null, constraint process_status_lkup_pk
  primary key (process_status_id));
create table extract_status_lkup (extract_status_id serial, extract_status_name varchar(75) not null, constraint extract_status_lkup_pk
  primary key (extract_status_id));
create table extract_compression_type_lkup (extract_compression_type_id serial, extract_compression_type varchar(25) not null,
  constraint extract_compression_type_lkup_pk primary key (extract_compression_type_id));
create table extract_filetype_lkup (extract_filetype_id serial, extract_filetype_code varchar(25) not null, extract_filetype varchar(75)
  not null, delimiter_char char(1), quote_char char(1), escape_char char(1), constraint extract_filetype_lkup_pk primary key
  (extract_filetype_id));
create table filesize_type_lkup (filesize_type_id serial, filesize_type_name varchar(75) not null, filesize_type_code char(2) not null,
  constraint filesize_type_lkup_pk primary key (filesize_type_id));
create table filter_type_lkup (filter_type_id serial, filter_type_code varchar(3) not null, filter_type_name varchar(75) not null,
  constraint filter_type_lkup_pk primary key (filter_type_id));
create table dataset_type_lkup (dataset_type_id serial, dataset_type varchar(250), constraint dataset_type_lkup_pk primary key
  (dataset_type_id));
create table data_type_lkup (data_type_id serial, data_type varchar(75) not null, constraint data_type_lkup_pk primary key
  (data_type_id));
create table character_set_lkup (character_set_id serial, character_set_name varchar(75) not null, constraint character_set_lkup_pk
  primary key (character_set_id));
create table source_type_lkup (source_type_id serial, source_type_name varchar(75) not null, constraint source_type_lkup_pk primary key
  (source_type_id));
create table dependency_type_lkup (dependency_type_id serial, dependency_type_name varchar(75) not null, constraint
  dependency_type_lkup_pk primary key (dependency_type_id));
create table schedule_frequency_lkup (schedule_frequency_id serial, schedule_frequency_name varchar(25) not null, constraint
  schedule_frequency_lkup_pk primary key (schedule_frequency_id));
create table system_lkup (system_id serial, system_key varchar(250) not null, system_value varchar(250) not null, constraint
  system_lkup_pk primary key (system_id));

create unique index process_udx01 on process (process_name);
create unique index process_tracking_udx01 on process_tracking (process_run_name);
create index process_tracking_idx01 on process_tracking (process_id, process_status_id);
create index process_tracking_idx02 on process_tracking (process_run_start_date_time, process_run_end_date_time);
create index process_tracking_idx03 on process_tracking (process_run_low_date_time, process_run_high_date_time);
create unique index process_filter_udx01 on process_filter (process_id, source_object_attribute_id, filter_type_id);
create unique index location_lkup_udx01 on location_lkup (location_name);
create unique index location_lkup_udx02 on location_lkup (location_path);
create unique index location_type_lkup_udx01 on location_type_lkup (location_type_name);
create index error_tracking_idx01 on error_tracking (process_tracking_id, error_type_id);
create unique index error_type_lkup_udx01 on error_type_lkup (error_type_name);
create unique index source_lkup_udx01 on source_lkup (source_name);
create unique index source_object_lkup_udx01 on source_object_lkup (source_id, source_object_name);
create unique index source_object_attribute_udx01 on source_object_attribute_lkup (source_object_id, source_object_attribute_name);
create unique index cluster_tracking_cluster_name_uindex on cluster_tracking_lkup (cluster_name);
create unique index actor_lkup_udx01 on actor_lkup (actor_name);
create unique index tool_lkup_tool_udx01 on tool_lkup (tool_name);
create unique index contact_lkup_contact_email_uindex on contact_lkup (contact_email);
create unique index contact_lkup_contact_name_uindex on contact_lkup (contact_name);
create unique index process_type_lkup_udx01 on process_type_lkup (process_type_name);
create unique index process_status_lkup_udx01 on process_status_lkup (process_status_name);
create unique index extract_status_lkup_extract_status_name_uindex on extract_status_lkup (extract_status_name);
create unique index extract_compression_type_lkup_extract_compression_type_uindex on extract_compression_type_lkup (extract_compression_type);
create unique index extract_filetype_lkup_extract_filetype_uindex on extract_filetype_lkup (extract_filetype);
create unique index filesize_type_lkup_filesize_type_code_uindex on filesize_type_lkup (filesize_type_code);
create unique index filesize_type_lkup_filesize_type_name_uindex on filesize_type_lkup (filesize_type_name);
create unique index filesize_type_lkup_udx03 on filesize_type_lkup (filesize_type_code, filesize_type_name);
create unique index filter_type_lkup_filter_type_code_uindex on filter_type_lkup (filter_type_code);
create unique index filter_type_lkup_filter_type_name_uindex on filter_type_lkup (filter_type_name);
create unique index dataset_type_lkup_dataset_type_uindex on dataset_type_lkup (dataset_type);
create unique index data_type_lkup_data_type_uindex on data_type_lkup (data_type);
create unique index character_set_lkup_character_set_name_uindex on character_set_lkup (character_set_name);
create unique index source_type_lkup_source_type_name_uindex on source_type_lkup (source_type_name);
create unique index dependency_type_lkup_dependency_type_name_uindex on dependency_type_lkup (dependency_type_name);
create unique index schedule_frequency_lkup_schedule_frequency_name_uindex on schedule_frequency_lkup (schedule_frequency_name);
create unique index system_lkup_system_key_uindex on system_lkup (system_key);

alter table process add constraint process_fk02 foreign key (process_type_id) references process_type_lkup (process_type_id);
alter table process add constraint process_fk03 foreign key (process_tool_id) references tool_lkup (tool_id);
alter table process add constraint process_fk04 foreign key (schedule_frequency_id) references schedule_frequency_lkup
  (schedule_frequency_id);
alter table process_tracking add constraint process_tracking_fk01 foreign key (process_id) references process (process_id);
alter table process_tracking add constraint process_tracking_fk02 foreign key (process_status_id) references process_status_lkup
  (process_status_id);
alter table process_tracking add constraint process_tracking_fk03 foreign key (process_run_actor_id) references actor_lkup (actor_id);
alter table process_dependency add constraint process_dependency_fk01 foreign key (parent_process_id) references process (process_id);
alter table process_dependency add constraint process_dependency_fk02 foreign key (child_process_id) references process (process_id);
alter table process_dependency add constraint process_dependency_fk03 foreign key (dependency_type_id) references dependency_type_lkup
  (dependency_type_id);
alter table process_filter add constraint process_filter_fk01 foreign key (process_id) references process (process_id);
alter table process_filter add constraint process_filter_fk02 foreign key (source_object_attribute_id) references
  source_object_attribute_lkup (source_object_attribute_id);
alter table process_filter add constraint process_filter_fk03 foreign key (filter_type_id) references filter_type_lkup (filter_type_id);
alter table process_contact add constraint process_contact_fk01 foreign key (process_id) references process (process_id);
alter table process_contact add constraint process_contact_fk02 foreign key (contact_id) references contact_lkup (contact_id);
alter table process_dataset_type add constraint process_dataset_type_fk01 foreign key (process_id) references process (process_id);
alter table process_dataset_type add constraint process_dataset_type_fk02 foreign key (dataset_type_id) references dataset_type_lkup
  (dataset_type_id);
alter table process_source add constraint process_source_fk01 foreign key (source_id) references source_lkup (source_id);
alter table process_source add constraint process_source_fk02 foreign key (process_id) references process (process_id);
alter table process_source_object add constraint process_source_object_fk01 foreign key (process_id) references process (process_id);
alter table process_source_object add constraint process_source_object_fk02 foreign key (source_object_id) references source_object_lkup
  (source_object_id);
alter table process_source_object_attribute add constraint process_source_object_attribute_fk01 foreign key (process_id) references
  process (process_id);
alter table process_source_object_attribute add constraint process_source_object_attribute_fk02 foreign key (source_object_attribute_id)
  references source_object_attribute_lkup (source_object_attribute_id);
alter table process_target add constraint process_target_fk01 foreign key (target_source_id) references source_lkup (source_id);
alter table process_target add constraint process_target_fk02 foreign key (process_id) references process (process_id);
alter table process_target_object add constraint process_target_object_fk01 foreign key (process_id) references process (process_id);
alter table process_target_object add constraint process_target_object_fk02 foreign key (target_object_id) references source_object_lkup
  (source_object_id);
alter table process_target_object_attribute add constraint process_target_object_attribute_fk01 foreign key (process_id) references
  process (process_id);
alter table process_target_object_attribute add constraint process_target_object_attribute_fk02 foreign key (target_object_attribute_id)
  references source_object_attribute_lkup (source_object_attribute_id);
alter table extract_tracking add constraint extract_tracking_fk01 foreign key (extract_location_id) references location_lkup
  (location_id);
alter table extract_tracking add constraint extract_tracking_fk02 foreign key (extract_status_id) references extract_status_lkup
  (extract_status_id);
alter table extract_tracking add constraint extract_tracking_fk03 foreign key (extract_process_run_id) references process_tracking
  (process_tracking_id);
alter table extract_tracking add constraint extract_tracking_fk04 foreign key (extract_compression_type_id) references
  extract_compression_type_lkup (extract_compression_type_id);
alter table extract_tracking add constraint extract_tracking_fk05 foreign key (extract_filetype_id) references extract_filetype_lkup
  (extract_filetype_id);
alter table extract_tracking add constraint extract_tracking_fk06 foreign key (extract_filesize_type_id) references filesize_type_lkup
  (filesize_type_id);
alter table extract_process_tracking add constraint extract_process_tracking_fk01 foreign key (extract_tracking_id) references
  extract_tracking (extract_id);
alter table extract_process_tracking add constraint extract_process_tracking_fk02 foreign key (process_tracking_id) references
  process_tracking (process_tracking_id);
alter table extract_process_tracking add constraint extract_process_tracking_fk03 foreign key (extract_process_status_id) references
  extract_status_lkup (extract_status_id);
alter table extract_dependency add constraint extract_dependency_fk01 foreign key (parent_extract_id) references extract_tracking
  (extract_id);
alter table extract_dependency add constraint extract_dependency_fk02 foreign key (child_extract_id) references extract_tracking
  (extract_id);
alter table extract_dependency add constraint extract_dependency_fk03 foreign key (dependency_type_id) references dependency_type_lkup
  (dependency_type_id);
alter table extract_dataset_type add constraint extract_dataset_type_fk01 foreign key (extract_id) references extract_tracking
  (extract_id);
alter table extract_dataset_type add constraint extract_dataset_type_fk02 foreign key (dataset_type_id) references dataset_type_lkup
  (dataset_type_id);
alter table extract_source add constraint extract_source_fk01 foreign key (source_id) references source_lkup (source_id);
alter table extract_source add constraint extract_source_fk02 foreign key (extract_id) references extract_tracking (extract_id);
alter table extract_source_object add constraint extract_source_object_fk01 foreign key (extract_id) references extract_tracking
  (extract_id);
alter table extract_source_object add constraint extract_source_object_fk02 foreign key (source_object_id) references source_object_lkup
  (source_object_id);
alter table location_lkup add constraint location_lkup_fk01 foreign key (location_type_id) references location_type_lkup
  (location_type_id);
alter table source_lkup add constraint source_lkup_fk01 foreign key (source_type_id) references source_type_lkup (source_type_id);
alter table source_lkup add constraint source_lkup_fk02 foreign key (character_set_id) references character_set_lkup (character_set_id);
alter table source_object_lkup add constraint source_object_lkup_fk01 foreign key (source_id) references source_lkup (source_id);
alter table source_object_lkup add constraint source_object_lkup_fk02 foreign key (character_set_id) references character_set_lkup
  (character_set_id);
alter table source_object_attribute_lkup add constraint source_object_attribute_fk01 foreign key (source_object_id) references
  source_object_lkup (source_object_id);
alter table source_object_attribute_lkup add constraint source_object_attribute_fk02 foreign key (data_type_id) references data_type_lkup
  (data_type_id);
alter table source_contact add constraint source_contact_fk01 foreign key (source_id) references source_lkup (source_id);
alter table source_contact add constraint source_contact_fk02 foreign key (contact_id) references contact_lkup (contact_id);
alter table source_dataset_type add constraint source_dataset_type_fk01 foreign key (source_id) references source_lkup (source_id);
alter table source_dataset_type add constraint source_dataset_type_fk02 foreign key (dataset_type_id) references dataset_type_lkup
  (dataset_type_id);
alter table source_object_dataset_type add constraint source_object_dataset_type_fk01 foreign key (source_object_id) references
  source_object_lkup (source_object_id);
alter table source_object_dataset_type add constraint source_object_dataset_type_fk02 foreign key (dataset_type_id) references
  dataset_type_lkup (dataset_type_id);
alter table source_location add constraint source_location_fk01 foreign key (source_id) references source_lkup (source_id);
alter table source_location add constraint source_location_fk02 foreign key (location_id) references location_lkup (location_id);
alter table source_object_location add constraint source_object_location_fk01 foreign key (source_object_id) references source_object_lkup
  (source_object_id);
alter table source_object_location add constraint source_object_location_fk02 foreign key (location_id) references location_lkup
  (location_id);
alter table cluster_process add constraint cluster_process_fk01 foreign key (cluster_id) references cluster_tracking_lkup (cluster_id);
alter table cluster_process add constraint cluster_process_fk02 foreign key (process_id) references process (process_id);

-- The four audit columns are the last of every table. One trigger stands on the wrong table, as in the original.
do $$
declare at record;
begin
  for at in select tablename as name from pg_tables where schemaname = 'process_tracker' loop
    execute format('alter table %I add created_date_time timestamptz not null default current_timestamp, add created_by integer not null default 0,
      add update_date_time timestamptz not null default current_timestamp, add updated_by integer not null default 0', at.name);
  end loop;
end $$;
create function update_date_time_trigger() returns trigger language plpgsql as $$
begin
  new.update_date_time := now();
  return new;
end $$;
do $$
declare at record;
begin
  for at in select tablename as name from pg_tables where schemaname = 'process_tracker' and tablename <> 'location_type_lkup' loop
    execute format('create trigger %I before update on %I for each row execute function update_date_time_trigger()', at.name || '_update_date_time_trg',
      case at.name when 'location_lkup' then 'location_type_lkup' else at.name end);
  end loop;
end $$;

insert into error_type_lkup (error_type_name) values ('File Error'), ('Data Error'), ('Process Error');
insert into process_type_lkup (process_type_name) values ('Extract'), ('Load');
insert into process_status_lkup (process_status_name) values ('running'), ('completed'), ('failed'), ('on hold');
insert into extract_status_lkup (extract_status_name) values
  ('initializing'), ('ready'), ('loading'), ('loaded'), ('archived'), ('deleted'), ('error');
insert into system_lkup (system_key, system_value) values ('version', '0.9.0');
-- These seven are seeded with explicit numbers, so their sequences still stand at 1.
insert into extract_compression_type_lkup (extract_compression_type_id, extract_compression_type) values (1, 'zip');
insert into extract_filetype_lkup (extract_filetype_id, extract_filetype_code, extract_filetype, delimiter_char, quote_char, escape_char)
  values (1, 'csv', 'Comma Separated Values', ',', '"', '/');
insert into filesize_type_lkup (filesize_type_id, filesize_type_name, filesize_type_code)
  values (1, 'kilobytes', 'KB'), (2, 'megabytes', 'MB'), (3, 'gigabytes', 'GB'), (4, 'bytes', 'B');
insert into filter_type_lkup (filter_type_id, filter_type_code, filter_type_name) values (1, 'eq', 'equal to'), (2, 'lt', 'less than'),
  (3, 'gt', 'greater than'), (4, 'lte', 'less than or equal'), (5, 'gte', 'greater than or equal'), (6, 'not', 'not equal'), (7, 'lke', 'like'),
  (8, 'in', 'in set');
insert into source_type_lkup (source_type_id, source_type_name) values (1, 'Undefined'), (2, 'Database'), (3, 'Internal'), (4, 'External');
insert into dependency_type_lkup (dependency_type_id, dependency_type_name) values (1, 'Undefined'), (2, 'Hard'), (3, 'Soft');
insert into schedule_frequency_lkup (schedule_frequency_id, schedule_frequency_name)
  values (0, 'unscheduled'), (1, 'hourly'), (2, 'daily'), (3, 'weekly'), (4, 'monthly'), (5, 'quarterly'), (6, 'annually');

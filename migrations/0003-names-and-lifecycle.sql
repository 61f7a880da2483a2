-- Things can be renamed, retired and deleted: other names of sources, attributes and locations; when a thing was retired. What processes need of a cluster.
set local search_path = process_tracker, pg_temp;

alter table process add column if not exists retired_at timestamptz;
alter table source_lkup add column if not exists retired_at timestamptz;
alter table source_object_lkup add column if not exists retired_at timestamptz;
alter table source_object_attribute_lkup add column if not exists retired_at timestamptz;
alter table location_lkup add column if not exists retired_at timestamptz;

-- Small, mostly empty: each new link asks them whether anything is retired at all.
create index if not exists process_retired_index on process (process_id) where retired_at is not null;
create index if not exists source_lkup_retired_index on source_lkup (source_id) where retired_at is not null;
create index if not exists source_object_lkup_retired_index on source_object_lkup (source_object_id) where retired_at is not null;
create index if not exists source_object_attribute_lkup_retired_index on source_object_attribute_lkup (source_object_attribute_id) where retired_at is not null;
create index if not exists location_lkup_retired_index on location_lkup (location_id) where retired_at is not null;

create table if not exists source_alias (
  name text collate "C" primary key,
  source_id int not null constraint source_alias_source_id_foreign references source_lkup on delete cascade
);
create index if not exists source_alias_source_id_index on source_alias (source_id);
create table if not exists source_object_attribute_alias (
  source_object_id int constraint source_object_attribute_alias_source_object_id_foreign references source_object_lkup on delete cascade,
  name text collate "C",
  source_object_attribute_id int not null
    constraint source_object_attribute_alias_source_object_attr_aea2b_foreign references source_object_attribute_lkup on delete cascade,
  primary key (source_object_id, name)
);
create index if not exists source_object_attribute_alias_source_object_attribute_id_index on source_object_attribute_alias (source_object_attribute_id);
create table if not exists location_alias (
  name text collate "C" primary key,
  location_id int not null constraint location_alias_location_id_foreign references location_lkup on delete cascade
);
create index if not exists location_alias_location_id_index on location_alias (location_id);

alter table cluster_process add column if not exists needed_memory int;
alter table cluster_process add column if not exists needed_memory_unit text collate "C";
alter table cluster_process add column if not exists needed_processing int;
alter table cluster_process add column if not exists needed_processing_unit text collate "C";

-- Relations between processes that are softer than a hard dependency, and why a dependency stands.
set local search_path = process_tracker, pg_temp;

alter table process_dependency add column if not exists note text collate "C";

create table if not exists process_relation (
  parent_process_id int constraint process_relation_parent_process_id_foreign references process on delete cascade,
  child_process_id int constraint process_relation_child_process_id_foreign references process on delete cascade,
  kind text collate "C" constraint process_relation_kind check (kind in ('soft', 'parent', 'control', 'data')),
  note text collate "C",
  declared_by text collate "C",
  declared_at timestamptz,
  first_seen timestamptz,
  last_seen timestamptz,
  primary key (parent_process_id, child_process_id, kind),
  constraint process_relation_not_self check (child_process_id <> parent_process_id)
);
create index if not exists process_relation_child_process_id_parent_process_id_kind_index
  on process_relation (child_process_id, parent_process_id, kind);

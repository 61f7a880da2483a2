-- The conditions of a process in groups, and the lists of those that compare with a set.

set local search_path = process_tracker, pg_temp;

-- Clients that know no groups write conditions that all hold: one group.
alter table process_filter add column if not exists group_number int not null default 1;

create table if not exists process_filter_value (
  process_filter_id int constraint process_filter_value_process_filter_id_foreign references process_filter on delete cascade,
  position int,
  filter_value_string text collate "C",
  filter_value_numeric numeric,
  primary key (process_filter_id, position)
);

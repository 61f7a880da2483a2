-- A dataset type of a process is one of the files that its runs are linked to: of those that are there when the type
-- comes, and of those that are linked later, by all clients (see catalogue/spread-dataset-types.sql).
create or replace function process_tracker.spread_types_to_extracts() returns trigger language plpgsql
set search_path = process_tracker, pg_temp set jit = off as $$
begin
  insert into extract_dataset_type (extract_id, dataset_type_id)
    select distinct l.extract_tracking_id, n.dataset_type_id
    from new_rows n
    join process_tracking r using (process_id)
    join extract_process_tracking l using (process_tracking_id)
    order by 1, 2
    on conflict do nothing;
  return null;
end $$;
create or replace trigger spread_to_extracts after insert on process_tracker.process_dataset_type
  referencing new table as new_rows
  for each statement execute function process_tracker.spread_types_to_extracts();

create or replace function process_tracker.spread_types_to_linked_extracts() returns trigger language plpgsql
set search_path = process_tracker, pg_temp set jit = off as $$
begin
  -- Mostly there is none: then the history gets no empty statement to look at.
  if exists (
      select
      from new_rows n
      join process_tracking r using (process_tracking_id)
      join process_dataset_type d using (process_id)) then
    insert into extract_dataset_type (extract_id, dataset_type_id)
      select distinct n.extract_tracking_id, d.dataset_type_id
      from new_rows n
      join process_tracking r using (process_tracking_id)
      join process_dataset_type d using (process_id)
      order by 1, 2
      on conflict do nothing;
  end if;
  return null;
end $$;
create or replace trigger spread_dataset_types after insert on process_tracker.extract_process_tracking
  referencing new table as new_rows
  for each statement execute function process_tracker.spread_types_to_linked_extracts();

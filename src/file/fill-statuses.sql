-- Python clients insert a file and its link to the run without a status and set it in the next transaction, if they
-- live that long. The name of the status is looked up, because its number may differ from store to store.
create or replace function process_tracker.fill_extract_status() returns trigger language plpgsql as $$
begin
  new.extract_status_id := (
    select s.extract_status_id
    from process_tracker.extract_status_lkup s
    where s.extract_status_name = 'initializing');
  return new;
end $$;
create or replace trigger fill_status before insert on process_tracker.extract_tracking for each row
  when (new.extract_status_id is null) execute function process_tracker.fill_extract_status();

create or replace function process_tracker.fill_extract_process_status() returns trigger language plpgsql as $$
begin
  new.extract_process_status_id := (
    select s.extract_status_id
    from process_tracker.extract_status_lkup s
    where s.extract_status_name = 'initializing');
  return new;
end $$;
create or replace trigger fill_status before insert on process_tracker.extract_process_tracking for each row
  when (new.extract_process_status_id is null) execute function process_tracker.fill_extract_process_status();

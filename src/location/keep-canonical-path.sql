-- Beside each path stands the one that all spellings of its place have, whoever writes it. When these functions change,
-- the paths change with them.
create or replace function process_tracker.keep_canonical_path()
returns trigger language plpgsql set search_path = process_tracker, pg_temp as $$
begin
  new.canonical_path := process_tracker.canonical_path(new.location_path);
  return new;
end $$;
create or replace trigger keep_canonical_path before insert or update on process_tracker.location_lkup for each row
  execute function process_tracker.keep_canonical_path();
update process_tracker.location_lkup set canonical_path = process_tracker.canonical_path(location_path)
  where canonical_path is distinct from process_tracker.canonical_path(location_path);

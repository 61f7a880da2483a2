-- The exact instant beside ProcessTracker's naive time of registration, as for runs (run/report/keep-instants.sql).
create or replace function process_tracker.keep_registration_instant() returns trigger language plpgsql as $$
begin
  new.registered_at := process_tracker.store_instant(new.extract_registration_date_time);
  return new;
end $$;
create or replace trigger keep_instants_insert before insert on process_tracker.extract_tracking for each row
  when (new.registered_at is null) execute function process_tracker.keep_registration_instant();
create or replace trigger keep_instants_update before update on process_tracker.extract_tracking
  for each row when (
    old.extract_registration_date_time is distinct from new.extract_registration_date_time
    and new.registered_at is not distinct from old.registered_at)
  execute function process_tracker.keep_registration_instant();

create or replace function process_tracker.fill_registration_instants() returns void language sql as $$
  update process_tracker.extract_tracking set
      registered_at = process_tracker.store_instant(extract_registration_date_time)
    where registered_at is null;
$$;

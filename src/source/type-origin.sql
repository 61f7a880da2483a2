-- A data type that is set without its declarer is set by a person, or by a client that does not know of declarers:
-- registrations say who declares it (process/registration/put-rows.sql).
create or replace function process_tracker.set_type_origin()
returns trigger language plpgsql set search_path = process_tracker, pg_temp set jit = off as $$
begin
  if coalesce(current_setting('waybill.declaring', true), '') = '' then
    new.data_type_process_id := null;
    new.data_type_origin := case
      when new.data_type_id is not null and coalesce(current_setting('waybill.actor', true), '') <> ''
        then 'person' end;
  end if;
  return new;
end $$;

create or replace trigger set_type_origin_insert before insert on process_tracker.source_object_attribute_lkup
  for each row
  when (new.data_type_id is not null and new.data_type_origin is null)
  execute function process_tracker.set_type_origin();
create or replace trigger set_type_origin_update before update on process_tracker.source_object_attribute_lkup
  for each row
  when (new.data_type_id is distinct from old.data_type_id)
  execute function process_tracker.set_type_origin();

-- The number of the actor with this name, who is made if there is none yet.
create or replace function process_tracker.actor_number(name text) returns integer language plpgsql as $$
declare
  id integer;
begin
  -- The caller of this transaction is known already (begin-write.sql).
  if name = current_setting('waybill.actor', true) and current_setting('waybill.actor_id', true) <> '' then
    return current_setting('waybill.actor_id');
  end if;
  loop
    -- Looked up first: an insert that finds its name taken would use up a number of the sequence each time.
    select a.actor_id into id
    from process_tracker.actor_lkup a
    where a.actor_name = name;
    exit when found;
    insert into process_tracker.actor_lkup (actor_name)
    values (name)
    on conflict (actor_name) do nothing
    returning actor_id into id;
    exit when found;
  end loop;
  return id;
end $$;

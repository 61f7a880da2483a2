-- The number of the actor with this name, who is made if there is none yet.
create or replace function process_tracker.actor_number(name text) returns integer language plpgsql as $$
declare
  id integer;
begin
  loop
    -- Looked up first: an insert that finds its name taken would use up a number of the sequence each time.
    select a.actor_id into id from process_tracker.actor_lkup a where a.actor_name = name;
    exit when found;
    insert into process_tracker.actor_lkup (actor_name) values (name) on conflict (actor_name) do nothing returning actor_id into id;
    exit when found;
  end loop;
  return id;
end $$;

-- Every transaction of Waybill that writes starts with this: it says who writes, why and by what way, for the triggers of this folder.
-- Answers the actor's number. The settings end with the transaction. Without an actor nothing is set: such a change counts as plain SQL.
create or replace function process_tracker.begin_write(actor text, reason text, origin text) returns integer language plpgsql as $$
declare
  id integer;
begin
  perform set_config('waybill.actor', coalesce(actor, ''), true), set_config('waybill.actor_id', '', true),
    set_config('waybill.reason', coalesce(reason, ''), true), set_config('waybill.origin', coalesce(origin, ''), true), set_config('waybill.retired', '', true),
    set_config('waybill.evidence', '', true);
  if coalesce(actor, '') = '' then
    return null;
  end if;
  id := process_tracker.actor_number(actor);
  -- Whether new links have to be looked at (process/refuse-retired.sql): asked once here, since mostly nothing is retired.
  if exists (select from process_tracker.process where retired_at is not null) or exists (select from process_tracker.source_lkup where retired_at is not null)
    or exists (select from process_tracker.source_object_lkup where retired_at is not null)
    or exists (select from process_tracker.source_object_attribute_lkup where retired_at is not null)
    or exists (select from process_tracker.location_lkup where retired_at is not null) then
    perform set_config('waybill.retired', 'some', true);
  end if;
  perform set_config('waybill.actor_id', id::text, true);
  return id;
end $$;

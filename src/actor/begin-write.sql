-- Every transaction of Waybill that writes starts with this: it says who writes, why and by what way, for the triggers
-- of history/. Answers the actor's number. The settings end with the transaction. Without an actor nothing is set: such
-- a change counts as plain SQL.
create or replace function process_tracker.begin_write(actor text, reason text, origin text)
returns integer language plpgsql as $$
declare
  id integer;
begin
  perform set_config('waybill.actor', coalesce(actor, ''), true), set_config('waybill.actor_id', '', true),
    set_config('waybill.reason', coalesce(reason, ''), true), set_config('waybill.origin', coalesce(origin, ''), true),
    set_config('waybill.retired', '', true),
    set_config('waybill.evidence', '', true);
  if coalesce(actor, '') = '' then
    return null;
  end if;
  id := process_tracker.actor_number(actor);
  -- Whether anything is retired is looked up when a link is made (catalogue/refuse-retired.sql).
  perform set_config('waybill.actor_id', id::text, true), set_config('waybill.retired', 'unknown', true);
  return id;
end $$;

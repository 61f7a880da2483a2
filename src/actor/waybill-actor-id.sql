-- The number of the actor in whose name the transaction writes (begin_write); 0, as ProcessTracker has it, where nobody said.
create or replace function process_tracker.waybill_actor_id() returns integer language sql stable as $$
  select coalesce(nullif(current_setting('waybill.actor_id', true), '')::integer, 0)
$$;

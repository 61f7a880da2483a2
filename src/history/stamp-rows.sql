-- The audit columns and the row version are kept by the database, so that they are true whichever client writes. A row
-- that Waybill makes carries its actor; a row that a Python client makes carries what that client says (0, and the
-- moment it was started).
create or replace function process_tracker.stamp_row() returns trigger language plpgsql as $$
declare
  actor integer := coalesce(nullif(current_setting('waybill.actor_id', true), '')::integer, 0);
begin
  if tg_op = 'INSERT' then
    new.created_by := actor;
    new.created_date_time := process_tracker.waybill_now();
  elsif coalesce(current_setting('waybill.touching', true), '') = '' then
    -- Where links of the row have changed (record-links.sql), its own columns have not.
    new.row_version := old.row_version + 1;
  end if;
  new.updated_by := actor;
  new.update_date_time := process_tracker.waybill_now();
  return new;
end $$;

-- An update that changes nothing leaves the row as it was. `implied` and `declared` follow from finer links, and the
-- instants of runs and errors of naive times beside them, and heartbeats from the lease owner: their change is no
-- change of the row.
do $$
declare
  at record;
begin
  for at in
    select c.relname as name,
      string_agg(format('old.%I', a.attname), ', ' order by a.attnum) as was,
      string_agg(format('new.%I', a.attname), ', ' order by a.attnum) as now
    from pg_class c
    join pg_attribute a
      on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        and a.attname not in ('implied', 'declared', 'started_at', 'ended_at', 'occurred_at', 'registered_at',
          'heartbeat_at', 'lease_until', 'taken_up_at', 'canonical_path')
    where c.relnamespace = 'process_tracker'::regnamespace and c.relkind in ('r', 'p')
    group by c.relname
    having bool_or(a.attname = 'row_version') and bool_or(a.attname = 'update_date_time')
    order by c.relname
  loop
    execute format('create or replace trigger stamp_update before update on process_tracker.%I for each row
      when ((%s) is distinct from (%s)) execute function process_tracker.stamp_row()', at.name, at.was, at.now);
    execute format($t$create or replace trigger stamp_insert before insert on process_tracker.%I for each row
      when (current_setting('waybill.actor_id', true) <> '') execute function process_tracker.stamp_row()$t$, at.name);
  end loop;
end $$;

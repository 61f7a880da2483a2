-- The audit columns and the row version are kept by the database, so that they are true whichever client writes. A row
-- that Waybill makes carries its actor and the time by the defaults of these columns
-- (migrations/0014-audit-defaults.sql); a row that a Python client makes carries what that client says (0, and the
-- moment it was started).
create or replace function process_tracker.stamp_row() returns trigger language plpgsql as $$
begin
  -- Where links of the row have changed (record-links.sql), its own columns have not.
  if coalesce(current_setting('waybill.touching', true), '') = '' then
    new.row_version := old.row_version + 1;
  end if;
  new.updated_by := coalesce(nullif(current_setting('waybill.actor_id', true), '')::integer, 0);
  new.update_date_time := process_tracker.waybill_now();
  return new;
end $$;

-- An update that changes nothing leaves the row as it was. `implied` and `declared` follow from finer links, and the
-- instants of runs and errors of naive times beside them, and heartbeats from the lease owner: their change is no
-- change of the row. Rows are compared whole: a condition of a trigger is compiled at each statement, and one that
-- names all columns takes longer than the update. Where columns are left out, a function of the table looks at the
-- others. Makes stamp_error_tracking, stamp_extract_tracking, stamp_location_lkup, stamp_process_source,
-- stamp_process_source_object, stamp_process_target, stamp_process_target_object, stamp_process_tracking.
do $do$
declare
  at record;
begin
  for at in
    select c.relname as tbl,
      string_agg(format('old.%I', a.attname), ', ' order by a.attnum) filter (where k.counts) as was,
      string_agg(format('new.%I', a.attname), ', ' order by a.attnum) filter (where k.counts) as now,
      bool_and(k.counts) as whole
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    cross join lateral (
      select a.attname not in ('implied', 'declared', 'started_at', 'ended_at', 'occurred_at', 'registered_at',
        'heartbeat_at', 'lease_until', 'taken_up_at', 'canonical_path') as counts
    ) k
    where c.relnamespace = 'process_tracker'::regnamespace and c.relkind in ('r', 'p')
    group by c.relname
    having bool_or(a.attname = 'row_version') and bool_or(a.attname = 'update_date_time')
    order by c.relname
  loop
    if not at.whole then
      execute process_tracker.fill_template($template$
        create or replace function process_tracker.stamp_{tbl}() returns trigger language plpgsql as $body$
        begin
          if ({was}) is distinct from ({now}) then
            if coalesce(current_setting('waybill.touching', true), '') = '' then
              new.row_version := old.row_version + 1;
            end if;
            new.updated_by := coalesce(nullif(current_setting('waybill.actor_id', true), '')::integer, 0);
            new.update_date_time := process_tracker.waybill_now();
          end if;
          return new;
        end $body$
      $template$, to_jsonb(at));
    end if;
    execute format('create or replace trigger stamp_update before update on process_tracker.%I for each row
      when (old.* is distinct from new.*) execute function process_tracker.%I()',
      at.tbl, case when at.whole then 'stamp_row' else 'stamp_' || at.tbl end);
  end loop;
end $do$;

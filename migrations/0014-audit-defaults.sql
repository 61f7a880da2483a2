-- By whom and when a row was made are defaults of its columns, which cost a row less than a trigger that is called for
-- it: see src/history/stamp-rows.sql. A client of another program has the actor 0 and the present time, as before.
set local search_path = process_tracker, pg_temp;

do $do$
declare
  audited text;
begin
  for audited in
    select c.relname
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
    where c.relnamespace = 'process_tracker'::regnamespace and c.relkind in ('r', 'p')
    group by c.relname
    having bool_or(a.attname = 'row_version') and bool_or(a.attname = 'update_date_time')
    order by c.relname
  loop
    execute format($sql$
      alter table %I
        alter created_by set default coalesce(nullif(current_setting('waybill.actor_id', true), '')::integer, 0),
        alter updated_by set default coalesce(nullif(current_setting('waybill.actor_id', true), '')::integer, 0),
        alter created_date_time
          set default coalesce(nullif(current_setting('waybill.now', true), '')::timestamptz, statement_timestamp()),
        alter update_date_time
          set default coalesce(nullif(current_setting('waybill.now', true), '')::timestamptz, statement_timestamp())
    $sql$, audited);
    execute format('drop trigger if exists stamp_insert on %I', audited);
  end loop;
end $do$;

-- The instant that rules and history go by: the statement's, or the one a test has set (`set waybill.now = '…'`).
create or replace function process_tracker.waybill_now() returns timestamptz language sql stable as $$
  select coalesce(nullif(current_setting('waybill.now', true), '')::timestamptz, statement_timestamp())
$$;

-- The same for what had to wait within its statement: what the clock shows by now.
create or replace function process_tracker.waybill_clock() returns timestamptz language sql volatile as $$
  select coalesce(nullif(current_setting('waybill.now', true), '')::timestamptz, clock_timestamp())
$$;

-- An instant as the API writes it.
create or replace function process_tracker.instant_text(instant timestamptz) returns text language sql stable as $$
  select to_char(instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

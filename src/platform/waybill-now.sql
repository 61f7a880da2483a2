-- The instant that rules and history go by: the statement's, or the one a test has set (`set waybill.now = '…'`).
create or replace function process_tracker.waybill_now() returns timestamptz language sql stable as $$
  select coalesce(nullif(current_setting('waybill.now', true), '')::timestamptz, statement_timestamp())
$$;

-- Reports on files whose leases have expired: each failed, for now or permanently. With `again`, one that
-- has attempts left is ready.
create or replace function process_tracker.lost_leases(files int[], again boolean) returns jsonb
language sql stable as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', e.extract_id,
    'to', case when again and e.attempt < coalesce(l.max_attempts, 5) then 'ready' else 'error' end,
    'fence', true,
    'errors', jsonb_build_array(jsonb_build_object('type', 'Process Error', 'createType', true,
      'message', format('The lease expired at %s.', process_tracker.instant_text(e.lease_until)))))), '[]')
  from extract_tracking e
  join extract_status_lkup s using (extract_status_id)
  join location_lkup l on l.location_id = e.extract_location_id
  where e.extract_id = any (files)
    and s.extract_status_name = 'loading' and e.lease_until <= process_tracker.waybill_now()
$$;

-- Takes files from workers whose leases have expired: back to ready, or to error where the attempts are used up.
-- Answers how many.
create or replace function process_tracker.sweep_extracts(files int[]) returns int language plpgsql
set plan_cache_mode = force_generic_plan set seq_page_cost = 1000 set jit = off as $$
begin
  perform from extract_tracking e
    where e.extract_id = any (files)
    order by e.extract_id
    for no key update;
  return (
    select count(*)
    from process_tracker.report_extracts(process_tracker.lost_leases(files, true), 'claim') r
    where r.verdict is null);
end $$;

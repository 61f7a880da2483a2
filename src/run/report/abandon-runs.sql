-- Ends runs with an expired lease or past their time limit: those of them that are stuck still. Stored as failed, so
-- that Python clients gate on it. Answers how many.
create or replace function process_tracker.abandon_runs(runs int[]) returns int language plpgsql
set plan_cache_mode = force_generic_plan set seq_page_cost = 1000 set jit = off as $$
declare
  items jsonb;
  reason constant text := current_setting('waybill.reason', true);
  abandoned int;
begin
  select jsonb_agg(jsonb_build_object(
      'id', r.process_tracking_id, 'to', 'failed', 'ends', true, 'endReason', 'abandoned', 'fence', true,
      'byPerson', true, 'ifStuck', true,
      'errors', jsonb_build_array(jsonb_build_object(
        'type', 'Process Error', 'createType', true,
        'description',
          case process_tracker.why_stuck(
              r.lease_until, coalesce(r.taken_up_at, r.started_at), p.run_time_limit_seconds)
            when 'TIME_LIMIT' then
              format('Abandoned: it exceeded the time limit of its process, %s seconds.', p.run_time_limit_seconds)
            else format('Abandoned: its lease expired at %s.', process_tracker.instant_text(r.lease_until))
          end))))
    into items
    from process_tracking r
    join process p using (process_id)
    where r.process_tracking_id = any (runs);
  perform set_config('waybill.reason', 'No heartbeat of its lease owner came in time.', true);
  select count(*) filter (where n.verdict is null) into abandoned
    from process_tracker.report_runs(coalesce(items, '[]'), 'command') n;
  perform set_config('waybill.reason', coalesce(reason, ''), true);
  return abandoned;
end $$;

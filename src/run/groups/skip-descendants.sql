-- Inside a group, what depends on a failed run is not waited for: each hard descendant that has no run there gets a
-- skipped one, with the cause. It is never the latest run of a process that has another, so that it hides nothing from
-- other groups.
create or replace function process_tracker.skip_descendants(runs int[]) returns void language plpgsql as $$
declare
  cause record;
  reason constant text := current_setting('waybill.reason', true);
begin
  for cause in
    select r.*, p.process_name, g.group_key
    from process_tracking r
    join process p using (process_id)
    join run_group g on g.run_group_id = r.group_id
    where r.process_tracking_id = any (runs)
    order by r.process_tracking_id
  loop
    perform
      set_config('waybill.reason', format('%s failed in the group %s.', cause.process_name, cause.group_key), true),
      set_config('waybill.evidence',
        jsonb_build_object('process', cause.process_name, 'run', cause.process_run_id)::text, true);
    -- A start of one of them at this moment takes the same number: then one of both tries again.
    insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time,
        process_run_end_date_time, started_at, ended_at, process_run_actor_id, is_latest_run, end_reason, group_id)
      select p.process_id, s.process_status_id, coalesce(l.number, 0) + 1, n.now::timestamp, n.now::timestamp,
        n.now, n.now, cause.process_run_actor_id, l.number is null, 'parent failed', cause.group_id
      from process_tracker.hard_descendants(cause.process_id) b
      join process p on p.process_id = b.id and p.retired_at is null
      join process_status_lkup s on s.process_status_name = 'skipped'
      cross join lateral (
        select max(r.process_run_id) as number
        from process_tracking r
        where r.process_id = p.process_id
      ) l
      cross join (select process_tracker.waybill_now() as now) n
      where not exists (
          select from process_tracking r
          where r.process_id = p.process_id and r.group_id = cause.group_id)
        -- A Python client goes by the highest number alone: a skip on top of a hold would release it for one.
        and not exists (
          select from process_tracking r
          where r.process_id = p.process_id and r.process_run_id = l.number
            and r.process_status_id = process_tracker.run_status('on hold'))
      order by p.process_id;
  end loop;
  perform set_config('waybill.reason', coalesce(reason, ''), true), set_config('waybill.evidence', '', true);
end $$;

-- The processes that depend on this one, over hard dependencies.
create or replace function process_tracker.hard_descendants(process int) returns table (id int)
language sql stable as $$
  with recursive below (id) as (
    select hard_descendants.process
    union
    select d.child_process_id
    from below b
    join process_dependency d on d.parent_process_id = b.id
    where d.dependency_type_id not in (
      select t.dependency_type_id
      from dependency_type_lkup t
      where t.dependency_type_name = 'Soft')
  )
  select b.id from below b where b.id <> hard_descendants.process
$$;

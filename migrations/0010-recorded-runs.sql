-- Runs that are recorded after their end: a third origin, their ids elsewhere, their logs, and their order by start.
set local search_path = process_tracker, pg_temp;

alter table process_tracking drop constraint if exists process_tracking_origin_check;
alter table process_tracking add constraint process_tracking_origin_check
  check (origin in ('command', 'recorded', 'observed'));

alter table process_tracking add column if not exists external_id text collate "C";
alter table process_tracking add column if not exists log_url text collate "C";
create unique index if not exists process_tracking_external_id on process_tracking (process_id, external_id)
  where external_id is not null;
-- Neither commands nor recorded runs are looked for among the others.
create index if not exists process_tracking_command_index on process_tracking (process_id, process_run_id)
  where origin = 'command';
create index if not exists process_tracking_recorded_index
  on process_tracking (process_id, started_at, process_run_id)
  where origin = 'recorded';

-- When each scheduled process is due next, and from when on it is late: kept by triggers (run/keep-due.sql), so that late processes are read from an index.
set local search_path = process_tracker, pg_temp;

create table if not exists process_due (
  process_id int primary key constraint process_due_process_id_foreign references process on delete cascade,
  cron text collate "C",
  zone text collate "C" not null,
  base timestamptz not null,
  last_started_at timestamptz,
  due_at timestamptz,
  late_from timestamptz,
  pending boolean not null
);
create index if not exists process_due_late_from_process_id_index on process_due (late_from, process_id);
-- What a server computes next is little beside the rest.
create index if not exists process_due_pending_index on process_due (process_id) where pending;

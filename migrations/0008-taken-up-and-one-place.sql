-- When a run was last taken up again, what a claim can be repeated by, and the one path that all spellings of a place have.
set local search_path = process_tracker, pg_temp;

alter table process_tracking add column if not exists taken_up_at timestamptz;
alter table extract_tracking add column if not exists claim_key text collate "C";

-- Filled by a trigger (location/canonical-path.sql). Not unique: stores may hold one place several times, and Python clients may add another.
alter table location_lkup add column if not exists canonical_path text collate "C";
create index if not exists location_lkup_canonical_path_index on location_lkup (canonical_path);

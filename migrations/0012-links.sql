-- Links of records to pages elsewhere. The log of a run is one of them.
set local search_path = process_tracker, pg_temp;

alter table process add column if not exists links jsonb not null default '[]';
alter table source_lkup add column if not exists links jsonb not null default '[]';
alter table source_object_lkup add column if not exists links jsonb not null default '[]';
alter table process_tracking add column if not exists links jsonb not null default '[]';
alter table extract_tracking add column if not exists links jsonb not null default '[]';

-- It compares all columns, and is made anew with the functions. What moves here is no change of a run.
drop trigger if exists stamp_update on process_tracking;
update process_tracking r set
    links = l.links,
    -- The facts by which a repetition is known hold the links by their hash.
    idempotency_input = r.idempotency_input - 'logUrl' || jsonb_build_object('links', md5(l.links::text))
  from process_tracking k
  cross join lateral (select jsonb_build_array(jsonb_build_object('label', 'log', 'url', k.log_url)) as links) l
  where k.process_tracking_id = r.process_tracking_id and k.log_url is not null;

alter table process_tracking drop column log_url;

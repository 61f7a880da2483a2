-- The files of a registration, each with its number where it is known, else with the name that is stored. New ones are
-- locked: a call that registers one of them at this moment in another location that it lies in is waited for.
create or replace function process_tracker.lock_new_files(input jsonb, place int) returns jsonb language plpgsql as $$
declare
  canonical constant text := (select l.canonical_path from location_lkup l where l.location_id = place);
  new_names text[];
begin
  input := process_tracker.know_files(input, place, canonical);
  new_names := array(select x ->> 'fileName' from jsonb_array_elements(input -> 'files') x where not x ? 'id');
  if cardinality(new_names) > 0 and process_tracker.lock_directories(place, canonical, new_names) then
    input := process_tracker.know_files(input, place, canonical);
  end if;
  return input;
end $$;

-- The same without a lock.
create or replace function process_tracker.know_files(input jsonb, place int, canonical text) returns jsonb
language plpgsql stable as $$
declare
  -- A variable, so that all files are looked for once.
  names constant text[] := array(select x ->> 'fileName' from jsonb_array_elements(input -> 'files') x);
begin
  return (
    select jsonb_set(input, '{files}', coalesce(jsonb_agg(
      n.x || case
        when f.id is not null then jsonb_build_object('id', f.id)
        when n.x ->> 'fileName' ~ '[/\\]|^\.$'
        then jsonb_build_object('fileName', process_tracker.file_name(canonical, n.x ->> 'fileName'))
        else '{}'
      end order by n.i), '[]'))
    from jsonb_array_elements(input -> 'files') with ordinality n(x, i)
    left join process_tracker.find_files(place, canonical, names) f on f.name = n.x ->> 'fileName');
end $$;

-- Keeps those who register the same new files under other names from doing so until the transaction ends. Files of the
-- location itself share the lock of its directory, and stand under the unique index; a name with directories in it has
-- the lock of its directory alone. So has a place that several locations are. There are few locks, so that their number
-- has a limit: what two directories share costs a short wait. Answers whether the files lie in other locations as well,
-- where they may have been registered meanwhile.
create or replace function process_tracker.lock_directories(place int, canonical text, names text[]) returns boolean
language plpgsql as $$
declare
  several constant boolean := exists (
    select from location_lkup l
    where l.canonical_path = canonical and l.location_id <> place);
  -- The class of these advisory locks, in which no other code has locks.
  lock_class constant int := 20261130;
  at record;
begin
  for at in
    select hashtext(coalesce(s.place, canonical)) & 255 as number, bool_or(several or d.below <> '') as alone
    from (select distinct coalesce(substring(n from '^.*/'), '') as below from unnest(names) n) d
    left join lateral process_tracker.path_splits(canonical, d.below) s on s.prefix = ''
    group by 1
    order by 1
  loop
    if at.alone then
      perform pg_advisory_xact_lock(lock_class, at.number);
    else
      perform pg_advisory_xact_lock_shared(lock_class, at.number);
    end if;
  end loop;
  return exists (
    select
    from (select distinct coalesce(substring(n from '^.*/'), '') as below from unnest(names) n) d
    cross join lateral process_tracker.path_splits(canonical, d.below) s
    cross join lateral (select l.location_id from location_lkup l where l.canonical_path = s.place offset 0) l
    where l.location_id <> lock_directories.place);
end $$;

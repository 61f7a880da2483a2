-- Claims of files: at most one worker owns the lease on a file, however many ask at the same instant. Many in one call,
-- each on its own; no file may be in it twice. `items`: id, version, hashAlgorithm, hash, sizeBytes, modifiedAt, owner,
-- leaseSeconds, claimKey, run (its number); all but id, owner and leaseSeconds optional.
--
-- Answers for each an outcome with its facts: CLAIMED (token, attempt) · ALREADY_DONE (finishedAt; also a skipped
-- file) · BUSY (owner, leaseUntil; null while the file is still being written, or is held without a lease) ·
-- FAILED_PERMANENT · RETRY_LATER (notBefore) · SUPERSEDED (a newer version is known) · BLOCKED (blockers: files that it
-- depends on).
create or replace function process_tracker.claim_extracts(items jsonb) returns table (i int, id int, answer jsonb)
language plpgsql
-- Plans that are kept, and go by index: see lifecycle/make-lifecycle.sql.
set plan_cache_mode = force_generic_plan set seq_page_cost = 1000 set jit = off as $$
#variable_conflict use_column
declare
  ids constant int[] := array(select (x ->> 'id')::int from jsonb_array_elements(items) x);
  found_files int;
begin
  perform from extract_tracking e
    where e.extract_id = any (ids)
    order by e.extract_id
    for no key update;
  get diagnostics found_files = row_count;
  if found_files < cardinality(ids) then
    raise exception using errcode = '40001', message = 'A file went while it was about to be claimed.';
  end if;

  -- Judged after the lock, by a statement that sees what its owner before has written.
  select jsonb_agg(n.x || jsonb_build_object('i', n.i) || process_tracker.judge_claim(n.x) order by n.i) into items
    from jsonb_array_elements(items) with ordinality n(x, i);
  if items @? '$[*] ? (@.lostLease == true)' then
    -- The attempt of the lease owner before failed, and its version with it.
    perform process_tracker.report_extracts(
      process_tracker.lost_leases(
        array(select (x ->> 'id')::int from jsonb_array_elements(items) x where (x ->> 'lostLease')::boolean), false),
      'claim');
  end if;
  if items @? '$[*] ? (@.versionIs == "new" || @.versionIs == "back")' then
    perform process_tracker.put_claimed_versions(items);
  end if;
  if items @? '$[*] ? (@.outcome == "CLAIMED" && !exists(@.repeated))' then
    perform process_tracker.report_extracts((
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'id', x -> 'id', 'to', 'loading', 'fence', true, 'heartbeat', true, 'owner', x -> 'owner',
        'leaseSeconds', x -> 'leaseSeconds', 'claimKey', x -> 'claimKey', 'attempt', x -> 'attempt', 'run', x -> 'run',
        'sizeBytes', case when x ->> 'versionIs' <> '' then x -> 'sizeBytes' end)))
      from jsonb_array_elements(items) x
      where x ->> 'outcome' = 'CLAIMED' and not x ? 'repeated'), 'claim');
  end if;
  return query
    select (x ->> 'i')::int, e.extract_id, jsonb_strip_nulls(jsonb_build_object(
      'outcome', x -> 'outcome', 'blockers', x -> 'blockers',
      'token', case x ->> 'outcome' when 'CLAIMED' then e.fencing_token::text end,
      'attempt', e.attempt, 'owner', e.owner, 'leaseUntil', process_tracker.instant_text(e.lease_until),
      'notBefore', process_tracker.instant_text(e.next_attempt_at), 'version', v.extract_version_id,
      -- The end of a load without a version, as by a Python client, is known by the history alone.
      'finishedAt', case x ->> 'outcome' when 'ALREADY_DONE' then process_tracker.instant_text(coalesce(v.finished_at, (
        select max(h.at)
        from status_event h
        where h.subject_kind = 'File' and h.subject_id = e.extract_id
          and h.field = 'status' and h.to_value = 'loaded'))) end))
    from jsonb_array_elements(items) x
    cross join lateral (select * from extract_tracking e where e.extract_id = (x ->> 'id')::int offset 0) e
    left join lateral (
      select * from extract_version v
      where v.extract_id = e.extract_id and v.is_current
      offset 0
    ) v on true
    order by 1;
end $$;

-- Makes the versions that are claimed the current ones of their files: new ones, and those that are back.
create or replace function process_tracker.put_claimed_versions(items jsonb) returns void language plpgsql as $$
declare
  at constant timestamptz := process_tracker.waybill_now();
begin
  update extract_version v set is_current = false
    where v.is_current and v.extract_id = any (array(
      select (x ->> 'id')::int
      from jsonb_array_elements(items) x
      where x ->> 'versionIs' in ('new', 'back')));
  if items @? '$[*] ? (@.versionIs == "back")' then
    update extract_version v set is_current = true, modified_at = (x ->> 'modifiedAt')::timestamptz
      from jsonb_array_elements(items) x
      where x ->> 'versionIs' = 'back' and v.extract_version_id = (x ->> 'known')::int
        -- A list of keys, so that no join reads the whole table.
        and v.extract_version_id = any (array(select (y ->> 'known')::int from jsonb_array_elements(items) y));
  end if;
  insert into extract_version (extract_id, version, hash_algorithm, hash, size_bytes, modified_at, first_seen_at,
      is_current)
    select (x ->> 'id')::int, x ->> 'version', x ->> 'hashAlgorithm', x ->> 'hash', (x ->> 'sizeBytes')::bigint,
      (x ->> 'modifiedAt')::timestamptz, at, true
    from jsonb_array_elements(items) x
    where x ->> 'versionIs' = 'new'
    order by 1;
end $$;

-- The result of a claim of an existing file: `outcome` and, with it, `lostLease` (the lease of another owner has
-- expired), `versionIs` (the claimed version is `new`, or a `known` one that is `back`: the file was overwritten with
-- an earlier content), `attempt`, `blockers`.
create or replace function process_tracker.judge_claim(claim jsonb) returns jsonb language plpgsql stable as $$
declare
  at constant timestamptz := process_tracker.waybill_now();
  file record;
  known extract_version;
  now_version extract_version;
  other boolean;
  lost boolean;
  waiting jsonb;
begin
  select e.*, coalesce(s.extract_status_name, 'initializing') as state, coalesce(l.max_attempts, 5) as most into file
    from extract_tracking e
    left join extract_status_lkup s using (extract_status_id)
    join location_lkup l on l.location_id = e.extract_location_id
    where e.extract_id = (claim ->> 'id')::int;
  select * into now_version from extract_version v
    where v.extract_id = file.extract_id and v.is_current;
  if claim ?| array['version', 'hash'] then
    if claim ? 'version' then
      select * into known from extract_version v
        where v.extract_id = file.extract_id and v.version = claim ->> 'version'
        order by v.is_current desc, v.extract_version_id desc
        limit 1;
    else
      select * into known from extract_version v
        where v.extract_id = file.extract_id and v.hash = claim ->> 'hash'
          and v.hash_algorithm = claim ->> 'hashAlgorithm'
        order by v.is_current desc, v.extract_version_id desc
        limit 1;
    end if;
    other := now_version.extract_version_id is not null
      and known.extract_version_id is distinct from now_version.extract_version_id;
  end if;
  if other and process_tracker.is_older_version(claim, known.extract_version_id is not null, now_version) then
    return jsonb_build_object('outcome', 'SUPERSEDED');
  end if;
  lost := file.state = 'loading' and coalesce(file.lease_until <= at, false);
  if file.state = 'loading' and not lost and other is not true
      and file.claim_key = claim ->> 'claimKey' and file.owner = claim ->> 'owner' then
    -- Its owner asks again, because the answer was lost: it owns the lease already.
    return '{"outcome": "CLAIMED", "repeated": true}';
  end if;
  if file.state = 'loading' and not lost
      or file.state not in ('ready', 'loading', 'loaded', 'archived', 'error', 'deleted', 'skipped') then
    -- It has a lease owner, or is still being written, or has a custom status, which does not lead to loading.
    return jsonb_build_object('outcome', 'BUSY');
  end if;
  if other is not true then
    if file.state in ('loaded', 'archived', 'skipped') then
      return jsonb_build_object('outcome', 'ALREADY_DONE');
    elsif (lost or file.state = 'error') and file.attempt >= file.most
        or file.state = 'error' and file.next_attempt_at is null then
      return jsonb_build_object('outcome', 'FAILED_PERMANENT', 'lostLease', lost);
    elsif file.state = 'error' and file.next_attempt_at > at then
      return jsonb_build_object('outcome', 'RETRY_LATER');
    end if;
  end if;
  if exists (select from extract_dependency d where d.child_extract_id = file.extract_id) then
    select jsonb_agg(jsonb_build_object('id', b.parent, 'status', b.state) order by b.parent) into waiting
      from process_tracker.extract_blockers(array[file.extract_id]) b;
    if waiting is not null then
      return jsonb_build_object('outcome', 'BLOCKED', 'blockers', waiting);
    end if;
  end if;
  return jsonb_build_object('outcome', 'CLAIMED', 'lostLease', lost, 'known', known.extract_version_id,
    'versionIs', case
      when now_version.extract_version_id is null or other and known.extract_version_id is null then 'new'
      when other then 'back' end,
    'attempt', case when other or file.state = 'deleted' then 1 else file.attempt + 1 end);
end $$;

-- Whether the claimed version, which is not the current one, is older than that. Generations are numbers that grow;
-- other names of versions are ordered by when the file was modified. Without that time, an unknown version is newer,
-- and a known one is older.
create or replace function process_tracker.is_older_version(
  claim jsonb, known boolean, current_version process_tracker.extract_version
) returns boolean language plpgsql stable as $$
declare
  generation constant text := '^\d{1,40}$';
  modified_at constant timestamptz := claim ->> 'modifiedAt';
begin
  if current_version.version ~ generation and claim ->> 'version' ~ generation then
    return (claim ->> 'version')::numeric < current_version.version::numeric;
  end if;
  return coalesce(
    modified_at < current_version.modified_at or modified_at = current_version.modified_at and known, known);
end $$;

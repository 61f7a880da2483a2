-- Keeps others from making a location of this place, or moving one there, until the transaction ends.
create or replace function process_tracker.lock_place(canonical text) returns void language sql as $$
  select pg_advisory_xact_lock(hashtextextended(canonical, 8))
$$;

-- The location of a place, or a new one: at most one is made, however many ask at the same instant, in whatever
-- spelling. `wanted`: path, as location-path.ts writes it; name (left out, the first of `names` that is free, or the
-- last with a number); type, bucket, maxAttempts, retryDelaySeconds of a new one.
create or replace function process_tracker.put_location(wanted jsonb, out id int, out created boolean)
language plpgsql as $$
declare
  known location_lkup;
  type_id int;
  free text;
  canonical constant text := process_tracker.canonical_path(wanted ->> 'path');
  locked boolean := false;
begin
  loop
    created := false;
    select * into known
    from location_lkup l
    where l.canonical_path = canonical
    order by l.location_path in (wanted ->> 'path', (wanted ->> 'path') || '/') desc, l.location_id
    limit 1;
    if found then
      id := known.location_id;
      if wanted ->> 'name' <> known.location_name
          and not exists (
            select from location_alias a
            where a.name = wanted ->> 'name' and a.location_id = known.location_id) then
        raise exception using errcode = 'WB409',
          message = format('The location with the path %s has the name %s, not %s.',
            to_json(process_tracker.mask_address(known.location_path)),
            to_json(process_tracker.mask_address(known.location_name)), wanted -> 'name'),
          detail = jsonb_build_object('argument', 'path', 'value', wanted -> 'path',
            'name', process_tracker.mask_address(known.location_name), 'wanted', wanted -> 'name');
      end if;
      return;
    end if;
    if not locked then
      -- A call that creates it under another spelling is waited for. Python clients take no lock: what they make
      -- meanwhile is a second location.
      perform process_tracker.lock_place(canonical);
      locked := true;
      continue;
    end if;
    if wanted ->> 'name' is not null then
      select l.* into known
      from location_lkup l
      where l.location_name = wanted ->> 'name'
        or l.location_id = (select a.location_id from location_alias a where a.name = wanted ->> 'name')
      order by l.location_name = wanted ->> 'name' desc
      limit 1;
      if found then
        raise exception using errcode = 'WB409',
          message = format('The location %s has the path %s, not %s.', wanted -> 'name',
            to_json(process_tracker.mask_address(known.location_path)), wanted -> 'path'),
          detail = jsonb_build_object('argument', 'name', 'value', wanted -> 'name',
            'path', process_tracker.mask_address(known.location_path), 'wanted', wanted -> 'path');
      end if;
    end if;
    if type_id is null then
      insert into location_type_lkup (location_type_name)
      select wanted ->> 'type'
      where not exists (select from location_type_lkup where location_type_name = wanted ->> 'type')
      on conflict do nothing;
      select location_type_id into type_id
      from location_type_lkup
      where location_type_name = wanted ->> 'type';
    end if;
    select n into free
    from (
      select n, i
      from jsonb_array_elements_text(
        case when wanted ? 'name' then jsonb_build_array(wanted -> 'name') else wanted -> 'names' end
      ) with ordinality c(n, i)
      union all
      select format('%s - %s', wanted -> 'names' ->> -1, k), 10 + k
      from generate_series(2, 1000) k
      where not wanted ? 'name'
    ) c
    where not exists (select from location_lkup where location_name = n)
      and not exists (select from location_alias a where a.name = n)
    order by i
    limit 1;
    insert into location_lkup
      (location_name, location_path, location_type_id, location_bucket_name, max_attempts, retry_delay_seconds)
    values (free, wanted ->> 'path', type_id, wanted ->> 'bucket',
      (wanted ->> 'maxAttempts')::int, (wanted ->> 'retryDelaySeconds')::int)
    on conflict do nothing
    returning location_id into id;
    created := found;
    -- Otherwise another client took the path or the name meanwhile: the next round shows which.
    exit when created;
  end loop;
end $$;

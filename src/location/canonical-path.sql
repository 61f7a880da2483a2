-- One text for one place, however its path is written (docs/decisions/0013-one-path-per-place.md). It never fails:
-- other clients store what they like.

-- The parts of a path without those that mean nothing.
create or replace function process_tracker.path_parts(path text, separator text)
returns text[] language sql immutable as $$
  select coalesce(array_agg(part order by n), '{}')
  from regexp_split_to_table(path, separator) with ordinality p(part, n)
  where part not in ('', '.')
$$;

create or replace function process_tracker.canonical_path(given text)
returns text language plpgsql immutable strict as $$
declare
  path text := process_tracker.mask_address(given);
  found text[] := regexp_match(path, '^([A-Za-z][A-Za-z0-9+.-]+):(.*)$');
  scheme text := lower(found[1]);
  rest text := found[2];
  authority text; query text := ''; parts text[];
begin
  if scheme = 'file' then
    found := regexp_match(rest, '^//([^/\\]*)(.*)$');
    path := case
      when found is null then rest
      when lower(found[1]) in ('', 'localhost') then found[2]
      when found[1] ~ '^[A-Za-z]:$' then found[1] || found[2]
      else '\\' || found[1] || found[2]
    end;
    -- file:///C:/in
    path := case when path ~ '^/[A-Za-z]:(/|$)' then substr(path, 2) when path = '' then '/' else path end;
  elsif scheme is not null then
    scheme := case scheme
      when 's3a' then 's3' when 's3n' then 's3' when 'gcs' then 'gs' when 'abfss' then 'abfs' when 'wasbs' then 'wasb'
      else scheme
    end;
    if scheme = 'jdbc' or rest not like '/%' then
      return scheme || ':' || rest;
    end if;
    if scheme in ('http', 'https') then
      query := coalesce(substring(rest from '[?#].*$'), '');
      rest := left(rest, length(rest) - length(query));
    end if;
    found := regexp_match(rest, '^//([^/]*)(.*)$');
    -- Who asks is no part of the place, except where each user has a root of his own, and where it is the name of a
    -- container.
    authority := regexp_replace(coalesce(found[1], ''),
      case when scheme in ('s3', 'gs', 'oss', 'http', 'https') then '^.*@' else ':[^@]*@' end,
      case when scheme in ('s3', 'gs', 'oss', 'http', 'https') then '' else '@' end);
    if scheme in ('http', 'https', 'ftp', 'ftps', 'sftp', 'hdfs', 'webhdfs', 'abfs', 'wasb', 'adl') then
      authority := coalesce(substring(authority from '^.*@'), '') || lower(regexp_replace(authority, '^.*@', ''));
    end if;
    authority := regexp_replace(authority,
      case scheme
        when 'http' then ':80$' when 'https' then ':443$' when 'ftp' then ':21$' when 'sftp' then ':22$' else '^\M'
      end, '');
    parts := process_tracker.path_parts(coalesce(found[2], rest), '/');
    return scheme || '://' || authority
      || case when authority = '' and parts = '{}' then '/' else '' end
      || array_to_string(array(select '/' || p from unnest(parts) p), '') || query;
  end if;

  if path ~ '^[A-Za-z]:[\\/]' then
    return upper(left(path, 1)) || ':/' || array_to_string(process_tracker.path_parts(substr(path, 3), '[\\/]'), '/');
  elsif path ~ '^\\\\.*[^\\/.]' then
    parts := process_tracker.path_parts(path, '[\\/]');
    if parts[1] ~ '^[A-Za-z]:$' then
      return process_tracker.canonical_path(array_to_string(parts, '/'));
    end if;
    return process_tracker.mask_address('file://' || array_to_string(lower(parts[1]) || parts[2:], '/'));
  end if;
  path := case when path like '/%' then '/' else '' end || array_to_string(process_tracker.path_parts(path, '/'), '/');
  return case
    when path = '' then '.'
    when path ~ '^([A-Za-z][A-Za-z0-9+.-]+:|[A-Za-z]:[\\/]|\\\\)' then './' || path
    else path
  end;
end $$;

-- The name of a file as it is stored: in a file system, without parts that mean nothing; in a store of objects, whose
-- keys are mere text, as it is.
create or replace function process_tracker.file_name(canonical text, name text)
returns text language sql immutable as $$
  select case
    when name !~ '(^|[\\/])\.?([\\/]|$)' and name !~ '\\' or canonical ~ '^(s3|gs|oss|abfs|wasb)://' then name
    else coalesce(
      nullif(
        array_to_string(
          process_tracker.path_parts(name, case when canonical ~ '^([A-Z]:/|file://)' then '[\\/]' else '/' end),
          '/'),
        ''),
      name)
  end
$$;

-- All ways to say where the files in the directory `below` (empty, or with a slash at its end) of a place lie: a place,
-- and what stands before the name of the file there.
create or replace function process_tracker.path_splits(canonical text, below text)
returns table (place text, prefix text) language sql immutable as $$
  select
    case
      when k > 0 then root || case when absolute then '/' else '' end || array_to_string(parts[1:k], '/')
      when root ~ '^[a-z].*//.' then root
      when absolute then root || '/'
      else '.'
    end,
    coalesce(array_to_string(parts[k + 1:], '/') || case when k < cardinality(parts) then '/' end, '')
  from (select coalesce(substring(canonical from '^(?:[a-z][a-z0-9+.-]*://[^/]*|[A-Z]:(?=/))'), '') as root) r
  cross join lateral (select substr(canonical, length(root) + 1) as path) p
  cross join lateral (
    select root <> '' or path like '/%' as absolute,
      coalesce(string_to_array(nullif(ltrim(nullif(path, '.'), '/'), ''), '/'), '{}')
        || case when below = '' then '{}' else regexp_split_to_array(left(below, -1), '/') end as parts
  ) a
  cross join lateral generate_series(0, cardinality(parts)) k
  -- What is no path has no parts.
  where canonical !~ '^[a-z][a-z0-9+.-]+:(?!//)'
$$;

-- The rows of the lists that `register_processes` takes; RegistrationLists in registration-lists.ts has the same keys.
-- A list is read as `jsonb_populate_recordset(null::registered_process, input -> 'processes')`. `place` is the place of
-- a row in its list, from 1; by it other rows point to it: `process`, `source`, `object`, `attribute`, `contact`,
-- `from` and `to` (both of an attribute) and `declarer` (the process that says the data type, which `writes` the
-- attribute or reads it) are places. What is left out is null.
drop type if exists
  process_tracker.registered_contact,
  process_tracker.registered_process,
  process_tracker.registered_source,
  process_tracker.registered_object,
  process_tracker.registered_attribute,
  process_tracker.registered_attribute_name,
  process_tracker.registered_source_link,
  process_tracker.registered_object_link,
  process_tracker.registered_attribute_link,
  process_tracker.registered_process_contact,
  process_tracker.registered_source_contact,
  process_tracker.registered_object_contact,
  process_tracker.registered_dataset_type,
  process_tracker.registered_dependency,
  process_tracker.registered_mapping,
  process_tracker.registered_process_link,
  process_tracker.registered_replacement;

create type process_tracker.registered_contact as (
  place int, name text, email text, phone text, chat text, pager text, url text
);

-- What is named like a column of `process` (failureLimit: failure_limit) is a setting, which is stored and recorded as
-- it stands: see process_settings.
create type process_tracker.registered_process as (
  place int,
  name text,
  type text,
  tool text,
  "scheduleFrequency" text,
  description text,
  "failureLimit" int,
  "runTimeLimitSeconds" int,
  "leaseSeconds" int,
  cron text
);
create type process_tracker.registered_source as (place int, name text, type text, description text);
create type process_tracker.registered_object as (place int, source int, name text, description text);
create type process_tracker.registered_attribute as (
  place int,
  object int,
  name text,
  "dataType" text,
  declarer int,
  writes boolean,
  length int,
  decimals int,
  ordinal int,
  path text,
  description text,
  "isKey" boolean,
  "isFilter" boolean,
  "isPartition" boolean,
  "isPii" boolean,
  "defaultText" text,
  "defaultNumber" numeric
);
-- What identifies an attribute. There are many of them, and to read all their keys takes three times as long.
create type process_tracker.registered_attribute_name as (
  place int, object int, name text, "dataType" text, declarer int
);

-- Links, on either side: the lists readsSources and writesSources, and so on.
create type process_tracker.registered_source_link as (process int, source int);
create type process_tracker.registered_object_link as (process int, object int);
create type process_tracker.registered_attribute_link as (process int, attribute int, alias text, expression text);

create type process_tracker.registered_process_contact as (process int, contact int, role text);
create type process_tracker.registered_source_contact as (source int, contact int, role text);
create type process_tracker.registered_object_contact as (object int, contact int, role text);
create type process_tracker.registered_dataset_type as (process int, name text);
create type process_tracker.registered_dependency as (process int, parent text, kind text);
create type process_tracker.registered_mapping as (
  process int, "from" int, "to" int, expression text, transformation text
);

-- To a page elsewhere.
create type process_tracker.registered_process_link as (process int, label text, url text);

-- A list of a process that is complete: what it leaves out is unlinked.
create type process_tracker.registered_replacement as (process int, what text);

-- The settings of a process: the word of the API, which is the key of a registration, and the column. Their order is
-- that of the type.
create or replace function process_tracker.process_settings()
returns table (setting text, col text) language sql stable as $$
  select s.attname::text, c.attname::text
  from pg_attribute s
  join pg_attribute c on c.attname = lower(regexp_replace(s.attname, '[A-Z]', '_\&', 'g'))
  where s.attrelid = 'process_tracker.registered_process'::regclass
    and c.attrelid = 'process_tracker.process'::regclass
    and c.attnum > 0
  order by s.attnum
$$;

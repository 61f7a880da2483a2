-- What is retired gets no new links from Waybill: a trigger on each table that points to a record which can be retired.
-- It acts in a transaction that began with `begin_write`; other clients, which do not know of it, go on. And a name
-- that a record had before creates no new record: the writer is asked to look again.

-- Whether anything is retired at all: mostly nothing is. Looked up with the first new link of a transaction, and
-- remembered until its end.
create or replace function process_tracker.anything_retired()
returns boolean language plpgsql set search_path = process_tracker, pg_temp set jit = off as $$
begin
  if current_setting('waybill.retired', true) = 'unknown' then
    perform set_config('waybill.retired', case
      when exists (select from process where retired_at is not null)
        or exists (select from source_lkup where retired_at is not null)
        or exists (select from source_object_lkup where retired_at is not null)
        or exists (select from source_object_attribute_lkup where retired_at is not null)
        or exists (select from location_lkup where retired_at is not null)
      then 'some' else '' end, true);
  end if;
  return current_setting('waybill.retired', true) = 'some';
end $$;

-- Makes refuse_retired_process_source, refuse_retired_process_target, refuse_retired_process_source_object,
-- refuse_retired_process_target_object, refuse_retired_process_source_object_attribute,
-- refuse_retired_process_target_object_attribute, refuse_retired_process_attribute_mapping,
-- refuse_retired_process_dependency, refuse_retired_process_relation, refuse_retired_process_contact,
-- refuse_retired_process_dataset_type, refuse_retired_process_filter, refuse_retired_process_due,
-- refuse_retired_cluster_process, refuse_retired_source_contact, refuse_retired_source_dataset_type,
-- refuse_retired_source_location, refuse_retired_source_object_lkup,
-- refuse_retired_source_object_contact, refuse_retired_source_object_dataset_type,
-- refuse_retired_source_object_location, refuse_retired_source_object_attribute_lkup,
-- refuse_retired_source_object_attribute_contact; refuse_alias_process, refuse_alias_source_lkup,
-- refuse_alias_source_object_lkup, refuse_alias_source_object_attribute_lkup, refuse_alias_location_lkup.
do $do$
declare
  at record;
begin
  for at in
    with thing (tbl, kind, key, name) as (values
      ('process', 'Process', 'process_id', 'process_name'),
      ('source_lkup', 'Source', 'source_id', 'source_name'),
      ('source_object_lkup', 'SourceObject', 'source_object_id', 'source_object_name'),
      ('source_object_attribute_lkup', 'SourceObjectAttribute', 'source_object_attribute_id',
        'source_object_attribute_name'),
      ('location_lkup', 'Location', 'location_id', 'location_name')
    )
    select c.conrelid::regclass::text as shown, r.relname as tbl,
      string_agg(process_tracker.fill_template($check$

        select t.{key} as id, t.{name} as name, t.retired_at as since into found_one
        from new_rows n
        {through}join {tbl} t on t.{key} = {of}
        where t.retired_at is not null
        order by 1
        limit 1;
        if found then
          perform refuse_retired('{kind}', found_one.id, found_one.name, found_one.since);
        end if;$check$, to_jsonb(t) || jsonb_build_object('through', w.through, 'of', w.of)), ''
        order by w.through <> '', t.kind, a.attname) as checks
    from pg_constraint c
    join pg_class r on r.oid = c.conrelid
    join pg_class f on f.oid = c.confrelid
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    -- A filter or a contact of an attribute, or of an object, is also one of what that is in.
    join lateral (
      values
        (f.relname, '', 'n.' || a.attname, true),
        ('source_object_lkup',
          format('join source_object_attribute_lkup i on i.source_object_attribute_id = n.%s ', a.attname),
          'i.source_object_id', a.attname = 'source_object_attribute_id'),
        ('source_lkup',
          format('join source_object_attribute_lkup i on i.source_object_attribute_id = n.%s '
            'join source_object_lkup o on o.source_object_id = i.source_object_id ', a.attname),
          'o.source_id', a.attname = 'source_object_attribute_id'),
        ('source_lkup', format('join source_object_lkup o on o.source_object_id = n.%s ', a.attname), 'o.source_id',
          a.attname = 'source_object_id')
    ) w(tbl, through, of, is_checked)
      on w.through = '' or w.is_checked
        and r.relname in ('process_filter', 'source_object_contact', 'source_object_attribute_contact')
    join thing t on t.tbl = w.tbl
    where c.contype = 'f' and c.connamespace = 'process_tracker'::regnamespace and cardinality(c.conkey) = 1
      -- Former names are no links; runs and files have their own rules. What a run reads and writes its process has
      -- been linked to before.
      and r.relname !~ '(_alias$|^process_track|^run_|^extract_|^error_)'
    group by c.conrelid, r.relname
    order by r.relname
  loop
    execute process_tracker.fill_template($template$
      create or replace function process_tracker.refuse_retired_{tbl}()
      returns trigger language plpgsql set search_path = process_tracker, pg_temp set jit = off as $body$
      declare
        found_one record;
      begin
        if anything_retired() then{checks}
        end if;
        return null;
      end $body$;
      create or replace trigger refuse_retired after insert on process_tracker.{tbl} referencing new table as new_rows
        for each statement when (current_setting('waybill.retired', true) in ('unknown', 'some'))
        execute function process_tracker.refuse_retired_{tbl}();
    $template$, to_jsonb(at));
  end loop;

  for at in
    select * from (values
      ('process', 'process_name', 'process_alias', $$ and a.namespace = ''$$),
      ('source_lkup', 'source_name', 'source_alias', ''),
      ('source_object_lkup', 'source_object_name', 'source_object_alias', ' and a.source_id = n.source_id'),
      ('source_object_attribute_lkup', 'source_object_attribute_name', 'source_object_attribute_alias',
        ' and a.source_object_id = n.source_object_id'),
      ('location_lkup', 'location_name', 'location_alias', '')
    ) as t (tbl, name, aliases, scope)
  loop
    -- Only a rename that ended between the look for a name and the insert leads here: to be tried again as after a
    -- serialization failure.
    execute process_tracker.fill_template($template$
      create or replace function process_tracker.refuse_alias_{tbl}()
      returns trigger language plpgsql set search_path = process_tracker, pg_temp set jit = off as $body$
      begin
        -- A condition of its own: other clients need not be allowed to read the table of former names.
        if coalesce(current_setting('waybill.actor', true), '') <> '' then
          if exists (select from {aliases})
              and exists (select from new_rows n join {aliases} a on a.name = n.{name}{scope}) then
            raise exception using errcode = '40001', message = 'A name was given up while it was looked for.';
          end if;
        end if;
        return null;
      end $body$;
      create or replace trigger refuse_alias after insert on process_tracker.{tbl} referencing new table as new_rows
        for each statement execute function process_tracker.refuse_alias_{tbl}();
    $template$, to_jsonb(at));
  end loop;
end $do$;

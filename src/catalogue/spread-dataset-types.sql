-- A dataset type of a process is one of everything that it reads or writes, at each granularity: of what is linked when
-- the type comes, and of what is linked later. What is retired is left as it is. A type that is unlinked from a source
-- comes back only with a new link or a new type. Creates add_source_dataset_types, add_object_dataset_types;
-- spread_to_process_source, spread_to_process_target, spread_to_process_source_object, spread_to_process_target_object;
-- spread_types_to_process_source, spread_types_to_process_target, spread_types_to_process_source_object,
-- spread_types_to_process_target_object.
do $do$
declare
  at record;
begin
  for at in select * from (values
    ('source', 'source_lkup', 'source_id', 'source_dataset_type'),
    ('object', 'source_object_lkup', 'source_object_id', 'source_object_dataset_type')
  ) as t (granularity, thing, key, typed) loop
    execute process_tracker.fill_template($template$
      create or replace function process_tracker.add_{granularity}_dataset_types(keys int[], types int[])
      returns void language plpgsql
      set search_path = process_tracker, pg_temp as $body$
      begin
        if exists (
          select from unnest(keys, types) as n (key, type)
          join {thing} t on t.{key} = n.key
          where t.retired_at is null
            and not exists (select from {typed} x where x.{key} = n.key and x.dataset_type_id = n.type)
        ) then
          -- One writer of these rows at a time: two that come to the same ones by different ways would wait for each
          -- other crosswise.
          perform pg_advisory_xact_lock(hashtext('waybill dataset types'));
          insert into {typed} ({key}, dataset_type_id)
          select distinct n.key, n.type
          from unnest(keys, types) as n (key, type)
          join {thing} t on t.{key} = n.key
          where t.retired_at is null
            and not exists (select from {typed} x where x.{key} = n.key and x.dataset_type_id = n.type)
          order by 1, 2
          on conflict do nothing;
        end if;
      end $body$;
    $template$, to_jsonb(at));
  end loop;

  for at in select * from (values
    ('process_source', 'source_id', 'source'), ('process_target', 'target_source_id', 'source'),
    ('process_source_object', 'source_object_id', 'object'), ('process_target_object', 'target_object_id', 'object')
  ) as l (link, key, granularity) loop
    execute process_tracker.fill_template($template$
      create or replace function process_tracker.spread_to_{link}()
      returns trigger language plpgsql set search_path = process_tracker, pg_temp set jit = off as $body$
      declare
        keys int[];
        types int[];
      begin
        select array_agg(n.{key}), array_agg(d.dataset_type_id) into keys, types
        from new_rows n
        join process_dataset_type d using (process_id);
        if keys is not null then
          perform add_{granularity}_dataset_types(keys, types);
        end if;
        return null;
      end $body$;
      create or replace trigger spread_dataset_types after insert
        on process_tracker.{link} referencing new table as new_rows
        for each statement execute function process_tracker.spread_to_{link}();

      create or replace function process_tracker.spread_types_to_{link}()
      returns trigger language plpgsql set search_path = process_tracker, pg_temp set jit = off as $body$
      declare
        keys int[];
        types int[];
      begin
        select array_agg(l.{key}), array_agg(n.dataset_type_id) into keys, types
        from new_rows n
        join {link} l using (process_id);
        if keys is not null then
          perform add_{granularity}_dataset_types(keys, types);
        end if;
        return null;
      end $body$;
      create or replace trigger spread_to_{link} after insert
        on process_tracker.process_dataset_type referencing new table as new_rows
        for each statement execute function process_tracker.spread_types_to_{link}();
    $template$, to_jsonb(at));
  end loop;
end $do$;

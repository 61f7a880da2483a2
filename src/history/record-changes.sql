-- History is written here and in record-links.sql, by statement-level triggers, so that it is complete whichever
-- client writes: one pass over the changed rows a statement. Each concept has them made for its own tables, in its own
-- history.sql. A change that does not come through `begin_write` gets the origin `sql` and no actor. TRUNCATE gives a
-- trigger no rows and leaves no events. The functions are made as plain SQL, so that their plans are kept. They are
-- `security definer`: who may write a table need not be allowed to write the history. Our own functions say
-- `waybill.unrecorded` where they change only what nothing here or in process_due tells of: to find that out costs more
-- than the change.

-- What an event says of the change as a whole: one row. A table, since the planner puts such a query in the place of a
-- call; it would compile one that answers a record at each.
drop function if exists process_tracker.change_context();
create function process_tracker.change_context()
returns table (actor text, origin text, reason text, evidence jsonb) language sql stable as $$
  select nullif(current_setting('waybill.actor', true), ''),
    case when coalesce(current_setting('waybill.actor', true), '') = '' then 'sql'
      else coalesce(nullif(current_setting('waybill.origin', true), ''), 'sql') end,
    nullif(current_setting('waybill.reason', true), ''),
    nullif(current_setting('waybill.evidence', true), '')::jsonb
$$;

-- A column under an alias: `o.description`; one that is wrapped, `mask_address(o.location_path)`.
create or replace function process_tracker.column_of(alias text, col text) returns text language sql immutable as $$
  select regexp_replace(col, '(\w+)(\)?)$', alias || '.\1\2')
$$;

-- Has the changes of a table recorded: `kind` is the GraphQL type of its rows, `key` their number, `name` their name
-- (`$.` stands for the row). `fields` are the words of the API for what is recorded of a change, each with its column
-- and, where that is a number, the table and the column that name it: 'type process_type_id process_type_lkup
-- process_type_name'. From and to are names, never numbers; a column may be wrapped in `mask_address`. A row comes with
-- the event `created` or, where `born` names a column, with the first value of that column. With `in_list`, rows come
-- and go by the thousand, and what they belong to has one event for all of them (record-links.sql).
create or replace function process_tracker.record_changes(
  tbl text, kind text, key text, name text, fields text[], born text default '', in_list boolean default false
) returns void language plpgsql as $do$
declare
  pairs text; shown text; birth text; first_value text;
  spec jsonb;
begin
  with field as (
    select f[1] as word, f[2] as col, f[3] as lookup, f[4] as label, (
        select a.attname
        from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = to_regclass('process_tracker.' || f[3]) and i.indisprimary) as key
    from unnest(fields) u(field)
    cross join string_to_array(u.field, ' ') as f
  )
  select
    string_agg(format(case when f.col like '%(%' then '(%L, %s, %s)' else '(%L, %s::text, %s::text)' end,
      f.word, process_tracker.column_of('o', f.col), process_tracker.column_of('n', f.col)), ', '),
    -- From the text of a column to what an event shows of it: the name behind a number.
    coalesce(
      'case c.field '
        || string_agg(format('when %L then (select %s from %I m where m.%I = c.$::integer)',
          f.word, process_tracker.column_of('m', f.label), f.lookup, f.key), ' ') filter (where f.lookup is not null)
        || ' else c.$ end',
      'c.$'),
    coalesce(max(f.word) filter (where f.col = born), 'created'),
    coalesce(
      max(format('(select %s from %I m where m.%I = n.%I)',
        process_tracker.column_of('m', f.label), f.lookup, f.key, f.col)) filter (where f.col = born),
      replace(name, '$.', 'n.'))
  into pairs, shown, birth, first_value
  from field f;
  spec := jsonb_build_object('tbl', tbl, 'kind', kind, 'key', key,
    'name_now', replace(name, '$.', 'n.'), 'name_was', replace(name, '$.', 'o.'),
    'pairs', pairs, 'birth', birth, 'first_value', first_value);
  execute process_tracker.fill_template($template$
    create or replace function process_tracker.record_{tbl}() returns trigger language plpgsql security definer
    set search_path = process_tracker, pg_temp set jit = off as $body$
    begin
      if current_setting('waybill.unrecorded', true) = 'on' then
        return null;
      elsif tg_op = 'INSERT' then
        insert into status_event
          (subject_kind, subject_id, subject_name, field, from_value, to_value, actor, origin, reason, evidence)
        select '{kind}', n.{key}, {name_now}, '{birth}', null, {first_value}, x.*
        from new_rows n
        cross join change_context() x
        order by n.{key};
      elsif tg_op = 'DELETE' then
        insert into status_event
          (subject_kind, subject_id, subject_name, field, from_value, to_value, actor, origin, reason, evidence)
        select '{kind}', o.{key}, {name_was}, 'deleted', {name_was}, null, x.*
        from old_rows o
        cross join change_context() x
        order by o.{key};
      else
        insert into status_event
          (subject_kind, subject_id, subject_name, field, from_value, to_value, actor, origin, reason, evidence)
        select '{kind}', n.{key}, {name_now}, c.field, {shown_was}, {shown_now}, x.*
        from old_rows o
        join new_rows n using ({key})
        cross join lateral (values {pairs}) as c (field, was, is_now)
        cross join change_context() x
        where c.was is distinct from c.is_now
        order by n.{key};
      end if;
      return null;
    end $body$;
    create or replace trigger record_update after update on process_tracker.{tbl}
      referencing old table as old_rows new table as new_rows
      for each statement execute function process_tracker.record_{tbl}();
  $template$, spec
    || jsonb_build_object('shown_was', replace(shown, '$', 'was'), 'shown_now', replace(shown, '$', 'is_now')));
  if not in_list then
    execute process_tracker.fill_template($template$
      create or replace trigger record_insert after insert on process_tracker.{tbl} referencing new table as new_rows
        for each statement execute function process_tracker.record_{tbl}();
      create or replace trigger record_delete after delete on process_tracker.{tbl} referencing old table as old_rows
        for each statement execute function process_tracker.record_{tbl}();
    $template$, spec);
  end if;
end $do$;

-- The same for the rows of a look-up table, of which the name is recorded: the column `label`.
create or replace function process_tracker.record_lookup(tbl text, kind text, key text, label text)
returns void language sql as $$
  select process_tracker.record_changes(tbl, kind, key, '$.' || label, array['name ' || label]);
  select process_tracker.refuse_blank_names(tbl, label)
$$;

-- Makes record_system_lkup.
select process_tracker.record_changes('system_lkup', 'SystemSetting', 'system_id', '$.system_key',
  array['name system_key', 'value system_value']);

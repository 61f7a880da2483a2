-- The history of links (see record-changes.sql). Adding eighty thousand attributes is one change of one object, so a
-- statement makes one event an owner: `to` is the JSON list of the names that came, `from` of those that went. A link
-- that a finer one implies is in the event of that one.
--
-- Has the links of a table recorded as changes of their owners. `owners` is what these are: kind (GraphQL type), owner
-- (table), key, name (of the row `r`). `owner_id` is the column of the link that holds the owner's number, `word` the
-- word of the API for the list, `way` the joins to what stands at the other end and `name` its name, in both of which
-- `$.` stands for the link. With `"touched": true` in `owners` a change of its links moves when and by whom an owner
-- was changed last; its row version is that of its own columns, and stays.
create or replace function process_tracker.record_links(
  owners jsonb, tbl text, owner_id text, word text, way text, name text
) returns void language plpgsql as $do$
declare
  names constant text := format('(select l.%s as owner, %s as name from $rows l %s',
    owner_id, replace(name, '$.', 'l.'), replace(way, '$.', 'l.'));
  told constant text := case
    when exists (
      select from pg_attribute
      where attrelid = ('process_tracker.' || tbl)::regclass and attname = 'implied')
    then ' where not l.implied)' else ')' end;
  touch constant text := case when (owners ->> 'touched')::boolean then $touch$
      if events > 0 and tg_op = 'DELETE' then
        perform touch_{owner}(array(select distinct l.{owner_id} from old_rows l));
      elsif events > 0 then
        perform touch_{owner}(array(select distinct l.{owner_id} from new_rows l));
      end if;$touch$ else '' end;
begin
  -- The name of an owner that is gone already, by a cascade or an earlier statement, is its number.
  execute process_tracker.fill_template($template$
    create or replace function process_tracker.record_links_{tbl}() returns trigger language plpgsql security definer
    set search_path = process_tracker, pg_temp set jit = off as $body$
    declare
      events int;
    begin
      if tg_op = 'INSERT' then
        insert into status_event
          (subject_kind, subject_id, subject_name, field, from_value, to_value, actor, origin, reason, evidence)
        select '{kind}', g.owner, coalesce((select {name} from {owner} r where r.{key} = g.owner), '#' || g.owner),
          '{word}', null, g.names, x.*
        from (
          select owner, json_agg(name order by name)::text as names
          from {names_now}{told} l
          where owner is not null
          group by owner
        ) g
        cross join change_context() x
        order by g.owner;
      elsif tg_op = 'DELETE' then
        insert into status_event
          (subject_kind, subject_id, subject_name, field, from_value, to_value, actor, origin, reason, evidence)
        select '{kind}', g.owner, coalesce((select {name} from {owner} r where r.{key} = g.owner), '#' || g.owner),
          '{word}', g.names, null, x.*
        from (
          select owner, json_agg(name order by name)::text as names
          from {names_was}{told} l
          where owner is not null
          group by owner
        ) g
        cross join change_context() x
        order by g.owner;
      else
        insert into status_event
          (subject_kind, subject_id, subject_name, field, from_value, to_value, actor, origin, reason, evidence)
        select '{kind}', g.owner, coalesce((select {name} from {owner} r where r.{key} = g.owner), '#' || g.owner),
          '{word}', g.gone, g.come, x.*
        from (
          select owner,
            json_agg(name order by name) filter (where not is_new)::text as gone,
            json_agg(name order by name) filter (where is_new)::text as come
          from (
            (
              select false as is_new, was.* from {names_was}) was
              except all
              select false, now.* from {names_now}) now
            )
            union all
            (
              select true, now.* from {names_now}) now
              except all
              select true, was.* from {names_was}) was
            )
          ) as changed
          where owner is not null
          group by owner
        ) g
        cross join change_context() x
        order by g.owner;
      end if;
      get diagnostics events = row_count;{touch}
      return null;
    end $body$;
    create or replace trigger record_links_insert after insert on process_tracker.{tbl}
      referencing new table as new_rows
      for each statement execute function process_tracker.record_links_{tbl}();
    create or replace trigger record_links_update after update on process_tracker.{tbl}
      referencing old table as old_rows new table as new_rows
      for each statement execute function process_tracker.record_links_{tbl}();
    create or replace trigger record_links_delete after delete on process_tracker.{tbl}
      referencing old table as old_rows
      for each statement execute function process_tracker.record_links_{tbl}();
  $template$, owners || jsonb_build_object('tbl', tbl, 'word', word, 'told', told,
    'touch', process_tracker.fill_template(touch, owners || jsonb_build_object('owner_id', owner_id)),
    'names_now', replace(names, '$rows', 'new_rows'), 'names_was', replace(names, '$rows', 'old_rows')));
end $do$;

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
  touched constant boolean := coalesce((owners ->> 'touched')::boolean, false);
begin
  -- The name of an owner that is gone already, by a cascade or an earlier statement, is its number.
  execute process_tracker.fill_template($template$
    create or replace function process_tracker.record_links_{tbl}() returns trigger language plpgsql security definer
    set search_path = process_tracker, pg_temp set jit = off as $body$
    declare
      owners int[];
    begin
      if tg_op = 'INSERT' then
        {before}insert into status_event
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
        order by g.owner{after};
      elsif tg_op = 'DELETE' then
        {before}insert into status_event
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
        order by g.owner{after};
      else
        {before}insert into status_event
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
        order by g.owner{after};
      end if;
      {touch}
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
    'before', case when touched then 'with events as (' else '' end,
    'after', case when touched then ' returning subject_id) select array_agg(subject_id) into owners from events' end,
    'touch', case when touched then format('if owners is not null then perform touch_%s(owners); end if;',
      owners ->> 'owner') end,
    'names_now', replace(names, '$rows', 'new_rows'), 'names_was', replace(names, '$rows', 'old_rows')));
end $do$;

-- A process that reads an attribute reads its object and its source as well. Python clients write attribute rows alone,
-- so the database adds the coarser rows and keeps `implied` true exactly where the same process has a finer link below,
-- on the same side. When the last finer link goes, a coarser row that was only added here (`declared` is false) goes
-- too; one that was declared stays. Coarser rows are locked in the order of their keys, so that two writers never
-- wait for each other crosswise.

-- The four steps from a finer link to the coarser one above it: attributes before objects, since they make objects.
create or replace function process_tracker.link_levels()
returns table (
  finer text, finer_id text, thing text, thing_id text, parent_id text, coarser text, coarser_id text
) language sql immutable as $$
  values
    ('process_source_object_attribute', 'source_object_attribute_id',
      'source_object_attribute_lkup', 'source_object_attribute_id', 'source_object_id',
      'process_source_object', 'source_object_id'),
    ('process_target_object_attribute', 'target_object_attribute_id',
      'source_object_attribute_lkup', 'source_object_attribute_id', 'source_object_id',
      'process_target_object', 'target_object_id'),
    ('process_source_object', 'source_object_id',
      'source_object_lkup', 'source_object_id', 'source_id',
      'process_source', 'source_id'),
    ('process_target_object', 'target_object_id',
      'source_object_lkup', 'source_object_id', 'source_id',
      'process_target', 'target_source_id')
$$;

-- Brings the coarser rows of these processes (of all, if null) in line with the finer ones: for a store that is taken
-- over, and for objects that move. Adds rows and sets `implied`; takes away only rows that were added for a finer link
-- which is elsewhere now.
create or replace function process_tracker.complete_links(processes integer[]) returns void language plpgsql
set search_path = process_tracker, pg_temp as $body$
declare
  at record;
begin
  for at in select * from process_tracker.link_levels() loop
    execute process_tracker.fill_template($sql$
      delete from {coarser} l
      where not l.declared and (l.process_id = any ($1) or $1 is null) and not exists (
        select from {finer} f
        join {thing} t on t.{thing_id} = f.{finer_id}
        where f.process_id = l.process_id and t.{parent_id} = l.{coarser_id})
    $sql$, to_jsonb(at)) using processes;
    execute process_tracker.fill_template($sql$
      update {coarser} l set implied = false
      where l.implied and (l.process_id = any ($1) or $1 is null) and not exists (
        select from {finer} f
        join {thing} t on t.{thing_id} = f.{finer_id}
        where f.process_id = l.process_id and t.{parent_id} = l.{coarser_id})
    $sql$, to_jsonb(at)) using processes;
    execute process_tracker.fill_template($sql$
      insert into {coarser} (process_id, {coarser_id}, implied, declared)
      select distinct f.process_id, t.{parent_id}, true, false
      from {finer} f
      join {thing} t on t.{thing_id} = f.{finer_id}
      where t.{parent_id} is not null and (f.process_id = any ($1) or $1 is null)
      order by 1, 2
      on conflict (process_id, {coarser_id}) do update
      set implied = true
      where not {coarser}.implied
    $sql$, to_jsonb(at)) using processes;
  end loop;
end $body$;

-- Makes complete_process_source, complete_process_target, complete_process_source_object,
-- complete_process_target_object.
do $do$
declare
  at record;
begin
  for at in select * from process_tracker.link_levels() loop
    execute process_tracker.fill_template($template$
      create or replace function process_tracker.complete_{coarser}() returns trigger language plpgsql
      set search_path = process_tracker, pg_temp set jit = off as $body$
      declare
        processes integer[];
        parents integer[];
      begin
        if tg_op = 'UPDATE' then
          if not exists (
            select process_id, {finer_id} from old_rows
            except
            select process_id, {finer_id} from new_rows
          ) then
            return null;
          end if;
        end if;
        if tg_op <> 'DELETE' then
          insert into {coarser} (process_id, {coarser_id}, implied, declared)
          select distinct f.process_id, t.{parent_id}, true, false
          from new_rows f
          join {thing} t on t.{thing_id} = f.{finer_id}
          where t.{parent_id} is not null
          order by 1, 2
          on conflict (process_id, {coarser_id}) do update
          set implied = true
          where not {coarser}.implied;
        end if;
        if tg_op <> 'INSERT' then
          -- Locked first, looked at by the next statement: a call that adds a finer link holds this lock until that
          -- link can be seen. A row that is not there to be locked is none of this call's to take away.
          select array_agg(l.process_id), array_agg(l.parent) into processes, parents
          from (
            select l.process_id, l.{coarser_id} as parent
            from {coarser} l
            join (
              select distinct f.process_id, t.{parent_id} as parent
              from old_rows f
              join {thing} t on t.{thing_id} = f.{finer_id}
            ) k on l.process_id = k.process_id and l.{coarser_id} = k.parent
            order by l.process_id, l.{coarser_id} for update of l
          ) l;
          select array_agg(k.process_id), array_agg(k.parent) into processes, parents
          from unnest(processes, parents) as k (process_id, parent)
          where not exists (
            select from {finer} f
            join {thing} t on t.{thing_id} = f.{finer_id}
            where f.process_id = k.process_id and t.{parent_id} = k.parent);
          if processes is not null then
            delete from {coarser} l
            using unnest(processes, parents) as k (process_id, parent)
            where not l.declared and l.process_id = k.process_id and l.{coarser_id} = k.parent;
            update {coarser} l
            set implied = false
            from unnest(processes, parents) as k (process_id, parent)
            where l.implied and l.process_id = k.process_id and l.{coarser_id} = k.parent;
          end if;
        end if;
        return null;
      end $body$;
      create or replace trigger complete_insert after insert on process_tracker.{finer}
        referencing new table as new_rows
        for each statement execute function process_tracker.complete_{coarser}();
      create or replace trigger complete_update after update on process_tracker.{finer}
        referencing old table as old_rows new table as new_rows
        for each statement execute function process_tracker.complete_{coarser}();
      create or replace trigger complete_delete after delete on process_tracker.{finer}
        referencing old table as old_rows
        for each statement execute function process_tracker.complete_{coarser}();
    $template$, to_jsonb(at));
  end loop;
end $do$;

-- A coarser row that is inserted above finer ones that are there already. Makes mark_process_source,
-- mark_process_target, mark_process_source_object, mark_process_target_object.
do $do$
declare
  at record;
begin
  for at in select * from process_tracker.link_levels() loop
    execute process_tracker.fill_template($template$
      create or replace function process_tracker.mark_{coarser}() returns trigger language plpgsql
      set search_path = process_tracker, pg_temp set jit = off as $body$
      begin
        -- The update of no row would fire this table's triggers for nothing.
        if exists (select from new_rows where not implied) then
          update {coarser} l set implied = true from new_rows n
          where not l.implied and l.process_id = n.process_id and l.{coarser_id} = n.{coarser_id} and exists (
            select from {finer} f
            join {thing} t on t.{thing_id} = f.{finer_id}
            where f.process_id = l.process_id and t.{parent_id} = l.{coarser_id});
        end if;
        return null;
      end $body$;
      create or replace trigger mark_insert after insert on process_tracker.{coarser} referencing new table as new_rows
        for each statement execute function process_tracker.mark_{coarser}();
    $template$, to_jsonb(at));
  end loop;
end $do$;

-- An attribute moves to another object, an object to another source: the links of its processes follow. Makes
-- move_process_source, move_process_target, move_process_source_object, move_process_target_object.
do $do$
declare
  at record;
begin
  for at in select * from process_tracker.link_levels() loop
    execute process_tracker.fill_template($template$
      create or replace function process_tracker.move_{coarser}() returns trigger language plpgsql
      set search_path = process_tracker, pg_temp set jit = off as $body$
      declare
        processes integer[];
      begin
        select array_agg(distinct f.process_id) into processes
        from old_rows o
        join new_rows n using ({thing_id})
        join {finer} f on f.{finer_id} = o.{thing_id}
        where o.{parent_id} is distinct from n.{parent_id};
        if processes is not null then
          perform process_tracker.complete_links(processes);
        end if;
        return null;
      end $body$;
      create or replace trigger move_{coarser} after update on process_tracker.{thing}
        referencing old table as old_rows new table as new_rows
        for each statement execute function process_tracker.move_{coarser}();
    $template$, to_jsonb(at));
  end loop;
end $do$;

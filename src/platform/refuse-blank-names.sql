-- A new name does not begin or end with blanks, which are seldom meant and never seen. It holds for what Waybill
-- writes; other clients, and names that exist, go on as they are. Blank is what JavaScript's trim takes.
create or replace function process_tracker.refuse_blank_name()
returns trigger language plpgsql set search_path = process_tracker, pg_temp set jit = off as $$
declare
  name constant text := to_jsonb(new) ->> tg_argv[0];
  trimmed constant text := btrim(name, tg_argv[1]);
  known boolean;
begin
  if coalesce(current_setting('waybill.actor', true), '') = '' then
    return new;
  end if;
  -- An insert that does nothing where the name exists comes here too.
  execute format('select exists (select from %I where %I = $1)', tg_table_name, tg_argv[0]) into known using name;
  if known then
    return new;
  end if;
  raise exception using errcode = 'WB400',
    message = format('A new name must not begin or end with blanks: %s. Did you mean %s?', to_json(name),
      to_json(trimmed)),
    detail = jsonb_build_object('argument', 'input', 'value', name, 'allowed', 'a name without blanks at its ends',
      'nearest', jsonb_build_array(trimmed));
end $$;

-- The characters that are blank.
create or replace function process_tracker.blanks() returns text language sql immutable as $$
  select E' \t\n\f\r' || U&'\000B\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A'
    || U&'\2028\2029\202F\205F\3000\FEFF'
$$;

-- The trigger of a table for its column of names. The condition is one of the row, so that usual names cost no call.
create or replace function process_tracker.refuse_blank_names(tbl text, col text) returns void language plpgsql as $do$
declare
  blanks constant text := process_tracker.blanks();
begin
  execute format('create or replace trigger refuse_blank_name before insert on process_tracker.%I for each row '
    'when (new.%I <> btrim(new.%I, %L)) execute function process_tracker.refuse_blank_name(%L, %L)',
    tbl, col, col, blanks, col, blanks);
end $do$;

-- Refuses to use what is retired: an error that names it, for the caller to restore it.
drop function if exists process_tracker.refuse_retired(text, text, timestamptz); -- until it said which record
create or replace function process_tracker.refuse_retired(
  kind text, id int, name text, since timestamptz, argument text default 'input'
)
returns void language plpgsql as $$
begin
  raise exception using errcode = 'WB409',
    message = format(
      'The %s %s is retired since %s and gets no new links. '
      'To use it again, restore it first, by the mutation restore.',
      kind, to_json(name), to_char(since at time zone 'UTC', 'YYYY-MM-DD')),
    detail = jsonb_build_object('argument', argument, 'value', name, 'kind', kind, 'databaseId', id,
      'retiredAt', process_tracker.instant_text(since));
end $$;

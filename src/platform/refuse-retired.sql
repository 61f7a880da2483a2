-- Refuses to use what is retired: an error that names it, for the caller to restore it.
drop function if exists process_tracker.refuse_retired(text, text, timestamptz); -- until it said which record
create or replace function process_tracker.refuse_retired(
  kind text, id int, name text, since timestamptz, argument text default 'input'
)
returns void language plpgsql as $$
declare
  refusal constant jsonb := process_tracker.retired_refusal(kind, id, name, since, argument);
begin
  raise exception using errcode = 'WB409', message = refusal ->> 'message',
    detail = refusal - array['code', 'message'];
end $$;

-- The same as data.
create or replace function process_tracker.retired_refusal(
  kind text, id int, name text, since timestamptz, argument text
)
returns jsonb language sql stable as $$
  select jsonb_build_object('code', 'CONFLICT',
    'message', format(
      'The %s %s is retired since %s and gets no new links. '
      'To use it again, restore it first, by the mutation restore.',
      kind, to_json(name), to_char(since at time zone 'UTC', 'YYYY-MM-DD')),
    'argument', argument, 'value', name, 'kind', kind, 'databaseId', id,
    'retiredAt', process_tracker.instant_text(since))
$$;

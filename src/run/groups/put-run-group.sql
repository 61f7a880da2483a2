-- The run group with this key, made or changed as `input` (key, name, expectedTotal) says, and kept from being closed
-- until the transaction ends.
create or replace function process_tracker.put_run_group(input jsonb) returns process_tracker.run_group
language plpgsql as $$
declare
  found_group run_group;
begin
  loop
    -- What is to be changed is not shared first: two who then both wanted more would wait for each other.
    update run_group g set
        name = coalesce(input ->> 'name', g.name),
        expected_total = coalesce((input ->> 'expectedTotal')::int, g.expected_total)
      where g.group_key = input ->> 'key'
        and (g.name is distinct from coalesce(input ->> 'name', g.name)
          or g.expected_total is distinct from coalesce((input ->> 'expectedTotal')::int, g.expected_total))
      returning * into found_group;
    exit when found;
    select * into found_group from run_group g
      where g.group_key = input ->> 'key'
      for share;
    exit when found;
    insert into run_group (group_key, name, expected_total)
      values (input ->> 'key', input ->> 'name', (input ->> 'expectedTotal')::int)
      on conflict (group_key) do nothing
      returning * into found_group;
    exit when found;
  end loop;
  return found_group;
end $$;

-- The same for a run that joins the group: it is refused if the group is closed.
create or replace function process_tracker.open_run_group(input jsonb) returns process_tracker.run_group
language plpgsql as $$
declare
  in_group constant run_group := process_tracker.put_run_group(input);
begin
  if in_group.closed_at is not null then
    raise exception using errcode = 'WB409',
      message = format('The run group %s is closed.', to_json(in_group.group_key)),
      detail = jsonb_build_object('argument', 'input.group.key', 'value', in_group.group_key,
        'closedAt', process_tracker.instant_text(in_group.closed_at));
  end if;
  return in_group;
end $$;

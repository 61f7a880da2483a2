-- Links to pages elsewhere, as the column `links` of a record holds them: a list of label and url, ordered by label.

-- The links with further ones: one whose label is there gets the new address.
create or replace function process_tracker.with_links(known jsonb, added jsonb) returns jsonb
language sql immutable as $$
  select coalesce(jsonb_agg(jsonb_build_object('label', l.key, 'url', l.value) order by l.key collate "C"), '[]')
  from jsonb_each((
    select jsonb_object_agg(x ->> 'label', x ->> 'url' order by place)
    from jsonb_array_elements(known || added) with ordinality n(x, place)
  )) l
$$;

-- What is wrong with so many links, as a verdict (lifecycle/make-lifecycle.sql); null if nothing is.
create or replace function process_tracker.check_links(links jsonb) returns jsonb language sql immutable as $$
  select case when jsonb_array_length(links) > 50 then
    jsonb_build_object('code', 'INVALID',
      'message', format('A record may have at most 50 links, not %s.', jsonb_array_length(links)),
      'argument', 'links', 'value', jsonb_array_length(links), 'allowed', '{"max": 50}'::jsonb) end
$$;

-- Registers processes with everything that they name, in one call and one snapshot of each table: set-based,
-- idempotent, safe in parallel. `input` is what register-processes.ts makes of the requests: lists in which every row
-- is once, in one order for all callers, and in which rows point to each other by their place (registration-types.sql).
-- What is left out (null) stays as it is.
--
-- Deadlocks are kept away by order: table by table as below, and in each table in the order of the names. Once the
-- processes are locked, two registrations of one process follow each other, so their links never cross.
--
-- The first row has the `links_above` the new dependencies: find-cycles.ts judges whether they close a cycle; and the
-- data types that differ from the known ones, which stay.
drop function if exists process_tracker.register_processes(jsonb); -- until it answered them
create or replace function process_tracker.register_processes(input jsonb)
returns table (process_id int, created boolean, links json, differing json) language plpgsql as $$
#variable_conflict use_column
declare
  process_ids int[]; new_ids int[]; source_ids int[]; object_ids int[]; attribute_ids int[]; contact_ids int[];
  links_above json; differing_types json;
begin
  if process_tracker.has_aliases() then
    input := process_tracker.resolve_aliases(input);
  end if;

  perform process_tracker.refuse_unknown_frequency(input -> 'processes');
  perform process_tracker.put_lookups(input);
  contact_ids := process_tracker.put_contacts(input -> 'contacts');
  select p.process_ids, p.new_ids into process_ids, new_ids
  from process_tracker.put_processes(input -> 'processes') p;
  if process_tracker.has_aliases() then
    -- Once more: it may have taken long to get hold of the processes, and meanwhile other rows got other names.
    input := process_tracker.resolve_aliases(input);
  end if;
  source_ids := process_tracker.put_sources(input -> 'sources');
  object_ids := process_tracker.put_objects(input -> 'objects', source_ids);
  select p.ids, p.differing into attribute_ids, differing_types
  from process_tracker.put_attributes(input -> 'attributes', object_ids, process_ids) p;

  perform process_tracker.refuse_retired('Process', process_id, process_name, retired_at, 'input.name')
  from process
  where retired_at is not null and process_id = any (process_ids)
  order by process_name
  limit 1;

  perform process_tracker.link_processes(input, process_ids, source_ids, object_ids, attribute_ids);
  perform process_tracker.link_contacts(input, process_ids, source_ids, object_ids, contact_ids);
  perform process_tracker.link_dataset_types(input -> 'processDatasetTypes', process_ids);
  perform process_tracker.put_process_links(input -> 'processLinks', input -> 'replaces', process_ids);
  if jsonb_array_length(input -> 'replaces') > 0 then
    perform process_tracker.unlink_left_out(input, process_ids, source_ids, object_ids, attribute_ids, contact_ids);
  end if;
  -- Parents are known processes, or made by this call. What is unlinked is gone by now, so that a link can be turned
  -- round.
  links_above := process_tracker.add_dependencies(input -> 'dependencies', process_ids);
  -- Last: both ends of a mapping must be linked still.
  perform process_tracker.map_attributes(input -> 'mappings', process_ids, attribute_ids);

  return query
    select id, id = any (new_ids), case place when 1 then links_above end, case place when 1 then differing_types end
    from unnest(process_ids) with ordinality n(id, place)
    order by place;
end $$;

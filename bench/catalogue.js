// A catalogue: processes that read three objects and write one, objects of twenty attributes, contacts.
// Numbers and names have one order, so that a peer that orders by number gives the answer of one that orders by name.

export const catalogueSizes = (quick) => (quick ? { processes: 200, objects: 400 } : { processes: 2_000, objects: 4_000 });

export const processName = (i) => `load ${String(i).padStart(4, '0')}`;

export async function fillCatalogue(client, { processes, objects }) {
  const sources = 20;
  const contacts = 200;
  await client.query(`
    begin;
    -- No trigger and no check of foreign keys: the rows are right.
    set local session_replication_role = replica;
    insert into contact_lkup (contact_id, contact_name, contact_email)
      select i, 'contact ' || to_char(i, 'FM000'), 'contact-' || i || '@example.org' from generate_series(1, ${contacts}) i;
    insert into source_lkup (source_id, source_name, source_type_id, description)
      select i, 'system ' || to_char(i, 'FM00'), 1, 'The system number ' || i || '.' from generate_series(1, ${sources}) i;
    insert into source_contact (source_id, contact_id) select i, i from generate_series(1, ${sources}) i;
    insert into source_object_lkup (source_object_id, source_id, source_object_name, description)
      select i, 1 + i % ${sources}, 'table ' || to_char(i, 'FM0000'), 'What the table number ' || i || ' holds.' from generate_series(1, ${objects}) i;
    insert into source_object_attribute_lkup
        (source_object_attribute_id, source_object_id, source_object_attribute_name, data_length, is_key, description, ordinal)
      select (o - 1) * 20 + n, o, 'column ' || to_char(n, 'FM00'), n * 10, n = 1, 'The value number ' || n || ' of table ' || o || '.', n
      from generate_series(1, ${objects}) o, generate_series(1, 20) n;
    insert into process (process_id, process_name, process_type_id, process_tool_id, description)
      select i, 'load ' || to_char(i, 'FM0000'), 1, 1, 'Loads what number ' || i || ' needs.' from generate_series(1, ${processes}) i;
    insert into process_contact (process_id, contact_id)
      select i, 1 + (i + n) % ${contacts} from generate_series(1, ${processes}) i, generate_series(1, 2) n;
    insert into process_source_object (process_id, source_object_id)
      select i, 1 + (2 * i + n) % ${objects} from generate_series(1, ${processes}) i, generate_series(1, 3) n;
    insert into process_target_object (process_id, target_object_id)
      select i, 1 + 2 * i % ${objects} from generate_series(1, ${processes}) i;
    insert into process_source (process_id, source_id, implied, declared)
      select distinct process_id, source_id, true, false from process_source_object join source_object_lkup using (source_object_id) where process_id <= ${processes};
    insert into process_target (process_id, target_source_id, implied, declared)
      select distinct process_id, source_id, true, false from process_target_object join source_object_lkup on source_object_id = target_object_id
      where process_id <= ${processes};
    commit`);
}

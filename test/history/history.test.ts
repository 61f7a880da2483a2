import { openStore } from '../support/sql-store.js';

const store = await openStore('history');
const { pool, sql, one, write, lastEvent, eventsSince, newProcess, newRun, newSource, newLocation } = store;
afterAll(() => store.close());

describe('history', () => {
  test('tells who, why, by what way and on what evidence', async () => {
    const id = await newProcess();
    await write('operator');
    const start = await lastEvent();
    await write(
      'operator',
      `select set_config('waybill.evidence', '{"ticket": 7}', true)`,
      `update process set description = 'new' where process_id = ${id}`,
    );
    expect(
      await sql('select actor, reason, origin, evidence, subject_id, field, from_value, to_value from status_event where event_id > $1', [
        start,
      ]),
    ).toEqual([
      {
        actor: 'operator',
        reason: 'because',
        origin: 'api',
        evidence: { ticket: 7 },
        subject_id: String(id),
        field: 'description',
        from_value: null,
        to_value: 'new',
      },
    ]);
  });

  test('a change that comes without them has the origin sql and no actor', async () => {
    const start = await lastEvent();
    await newProcess();
    expect(await sql('select field, actor, reason, origin from status_event where event_id > $1', [start])).toEqual([
      { field: 'created', actor: null, reason: null, origin: 'sql' },
    ]);
  });

  test('processes: made, changed by name not by number, deleted', async () => {
    const start = await lastEvent();
    const id = await newProcess('history of a process');
    await sql('update process set process_type_id = 1, schedule_frequency_id = 2, total_record_count = 9 where process_id = $1', [id]);
    await sql('update process set process_type_id = 2, process_name = $2 where process_id = $1', [id, 'renamed']);
    await sql('delete from process where process_id = $1', [id]);
    expect((await eventsSince(start)).sort()).toEqual([
      'Process history of a process created: null → history of a process',
      'Process history of a process scheduleFrequency: unscheduled → daily',
      'Process history of a process type: null → Extract',
      'Process renamed deleted: renamed → null',
      'Process renamed name: history of a process → renamed',
      'Process renamed type: Extract → Load',
    ]);
  });

  test('runs: every status, with the name of the run or of its process and number', async () => {
    const process = await newProcess('runs');
    const start = await lastEvent();
    await sql(newRun(process, 4));
    await sql(`update process_tracking set process_status_id = 2, process_run_record_count = 10 where process_id = $1`, [process]);
    await sql(
      `update process_tracking set process_run_name = 'evening', process_status_id = 3, end_reason = 'abandoned' where process_id = $1`,
      [process],
    );
    expect(await eventsSince(start)).toEqual([
      'Run runs #4 status: null → running',
      'Run runs #4 status: running → completed',
      'Run evening status: completed → failed',
      'Run evening endReason: null → abandoned',
    ]);
  });

  test('links: one event an owner and statement, with the names that came and went', async () => {
    const { name, attributes } = await newSource({ orders: ['id', 'price'] });
    const process = await newProcess('links');
    const [child] = [await newProcess('child of links')];
    const start = await lastEvent();
    await sql(`insert into process_source_object_attribute (process_id, source_object_attribute_id) select $1, unnest($2::int[])`, [
      process,
      attributes,
    ]);
    await sql('delete from process_source_object_attribute where process_id = $1 and source_object_attribute_id = $2', [
      process,
      attributes[0],
    ]);
    await sql('insert into process_dependency (parent_process_id, child_process_id) values ($1, $2)', [process, child]);
    await sql('update process_dependency set dependency_type_id = 3 where child_process_id = $1', [child]);
    expect(await eventsSince(start)).toEqual([
      `Process links sourceAttributes: null → ["${name}.orders.id", "${name}.orders.price"]`,
      `Process links sourceAttributes: ["${name}.orders.id"] → null`,
      'Process child of links parents: null → ["links"]',
      'Process child of links parents: ["links"] → ["links (Soft)"]',
    ]);
  });

  test('contacts of a process with their roles; what a cascade takes with it does not fail', async () => {
    const process = await newProcess('contacts');
    const contact = await one(`insert into contact_lkup (contact_name) values ('Desk') returning contact_id`);
    const { objects } = await newSource({ orders: [] });
    const start = await lastEvent();
    await sql('insert into process_contact (process_id, contact_id) values ($1, $2)', [process, contact]);
    await sql(`insert into process_contact_role (process_id, contact_id, role) values ($1, $2, 'owner')`, [process, contact]);
    await sql(`insert into source_object_contact (source_object_id, contact_id, role) values ($1, $2, 'steward')`, [objects[0], contact]);
    await sql('delete from process_contact where process_id = $1', [process]);
    await sql('delete from contact_lkup where contact_id = $1', [contact]);
    expect((await eventsSince(start)).sort()).toEqual([
      'Contact Desk deleted: Desk → null',
      'Process contacts contacts: ["Desk (owner)"] → null',
      'Process contacts contacts: ["Desk"] → null',
      'Process contacts contacts: null → ["Desk (owner)"]',
      'Process contacts contacts: null → ["Desk"]',
      `SourceObject orders contacts: ["#${contact} (steward)"] → null`,
      'SourceObject orders contacts: null → ["Desk (steward)"]',
    ]);
  });

  test('files: status, registration again, what a run does with them', async () => {
    const location = await newLocation();
    const process = await newProcess('files');
    const run = await one(`${newRun(process, 1)} returning process_tracking_id`);
    const start = await lastEvent();
    const file = await one(
      `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time) values ('a.csv', $1, '2026-01-01') returning extract_id`,
      [location],
    );
    await sql(
      `insert into extract_process_tracking (process_tracking_id, extract_tracking_id, extract_process_event_date_time) values ($1, $2, now())`,
      [run, file],
    );
    await sql(`update extract_tracking set extract_status_id = 2 where extract_id = $1`, [file]);
    await sql(`update extract_process_tracking set extract_process_status_id = 2 where extract_tracking_id = $1`, [file]);
    await sql(`update extract_tracking set extract_registration_date_time = '2026-01-02' where extract_id = $1`, [file]);
    expect(await eventsSince(start)).toEqual([
      'File a.csv status: null → initializing',
      'Run files #1 files: null → ["a.csv (initializing)"]',
      'File a.csv status: initializing → ready',
      'Run files #1 files: ["a.csv (initializing)"] → ["a.csv (ready)"]',
      'File a.csv registeredAt: 2026-01-01 00:00:00 → 2026-01-02 00:00:00',
    ]);
  });

  test('attributes: each of their facts', async () => {
    const { attributes } = await newSource({ facts: ['x'] });
    const type = await one(`insert into data_type_lkup (data_type) values ('decimal of history') returning data_type_id`);
    const start = await lastEvent();
    await sql(
      `update source_object_attribute_lkup set description = 'd', attribute_path = 'p', data_type_id = $2, data_length = 5, data_decimal = 2, is_pii = true, is_key = true,
         is_filter = true, is_partition = true, default_value_string = 's', default_value_number = 1, reported_type = 'r', ordinal = 3 where source_object_attribute_id = $1`,
      [attributes[0], type],
    );
    await sql(
      `update source_object_attribute_lkup set source_object_attribute_name = 'y' where source_object_attribute_id = $1`,
      attributes,
    );
    expect((await eventsSince(start)).sort()).toEqual([
      'SourceObject facts attributes: ["x"] → ["y"]',
      'SourceObjectAttribute x dataType: null → decimal of history',
      'SourceObjectAttribute x decimals: null → 2',
      'SourceObjectAttribute x defaultNumber: null → 1',
      'SourceObjectAttribute x defaultText: null → s',
      'SourceObjectAttribute x description: null → d',
      'SourceObjectAttribute x isFilter: false → true',
      'SourceObjectAttribute x isKey: false → true',
      'SourceObjectAttribute x isPartition: false → true',
      'SourceObjectAttribute x isPii: false → true',
      'SourceObjectAttribute x length: null → 5',
      'SourceObjectAttribute x ordinal: null → 3',
      'SourceObjectAttribute x path: null → p',
      'SourceObjectAttribute x reportedType: null → r',
      'SourceObjectAttribute y name: x → y',
    ]);
  });

  test('files: what they come from, hold, and wait for', async () => {
    const location = await newLocation();
    const { name, source, objects } = await newSource({ orders: [] });
    const insert = `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time) values ($2, $1, '2026-01-01') returning extract_id`;
    const parent = await one(insert, [location, 'parent.csv']);
    const file = await one(insert, [location, 'child.csv']);
    const type = await one(`insert into dataset_type_lkup (dataset_type) values ('orders of history') returning dataset_type_id`);
    const start = await lastEvent();
    await sql('insert into extract_source (extract_id, source_id) values ($1, $2)', [file, source]);
    await sql('insert into extract_source_object (extract_id, source_object_id) values ($1, $2)', [file, objects[0]]);
    await sql('insert into extract_dataset_type (extract_id, dataset_type_id) values ($1, $2)', [file, type]);
    await sql('insert into extract_dependency (parent_extract_id, child_extract_id) values ($1, $2)', [parent, file]);
    expect(await eventsSince(start)).toEqual([
      `File child.csv sources: null → ["${name}"]`,
      `File child.csv sourceObjects: null → ["${name}.orders"]`,
      'File child.csv datasetTypes: null → ["orders of history"]',
      'File child.csv parents: null → ["parent.csv"]',
    ]);
  });

  test('the tables whose changes leave no event are these', async () => {
    const tables = await sql(
      `select c.relname as name from pg_class c where c.relnamespace = 'process_tracker'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
         and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname in ('record_update', 'record_links_update')) order by 1`,
    );
    expect(tables.map(({ name }) => name)).toEqual([
      'error_tracking',
      'extract_error',
      'extract_version',
      'lifecycle_move',
      'process_due',
      'process_filter_value',
      'run_object',
      'run_parameter',
      'status_event',
      'waybill_migration',
      'waybill_setting',
    ]);
  });

  test('an event can be written by who may not write the history', async () => {
    const client = await pool.connect();
    try {
      await client.query(`begin; create role python_${process.pid}; grant usage on schema process_tracker to python_${process.pid};
        grant select, insert, update, delete on tool_lkup, process_source, process_source_object, process_source_object_attribute to python_${process.pid};
        grant usage on all sequences in schema process_tracker to python_${process.pid}; set local role python_${process.pid}`);
      await client.query(`insert into tool_lkup (tool_name) values ('by a client')`);
      await expect(
        client.query(`insert into status_event (subject_kind, subject_id, field, origin) values ('Tool', 1, 'x', 'sql')`),
      ).rejects.toThrow('permission denied');
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  test('80,000 attributes and their links: one event an object and one a process', async () => {
    const source = await one(`insert into source_lkup (source_name) values ('wide') returning source_id`);
    await sql(`insert into source_object_lkup (source_id, source_object_name) select $1, 'object ' || n from generate_series(1, 100) n`, [
      source,
    ]);
    const start = await lastEvent();
    await sql(
      `insert into source_object_attribute_lkup (source_object_id, source_object_attribute_name)
       select source_object_id, 'attribute ' || n from source_object_lkup, generate_series(1, 800) n where source_id = $1`,
      [source],
    );
    const process = await newProcess('wide');
    await sql(
      `insert into process_target_object_attribute (process_id, target_object_attribute_id)
       select $1, source_object_attribute_id from source_object_attribute_lkup join source_object_lkup using (source_object_id) where source_id = $2`,
      [process, source],
    );
    expect(
      await sql(
        `select subject_kind as kind, field, count(*)::int as events, sum(json_array_length(to_value::json))::int as names from status_event
         where event_id > $1 and field <> 'created' group by 1, 2 order by 1`,
        [start],
      ),
    ).toEqual([
      { kind: 'Process', field: 'targetAttributes', events: 1, names: 80_000 },
      { kind: 'SourceObject', field: 'attributes', events: 100, names: 80_000 },
    ]);
    expect(
      await sql('select count(*)::int as n, bool_and(implied) as implied from process_target_object where process_id = $1', [process]),
    ).toEqual([{ n: 100, implied: true }]);
  });
});

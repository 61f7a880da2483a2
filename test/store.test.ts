import pg from 'pg';
import { createDatabase, type TestDatabase } from './support/cluster.js';

type Row = Record<string, any>;

let database: TestDatabase;
let pool: pg.Pool;
let unique = 0;

beforeAll(async () => {
  database = await createDatabase('store');
  pool = new pg.Pool({ connectionString: database.url, options: '-c search_path=process_tracker -c timezone=UTC', max: 20 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const sql = async (text: string, values: unknown[] = []): Promise<Row[]> => (await pool.query(text, values)).rows;
const one = async (text: string, values: unknown[] = []): Promise<any> => Object.values((await sql(text, values))[0]!)[0];

/** Runs statements in one transaction, as a mutation of `actor` does. */
async function write(actor: string | null, ...statements: string[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    if (actor !== null) await client.query(`select begin_write($1, 'because', 'api')`, [actor]);
    for (const text of statements) await client.query(text);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

const lastEvent = () => one('select coalesce(max(event_id), 0) from status_event');
/** Events since `after`, short: `Kind name field: from → to`. */
const eventsSince = async (after: unknown) =>
  (await sql('select * from status_event where event_id > $1 order by event_id', [after])).map(
    (e) => `${e.subject_kind} ${e.subject_name} ${e.field}: ${e.from_value} → ${e.to_value}`,
  );

const newProcess = async (name = `process ${++unique}`) =>
  Number(await one('insert into process (process_name) values ($1) returning process_id', [name]));
const newRun = (process: number, number: number, more = '') =>
  `insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time${more && ', is_latest_run'})
   values (${process}, 1, ${number}, '2026-01-01'${more && `, ${more}`})`;

/** A source with objects and their attributes: `{ orders: ['id', 'price'] }`. Answers the numbers of the attributes in their order. */
async function newSource(
  objects: Record<string, string[]>,
): Promise<{ name: string; source: number; objects: number[]; attributes: number[] }> {
  const name = `source ${++unique}`;
  const source = Number(await one('insert into source_lkup (source_name) values ($1) returning source_id', [name]));
  const made = { name, source, objects: [] as number[], attributes: [] as number[] };
  for (const [object, attributes] of Object.entries(objects)) {
    const id = Number(
      await one('insert into source_object_lkup (source_id, source_object_name) values ($1, $2) returning source_object_id', [
        source,
        object,
      ]),
    );
    made.objects.push(id);
    const rows = await sql(
      `insert into source_object_attribute_lkup (source_object_id, source_object_attribute_name) select $1, unnest($2::text[]) returning source_object_attribute_id as id`,
      [id, attributes],
    );
    made.attributes.push(...rows.map((row) => Number(row.id)));
  }
  return made;
}

describe('P51 audit columns', () => {
  const stamps = (id: number) =>
    sql('select created_by, updated_by, row_version, update_date_time::text as at from process where process_id = $1', [id]).then(
      (rows) => rows[0]!,
    );

  test('P51 rows carry the actor who made and who changed them', async () => {
    const name = `process ${++unique}`;
    await write('ann', `insert into process (process_name) values ('${name}')`);
    const id = Number(await one('select process_id from process where process_name = $1', [name]));
    const actor = async (who: string) => Number(await one('select actor_id from actor_lkup where actor_name = $1', [who]));
    expect(await stamps(id)).toMatchObject({ created_by: await actor('ann'), updated_by: await actor('ann'), row_version: 1 });
    await write('bob', `update process set description = 'nightly' where process_id = ${id}`);
    expect(await stamps(id)).toMatchObject({ created_by: await actor('ann'), updated_by: await actor('bob'), row_version: 2 });
    await sql(`update process set description = 'hourly' where process_id = ${id}`);
    expect(await stamps(id)).toMatchObject({ updated_by: 0, row_version: 3 });
  });

  test('P51 a row that is written as it was keeps its update time and its version', async () => {
    const id = await newProcess();
    const before = await stamps(id);
    await write('ann', `update process set process_name = process_name, description = null where process_id = ${id}`);
    await write(
      'ann',
      `insert into process (process_name) select process_name from process where process_id = ${id} on conflict (process_name) do update set process_name = excluded.process_name`,
    );
    expect(await stamps(id)).toEqual(before);
  });

  test('P51 an old client cannot set the update time of a row that it changes', async () => {
    const id = await newProcess();
    await sql(`update process set total_record_count = 5, update_date_time = '1999-01-01', updated_by = 7 where process_id = $1`, [id]);
    expect(await one(`select update_date_time > '2020-01-01' and updated_by = 0 from process where process_id = $1`, [id])).toBe(true);
  });

  test('every table with a row version keeps it', async () => {
    const without = await sql(
      `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'row_version'
       where c.relnamespace = 'process_tracker'::regnamespace and c.relkind in ('r', 'p')
         and not exists (select from pg_trigger g where g.tgrelid = c.oid and g.tgname = 'stamp_update')`,
    );
    expect(without).toEqual([]);
    expect(await one(`select count(*) from pg_trigger where tgname = 'stamp_update'`)).toBe('49');
  });

  test('the clock of rules and history can be moved by a setting', async () => {
    const client = await pool.connect();
    await client.query(`begin; set local waybill.now = '2031-05-06T07:08:09Z'`);
    const { rows } = await client.query(`insert into tool_lkup (tool_name) values ('clock') returning (select waybill_now()::text as now)`);
    const event = await client.query(`select at::text from status_event where subject_kind = 'Tool' and subject_name = 'clock'`);
    await client.query('rollback');
    client.release();
    expect([rows[0].now, event.rows[0].at]).toEqual(['2031-05-06 07:08:09+00', '2031-05-06 07:08:09+00']);
  });
});

describe('begin_write', () => {
  test('twenty at once make one actor', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => one(`select begin_write('crowd', null, 'api')`)));
    expect(new Set(ids).size).toBe(1);
    expect(await one(`select count(*) from actor_lkup where actor_name = 'crowd'`)).toBe('1');
  });

  test('its settings end with the transaction', async () => {
    const client = await pool.connect();
    await client.query(`begin; select begin_write('ann', 'why', 'api'); commit`);
    const { rows } = await client.query(
      `select current_setting('waybill.actor', true) as actor, current_setting('waybill.actor_id', true) as id`,
    );
    client.release();
    expect(rows).toEqual([{ actor: '', id: '' }]);
  });
});

describe('history', () => {
  test('tells who, why, by what way and on what evidence', async () => {
    const id = await newProcess();
    const start = await lastEvent();
    await write(
      'ann',
      `select set_config('waybill.evidence', '{"ticket": 7}', true)`,
      `update process set description = 'new' where process_id = ${id}`,
    );
    expect(
      await sql('select actor, reason, origin, evidence, subject_id, field, from_value, to_value from status_event where event_id > $1', [
        start,
      ]),
    ).toEqual([
      {
        actor: 'ann',
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
      'ProcessRun runs #4 status: null → running',
      'ProcessRun runs #4 status: running → completed',
      'ProcessRun evening status: completed → failed',
      'ProcessRun evening endReason: null → abandoned',
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
      'Extract a.csv status: null → initializing',
      'ProcessRun files #1 extracts: null → ["a.csv (initializing)"]',
      'Extract a.csv status: initializing → ready',
      'ProcessRun files #1 extracts: ["a.csv (initializing)"] → ["a.csv (ready)"]',
      'Extract a.csv registeredAt: 2026-01-01 00:00:00 → 2026-01-02 00:00:00',
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

describe('coarser links', () => {
  const coarser = (process: number) =>
    sql(
      `select 'object' as grain, source_object_id as id, implied from process_source_object where process_id = $1
       union all select 'source', source_id, implied from process_source where process_id = $1 order by 1, 2`,
      [process],
    );

  test('an attribute brings its object and its source', async () => {
    const { source, objects, attributes } = await newSource({ a: ['x', 'y'], b: ['z'] });
    const process = await newProcess();
    await sql('insert into process_source_object_attribute (process_id, source_object_attribute_id) select $1, unnest($2::int[])', [
      process,
      attributes,
    ]);
    expect(await coarser(process)).toEqual([
      { grain: 'object', id: objects[0], implied: true },
      { grain: 'object', id: objects[1], implied: true },
      { grain: 'source', id: source, implied: true },
    ]);
  });

  test('a coarser link that was declared becomes implied by a finer one, in either order', async () => {
    const { source, objects, attributes } = await newSource({ a: ['x'], b: [] });
    const process = await newProcess();
    await sql('insert into process_source (process_id, source_id) values ($1, $2)', [process, source]);
    await sql('insert into process_source_object (process_id, source_object_id) values ($1, $2)', [process, objects[1]]);
    await sql('insert into process_source_object_attribute (process_id, source_object_attribute_id) values ($1, $2)', [
      process,
      attributes[0],
    ]);
    expect(await coarser(process)).toEqual([
      { grain: 'object', id: objects[0], implied: true },
      { grain: 'object', id: objects[1], implied: false },
      { grain: 'source', id: source, implied: true },
    ]);
    // A client that deletes only the coarser rows and states them again.
    await sql('delete from process_source where process_id = $1', [process]);
    await sql('insert into process_source (process_id, source_id) values ($1, $2)', [process, source]);
    expect(await coarser(process)).toContainEqual({ grain: 'source', id: source, implied: true });
  });

  test('with the last finer link of plain SQL the coarser one goes; a mutation keeps it, no longer implied', async () => {
    const { source, objects, attributes } = await newSource({ a: ['x', 'y'] });
    const process = await newProcess();
    const link = () =>
      sql('insert into process_source_object_attribute (process_id, source_object_attribute_id) select $1, unnest($2::int[])', [
        process,
        attributes,
      ]);
    await link();
    await sql('delete from process_source_object_attribute where process_id = $1 and source_object_attribute_id = $2', [
      process,
      attributes[0],
    ]);
    expect(await coarser(process)).toHaveLength(2);
    await sql('delete from process_source_object_attribute where process_id = $1', [process]);
    expect(await coarser(process)).toEqual([]);
    await link();
    await write('ann', `delete from process_source_object_attribute where process_id = ${process}`);
    expect(await coarser(process)).toEqual([
      { grain: 'object', id: objects[0], implied: false },
      { grain: 'source', id: source, implied: true },
    ]);
  });

  test('links follow an object that moves to another source', async () => {
    const [from, to] = [await newSource({ moved: ['x'] }), await newSource({})];
    const process = await newProcess();
    await sql('insert into process_source_object_attribute (process_id, source_object_attribute_id) values ($1, $2)', [
      process,
      from.attributes[0],
    ]);
    await sql('update source_object_lkup set source_id = $1 where source_object_id = $2', [to.source, from.objects[0]]);
    expect(await coarser(process)).toEqual([
      { grain: 'object', id: from.objects[0], implied: true },
      { grain: 'source', id: to.source, implied: true },
    ]);
  });

  test('a change of implied is no change of the row', async () => {
    const { source, objects } = await newSource({ a: [] });
    const process = await newProcess();
    await sql('insert into process_source (process_id, source_id) values ($1, $2)', [process, source]);
    const start = await lastEvent();
    await sql('insert into process_source_object (process_id, source_object_id) values ($1, $2)', [process, objects[0]]);
    expect(
      await sql('select implied, row_version, update_date_time = created_date_time as same from process_source where process_id = $1', [
        process,
      ]),
    ).toEqual([{ implied: true, row_version: 1, same: true }]);
    expect(await eventsSince(start)).toHaveLength(1);
  });

  test('many writers of one process, adding and removing in any order, never wait crosswise', async () => {
    const names = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`object ${i}`, ['x', 'y']]));
    const { attributes } = await newSource(names);
    const process = await newProcess();
    const shuffled = () => [...attributes].sort(() => Math.random() - 0.5);
    const writers = Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 10; i++) {
        const ids = shuffled().slice(0, 6);
        // Each statement is a transaction, as in a client that commits at once.
        await sql(
          'insert into process_source_object_attribute (process_id, source_object_attribute_id) select $1, a from unnest($2::int[]) a order by a on conflict do nothing',
          [process, ids],
        );
        await sql(
          'delete from process_source_object_attribute where (process_id, source_object_attribute_id) in (select process_id, source_object_attribute_id from process_source_object_attribute where process_id = $1 and source_object_attribute_id = any ($2) order by 2 for update)',
          [process, ids.slice(0, 3)],
        );
      }
    });
    await Promise.all(writers);
    const told = await coarser(process);
    const objects = await sql(
      `select distinct source_object_id as id from process_source_object_attribute join source_object_attribute_lkup using (source_object_attribute_id) where process_id = $1 order by 1`,
      [process],
    );
    expect(told.filter(({ grain }) => grain === 'object')).toEqual(objects.map(({ id }) => ({ grain: 'object', id, implied: true })));
  });
});

const newLocation = async () => {
  await sql(`insert into location_type_lkup (location_type_name) values ('s3') on conflict do nothing`);
  const name = `location ${++unique}`;
  return Number(
    await one(
      `insert into location_lkup (location_name, location_path, location_type_id) select $1, $1, location_type_id from location_type_lkup where location_type_name = 's3' returning location_id`,
      [name],
    ),
  );
};

describe('P53 the database protects old clients', () => {
  /** Six connections do the same at once; answers how many succeeded and the constraint that stopped the others. */
  async function six(statement: (n: number) => string): Promise<{ succeeded: number; stoppedBy: string[] }> {
    const results = await Promise.allSettled(Array.from({ length: 6 }, (_, n) => sql(statement(n))));
    const errors = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as pg.DatabaseError).constraint ?? String(result.reason)] : [],
    );
    return { succeeded: 6 - errors.length, stoppedBy: [...new Set(errors)] };
  }

  test('P53 a run number is given once', async () => {
    const process = await newProcess();
    expect(await six(() => newRun(process, 1).replace(', 1, 1,', ', 2, 1,'))).toEqual({
      succeeded: 1,
      stoppedBy: ['process_tracking_process_id_process_run_id_unique'],
    });
  });

  test('P53 one run is running; reported ones may overlap', async () => {
    const process = await newProcess();
    expect(await six((n) => newRun(process, n))).toEqual({ succeeded: 1, stoppedBy: ['process_tracking_one_running'] });
    await sql(
      `insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, origin) values ($1, 1, 90, now(), 'observed'), ($1, 1, 91, now(), 'observed')`,
      [process],
    );
  });

  test('P53 one run is the latest', async () => {
    const process = await newProcess();
    expect(await six((n) => newRun(process, n, 'true').replace(', 1,', ', 2,'))).toEqual({
      succeeded: 1,
      stoppedBy: ['process_tracking_one_latest'],
    });
  });

  test('P53 six starts as a Python client makes them: one run', async () => {
    const process = await newProcess();
    const start = async () => {
      const last = (
        await sql(
          'select process_run_id, process_status_id from process_tracking where process_id = $1 order by process_run_id desc limit 1',
          [process],
        )
      )[0];
      if (last?.process_status_id === 1) throw new Error('running');
      await sql(newRun(process, (last?.process_run_id ?? 0) + 1, 'true'));
    };
    const results = await Promise.allSettled(Array.from({ length: 6 }, start));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await one('select count(*) from process_tracking where process_id = $1', [process])).toBe('1');
  });

  test('P53 a location holds one file of a name', async () => {
    const location = await newLocation();
    const file = `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time, extract_compression_type_id)`;
    expect(await six((n) => `${file} values ('a.csv', ${location}, now(), ${n % 2 ? 1 : 'null'})`)).toEqual({
      succeeded: 1,
      stoppedBy: ['extract_tracking_extract_location_id_extract_filename_unique'],
    });
  });

  test('P53 nothing depends on itself', async () => {
    const process = await newProcess();
    const file = await one(
      `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time) values ('self', $1, now()) returning extract_id`,
      [await newLocation()],
    );
    await expect(sql(`insert into process_dependency (parent_process_id, child_process_id) values ($1, $1)`, [process])).rejects.toThrow(
      'process_dependency_not_self',
    );
    await expect(sql(`insert into extract_dependency (parent_extract_id, child_extract_id) values ($1, $1)`, [file])).rejects.toThrow(
      'extract_dependency_not_self',
    );
  });

  test('P53 the two statuses of a file are filled, and a given one stays', async () => {
    const location = await newLocation();
    const file = await one(
      `insert into extract_tracking (extract_filename, extract_location_id, extract_status_id, extract_registration_date_time) values ('null', $1, null, now()) returning extract_id`,
      [location],
    );
    const run = await one(`${newRun(await newProcess(), 1)} returning process_tracking_id`);
    await sql(
      `insert into extract_process_tracking (extract_tracking_id, process_tracking_id, extract_process_event_date_time, extract_process_status_id) values ($1, $2, now(), null)`,
      [file, run],
    );
    await sql(
      `insert into extract_tracking (extract_filename, extract_location_id, extract_status_id, extract_registration_date_time) values ('given', $1, 4, now())`,
      [location],
    );
    expect(
      await sql(
        `select extract_filename as name, s.extract_status_name as status, r.extract_status_name as in_run from extract_tracking e join extract_status_lkup s using (extract_status_id)
         left join extract_process_tracking p on p.extract_tracking_id = e.extract_id left join extract_status_lkup r on r.extract_status_id = p.extract_process_status_id
         where extract_location_id = $1 order by 1`,
        [location],
      ),
    ).toEqual([
      { name: 'given', status: 'loaded', in_run: null },
      { name: 'null', status: 'initializing', in_run: 'initializing' },
    ]);
  });

  test('P53 an error has a run and a type', async () => {
    const error = `insert into error_tracking (error_type_id, process_tracking_id, error_occurrence_date_time)`;
    await expect(sql(`${error} values (1, -1, now())`)).rejects.toThrow('error_tracking_process_tracking_id_foreign');
    const run = await one(`${newRun(await newProcess(), 1)} returning process_tracking_id`);
    await expect(sql(`${error} values (-1, ${run}, now())`)).rejects.toThrow('error_tracking_error_type_id_foreign');
  });
});

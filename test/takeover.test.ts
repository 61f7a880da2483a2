import { readFileSync } from 'node:fs';
import pg from 'pg';
import { setupCommand } from '../src/app/commands/setup-command.js';
import { entities } from '../src/app/entities.js';
import { migrate, storeState, type StoreState } from '../src/app/migrate.js';
import { createOrm } from '../src/app/orm.js';
import { rules } from '../src/app/rules.js';
import { readOnlyShadow } from '../src/app/takeover.js';
import { connectionOptions } from '../src/platform/database.js';
import { learnShapes, selectList, shapeOf } from '../src/platform/rows.js';
import { createDatabase, createEmptyDatabase, execute, type TestDatabase } from './support/cluster.js';

type Row = Record<string, any>;

const oldStore = readFileSync(new URL('support/old-store.sql', import.meta.url), 'utf8');
/** Work of a Python client at each grain: p1 reads attributes only, p2 objects, p3 sources. */
const work = `
  set search_path = process_tracker;
  insert into actor_lkup (actor_name) values ('scheduler');
  insert into tool_lkup (tool_name) values ('Spark');
  insert into contact_lkup (contact_name, contact_email) values ('Desk', null);
  insert into process (process_name, process_type_id, process_tool_id, total_record_count, last_completed_run_date_time)
    values ('p1', 1, 1, 2147483647, '2021-03-28 02:30:00.123456'), ('p2', 2, 1, 0, '1900-01-01'), ('p3', null, null, 0, '1900-01-01');
  insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, process_run_end_date_time, is_latest_run,
    process_run_actor_id, process_run_name)
    values (1, 2, 1, '2021-03-28 02:15:00', '2021-03-28 02:30:00.123456', false, 1, null), (1, 1, 2, '2021-03-29 02:15:00', null, true, 1, 'Übung'),
      (2, 3, 1, '2021-03-28 02:15:00', '2021-03-28 02:16:00', true, 1, null);
  insert into process_dependency (parent_process_id, child_process_id) values (1, 2);
  insert into process_contact (process_id, contact_id) values (1, 1);
  insert into source_lkup (source_name) values ('crm'), ('Warehouse');
  insert into source_object_lkup (source_id, source_object_name) values (1, 'customers'), (1, 'orders'), (2, 'sales'), (2, null);
  insert into source_object_attribute_lkup (source_object_id, source_object_attribute_name) values (1, 'id'), (1, 'name'), (2, 'price'), (3, 'sum');
  insert into process_source_object_attribute (process_id, source_object_attribute_id) values (1, 1), (1, 2), (1, 3);
  insert into process_target_object_attribute (process_id, target_object_attribute_id) values (1, 4);
  insert into process_source (process_id, source_id) values (2, 2), (3, 1);
  insert into process_source_object (process_id, source_object_id) values (2, 3);
  insert into process_filter (process_id, source_object_attribute_id, filter_type_id, filter_value_string) values (1, 1, 1, 'x');
  insert into location_type_lkup (location_type_name) values ('local filesystem');
  insert into location_lkup (location_name, location_path, location_type_id) values ('in', '/in/', 1);
  insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time, extract_status_id, extract_filetype_id)
    values ('a.csv', 1, '2021-03-28 02:30:00', 2, 1), ('b.csv', 1, '2021-03-28 02:30:00', null, 1);
  insert into extract_process_tracking (extract_tracking_id, process_tracking_id, extract_process_event_date_time, extract_process_status_id)
    values (1, 1, now(), 2), (2, 1, now(), null);
  insert into cluster_tracking_lkup (cluster_name, cluster_max_memory_unit) values ('c', 'G');
  insert into error_tracking (error_type_id, process_tracking_id, error_description, error_occurrence_date_time) values (1, 3, 'no file', '2021-03-28 02:16:00');`;
/** What clients without a protecting database leave behind: one of everything that a rule forbids. */
const mess = `
  set search_path = process_tracker;
  insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, is_latest_run)
    values (1, 1, 2, '2021-03-29 02:15:00', true), (1, 2, 3, '2021-03-30', false);
  insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time, extract_compression_type_id) values ('a.csv', 1, '2021-04-01', 1);
  insert into process_dependency (parent_process_id, child_process_id) values (3, 3);
  insert into extract_dependency (parent_extract_id, child_extract_id) values (2, 2);
  insert into error_tracking (error_type_id, process_tracking_id, error_description, error_occurrence_date_time)
    values (77, 3, 'odd type', '2021-03-28'), (1, 999, 'lost run', '2021-03-28');`;

const open: TestDatabase[] = [];
const clients: pg.Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end();
  for (const database of open.splice(0)) await database.drop();
});

async function empty(): Promise<string> {
  const database = await createEmptyDatabase('takeover');
  open.push(database);
  return database.url;
}

async function old(...more: string[]): Promise<string> {
  const url = await empty();
  await execute(url, oldStore, ...more);
  return url;
}

async function connect(url: string, options = connectionOptions('UTC')): Promise<(sql: string) => Promise<Row[]>> {
  const client = new pg.Client({ connectionString: url, options });
  await client.connect();
  clients.push(client);
  return async (sql) => (await client.query(sql)).rows;
}

type Ask = Awaited<ReturnType<typeof connect>>;

const oldTables = async (ask: Ask): Promise<string[]> =>
  (await ask(`select tablename as name from pg_tables where schemaname = 'process_tracker' order by 1`)).map(({ name }) => name);

/** All rows of the given columns of each table, in one order; times and numbers as text. */
async function contents(ask: Ask, columns: Record<string, string[]>): Promise<Record<string, string[]>> {
  const result: Record<string, string[]> = {};
  for (const [table, names] of Object.entries(columns))
    result[table] = (
      await ask(
        `select row_to_json(t)::text as row from (select ${names.map((name) => `"${name}"::text`).join(', ')} from process_tracker.${table}) t`,
      )
    )
      .map(({ row }) => row)
      .sort();
  return result;
}

const columnsOf = async (ask: Ask, tables: string[]): Promise<Record<string, string[]>> => {
  const rows = await ask(
    `select c.relname::text as table, array_agg(a.attname::text) as columns from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
     and not a.attisdropped where c.relnamespace = 'process_tracker'::regnamespace and c.relkind = 'r' group by 1`,
  );
  return Object.fromEntries(rows.filter(({ table }) => tables.includes(table)).map(({ table, columns }) => [table, columns]));
};

/** Everything of the schema but its rows, in an order that does not tell how it came about. */
async function catalogue(ask: Ask): Promise<string[]> {
  const rows = await ask(`
    select format('column %s.%s %s%s%s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' not null' end,
        case when a.attcollation <> y.typcollation then ' collate ' || l.collname end, pg_get_expr(d.adbin, d.adrelid)) as line
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped join pg_type y on y.oid = a.atttypid
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum left join pg_collation l on l.oid = a.attcollation
      where c.relnamespace = 'process_tracker'::regnamespace and c.relkind in ('r', 'p', 'v')
    union all select format('constraint %s %s', conname, pg_get_constraintdef(oid)) from pg_constraint where connamespace = 'process_tracker'::regnamespace and contype <> 'n'
    union all select 'index ' || indexdef from pg_indexes where schemaname = 'process_tracker'
    union all select 'trigger ' || pg_get_triggerdef(g.oid) from pg_trigger g join pg_class c on c.oid = g.tgrelid
      where c.relnamespace = 'process_tracker'::regnamespace and not g.tgisinternal
    union all select 'function ' || pg_get_functiondef(oid) from pg_proc where pronamespace = 'process_tracker'::regnamespace
    union all select 'sequence ' || sequencename from pg_sequences where schemaname = 'process_tracker'`);
  return rows.map(({ line }) => line as string).sort();
}

const violations = (state: StoreState) => (state.kind === 'ready' ? [] : state.violations);
const reason = (state: StoreState) => (state.kind === 'ready' ? '' : state.reason);

describe('P54 a store that ProcessTracker made', () => {
  test('P54 until it is set up nothing of it changes, and all of it can be read', async () => {
    const url = await old(work);
    const ask = await connect(url);
    const tables = await oldTables(ask);
    expect(tables).toHaveLength(49);
    const columns = await columnsOf(ask, tables);
    const before = [
      await contents(ask, columns),
      await catalogue(ask),
      await ask(`select sequencename, last_value from pg_sequences order by 1`),
    ];

    const state = await migrate(url);
    expect(state).toMatchObject({ kind: 'read-only', untouched: true, violations: [] });
    expect(reason(state)).toContain('ProcessTracker');
    await expect(storeState(url)).resolves.toEqual(state);

    const orm = createOrm(url);
    learnShapes(orm.getMetadata());
    const read = await connect(url);
    await read(await readOnlyShadow({ query: (sql: string) => read(sql) as never }, orm.getMetadata()));
    for (const entity of entities) await read(`select ${selectList(entity)} from ${shapeOf(entity).table} t`);
    expect(
      await read(`select process_id as process, source_object_id as object, implied from process_source_object order by 1, 2`),
    ).toEqual([
      { process: 1, object: 1, implied: true },
      { process: 1, object: 2, implied: true },
      { process: 2, object: 3, implied: false },
    ]);
    expect(await read(`select process_id as process, source_id as source, implied from process_source order by 1, 2`)).toEqual([
      { process: 1, source: 1, implied: true },
      { process: 2, source: 2, implied: true },
      { process: 3, source: 1, implied: false },
    ]);
    expect(await read(`select process_id as process, target_source_id as source, implied from process_target`)).toEqual([
      { process: 1, source: 2, implied: true },
    ]);
    expect(await read(`select pg_temp.waybill_now() = statement_timestamp() as same`)).toEqual([{ same: true }]);
    await expect(read(`insert into process_tracker.tool_lkup (tool_name) values ('x')`)).rejects.toThrow('read-only');
    await orm.close();

    expect([
      await contents(ask, columns),
      await catalogue(ask),
      await ask(`select sequencename, last_value from pg_sequences order by 1`),
    ]).toEqual(before);
  });

  test('P54 setup keeps every row as it was and makes the catalogue that of a new store', async () => {
    const url = await old(work);
    const ask = await connect(url);
    const tables = await oldTables(ask);
    const columns = await columnsOf(ask, tables);
    const before = await contents(ask, columns);
    expect(await migrate(url, { setup: true })).toEqual({ kind: 'ready' });

    // The read side was completed; those rows are new. All others are as they were. A padded code lost its blanks, which have no meaning in it.
    const after = await contents(ask, columns);
    const unpadded = (rows: string[]) => rows.map((row) => row.replace(/ +"/g, '"'));
    for (const table of tables)
      expect({ table, lost: unpadded(before[table]!).filter((row) => !unpadded(after[table]!).includes(row)) }).toEqual({
        table,
        lost: [],
      });
    const more = Object.fromEntries(tables.map((table) => [table, after[table]!.length - before[table]!.length]).filter(([, n]) => n));
    expect(more).toEqual({
      process_source: 1,
      process_source_object: 2,
      process_target: 1,
      process_target_object: 1,
      process_status_lkup: 2,
    });
    expect(await ask(`select process_id as process, source_id as source, implied from process_source order by 1, 2`)).toEqual([
      { process: 1, source: 1, implied: true },
      { process: 2, source: 2, implied: true },
      { process: 3, source: 1, implied: false },
    ]);
    // A takeover is not a change of what it takes over.
    expect(await ask(`select subject_kind, field from status_event`)).toEqual([]);

    const fresh = await createDatabase('fresh');
    open.push(fresh);
    expect(await catalogue(ask)).toEqual(await catalogue(await connect(fresh.url)));
    expect(await migrate(url)).toEqual({ kind: 'ready' });
  });

  test('P54 after setup the sequences stand behind the seeds and the rows', async () => {
    const url = await old(work);
    await migrate(url, { setup: true });
    const ask = await connect(url);
    for (const statement of [
      `extract_compression_type_lkup (extract_compression_type) values ('gz')`,
      `extract_filetype_lkup (extract_filetype_code, extract_filetype) values ('txt', 'Text')`,
      `filesize_type_lkup (filesize_type_name, filesize_type_code) values ('terabytes', 'TB')`,
      `filter_type_lkup (filter_type_code, filter_type_name) values ('btw', 'between')`,
      `source_type_lkup (source_type_name) values ('Cloud')`,
      `dependency_type_lkup (dependency_type_name) values ('Odd')`,
      `schedule_frequency_lkup (schedule_frequency_name) values ('biweekly')`,
      `process (process_name) values ('p4')`,
    ])
      await ask(`insert into ${statement}`);
  });

  test('P54 a setup that fails leaves the store as it was', async () => {
    const url = await old(work, `create view process_tracker.names as select process_name from process_tracker.process`);
    const ask = await connect(url);
    const before = await catalogue(ask);
    // PostgreSQL does not change the type of a column that somebody's view uses.
    await expect(migrate(url, { setup: true })).rejects.toThrow(/names/);
    expect(await catalogue(ask)).toEqual(before);
  });

  test('P54 rows that violate rules are listed, keep the store read-only, and are mended only on demand', async () => {
    const url = await old(work, mess);
    const expected = {
      process_tracking_process_id_process_run_id_unique: [
        { id: 2, runNumber: 2, process: 'p1' },
        { id: 4, runNumber: 2, process: 'p1' },
      ],
      process_tracking_one_running: [
        { id: 2, runNumber: 2, process: 'p1', startedAt: '2021-03-29T02:15:00' },
        { id: 4, runNumber: 2, process: 'p1', startedAt: '2021-03-29T02:15:00' },
      ],
      process_tracking_one_latest: [
        { id: 2, runNumber: 2, process: 'p1' },
        { id: 4, runNumber: 2, process: 'p1' },
      ],
      extract_tracking_extract_location_id_extract_filename_unique: [
        { id: 1, fileName: 'a.csv', location: 'in' },
        { id: 3, fileName: 'a.csv', location: 'in' },
      ],
      process_dependency_not_self: [{ id: 3, name: 'p3' }],
      extract_dependency_not_self: [{ id: 2, name: 'b.csv' }],
      error_tracking_error_type_id_foreign: [{ id: 2, typeId: 77, description: 'odd type' }],
      error_tracking_process_tracking_id_foreign: [{ id: 3, runId: 999, description: 'lost run' }],
    };
    const listed = (state: StoreState) => Object.fromEntries(violations(state).map(({ rule, rows }) => [rule, rows]));
    expect(listed(await migrate(url))).toEqual(expected);
    expect(Object.keys(expected)).toEqual(rules.map(({ name }) => name));

    const ask = await connect(url);
    const columns = await columnsOf(ask, await oldTables(ask));
    const before = await contents(ask, columns);
    const state = await migrate(url, { setup: true });
    expect(state.kind).toBe('read-only');
    expect(state).not.toHaveProperty('untouched');
    expect(listed(state)).toEqual(expected);
    const after = await contents(ask, columns);
    for (const table of ['process_tracking', 'extract_tracking', 'process_dependency', 'extract_dependency', 'error_tracking'])
      expect(after[table]).toEqual(before[table]);
    expect(listed(await migrate(url))).toEqual(expected);

    expect(await migrate(url, { setup: true, repair: true })).toEqual({ kind: 'ready' });
    expect(
      await ask(
        `select process_tracking_id as id, process_run_id as number, process_status_name as status, is_latest_run as latest, end_reason from process_tracking
         join process_status_lkup using (process_status_id) where process_id = 1 order by 1`,
      ),
    ).toEqual([
      { id: 1, number: 1, status: 'completed', latest: false, end_reason: null },
      { id: 2, number: 2, status: 'failed', latest: false, end_reason: 'repaired' },
      { id: 4, number: 3, status: 'running', latest: true, end_reason: null },
      { id: 5, number: 4, status: 'completed', latest: false, end_reason: null },
    ]);
    expect(await ask(`select extract_filename as name from extract_tracking order by extract_id`)).toEqual([
      { name: 'a.csv (duplicate 1)' },
      { name: 'b.csv' },
      { name: 'a.csv' },
    ]);
    expect(
      await ask(
        `select error_description as text, error_type_name as type from error_tracking join error_type_lkup using (error_type_id) order by 1`,
      ),
    ).toEqual([
      { text: 'no file', type: 'File Error' },
      { text: 'odd type', type: 'Unknown error type 77' },
    ]);
    // What had to go is kept as history, under the name of who mended it.
    expect(
      await ask(
        `select subject_kind as kind, from_value as was, evidence ->> 'error_tracking_id' as error from status_event where actor = 'setup' and to_value is null order by event_id`,
      ),
    ).toEqual([
      { kind: 'Process', was: '["p3"]', error: null },
      { kind: 'Extract', was: '["b.csv"]', error: null },
      { kind: 'ProcessRun', was: 'lost run', error: '3' },
    ]);
  });

  test('a run that an old client may write is no violation: reported runs that overlap', async () => {
    const url = await empty();
    await migrate(url);
    const ask = await connect(url);
    await ask(`drop index process_tracking_one_running`);
    await ask(`insert into process (process_name) values ('p')`);
    await ask(
      `insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, origin) values (1, 1, 1, now(), 'observed'), (1, 1, 2, now(), 'observed'), (1, 1, 3, now(), 'command')`,
    );
    expect(await migrate(url)).toEqual({ kind: 'ready' });
  });
});

describe('migrate', () => {
  test('twenty servers that start at once on an empty database make one store', async () => {
    const url = await empty();
    const states = await Promise.all(Array.from({ length: 20 }, () => migrate(url)));
    expect(new Set(states.map(({ kind }) => kind))).toEqual(new Set(['ready']));
    const ask = await connect(url);
    expect(await ask('select count(distinct name) = count(*) as once from waybill_migration')).toEqual([{ once: true }]);
  });

  test('functions are made anew when their text has changed, and only then', async () => {
    const url = await empty();
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    await migrate(url, { log });
    expect(lines.splice(0).join()).toContain('functions');
    await migrate(url, { log });
    expect(lines).toEqual([]);
    const ask = await connect(url);
    await ask(`update waybill_setting set value = 'of an older program' where key = 'functions'`);
    await ask(`drop trigger record_update on process`);
    await migrate(url, { log });
    expect(lines).toHaveLength(1);
    expect(await ask(`select count(*)::int as n from pg_trigger where tgrelid = 'process'::regclass and tgname = 'record_update'`)).toEqual(
      [{ n: 1 }],
    );
  });

  test('a store that a newer Waybill has changed is refused with a sentence', async () => {
    const url = await empty();
    await migrate(url);
    await execute(url, `insert into process_tracker.waybill_migration (name) values ('9999-later')`);
    await expect(migrate(url)).rejects.toThrow(/newer Waybill.*9999-later/);
  });

  test('a database that is not UTF-8 is refused with a sentence', async () => {
    const url = await empty();
    const name = `latin_${process.pid}`;
    await execute(url, `create database ${name} template template0 encoding 'LATIN1' locale_provider libc locale 'C'`);
    const latin = new URL(url);
    latin.pathname = `/${name}`;
    try {
      await expect(migrate(latin.href)).rejects.toThrow(/encoding LATIN1.*UTF8/);
    } finally {
      await execute(url, `drop database ${name}`);
    }
  });

  test('a database that is not there is not made', async () => {
    const url = new URL(await empty());
    url.pathname = `/slip_${process.pid}`;
    await expect(migrate(url.href)).rejects.toMatchObject({ code: '3D000' });
  });

  test("somebody else's schema of that name is left alone", async () => {
    const url = await empty();
    await execute(url, 'create schema process_tracker', 'create table process_tracker.recipe (id int)');
    await expect(migrate(url, { setup: true })).rejects.toThrow('neither');
  });

  test('the time zone is one that PostgreSQL knows, and stays', async () => {
    const url = await empty();
    await expect(migrate(url, { timeZone: 'Mars/Olympus' })).rejects.toThrow('Mars/Olympus is no time zone');
    await migrate(url, { timeZone: 'Europe/Berlin' });
    await migrate(url);
    const ask = await connect(url);
    expect(await ask(`select value from waybill_setting where key = 'time_zone'`)).toEqual([{ value: 'Europe/Berlin' }]);
  });
});

describe('npm run setup', () => {
  async function setup(...argv: string[]): Promise<{ code: unknown; text: string }> {
    const lines: string[] = [];
    await setupCommand(argv, (line) => void lines.push(line));
    const code = process.exitCode;
    process.exitCode = undefined;
    return { code, text: lines.join('\n') };
  }

  test('--dry-run prints the SQL and the rows and changes nothing', async () => {
    const url = await old(work, mess);
    const ask = await connect(url);
    const before = await catalogue(ask);
    const { code, text } = await setup('--dry-run', `--database-url=${url}`);
    expect(code).toBe(2);
    expect(text).toContain('create table if not exists');
    expect(text).toContain('"description":"lost run"');
    expect(await catalogue(ask)).toEqual(before);
  });

  test('takes over, lists what is left to mend, mends it when asked', async () => {
    const url = await old(work, mess);
    const first = await setup('--time-zone', 'Europe/Berlin', `--database-url=${url}`);
    expect(first.code).toBe(2);
    expect(first.text).toMatch(/Took over/);
    expect(first.text).toContain('npm run setup -- --repair');
    const second = await setup('--repair', `--database-url=${url}`);
    expect([second.code, second.text.split('\n').at(-1)]).toEqual([0, 'The store is ready.']);
    // The end of a repaired run is the present in the store's own zone.
    const ask = await connect(url);
    expect(
      await ask(
        `select abs(extract(epoch from process_run_end_date_time - now() at time zone 'Europe/Berlin')) < 60 as now from process_tracking where end_reason = 'repaired'`,
      ),
    ).toEqual([{ now: true }]);
  });
});

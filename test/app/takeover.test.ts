import { setupCommand } from '../../src/app/commands/setup-command.js';
import { entities } from '../../src/app/entities.js';
import { migrate, storeState, type StoreState } from '../../src/app/store/migrate.js';
import { createOrm } from '../../src/app/store/orm.js';
import { rules } from '../../src/app/store/rules.js';
import { readOnlyShadow } from '../../src/app/store/takeover.js';
import { learnShapes, selectList, shapeOf } from '../../src/platform/entity/rows.js';
import { createDatabase } from '../support/cluster.js';
import {
  catalogue,
  closeAll,
  columnsOf,
  connect,
  contents,
  empty,
  mess,
  old,
  oldTables,
  open,
  reason,
  violations,
  work,
} from '../support/old-store.js';

afterEach(closeAll);

describe('P54 a store that ProcessTracker made', () => {
  test('P54 until it is set up nothing of it changes, and all of it can be read', async () => {
    const url = await old(work);
    const ask = await connect(url);
    await ask('update process set schedule_frequency_id = process_id % 3');
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
    learnShapes(orm.em);
    const read = await connect(url);
    await read(await readOnlyShadow({ query: (sql: string) => read(sql) as never }, orm.getMetadata()));
    // As Database.query sends it: the functions are in pg_temp there.
    for (const entity of entities)
      await read(`select ${selectList(entity)} from ${shapeOf(entity).table} t`.replaceAll('process_tracker.', 'pg_temp.'));
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
    // What is due is computed, not stored, there.
    const scheduled = await ask(
      `select process_id as id, schedule_frequency_id as frequency from process where schedule_frequency_id between 1 and 6 order by 1`,
    );
    expect(await read(`select process_id as id, pending, late_from > due_at as ok from process_due order by 1`)).toEqual(
      scheduled.map(({ id }) => ({ id, pending: false, ok: true })),
    );
    expect(scheduled).not.toEqual([]);
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
      expect(await ask(`insert into ${statement} returning 1 as rows`)).toEqual([{ rows: 1 }]);
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
        { id: 2, number: 2, process: 'p1' },
        { id: 4, number: 2, process: 'p1' },
      ],
      process_tracking_one_running: [
        { id: 2, number: 2, process: 'p1', startedAt: '2021-03-29T02:15:00' },
        { id: 4, number: 2, process: 'p1', startedAt: '2021-03-29T02:15:00' },
      ],
      process_tracking_one_latest: [
        { id: 2, number: 2, process: 'p1' },
        { id: 4, number: 2, process: 'p1' },
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
      { kind: 'File', was: '["b.csv"]', error: null },
      { kind: 'Run', was: 'lost run', error: '3' },
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

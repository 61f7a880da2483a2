import pg from 'pg';
import { openDatabase } from '../../src/app/store/open-database.js';
import { readConfig } from '../../src/platform/config.js';
import { databaseAddress } from '../../src/platform/database-address.js';
import { createLog } from '../../src/app/log.js';
import { openStore, type Row } from '../support/sql-store.js';

let store: Awaited<ReturnType<typeof openStore>>;
beforeAll(async () => {
  store = await openStore('plans');
});
afterAll(() => store.close());

const functionsWhere = (condition: string): Promise<Row[]> =>
  store.sql(`select proname as name from pg_proc p where pronamespace = 'process_tracker'::regnamespace and ${condition} order by 1`);
const jitIsOff = `coalesce('jit=off' = any (proconfig), false)`;

test('no function switches a kind of scan or join off', async () => {
  // Up to PostgreSQL 17 that adds 1e10 to the cost of a plan, which is then compiled at each call.
  expect(await functionsWhere(`exists (select from unnest(proconfig) c where c like 'enable\\_%')`)).toEqual([]);
});

test('what sets costs, and what the writes of other clients call, is never compiled', async () => {
  expect(await functionsWhere(`exists (select from unnest(proconfig) c where c like '%\\_cost=%') and not ${jitIsOff}`)).toEqual([]);
  const called = `exists (select from pg_trigger t where t.tgfoid = p.oid and not t.tgisinternal and t.tgtype & 1 = 0)`;
  expect((await functionsWhere(called)).length).toBeGreaterThan(50);
  expect(await functionsWhere(`${called} and not ${jitIsOff}`)).toEqual([]);
});

test('a status by its name is its number to the planner: it finds the partial indexes, by statement and in functions', async () => {
  const readers = [
    ['process_tracking_one_running', `select * from process_tracking where process_id = $1 and process_status_id = STATUS and origin = 'command'`, 'running'],
    ['process_tracking_completed_index', `select max(started_at) from process_tracking where process_id = $1 and process_status_id = STATUS and end_reason is distinct from 'released'`, 'completed'],
  ]; // prettier-ignore
  const client = await connect('-c seq_page_cost=1000 -c plan_cache_mode=force_generic_plan');
  for (const [index, text, name] of readers) {
    const planOf = async (status: string): Promise<string> => {
      const sql = text!.replace('STATUS', status);
      await client.query(`create or replace function pg_temp.plan_of(id int) returns setof text language plpgsql as $f$
        begin return query explain (costs off) ${sql.replace('$1', 'id')}; end $f$`);
      const { rows } = await client.query<{ plan_of: string }>('select * from pg_temp.plan_of(1)');
      await client.query(`prepare by_status (int) as ${sql}`);
      const prepared = await client.query<{ 'QUERY PLAN': string }>('explain (costs off) execute by_status (1)');
      await client.query('deallocate by_status');
      return [...rows.map((row) => row.plan_of), ...prepared.rows.map((row) => row['QUERY PLAN'])].join('\n');
    };
    const plan = await planOf(`process_tracker.run_status('${name}')`);
    expect(plan.match(new RegExp(`using ${index}`, 'g'))).toHaveLength(2);
    expect(plan).toBe(await planOf(name === 'running' ? '1' : '2'));
  }
  await client.end();
});

/** Processes, their runs, their files and links between them, by number; written past the triggers. */
const rows = (from: number, to: number) => `
  set session_replication_role = replica;
  -- The rows of these tests have numbers below.
  select setval(pg_get_serial_sequence('process_tracking', 'process_tracking_id'), 100000), setval(pg_get_serial_sequence('extract_tracking', 'extract_id'), 100000);
  insert into process (process_id, process_name) select n, 'process ' || n from generate_series(${from}, ${to}) n;
  insert into process_tracking (process_tracking_id, process_id, process_status_id, process_run_id, process_run_start_date_time, started_at, is_latest_run)
    select n, n, 1, 1, now(), now(), true from generate_series(${from}, ${to}) n;
  insert into process_dependency (parent_process_id, child_process_id, dependency_type_id) select n, n + 1, 0 from generate_series(${from}, ${to}) n where n % 10 > 0;
  insert into source_lkup (source_id, source_name) select n, 'source ' || n from generate_series(${from}, ${to}) n;
  insert into process_source (process_id, source_id) select n, n from generate_series(${from}, ${to}) n;
  insert into process_target (process_id, target_source_id) select n, n + 1 from generate_series(${from}, ${to}) n where n % 10 > 0;
  insert into source_object_lkup (source_object_id, source_id, source_object_name) select n, n, 'object ' || n from generate_series(${from}, ${to}) n;
  insert into process_source_object (process_id, source_object_id) select n, n from generate_series(${from}, ${to}) n;
  insert into process_target_object (process_id, target_object_id) select n, n + 1 from generate_series(${from}, ${to}) n where n % 10 > 0;
  insert into location_lkup (location_id, location_name, location_path, canonical_path, location_type_id)
    select n, 'location ' || n, '/' || n, canonical_path('/' || n), 1 from generate_series(${from}, ${to}) n;
  insert into extract_tracking (extract_id, extract_filename, extract_location_id, extract_status_id, extract_registration_date_time, registered_at)
    select n, 'file ' || n, n, (select extract_status_id from extract_status_lkup where extract_status_name = 'ready'), now(), now() from generate_series(${from}, ${to}) n;
  insert into extract_dependency (parent_extract_id, child_extract_id, dependency_type_id) select n, n + 1, 0 from generate_series(${from}, ${to}) n where n % 10 > 0;
  insert into extract_version (extract_id, version, first_seen_at, is_current, extract_status_id)
    select n, '1', now(), true, extract_status_id from generate_series(${from}, ${to}) n join extract_tracking on extract_id = n;
  reset session_replication_role`;

/** What the life of a run and of a file calls, and the traversals, for the rows from `n` on. */
const calls = (n: number): [name: string, sql: string, values: unknown[]][] => {
  const json = JSON.stringify;
  const pair = (item: object) => json([n, n + 1].map((id) => ({ id, ...item })));
  const from = [`'{}'`, '$1', '$2'].join(', ');
  return [
    ['start_process_run', '$1', [json({ process: n + 9, actor: 'me' })]],
    ['report_runs', `$1, 'command'`, [pair({ to: 'completed', ends: true, errors: [{ type: 'Data Error', description: 'bad' }] })]],
    ['abandon_runs', '$1', [[n, n + 1]]],
    ['register_extracts', '$1', [json({ location: n, run: n, files: [{ fileName: 'new', status: 'ready', version: '1' }] })]],
    ['find_extracts', '$1', [json([{ i: 0, id: n }, { i: 1, location: `location ${n}`, fileName: `file ${n}` }, { i: 2, path: `/${n}`, fileName: 'x' }])]], // prettier-ignore
    ['claim_extracts', '$1', [pair({ owner: 'me', leaseSeconds: 60, version: '2', run: n })]],
    ['report_extracts', `$1, 'command'`, [pair({ to: 'loading' })]],
    ['report_extracts', `$1, 'observation'`, [pair({ to: 'error', run: n, errors: [{ type: 'Data Error', message: 'bad' }] })]],
    ['sweep_extracts', '$1', [[n, n + 1]]],
    ['standing_extract_dependencies', '$1, $2', [[n, n + 1], [n + 2, n + 5]]], // prettier-ignore
    ['with_ancestors', `$1, '{hard}'`, [[n + 5]]],
    ['walk_dependencies', `$1, true, '{hard}', 100, 10000, 5000, -1, 0`, [n + 5]],
    ['walk_dependencies', `$1, false, '{hard}', 100, 10000, 5000, -1, 0`, [n]],
    ['walk_lineage', `${from}, true, true, false, 20, 10000, 5000, -1, 1, 0`, [[], [n]]],
    ['walk_lineage', `${from}, true, true, true, 20, 10000, 5000, -1, 1, 0`, [[n], []]],
  ];
};

async function connect(more = '', url = store.url): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    options: `-c search_path=process_tracker -c timezone=UTC ${more}`,
  });
  await client.connect();
  return client;
}

/** Calls each and takes it back; answers how many rows each read of tables, by what it is called and the table, where they were many. */
async function callAll(client: pg.Client, n: number): Promise<Record<string, number>> {
  const read = async () =>
    new Map(
      (
        await client.query<{ name: string; rows: number }>(
          `select relname as name, (seq_tup_read + idx_tup_fetch)::int as rows from pg_stat_xact_user_tables where schemaname = 'process_tracker'`,
        )
      ).rows.map(({ name, rows }) => [name, rows]),
    );
  const many: Record<string, number> = {};
  for (const [name, args, values] of calls(n)) {
    await client.query('begin');
    const before = await read();
    await client.query({ name: `${name} ${args}`.slice(0, 60), text: `select * from process_tracker.${name}(${args})`, values });
    for (const [table, rows] of await read()) {
      const more = rows - (before.get(table) ?? 0);
      if (more > 1_000) many[`${name}(${args}) ${table}`] = more;
    }
    await client.query('rollback');
  }
  return many;
}

test('what was planned when there were few rows reads by index when there are many', async () => {
  const client = await connect();
  await store.sql(rows(1, 40));
  // More often than it takes PostgreSQL to keep a plan.
  for (let time = 0; time < 8; time++) await callAll(client, 11);
  await store.sql(rows(41, 10_000));
  expect(await callAll(client, 9_911)).toEqual({});
  await client.end();
});

test('foreign keys to what was few are checked by index when it is many', async () => {
  const own = await openStore('plans_few');
  await own.sql(rows(1, 40));
  // The one page of each table is known to be one: to read it whole looks cheapest.
  await own.sql('vacuum analyze');
  const opened = await openDatabase(
    { address: () => databaseAddress(own.url) },
    'UTC',
    { ...readConfig({}, []), writePoolSize: 1 },
    createLog('silent'),
  );
  const writer = { actor: 'me' };
  const link = (process: number, source: number) =>
    `insert into process_source (process_id, source_id) select process_id, ${source} from process where process_id >= ${process} returning 1`;
  // More often than it takes PostgreSQL to keep the plan of a check.
  for (let time = 0; time < 8; time++) await opened.db.write(writer, (tx) => tx.query(link(40, time + 1)));
  const read = await opened.db.write(writer, async (tx) => {
    await tx.query(`insert into process (process_id, process_name) select n, 'new ' || n from generate_series(1001, 4000) n`);
    expect(await tx.query(link(1001, 1))).toHaveLength(3_000);
    const [{ count }] = (await tx.query<{ count: number }>(
      `select (seq_tup_read + idx_tup_fetch)::int as count from pg_stat_xact_user_tables where relname = 'process'`,
    )) as [{ count: number }];
    return count;
  });
  // The links themselves, one row for each check, and two for each process that is marked as changed: linear in their number.
  expect(read).toBeLessThan(25_000);
  await opened.close();
  await own.close();
});

test('no call of another client is compiled where PostgreSQL can compile', async () => {
  if (!(await store.one('select pg_jit_available()'))) console.warn('This PostgreSQL cannot compile: this holds of any plan.');
  const own = await openStore('plans_compiled');
  await own.sql(rows(1, 40));
  const client = await connect('-c jit=on', own.url);
  const plans: string[] = [];
  client.on('notice', ({ message }) => plans.push(message ?? ''));
  await client.query(`load 'auto_explain'`);
  for (const setting of ['min_duration = 0', 'nested_statements = on', 'analyze = on', 'timing = off', 'level = notice'])
    await client.query(`set auto_explain.log_${setting}`);
  await callAll(client, 11);
  await client.end();
  await own.close();
  expect(plans.length).toBeGreaterThan(100);
  expect(plans.filter((plan) => plan.includes('JIT:'))).toEqual([]);
});

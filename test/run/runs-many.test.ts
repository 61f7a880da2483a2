import pg from 'pg';
import { connectionOptions, Database } from '../../src/platform/database.js';
import { openApi, type Api } from '../support/api.js';
import { call, known, type Server } from '../support/run-calls.js';

const runs = 50_000;
let api: Api;
let one: Server;
let pool: pg.Pool;
beforeAll(async () => {
  api = await openApi('many_runs');
  pool = new pg.Pool({ connectionString: api.url, options: connectionOptions('UTC'), max: 1 });
  one = { db: new Database(pool), schema: api.schema };
  await call(api, 'mutation ($input: RegisterProcessesInput!) { registerProcesses(input: $input) { results { created } } }', {
    input: {
      processes: [
        { name: 'busy', ...known },
        { name: 'below', ...known, dependsOn: [{ process: { name: 'busy' } }] },
      ],
    },
  });
  await pool.query(`
    set session_replication_role = replica;
    insert into process_tracking (process_id, process_status_id, process_run_id, process_run_name, process_run_start_date_time, process_run_end_date_time,
        started_at, ended_at, is_latest_run)
      select p.process_id, 2, n, p.process_name || ' ' || n, t::timestamp, t::timestamp, t, t, n = ${runs}
      from process p cross join generate_series(1, ${runs}) n cross join (select now() as t) c;
    reset session_replication_role`);
  await pool.query('analyze process_tracking');
});
afterAll(async () => {
  await pool.end();
  await api.close();
});

/** How many rows of runs are read for an operation, by the counters of the one connection that it has. */
async function rowsRead(text: string, variables: object): Promise<number> {
  const counted = async () => {
    await pool.query('select pg_stat_force_next_flush()');
    const { rows } = await pool.query<{ n: number }>(
      `select (seq_tup_read + idx_tup_fetch)::int as n from pg_stat_user_tables where relname = 'process_tracking'`,
    );
    return rows[0]!.n;
  };
  const before = await counted();
  await call(one, text, variables as Record<string, unknown>);
  return (await counted()) - before;
}

test.each([
  ['its process and number', async () => ({ process: 'busy', number: 100 })],
  ['its name', async () => ({ name: 'busy 100' })],
  ['its process and its name', async () => ({ process: 'busy', name: 'busy 100' })],
  [
    'its process and its database number',
    async () => ({
      process: 'busy',
      databaseId: (await api.sql(`select process_tracking_id as id from process_tracking where process_run_name = 'busy 100'`))[0]!.id,
    }),
  ],
])(`among ${2 * runs} runs one is found by %s without reading the others`, async (_, ref) => {
  const input = { run: await ref(), recordCount: 7 };
  expect(await rowsRead('mutation ($input: ReportRunInput!) { reportRun(input: $input) { run { number } } }', { input })).toBeLessThan(100);
});

test('a group looks through no runs of a parent that has none in it', async () => {
  await call(api, 'mutation ($input: StartRunInput!) { startRun(input: $input) { outcome } }', {
    input: { process: { name: 'busy' }, group: { key: 'tonight' } },
  });
  // Another group: there is no run of the parent in it.
  await api.sql(`insert into run_group (group_key) values ('tomorrow')`);
  const variables = { process: { name: 'below' }, group: { key: 'tomorrow' } };
  const question = ($query: string) => `query ($process: ProcessRef!, $group: RunGroupRef) { ${$query}(process: $process, group: $group)`;
  expect(await rowsRead(`${question('canStart')} { outcome } }`, variables)).toBeLessThan(100);
  expect(await rowsRead(`${question('whyBlocked')} { causes { process { name } } } }`, variables)).toBeLessThan(100);
  // Its failure skips what depends on it: a look for a run of that in the group, and why it was skipped.
  const input = { run: { process: 'busy', number: runs + 1 }, status: 'failed' };
  expect(await rowsRead('mutation ($input: ReportRunInput!) { reportRun(input: $input) { run { number } } }', { input })).toBeLessThan(100);
  const skipped = `{ run(process: "below", number: ${runs + 1}) { endReason whyFailed { ancestors { process { name } } } } }`;
  expect(await rowsRead(skipped, {})).toBeLessThan(100);
});

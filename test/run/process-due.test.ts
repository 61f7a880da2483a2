import { graphql } from 'graphql';
import pg from 'pg';
import { createContext } from '../../src/platform/read/context.js';
import { connectionOptions, Database, type Queries } from '../../src/platform/database.js';
import { fillDue } from '../../src/run/diagnosis/process-due.js';
import { openApi, type Api } from '../support/api.js';
import { insertRun, queryAt, setZone } from '../support/waybill-clock.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('due_times');
});
beforeEach(() => setZone(api, 'Europe/Berlin'));
afterEach(() => api.sql('delete from process_tracking; delete from process'));
afterAll(() => api.close());

const makeProcess = (name: string, frequency: string, cron?: string) =>
  api.sql(
    `insert into process (process_name, schedule_frequency_id, cron, created_date_time)
     select $1, schedule_frequency_id, $3, '2020-01-01Z' from schedule_frequency_lkup where schedule_frequency_name = $2`,
    [name, frequency, cron ?? null],
  );
const inputs = 'process_id, cron, zone, base, last_started_at';
/** Rows that are not what their process, its runs and the settings say now. */
const wrong = () =>
  api.sql(`(select ${inputs} from process_due except all select ${inputs} from schedules())
    union all (select ${inputs} from schedules() except all select ${inputs} from process_due)
    union all select ${inputs} from process_due join schedules() s using (${inputs})
      where not process_due.pending and s.cron is null and (process_due.due_at, process_due.late_from) is distinct from (s.due_at, s.late_from)`);
const stored = async (name: string) =>
  (
    await api.sql(`select d.*, instant_text(d.due_at) as due from process_due d join process using (process_id) where process_name = $1`, [
      name,
    ])
  )[0];
const longestLate = '{ processes(first: 5, where: { late: {} }, orderBy: { field: LATE_SINCE }) { nodes { name } } }';
const lateNames = async (db: Queries = api.db, orderBy = 'NAME') => {
  const { data, errors } = await graphql({
    schema: api.schema,
    source: `{ processes(where: { late: {} }, orderBy: { field: ${orderBy} }) { totalCount nodes { name late { since } } } }`,
    contextValue: createContext(db as Database, { actor: 'tester', role: 'read' }, 'test'),
  });
  if (errors) throw errors[0]!.originalError ?? errors[0]!;
  const { totalCount, nodes } = (data as Record<string, any>).processes;
  expect(nodes).toHaveLength(Math.min(totalCount, 50));
  return nodes.map(({ name }: any) => name);
};

test('P57 due times follow whatever plain SQL writes', async () => {
  await makeProcess('p', 'daily');
  await makeProcess('q', 'weekly', '0 5 * * *');
  await makeProcess('r', 'unscheduled');
  await insertRun(api, 'p', { start: '2026-06-10T08:00:00Z' });
  await insertRun(api, 'q', { start: '2026-06-10T08:00:00Z' });
  const run = `update process_tracking set`;
  const of = (name: string) => `where process_id = (select process_id from process where process_name = '${name}')`;
  const [{ id: other }] = (await api.sql(`select process_id as id from process where process_name = 'r'`)) as [{ id: number }];
  const changes: [string, (string | null)?][] = [
    [`${run} started_at = '2026-06-11T08:00:00Z' ${of('p')}`, '2026-06-12T08:00:00.000000Z'],
    [`${run} process_status_id = 1 ${of('p')}`, '2020-01-02T00:00:00.000000Z'],
    [`${run} process_status_id = 2 ${of('p')}`, '2026-06-12T08:00:00.000000Z'],
    [`${run} end_reason = 'released' ${of('p')}`, '2020-01-02T00:00:00.000000Z'],
    [`${run} end_reason = null ${of('p')}`, '2026-06-12T08:00:00.000000Z'],
    [`${run} process_id = ${other} ${of('p')}`, '2020-01-02T00:00:00.000000Z'],
    [`${run} process_id = (select process_id from process where process_name = 'p') ${of('r')}`, '2026-06-12T08:00:00.000000Z'],
    [`update process set schedule_frequency_id = 3 where process_name = 'p'`, '2026-06-18T08:00:00.000000Z'],
    [`update process set retired_at = '2026-01-01Z' where process_name = 'p'`, null],
    [`update process set retired_at = null where process_name = 'p'`, '2026-06-18T08:00:00.000000Z'],
    [`update process set schedule_frequency_id = 0 where process_name = 'p'`, null],
    [`update process set schedule_frequency_id = 4 where process_name = 'p'`, '2026-07-11T08:00:00.000000Z'],
    [`update schedule_frequency_lkup set schedule_frequency_name = 'monthly, say' where schedule_frequency_id = 4`, null],
    [
      `update schedule_frequency_lkup set schedule_frequency_name = 'monthly' where schedule_frequency_id = 4`,
      '2026-07-11T08:00:00.000000Z',
    ],
    [`update process set created_date_time = '2026-10-01T08:00:00Z' where process_name = 'p'`, '2026-11-01T09:00:00.000000Z'],
    [`update waybill_setting set value = 'America/New_York' where key = 'time_zone'`, '2026-11-01T09:00:00.000000Z'],
    [`delete from waybill_setting where key = 'time_zone'`, '2026-11-01T08:00:00.000000Z'],
    [`insert into waybill_setting values ('time_zone', 'Europe/Berlin')`, '2026-11-01T09:00:00.000000Z'],
    [`update process set created_date_time = 'infinity' where process_name = 'p'`, null],
    [`update process set created_date_time = '2020-01-01Z' where process_name = 'p'`, '2026-07-11T08:00:00.000000Z'],
    [`delete from process_tracking ${of('p')}`, '2020-02-01T00:00:00.000000Z'],
    [`update process set cron = '30 4 * * *' where process_name = 'q'`],
    [`update process set cron = null where process_name = 'q'`],
    [`update process set cron = '0 5 * * *', schedule_frequency_id = 0 where process_name = 'q'`],
    [`truncate process_tracking cascade`],
  ];
  for (const [change, due] of changes) {
    await fillDue(api.db);
    await api.sql(change);
    expect({ change, wrong: await wrong() }).toEqual({ change, wrong: [] });
    if (due !== undefined) expect({ change, due: (await stored('p'))?.due ?? null }).toEqual({ change, due });
  }
  expect(await stored('q')).toMatchObject({ pending: true, late_from: null });
  await fillDue(api.db);
  expect(await stored('q')).toMatchObject({ pending: false, due: '2020-01-02T04:00:00.000000Z' });
});

test('P57 of two who change the runs of one process the later one sees both', async () => {
  await makeProcess('p', 'daily');
  const [{ id: process }] = (await api.sql(`select process_id as id from process`)) as [{ id: number }];
  const first = await insertRun(api, 'p', { start: '2026-06-12T00:00:00Z' });
  await insertRun(api, 'p', { start: '2026-06-10T00:00:00Z' });
  const [one, two] = await Promise.all([api.url, api.url].map((url) => connect(url)));
  try {
    await Promise.all([one!.query('begin'), two!.query('begin')]);
    await one!.query(
      `insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, started_at)
       values (${process}, 2, 9, '2026-06-11', '2026-06-11T00:00:00Z')`,
    );
    const waits = two!.query(`delete from process_tracking where process_tracking_id = ${first}`);
    await untilWaiting(two!);
    await one!.query('commit');
    await waits;
    await two!.query('commit');
    expect(await wrong()).toEqual([]);
    expect(await stored('p')).toMatchObject({ due: '2026-06-12T00:00:00.000000Z' });
  } finally {
    await Promise.all([one!.end(), two!.end()]);
  }
});

const connect = async (url: string) => {
  const client = new pg.Client({ connectionString: url, options: connectionOptions('UTC') });
  await client.connect();
  return client;
};

async function untilWaiting(client: pg.Client): Promise<void> {
  const { processID } = client as unknown as { processID: number };
  for (;;) {
    const [row] = await api.sql(`select wait_event_type = 'Lock' as waits from pg_stat_activity where pid = $1`, [processID]);
    if (row!.waits) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('P57 what was computed from what is no more is not stored; the next look computes it anew', async () => {
  await makeProcess('p', 'unscheduled', '0 5 * * *');
  await makeProcess('q', 'unscheduled', '0 5 * * *');
  let changed = false;
  // Between the look at a row and its writing, a run is completed.
  const slow: Queries = {
    async query(sql, values) {
      if (sql.includes('update process_due') && !changed) {
        changed = true;
        await insertRun(api, 'p', { start: '2026-06-10T03:00:00Z' });
      }
      return api.db.query(sql, values);
    },
  };
  expect(await fillDue(slow)).toMatchObject([{ late_from: '2020-01-02T10:00:00.000000Z' }]);
  expect(await stored('p')).toMatchObject({ pending: true });
  expect(await stored('q')).toMatchObject({ pending: false });
  expect(await fillDue(slow)).toEqual([]);
  expect(await stored('p')).toMatchObject({ pending: false, due: '2026-06-11T03:00:00.000000Z' });
});

test('P57 any number of servers fill at once, and who asks while one fills gets what was written before', async () => {
  await api.sql(`insert into process (process_name, cron, created_date_time)
    select 'cron ' || i, i % 60 || ' ' || i % 24 || ' * * *', '2020-01-01Z' from generate_series(1, 1200) i`);
  const pools = [1, 2, 3].map(() => new pg.Pool({ connectionString: api.url, options: connectionOptions('UTC'), max: 3 }));
  try {
    const servers = pools.map((pool) => new Database(pool));
    const filling = servers.map((db) => fillDue(db));
    await makeProcess('a', 'unscheduled', '0 5 * * *');
    expect((await lateNames(servers[0], 'LATE_SINCE')).length).toBe(50);
    expect((await stored('a'))!.pending).toBe(false);
    await Promise.all(filling);
    expect(await api.sql(`select count(*)::int as n from process_due where pending`)).toEqual([{ n: 0 }]);
    expect(await wrong()).toEqual([]);
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
  }
});

test('P57 a row that another transaction is changing is not waited for', async () => {
  await makeProcess('p', 'unscheduled', '0 5 * * *');
  await makeProcess('q', 'daily');
  const other = await connect(api.url);
  try {
    await other.query('begin');
    await other.query(`update process set cron = '0 6 * * *' where process_name = 'p'`);
    expect(await lateNames()).toEqual(['p', 'q']);
    expect(await lateNames(api.db, 'LATE_SINCE')).toEqual(['q', 'p']);
    await other.query('commit');
  } finally {
    await other.end();
  }
  expect(await lateNames()).toEqual(['p', 'q']);
  expect((await stored('p'))!.pending).toBe(false);
});

test('P57 where nothing can be written what is pending is computed for each answer', async () => {
  await makeProcess('a', 'unscheduled', '0 5 * * *');
  await makeProcess('b', 'daily');
  await makeProcess('c', 'monthly', 'when it rains');
  await makeProcess('d', 'unscheduled', 'when it rains');
  await makeProcess('e', 'daily', '0 5 * * *');
  await insertRun(api, 'e', { start: new Date().toISOString() });
  const pool = new pg.Pool({
    connectionString: api.url,
    options: `${connectionOptions('UTC')} -c default_transaction_read_only=on`,
    max: 3,
  });
  try {
    const db = new Database(pool);
    expect(await lateNames(db)).toEqual(['a', 'b', 'c']);
    expect(await lateNames(db, 'LATE_SINCE')).toEqual(['b', 'a', 'c']);
    expect(await api.sql(`select count(*)::int as n from process_due where pending`)).toEqual([{ n: 4 }]);
  } finally {
    await pool.end();
  }
  expect(await lateNames()).toEqual(['a', 'b', 'c']);
});

test('P57 who writes runs need not be allowed to write due times', async () => {
  await makeProcess('p', 'daily');
  await api.sql(`drop role if exists waybill_due_worker; create role waybill_due_worker`);
  const worker = await connect(api.url);
  try {
    await api.sql(`grant usage on schema process_tracker to waybill_due_worker; grant select, insert on process_tracking to waybill_due_worker;
      grant usage on all sequences in schema process_tracker to waybill_due_worker; grant select on process to waybill_due_worker`);
    await worker.query('set role waybill_due_worker');
    await worker.query(`insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time)
      select process_id, 2, 1, '2026-06-10 08:00' from process`);
  } finally {
    await worker.end();
    await api.sql(`drop owned by waybill_due_worker; drop role waybill_due_worker`);
  }
  expect(await stored('p')).toMatchObject({ due: '2026-06-11T06:00:00.000000Z' });
});

test('P57 a page of late processes is read from an index, however many there are', async () => {
  await api.sql(`insert into process (process_name, schedule_frequency_id, cron, created_date_time)
    select 'many ' || i, 2, case i % 2 when 0 then i % 60 || ' ' || i / 60 % 24 || ' * * *' end, timestamptz '2020-01-01Z' + i * interval '1 minute'
    from generate_series(1, 3000) i`);
  await fillDue(api.db);
  await api.sql('analyze process; analyze process_due');
  const statements = await api.recorded(() => api.run(longestLate));
  const list = statements.find((sql) => sql.includes('d.late_from <'))!;
  const [plan] = await api.sql(`explain (analyze, format json) ${list.replace(/\$1::int/, '6')}`);
  const scans: any[] = [];
  const collect = (node: any): void => {
    scans.push([node['Relation Name'], node['Actual Rows'] * node['Actual Loops']]);
    for (const each of node.Plans ?? []) collect(each);
  };
  collect(plan!['QUERY PLAN'][0].Plan);
  for (const [relation, rows] of scans.filter(([name]) => name)) expect({ relation, few: rows <= 10 }).toEqual({ relation, few: true });
  expect(scans.map(([name]) => name)).toContain('process_due');
});

test('P57 a server works through cron texts beside other requests', async () => {
  await api.sql(`insert into process (process_name, cron, created_date_time)
    select 'cron ' || i, i % 60 || ' ' || i / 60 || ' * * *', '2020-01-01Z' from generate_series(0, 1439) i`);
  let turns = 0;
  let going = true;
  const count = () => {
    turns++;
    if (going) setImmediate(count);
  };
  count();
  const { processes } = await queryAt(api, '2026-06-15T12:00:00Z', '{ processes(where: { late: {} }) { totalCount } }');
  going = false;
  expect(processes.totalCount).toBe(1440);
  expect(turns).toBeGreaterThan(20);
  const statements = await api.recorded(() => api.run(longestLate));
  expect(statements).toHaveLength(2);
});

test('a process with a schedule can be deleted, and its due time goes with it', async () => {
  await api.run(
    `mutation { registerProcess(input: {name: "short-lived", type: "Load", tool: "dbt", scheduleFrequency: "daily"}) { created } }`,
  );
  const due = () => api.sql(`select from process_due d join process p using (process_id) where p.process_name = 'short-lived'`);
  expect(await due()).toHaveLength(1);
  const { deleteProcess } = await api.run(
    'mutation { deleteProcess(input: { process: { name: "short-lived" } }) { deleted cascades { by } blockedBy { by } } }',
  );
  expect(deleteProcess).toEqual({ deleted: true, cascades: [], blockedBy: [] });
  expect(await due()).toHaveLength(0);
});

import type { GraphQLSchema } from 'graphql';
import pg from 'pg';
import { openDatabase, type OpenedDatabase } from '../../src/app/store/open-database.js';
import { buildWaybillSchema } from '../../src/app/schema.js';
import { readConfig, type Config } from '../../src/platform/config.js';
import { createLog } from '../../src/app/log.js';
import { createDatabase, type TestDatabase } from '../support/cluster.js';
import { startHttp, type HttpServer } from '../support/http.js';

let database: TestDatabase;
let schema: GraphQLSchema;
let lockers: pg.Client[] = [];
beforeAll(async () => {
  [database, schema] = await Promise.all([createDatabase('busy'), buildWaybillSchema()]);
});
afterAll(() => database.drop());

let opened: OpenedDatabase;
let server: HttpServer;
async function start(settings: Partial<Config>): Promise<void> {
  const config = { ...readConfig({}, []), port: 0, ...settings };
  opened = await openDatabase({ address: () => ({ connectionString: database.url }) }, 'UTC', config, createLog('silent'));
  server = await startHttp({ db: opened.db, schema, config });
}
afterEach(async () => {
  await Promise.all(lockers.map((client) => client.end()));
  lockers = [];
  await server.close();
  await opened.close();
});

const register = (name: string) =>
  server.ask('mutation ($name: String!) { registerProcess(input: {name: $name, type: "Load", tool: "dbt"}) { created } }', { name });
const startRun = (name: string) =>
  server.ask(
    'mutation ($name: String!) { startRun(input: {process: {name: $name}, actor: { name: "tester" }}) { outcome run { id } fencingToken } }',
    { name },
  );
const read = () => server.ask('{ processes(first: 1) { totalCount } }');
const health = async () => (await fetch(`${server.url}/health/ready`)).json() as Promise<Record<string, unknown>>;

/** Holds the row of a process, as another client's transaction would. */
async function lock(name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url, application_name: 'night shift' });
  lockers.push(client);
  await client.connect();
  await client.query('begin');
  await client.query('select from process_tracker.process where process_name = $1 for update', [name]);
  return client;
}

/** Waits until so many sessions of the database wait for a lock. */
async function waiting(count: number): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  lockers.push(client);
  await client.connect();
  for (;;) {
    const { rows } = await client.query<{ n: number }>(
      "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rows[0]!.n === count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('writes that wait for a lock leave reads alone, and one connection of theirs waits for one record', async () => {
  await start({ poolSize: 2, writePoolSize: 2, lockTimeout: 30_000 });
  await register('locked');
  await register('free');
  const { body: page } = await read();
  expect(page).toMatchObject({ data: { processes: { totalCount: expect.any(Number) } } });
  const locker = await lock('locked');
  const blocked = Array.from({ length: 10 }, () => startRun('locked'));
  await waiting(1);
  for (let i = 0; i < 20; i++) expect((await read()).body).toEqual(page);
  // The second connection for writes is free for everyone else.
  expect((await startRun('free')).body.data).toMatchObject({ startRun: { outcome: 'STARTED' } });
  expect(opened.db.writes.use.inUse).toBe(1);
  expect(await health()).toMatchObject({ status: 'ready', database: 'up' });
  await locker.query('rollback');
  const outcomes = (await Promise.all(blocked)).map(({ body }) => (body.data!.startRun as { outcome: string }).outcome);
  expect(outcomes.sort()).toEqual([...Array<string>(9).fill('ALREADY_RUNNING'), 'STARTED']);
});

test('a write gives up waiting for a lock, names the record and who holds it, and when to try again', async () => {
  await start({ lockTimeout: 300 });
  await register('guarded');
  const locker = await lock('guarded');
  const heldBy = expect.objectContaining({
    pid: (locker as unknown as { processID: number }).processID,
    application: 'night shift',
    seconds: expect.any(Number),
  });
  const [first, second] = await Promise.all([startRun('guarded'), startRun('guarded')]);
  expect([first.status, first.headers.get('retry-after'), first.body.errors![0]]).toEqual([
    503,
    '1',
    expect.objectContaining({
      message: expect.stringContaining('Waited too long for another transaction that changes the Process "guarded".'),
      extensions: {
        code: 'UNAVAILABLE',
        reason: 'LOCKED',
        waitedFor: 'the Process "guarded"',
        heldBy,
        retryAfterSeconds: 1,
      },
    }),
  ]);
  // It waited for the first one, which was in its way.
  expect(second.body.errors![0]!.extensions).toMatchObject({ code: 'UNAVAILABLE', reason: 'LOCKED', waitedFor: 'the Process "guarded"' });
  expect(server.log).toContainEqual(
    expect.objectContaining({ level: 'warn', reason: 'LOCKED', waitedFor: 'the Process "guarded"', heldBy }),
  );
  await locker.query('rollback');
  expect((await startRun('guarded')).body.data).toMatchObject({ startRun: { outcome: 'STARTED' } });
});

test('a write that waits in the queue knows what the one before it waits for', async () => {
  await start({ lockTimeout: 2_000 });
  await register('queued');
  const locker = await lock('queued');
  const pid = (locker as unknown as { processID: number }).processID;
  const early = startRun('queued');
  await waiting(1);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const late = startRun('queued');
  for (const { body } of await Promise.all([early, late]))
    expect(body.errors![0]!.extensions).toMatchObject({ reason: 'LOCKED', waitedFor: 'the Process "queued"', heldBy: { pid } });
  await locker.query('rollback');
});

test('the first writes of a new actor take one connection while they wait', async () => {
  await start({ writePoolSize: 3, lockTimeout: 2_000 });
  for (const name of ['held', 'others']) await register(name);
  const locker = await lock('held');
  const by = (actor: string, name: string) =>
    server.ask(
      'mutation ($input: StartRunInput!) { startRun(input: $input) { outcome } }',
      {
        input: { process: { name }, actor: { name: actor } },
      },
      { 'waybill-actor': actor },
    );
  const blocked = [by('newcomer', 'held')];
  await waiting(1);
  blocked.push(...Array.from({ length: 5 }, () => by('newcomer', 'others')));
  expect((await by('another', 'others')).body.data).toMatchObject({ startRun: { outcome: 'STARTED' } });
  expect(opened.db.writes.use.inUse).toBe(1);
  await locker.query('rollback');
  for (const { body } of await Promise.all(blocked)) expect(body.errors).toBeUndefined();
});

test('reports and claims of one record wait on one connection too', async () => {
  await start({ writePoolSize: 3, lockTimeout: 30_000 });
  await register('reported');
  const begun = (await startRun('reported')).body.data!.startRun as { run: { id: string }; fencingToken: string };
  const locker = await lock('reported');
  const report = `mutation ($id: ID!, $token: BigInt!) { reportRun(input: {run: {id: $id}, fencingToken: $token, recordCount: "5"}) { run { recordCount } } }`;
  const reports = Array.from({ length: 10 }, () => server.ask(report, { id: begun.run.id, token: begun.fencingToken }));
  await waiting(1);
  await locker.query('rollback');
  for (const { body } of await Promise.all(reports)) expect(body).toMatchObject({ data: { reportRun: { run: { recordCount: '5' } } } });

  const claim = `mutation ($owner: String!) { claimFile(input: {file: {path: "/in", fileName: "a.csv"}, owner: $owner}) { outcome } }`;
  expect((await server.ask(claim, { owner: 'a' })).body.data).toEqual({ claimFile: { outcome: 'CLAIMED' } });
  const holder = new pg.Client({ connectionString: database.url });
  lockers.push(holder);
  await holder.connect();
  await holder.query('begin; select from process_tracker.extract_tracking for update');
  const claims = Array.from({ length: 10 }, (_, i) => server.ask(claim, { owner: `worker ${i}` }));
  await waiting(1);
  expect(opened.db.writes.use.inUse).toBe(1);
  await holder.query('rollback');
  for (const { body } of await Promise.all(claims)) expect(body).toMatchObject({ data: { claimFile: { outcome: 'BUSY' } } });
});

test('a pool whose connections are all in use is busy, not unreachable', async () => {
  await start({ poolSize: 1 });
  let free!: () => void;
  const held = opened.db.reads.borrow(() => new Promise<void>((resolve) => (free = resolve)));
  const answer = read();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await health()).toEqual({ status: 'ready', database: 'busy', store: 'ready', readOnly: false });
  const { status, headers, body } = await answer;
  expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  expect(body.errors![0]).toMatchObject({
    message: 'The server is busy: all 1 database connections for reads are in use. Try again in a moment.',
    extensions: { code: 'UNAVAILABLE', reason: 'BUSY' },
  });
  free();
  await held;
  expect((await read()).status).toBe(200);
});

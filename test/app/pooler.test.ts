import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile, chmod, chown } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import pg from 'pg';
import { serverUser } from '../../src/app/embedded/binaries.js';
import { migrate } from '../../src/app/store/migrate.js';
import { openDatabase, type OpenedDatabase } from '../../src/app/store/open-database.js';
import { buildWaybillSchema } from '../../src/app/schema.js';
import { feedsOf } from '../../src/live/feed.js';
import { readConfig, type Config } from '../../src/platform/config.js';
import { databaseAddress } from '../../src/platform/database-address.js';
import { createLog } from '../../src/app/log.js';
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../support/cluster.js';
import { startHttp, type HttpServer } from '../support/http.js';
import { listen } from '../support/live.js';
import { startProgram } from '../support/servers.js';

const program = ['/usr/sbin/pgbouncer', 'pgbouncer'].find((path) => spawnSync(path, ['--version']).status === 0);
const withPooler = program ? describe : describe.skip;
if (!program) console.log('PgBouncer is not installed: how Waybill works behind a pooler in transaction mode is not tested.');

interface Pooler {
  /** The address of a test's database through it. */
  url(database: TestDatabase): string;
  stop(): Promise<void>;
}

/** PgBouncer, in transaction mode if not said otherwise, with few server connections, so that transactions change sessions all the time. */
async function startPooler(more = '', mode = 'transaction'): Promise<Pooler> {
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const folder = await mkdtemp(join(tmpdir(), 'waybill-pooler-'));
  const { host, port: serverPort, user, password } = databaseAddress(process.env.TEST_ADMIN_URL!);
  const ini = `[databases]
* = host=${host} port=${serverPort} user=${user}${password ? ` password=${password as string}` : ''}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = 4
max_client_conn = 200
${more}`;
  const runAs = serverUser();
  await writeFile(join(folder, 'pgbouncer.ini'), ini, { mode: 0o600 });
  await chmod(folder, 0o711);
  if (runAs.uid !== undefined) await chown(join(folder, 'pgbouncer.ini'), runAs.uid, runAs.gid!);
  const child = spawn(program!, ['-q', join(folder, 'pgbouncer.ini')], { ...runAs, cwd: '/', stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (;;) {
    const client = new pg.Client({ host: '127.0.0.1', port, user, database: 'postgres' });
    const answers = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    if (answers) break;
    if (child.exitCode !== null) throw new Error('PgBouncer does not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url: (database) => `postgres://${user}@127.0.0.1:${port}${new URL(database.url).pathname}`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

withPooler('behind PgBouncer in transaction mode', () => {
  let pooler: Pooler;
  let database: TestDatabase;
  let schema: GraphQLSchema;
  const opened: { database: OpenedDatabase; server?: HttpServer }[] = [];
  beforeAll(async () => {
    [pooler, database, schema] = await Promise.all([startPooler(), createDatabase('pooler'), buildWaybillSchema()]);
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) {
      await each.server?.close();
      await each.database.close();
    }
  });
  afterAll(async () => {
    await pooler.stop();
    await database.drop();
  });

  async function open(url: string, settings: Partial<Config> = {}, listenUrl?: string): Promise<HttpServer> {
    const config = { ...readConfig({}, []), port: 0, pollMs: 50, ...settings };
    const addresses = { address: () => databaseAddress(url), listenAddress: listenUrl ? databaseAddress(listenUrl) : undefined };
    const connected = await openDatabase(addresses, 'Europe/Berlin', config, createLog('silent'));
    const server = await startHttp({ db: connected.db, schema, config });
    opened.push({ database: connected, server });
    return server;
  }
  const ok = async (server: HttpServer, query: string, variables = {}) => {
    const { body } = await server.ask(query, variables, { 'waybill-actor': 'tester' });
    expect(body.errors).toBeUndefined();
    return body.data as Record<string, any>;
  };
  const start =
    'mutation ($name: String!) { startRun(input: {process: {name: $name, type: "Load", tool: "dbt"}}) { outcome fencingToken run { id startedAt } } }';
  const report =
    'mutation ($id: ID!, $token: BigInt) { reportRun(input: {run: {id: $id}, fencingToken: $token, status: "completed", insertCount: "7"}) { run { status { name } insertCount } } }';

  test('a store is made, and runs, files and lineage work on many sessions at once', async () => {
    const empty = await createEmptyDatabase('pooler_empty');
    expect(await migrate(pooler.url(empty))).toEqual({ kind: 'ready' });
    const server = await open(pooler.url(empty));
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        await ok(
          server,
          `mutation ($name: String!, $from: String!, $to: String!) { registerProcess(input: {name: $name, type: "Load", tool: "dbt",
            sources: [{name: "s", objects: [{name: $from}]}], targets: [{name: "s", objects: [{name: $to}]}]}) { created } }`,
          { name: `load ${i}`, from: `t${i}`, to: `t${i + 1}` },
        );
        const { run, fencingToken } = (await ok(server, start, { name: `load ${i}` })).startRun;
        expect(Date.now() - Date.parse(run.startedAt)).toBeLessThan(60_000);
        expect((await ok(server, report, { id: run.id, token: fencingToken })).reportRun.run).toEqual({
          status: { name: 'completed' },
          insertCount: '7',
        });
        const claim = `mutation ($file: String!) { claimFile(input: {file: {path: "/in", fileName: $file}, owner: "w"}) { outcome } }`;
        expect((await ok(server, claim, { file: `${i}.csv` })).claimFile.outcome).toBe('CLAIMED');
      }),
    );
    const lineage = '{ process(name: "load 0") { lineage(direction: DOWNSTREAM, depth: 100) { complete nodes { distance } } } }';
    for (const { process } of await Promise.all(Array.from({ length: 10 }, () => ok(server, lineage))))
      expect(process.lineage).toMatchObject({ complete: true, nodes: { length: 40 } });
    expect((await ok(server, '{ runs(where: {status: {name: {eq: "completed"}}}) { totalCount } }')).runs.totalCount).toBe(20);
    for (const each of opened.splice(0)) {
      await each.server?.close();
      await each.database.close();
    }
    await empty.drop();
  });

  test('twenty starts of one process at once on two servers: one is STARTED', async () => {
    const servers = await Promise.all([open(pooler.url(database)), open(pooler.url(database))]);
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => ok(servers[i % 2]!, start, { name: `one of twenty ${round}` })),
      );
      const outcomes = answers.map(({ startRun }) => startRun.outcome as string);
      expect(outcomes.sort()).toEqual([...Array<string>(19).fill('ALREADY_RUNNING'), 'STARTED']);
    }
  });

  test('changes are looked for at intervals, or awaited by the direct address', async () => {
    const polling = await open(pooler.url(database));
    await open(pooler.url(database), { pollMs: 60_000 }, database.url);
    const [one, other] = opened.map(({ database: { db } }) => db) as [OpenedDatabase['db'], OpenedDatabase['db']];
    const api = { schema } as Parameters<typeof listen>[0];
    const listening = [await listen(api, '', '', one), await listen(api, '', '', other)];
    expect(feedsOf(one).listenerPid).toBeUndefined();
    // This one looks once a minute: what comes sooner came by LISTEN.
    while (feedsOf(other).listenerPid === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    await ok(polling, start, { name: 'seen by both' });
    for (const each of listening) expect((await each.next()).event.subjectName).toBe('seen by both');
    for (const each of listening) await each.leave();
  });

  test('one that takes settings and does not pass them on is found out too', async () => {
    const silent = await startPooler('ignore_startup_parameters = options');
    const server = await open(silent.url(database));
    expect((await ok(server, start, { name: 'through a silent pooler' })).startRun.outcome).toBe('STARTED');
    expect(opened[0]!.database.db.options.perTransaction).toBeDefined();
    // Also where the database has one of our settings by itself.
    const direct = new pg.Client(databaseAddress(database.url));
    await direct.connect();
    await direct.query(`alter database "${direct.database}" set search_path = process_tracker`);
    await silent.stop();
    const other = await startPooler('ignore_startup_parameters = options');
    await open(other.url(database));
    expect(opened[1]!.database.db.options.perTransaction).toBeDefined();
    await direct.query(`alter database "${direct.database}" reset search_path`);
    await direct.end();
    await other.stop();
  });

  test('a pooler in session mode is taken for PostgreSQL where the setting says so, and its slow statements are not cut', async () => {
    const pooled = await startPooler('ignore_startup_parameters = options', 'session');
    const role = { ...databaseAddress(pooled.url(database)), options: '' };
    const session = await openDatabase({ address: () => role }, 'UTC', { ...readConfig({}, []), pooler: 'none' }, createLog('silent'));
    expect(session.db.options.perTransaction).toBeUndefined();
    expect(await session.db.query("select 'done' as state from pg_sleep(9)")).toEqual([{ state: 'done' }]);
    await session.close();
    await pooled.stop();
  });

  test('an address for LISTEN that leads elsewhere stops the start; one that cannot be reached is reported, and changes are polled', async () => {
    const other = await createEmptyDatabase('elsewhere');
    await expect(open(pooler.url(database), {}, other.url)).rejects.toThrow(
      /WAYBILL_LISTEN_URL .* leads to another database than DATABASE_URL/,
    );
    await other.drop();
    const lines: string[] = [];
    const polled = await openDatabase(
      { address: () => databaseAddress(pooler.url(database)), listenAddress: { ...databaseAddress(database.url), port: 1 } },
      'UTC',
      readConfig({}, []),
      createLog('info', { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) }),
    );
    expect(lines).toEqual([
      expect.stringMatching(/^WAYBILL_LISTEN_URL .* cannot be used: .*; changes are polled until it can\.$/),
      expect.stringMatching(/changes are polled\.$/),
    ]);
    expect(await polled.db.query('select 1 as one')).toEqual([{ one: 1 }]);
    await polled.close();
  });

  test('the program itself starts on such an address', async () => {
    const server = await startProgram(pooler.url(database));
    expect((await server.ask(start, { name: 'by the program' })).data!.startRun.outcome).toBe('STARTED');
    await server.stop();
  });
});

test('an address of PostgreSQL itself keeps named statements and one round trip a read', async () => {
  const database = await createDatabase('direct');
  const opened = await openDatabase({ address: () => databaseAddress(database.url) }, 'UTC', readConfig({}, []), createLog('silent'));
  expect(opened.db.options.perTransaction).toBeUndefined();
  await opened.db.query('select 1 as one');
  const [named] = await opened.db.query<{ n: number }>('select count(*)::int as n from pg_prepared_statements');
  expect(named!.n).toBeGreaterThan(0);
  await opened.close();
  await database.drop();
});

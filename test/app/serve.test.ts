import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { migrate } from '../../src/app/store/migrate.js';
import { openStore } from '../../src/app/store/open-store.js';
import { readConfig } from '../../src/platform/config.js';
import { createLog } from '../../src/app/log.js';
import { createDatabase, createEmptyDatabase, execute, type TestDatabase } from '../support/cluster.js';
import { closeAll, old, work } from '../support/old-store.js';

const support = (file: string) => fileURLToPath(new URL(`../support/${file}`, import.meta.url));
const main = fileURLToPath(new URL('../../src/app/main.ts', import.meta.url));

let database: TestDatabase;
const started: ChildProcess[] = [];
beforeAll(async () => void (database = await createDatabase('serve')));
afterEach(() => started.splice(0).forEach((child) => child.kill('SIGKILL')));
afterAll(() => database.drop());

async function until<T>(what: string, check: () => T | Promise<T>, seconds = 30): Promise<NonNullable<T>> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) {
    const found = await check();
    if (found) return found;
  }
  throw new Error(`It never came: ${what}`);
}

/** The server program, in a process of its own. */
function program(env: NodeJS.ProcessEnv = {}, ...flags: string[]) {
  const child = spawn(process.execPath, ['--import', support('typescript-hooks.js'), main, '--port', '0', ...flags], {
    env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: database.url, ...env },
  });
  started.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (said.out += chunk));
  child.stderr.on('data', (chunk) => (said.err += chunk));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const url = () => until('its address', () => /"Server listening at (\S+)"/.exec(said.err)?.[1]);
  return {
    child,
    said,
    ended,
    url,
    ready: async () => {
      await Promise.race([until('its word that it is ready', () => said.out.includes('Waybill answers on')), ended]);
      if (child.exitCode !== null) throw new Error(said.err);
      return url();
    },
  };
}

const ask = async (url: string, query = '{ processes { totalCount } }') => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const body = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  return { status: response.status, data: body.data, code: body.errors?.[0]?.extensions.code };
};
const fine = { status: 200, data: { processes: { totalCount: 0 } }, code: undefined };

/** Holds back everybody who reads processes. */
async function holdProcesses() {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('begin; lock table process_tracker.process in access exclusive mode');
  const waiters = () =>
    until(
      'a request that waits',
      async () =>
        Number(
          (
            await client.query(
              "select 1 from pg_locks where not granted and locktype = 'relation' and database = (select oid from pg_database where datname = current_database())",
            )
          ).rowCount,
        ) > 0,
    );
  return { waiters, release: () => client.end() };
}

test('npm start compiles and serves: the page on /, the API, and a store of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-start-'));
  // Where root starts it, PostgreSQL runs as another user, who must pass through.
  await chmod(folder, 0o711);
  const child = spawn('npm', ['start', '--silent', '--', '--port', '0', '--data-dir', join(folder, 'data')], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: '' },
  });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  child.stderr.on('data', (chunk) => (said += chunk));
  const ended = new Promise((resolve) => child.on('close', resolve));
  try {
    const url = await until('its word that it is ready', () => /Waybill answers on (\S+)\/graphql/.exec(said)?.[1], 120);
    expect(await (await fetch(url)).text()).toContain('<title>Waybill');
    expect(await ask(url)).toEqual(fine);
  } finally {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
});

test('SIGTERM lets the running request end, takes no new one, and ends with 0', async () => {
  const server = program();
  const url = await server.ready();
  expect(await ask(url)).toEqual(fine);
  const hold = await holdProcesses();
  const running = ask(url);
  await hold.waiters();
  server.child.kill('SIGTERM');
  await until('the end of listening', () =>
    ask(url, '{ __typename }').then(
      () => false,
      () => true,
    ),
  );
  await hold.release();
  expect(await running).toEqual(fine);
  expect(await server.ended).toBe(0);
  expect(server.said.out).toBe(`Waybill answers on ${url}/graphql\n`);
});

test('a second SIGINT ends it at once; npm sends the first one twice', async () => {
  const server = program();
  const url = await server.ready();
  const hold = await holdProcesses();
  const running = ask(url).catch(() => 'broken off');
  await hold.waiters();
  server.child.kill('SIGINT');
  await sleep(100);
  server.child.kill('SIGINT');
  await sleep(700);
  expect(server.child.exitCode).toBeNull();
  server.child.kill('SIGINT');
  expect(await server.ended).toBe(130);
  expect(await running).toBe('broken off');
  await hold.release();
});

test.each([
  ['a wrong setting', { WAYBILL_MAX_DEPTH: 'deep' }, [], 'WAYBILL_MAX_DEPTH is "deep", but it must be a whole number from 1 to 1000.'],
  [
    'an address that others can reach, without keys',
    {},
    ['--host', '0.0.0.0'],
    'WAYBILL_HOST is "0.0.0.0", which other machines can reach, and there are no API keys',
  ],
  [
    'pages of other sites, without keys',
    { WAYBILL_CORS_ORIGINS: 'https://app.example' },
    [],
    'WAYBILL_CORS_ORIGINS lets pages of other sites call, and there are no API keys: make one first with `npm run key -- create',
  ],
  ['a database that does not exist', { DATABASE_URL: 'nowhere' }, [], 'There is no such database: '],
])('%s stops the start with a sentence', async (_, env, flags, sentence) => {
  const nowhere = new URL(database.url);
  nowhere.pathname = '/nowhere';
  const { said, ended } = program('DATABASE_URL' in env ? { DATABASE_URL: nowhere.href } : env, '--log-level', 'error', ...flags);
  expect(await ended).toBe(1);
  expect(said.err).toMatch(new RegExp(`^${sentence.replace(/[.?]/g, '\\$&')}[^\\n]*\\n$`));
  expect(said.out).toBe('');
});

test('without keys, other machines find no open port, and no cluster and no store is made', async () => {
  const sentence = /^WAYBILL_HOST is "0\.0\.0\.0", which other machines can reach, and there are no API keys[^\n]*\n$/;
  const folder = await mkdtemp(join(tmpdir(), 'waybill-serve-'));
  const dataDir = join(folder, 'data');
  const alone = program({ DATABASE_URL: '', WAYBILL_DATA_DIR: dataDir }, '--host', '0.0.0.0', '--log-level', 'info');
  expect(await alone.ended).toBe(1);
  expect(alone.said.err).not.toContain('Server listening');
  expect(alone.said.err.split('\n').at(-2) + '\n').toMatch(sentence);
  expect(existsSync(dataDir)).toBe(false);
  await rm(folder, { recursive: true });

  const empty = await createEmptyDatabase('serve');
  const other = program({ DATABASE_URL: empty.url }, '--host', '0.0.0.0');
  expect(await other.ended).toBe(1);
  expect(other.said.err).not.toContain('Server listening');
  await execute(empty.url, 'create schema process_tracker');
  await empty.drop();
});

test('with a key it listens for other machines', async () => {
  const own = await createDatabase('serve');
  await execute(own.url, `insert into process_tracker.api_key (key_hash, name, actor_name, role) values ('x', 'x', 'x', 'read')`);
  const server = program({ DATABASE_URL: own.url }, '--host', '0.0.0.0');
  expect((await ask(await server.ready())).code).toBe('UNAUTHENTICATED');
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  await own.drop();
});

test('a port in use stops the start with a sentence', async () => {
  const first = program();
  const { port } = new URL(await first.ready());
  const second = program({ WAYBILL_LOG_LEVEL: 'error' }, '--port', port);
  expect(await second.ended).toBe(1);
  expect(second.said.err).toBe(
    `Port ${port} on 127.0.0.1 is in use: another Waybill or another program listens there. Choose another with WAYBILL_PORT or --port.\n`,
  );
  expect(await ask(await first.url())).toEqual(fine);
});

test('a database that is away at the start, or goes later, is waited for', async () => {
  const sockets = new Set<Socket>();
  const { hostname, port } = new URL(database.url);
  const forward = (from: Socket) => {
    const to = dial(Number(port), hostname);
    for (const socket of [from, to]) sockets.add(socket.on('error', () => undefined));
    from.pipe(to).pipe(from);
  };
  let gate: Server = createServer(forward);
  const open = (at: number) => new Promise<void>((resolve) => (gate = createServer(forward)).listen(at, '127.0.0.1', resolve));
  const shut = async () => {
    const closed = new Promise((resolve) => gate.close(resolve));
    sockets.forEach((socket) => socket.destroy());
    await closed;
  };
  await open(0);
  const address = new URL(database.url);
  address.port = String((gate.address() as { port: number }).port);
  await shut();

  const server = program({ DATABASE_URL: address.href });
  const url = await server.url();
  expect(await ask(url)).toEqual({ status: 503, data: undefined, code: 'UNAVAILABLE' });
  expect((await fetch(`${url}/health/ready`)).status).toBe(503);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  for (let i = 0; i < 20; i++) await ask(url);
  await sleep(2_500);
  // One line for the state, and one for each request.
  const lines = server.said.err.split('\n').filter((line) => line.startsWith('{'));
  expect(lines.filter((line) => line.includes('cannot be reached'))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('"stack"'))).toEqual([]);
  await until('a line in the log', () => /cannot be reached \(.*ECONNREFUSED.*trying again every 2 s/.test(server.said.err));
  expect(server.said.err).not.toContain(address.password || 'a password');

  await open(Number(address.port));
  await server.ready();
  expect(await ask(url)).toEqual(fine);

  await shut();
  expect(await ask(url)).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
  await open(Number(address.port));
  expect(await until('an answer', async () => (await ask(url)).data && ask(url))).toEqual(fine);
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  await shut();
});

test('a store of ProcessTracker is read as it is, and becomes writable when it is set up meanwhile', async () => {
  const url = await old(work);
  const store = await openStore(readConfig({ DATABASE_URL: url }, []), createLog('silent'));
  expect([store.state.kind, store.db.options.functions]).toEqual(['read-only', 'pg_temp']);
  const links = 'select count(*)::int as n from process_source where implied';
  // On several connections: each has to be made ready.
  const before = await Promise.all(Array.from({ length: 5 }, () => store.db.query<{ n: number }>(links)));
  expect(before).toEqual(Array.from({ length: 5 }, () => [{ n: 2 }]));
  expect(await store.refresh()).toBe(false);

  // A busy server, whose connections hold views on the columns that setup changes.
  let busy = true;
  const readers = Array.from({ length: 3 }, async () => {
    while (busy) await store.db.query(links).catch(() => undefined);
  });
  await migrate(url, { setup: true });
  busy = false;
  await Promise.all(readers);
  expect(await store.refresh()).toBe(true);
  expect([store.state.kind, store.db.options.functions]).toEqual(['ready', 'process_tracker']);
  expect(await store.db.query(links)).toEqual([{ n: 2 }]);
  expect(await store.refresh()).toBe(false);
  await store.close();
  await closeAll();
});

import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverUser } from '../../src/app/embedded/binaries.js';
import { useEmbeddedPostgres, type EmbeddedPostgres } from '../../src/app/embedded/use-postgres.js';
import { buildWaybillSchema } from '../../src/app/schema.js';
import { startServer, type Server } from '../../src/app/http/server.js';
import { openStore, type Store } from '../../src/app/store/open-store.js';
import { startSweeper } from '../../src/app/sweeper.js';
import { readConfig } from '../../src/platform/config.js';
import { createLog } from '../../src/app/log.js';
import { execute } from '../support/cluster.js';
import { startPrivateServer, type PrivateServer } from '../support/private-server.js';
import { startProgram } from '../support/servers.js';

let primary: PrivateServer;
let count = 0;
const opened: { store: Store; server: Server }[] = [];

beforeAll(async () => {
  primary = await startPrivateServer(async () => ({}));
});
afterEach(async () => {
  for (const { server, store } of opened.splice(0)) {
    await server.close();
    await store.close();
  }
});
afterAll(() => primary.stop());

async function database(): Promise<string> {
  const name = `r${++count}`;
  await execute(primary.url('postgres'), `create database ${name} template store`);
  return name;
}

async function until<T>(what: string, check: () => Promise<T>, seconds = 40): Promise<NonNullable<T>> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) {
    const found = await check();
    if (found) return found;
  }
  throw new Error(`It never came: ${what}`);
}

const ask = async (url: string, query: string) => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data?: any; errors?: { message: string; extensions: Record<string, unknown> }[] };
  return { status: response.status, retryAfter: response.headers.get('retry-after'), data, ...errors?.[0] };
};
const read = '{ processes { totalCount } }';
const write = 'mutation { createTool(input: { name: "dbt" }) { tool { name } } }';
const health = async (url: string) => (await (await fetch(`${url}/health/ready`)).json()) as Record<string, unknown>;

/** The store and a server in front of it, with all that they log. */
async function start(url: string) {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  const config = readConfig({ DATABASE_URL: url, WAYBILL_PORT: '0', WAYBILL_POLL_MS: '50' }, []);
  const store = await openStore(config, log);
  const server = await startServer({ config, log, schema: await buildWaybillSchema(), db: store.db, state: store.state });
  opened.push({ store, server });
  return { store, server, log, url: server.url, problems: () => lines.filter((line) => !line.includes('"level":"info"')) };
}

const refresh = async ({ store, server }: { store: Store; server: Server }) => {
  const changed = await store.refresh();
  if (changed) server.use(store.db, store.state);
  return changed;
};

describe('a standby', () => {
  let standby: EmbeddedPostgres;
  let name: string;
  beforeAll(async () => {
    name = await database();
    const dataDir = await primary.copy();
    const signal = join(dataDir, 'postgres/standby.signal');
    await writeFile(signal, '');
    const { uid, gid } = serverUser();
    if (uid !== undefined) await chown(signal, uid, gid!);
    const { hostname, port, username, password } = new URL(primary.url(name));
    standby = await useEmbeddedPostgres({
      dataDir,
      settings: {
        fsync: 'off',
        max_connections: '100',
        primary_conninfo: `host=${hostname} port=${port} user=${username} password=${password}`,
      },
    });
  });
  afterAll(() => standby.leave());
  const at = (database: string) => standby.url.replace(/waybill$/, database);

  test('answers reads and subscriptions, refuses writes, and is written when it is promoted', async () => {
    const own = await start(at(name));
    expect(own.store.state).toMatchObject({ kind: 'read-only', cause: 'STANDBY' });
    expect(await ask(own.url, read)).toMatchObject({ status: 200, data: { processes: { totalCount: 0 } } });
    expect(await ask(own.url, write)).toMatchObject({
      status: 409,
      retryAfter: null,
      message: 'The store is read-only: The database is a standby server, which can only be read.',
      extensions: { code: 'CONFLICT', reason: 'STANDBY' },
    });
    expect(await health(own.url)).toMatchObject({ status: 'ready', database: 'up', store: 'read-only', readOnly: true });
    const stopSweeper = startSweeper(own.store, 0.05, own.log);

    const stream = await fetch(
      `${own.url}/graphql/stream?query=${encodeURIComponent('subscription { changes { event { subjectKind } } }')}`,
      {
        headers: { accept: 'text/event-stream' },
      },
    );
    const reader = stream.body!.getReader();
    let text = '';
    await execute(
      primary.url(name),
      `insert into process_tracker.process (process_name) values ('load')`,
      `insert into process_tracker.process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, is_latest_run)
       select process_id, 1, 1, now(), true from process_tracker.process`,
    );
    await until('the event', async () => (text += Buffer.from((await reader.read()).value ?? []).toString()).includes('subjectKind'));
    await reader.cancel();
    expect(await ask(own.url, read)).toMatchObject({ data: { processes: { totalCount: 1 } } });
    await stopSweeper();
    expect(own.problems()).toEqual([]);
    expect(await refresh(own)).toBe(false);

    // What is to be changed first is said; a standby is not migrated.
    const old = await database();
    await execute(primary.url(old), `update process_tracker.waybill_setting set value = 'older' where key = 'functions'`);
    const failure = () =>
      openStore(readConfig({ DATABASE_URL: at(old) }, []), createLog('silent')).then(
        () => '',
        (error: Error) => error.message,
      );
    await until(
      'the sentence',
      async () =>
        (await failure()) ===
        'The database is a standby server, which can only be read. Its store must first be brought up to date for this Waybill, where it can be written, with `npm run setup`.',
    );

    await execute(at('postgres'), 'select pg_promote()');
    expect(await refresh(own)).toBe(true);
    expect(await ask(own.url, write)).toMatchObject({ status: 200, data: { createTool: { tool: { name: 'dbt' } } } });
    expect(await health(own.url)).toMatchObject({ store: 'ready', readOnly: false });
  });
});

test('a role that may only read answers reads, refuses writes, and writes when it may', async () => {
  const name = await database();
  await execute(
    primary.url(name),
    "create role reader login password 'x'",
    'grant usage on schema process_tracker to reader',
    'grant select on all tables in schema process_tracker to reader',
  );
  const address = new URL(primary.url(name));
  [address.username, address.password] = ['reader', 'x'];
  const own = await start(address.href);
  expect(own.store.state).toMatchObject({ kind: 'read-only', cause: 'ROLE' });
  expect(await ask(own.url, read)).toMatchObject({ data: { processes: { totalCount: 0 } } });
  expect(await ask(own.url, write)).toMatchObject({
    status: 409,
    message: 'The store is read-only: The user "reader" of the database may read and not write.',
    extensions: { code: 'CONFLICT', reason: 'ROLE' },
  });
  expect(await health(own.url)).toMatchObject({ status: 'ready', readOnly: true });

  await execute(primary.url(name), 'grant insert, update, delete on process_tracker.process to reader');
  expect(await refresh(own)).toBe(true);
  // It may write something, but not this.
  expect(await ask(own.url, write)).toMatchObject({
    status: 200,
    message: 'The user of the database may not make this change. Nothing was changed.',
    extensions: { code: 'CONFLICT', reason: 'ROLE' },
  });
  await execute(
    primary.url(name),
    'grant insert, update, delete on all tables in schema process_tracker to reader',
    'grant usage on all sequences in schema process_tracker to reader',
  );
  expect(await ask(own.url, write)).toMatchObject({ data: { createTool: { tool: { name: 'dbt' } } } });

  await execute(primary.url(name), `update process_tracker.waybill_setting set value = 'older' where key = 'functions'`);
  await expect(openStore(readConfig({ DATABASE_URL: address.href }, []), createLog('silent'))).rejects.toThrow(
    /^The store must be made or brought up to date, and the user of the database may not do that \(.*\): run `npm run setup` as the owner/,
  );
  await execute(primary.url(name), 'revoke select on process_tracker.api_key from reader');
  await expect(openStore(readConfig({ DATABASE_URL: address.href }, []), createLog('silent'))).rejects.toThrow(
    'The user "reader" of the database may not read the table process_tracker.api_key',
  );
});

test('readiness says that the database takes no writes before any write was refused', async () => {
  const name = await database();
  const url = primary.url(name);
  const own = await start(url);
  expect(await health(own.url)).toMatchObject({ status: 'ready', readOnly: false });
  await execute(
    url,
    `alter database ${name} set default_transaction_read_only = on`,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  );
  const ready = await until('the connection', async () => {
    const answer = await health(own.url);
    return answer.status === 'ready' ? answer : undefined;
  });
  expect(ready).toMatchObject({ database: 'up', store: 'ready', readOnly: true });
});

test('a database that turns read-only while the program runs says so, and is written again afterwards', async () => {
  const name = await database();
  const url = primary.url(name);
  const program = await startProgram(url, { WAYBILL_LOG_LEVEL: 'fatal' });
  try {
    expect(await ask(program.url, write)).toMatchObject({ status: 200 });
    await execute(
      url,
      `alter database ${name} set default_transaction_read_only = on`,
      // What was connected before may still write.
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    const first = await until('a refusal by the database', async () => {
      const answer = await ask(program.url, write.replace('dbt', `t${++count}`));
      return answer.extensions?.reason === 'UNREACHABLE' ? undefined : answer;
    });
    expect(first).toMatchObject({ status: expect.any(Number), retryAfter: '5', extensions: { code: 'UNAVAILABLE' } });
    const known = await until('the look', async () => {
      const answer = await ask(program.url, write);
      return answer.extensions?.reason === 'SETTING' ? answer : undefined;
    });
    expect(known).toMatchObject({ status: 503, retryAfter: '5', extensions: { code: 'UNAVAILABLE', reason: 'SETTING' } });
    expect(known.message).toContain('default_transaction_read_only is on');
    expect(await ask(program.url, read)).toMatchObject({ status: 200, data: { processes: { totalCount: 0 } } });
    expect(await health(program.url)).toMatchObject({ status: 'ready', store: 'read-only', readOnly: true });

    // One that starts now is not refused by chance, but by what it knows.
    const own = await start(url);
    expect(await ask(own.url, write)).toMatchObject({ status: 409, extensions: { code: 'CONFLICT', reason: 'SETTING' } });

    await execute(primary.url('postgres'), `alter database ${name} reset default_transaction_read_only`);
    await until('a write', async () => (await ask(program.url, write.replace('dbt', `t${++count}`))).status === 200);
    expect(await health(program.url)).toMatchObject({ store: 'ready', readOnly: false });
    expect(await refresh(own)).toBe(true);
    expect(own.store.state).toEqual({ kind: 'ready' });
  } finally {
    await program.stop();
  }
});

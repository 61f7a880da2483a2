import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { backupCommand } from '../../src/app/commands/backup-commands.js';
import { keyCommand } from '../../src/app/commands/key-command.js';
import { setupCommand } from '../../src/app/commands/setup-command.js';
import { openStore } from '../../src/app/store/open-store.js';
import { announceChanges, feedsOf } from '../../src/live/feed.js';
import { readConfig } from '../../src/platform/config.js';
import { createLog } from '../../src/app/log.js';
import { execute } from '../support/cluster.js';
import { hasOpenssl, makeCertificates, startPrivateServer, type PrivateServer } from '../support/private-server.js';
import { startProgram } from '../support/servers.js';

const ipv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const withTls = hasOpenssl ? test : test.skip;
const withIpv6 = ipv6 ? test : test.skip;
if (!hasOpenssl) console.warn('There is no openssl on this machine: connections by TLS are not tried.');
if (!ipv6) console.warn('This machine has no IPv6: it is not tried.');

let server: PrivateServer;
let count = 0;
const file = (name: string) => join(server.folder, name);

beforeAll(async () => {
  server = await startPrivateServer(async (folder) => {
    const sockets = join(folder, 's');
    await mkdir(sockets);
    await chmod(sockets, 0o777);
    return {
      ...(hasOpenssl ? await makeCertificates(folder) : {}),
      listen_addresses: ipv6 ? '127.0.0.1,::1' : '127.0.0.1',
      unix_socket_directories: sockets,
    };
  });
  await execute(server.url('postgres'), "create role wb login superuser password 'p w/@:'", "create role tls login superuser password 'x'");
  // The user `tls` gets in by TLS alone: whatever connection is made without, by whichever part of the program, is refused.
  const hba = join(server.folder, 'data/postgres/pg_hba.conf');
  await writeFile(hba, `hostnossl all tls all reject\n${await readFile(hba, 'utf8')}`);
  await execute(server.url('postgres'), 'select pg_reload_conf()');
});
afterAll(() => server.stop());

/** The address of a new database, with another user and host, and with these parameters. */
async function address(user: string, host: string, parameters = '', template = 'store'): Promise<string> {
  const name = `c${++count}`;
  await execute(server.url('postgres'), `create database ${name} template ${template}`);
  const port = new URL(server.url(name)).port;
  const query = parameters.includes('host=') ? `${parameters}&port=${port}` : parameters;
  return `postgres://${user}@${host}${host && !host.startsWith('%2F') ? `:${port}` : ''}/${name}?${host.startsWith('%2F') ? `port=${port}&` : ''}${query}`;
}

/** Everything that connects: commands, the migration, the pools, the connection that listens. */
async function useAll(url: string): Promise<void> {
  const said: unknown[] = [];
  const told = console.error;
  console.error = (...args: unknown[]) => void said.push(...args);
  try {
    await setupCommand(['--database-url', url], () => undefined);
    await keyCommand(
      ['list', '--database-url', url],
      () => undefined,
      (problem) => void said.push(problem),
    );
    await backupCommand([file('x.backup'), '--database-url', url], () => undefined);
  } finally {
    console.error = told;
    process.exitCode = 0;
  }
  expect(said).toEqual([]);
  await rm(file('x.backup'));
  const store = await openStore(readConfig({ DATABASE_URL: url }, []), createLog('silent'));
  try {
    expect(store.state).toEqual({ kind: 'ready' });
    await store.db.write({ actor: 'tester' }, (tx) => tx.query(`insert into tool_lkup (tool_name) values ('dbt')`));
    expect(await store.db.query('select tool_name as name from tool_lkup')).toEqual([{ name: 'dbt' }]);
    const problems: unknown[] = [];
    announceChanges(store.db, { onError: (error) => void problems.push(error) });
    await feedsOf(store.db).enter();
    for (let i = 0; i < 200 && !feedsOf(store.db).listenerPid; i++) await sleep(20);
    expect(feedsOf(store.db).listenerPid).toEqual(expect.any(Number));
    await feedsOf(store.db).leave();
    expect(problems).toEqual([]);
  } finally {
    await store.close();
  }
}

const failure = async (url: string): Promise<string> => {
  const problem = await openStore(readConfig({ DATABASE_URL: url }, []), createLog('silent')).then(
    async (store) => (await store.close(), undefined),
    (error: Error) => error,
  );
  expect(problem?.name).toBe('StartError');
  expect(problem!.message).not.toContain('p%20w');
  return problem!.message;
};

const secret = 'wb:p%20w%2F%40%3A';

test('a password with reserved characters, and parameters after the question mark', async () => {
  await useAll(await address(secret, '127.0.0.1', 'application_name=etl&options=-c%20work_mem%3D8MB'));
});

test('a socket file, by the parameter host', async () => {
  await useAll(await address(secret, '', `host=${encodeURIComponent(file('s'))}`));
});

test('a socket file in the place of the host, where TLS is not needed', async () => {
  await useAll(await address(secret, encodeURIComponent(file('s')), 'sslmode=require'));
});

withIpv6(
  'IPv6',
  async () => {
    await useAll(await address(secret, '[::1]'));
  },
  120_000,
);

withTls(
  'sslmode=require encrypts every connection',
  async () => {
    await useAll(await address('tls:x', '127.0.0.1', 'sslmode=require'));
  },
  120_000,
);

withTls(
  'sslmode=verify-full checks authority and name, and encrypts every connection',
  async () => {
    const ca = encodeURIComponent(file('ca.pem'));
    await useAll(await address('tls:x', 'localhost', `sslmode=verify-full&sslrootcert=${ca}`));
    const message = await failure(await address(secret, '127.0.0.1', `sslmode=verify-full&sslrootcert=${ca}`));
    expect(message).toMatch(/^There is no TLS connection to the database .*127\.0\.0\.1 is not in the cert's list/);
  },
  120_000,
);

withTls(
  'sslmode=verify-ca checks the authority',
  async () => {
    const with_ = (name: string) => `sslmode=verify-ca&sslrootcert=${encodeURIComponent(file(name))}`;
    const store = await openStore(
      readConfig({ DATABASE_URL: await address('tls:x', '127.0.0.1', with_('ca.pem')) }, []),
      createLog('silent'),
    );
    await store.close();
    expect(await failure(await address(secret, '127.0.0.1', with_('other.pem')))).toMatch(/^There is no TLS connection to the database/);
  },
  120_000,
);

withTls(
  'the program itself, by TLS, with an unencrypted connection refused',
  async () => {
    const url = await address('tls:x', 'localhost', `sslmode=verify-full&sslrootcert=${encodeURIComponent(file('ca.pem'))}`, 'template0');
    const program = await startProgram(url);
    expect(await program.ask('{ processes { totalCount } }')).toMatchObject({ data: { processes: { totalCount: 0 } } });
    await program.stop();
    expect(await failure(url.replace('verify-full', 'disable'))).toMatch(/refuses this user or password: pg_hba.conf rejects connection/);
  },
  120_000,
);

test('what is wrong with an address is a sentence', async () => {
  const url = await address('wb', '127.0.0.1');
  expect(await failure(url)).toMatch(/refuses this user or password: .*password/);
  const none = new URL(process.env.TEST_ADMIN_URL!);
  none.searchParams.set('sslmode', 'require');
  expect(await failure(none.href)).toMatch(/^There is no TLS connection to the database .*: The server does not support SSL connections/);
  expect(await failure(await address(secret, '127.0.0.1', 'options=-c%20no.such%3D1%20-c%20nonsense%3D1'))).toMatch(
    /refuses the connection: unrecognized configuration parameter "nonsense"/,
  );
});

test('limits that the role has for everyday work do not break a start, a setup or a write off', async () => {
  await execute(
    server.url('postgres'),
    "create role hasty login superuser password 'x'",
    "alter role hasty set statement_timeout = '100ms'",
    "alter role hasty set lock_timeout = '100ms'",
    "alter role hasty set idle_in_transaction_session_timeout = '50ms'",
  );
  const url = await address('hasty:x', '127.0.0.1', '', 'template0');
  await useAll(url);
  const connect = async () => {
    const client = new pg.Client({ connectionString: url.replace('hasty:x', secret) });
    await client.connect();
    return client;
  };
  const [reader, observer] = [await connect(), await connect()];
  const older = (value: string) => `update process_tracker.waybill_setting set value = '${value}' where key = 'functions'`;
  await reader.query(older('older'));
  await reader.query(`begin; ${older('still older')}`);
  const setup = openStore(readConfig({ DATABASE_URL: url }, []), createLog('silent'));
  setup.catch(() => undefined);
  const waiting = async () =>
    (await observer.query("select from pg_stat_activity where usename = 'hasty' and wait_event_type = 'Lock'")).rowCount === 1;
  for (let i = 0; i < 600 && !(await waiting()); i++) await sleep(50);
  await sleep(300);
  expect(await waiting()).toBe(true);
  await reader.query('commit');
  await reader.end();
  await observer.end();
  await (await setup).close();
});

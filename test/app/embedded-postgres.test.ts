import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { serverUser, userCan } from '../../src/app/embedded/binaries.js';
import { withLock } from '../../src/app/embedded/lock.js';
import { StartError } from '../../src/app/start-error.js';
import { useEmbeddedPostgres } from '../../src/app/embedded/use-postgres.js';
import { processStart } from '../../src/app/embedded/processes.js';
import { execute } from '../support/cluster.js';

const asRoot = process.getuid?.() === 0;
const support = (name: string) => fileURLToPath(new URL(`../support/${name}`, import.meta.url));
const settings = { fsync: 'off' };

let top: string;
let count = 0;
const started: ChildProcess[] = [];

beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'waybill-embedded-'));
  await chmod(top, 0o755);
});

/** A folder in which nothing is, yet. */
const newFolder = () => join(top, `data${++count}`);

/** NaN while there is none. */
function serverPid(folder: string): number {
  const file = join(folder, 'postgres/postmaster.pid');
  return existsSync(file) ? parseInt(readFileSync(file, 'utf8')) : NaN;
}
const runs = (pid: number) => processStart(pid) !== undefined;

async function until(what: string, check: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(20)) if (await check()) return;
  throw new Error(`It never came: ${what}`);
}

/** One of our programs, in a process of its own. */
function program(folder: string, options: { write?: boolean; uid?: number; env?: NodeJS.ProcessEnv } = {}) {
  const args = ['--import', support('typescript-hooks.js'), support('postgres-user.ts'), folder, ...(options.write ? ['write'] : [])];
  const env = { ...process.env, NODE_OPTIONS: '', ...options.env };
  const child = spawn(process.execPath, args, {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(options.uid ? { uid: options.uid, gid: options.uid } : {}),
  });
  started.push(child);
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  const says = async (word: string) => {
    await until(`"${word}" among ${JSON.stringify(said.slice(-5))}`, () => said.some((line) => line.startsWith(word)));
    return said.find((line) => line.startsWith(word))!.slice(word.length + 1);
  };
  return {
    says,
    said,
    kill: async () => {
      child.kill('SIGKILL');
      await until('the death of a program', () => child.signalCode !== null);
    },
    leave: async () => {
      child.stdin.write('leave\n');
      await says('left');
    },
  };
}

async function query<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  // A server that is killed breaks the connection and the query; the query's error is enough.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  for (const name of await readdir(top)) {
    try {
      process.kill(serverPid(join(top, name)), 'SIGQUIT');
    } catch {
      // It was stopped in order.
    }
  }
  await rm(top, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

test('a server that refuses us stops the start with the reason, and is stopped', async () => {
  const folder = newFolder();
  await (await useEmbeddedPostgres({ dataDir: folder, settings })).leave();
  await writeFile(join(folder, 'postgres/pg_hba.conf'), 'host all all 127.0.0.1/32 reject\n');
  await expect(useEmbeddedPostgres({ dataDir: folder, settings })).rejects.toThrow(
    /refuses the connection \(pg_hba.conf rejects connection .*\)/,
  );
  expect(serverPid(folder)).toBeNaN();
});

test('nothing of the environment reaches the connection', async () => {
  const env = {
    PGSSLMODE: 'require',
    PGSSLROOTCERT: '/no/such.pem',
    PGHOST: 'nowhere',
    PGUSER: 'other',
    PGOPTIONS: '-c no.such',
    PGSSLNEGOTIATION: 'x',
  };
  const one = program(newFolder(), {
    env: { ...env, PGPASSWORD: 'wrong', PGDATABASE: 'other', PGPORT: '1', PGAPPNAME: 'x', PGREPLICATION: 'true' },
  });
  expect(await one.says('ready')).toMatch(/^postgres:/);
  await one.leave();
});

test('a new folder gets a UTF-8 cluster under LANG=C, and the folder works again after a stop', async () => {
  const folder = newFolder();
  const first = program(folder, { env: { LANG: 'C', LC_ALL: 'C' } });
  const url = await first.says('ready');
  expect(url).toMatch(/^postgres:\/\/waybill:[\w-]{32}@127\.0\.0\.1:\d+\/waybill$/);
  const facts = await query(
    url,
    `select pg_encoding_to_char(encoding) as encoding, datlocale as locale, current_setting('listen_addresses') as listens,
       current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits, current_setting('password_encryption') as password
     from pg_database where datname = 'waybill'`,
  );
  expect(facts).toEqual([
    { encoding: 'UTF8', locale: 'C.UTF-8', listens: '127.0.0.1', fsync: 'on', commits: 'on', password: 'scram-sha-256' },
  ]);
  await execute(url, 'create table kept as select 1 as n');
  await expect(query(url.replace(/:[\w-]{32}@/, ':wrong@'), 'select 1')).rejects.toThrow('password authentication failed');
  expect((await stat(join(folder, 'password'))).mode & 0o777).toBe(0o600);
  const pid = serverPid(folder);
  await first.leave();
  expect(runs(pid)).toBe(false);
  expect(await readdir(join(folder, 'users'))).toEqual([]);

  const again = await useEmbeddedPostgres({ dataDir: folder });
  // The port stays, so that other tools find the database where it was.
  expect(again.url).toBe(url);
  expect(await query(again.url, 'select n from kept')).toEqual([{ n: 1 }]);
  await again.leave();
  await again.leave();
});

test('PostgreSQL killed ten times under writes is started again by itself, with every acknowledged row', async () => {
  const folder = newFolder();
  const own = await useEmbeddedPostgres({ dataDir: folder });
  await execute(own.url, 'create table written (n int primary key)');
  const writer = program(folder, { write: true });
  const acknowledged = () => writer.said.filter((line) => line.startsWith('wrote ')).length;
  const writesGoOn = async (when: string) => {
    const before = acknowledged();
    await until(`writes ${when}`, () => acknowledged() > before + 20);
  };
  for (let i = 1; i <= 10; i++) {
    await writesGoOn(`before kill ${i}`);
    const pid = serverPid(folder);
    process.kill(pid, 'SIGKILL');
    await until(`the server after kill ${i}`, () => serverPid(folder) !== pid && runs(serverPid(folder)));
  }
  await writesGoOn('after the last kill');
  await until('the server', () =>
    query(own.url, 'select 1').then(
      () => true,
      () => false,
    ),
  );
  await writer.leave();
  const rows = new Set((await query<{ n: number }>(own.url, 'select n from written')).map(({ n }) => n));
  const told = writer.said.filter((line) => line.startsWith('wrote ')).map((line) => Number(line.slice(6)));
  expect(told.filter((n) => !rows.has(n))).toEqual([]);
  await own.leave();
});

test('a killed program leaves PostgreSQL running, and the next one takes it over', async () => {
  const folder = newFolder();
  const first = program(folder);
  const url = await first.says('ready');
  const pid = serverPid(folder);
  await first.kill();
  expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
  const next = await useEmbeddedPostgres({ dataDir: folder });
  expect(next.url).toBe(url);
  expect(serverPid(folder)).toBe(pid);
  // The dead program does not count as a user.
  await next.leave();
  expect(runs(pid)).toBe(false);
});

test('programs started at the same instant share one server; the last to leave stops it', async () => {
  const folder = newFolder();
  const programs = [program(folder), program(folder), program(folder)];
  const urls = await Promise.all(programs.map((one) => one.says('ready')));
  expect(new Set(urls).size).toBe(1);
  const pid = serverPid(folder);
  await programs[0]!.leave();
  await programs[1]!.kill();
  expect(await query(urls[0]!, 'select 1 as n')).toEqual([{ n: 1 }]);
  await programs[2]!.leave();
  expect(runs(pid)).toBe(false);
});

test('leavers and comers at the same instant never meet a server that stops under them', async () => {
  const folder = newFolder();
  for (let round = 0; round < 3; round++) {
    const leaver = await useEmbeddedPostgres({ dataDir: folder, settings });
    const [comer] = await Promise.all([useEmbeddedPostgres({ dataDir: folder, settings }), leaver.leave()]);
    expect(await query(comer.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    await comer.leave();
  }
});

test('a process of the killed PostgreSQL that is busy does not hold the start up for long', async () => {
  const folder = newFolder();
  const server = await useEmbeddedPostgres({ dataDir: folder });
  // It never looks up from its work, so it does not see that the server is gone.
  const busy = query(server.url, `do $$ declare n bigint := 0; begin loop n := n + 1; end loop; end $$`).catch(() => 'ended');
  await until('the busy process', () =>
    query(server.url, `select from pg_stat_activity where query like 'do %'`).then((rows) => rows.length === 1),
  );
  const pid = serverPid(folder);
  process.kill(pid, 'SIGKILL');
  await until(
    'the server again',
    () =>
      serverPid(folder) !== pid &&
      query(server.url, 'select 1').then(
        () => true,
        () => false,
      ),
  );
  expect(await busy).toBe('ended');
  await server.leave();
});

test.each([
  ['its process number went to another program', (text: string) => text.replace(/^\d+/, String(process.pid))],
  ['it was killed before it wrote its process number', () => ''],
])('what a killed server left behind does not stop the start: %s', async (_, change) => {
  const folder = newFolder();
  const first = program(folder);
  await first.says('ready');
  await first.kill();
  const pid = serverPid(folder);
  process.kill(pid, 'SIGKILL');
  await until('the death of PostgreSQL', () => !runs(pid));
  const file = join(folder, 'postgres/postmaster.pid');
  await writeFile(file, change(readFileSync(file, 'utf8')));
  const next = await useEmbeddedPostgres({ dataDir: folder });
  expect(await query(next.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  await next.leave();
});

test('the port was taken meanwhile: another one is chosen', async () => {
  const folder = newFolder();
  const other = await useEmbeddedPostgres({ dataDir: newFolder(), settings });
  const { port } = new URL(other.url);
  await mkdir(folder, { mode: 0o711 });
  await writeFile(join(folder, 'server.json'), JSON.stringify({ port: Number(port) }));
  const server = await useEmbeddedPostgres({ dataDir: folder, settings });
  expect(new URL(server.url).port).not.toBe(port);
  await Promise.all([server.leave(), other.leave()]);
});

test('a start that was killed while it made the cluster is made up for', async () => {
  const folder = newFolder();
  await mkdir(join(folder, 'postgres.new/base'), { recursive: true });
  const server = await useEmbeddedPostgres({ dataDir: folder, settings });
  expect(await query(server.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  await server.leave();
});

test('the lock lets one in at a time, and its holder may die', async () => {
  const folder = newFolder();
  await mkdir(folder);
  // The number of a process that cannot be, with a start that never was.
  await symlink('2147483647.0', join(folder, 'lock.7'));
  let inside = 0;
  const seen: number[] = [];
  const work = async () => {
    seen.push(++inside);
    await sleep(2);
    inside--;
  };
  await Promise.all(Array.from({ length: 12 }, () => withLock(folder, work)));
  expect(seen).toEqual(Array.from({ length: 12 }, () => 1));
});

describe('a folder that cannot be used stops the start with a sentence', () => {
  const refusal = (dataDir: string) =>
    useEmbeddedPostgres({ dataDir }).then(
      () => 'it was used',
      (error: Error) => (expect(error).toBeInstanceOf(StartError), error.message),
    );

  test('of another PostgreSQL version', async () => {
    const folder = newFolder();
    await mkdir(join(folder, 'postgres'), { recursive: true });
    await writeFile(join(folder, 'postgres/PG_VERSION'), '15\n');
    expect(await refusal(folder)).toMatch(/made by PostgreSQL 15, but .* PostgreSQL 18: run "npm run backup .* "npm run restore/);
  });

  test('with something else in it, or no folder at all', async () => {
    const folder = newFolder();
    await mkdir(folder);
    await writeFile(join(folder, 'letter.txt'), 'x');
    expect(await refusal(folder)).toMatch(/already holds other data \("letter\.txt"\).*WAYBILL_DATA_DIR/);
    expect(await readdir(folder)).toEqual(['letter.txt']);
    expect(await refusal(join(folder, 'letter.txt'))).toMatch(/is not a folder/);
    expect(await refusal(join(folder, 'letter.txt/below'))).toMatch(/is not a folder/);
  });

  (asRoot ? test : test.skip)('of another owner (needs root to make one)', async () => {
    const folder = newFolder();
    await mkdir(folder);
    await chown(folder, 65534, 65534);
    expect(await refusal(folder)).toMatch(/belongs to user id 65534, but this program runs as root/);
  });

  test('that is not writable', async () => {
    const folder = newFolder();
    await mkdir(folder, { mode: 0o755 });
    const { uid } = serverUser();
    if (uid === undefined) {
      await chmod(folder, 0o500);
      expect(await refusal(folder)).toMatch(/may not write there/);
      return;
    }
    // Root may write nearly anywhere, so the program also runs as another user there, where that one can read it.
    expect(await refusal('/sys/waybill')).toMatch(/may not write there|its disk is read-only/);
    if (userCan({ uid }, '-r', support('postgres-user.ts'))) {
      expect(await program(join(folder, 'data'), { uid }).says('refused')).toMatch(/may not write there/);
    }
  });
});

(asRoot ? test : test.skip)('root can keep the data below a folder that nobody else may enter (needs root)', async () => {
  const closed = newFolder();
  await mkdir(closed, { mode: 0o700 });
  const server = await useEmbeddedPostgres({ dataDir: join(closed, 'data') });
  await execute(server.url, 'create table kept as select 1 as n', 'checkpoint');
  process.kill(serverPid(join(closed, 'data')), 'SIGKILL');
  await until('the server again', () =>
    query(server.url, 'select 1').then(
      () => true,
      () => false,
    ),
  );
  expect(await query(server.url, 'select n from kept')).toEqual([{ n: 1 }]);
  await server.leave();
});

import { spawn, type StdioOptions } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { chown, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { databaseAddress } from '../../platform/database-address.js';
import { type Binaries, type ServerUser, userCan } from './binaries.js';
import { StartError } from '../start-error.js';
import { type Folder, password, readOrEmpty, readState, replaceFile, writeState } from './folder.js';
import { isServer, orphansOf, processStart, signal } from './processes.js';
import { codeOf, messageOf } from '../../platform/text-at.js';

/** All that is needed to start the server of one data folder, again and again. */
export interface Cluster {
  folder: Folder;
  user: ServerUser;
  binaries: Binaries;
  settings: Record<string, string>;
  log: (message: string) => void;
}

export interface Server {
  /** The process with its start, see `isAlive`. */
  identity: string;
  port: number;
  url: string;
}

/** Marks the server's processes as those of this folder: it stands in the command line of the first and in the titles of the others. */
const nameOf = (folder: Folder) => `waybill-${createHash('sha256').update(folder.cluster).digest('hex').slice(0, 16)}`;

// glibc gives memory back and takes it again at each statement that needs more than 128 kB, which costs a short one up to a fifth of its
// time: it keeps some for the next one.
const memory = { MALLOC_TRIM_THRESHOLD_: String(8 * 2 ** 20), MALLOC_MMAP_THRESHOLD_: String(4 * 2 ** 20) };
const environment = { ...memory, LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH ?? '', HOME: '/' };

/**
 * Names for paths by which the server's user can open them. Where he may not enter a folder above, as in /root, Linux lets him in through an
 * open file that he inherits: its entry below /proc leads straight to the file, so that the data can stay where the data folder is.
 */
function openFor(user: ServerUser, paths: string[]): { names: string[]; files: number[] } {
  const files: number[] = [];
  const names = paths.map((path) => {
    if (user.uid === undefined || userCan(user, '-r', path)) return path;
    if (process.platform !== 'linux')
      throw new StartError(
        `PostgreSQL runs as user id ${user.uid}, who cannot enter ${path}: choose another folder with WAYBILL_DATA_DIR.`,
      );
    return `/proc/self/fd/${2 + files.push(openSync(path, 'r'))}`;
  });
  return { names, files };
}

async function give(user: ServerUser, path: string): Promise<void> {
  if (user.uid === undefined) return;
  await chown(path, user.uid, user.gid!).catch((error: Error) => {
    throw new StartError(
      `PostgreSQL may not run as root, and root may not give it files here (${error.message}): start this program as an ordinary user.`,
    );
  });
}

/** Makes the cluster under another name first, so that a start that is killed on the way leaves nothing that looks whole. */
export async function createCluster({ folder, user, binaries, settings, log }: Cluster): Promise<void> {
  log(`Making a PostgreSQL ${binaries.major} cluster in ${folder.cluster}`);
  const half = `${folder.cluster}.new`;
  const secret = join(folder.path, 'initdb.tmp');
  await rm(half, { recursive: true, force: true });
  await rm(secret, { force: true });
  await mkdir(half, { mode: 0o700 });
  await writeFile(secret, `${await password(folder)}\n`, { mode: 0o600 });
  for (const path of [half, secret]) await give(user, path);
  const { names, files } = openFor(user, [half, secret]);
  try {
    const args = [
      ...[`--pgdata=${names[0]}`, `--pwfile=${names[1]}`, '--username=waybill', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'],
      ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions', ...(settings.fsync === 'off' ? ['--no-sync'] : [])],
    ];
    const child = spawn(binaries.initdb, args, { ...user, cwd: '/', env: environment, stdio: ['ignore', 'ignore', 'pipe', ...files] });
    let said = '';
    child.stderr!.on('data', (chunk) => (said += String(chunk)));
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (code !== 0)
      throw new StartError(`PostgreSQL's initdb could not make a cluster in ${folder.path}: ${said.trim().replaceAll('\n', ' ')}`);
  } finally {
    files.forEach(closeSync);
    unlinkSync(secret);
  }
  await rename(half, folder.cluster);
  const parent = await open(folder.path, 'r');
  await parent.sync().finally(() => parent.close());
}

/** What PostgreSQL says of itself in its own `postmaster.pid`: the process, the port, and how far it is. */
async function readPostmaster(folder: Folder): Promise<{ pid: number; port: number; status: string; text: string } | undefined> {
  const text = await readOrEmpty(join(folder.cluster, 'postmaster.pid'));
  const lines = text.split('\n');
  return text === '' ? undefined : { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? '').trim(), text };
}

/** The process of the running server, if there is one. */
async function runningPid(folder: Folder): Promise<number | undefined> {
  const postmaster = await readPostmaster(folder);
  return postmaster && isServer(postmaster.pid, nameOf(folder)) ? postmaster.pid : undefined;
}

/** Starts the server, or takes over the one that runs. The caller holds the folder's lock. */
export async function ensureServer(cluster: Cluster): Promise<Server> {
  const { folder, binaries, log } = cluster;
  for (let attempt = 1; ; attempt++) {
    const running = await runningPid(folder);
    if (running !== undefined) {
      const server = await answering(cluster, running);
      if (server) return server;
      continue;
    }
    await clearAfterCrash(cluster);
    const port = await freePort(attempt === 1 ? (await readState(folder)).port : undefined);
    const logged = await startLog(folder);
    const pid = launch(cluster, port);
    await writeState(folder, { port, pid, postgres: binaries.major });
    const server = await answering(cluster, pid);
    if (server) return server;
    const said = (await readOrEmpty(folder.log)).slice(logged);
    const fatal = /(?:FATAL|PANIC): +(.*)/.exec(said)?.[1] ?? said.trim().split('\n').at(-1);
    // Another program took the port, another start was faster, or processes of a killed server still go away: each mends itself soon.
    const passing = /could not bind|could not create any TCP|postmaster\.pid|pre-existing shared memory|shutting down/.test(said);
    if (!passing || attempt >= 20)
      throw new StartError(`PostgreSQL did not start: ${fatal || 'it said nothing'}; its log is ${folder.log}.`);
    log(`PostgreSQL did not start (${fatal}), trying again`);
    await sleep(200);
  }
}

function launch({ folder, user, binaries, settings }: Cluster, port: number): number {
  const { names, files } = openFor(user, [folder.cluster]);
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // A socket file would need a short path; the address is TCP anyway.
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // Containers often have only 64 MiB of /dev/shm.
    dynamic_shared_memory_type: 'mmap',
    cluster_name: nameOf(folder),
    ...settings,
  };
  const log = openSync(folder.log, 'a', 0o600);
  try {
    const args = ['-D', names[0]!, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const stdio: StdioOptions = ['ignore', log, log, ...files];
    // Detached: a group and session of its own, so that neither Ctrl-C nor our end reaches it.
    const child = spawn(binaries.postgres, args, { ...user, cwd: '/', env: environment, detached: true, stdio });
    child.on('error', () => undefined);
    child.unref();
    if (child.pid === undefined) throw new StartError(`PostgreSQL's program ${binaries.postgres} cannot be run.`);
    return child.pid;
  } finally {
    [log, ...files].forEach(closeSync);
  }
}

/** Waits until the server answers and has our database; undefined if its process ends first. */
async function answering({ folder, log }: Cluster, pid: number): Promise<Server | undefined> {
  const secret = await password(folder);
  let patience = Date.now() + 60_000;
  let told = Date.now() + 5_000;
  let problem = '';
  for (; processStart(pid) !== undefined; await sleep(20)) {
    const postmaster = await readPostmaster(folder);
    if (postmaster?.pid === pid && postmaster.port > 0) {
      const url = `postgres://waybill:${secret}@127.0.0.1:${postmaster.port}/waybill`;
      // Recovery after a crash takes what it takes.
      if (postmaster.status === 'starting') patience = Date.now() + 60_000;
      else {
        problem = await problemOf(url);
        if (problem === '') return { identity: `${pid}.${processStart(pid)}`, port: postmaster.port, url };
      }
    }
    const why = problem && ` (${problem})`;
    if (Date.now() > patience)
      throw new StartError(`PostgreSQL runs as process ${pid} but cannot be used${why}; its log is ${folder.log}.`);
    if (Date.now() > told) log(`Waiting for PostgreSQL, ${postmaster?.status || 'starting'}${why}`);
    if (Date.now() > told) told += 5_000;
  }
  return undefined;
}

/** Why the server cannot be used yet; empty when it can be. Our database is made if it is missing. */
async function problemOf(url: string): Promise<string> {
  const attempt = async (to: string, sql: string) => {
    const client = new pg.Client({ ...databaseAddress(to), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(sql);
      return { code: '', message: '' };
    } catch (error) {
      const code = codeOf(error) ?? 'unknown';
      return { code, message: messageOf(error) || code };
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const { code, message } = await attempt(url, 'select 1');
  if (code === '28P01')
    throw new StartError('The password in the data folder is not the one of its PostgreSQL: put the file "password" back.');
  if (code === '28000') throw new StartError(`The PostgreSQL of the data folder refuses the connection (${message}): see its pg_hba.conf.`);
  if (code === '3D000') await attempt(url.replace(/waybill$/, 'postgres'), 'create database waybill');
  // 53300: it has as many connections as it allows, so it answers.
  return code === '53300' ? '' : message;
}

/** Readies the folder for a start after the server was killed. */
async function clearAfterCrash({ folder, user, log }: Cluster): Promise<void> {
  const { uid } = await stat(folder.cluster);
  const wanted = user.uid ?? process.getuid?.() ?? uid;
  if (uid !== wanted)
    throw new StartError(
      `The folder ${folder.cluster} belongs to user id ${uid}, but PostgreSQL runs as user id ${wanted}: give it back with chown -R.`,
    );
  const postmaster = await readPostmaster(folder);
  if (!postmaster || !(postmaster.pid > 0)) {
    // Killed while it wrote the file, PostgreSQL leaves an empty one, which it would take for another server that starts.
    await rm(join(folder.cluster, 'postmaster.pid'), { force: true });
    return;
  }
  log('PostgreSQL was not stopped in order; it recovers');
  // Its other processes end by themselves, but one at work in a long statement may take its time, and PostgreSQL does not start beside it.
  for (let i = 0; i < 100; i++) {
    const orphans = orphansOf(nameOf(folder));
    if (orphans.length === 0) break;
    if (i >= 5) orphans.forEach((pid) => signal(pid, i < 50 ? 'SIGQUIT' : 'SIGKILL'));
    await sleep(20);
  }
  // Where the number went to another program PostgreSQL would not dare to start. The rest of the file must stay: by it PostgreSQL finds out
  // whether anything still uses the memory of the one that was killed.
  if (!pidIsTaken(postmaster.pid)) return;
  // Written in our folder first: in PostgreSQL's its user could have laid a link in the way.
  const mended = join(folder.path, 'postmaster.tmp');
  await replaceFile(mended, postmaster.text.replace(/^-?\d+/, '2147483647'));
  await give(user, mended);
  await rename(mended, join(folder.cluster, 'postmaster.pid'));
}

function pidIsTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Ports from which the system takes none for outgoing connections, so that the port is free again at the next start. */
async function freePort(wanted: number | undefined): Promise<number> {
  for (let port = wanted; ; port = undefined) {
    port ??= 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.on('error', () => resolve(false)).listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/** Begins a new log when the old one is large; tells how much the log holds. */
async function startLog(folder: Folder): Promise<number> {
  const { size } = await stat(folder.log).catch(() => ({ size: 0 }));
  if (size < 10_000_000) return (await readOrEmpty(folder.log)).length;
  await rename(folder.log, `${folder.log}.1`);
  return 0;
}

/** Stops the server in order; a server that does not end is killed in the end, which loses nothing either. */
export async function stopServer({ folder }: Cluster): Promise<void> {
  const pid = await runningPid(folder);
  if (pid === undefined) return;
  const start = processStart(pid);
  for (const [name, seconds] of [
    ['SIGINT', 60],
    ['SIGQUIT', 5],
    ['SIGKILL', 5],
  ] as const) {
    signal(pid, name);
    for (const until = Date.now() + seconds * 1000; Date.now() < until; await sleep(10)) {
      if (processStart(pid) === start) continue;
      const { port, postgres } = await readState(folder);
      return writeState(folder, { port, postgres });
    }
  }
}

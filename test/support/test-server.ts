import { existsSync, readFileSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useEmbeddedPostgres } from '../../src/app/embedded/use-postgres.js';
import { migrate } from '../../src/app/store/migrate.js';
import { isAlive, ownIdentity, processStart, signal } from '../../src/app/embedded/processes.js';
import { execute } from './cluster.js';

declare global {
  var stopTestServer: (() => Promise<void>) | undefined;
}

const prefix = 'waybill-test-';
/** Nothing of a test outlives it, so a crash of the machine may lose it. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** Gives the tests a server on which they may make databases, and tells how to end it. */
export async function startTestServer(): Promise<() => Promise<void>> {
  const template = `waybill_template_${process.pid}`;
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    await makeTemplate(given, template);
    return () => execute(given, `drop database if exists ${template} with (force)`);
  }
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${ownIdentity}-`));
  await chmod(folder, 0o711);
  // Where Jest ends without its teardown, by Ctrl-C or `--bail`, only this runs.
  const endAtOnce = () => {
    const file = join(folder, 'data/postgres/postmaster.pid');
    const pid = existsSync(file) ? parseInt(readFileSync(file, 'utf8')) : 0;
    if (pid > 0) signal(pid, 'SIGQUIT');
    while (pid > 0 && processStart(pid) !== undefined) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    rmSync(folder, { recursive: true, force: true });
  };
  const interrupted = () => process.exit(130);
  process.once('exit', endAtOnce).once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const server = await useEmbeddedPostgres({ dataDir: join(folder, 'data'), settings });
  await makeTemplate(server.url, template);
  return async () => {
    await server.leave();
    await rm(folder, { recursive: true, force: true });
    process.off('exit', endAtOnce).off('SIGINT', interrupted).off('SIGTERM', interrupted);
  };
}

async function makeTemplate(adminUrl: string, name: string): Promise<void> {
  process.env.TEST_ADMIN_URL = adminUrl;
  process.env.TEST_TEMPLATE = name;
  await execute(adminUrl, `drop database if exists ${name} with (force)`, `create database ${name} template template0`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  // A migration that fails fails the tests that need a store, each with the reason.
  await migrate(url.href).catch((error: Error) => (process.env.TEST_TEMPLATE_ERROR = String(error.stack)));
  // A database can be copied only while nobody is connected to it.
  await execute(adminUrl, `alter database ${name} with allow_connections false`);
}

/** A run that was killed left its server behind: the next one stops it. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix) || isAlive(name.slice(prefix.length, name.lastIndexOf('-')))) continue;
    const folder = join(tmpdir(), name);
    // What cannot be used is another user's.
    const server = await useEmbeddedPostgres({ dataDir: join(folder, 'data') }).catch(() => undefined);
    await server?.leave();
    if (server) await rm(folder, { recursive: true, force: true });
  }
}

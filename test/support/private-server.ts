import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverUser } from '../../src/app/embedded/binaries.js';
import { useEmbeddedPostgres } from '../../src/app/embedded/use-postgres.js';
import { migrate } from '../../src/app/store/migrate.js';
import { execute } from './cluster.js';

const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '100' };

/** A PostgreSQL for one file of tests, which may do with it what it likes; `store` is a database with a store in it, to make others from. */
export interface PrivateServer {
  /** Below it PostgreSQL's user may read. */
  folder: string;
  /** A copy of its own data folder, made while it stands still. */
  copy(): Promise<string>;
  /** The address of one of its databases, by the superuser. */
  url(database: string): string;
  stop(): Promise<void>;
}

export async function startPrivateServer(settingsIn: (folder: string) => Promise<Record<string, string>>): Promise<PrivateServer> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-private-'));
  await chmod(folder, 0o755);
  const options = { dataDir: join(folder, 'data'), settings: { ...fast, ...(await settingsIn(folder)) } };
  let server = await useEmbeddedPostgres(options);
  const url = (database: string) => server.url.replace(/waybill$/, database);
  await execute(server.url, 'create database store template template0');
  await migrate(url('store'));
  return {
    folder,
    url,
    async copy() {
      await server.leave();
      const to = join(folder, 'copy');
      execFileSync('cp', ['-a', options.dataDir, to]);
      server = await useEmbeddedPostgres(options);
      return to;
    },
    async stop() {
      await server.leave();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const hasOpenssl = (() => {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).startsWith('OpenSSL');
  } catch {
    return false;
  }
})();

/** An authority (`ca.pem`), a certificate of it for `localhost` alone, and an authority that has nothing to do with it (`other.pem`). */
export async function makeCertificates(folder: string): Promise<Record<string, string>> {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const name of ['ca', 'other'])
    openssl('req', '-x509', ...key, '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`);
  openssl('req', ...key, '-subj', '/CN=localhost', '-keyout', 'server.key', '-out', 'server.csr');
  await writeFile(join(folder, 'names'), 'subjectAltName=DNS:localhost');
  const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl('x509', '-req', '-in', 'server.csr', ...by, '-days', '2', '-extfile', 'names', '-out', 'server.pem');
  const { uid, gid } = serverUser();
  await chmod(join(folder, 'server.key'), 0o600);
  if (uid !== undefined) await chown(join(folder, 'server.key'), uid, gid!);
  return { ssl: 'on', ssl_cert_file: join(folder, 'server.pem'), ssl_key_file: join(folder, 'server.key') };
}

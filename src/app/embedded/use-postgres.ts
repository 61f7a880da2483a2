import { access } from 'node:fs/promises';
import { findBinaries, serverUser } from './binaries.js';
import { checkVersion, enter, leaveFolder, openFolder } from './folder.js';
import { withLock } from './lock.js';
import { isAlive, signal } from './processes.js';
import { type Cluster, createCluster, ensureServer, type Server, stopServer } from './postgres-server.js';
import { messageOf } from '../../platform/text-at.js';

export interface EmbeddedPostgres {
  /** The address of the database `waybill`. It changes only if the server had to be started again and its port was taken meanwhile. */
  readonly url: string;
  /** Ends the use; whoever leaves last stops the server. */
  leave(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  dataDir: string;
  log?: (message: string) => void;
  /** PostgreSQL settings; they count only where this call starts the server. */
  settings?: Record<string, string>;
}

/**
 * Gives the PostgreSQL server of a data folder: the one that runs, or one that is started now, in a cluster that is made if there is none. The
 * server outlives this program's sudden death, and while this program uses it, it is started again whenever it goes.
 * @throws StartError with one sentence that says why the folder cannot be used
 */
export async function useEmbeddedPostgres({
  dataDir,
  log = () => undefined,
  settings = {},
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  // The driver reads libpq's variables for each connection. What a shell has set for another server, PGSSLMODE say, must not reach ours.
  for (const name of Object.keys(process.env)) if (/^PG[A-Z]/.test(name)) delete process.env[name];
  const folder = await openFolder(dataDir);
  const user = serverUser();
  const binaries = await findBinaries(user);
  const cluster: Cluster = { folder, user, binaries, settings, log };
  let note = '';
  let server = await withLock(folder.path, async () => {
    await checkVersion(folder, binaries.major);
    await access(folder.cluster).catch(() => createCluster(cluster));
    note = await enter(folder);
    try {
      return await ensureServer(cluster);
    } catch (error) {
      if (!(await leaveFolder(folder, note))) await stopServer(cluster);
      throw error;
    }
  });
  const watch = keepRunning(cluster, server, (next) => (server = next));
  let left: Promise<void> | undefined;
  return {
    get url() {
      return server.url;
    },
    leave: () =>
      (left ??= (async () => {
        await watch.end();
        const gone = await access(folder.cluster).then(
          () => false,
          () => true,
        );
        // Nobody can use a server whose folder was deleted.
        if (gone) return isAlive(server.identity) ? signal(parseInt(server.identity), 'SIGQUIT') : undefined;
        await withLock(folder.path, async () => {
          const othersUseIt = await leaveFolder(folder, note);
          if (!othersUseIt) await stopServer(cluster);
        });
      })()),
  };
}

/** Looks after the server until the end of its use. Of several programs that miss it the first to get the lock starts it, the others find it running. */
function keepRunning(cluster: Cluster, first: Server, found: (server: Server) => void): { end(): Promise<void> } {
  let server = first;
  let ended = false;
  let work: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const look = async (): Promise<number> => {
    if (isAlive(server.identity)) return 250;
    try {
      const next = await withLock(cluster.folder.path, async () => (ended ? undefined : ensureServer(cluster)));
      if (!next) return 0;
      cluster.log(
        `PostgreSQL had gone; it runs again as process ${parseInt(next.identity)}${next.port === server.port ? '' : `, now on port ${next.port}`}`,
      );
      found((server = next));
      return 250;
    } catch (error) {
      cluster.log(`PostgreSQL has gone and could not be started again: ${messageOf(error)}`);
      return 5_000;
    }
  };
  const next = (delay: number) => {
    timer = setTimeout(() => {
      work = look().then((wait) => void (ended || next(wait)));
    }, delay).unref();
  };
  next(250);
  return {
    end: async () => {
      ended = true;
      clearTimeout(timer);
      await work;
    },
  };
}

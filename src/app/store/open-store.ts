import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Config } from '../../platform/config.js';
import { withoutSecrets } from '../../platform/config.js';
import { databaseAddress } from '../../platform/database-address.js';
import { Database, readTimeZone } from '../../platform/database.js';
import type { Log } from '../log.js';
import { isUnavailable, outageOf, startError } from './database-errors.js';
import { useEmbeddedPostgres } from '../embedded/use-postgres.js';
import { openDatabase } from './open-database.js';
import { migrate, storeState, type StoreState } from './migrate.js';
import { createOrm } from './orm.js';
import { readOnlyShadow } from './takeover.js';
import { findObstacle } from './write-obstacle.js';
import { codeOf, messageOf } from '../../platform/text-at.js';

export interface Store {
  readonly db: Database;
  readonly state: StoreState;
  /** Looks whether the store takes writes now, where it did not, or no longer does; true if `state` is another now, and perhaps `db`. */
  refresh(): Promise<boolean>;
  /** Ends the connections and, where it is ours, the use of the embedded server. */
  close(): Promise<void>;
}

const retryMs = 2_000;

interface OpenOptions {
  /** Told each time that the database is away; without it, a database that is away is an error. */
  waiting?: (reason: string) => void;
  /** Ends the waiting. */
  signal?: AbortSignal;
}

/** Opens the data store that the configuration names: brings it up to date, and connects to it. */
export async function openStore(config: Config, log: Log, { waiting, signal }: OpenOptions = {}): Promise<Store> {
  const embedded = config.databaseUrl
    ? undefined
    : await useEmbeddedPostgres({ dataDir: config.dataDir, log: (message) => log.info(message) });
  try {
    // The embedded server's address may change while it is used; asking each time is right for both.
    const url = () => embedded?.url ?? config.databaseUrl!;
    const connect = async () => {
      const state = await migrate(url());
      const untouched = state.kind === 'read-only' && state.untouched;
      const opened = await openDatabase(
        { address: () => databaseAddress(url()), listenAddress: config.listenUrl ? databaseAddress(config.listenUrl) : undefined },
        await readTimeZone(url()),
        config,
        log,
        untouched ? { functions: 'pg_temp', prepare: await shadow(url()) } : {},
      );
      return { state, opened };
    };
    let { opened, state } = await patiently(connect, url, log, waiting, signal);
    return {
      get db() {
        return opened.db;
      },
      get state() {
        return state;
      },
      async refresh() {
        if (state.kind === 'ready' || state.cause) {
          const obstacle = await findObstacle(url());
          if (obstacle?.cause === (state.kind === 'ready' ? undefined : state.cause)) return false;
          if (obstacle) {
            const turned = state.kind === 'ready' || state.turned === true;
            state = { kind: 'read-only', ...obstacle, violations: [], turned };
            return true;
          }
        } else if ((await storeState(url())).kind === 'read-only') return false;
        const before = opened;
        ({ opened, state } = await connect());
        // Waits for the requests that use it.
        before.close().catch((error: unknown) => log.warn({ err: error }, 'could not close the old connections'));
        return true;
      },
      async close() {
        await opened.close();
        await embedded?.leave();
      },
    };
  } catch (error) {
    await embedded?.leave();
    throw error;
  }
}

async function patiently<T>(
  work: () => Promise<T>,
  url: () => string,
  log: Log,
  waiting?: (reason: string) => void,
  signal?: AbortSignal,
): Promise<T> {
  let logged = '';
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) || !waiting || signal?.aborted) throw startError(error, url());
      const away = (outageOf(error)?.reason ?? 'UNREACHABLE') === 'UNREACHABLE';
      const why = messageOf(error) || codeOf(error);
      const line = `The database ${withoutSecrets(url())} cannot be ${away ? 'reached' : 'used'} (${why}); trying again every ${retryMs / 1000} s.`;
      if (line !== logged) log.warn((logged = line));
      waiting(`The database cannot be ${away ? 'reached' : 'used'} yet. The server tries again every ${retryMs / 1000} s.`);
      // Aborted: the last try tells why.
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** What each connection does to read a store that must not be changed as if it were one of ours. */
async function shadow(url: string): Promise<(client: pg.ClientBase) => Promise<unknown>> {
  const pool = new pg.Pool({ ...databaseAddress(url), max: 1 });
  try {
    const sql = await readOnlyShadow(new Database(pool), createOrm('postgres://localhost/none').getMetadata());
    return (client) => client.query(sql);
  } finally {
    await pool.end();
  }
}

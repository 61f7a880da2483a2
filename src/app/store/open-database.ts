import pg from 'pg';
import type { Config } from '../../platform/config.js';
import { asOptions, Database, sessionSettings, writeCosts, type DatabaseOptions, type Settings } from '../../platform/database.js';
import type { Log } from '../log.js';
import { watchSilence } from '../../platform/pool.js';
import { StartError } from '../start-error.js';
import { processOf } from '../../platform/pool.js';
import { codeOf, messageOf } from '../../platform/text-at.js';

/** Until a connection is made, or one of the pool is free. */
const connectMs = 5_000;
/** A statement from which nothing was heard for so long is looked up. */
const silentMs = 5_000;
/** PostgreSQL ends a statement itself; this is for when its word does not come. */
const graceMs = 5_000;

type PoolConfig = Pick<Config, 'poolSize' | 'writePoolSize' | 'statementTimeout' | 'lockTimeout' | 'pooler'>;

export interface OpenedDatabase {
  db: Database;
  /** Ends the connections, when those in use are given back. */
  close(): Promise<void>;
}

/**
 * Connects to a store: a pool for reads, one for writes, and a connection that looks after them. `address` is asked anew for each connection, since
 * that of the embedded server may change. `listenAddress` goes around a pooler, for LISTEN. `prepare` is run once on each new connection.
 */
export async function openDatabase(
  { address, listenAddress }: { address: () => pg.ClientConfig; listenAddress?: pg.ClientConfig | undefined },
  timeZone: string,
  config: PoolConfig,
  log: Log,
  {
    functions = 'process_tracker',
    prepare,
  }: { functions?: DatabaseOptions['functions']; prepare?: (client: pg.ClientBase) => Promise<unknown> } = {},
): Promise<OpenedDatabase> {
  const settings = sessionSettings(timeZone, { statementMs: config.statementTimeout });
  const writeSettings = { ...settings, ...writeCosts, lock_timeout: config.lockTimeout };
  const way = config.pooler === 'transaction' ? { pooled: true, ownProcess: false } : await wayTo(address(), settings);
  const pooled = way.pooled && config.pooler !== 'none';
  const listens = listenAddress ? await checkListenAddress(address(), listenAddress, log) : !pooled;
  if (pooled)
    log.info(
      `The database is behind a pooler in transaction mode: settings are sent with each transaction, statements have no names, changes are ${listens ? 'awaited by WAYBILL_LISTEN_URL' : 'polled'}.`,
    );
  if (pooled && prepare)
    throw new StartError(
      'This store was made by ProcessTracker and has not been taken over: it cannot be read through a pooler. Give an address of PostgreSQL itself, or run `npm run setup`.',
    );
  const poolOf = (max: number, own: Settings) =>
    createPool(() => withSettings(address(), pooled ? undefined : own), max, config.statementTimeout + graceMs, log, prepare);
  const reads = poolOf(config.poolSize, settings);
  const writes = poolOf(config.writePoolSize, writeSettings);
  const probe = createPool(() => withSettings(address()), 1, connectMs, log);
  const db = new Database(reads, {
    functions,
    writes,
    probe,
    patienceMs: config.lockTimeout,
    ...(pooled ? { perTransaction: { reads: settings, writes: writeSettings } } : {}),
    listenAddress: () => listenAddress ?? (pooled ? undefined : address()),
  });
  // A pooler does not tell which of the server's processes works for whom: there the driver's own limit has to do.
  const endWatch = way.ownProcess ? watchSilence([db.reads, db.writes], probe, silentMs) : () => undefined;
  return {
    db,
    close: async () => {
      endWatch();
      await db.close();
    },
  };
}

/**
 * Whether the address for LISTEN works now. One that cannot be reached may be later, and until then changes are polled.
 * @throws StartError if it leads to another database than `address`
 */
async function checkListenAddress(address: pg.ClientConfig, listenAddress: pg.ClientConfig, log: Log): Promise<boolean> {
  const identify = async (at: pg.ClientConfig) => {
    const client = new pg.Client({ connectionTimeoutMillis: connectMs, query_timeout: connectMs, ...at });
    try {
      await client.connect();
      const { rows } = await client.query<{ id: string }>(
        `select extract(epoch from pg_postmaster_start_time()) || ' ' || oid as id
         from pg_database
         where datname = current_database()`,
      );
      return rows[0]!.id;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const database = await identify(address);
  const at = `${listenAddress.host}:${listenAddress.port}/${listenAddress.database}`;
  const found = await identify(listenAddress).catch((error: Error) => {
    log.warn(`WAYBILL_LISTEN_URL (${at}) cannot be used: ${error.message || codeOf(error)}; changes are polled until it can.`);
    return undefined;
  });
  if (found !== undefined && found !== database)
    throw new StartError(`WAYBILL_LISTEN_URL (${at}) leads to another database than DATABASE_URL.`);
  return found !== undefined;
}

/** An address whose connections have these settings, beside those that it has itself. */
const withSettings = (address: pg.ClientConfig, settings?: Settings): pg.ClientConfig => {
  const options = [address.options, settings && asOptions(settings)].filter(Boolean).join(' ');
  return { ...address, ...(options ? { options } : {}) };
};

function createPool(
  address: () => pg.ClientConfig,
  max: number,
  answerMs: number,
  log: Log,
  prepare?: (client: pg.ClientBase) => Promise<unknown>,
): pg.Pool {
  class Client extends pg.Client {
    constructor() {
      super({ keepAlive: true, keepAliveInitialDelayMillis: 10_000, query_timeout: answerMs, ...address() });
    }
  }
  const pool = new pg.Pool({ max, connectionTimeoutMillis: connectMs, Client });
  // Views, also temporary ones, keep `npm run setup` from changing the columns below them: a quiet server must not be in its way.
  if (prepare) Object.assign(pool.options, { onConnect: prepare, idleTimeoutMillis: 500 });
  // A connection that breaks while nobody uses it is no request's error.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle connection to the database broke'));
  return pool;
}

/**
 * What is between us and PostgreSQL. `pooled`: it gives each transaction another session, as PgBouncer does in transaction mode. Such a pooler refuses
 * the settings of a connection (08P01), or takes them and does not pass them on. Asked for is a setting that no role and no database has.
 * `ownProcess`: whether the number of its process that a connection knows is PostgreSQL's; a pooler makes one up, also in session mode.
 */
async function wayTo(address: pg.ClientConfig, settings: Settings): Promise<{ pooled: boolean; ownProcess: boolean }> {
  const client = new pg.Client({
    connectionTimeoutMillis: connectMs,
    ...withSettings(address, { ...settings, 'waybill.settings': 'passed' }),
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ settings: string | null; pid: number }>(
      "select current_setting('waybill.settings', true) as settings, pg_backend_pid() as pid",
    );
    return { pooled: rows[0]!.settings !== 'passed', ownProcess: rows[0]!.pid === processOf(client) };
  } catch (error) {
    if (codeOf(error) === '08P01' && /startup parameter/.test(messageOf(error))) return { pooled: true, ownProcess: false };
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

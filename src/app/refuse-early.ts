import { access } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { needsKeys, refusalToListen } from '../actor/caller.js';
import type { Config } from '../platform/config.js';
import { databaseAddress } from '../platform/database-address.js';
import type { Log } from './log.js';
import { isUnavailable, startError } from './store/database-errors.js';
import { StartError } from './start-error.js';
import { useEmbeddedPostgres, type EmbeddedPostgres } from './embedded/use-postgres.js';

const noKeys = { any: () => Promise.resolve(false) };

/**
 * Refuses an address that other machines can reach, and pages of other sites, where there are no keys: before a cluster is made, before the store is made or changed, and
 * before the port is open. Where the database is away nothing is known yet, and the answer is left to the time when it is there. Returns the use
 * of the embedded server, which is to be left when the store is open.
 */
export async function refuseEarly(config: Config, log: Log): Promise<EmbeddedPostgres | undefined> {
  if (!needsKeys(config)) return undefined;
  const refuse = async (keys: { any(): Promise<boolean> }) => {
    const refused = await refusalToListen(keys, config);
    if (refused) throw new StartError(refused);
  };
  if (config.databaseUrl) {
    await refuse({ any: () => hasKeys(config.databaseUrl!) });
    return undefined;
  }
  const made = await access(join(config.dataDir, 'postgres')).then(
    () => true,
    () => false,
  );
  if (!made) await refuse(noKeys);
  const embedded = await useEmbeddedPostgres({ dataDir: config.dataDir, log: (message) => log.info(message) });
  try {
    await refuse({ any: () => hasKeys(embedded.url) });
    return embedded;
  } catch (error) {
    await embedded.leave();
    throw error;
  }
}

/** Whether the store has keys, or may have: the database is away. */
async function hasKeys(url: string): Promise<boolean> {
  const client = new pg.Client({ ...databaseAddress(url), connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const sql = "select to_regclass('process_tracker.api_key') is not null as made";
    const { rows } = await client.query<{ made: boolean }>(sql);
    return rows[0]!.made && (await client.query('select from process_tracker.api_key limit 1')).rowCount === 1;
  } catch (error) {
    if (isUnavailable(error)) return true;
    throw startError(error, url);
  } finally {
    await client.end().catch(() => undefined);
  }
}

import pg from 'pg';
import { databaseAddress } from '../../platform/database-address.js';
import type { Run } from './apply-rules.js';
import { StartError } from '../start-error.js';

/** Why the database takes no writes of ours, whatever the store is like. */
export interface Obstacle {
  cause: 'STANDBY' | 'SETTING' | 'ROLE';
  /** As a sentence. */
  reason: string;
}

/**
 * Looks for it, changing nothing. A setting of the database or the role counts for new sessions: `run` is to be in one.
 * @throws StartError where the role may not even read
 */
export async function obstacleToWrites(run: Run): Promise<Obstacle | undefined> {
  const [found] = await run<{ standby: boolean; setting: boolean; user: string }>(
    `select pg_is_in_recovery() as standby, current_setting('default_transaction_read_only')::bool as setting,
       current_user as user`,
  );
  const { standby, setting, user } = found!;
  if (standby) return { cause: 'STANDBY', reason: 'The database is a standby server, which can only be read.' };
  if (setting) return { cause: 'SETTING', reason: 'The setting default_transaction_read_only is on for this database or its user.' };
  const [may] = await run<{ tables: number; writable: number; unreadable: string | null }>(
    `select count(*)::int as tables,
       count(*) filter (where has_table_privilege(oid, 'insert, update, delete'))::int as writable,
       min(relname::text) filter (where not has_table_privilege(oid, 'select')) as unreadable
     from pg_class
     where relnamespace = to_regnamespace('process_tracker') and relkind in ('r', 'p')`,
  );
  const { tables, writable, unreadable } = may!;
  const who = `The user ${JSON.stringify(user)} of the database`;
  if (unreadable)
    throw new StartError(`${who} may not read the table process_tracker.${unreadable}: grant it select on all tables of this schema.`);
  return tables && !writable ? { cause: 'ROLE', reason: `${who} may read and not write.` } : undefined;
}

/** The same, by a connection of its own. */
export async function findObstacle(url: string): Promise<Obstacle | undefined> {
  const client = new pg.Client({ ...databaseAddress(url), query_timeout: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await obstacleToWrites(async (sql) => (await client.query(sql)).rows);
  } finally {
    await client.end().catch(() => undefined);
  }
}

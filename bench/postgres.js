import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { useEmbeddedPostgres } from '../dist/app/embedded-postgres.js';
import { migrate } from '../dist/app/migrate.js';
import { connectionOptions } from '../dist/platform/database.js';

/** Starts a PostgreSQL of the bench's own, with the settings that Waybill gives it. */
export async function startPostgres(atEnd) {
  const dataDir = await mkdtemp(join(tmpdir(), 'waybill-bench-'));
  atEnd(() => rm(dataDir, { recursive: true, force: true }));
  const server = await useEmbeddedPostgres({ dataDir });
  atEnd(() => server.leave());
  const urlOf = (database) => Object.assign(new URL(server.url), { pathname: `/${database}` }).href;

  const execute = async (url, sql) => {
    const client = new pg.Client({ connectionString: url, options: connectionOptions('UTC') });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  return {
    /** Makes a database with an empty store, or a copy of one; answers its address. */
    async create(name, template) {
      await execute(server.url, `create database ${name} ${template ? `template ${template}` : ''}`);
      if (!template) await migrate(urlOf(name));
      return urlOf(name);
    },
    drop: (name) => execute(server.url, `drop database ${name} with (force)`),
    execute,
    /** A pool like that of Waybill. Nobody need end it: PostgreSQL's end ends its connections. */
    pool(url, max = 10) {
      const pool = new pg.Pool({ connectionString: url, max, options: connectionOptions('UTC', 120_000) });
      pool.on('error', () => undefined);
      pool.on('connect', (client) => client.on('error', () => undefined));
      return pool;
    },
  };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { useEmbeddedPostgres } from '../dist/app/embedded/use-postgres.js';
import { migrate } from '../dist/app/store/migrate.js';
import { connectionOptions } from '../dist/platform/database.js';

/** Starts a PostgreSQL of the bench's own, with the settings that Waybill gives it. */
export async function startPostgres(atEnd) {
  const dataDir = await mkdtemp(join(tmpdir(), 'waybill-bench-'));
  atEnd(() => rm(dataDir, { recursive: true, force: true }));
  const server = await useEmbeddedPostgres({ dataDir });
  atEnd(() => server.leave());
  return databasesOn(server.url);
}

/** Uses a server that is running already: its databases get names of their own, and are dropped at the end. */
export function usePostgres(url, atEnd) {
  const prefix = `waybill_bench_${process.pid}_`;
  const server = databasesOn(url, prefix);
  atEnd(async () => {
    const pool = server.pool(url, 1);
    const { rows } = await pool.query('select datname from pg_database where starts_with(datname, $1)', [prefix]);
    for (const { datname } of rows) await pool.query(`drop database "${datname}" with (force)`);
    await pool.end();
  });
  return server;
}

function databasesOn(adminUrl, prefix = '') {
  const urlOf = (database) => Object.assign(new URL(adminUrl), { pathname: `/${prefix}${database}` }).href;

  const execute = async (url, sql) => {
    const client = new pg.Client({ connectionString: url, options: connectionOptions('UTC') });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  return {
    /** Makes a database with an empty store, or a copy of one; answers its address. */
    async create(name, template) {
      await execute(adminUrl, `create database ${prefix}${name} template ${template ? `${prefix}${template}` : 'template0'}`);
      if (!template) await migrate(urlOf(name));
      return urlOf(name);
    },
    drop: (name) => execute(adminUrl, `drop database ${prefix}${name} with (force)`),
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

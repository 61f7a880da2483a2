import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { databaseAddress } from '../../platform/database-address.js';
import { codeOf, textAt } from '../../platform/text-at.js';

/** Why a backup or a restore stops: one sentence for the person who asked for it. */
export class BackupError extends Error {
  override name = 'BackupError';
}

/**
 * The first line of a backup. After it each table follows: a line `{"table", "rows"}` and its rows as PostgreSQL's COPY text, in which a row is
 * exactly one line. The last line, `{"end": true, "sha256"}`, holds the checksum of all before it, so that a file that was cut is known.
 */
export interface BackupHeader {
  waybill: 'backup';
  format: 1;
  madeAt: string;
  postgres: string;
  /** Waybill's migrations in this store; none if ProcessTracker made it. */
  migrations: string[];
  /** Names of the constraints and unique indexes. A store that grew without some of them may hold rows that violate them. */
  rules: string[];
  tables: { name: string; columns: string[]; rows: number }[];
  /** The last number given out; null if none was. */
  sequences: { name: string; last: string | null }[];
}

export const quote = pg.escapeIdentifier;

export async function query<T extends object>(client: pg.Client, sql: string, values: unknown[] = []): Promise<T[]> {
  return (await client.query<T>(sql, values)).rows;
}

/** Connects for long work in one transaction, with settings under which text means the same everywhere. */
export async function connectForCopy(url: string): Promise<pg.Client> {
  const client = new pg.Client({ ...databaseAddress(url), application_name: 'waybill backup' });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(
    `set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0; set client_encoding = 'UTF8'; set timezone = 'UTC';
     set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set extra_float_digits = 1; set bytea_output = 'hex'; set search_path = pg_catalog`,
  );
  return client;
}

export const tableNames = async (client: pg.Client): Promise<string[]> =>
  (
    await query<{ name: string }>(
      client,
      `select relname as name
       from pg_class
       where relnamespace = to_regnamespace('process_tracker') and relkind in ('r', 'p')
         and not relispartition order by relname collate "C"`,
    )
  ).map(({ name }) => name);

export const appliedMigrations = async (client: pg.Client): Promise<string[]> => {
  const isOurs = `select to_regclass('process_tracker.waybill_migration') is not null as ours`;
  const [found] = await query<{ ours: boolean }>(client, isOurs);
  if (!found!.ours) return [];
  const applied = 'select name from process_tracker.waybill_migration order by id';
  return (await query<{ name: string }>(client, applied)).map(({ name }) => name);
};

/** Constraints and indexes with the table they are of. */
export const ruleNames = (client: pg.Client): Promise<{ name: string; constraint: boolean }[]> =>
  query(
    client,
    `select conname as name, true as constraint
     from pg_constraint
     where connamespace = to_regnamespace('process_tracker')
     union
     select c.relname, false
     from pg_class c
     where relnamespace = to_regnamespace('process_tracker') and relkind = 'i'
       and not exists (select from pg_constraint where conindid = c.oid) order by 1`,
  );

async function readHeader(client: pg.Client): Promise<BackupHeader> {
  const names = await tableNames(client);
  if (names.length === 0)
    throw new BackupError('This database has no tables in the schema process_tracker, so there is nothing to back up.');
  // A change of a table in the midst of it would show that table as empty.
  await client.query(`lock table ${names.map((name) => `process_tracker.${quote(name)}`).join(', ')} in access share mode`);
  const tables: BackupHeader['tables'] = [];
  for (const name of names) {
    const columns = await query<{ name: string }>(
      client,
      `select attname as name
       from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''
       order by attnum`,
      [`process_tracker.${quote(name)}`],
    );
    const count = `select count(*) as rows from process_tracker.${quote(name)}`;
    const [counted] = await query<{ rows: string }>(client, count);
    tables.push({ name, columns: columns.map((column) => column.name), rows: Number(counted!.rows) });
  }
  const [server] = await query<{ version: string; now: string }>(
    client,
    `select current_setting('server_version') as version,
       to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as now`,
  );
  const sequences = await query<{ name: string; last: string | null }>(
    client,
    `select sequencename as name, last_value::text as last
     from pg_sequences
     where schemaname = 'process_tracker'
     order by 1`,
  );
  return {
    ...({ waybill: 'backup', format: 1, madeAt: server!.now, postgres: server!.version } as const),
    migrations: await appliedMigrations(client),
    rules: (await ruleNames(client)).map(({ name }) => name),
    tables,
    sequences,
  };
}

async function* content(client: pg.Client, header: BackupHeader, log: (message: string) => void): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const hashed = (data: Buffer | string) => {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    hash.update(bytes);
    return bytes;
  };
  yield hashed(`${JSON.stringify(header)}\n`);
  for (const { name, columns, rows } of header.tables) {
    yield hashed(`${JSON.stringify({ table: name, rows })}\n`);
    // A query can be copied of a partitioned table too.
    const source = `select ${columns.map(quote).join(', ')}
    from process_tracker.${quote(name)}`;
    const rowsOf: AsyncIterable<Buffer> = client.query(copyTo(`copy (${source}) to stdout`));
    for await (const chunk of rowsOf) yield hashed(chunk);
    log(`${name}: ${rows} rows`);
  }
  yield Buffer.from(`${JSON.stringify({ end: true, sha256: hash.digest('hex') })}\n`);
}

/**
 * Writes all tables of the store at `url`, as they are at one instant, into one file; compressed if its name ends in `.gz`. The file appears
 * under its name when it is whole. Works on any store: Waybill's, of any age, and ProcessTracker's own.
 */
export async function backup(url: string, file: string, log: (message: string) => void = () => undefined): Promise<BackupHeader> {
  const client = await connectForCopy(url);
  const part = `${file}.part`;
  try {
    await client.query('begin isolation level repeatable read read only');
    const header = await readHeader(client);
    const written = createWriteStream(part, { mode: 0o600, flush: true });
    const rows = Readable.from(content(client, header, log), { objectMode: false });
    await (file.endsWith('.gz') ? pipeline(rows, createGzip(), written) : pipeline(rows, written));
    await rename(part, file);
    return header;
  } catch (error) {
    await rm(part, { force: true });
    throw textAt(error, 'path') === part ? new BackupError(`The file ${file} cannot be written (${codeOf(error)}).`) : error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

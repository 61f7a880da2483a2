import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { appliedMigrations, BackupError, type BackupHeader, connectForCopy, query, quote, ruleNames, tableNames } from './backup.js';
import { rules } from './rules.js';
import { codeOf, messageOf, textAt } from '../../platform/text-at.js';

const NEWLINE = 0x0a;

class CutFile extends Error {}

/** Takes a backup apart, line by line or many rows at once, holding no more of it than one piece. */
class Lines {
  #hash = createHash('sha256');
  #rest: Buffer = Buffer.alloc(0);
  readonly #source: AsyncIterator<Buffer>;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#source.next();
    if (!done) this.#rest = this.#rest.length ? Buffer.concat([this.#rest, value]) : value;
    return !done;
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    this.#hash.update(taken);
    return taken;
  }

  /** The checksum of all that was taken so far. */
  checksum = (): string => this.#hash.copy().digest('hex');

  async json<T extends object = Record<string, unknown>>(): Promise<T> {
    let end: number;
    while ((end = this.#rest.indexOf(NEWLINE)) < 0) if (!(await this.#more())) throw new CutFile();
    const line: T = JSON.parse(this.#take(end + 1).toString());
    return line;
  }

  /** So many lines, in pieces that need not end where a line does: a line may be long. */
  async *rows(count: number): AsyncGenerator<Buffer> {
    while (count > 0) {
      let end = 0;
      for (let at = -1; count > 0 && (at = this.#rest.indexOf(NEWLINE, end)) >= 0; end = at + 1) count--;
      if (count > 0) end = this.#rest.length;
      if (end > 0) yield this.#take(end);
      else if (!(await this.#more())) throw new CutFile();
    }
  }

  async atEnd(): Promise<boolean> {
    while (this.#rest.length === 0) if (!(await this.#more())) return true;
    return false;
  }
}

async function drain(rows: AsyncGenerator<Buffer>): Promise<void> {
  while (!(await rows.next()).done);
}

type Load = (table: BackupHeader['tables'][number], rows: AsyncGenerator<Buffer>) => Promise<void>;

/** Reads a whole backup and checks it on the way. Without `load` nothing is done with its rows. */
export async function readBackup(file: string, load?: Load): Promise<BackupHeader> {
  const packed = createReadStream(file, { highWaterMark: 256 * 1024 });
  const source: Readable = file.endsWith('.gz') ? packed.pipe(createGunzip()) : packed;
  packed.on('error', (error) => source.destroy(error));
  try {
    const lines = new Lines(source);
    const header = await lines.json<BackupHeader>();
    if (header.waybill !== 'backup') throw new SyntaxError();
    if (header.format !== 1)
      throw new BackupError(`The backup ${file} is of a newer format (${String(header.format)}): restore it with a newer Waybill.`);
    for (const table of header.tables) {
      const { table: name, rows } = await lines.json();
      if (name !== table.name || rows !== table.rows) throw new CutFile();
      const taken = lines.rows(table.rows);
      if (load) await load(table, taken);
      else await drain(taken);
    }
    const sha256 = lines.checksum();
    const end = await lines.json();
    if (end.end !== true || end.sha256 !== sha256 || !(await lines.atEnd())) throw new CutFile();
    return header;
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof CutFile || code === 'Z_BUF_ERROR' || code === 'Z_DATA_ERROR')
      throw new BackupError(`The backup ${file} is cut or damaged: nothing was changed.`);
    if (error instanceof SyntaxError)
      throw new BackupError(`The file ${file} is not a backup of Waybill, or it is damaged: nothing was changed.`);
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') throw new BackupError(`The file ${file} cannot be read (${code}).`);
    throw error;
  } finally {
    packed.destroy();
    source.destroy();
  }
}

/** Tables that a new store has rows in. */
const seeded = new Set([
  ...[
    'error_type_lkup',
    'source_type_lkup',
    'process_type_lkup',
    'process_status_lkup',
    'extract_status_lkup',
    'extract_compression_type_lkup',
  ],
  ...['extract_filetype_lkup', 'filesize_type_lkup', 'filter_type_lkup', 'dependency_type_lkup', 'schedule_frequency_lkup', 'system_lkup'],
  ...['waybill_setting', 'waybill_migration', 'lifecycle_move'],
]);

export interface RestoreOptions {
  /** Whether rows that the store has may go. */
  overwrite?: boolean;
  log?: (message: string) => void;
}

/**
 * Puts a backup into the store at `url`, which must have the same migrations, and no rows of its own unless `overwrite` says that they may go.
 * The file is checked to its end before anything changes, and all changes are one transaction. Afterwards `migrate` brings the store in order.
 */
export async function restore(
  url: string,
  file: string,
  { overwrite = false, log = () => undefined }: RestoreOptions = {},
): Promise<BackupHeader> {
  const header = await readBackup(file);
  const client = await connectForCopy(url);
  let table = '';
  try {
    await client.query('begin');
    const tables = await checkStore(client, header, overwrite);
    const order = await withoutTriggers(client, tables);
    await dropRules(client, header);
    if (tables.length) await client.query(`truncate ${tables.map((name) => `process_tracker.${quote(name)}`).join(', ')}`);
    // Where foreign keys are checked the tables come in ranks, and the file is read once for each of them; mostly there is one rank.
    for (const rank of order.ranks) {
      await readBackup(file, async ({ name, columns }, rows) => {
        if (!rank.includes(name)) return drain(rows);
        table = name;
        const into = copyFrom(`copy process_tracker.${quote(name)} (${columns.map(quote).join(', ')}) from stdin`);
        await pipeline(Readable.from(rows, { objectMode: false }), client.query(into));
      });
    }
    table = '';
    for (const { name, rows } of header.tables) if (tables.includes(name)) log(`${name}: ${rows} rows`);
    await setSequences(client, header);
    await order.enable();
    // Functions are not in a backup, so what is said of them there says nothing here: the next start makes them anew.
    if (tables.includes('waybill_setting'))
      await client.query(
        `delete from process_tracker.waybill_setting
         where key = 'functions'`,
      );
    await client.query('commit');
    return header;
  } catch (error) {
    throw textAt(error, 'severity')
      ? new BackupError(
          `The backup cannot be put into this store${table && `, at table ${table}`}: ${messageOf(error)}. Nothing was changed.`,
        )
      : error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Refuses a store that the backup does not fit, or that holds something; answers the tables to load, which are all but the list of migrations. */
async function checkStore(client: pg.Client, header: BackupHeader, overwrite: boolean): Promise<string[]> {
  const [theirs, ours] = [header.migrations.join(', '), (await appliedMigrations(client)).join(', ')];
  const names = await tableNames(client);
  if (names.length === 0) throw new BackupError('This database has no store yet: make one with "npm run setup", then restore.');
  if (theirs !== ours)
    throw new BackupError(
      `The backup is of a store with the migrations [${theirs}], this one has [${ours}]: restore it with the Waybill that made it, then start this one.`,
    );
  const columns = await query<{ name: string }>(
    client,
    `select relname || '.' || attname as name
     from pg_attribute
     join pg_class c on c.oid = attrelid
     where relnamespace = 'process_tracker'::regnamespace and attnum > 0 and not attisdropped and attgenerated = ''`,
  );
  const known = new Set(columns.map(({ name }) => name));
  for (const table of header.tables) {
    const missing = names.includes(table.name) ? table.columns.find((column) => !known.has(`${table.name}.${column}`)) : '';
    if (missing !== undefined)
      throw new BackupError(`The backup has ${missing ? `a column ${missing} of ` : 'a table '}${table.name}, which this store has not.`);
  }
  for (const name of overwrite ? [] : names.filter((one) => !seeded.has(one))) {
    const hasRows = `select exists (select from process_tracker.${quote(name)}) as some`;
    const [found] = await query<{ some: boolean }>(client, hasRows);
    if (found!.some)
      throw new BackupError(
        `The store is not empty, its table ${name} has rows: give an empty database, or --overwrite to replace all that the store holds.`,
      );
  }
  return header.tables.map(({ name }) => name).filter((name) => name !== 'waybill_migration');
}

/**
 * Switches triggers and foreign keys off for the load. Only a superuser may do it at once; the owner of the tables can switch off the triggers
 * alone, and then tables are loaded after those that they refer to.
 */
async function withoutTriggers(client: pg.Client, tables: string[]): Promise<{ ranks: string[][]; enable(): Promise<void> }> {
  const mayReplicate = `select has_parameter_privilege('session_replication_role', 'set') as so`;
  const [may] = await query<{ so: boolean }>(client, mayReplicate);
  if (may!.so) {
    await client.query('set local session_replication_role = replica');
    return { ranks: [tables], enable: async () => undefined };
  }
  const triggers = await query<{ at: string; name: string }>(
    client,
    `select tgrelid::regclass::text as at, tgname as name
     from pg_trigger
     join pg_class c on c.oid = tgrelid
     where relnamespace = 'process_tracker'::regnamespace and not tgisinternal and tgenabled = 'O' and tgparentid = 0`,
  );
  const keys = await query<{ child: string; parent: string }>(
    client,
    `select c.relname as child, p.relname as parent
     from pg_constraint
     join pg_class c on c.oid = conrelid
     join pg_class p on p.oid = confrelid
     where contype = 'f' and connamespace = 'process_tracker'::regnamespace and conrelid <> confrelid`,
  );
  const ranks: string[][] = [];
  for (let left = tables; left.length > 0; left = left.filter((name) => !ranks.at(-1)!.includes(name))) {
    const next = left.filter((name) => !keys.some(({ child, parent }) => child === name && left.includes(parent)));
    if (next.length === 0)
      throw new BackupError(
        `Tables refer to each other in a circle (${left.join(', ')}): restore as a superuser, or "grant set on parameter session_replication_role".`,
      );
    ranks.push(next);
  }
  const set = async (state: string) => {
    for (const { at, name } of triggers) await client.query(`alter table ${at} ${state} trigger ${quote(name)}`);
  };
  await set('disable');
  return { ranks, enable: () => set('enable') };
}

/** Rows of a store that grew without a rule may violate it. `migrate` makes the rule again where they do not. */
async function dropRules(client: pg.Client, header: BackupHeader): Promise<void> {
  const here = await ruleNames(client);
  for (const rule of rules) {
    const found = header.rules.includes(rule.name) ? undefined : here.find(({ name }) => name === rule.name);
    if (found?.constraint) await client.query(`alter table process_tracker.${quote(rule.table)} drop constraint ${quote(rule.name)}`);
    else if (found) await client.query(`drop index process_tracker.${quote(rule.name)}`);
  }
}

/** Numbers go on behind the highest that is there or was ever given out, so that none comes twice. */
async function setSequences(client: pg.Client, header: BackupHeader): Promise<void> {
  const sequences = await query<{ id: number; name: string; least: string; first: string; table: string | null; column: string | null }>(
    client,
    // A sequence belongs to a column as its identity or serial, or is named in its default.
    `select s.oid::int as id, s.relname as name, seqmin::text as least, seqstart::text as first, t.relname as table,
       a.attname as column
     from pg_class s join pg_sequence on seqrelid = s.oid
     left join lateral (
       select refobjid as rel, refobjsubid as num
       from pg_depend
       where classid = 'pg_class'::regclass and objid = s.oid and refobjsubid > 0 and deptype in ('a', 'i')
       union
       select adrelid, adnum
       from pg_depend
       join pg_attrdef d on d.oid = objid
       where classid = 'pg_attrdef'::regclass and refobjid = s.oid
     ) of on true
     left join pg_class t on t.oid = of.rel
     left join pg_attribute a on a.attrelid = of.rel and a.attnum = of.num
     where s.relnamespace = 'process_tracker'::regnamespace`,
  );
  const highest = new Map<string, bigint>();
  const note = (name: string, value: string | null | undefined) => {
    if (value != null && BigInt(value) > (highest.get(name) ?? BigInt(value) - 1n)) highest.set(name, BigInt(value));
  };
  for (const { name, last } of header.sequences) note(name, last);
  for (const { name, table, column } of sequences) {
    if (table === null) continue;
    const [found] = await query<{ top: string | null }>(
      client,
      `select max(${quote(column!)})::text as top
       from process_tracker.${quote(table)}`,
    );
    note(name, found!.top);
  }
  for (const { id, name, least, first } of sequences) {
    const top = highest.get(name);
    const used = top !== undefined && top >= BigInt(least);
    await query(client, 'select setval($1::oid::regclass, $2::bigint, $3)', [id, used ? String(top) : first, used]);
  }
}

import { createHash } from 'node:crypto';
import pg from 'pg';
import { databaseAddress } from './database-address.js';
import { DomainError, type ErrorCode, type ErrorDetails } from './errors.js';

/** Runs SQL with `$1`-style values and answers plain rows. Implemented by the pool (reads) and by a transaction (writes). */
export interface Queries {
  query<T extends object = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<T[]>;
}

/** A running write transaction. */
export type Tx = Queries;

/** Who writes and why: the database's triggers put it into the history. */
export interface Writer {
  actor: string;
  reason?: string | null;
  /** What the change came by: `api`, `openlineage`, … */
  origin?: string;
}

/**
 * Deadlock and serialization failure: PostgreSQL asks for the transaction to be tried again. So does what somebody else deleted between our look at it
 * and our link to it (foreign key): a second look says that it is gone, or makes it anew. And so does a name or number that somebody else took between
 * our look and our insert (unique index): a second look says who has it.
 */
const worthRetrying = new Set(['40P01', '40001', '23503', '23505']);
const attempts = 5;

/** Errors that functions of the store raise on purpose: their SQLSTATE, and what they are to a caller. Their DETAIL is JSON. */
const raised: Readonly<Record<string, ErrorCode>> = { WB400: 'INVALID', WB403: 'FORBIDDEN', WB404: 'NOT_FOUND', WB409: 'CONFLICT' };

function translated(error: unknown): unknown {
  const { code = '', message, detail } = error as { code?: string; message: string; detail?: string };
  return raised[code] ? new DomainError(raised[code], message, detail ? (JSON.parse(detail) as ErrorDetails) : {}) : error;
}

/** Thrown by the work of a transaction that has found out, by writing, that nothing is to be written: it is undone, and `value` is answered. */
export class Undo<T> extends Error {
  constructor(readonly value: T) {
    super('Nothing is to be written.');
  }
}

/** How many texts get a prepared statement on each connection; the filters of callers can make any number of texts. */
const preparedLimit = 500;

/**
 * The data store as the API uses it: plain SQL over one pool, no entity in between (docs/decisions/0002-plain-sql.md).
 * Names of tables in SQL are unqualified: `connectionOptions` sets the search path. Functions are called as `process_tracker.name(…)`, and found
 * wherever the store has them.
 */
export class Database implements Queries {
  readonly #prepared = new Map<string, string>();
  /** Told of each transaction of `write` that was committed. */
  onCommit: (() => void) | undefined;

  constructor(
    readonly pool: pg.Pool,
    /** Where the store's read functions are: a store that is only read has them in `pg_temp`. */
    readonly functions: 'process_tracker' | 'pg_temp' = 'process_tracker',
  ) {
    // A connection that breaks between two statements of a transaction tells so by an event, and an unheard one ends the program.
    // The next statement fails all the same, and that is what the caller is told.
    pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async query<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    const text = this.functions === 'process_tracker' ? sql : sql.replace(/\bprocess_tracker\.(?=\w+\()/g, `${this.functions}.`);
    const { rows } = await this.pool.query<T>({ name: this.#nameOf(text), text, values });
    return rows;
  }

  /** Runs `work` in one transaction on behalf of `writer`; tries again when PostgreSQL broke it off for another's sake. */
  async write<T>(writer: Writer, work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#transaction(writer, work);
      } catch (error) {
        if (error instanceof Undo) return error.value as T;
        if (attempt >= attempts || !worthRetrying.has((error as { code?: string }).code ?? '')) throw translated(error);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt));
      }
    }
  }

  async #transaction<T>(writer: Writer, work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      const settings = [writer.actor, writer.reason ?? null, writer.origin ?? 'api'].map((value) =>
        value === null ? 'null' : pg.escapeLiteral(value),
      );
      // One message: BEGIN and the settings cost one round trip.
      await client.query(`begin; select process_tracker.begin_write(${settings.join(', ')})`);
      const query = async <R extends object>(sql: string, values: unknown[] = []) =>
        (await client.query<R>({ name: this.#nameOf(sql), text: sql, values })).rows;
      const result = await work({ query });
      await client.query('commit');
      this.onCommit?.();
      return result;
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => (broken = failure));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  #nameOf(sql: string): string | undefined {
    const known = this.#prepared.get(sql);
    if (known || this.#prepared.size >= preparedLimit) return known;
    const name = createHash('sha1').update(sql).digest('base64url');
    this.#prepared.set(sql, name);
    return name;
  }
}

/** The session settings that every connection of ours carries, for `pg.Pool`'s `options`. `timeZone` is the store's. */
export const connectionOptions = (timeZone: string, statementTimeoutMs = 0): string =>
  [
    `-c search_path=process_tracker`,
    `-c timezone=${timeZone}`,
    ...(statementTimeoutMs ? [`-c statement_timeout=${statementTimeoutMs}`] : []),
  ].join(' ');

/** The store's one time zone (an IANA name): how its `timestamp` columns are meant. UTC where no setting says otherwise. */
export async function readTimeZone(url: string): Promise<string> {
  const client = new pg.Client(databaseAddress(url));
  await client.connect();
  try {
    const { rows } = await client.query<{ exists: boolean }>(`select to_regclass('process_tracker.waybill_setting') is not null as exists`);
    if (!rows[0]?.exists) return 'UTC';
    const zone = await client.query<{ value: string }>(`select value from process_tracker.waybill_setting where key = 'time_zone'`);
    return zone.rows[0]?.value ?? 'UTC';
  } finally {
    await client.end();
  }
}

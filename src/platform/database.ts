import { setTimeout as sleep } from 'node:timers/promises';
import { createHash } from 'node:crypto';
import pg from 'pg';
import { databaseAddress } from './database-address.js';
import { conflict, DomainError, type ErrorCode, raisedAs, Unavailable } from './errors.js';
import { lockTimedOut, queueTimedOut } from './lock-wait.js';
import { Connections, cut, gotNoAnswer, inOnePacket, processOf } from './pool.js';
import { QueueTimeout, RecordQueues } from './record-queues.js';
import { codeOf, messageOf } from './text-at.js';

/** Runs SQL with `$1`-style values and answers plain rows. Implemented by the pool (reads) and by a transaction (writes). */
export interface Queries {
  query<T extends object = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<T[]>;
}

const writing = Symbol('write transaction');
const undone = Symbol('undone');

type Query = <T extends object = Record<string, unknown>>(this: void, sql: string, values?: unknown[]) => Promise<T[]>;

/** A running write transaction. Only this file can make one: what takes it cannot be given the pool, nor a read. */
export interface Tx extends Queries {
  readonly [writing]: true;
  readonly query: Query;
  /**
   * The last statement of its transaction, sent together with COMMIT. What led to it has written nothing: where the work answers `Undo` or throws
   * for what this statement answers, the statement has written nothing either.
   */
  readonly last: Query;
}

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
  const code = raised[codeOf(error) ?? ''];
  if (!code) return error;
  return new DomainError(code, messageOf(error), raisedAs(error, codeOf(error)!));
}

/** Answered by the work of a transaction that has found out, by writing, that nothing is to be written: it is undone, and `value` is answered. */
export class Undo<T> {
  /** No row has it: what a work answers is never taken for this. */
  readonly [undone]: T;
  constructor(value: T) {
    this[undone] = value;
  }
}

/** How many texts get a prepared statement on each connection; the filters of callers can make any number of texts. */
const preparedLimit = 500;

export interface DatabaseOptions {
  /** Where the store's read functions are: a store that is only read has them in `pg_temp`. */
  functions?: 'process_tracker' | 'pg_temp';
  /** Connections for writes, so that writes which wait for locks leave reads alone. Without it, those of the reads. */
  writes?: pg.Pool | undefined;
  /** One connection for looking after the others, so that it is free when they are not. Without it, those of the reads. */
  probe?: pg.Pool | undefined;
  /** How long a write may wait for earlier ones about the same record, in milliseconds; 0 is for ever. Locks of the database are the `lock_timeout` of `writes`. */
  patienceMs?: number | undefined;
  /** Where a pooler gives each transaction another session: the settings that each has to make for itself. */
  perTransaction?: { reads: Settings; writes: Settings } | undefined;
  /** How to connect for LISTEN; undefined where that cannot be done, and changes are looked for at intervals. Without it, as the reads do. */
  listenAddress?: (() => pg.ClientConfig | undefined) | undefined;
}

/**
 * The data store as the API uses it: plain SQL over a pool for reads and one for writes, no entity in between (docs/decisions/0002-plain-sql.md).
 * Names of tables in SQL are unqualified: `sessionSettings` has the search path. Functions are called as `process_tracker.name(…)`, and found
 * wherever the store has them.
 */
export class Database implements Queries {
  readonly reads: Connections;
  readonly writes: Connections;
  readonly #prepared = new Map<string, string>();
  readonly #queues = new RecordQueues();
  /** Actors that have a row: the first write of another adds it, and until it ends each further one would wait for that row. */
  readonly #actors = new Set<string>();
  /** The PostgreSQL process that works on a record. */
  readonly #workers = new Map<string, number | undefined>();
  readonly #begin: { reads: string; writes: string };
  /** Called after each transaction of `write` that was committed. */
  onCommit: (() => void) | undefined;
  /** Called where the database takes no writes, or not this one from this role. */
  onRefusal: ((error: unknown) => void) | undefined;

  constructor(
    readonly pool: pg.Pool,
    readonly options: DatabaseOptions = {},
  ) {
    this.reads = new Connections(pool, 'reads');
    this.writes = options.writes ? new Connections(options.writes, 'writes') : this.reads;
    const begin = (settings: Settings | undefined) => (settings ? `begin; ${asStatement(settings)};` : 'begin;');
    this.#begin = { reads: begin(options.perTransaction?.reads), writes: begin(options.perTransaction?.writes) };
  }

  async query<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    const text = this.options.functions === 'pg_temp' ? sql.replace(/\bprocess_tracker\.(?=\w+\()/g, 'pg_temp.') : sql;
    const run = async (client: pg.PoolClient) => (await client.query<T>({ name: this.#nameOf(text), text, values })).rows;
    return this.reads.borrow((client) =>
      this.options.perTransaction ? inTransaction(client, this.#begin.reads, () => run(client)) : run(client),
    );
  }

  /**
   * Runs `work` in one transaction on behalf of `writer`; tries again when PostgreSQL broke it off for another's sake. Writes about the same
   * `records` (such as `Process "load"`) come one after the other, and take one connection together.
   * @throws DomainError for what functions of the store refuse; Unavailable where it waited too long, naming what for
   */
  async write<T>(writer: Writer, work: (tx: Tx) => Promise<T | Undo<T>>, records: readonly string[] = []): Promise<T> {
    const patience = this.options.patienceMs ?? 0;
    const since = performance.now();
    // What it has waited in a queue it waits no longer for the next, nor for locks.
    const left = () => (patience ? Math.max(1, Math.ceil(patience - (performance.now() - since))) : 0);
    // One after the other, in this order always: a write that waits for its actor is in nobody's way.
    const lines = [this.#actors.has(writer.actor) ? [] : [`the Actor ${JSON.stringify(writer.actor)}`], records];
    const all = lines.flat();
    try {
      return await this.#queues.take(lines[0]!, left(), () =>
        this.#queues.take(lines[1]!, left(), () => this.#attempt(writer, work, all, left() > patience - 100 ? undefined : left())),
      );
    } catch (error) {
      throw error instanceof QueueTimeout ? await queueTimedOut(this, error.record, this.#workers.get(error.record)) : error;
    }
  }

  async #attempt<T>(
    writer: Writer,
    work: (tx: Tx) => Promise<T | Undo<T>>,
    records: readonly string[],
    lockMs: number | undefined,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.writes.borrow((client) => {
          for (const record of records) this.#workers.set(record, processOf(client));
          return this.#transaction(client, writer, work, lockMs);
        });
      } catch (error) {
        const code = codeOf(error) ?? '';
        if (code === '25006' || code === '42501') this.onRefusal?.(error);
        if (code === '25006')
          throw new Unavailable('The database is read-only now. Nothing was changed; try again in a moment.', { reason: 'READ_ONLY' }, 5);
        if (code === '42501') throw conflict('The user of the database may not make this change. Nothing was changed.', { reason: 'ROLE' });
        if (code === '55P03') throw await lockTimedOut(this, error, records);
        if (attempt >= attempts || !worthRetrying.has(code)) throw translated(error);
        await sleep(Math.random() * 20 * attempt);
      } finally {
        for (const record of records) this.#workers.delete(record);
      }
    }
  }

  async #transaction<T>(client: pg.PoolClient, writer: Writer, work: (tx: Tx) => Promise<T | Undo<T>>, lockMs?: number): Promise<T> {
    const settings = [writer.actor, writer.reason ?? null, writer.origin ?? 'api'].map((value) =>
      value === null ? 'null' : pg.escapeLiteral(value),
    );
    // One message: BEGIN and the settings cost one round trip.
    const begin = `${this.#begin.writes}${lockMs ? ` set local lock_timeout = ${lockMs};` : ''} select process_tracker.begin_write(${settings.join(', ')})`;
    const query = async <R extends object>(sql: string, values: unknown[] = []) =>
      (await client.query<R>({ name: this.#nameOf(sql), text: sql, values })).rows;
    // The row of a new actor was written by then, and stays only with what the actor has written.
    const isKnown = this.#actors.has(writer.actor);
    const result = await inTransaction(client, begin, (commit) =>
      work({
        [writing]: true,
        query,
        last: async <R extends object>(sql: string, values?: unknown[]) => {
          const rows = query<R>(sql, values);
          if (isKnown) commit();
          return rows;
        },
      }),
    );
    if (result instanceof Undo) return result[undone];
    this.#actors.add(writer.actor);
    this.onCommit?.();
    return result;
  }

  get listenAddress(): pg.ClientConfig | undefined {
    const { listenAddress } = this.options;
    return listenAddress ? listenAddress() : this.pool.options;
  }

  /** Whether the database answers, and takes writes. Does not wait for a connection that others use. */
  async ping(): Promise<{ readOnly: boolean }> {
    const { rows } = await (this.options.probe ?? this.pool).query<{ readOnly: boolean }>(
      `select current_setting('transaction_read_only')::bool as "readOnly"`,
    );
    return rows[0]!;
  }

  /** Ends all connections, when those in use are given back. */
  async close(): Promise<void> {
    const { writes, probe } = this.options;
    await Promise.all([...new Set([this.pool, writes ?? this.pool, probe ?? this.pool])].map((pool) => pool.end()));
  }

  #nameOf(sql: string): string | undefined {
    // The next statement may go to another session, which does not know the name.
    if (this.options.perTransaction) return undefined;
    const known = this.#prepared.get(sql);
    if (known || this.#prepared.size >= preparedLimit) return known;
    const name = createHash('sha1').update(sql).digest('base64url');
    this.#prepared.set(sql, name);
    return name;
  }
}

/**
 * What `work` sends between BEGIN and COMMIT. On a connection that does not wait for answers (`pipeline`), BEGIN goes with the first statement, and
 * COMMIT with the last one where the work asks for it; after a statement that failed, PostgreSQL takes it for ROLLBACK.
 */
async function inTransaction<T>(client: pg.PoolClient, begin: string, work: (commit: () => void) => Promise<T>): Promise<T> {
  const sent = (text: string): Promise<unknown> => {
    const answer = client.query(text);
    // Heard below; until then its failure is nobody's.
    answer.catch(() => undefined);
    return answer;
  };
  inOnePacket(client);
  const begun = sent(begin);
  let committed: Promise<unknown> | undefined;
  try {
    const result = await work(() => (committed ??= sent('commit')));
    await begun;
    await (committed ?? client.query(result instanceof Undo ? 'rollback' : 'commit'));
    return result;
  } catch (error) {
    // The first failure is the cause of the others.
    const cause = await begun.then(
      () => error,
      (first: unknown) => first,
    );
    if (!committed && !gotNoAnswer(cause)) await client.query('rollback').catch(() => cut(client));
    throw cause;
  }
}

export type Settings = Readonly<Record<string, string | number>>;

/** The session settings that our SQL goes by. `timeZone` is the store's; times in milliseconds, 0 for no limit. */
export const sessionSettings = (timeZone: string, { statementMs = 0, lockMs = 0 } = {}): Settings => ({
  search_path: 'process_tracker',
  timezone: timeZone,
  // Our functions are planned for small answers; compiling one costs more than running it.
  jit: 'off',
  // Said even where there is none: the role may have limits of its own, for people.
  statement_timeout: statementMs,
  lock_timeout: lockMs,
});

/** For writes: they go by keys, and so do their checks of foreign keys, whose plans stay when a table that was small has grown. */
export const writeCosts: Settings = { seq_page_cost: 1000 };

const asStatement = (settings: Settings): string =>
  `select ${Object.entries(settings)
    .map(([name, value]) => `set_config('${name}', ${pg.escapeLiteral(String(value))}, true)`)
    .join(', ')}`;

/** The session settings for `options` of a connection. */
export const asOptions = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${String(value).replace(/[\\ ]/g, '\\$&')}`)
    .join(' ');

/** For one connection, as `options`. */
export const connectionOptions = (timeZone: string, statementTimeoutMs = 0): string =>
  asOptions(sessionSettings(timeZone, { statementMs: statementTimeoutMs }));

/** The store's one time zone (an IANA name): how its `timestamp` columns are meant. UTC where no setting says otherwise. */
export async function readTimeZone(url: string): Promise<string> {
  const client = new pg.Client(databaseAddress(url));
  await client.connect();
  try {
    await client.query('begin; set local statement_timeout = 0');
    const { rows } = await client.query<{ exists: boolean }>(
      `select to_regclass('process_tracker.waybill_setting')
         is not null as exists`,
    );
    if (!rows[0]?.exists) return 'UTC';
    const zone = await client.query<{ value: string }>(
      `select value from process_tracker.waybill_setting
       where key = 'time_zone'`,
    );
    return zone.rows[0]?.value ?? 'UTC';
  } finally {
    await client.end();
  }
}

import type { Socket } from 'node:net';
import type pg from 'pg';
import { Unavailable } from './errors.js';
import { messageOf } from './text-at.js';

export interface PoolUse {
  inUse: number;
  /** Requests that wait for a connection. */
  waiting: number;
  max: number;
}

/** What the driver knows of a connection and its types do not say. */
interface DriverState {
  connection: { stream: Socket };
  readyForQuery: boolean;
  processID: number | null;
}
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the driver's types leave these out.
const stateOf = (client: pg.ClientBase) => client as unknown as DriverState;

/** The PostgreSQL process behind a connection. */
export const processOf = (client: pg.ClientBase): number | undefined => stateOf(client).processID ?? undefined;

/** Cuts a connection that nothing comes back from: to say goodbye would take as long. */
export const cut = (client: pg.ClientBase): void => void stateOf(client).connection.stream.destroy();

/** Has what is sent until this turn ends leave in one packet. */
export function inOnePacket(client: pg.ClientBase): void {
  const { stream } = stateOf(client).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** The driver gave up waiting for an answer (`query_timeout`). The connection still belongs to that statement. */
export const gotNoAnswer = (error: unknown) => messageOf(error) === 'Query read timeout';

/** The connections of one pool, lent for one piece of work each. */
export class Connections {
  readonly lent = new Set<pg.PoolClient>();

  constructor(
    readonly pool: pg.Pool,
    readonly purpose: 'reads' | 'writes' = 'reads',
  ) {
    pool.on('acquire', (client) => {
      this.lent.add(client);
      // BEGIN goes with the first statement, COMMIT with the last: a statement is sent before the one before it is answered.
      Object.assign(client, { pipeline: true });
    });
    pool.on('release', (_, client) => this.lent.delete(client));
    // A connection that breaks between two statements of a transaction reports it by an event, and an unheard one ends the program.
    // The next statement fails all the same, and its error is what the caller gets.
    pool.on('connect', (client) => client.on('error', () => undefined));
  }

  get use(): PoolUse {
    return { inUse: this.lent.size, waiting: this.pool.waitingCount, max: this.pool.options.max };
  }

  /** Whether every connection is at work and requests wait. */
  get busy(): boolean {
    const { inUse, waiting, max } = this.use;
    return inUse >= max && waiting > 0;
  }

  /**
   * Runs `work` with a connection. It goes back into the pool if it can be used again.
   * @throws Unavailable if all connections stay in use for the pool's `connectionTimeoutMillis`; what the driver says if none can be made
   */
  async borrow<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    try {
      return await work(client);
    } catch (error) {
      if (gotNoAnswer(error)) cut(client);
      throw error;
    } finally {
      client.release(stateOf(client).connection.stream.destroyed);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      // The pool has one time limit and one sentence for both: its queue is full, or the server does not answer.
      if (messageOf(error) !== 'timeout exceeded when trying to connect' || !this.lent.size) throw error;
      throw new Unavailable(
        `The server is busy: all ${this.use.max} database connections for ${this.purpose} are in use. Try again in a moment.`,
        {
          reason: 'BUSY',
        },
      );
    }
  }
}

/**
 * Looks from time to time for connections that went silent: a failover or a firewall may drop one without a word, and then neither an answer nor an
 * error ever comes. A statement that has seen no byte for `silentMs` is looked up by a connection of its own (`probe`): where the server does not
 * work on it, the connection is cut, and so are the idle ones of its pool, which are as old. Returns how to end this.
 */
export function watchSilence(all: readonly Connections[], probe: pg.Pool, silentMs: number): () => void {
  const seen = new WeakMap<pg.PoolClient, { bytes: number; at: number }>();
  const silent = ({ lent }: Connections, now: number) =>
    [...lent].filter((client) => {
      const { connection, readyForQuery } = stateOf(client);
      const { bytesRead, bytesWritten } = connection.stream;
      const bytes = bytesRead + bytesWritten;
      const last = seen.get(client);
      if (last?.bytes !== bytes) seen.set(client, { bytes, at: now });
      return last?.bytes === bytes && now - last.at >= silentMs && !readyForQuery;
    });
  let looking = false;
  const look = async () => {
    const now = Date.now();
    const found = all.flatMap((connections) => silent(connections, now).map((client) => ({ connections, client })));
    if (!found.length) return;
    const { rows } = await probe.query<{ pid: number }>(
      // Only what is known to be idle: a role may not be allowed to see the state, and the setting track_activities may be off.
      `select pid
       from pg_stat_activity
       where pid = any($1::int[]) and coalesce(state, '') not like 'idle%'`,
      [found.map(({ client }) => stateOf(client).processID)],
    );
    // Of those that are silent still: where all of this program was stopped for a while, the answers come while we look.
    const dead = found.filter(
      ({ connections, client }) => silent(connections, now).includes(client) && !rows.some(({ pid }) => pid === stateOf(client).processID),
    );
    for (const { client } of dead) cut(client);
    for (const { pool } of new Set(dead.map(({ connections }) => connections))) await cutIdle(pool);
  };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    // No answer to this either: the database is away, and the next look comes.
    look()
      .catch(() => undefined)
      .finally(() => (looking = false));
  }, silentMs / 2);
  timer.unref();
  return () => clearInterval(timer);
}

async function cutIdle(pool: pg.Pool): Promise<void> {
  for (let left = pool.idleCount; left > 0 && pool.idleCount > 0; left--) {
    const client = await pool.connect();
    cut(client);
    client.release(true);
  }
}

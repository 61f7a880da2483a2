import type { Queries } from '../platform/database.js';
import { invalid } from '../platform/errors.js';
import { selectList } from '../platform/entity/rows.js';
import { linkFields } from './link-fields.js';
import { StatusEvent } from './status-event.entity.js';

/**
 * Reading events as a feed: each once, none missed, and those of one subject in the order in which they happened.
 *
 * Numbers of events are given before their transaction commits, so a lower one may appear behind a higher one: to continue "behind the last
 * number" would miss events. Numbers of transactions alone would give two events of one subject in the wrong order where the transaction that
 * began first wrote last. So the feed goes by windows: all events with lo <= transaction < hi, in the order of their numbers. Two things make
 * a window good, and once it is good it stays so:
 *
 * - No transaction below hi still runs (hi is at most the snapshot's xmin): nothing can be added to the window any more.
 * - No event in it has an earlier one of the same subject behind it, in a transaction from hi on. Such a transaction committed before the
 *   event in the window was written, since it held the subject's row; so a snapshot that sees the one sees the other, and hi is lowered until none is left.
 *
 * Links come and go without a lock on their subject: two that were added at the same time by two transactions may come in either order.
 */
export interface Place {
  lo: bigint;
  hi: bigint;
  /** The last event of the window that was taken. Where lo = hi it has no meaning: the window is empty. */
  id: bigint;
}

/** The place between two windows. */
export const boundary = (lo: bigint): Place => ({ lo, hi: lo, id: 0n });

export const encodePlace = ({ lo, hi, id }: Place): string =>
  Buffer.from(JSON.stringify(['changes', ...[lo, hi, id].map(String)])).toString('base64url');

/** @throws INVALID naming `argument` for a text that is no cursor of this store's changes. */
export function decodePlace(cursor: string, now: Snapshot, argument: string): Place {
  const refuse = (why: string) =>
    invalid(`${argument} is not a cursor of changes: ${why}.`, { argument, value: cursor, allowed: 'a cursor answered with a change' });
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw refuse('it cannot be read');
  }
  if (!Array.isArray(parts) || parts.length !== 4 || parts[0] !== 'changes') throw refuse('it cannot be read');
  if (!parts.slice(1).every((each) => typeof each === 'string' && /^\d{1,19}$/.test(each))) throw refuse('it cannot be read');
  const [lo, hi, id] = [BigInt(String(parts[1])), BigInt(String(parts[2])), BigInt(String(parts[3]))];
  if (lo > hi || id > 2n ** 63n - 1n) throw refuse('it cannot be read');
  if (hi > now.min) throw refuse('it is from another store, or from before this one was restored');
  return { lo, hi, id };
}

/** Which transactions have ended, as PostgreSQL reports it. */
export class Snapshot {
  readonly min: bigint;
  readonly #max: bigint;
  readonly #running: ReadonlySet<bigint>;

  constructor(text: string) {
    const [min = '', max = '', running] = text.split(':');
    this.min = BigInt(min);
    this.#max = BigInt(max);
    this.#running = new Set(running ? running.split(',').map(BigInt) : []);
  }

  /** Whether what this transaction wrote could be seen then. */
  sees(transaction: bigint): boolean {
    return transaction < this.#max && !this.#running.has(transaction);
  }
}

export async function currentSnapshot(db: Queries): Promise<Snapshot> {
  const [row] = await db.query<{ text: string }>('select pg_current_snapshot()::text as text');
  return new Snapshot(row!.text);
}

/**
 * Events that came with a backup carry the numbers of transactions of another server: high ones would pass for new as soon as the numbers here
 * come to them. Called before a feed begins; mostly it finds none. A snapshot that sees an event has a transaction of this server's below its xmax.
 */
export async function disownRestored(db: Queries): Promise<void> {
  await db.query(
    `update status_event
     set transaction_id = '3'
     where transaction_id >= pg_snapshot_xmax(pg_current_snapshot())`,
  );
}

/** One event of the feed, as the history shows it. */
export interface FeedEvent extends Omit<StatusEvent, 'id'> {
  id: string;
  number: bigint;
  transaction: bigint;
  /** It is a change of links, not of a value. */
  isLink: boolean;
}

const highest = (2n ** 64n - 1n).toString();

export interface NextWindow {
  /** Its end. Where it is `lo`, there is no event yet. */
  hi: bigint;
  /** Whether there are events in it. */
  news: boolean;
  /** Whether events are held back by a transaction that still runs. */
  held: boolean;
}

/** How far the window that begins at `lo` may go at present, at most to `upTo`. */
export async function nextWindow(db: Queries, lo: bigint, upTo?: bigint): Promise<NextWindow> {
  const [row] = await db.query<{ hi: string; max: string; news: boolean; held: boolean }>(
    `select x.hi::text as hi, pg_snapshot_xmax(x.s)::text as max,
       exists (select from status_event where transaction_id >= $1::xid8 and transaction_id < x.hi) as news,
       exists (select from status_event where transaction_id >= x.hi and transaction_id < pg_snapshot_xmax(x.s)) as held
     from (select s, least(pg_snapshot_xmin(s), $2::xid8) as hi from pg_current_snapshot() s) x`,
    [String(lo), upTo === undefined ? highest : String(upTo)],
  );
  let hi = BigInt(row!.hi);
  let { news } = row!;
  while (news && row!.held) {
    // Events with the numbers of transactions to come are those of a store that was restored from a backup: they are old.
    const [early] = await db.query<{ id: string }>(
      `with behind as materialized (
         select min(event_id + 0) as first
         from status_event
         where transaction_id >= $2::xid8 and transaction_id < $3::xid8
       )
       select e.transaction_id::text as id
       from status_event e
       where e.transaction_id >= $1::xid8 and e.transaction_id < $2::xid8 and e.event_id > (select first from behind)
         and exists (
           select from status_event h
           where h.subject_kind = e.subject_kind and h.subject_id = e.subject_id
             and h.event_id < e.event_id and h.event_id >= (select first from behind)
             and h.transaction_id >= $2::xid8 and h.transaction_id < $3::xid8)
       order by e.transaction_id, e.event_id
       limit 1`,
      [String(lo), String(hi), row!.max],
    );
    if (!early) break;
    hi = BigInt(early.id);
    news = hi > lo;
  }
  return { hi: hi > lo ? hi : lo, news: news && hi > lo, held: row!.held };
}

/** Events that are read at once, at most. */
const pageSize = 1000;

/** Reads a good window by pages, from behind the event `after` on. */
export class WindowReader {
  /** All has been read. */
  done = false;
  #after: bigint;
  #last: string | undefined;

  constructor(
    readonly db: Queries,
    readonly lo: bigint,
    readonly hi: bigint,
    after = 0n,
    readonly size = pageSize,
  ) {
    this.#after = after;
  }

  async next(): Promise<FeedEvent[]> {
    const events = this.#last === undefined ? await this.#first() : await this.#further(this.#last);
    this.#after = events.at(-1)?.number ?? this.#after;
    return events;
  }

  /** Mostly the window is small: then it is read whole, by the index on transactions. */
  async #first(): Promise<FeedEvent[]> {
    const within = 'transaction_id >= $1::xid8 and transaction_id < $2::xid8';
    const bounds = [String(this.lo), String(this.hi)];
    const events = await this.#read(`${within} order by transaction_id, event_id limit $3`, [...bounds, this.size + 1]);
    if (events.length <= this.size) {
      this.done = true;
      return events.filter(({ number }) => number > this.#after).sort((a, b) => (a.number < b.number ? -1 : 1));
    }
    // `+ 0`: PostgreSQL would look for the first number through all of the history.
    const [ends] = await this.db.query<{ first: string; last: string }>(
      `select min(event_id + 0) as first, max(event_id + 0) as last
       from status_event
       where ${within}`,
      bounds,
    );
    const before = BigInt(ends!.first) - 1n;
    if (this.#after < before) this.#after = before;
    return this.#further((this.#last = ends!.last));
  }

  /** A large one goes along the numbers of its events. `is true` keeps the other index out: it would sort all the rest for each page. */
  async #further(last: string): Promise<FeedEvent[]> {
    const events = await this.#read(
      `event_id > $3 and event_id <= $4 and (transaction_id >= $1::xid8 and transaction_id < $2::xid8) is true order by event_id limit $5`,
      [String(this.lo), String(this.hi), String(this.#after), last, this.size],
    );
    this.done = events.length < this.size;
    return events;
  }

  async #read(where: string, values: unknown[]): Promise<FeedEvent[]> {
    const rows = await this.db.query<StatusEvent>(
      `select ${selectList(StatusEvent)}
       from status_event t
       where ${where}`,
      values,
    );
    return rows.map((row) =>
      Object.assign(row, { number: BigInt(row.id), transaction: BigInt(row.transactionId), isLink: linkFields.has(row.fieldName) }),
    );
  }
}

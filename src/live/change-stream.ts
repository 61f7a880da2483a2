import { setTimeout as sleep } from 'node:timers/promises';
import { boundary, nextWindow, WindowReader, type FeedEvent, type Place, type Snapshot } from '../history/event-feed.js';
import type { Database } from '../platform/database.js';
import { DomainError } from '../platform/errors.js';
import { changesLineage, matchesLinks, mayMatch, needsLinks, type ChangeFilter } from './change-filter.js';
import { Page, type Feed } from './feed.js';
import { turn } from './turns.js';
import { upstreamOf } from './upstream.js';

/** One change for one subscriber. */
export interface ChangeRow {
  event: FeedEvent;
  place: Place;
  /** The changes that are delivered one after the other, this one among them: what the first needs is read for all. */
  batch: readonly FeedEvent[];
}

/** Few enough that what was read with the first one is still fresh with the last. */
const batchSize = 100;
const retryMs = 1000;

/** The position of a subscriber: behind a place; and, if it follows the feed, the number of the page that comes next. */
export interface Seat {
  at: Place;
  seq?: number | undefined;
}

/** The seat of a new subscriber. All of a window that the feed is reading has been committed before. */
export const seatNow = (feed: Feed): Seat => ({ at: boundary(feed.end), seq: feed.nextSeq });

interface StreamOptions {
  db: Database;
  feed: Feed;
  filter: ChangeFilter;
  seat: Seat;
  /** What it saw is not delivered. */
  seen: Snapshot | undefined;
  signal: AbortSignal;
}

/** The changes that one subscriber selects. It holds no queue: a slow subscriber is behind the feed, and reads the store from its position. */
export async function* changesOf(options: StreamOptions): AsyncGenerator<ChangeRow, void> {
  const { db, filter, seen, signal } = options;
  for await (const page of pagesFor(options)) {
    if (filter.root && page.events.some(changesLineage))
      filter.upstream = (await patiently(options, () => upstreamOf(db, filter.root!))) ?? filter.upstream!;
    const wanted = page.events.filter((event) => mayMatch(filter, event) && !seen?.sees(event.transaction));
    if (!wanted.length) continue;
    const links = needsLinks(filter) ? await patiently(options, () => page.links()) : undefined;
    const events = links ? wanted.filter((event) => matchesLinks(filter, event, links(event))) : wanted;
    for (let i = 0; i < events.length; i += batchSize) {
      const batch = events.slice(i, i + batchSize);
      await turn();
      for (const event of batch) {
        if (signal.aborted) return;
        yield { event, place: { lo: page.lo, hi: page.hi, id: event.number }, batch };
      }
    }
  }
}

/** The pages behind a place: those that the feed keeps, others from the store. */
async function* pagesFor(options: StreamOptions): AsyncGenerator<Page, void> {
  const { db, feed, signal } = options;
  let { at, seq } = options.seat;
  while (!signal.aborted) {
    const { version } = feed;
    const kept = seq === undefined ? 'gone' : feed.page(seq);
    if (kept === undefined) {
      await feed.changed(version, signal);
    } else if (kept !== 'gone') {
      yield kept;
      at = behind(kept);
      seq!++;
    } else if (at.lo < at.hi) {
      seq = undefined;
      const reader = new WindowReader(db, at.lo, at.hi, at.id);
      while (!reader.done && !signal.aborted) {
        const events = await patiently(options, () => reader.next());
        if (!events) return;
        yield new Page(db, at.lo, at.hi, events, false, reader.done);
      }
      at = boundary(at.hi);
    } else if ((seq = feed.seatAt(at.lo)) === undefined) {
      const lo = at.lo;
      const next = await patiently(options, () => nextWindow(db, lo, feed.end));
      if (!next) return;
      if (next.hi > lo) {
        at = next.news ? { lo, hi: next.hi, id: 0n } : boundary(next.hi);
      } else {
        // Another server's feed was further when it gave the cursor.
        feed.wake();
        await feed.changed(version, signal);
      }
    }
  }
}

const behind = ({ lo, hi, last, events }: Page): Place => (last || !events.length ? boundary(hi) : { lo, hi, id: events.at(-1)!.number });

/** Does what needs the database until it works, or the subscriber leaves: a subscription outlives a database that is away for a while. */
async function patiently<T>({ feed, signal }: StreamOptions, work: () => Promise<T>): Promise<T | undefined> {
  while (!signal.aborted)
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) break;
      if (error instanceof DomainError) throw error;
      feed.report(error);
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  return undefined;
}

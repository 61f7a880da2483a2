import { EventEmitter, once } from 'node:events';
import { disownRestored, nextWindow, WindowReader, currentSnapshot, type FeedEvent } from '../history/event-feed.js';
import type { Database } from '../platform/database.js';
import { readLinks, type SubjectLinks } from './subject-links.js';
import { Listener, makeAnnouncer } from './wake-ups.js';

/** Some events of one good window, in their order. Subscribers that need the links of their subjects share one statement. */
export class Page {
  #links: Promise<(event: FeedEvent) => SubjectLinks> | undefined;

  constructor(
    readonly db: Database,
    readonly lo: bigint,
    readonly hi: bigint,
    readonly events: readonly FeedEvent[],
    /** The window begins here, and ends here. */
    readonly first: boolean,
    readonly last: boolean,
  ) {}

  links(): Promise<(event: FeedEvent) => SubjectLinks> {
    return (this.#links ??= readLinks(this.db, this.events).catch((error: unknown) => {
      this.#links = undefined;
      throw error;
    }));
  }
}

export interface FeedOptions {
  /** Milliseconds between two polls: writes of other clients do not wake the feed. */
  pollMs: number;
  /** How many events are kept for subscribers that are behind; those further behind read the store themselves. */
  kept: number;
  onError(error: unknown): void;
}

const defaults: FeedOptions = { pollMs: 1000, kept: 5000, onError: () => undefined };
/** Between two polls, however often it is woken. */
const pauseMs = 10;
/** After a poll that found events held back by a running transaction. */
const heldMs = 100;
const reportMs = 30_000;
/** A transaction that holds changes back for longer is a mistake of its client. */
const patienceMs = 60_000;

/** Reads new events once for all subscribers of a server, while there are any. */
export class Feed {
  readonly #pages: Page[] = [];
  #firstSeq = 0;
  #events = 0;
  /** Raised with all that a subscriber may wait for. */
  version = 0;
  readonly #news = new EventEmitter().setMaxListeners(0);
  #timer: NodeJS.Timeout | undefined;
  #polling = false;
  #polledAt = 0;
  #reportedAt = -Infinity;
  #heldSince = Infinity;
  #woken = false;
  #stopped = false;
  readonly #listener: Listener;
  /** All before it was put into pages. */
  #lo: bigint;
  /** The end of the window that is being read, or else of the last one. */
  #end: bigint;

  private constructor(
    readonly db: Database,
    readonly options: FeedOptions,
    start: bigint,
  ) {
    this.#lo = this.#end = start;
    this.#listener = new Listener(
      db,
      () => this.wake(),
      (error) => this.report(error),
    );
    this.#schedule(options.pollMs);
  }

  static async start(db: Database, options: FeedOptions): Promise<Feed> {
    // A store that may only be read is left as it is.
    await disownRestored(db).catch((error: { code?: string }) => ['25006', '42501'].includes(error.code ?? '') || options.onError(error));
    return new Feed(db, options, (await currentSnapshot(db)).min);
  }

  get end(): bigint {
    return this.#end;
  }

  /** The number that the next page will have. */
  get nextSeq(): number {
    return this.#firstSeq + this.#pages.length;
  }

  /** The page with this number; `gone` if it is kept no longer, undefined if it is still to come. */
  page(seq: number): Page | 'gone' | undefined {
    return seq < this.#firstSeq ? 'gone' : this.#pages[seq - this.#firstSeq];
  }

  /** The number of the page with which a subscriber continues that has taken all below `lo`; undefined if none begins there. */
  seatAt(lo: bigint): number | undefined {
    const i = this.#pages.findLastIndex((page) => page.first && page.lo === lo);
    if (i >= 0) return this.#firstSeq + i;
    return this.#lo === this.#end && lo === this.#lo ? this.nextSeq : undefined;
  }

  /** Waits until `version` is no longer this one. */
  changed(version: number, signal: AbortSignal): Promise<void> {
    if (version !== this.version || signal.aborted || this.#stopped) return Promise.resolve();
    const done = () => undefined;
    return once(this.#news, 'news', { signal }).then(done, done);
  }

  /** Reports an error, seldom: while the database is away all subscribers try again and again. */
  report(error: unknown): void {
    if (this.#stopped || Date.now() - this.#reportedAt < reportMs) return;
    this.#reportedAt = Date.now();
    this.options.onError(error);
  }

  /** There may be new events. */
  wake(): void {
    this.#woken = true;
    if (!this.#polling) this.#schedule(Math.max(0, this.#polledAt + pauseMs - Date.now()));
  }

  get listenerPid(): number | undefined {
    return this.#listener.pid;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#notify();
    await this.#listener.end();
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#poll(), ms);
    this.#timer.unref();
  }

  #notify(): void {
    this.version++;
    this.#news.emit('news');
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    this.#woken = false;
    let next = this.options.pollMs;
    try {
      const { hi, news, held } = await nextWindow(this.db, this.#lo);
      if (news) await this.#read(hi);
      if (hi > this.#lo) {
        this.#lo = this.#end = hi;
        this.#notify();
      }
      if (held) next = Math.min(next, heldMs);
      this.#watchHeld(held && !news);
    } catch (error) {
      // What was read so far of a window would come twice: its pages go, and subscribers read the store where they are.
      if (this.#end !== this.#lo) this.#dropAll();
      this.report(error);
    }
    this.#polling = false;
    this.#polledAt = Date.now();
    this.#schedule(this.#woken ? Math.min(next, pauseMs) : next);
  }

  #watchHeld(held: boolean): void {
    if (!held) this.#heldSince = Infinity;
    else if (this.#heldSince === Infinity) this.#heldSince = Date.now();
    else if (Date.now() - this.#heldSince > patienceMs)
      this.report(new Error('Changes cannot be delivered before an older transaction ends, which has run for more than a minute.'));
  }

  async #read(hi: bigint): Promise<void> {
    this.#end = hi;
    const reader = new WindowReader(this.db, this.#lo, hi);
    for (let first = true; !reader.done && !this.#stopped; first = false) {
      const events = await reader.next();
      if (!events.length && !first) break;
      this.#pages.push(new Page(this.db, this.#lo, hi, events, first, reader.done));
      this.#events += events.length;
      while (this.#pages.length > 1 && this.#events > this.options.kept) this.#drop();
      this.#notify();
    }
  }

  #drop(): void {
    this.#events -= this.#pages.shift()!.events.length;
    this.#firstSeq++;
  }

  #dropAll(): void {
    while (this.#pages.length) this.#drop();
    // A subscriber that waits for the next page has taken those before it.
    this.#firstSeq++;
    this.#end = this.#lo;
    this.#notify();
  }
}

/** The feed of a database: there is one while there are subscribers. */
export class Feeds {
  options: FeedOptions = defaults;
  subscribers = 0;
  #feed: Promise<Feed> | undefined;
  #current: Feed | undefined;

  constructor(readonly db: Database) {}

  async enter(): Promise<Feed> {
    this.subscribers++;
    const starting = (this.#feed ??= Feed.start(this.db, this.options));
    try {
      return (this.#current = await starting);
    } catch (error) {
      if (this.#feed === starting) this.#feed = undefined;
      this.subscribers--;
      throw error;
    }
  }

  /** Each that has entered leaves once; with the last one all ends. */
  async leave(): Promise<void> {
    if (--this.subscribers > 0) return;
    const feed = this.#feed;
    this.#feed = this.#current = undefined;
    await (await feed?.catch(() => undefined))?.stop();
  }

  wake(): void {
    this.#current?.wake();
  }

  get listenerPid(): number | undefined {
    return this.#current?.listenerPid;
  }
}

const feeds = new WeakMap<Database, Feeds>();

export function feedsOf(db: Database): Feeds {
  let known = feeds.get(db);
  if (!known) feeds.set(db, (known = new Feeds(db)));
  return known;
}

/** From now on each write of ours wakes the feeds of all servers, and this one is as `options` say. */
export function announceChanges(db: Database, options: Partial<FeedOptions> = {}): void {
  const own = feedsOf(db);
  own.options = { ...defaults, ...options };
  const announce = makeAnnouncer(db, () => own.listenerPid);
  db.onCommit = () => {
    own.wake();
    announce();
  };
}

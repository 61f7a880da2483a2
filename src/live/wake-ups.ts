import pg from 'pg';
import type { Database } from '../platform/database.js';
import { cut, processOf } from '../platform/pool.js';
import { codeOf } from '../platform/text-at.js';

/**
 * Servers wake each other's feeds by NOTIFY, without content: the events are in the store, and a feed that is not woken polls
 * a little later. A NOTIFY makes commits wait for each other, so it is sent after the commit, seldom, and only while there are listeners:
 * a listener holds an advisory lock.
 */
const channel = 'waybill_changes';
const lock = { class: 0x7761_7962, object: 0x696c_6c31 };
const retryMs = 1000;
/** A standby has no LISTEN, until it is promoted. */
const standbyMs = 15_000;
const heartbeatMs = 10_000;

/** A connection of its own that listens until it is ended; one that breaks is made anew. */
export class Listener {
  #client: pg.Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #ended = false;
  #busy: Promise<void>;

  constructor(
    readonly db: Database,
    readonly onWake: () => void,
    readonly onError: (error: unknown) => void,
  ) {
    this.#busy = this.#connect();
  }

  get pid(): number | undefined {
    return this.#client && processOf(this.#client);
  }

  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#retry);
    await this.#busy;
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const address = this.db.listenAddress;
    if (!address) return; // The feed polls.
    const client = new pg.Client({
      ...address,
      application_name: 'waybill changes',
      connectionTimeoutMillis: 5000,
      query_timeout: 5000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    let heartbeat: NodeJS.Timeout | undefined;
    let lost = false;
    const lose = (error?: unknown) => {
      if (lost || this.#ended) return;
      lost = true;
      clearInterval(heartbeat);
      const standby = codeOf(error) === '25006';
      if (!standby) this.onError(error ?? new Error('The connection that listens for changes was closed.'));
      leave(client);
      this.#retry = setTimeout(() => (this.#busy = this.#connect()), standby ? standbyMs : retryMs);
      this.#retry.unref();
    };
    client.on('error', lose).on('end', () => {
      clearInterval(heartbeat);
      lose();
    });
    client.on('notification', () => this.onWake());
    this.#client = client;
    try {
      await client.connect();
      await client.query(`listen ${channel}; select pg_advisory_lock_shared(${lock.class}, ${lock.object})`);
      // A silent connection would wake no feed and never break.
      heartbeat = setInterval(() => client.query('select 1').catch(lose), heartbeatMs);
      heartbeat.unref();
      // Events that came while there was no listener.
      this.onWake();
    } catch (error) {
      lose(error);
    }
  }
}

/** Ends a connection that may be broken. */
function leave(client: pg.Client): void {
  client.end().catch(() => undefined);
  cut(client);
}

const notifyMs = 50;

/**
 * Makes a function that notifies the listeners of other servers, at most once in a while: the first call at once, those in between together
 * afterwards. `ownPid` is the connection of the own listener, which needs no notice.
 */
export function makeAnnouncer(db: Database, ownPid: () => number | undefined): () => void {
  let next = 0;
  let waiting = false;
  const send = () => {
    waiting = false;
    next = Date.now() + notifyMs;
    db.query(
      `select pg_notify('${channel}', '')
       where exists (
         select
         from pg_locks
         where locktype = 'advisory' and classid = ${lock.class} and objid = ${lock.object} and objsubid = 2
           and granted and pid <> $1
           and database = (select oid from pg_database where datname = current_database()))`,
      [ownPid() ?? 0],
    ).catch(() => undefined); // They poll.
  };
  return () => {
    if (waiting) return;
    waiting = true;
    const wait = next - Date.now();
    if (wait <= 0) send();
    else setTimeout(send, wait).unref();
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../platform/database.js';
import type { StoreState } from '../store/migrate.js';

/** The longest that the database may take to say that it is there. */
const patienceMs = 1_000;

export interface Readiness {
  status: 'ready' | 'unavailable';
  /** Whether the database answers; busy: it does, and requests wait because all connections to it are in use. */
  database: 'up' | 'busy' | 'down';
  store: StoreState['kind'] | 'unknown';
  /** Whether the store takes no writes; false also while that is unknown. */
  readOnly: boolean;
  reason?: string;
}

/** Whether requests can be answered. A read-only store is ready: it answers questions. */
export async function readiness(db: Database | undefined, state: StoreState | undefined, waiting: string): Promise<Readiness> {
  if (!db || !state) return { status: 'unavailable', database: 'down', store: 'unknown', readOnly: false, reason: waiting };
  const facts = {
    store: state.kind,
    readOnly: state.kind === 'read-only',
    ...(state.kind === 'read-only' ? { reason: state.reason } : {}),
  };
  try {
    const { readOnly } = await within(patienceMs, db.ping());
    const database = db.reads.busy || db.writes.busy ? 'busy' : 'up';
    return { status: 'ready', database, ...facts, readOnly: facts.readOnly || readOnly };
  } catch (error) {
    // The driver's words hold addresses and user names, and this page is for everybody: they are in the log of failed requests.
    const reason = error instanceof Late ? `The database did not answer within ${patienceMs} ms.` : 'The database cannot be reached.';
    return { status: 'unavailable', database: 'down', ...facts, reason };
  }
}

class Late extends Error {}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = await Promise.race([work.then(() => false), sleep(ms, true, { ref: false })]);
  if (!late) return work;
  work.catch(() => undefined);
  throw new Late();
}

import { sweepFiles } from '../file/sweep-files.js';
import type { Log } from './log.js';
import { fillDue } from '../run/diagnosis/process-due.js';
import { sweepRuns } from '../run/sweep-runs.js';
import type { Store } from './store/open-store.js';
import { textAt } from '../platform/text-at.js';

/** Looks every so many seconds for runs and files whose holders are gone, from now until the answer is called. Each server may do so. */
export function startSweeper(store: Store, seconds: number, log: Log): () => Promise<void> {
  let sweeping = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweeping.then(() => sweep(store, log));
  }, seconds * 1000);
  timer.unref();
  return () => {
    clearInterval(timer);
    return sweeping;
  };
}

async function sweep(store: Store, log: Log): Promise<void> {
  if (store.state.kind !== 'ready') return;
  // What goes wrong with the one is no reason to leave the other.
  await attempt(log, 'runs', async () => {
    const runs = await sweepRuns(store.db);
    if (runs) log.warn({ runs }, 'abandoned runs whose holders were not heard of in time');
  });
  await attempt(log, 'files', async () => {
    const files = await sweepFiles(store.db);
    if (files) log.warn({ files }, 'took files from holders that were not heard of in time');
  });
  try {
    // So that the first to ask who is late need not wait for it.
    await fillDue(store.db);
  } catch (error) {
    log.warn({ err: error }, 'could not compute when processes are due');
  }
}

async function attempt(log: Log, what: string, sweeping: () => Promise<void>): Promise<void> {
  try {
    await sweeping();
  } catch (error) {
    // The database takes no writes at present: there is a line about that, and a look whether it does again.
    const reason = error instanceof Error && 'details' in error ? textAt(error.details, 'reason') : undefined;
    if (reason === 'READ_ONLY' || reason === 'ROLE') return;
    log.warn({ err: error }, `could not look for ${what} whose holders are gone`);
  }
}

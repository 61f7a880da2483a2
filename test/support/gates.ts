import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api.js';

/** Waits until so many connections to the store wait for a lock, or what should wait has ended. */
export async function untilWaiting(
  api: { sql(text: string): Promise<Record<string, any>[]> },
  count = 1,
  ended: Promise<unknown> = new Promise(() => undefined),
): Promise<void> {
  let over = false;
  const finish = () => (over = true);
  void ended.then(finish, finish);
  while (!over) {
    const [row] = await api.sql(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (row!.n >= count) return;
    await sleep(20);
  }
}

/**
 * Does `work` while each write that comes to `event` (as in `before insert on process_tracking`) is kept there, with its transaction open, until
 * `work` calls `open`.
 */
export async function withGate<T>(api: Api, event: string, work: (open: () => Promise<unknown>) => Promise<T>): Promise<T> {
  const [table] = event.split(' ').slice(-1);
  const client = await api.db.pool.connect();
  const open = () => client.query('select pg_advisory_unlock_all()');
  await api.sql(`
    create or replace function wait_at_gate() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(1); return null; end $$;
    create trigger gate ${event} for each statement execute function wait_at_gate()`);
  try {
    await client.query('select pg_advisory_lock(1)');
    return await work(open);
  } finally {
    await open();
    client.release();
    await api.sql(`drop trigger gate on ${table}`);
  }
}

import type { Database } from './database.js';
import { Unavailable } from './errors.js';
import { shapeOfTable } from './rows.js';

interface Held {
  name: string;
  pid: number | null;
  application: string | null;
  seconds: number | null;
}

/**
 * The answer to a write that gave up waiting for a lock (SQLSTATE 55P03): which record it waited for and, where PostgreSQL tells, who holds it.
 * `records` are those that the write is about; they are named where the lock was on no row.
 */
export async function lockTimedOut(db: Database, error: unknown, records: readonly string[]): Promise<Unavailable> {
  const held = await holderOf(db, (error as { where?: string }).where ?? '').catch(() => undefined);
  const record = held?.name ?? records[0] ?? 'what it needs';
  const { pid, application, seconds } = held ?? {};
  const holder = pid
    ? ` Its lock is held by PostgreSQL process ${pid}${application ? ` (${JSON.stringify(application)})` : ''}, in a transaction of ${seconds} s.`
    : '';
  return new Unavailable(`Waited too long for another transaction that changes ${record}.${holder} Nothing was changed; try again.`, {
    reason: 'LOCKED',
    waitedFor: record,
    ...(pid ? { heldBy: { pid, application, seconds } } : {}),
  });
}

/** PostgreSQL says at which place of which table it waited. The row there is still the one that was locked, or gone. */
async function holderOf(db: Database, where: string): Promise<Held | undefined> {
  const [, place, table] = /tuple (\(\d+,\d+\)) in relation "(\w+)"/.exec(where) ?? [];
  const shape = table && shapeOfTable(table);
  if (!shape) return undefined;
  const named = shape.columns.get('name')?.column;
  const key = shape.key ? `t.${shape.key}::text` : `''`;
  const [row] = await db.query<Omit<Held, 'name'> & { name: string | null; key: string }>(
    `select ${named ? `t.${named}` : 'null'} as name, ${key} as key, a.pid, a.application_name as application,
      extract(epoch from clock_timestamp() - a.xact_start)::int as seconds
     from ${shape.table} t left join pg_stat_activity a on a.backend_xid = t.xmax where t.ctid = $1::tid`,
    [place],
  );
  if (!row) return { name: `a ${shape.name}`, pid: null, application: null, seconds: null };
  return { ...row, name: `the ${shape.name} ${row.name === null ? row.key : JSON.stringify(row.name)}`.trim() };
}

import type { Queries } from './database.js';
import { Unavailable } from './errors.js';
import { textAt } from './text-at.js';

/** How an error names a row of a table: by the record's type and the value of a column. */
export interface NamedTable {
  /** The type of its records. */
  name: string;
  table: string;
  key: string | undefined;
  /** Column of their name, if they have one. */
  label: string | undefined;
}
const namedTables = new Map<string, NamedTable>();

/** Lets errors name the rows of these tables. */
export function nameTables(tables: Iterable<NamedTable>): void {
  for (const each of tables) namedTables.set(each.table, each);
}

/** Who holds a lock, as an operator looks for it in `pg_stat_activity`. */
interface Holder {
  pid: number;
  application: string | null;
  user: string | null;
  client: string | null;
  seconds: number | null;
}

const holderSql = `a.pid, a.application_name as application, a.usename as user, host(a.client_addr) as client,
  extract(epoch from clock_timestamp() - a.xact_start)::int as seconds`;

function refusal(record: string, heldBy: Holder | undefined): Unavailable {
  const { pid, application, seconds } = heldBy ?? {};
  const holder = pid
    ? ` Its lock is held by PostgreSQL process ${pid}${application ? ` (${JSON.stringify(application)})` : ''}, in a transaction of ${seconds} s, which an administrator can end: pg_terminate_backend(${pid}).`
    : '';
  return new Unavailable(`Waited too long for another transaction that changes ${record}.${holder} Nothing was changed; try again.`, {
    reason: 'LOCKED',
    waitedFor: record,
    ...(heldBy ? { heldBy } : {}),
  });
}

/**
 * The answer to a write that gave up waiting for a lock (SQLSTATE 55P03): which record it waited for and, where PostgreSQL knows, who holds it.
 * `records` are those that the write is about; they are named where the lock was on no row.
 */
export async function lockTimedOut(db: Queries, error: unknown, records: readonly string[]): Promise<Unavailable> {
  const held = await holderOf(db, textAt(error, 'where') ?? '').catch(() => undefined);
  return refusal(held?.name ?? records[0] ?? 'what it needs', held?.by);
}

/** The answer to a write whose turn did not come, because an earlier one about `record` waits, in the PostgreSQL process `pid`. */
export async function queueTimedOut(db: Queries, record: string, pid: number | undefined): Promise<Unavailable> {
  const rows = pid
    ? await db
        .query<Holder>(
          `select ${holderSql}
           from unnest(pg_blocking_pids($1)) b(pid)
           join pg_stat_activity a using (pid)
           limit 1`,
          [pid],
        )
        .catch(() => [])
    : [];
  return refusal(record, rows[0]);
}

/** PostgreSQL reports the place and the table at which it waited. The row there is still the one that was locked, or gone. */
async function holderOf(db: Queries, where: string): Promise<{ name: string; by?: Holder | undefined } | undefined> {
  const [, place, table] = /tuple (\(\d+,\d+\)) in relation "(\w+)"/.exec(where) ?? [];
  const named = table && namedTables.get(table);
  if (!named) return undefined;
  const { label, key: keyColumn } = named;
  const [row] = await db.query<Holder & { name: string | null; key: string }>(
    `select ${label ? `t.${label}` : 'null'} as name, ${keyColumn ? `t.${keyColumn}::text` : `''`} as key, ${holderSql}
     from ${table} t
     left join pg_stat_activity a on a.backend_xid = t.xmax
     where t.ctid = $1::tid`,
    [place],
  );
  if (!row) return { name: `${/^[AEIO]/.test(named.name) ? 'an' : 'a'} ${named.name}` };
  const { name, key, ...by } = row;
  return { name: `the ${named.name} ${name === null ? key : JSON.stringify(name)}`.trim(), by: by.pid ? by : undefined };
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Queries } from '../../platform/database.js';
import { dueAfter } from './due-after.js';
import { codeOf } from '../../platform/text-at.js';

/** When a process is due, as RFC 3339 texts. */
export interface Schedule {
  /** When its next start is due; in the past if it did not come. */
  dueAt: string;
  /** When it becomes late, or became so. */
  since: string;
  isLate: boolean;
  lastStartedAt: string | null;
}

const text = (instant: string) => `process_tracker.instant_text(${instant})`;
const micros = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '000Z');

/** A row whose cron text has not been read yet; `dueAt` and `lateFrom` are those of its schedule frequency. */
interface PendingRow {
  id: number;
  cron: string;
  zone: string;
  base: string;
  dueAt: string | null;
  lateFrom: string | null;
}

const pendingColumns = `d.process_id as id, d.cron, d.zone, ${text('d.base')} as base, ${text('d.due_at')} as "dueAt"`;

/** What the cron text says, or, where there is none that can be read (other clients write what they like), the frequency. */
function computed({ cron, zone, base, dueAt, lateFrom }: PendingRow): { dueAt: string | null; lateFrom: string | null } {
  const due = dueAfter(cron, zone, Date.parse(base));
  return due ? { dueAt: micros(due.dueAt), lateFrom: micros(due.since) } : { dueAt, lateFrom };
}

interface ScheduleRow extends PendingRow {
  pending: boolean;
  lastStartedAt: string | null;
  now: string;
}

const lateFrom = 'case when d.pending then process_tracker.late_from(d.base, d.due_at) else d.late_from end';

/** When each of these processes is due; null for one that never is: retired, unscheduled, or of a frequency that is not known here. One statement. */
export async function schedulesOf(db: Queries, ids: readonly number[]): Promise<(Schedule | null)[]> {
  const rows = await db.query<ScheduleRow>(
    `select ${pendingColumns}, d.pending, ${text(lateFrom)} as "lateFrom",
       ${text('d.last_started_at')} as "lastStartedAt", ${text('process_tracker.waybill_now()')} as now
     from process_due d
     where d.process_id = any($1::int[])`,
    [ids],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => {
    const row = byId.get(id);
    if (!row) return null;
    const { dueAt, lateFrom } = row.pending ? computed(row) : row;
    // Texts of one form and zone are in the order of their instants.
    return dueAt && lateFrom ? { dueAt, since: lateFrom, isLate: lateFrom < row.now, lastStartedAt: row.lastStartedAt } : null;
  });
}

/** What could not be stored: when a process whose row is pending still is due, and from when on it is late. */
export interface Unstored {
  process_id: number;
  due_at: string | null;
  late_from: string | null;
}

const batchSize = 500;
/** How long other requests wait for cron texts to be read, at most. */
const turnMs = 5;
/** A store that must not be written, a user that may not, a lock that another one holds. */
const cannotStore = new Set(['25006', '42501', '55P03']);

/**
 * Computes what is pending and stores it: afterwards every row has the time from which its process is late. Any number of servers may do so at once, beside any writer:
 * a row is written only if it is what it was computed from, and one that another transaction is changing is left to that. What could not be stored is
 * answered: it holds for rows that are pending still.
 */
async function fill(db: Queries): Promise<Unstored[]> {
  const unstored: Unstored[] = [];
  let storable = true;
  for (let after = 0, more = true; more;) {
    const rows = await db.query<PendingRow>(
      `select ${pendingColumns}, ${text('process_tracker.late_from(d.base, d.due_at)')} as "lateFrom"
       from process_due d
       where d.pending and d.process_id > $1
       order by d.process_id
       limit ${batchSize}`,
      [after],
    );
    const results = [];
    let turn = performance.now();
    for (const row of rows) {
      if (performance.now() - turn > turnMs) {
        await nextTurn();
        turn = performance.now();
      }
      results.push({ ...row, ...computed(row) });
    }
    const stored = new Set(
      storable && results.length
        ? await store(db, results).catch((error: unknown) => {
            if (!cannotStore.has(codeOf(error) ?? '')) throw error;
            storable = false;
            return [];
          })
        : [],
    );
    for (const { id, dueAt, lateFrom } of results)
      if (!stored.has(id)) unstored.push({ process_id: id, due_at: dueAt, late_from: lateFrom });
    after = rows.at(-1)?.id ?? 0;
    more = rows.length === batchSize;
  }
  return unstored;
}

async function store(db: Queries, results: readonly PendingRow[]): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    `with v as (
       select *
       from jsonb_to_recordset($1::jsonb) v(
         id int, cron text, zone text, base timestamptz, "dueAt" timestamptz, "lateFrom" timestamptz)
     ), free as (
       select d.process_id
       from process_due d
       where d.process_id in (select id from v)
       for update skip locked
     )
     update process_due d set due_at = v."dueAt", late_from = v."lateFrom", pending = false
     from v join free on free.process_id = v.id
     where d.process_id = v.id and d.pending and d.cron = v.cron and d.zone = v.zone and d.base = v.base
     returning d.process_id as id`,
    [JSON.stringify(results)],
  );
  return rows.map(({ id }) => id);
}

const running = new WeakMap<Queries, { now: Promise<Unstored[]>; next?: Promise<Unstored[]> }>();

/** `fill`, once at a time on each server: calls that come while one runs, which may be past what they need, share the next. */
export function fillDue(db: Queries): Promise<Unstored[]> {
  const current = running.get(db);
  if (!current) {
    const now = fill(db).finally(() => running.delete(db));
    running.set(db, { now });
    return now;
  }
  return (current.next ??= current.now.then(
    () => fillDue(db),
    () => fillDue(db),
  ));
}

import type { Queries } from '../../platform/database.js';
import type { OrderBy } from '../../platform/read/ordering.js';
import type { ListSource } from '../../platform/read/paging.js';
import type { Condition } from '../../platform/read/values.js';
import { Process } from '../../process/process.entity.js';
import { fillDue } from './process-due.js';

/**
 * The late processes as a list, from the stored due times. Where some of these could not be stored, the first value of the statement brings them:
 * `unstored` is its first condition then.
 */
const late = (name: string, order: string[], due: string): ListSource => ({
  name: `lateProcesses ${name}`,
  entity: Process,
  from: `${due} d join process t on t.process_id = d.process_id`,
  where: 'd.late_from < process_tracker.waybill_now()',
  order,
  extra: { lateSince: { sql: 'd.late_from', cast: 'timestamptz', read: 'process_tracker.instant_text(d.late_from)' } },
});

/** What the list can be ordered by. */
export const lateOrders = { LATE_SINCE: 'lateSince', NAME: 'name' };

const lists = (due: string): Readonly<Record<string, ListSource>> => ({
  LATE_SINCE: late('longest', ['lateSince', 'id'], due),
  NAME: late('by name', ['name', 'id'], due),
});

const descending = (list: ListSource): ListSource => ({ ...list, name: `${list.name} descending`, descending: true });

const stored = lists('process_due');
const withUnstored = lists(`(
  select s.process_id, case when s.pending then u.late_from else s.late_from end as late_from
  from process_due s left join jsonb_to_recordset($1::jsonb) u(process_id int, late_from timestamptz) using (process_id)
)`);

/** The list of processes that are late now, and the conditions that it needs before all others. */
export async function lateNow(db: Queries, order: OrderBy | null | undefined): Promise<{ list: ListSource; where: Condition[] }> {
  const unstored = await fillDue(db);
  const list = (unstored.length ? withUnstored : stored)[order?.field ?? 'LATE_SINCE']!;
  const ordered = order?.direction === 'DESC' ? descending(list) : list;
  if (!unstored.length) return { list: ordered, where: [] };
  const given = JSON.stringify(unstored);
  const sql: Condition['sql'] = (values) => `${values.add(given, 'jsonb')} is not null`;
  return { list: ordered, where: [{ key: 'late', sql }] };
}

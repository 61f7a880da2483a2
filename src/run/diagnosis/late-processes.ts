import type { Queries } from '../../platform/database.js';
import { fillDue, type Unstored } from './process-due.js';

/** What is needed before lateness can be a condition or an order: due times that could not be stored, on a store that is only read. */
export const prepareLate = (db: Queries): Promise<readonly Unstored[]> => fillDue(db);

const isUnstored = (value: unknown): value is readonly Unstored[] => Array.isArray(value);
const instant = (text: string | null) => (text === null ? 'null' : `'${text}'`);

/** SQL of the rows of process_due, with what could not be stored in its place. The values are numbers and instants that were computed here. */
export function dueSql(prepared: unknown): string {
  if (!isUnstored(prepared) || !prepared.length) return 'process_due';
  const rows = prepared.map((row) => `(${row.process_id}, ${instant(row.due_at)}::timestamptz, ${instant(row.late_from)}::timestamptz)`);
  return `(
    select s.process_id, s.last_started_at, case when s.pending then u.due_at else s.due_at end as due_at,
      case when s.pending then u.late_from else s.late_from end as late_from
    from process_due s
    left join (values ${rows.join(', ')}) u(process_id, due_at, late_from) using (process_id))`;
}

/** SQL of whether the process of a row `d` of process_due is late. */
export const isLateSql = 'd.late_from < process_tracker.waybill_now()';

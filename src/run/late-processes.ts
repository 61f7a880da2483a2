import type { Queries } from '../platform/database.js';
import type { ListSource } from '../platform/paging.js';
import type { Condition } from '../platform/values.js';
import { Process } from '../process/process.entity.js';
import { dueAfter, lateIfBefore } from './schedule-cron.js';

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

/** How far the next start is off, by the clock on the wall of the store's time zone; an hour is always an hour. */
const period = `case f.schedule_frequency_name when 'daily' then interval '1 day' when 'weekly' then interval '7 days' when 'monthly' then interval '1 month'
  when 'quarterly' then interval '3 months' when 'annually' then interval '1 year' end`;

/**
 * Processes in use with their last start, and when the next one is due by their frequency: a period after the last (or after the process was made), on the
 * wall clock of the store's time zone. It is late a quarter of that time later, by its real length: over a change of the clock a day has 23 or 25 hours.
 * A start counts if its run was completed by itself. `due` is null for what is unscheduled or has a frequency of somebody's own.
 */
const schedules = `(
  select t.process_id, t.cron, r.last, b.base, d.due, d.due + extract(epoch from d.due - b.base)::float8 / 4 * interval '1 second' as since
  from process t
  left join schedule_frequency_lkup f on f.schedule_frequency_id = t.schedule_frequency_id
  cross join (select coalesce((select value from waybill_setting where key = 'time_zone'), 'UTC') as name) zone
  cross join lateral (
    select max(c.started_at) as last from process_tracking c
    where c.process_id = t.process_id and c.process_status_id = 2 and c.end_reason is distinct from 'released'
  ) r
  cross join lateral (select greatest(r.last, t.created_date_time) as base) b
  cross join lateral (
    select case f.schedule_frequency_name when 'hourly' then b.base + interval '1 hour'
      else (b.base at time zone zone.name + ${period}) at time zone zone.name end as due
  ) d
  where t.retired_at is null
)`;

interface ScheduleRow {
  id: number;
  cron: string | null;
  lastStartedAt: string | null;
  base: string;
  dueAt: string | null;
  since: string | null;
  isLate: boolean | null;
  now: string;
  zone: string;
}

const rowsSql = (where: string) => `
  select s.process_id as id, s.cron, ${text('s.last')} as "lastStartedAt", ${text('s.base')} as base, ${text('s.due')} as "dueAt",
    ${text('s.since')} as since, s.since < process_tracker.waybill_now() as "isLate", ${text('process_tracker.waybill_now()')} as now,
    coalesce((select value from waybill_setting where key = 'time_zone'), 'UTC') as zone
  from ${schedules} s where ${where}`;

const micros = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '000Z');

/** What the cron text says, or, where there is none that can be read (other clients write what they like), the frequency. */
function scheduleOf(row: ScheduleRow): Schedule | null {
  const due = row.cron === null ? null : dueAfter(row.cron, row.zone, Date.parse(row.base));
  if (due)
    return {
      dueAt: micros(due.dueAt),
      since: micros(due.since),
      isLate: due.since < Date.parse(row.now),
      lastStartedAt: row.lastStartedAt,
    };
  if (row.dueAt === null) return null;
  return { dueAt: row.dueAt, since: row.since!, isLate: row.isLate!, lastStartedAt: row.lastStartedAt };
}

/** When each of these processes is due; null for one that never is: retired, unscheduled, or of a frequency that is not known here. One statement. */
export async function schedulesOf(db: Queries, ids: readonly number[]): Promise<(Schedule | null)[]> {
  const rows = await db.query<ScheduleRow>(rowsSql('s.process_id = any($1::int[])'), [ids]);
  const byId = new Map(rows.map((row) => [row.id, scheduleOf(row)]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** The late ones among the processes with a cron text, and since when. Only of those are the ticks looked up one by one. */
async function lateByCron(db: Queries): Promise<{ id: number; since: string }[]> {
  const rows = await db.query<ScheduleRow>(rowsSql('s.cron is not null'));
  const limits = new Map<string, number | null>();
  return rows.flatMap((row) => {
    const cron = row.cron!;
    let limit = limits.get(cron);
    if (limit === undefined) limits.set(cron, (limit = lateIfBefore(cron, row.zone, Date.parse(row.now))));
    if (limit !== null && Date.parse(row.base) >= limit) return [];
    const schedule = scheduleOf(row);
    return schedule?.isLate ? [{ id: row.id, since: schedule.since }] : [];
  });
}

/** The first value of the statement holds those that are late by their cron text: `lateNow` is its first condition. */
const byCron = '$1::jsonb';

const late = (name: string, order: string[]): ListSource => ({
  name: `lateProcesses ${name}`,
  entity: Process,
  from: `(
    select id, since from jsonb_to_recordset(${byCron}) as c(id int, since timestamptz)
    union all select process_id, since from ${schedules} s where cron is null and since < process_tracker.waybill_now()
  ) l join process t on t.process_id = l.id`,
  order,
  extra: { lateSince: { sql: 'l.since', cast: 'timestamptz', read: text('l.since') } },
});

/** The late processes as a list: longest late first, or by name. */
export const lateLists = { LONGEST_LATE: late('longest', ['lateSince', 'id']), NAME: late('by name', ['name', 'id']) };

/** The condition that those lists need, before all others: it brings what SQL cannot work out. */
export async function lateNow(db: Queries): Promise<Condition> {
  const given = JSON.stringify(await lateByCron(db));
  return {
    key: 'late',
    sql: (values) => {
      const placeholder = values.add(given, 'jsonb');
      if (placeholder !== byCron) throw new Error(`what is late by cron must be the first value, not ${placeholder}`);
      return `${placeholder} is not null`;
    },
  };
}

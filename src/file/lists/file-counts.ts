import type { Window } from '../../platform/checks.js';
import type { Queries } from '../../platform/database.js';
import { invalid } from '../../platform/errors.js';

export enum FileCountKey {
  STATUS = 'STATUS',
  DAY = 'DAY',
  DATASET_TYPE = 'DATASET_TYPE',
  LOCATION = 'LOCATION',
}

export interface FileCount {
  key: string;
  count: number;
  statuses: { status: string; count: number }[];
}

const maxKeys = 1000;

const keys: Readonly<Record<FileCountKey, { sql: string; from?: string }>> = {
  STATUS: { sql: `coalesce(s.extract_status_name, 'initializing')` },
  DAY: {
    sql: `to_char(e.registered_at at time zone z.name, 'YYYY-MM-DD')`,
    from: `cross join (
      select coalesce((select value from waybill_setting where key = 'time_zone'), 'UTC') as name
    ) z`,
  },
  DATASET_TYPE: {
    sql: 'd.dataset_type',
    from: `join extract_dataset_type l on l.extract_id = e.extract_id
      join dataset_type_lkup d on d.dataset_type_id = l.dataset_type_id`,
  },
  LOCATION: { sql: 'l.location_name', from: 'join location_lkup l on l.location_id = e.extract_location_id' },
};

/** Number of files per status, day of registration, dataset type or location, in the order of the key. One statement. */
export async function countFiles(db: Queries, by: FileCountKey, { from, to }: Window, location?: number): Promise<FileCount[]> {
  const { sql, from: more = '' } = keys[by];
  const rows = await db.query<{ key: string; status: string; count: number }>(
    `select ${sql} as key, coalesce(s.extract_status_name, 'initializing') as status, count(*)::int as count
     from extract_tracking e
     left join extract_status_lkup s on s.extract_status_id = e.extract_status_id
     ${more}
     where e.registered_at >= coalesce($1::timestamptz, '-infinity')
       and e.registered_at < coalesce($2::timestamptz, 'infinity')
       ${location === undefined ? '' : 'and e.extract_location_id = $3::int'}
     group by 1, 2
     order by 1, 2`,
    [from ?? null, to ?? null, ...(location === undefined ? [] : [location])],
  );
  const counts = new Map<string, FileCount>();
  for (const { key, status, count } of rows) {
    const known = counts.get(key) ?? { key, count: 0, statuses: [] };
    counts.set(key, known);
    known.count += count;
    known.statuses.push({ status, count });
  }
  if (counts.size > maxKeys)
    throw invalid(
      `There are ${counts.size} keys; at most ${maxKeys} can be answered. Limit them by \`from\` and \`to\`, or by \`location\`.`,
      {
        argument: 'by',
        value: by,
        limit: 'maxKeys',
        allowed: { max: maxKeys },
      },
    );
  return [...counts.values()];
}

export interface ErrorCount {
  type: string;
  count: number;
  fileCount: number;
  lastAt: string;
  lastMessage: string | null;
  lastFileId: number;
}

/** The most frequent error types of files, with the last error of each. One statement. */
export const topErrors = (db: Queries, { from, to }: Window, first: number): Promise<ErrorCount[]> =>
  db.query<ErrorCount>(
    `select t.error_type_name as type, n.count, n."fileCount",
       process_tracker.instant_text(l.occurred_at) as "lastAt", l.message as "lastMessage",
       l.extract_id as "lastFileId"
     from (
       select e.error_type_id, count(*)::int as count, count(distinct e.extract_id)::int as "fileCount"
       from extract_error e
       where e.occurred_at >= coalesce($1::timestamptz, '-infinity')
         and e.occurred_at < coalesce($2::timestamptz, 'infinity')
       group by e.error_type_id
       order by count(*) desc, e.error_type_id
       limit $3
     ) n
     join error_type_lkup t using (error_type_id)
     cross join lateral (
       select o.*
       from extract_error o
       where o.error_type_id = n.error_type_id
         and o.occurred_at >= coalesce($1::timestamptz, '-infinity')
         and o.occurred_at < coalesce($2::timestamptz, 'infinity')
       order by o.occurred_at desc, o.extract_error_id desc
       limit 1
     ) l
     order by n.count desc, n.error_type_id`,
    [from ?? null, to ?? null, first],
  );

import type { FeedEvent } from '../history/event-feed.js';
import type { Queries } from '../platform/database.js';

/** What the subject of an event belongs to at present: what filters go by. */
export interface SubjectLinks {
  /** Of a run its process; of a file those whose runs touched it. */
  processes: readonly number[];
  /** Of a run its group; of a file those of the runs that touched it. */
  groups: readonly number[];
  location: number | null;
}

const nothing: SubjectLinks = { processes: [], groups: [], location: null };

/** The links of the subjects of all these events, in one statement; deleted subjects have none. */
export async function readLinks(db: Queries, events: readonly FeedEvent[]): Promise<(event: FeedEvent) => SubjectLinks> {
  const idsOf = (kind: string) => [...new Set(events.flatMap((event) => (event.subjectKind === kind ? [event.subjectId] : [])))];
  const [runs, files] = [idsOf('Run'), idsOf('File')];
  const found = new Map<string, SubjectLinks>();
  if (runs.length + files.length) {
    const rows = await db.query<SubjectLinks & { kind: string; id: number }>(
      `select 'Run' as kind, r.process_tracking_id as id, array[r.process_id] as processes,
         array_remove(array[r.group_id], null) as groups, null::int as location
       from process_tracking r
       where r.process_tracking_id = any ($1::int[])
       union all
       select 'File', x.extract_id, l.processes, l.groups, x.extract_location_id
       from extract_tracking x
       cross join lateral (
         select coalesce(array_agg(distinct r.process_id), '{}') as processes,
           coalesce(array_agg(distinct r.group_id) filter (where r.group_id is not null), '{}') as groups
         from extract_process_tracking e
         join process_tracking r using (process_tracking_id)
         where e.extract_tracking_id = x.extract_id) l
       where x.extract_id = any ($2::int[])`,
      [runs, files],
    );
    for (const { kind, id, ...links } of rows) found.set(`${kind} ${id}`, links);
  }
  return ({ subjectKind: kind, subjectId }) => {
    const id = Number(subjectId);
    if (kind === 'Process') return { ...nothing, processes: [id] };
    if (kind === 'RunGroup') return { ...nothing, groups: [id] };
    if (kind === 'Location') return { ...nothing, location: id };
    return found.get(`${kind} ${subjectId}`) ?? nothing;
  };
}

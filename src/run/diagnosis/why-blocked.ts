import type { Queries } from '../../platform/database.js';
import type { TraversalLimit } from '../../platform/read/traversal-limit.js';
import { runIsOpenSql, runStateSql, runStatus, stuckSql } from '../run-state.js';
import type { StartAnswer } from '../start/start-run.js';
import { walkLimits, type CauseRow } from './why-causes.js';

interface BlockerRow extends Omit<CauseRow, 'runId' | 'state'> {
  /** Null for a parent that has no run in the run group yet. */
  runId: number | null;
  state: CauseRow['state'] | null;
  blocks: boolean;
}

export interface Blockage {
  /** The number of the run group that was looked at. */
  groupId: number | null;
  /** What a start would answer. */
  start: Pick<StartAnswer, 'outcome' | 'failures'>;
  own: BlockerRow | null;
  causes: BlockerRow[];
  truncatedBy: TraversalLimit | null;
}

interface Found extends BlockerRow {
  root: number;
  groupId: number | null;
  /** In the first row of each root alone. */
  start: Blockage['start'] | null;
  truncatedBy: TraversalLimit | null;
}

const { completed, onHold } = runStatus;

/**
 * What blocks processes: their own run, and all ancestors whose latest run would block its children. One statement, whatever the depth.
 * A more distant ancestor is included even where those between could start: they would have to wait for it before they run again.
 * Inside a run group it is all whose latest run there is not completed, as judge-start.sql has it: in `group` (its number, 0 for one that is not
 * known), else in that of the latest run of each process, which is the one that people ask about.
 */
export async function whyBlocked(db: Queries, ids: readonly number[], group: number | null): Promise<Blockage[]> {
  const rows = await db.query<Found>(
    `select asked.root, nullif(asked.in_group, 0) as "groupId", w.distance, w.cut as "truncatedBy",
       case w.distance when 0 then process_tracker.judge_start(asked.root, asked.in_group) end as start, x.*
     from (
       select root, coalesce($4::int, process_tracker.group_of_latest_run(root)) as in_group
       from unnest($1::int[]) root
       -- Once for each, not for each of its ancestors.
       offset 0
     ) asked
     cross join lateral (
       select 0 as distance, array[asked.root] as processes, null as cut
       union all
       select distance, processes, cut
       from process_tracker.walk_dependencies(asked.root, true, '{hard}', ${walkLimits.depth}, $2, $3, null, null)
     ) w
     left join lateral (
       select n.id as "processId", l.process_tracking_id as "runId",
         case when l.process_tracking_id is not null then ${runStateSql('l')} end as state,
         case w.distance
           when 0 then not (l.process_status_id <> ${onHold} and l.lease_until is not null
             and ${stuckSql('l', 'p')} is not null)
           when 1 then true
           else false end as blocks
       from unnest(w.processes) n(id)
       join process p on p.process_id = n.id
       left join lateral (
         (select *
           from process_tracking l
           where l.process_id = n.id and l.origin = 'command' and l.end_reason is distinct from 'parent failed'
             and w.distance = 0
           order by l.process_run_id desc
           limit 1)
         union all
         (select r.*
           from process_tracker.latest_run(n.id) r
           where w.distance > 0 and asked.in_group is null)
         union all
         (select r.*
           from process_tracker.latest_run_in_group(asked.in_group, n.id) r
           where w.distance > 0)
       ) l on true
       where case
         when w.distance = 0 then l.process_status_id = ${onHold} or ${runIsOpenSql('l')}
         when asked.in_group is null then process_tracker.run_holds_back(l.process_status_id, l.ended_at)
         else l.process_status_id is distinct from ${completed} end
     ) x on true
     where x."processId" is not null or w.cut is not null or w.distance = 0
     order by asked.root, w.distance, x."processId"`,
    [[...ids], walkLimits.processes, walkLimits.milliseconds, group],
  );
  const byRoot = Map.groupBy(rows, ({ root }) => root);
  return ids.map((id) => {
    const found = byRoot.get(id) ?? [];
    return {
      groupId: found[0]?.groupId ?? null,
      start: found.find(({ start }) => start !== null)!.start!,
      own: found.find(({ distance, processId }) => distance === 0 && processId !== null) ?? null,
      causes: found.filter(({ distance, processId }) => distance > 0 && processId !== null),
      truncatedBy: found.find(({ truncatedBy }) => truncatedBy !== null)?.truncatedBy ?? null,
    };
  });
}

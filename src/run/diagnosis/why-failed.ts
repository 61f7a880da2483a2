import type { Queries } from '../../platform/database.js';
import type { TraversalLimit } from '../../platform/read/traversal-limit.js';
import { runIsOpenSql, runStateSql, runStatus, stuckSql } from '../run-state.js';
import { knownEndReason } from '../run-enums.js';
import { walkLimits, type CauseRow } from './why-causes.js';

/** Why a run failed: the run itself by its number, and the runs that caused it. */
export interface Failure {
  runId: number;
  endReason: string | null;
  children: CauseRow[];
  ancestors: CauseRow[];
  truncatedBy: TraversalLimit | null;
}

interface Found extends CauseRow {
  root: number;
  endReason: string | null;
  kind: 'own' | 'child' | 'ancestor';
  truncatedBy: TraversalLimit | null;
}

/**
 * Why runs failed, in one statement: the runs that were a part of them and failed, and, of each process over hard dependencies, its last run that had
 * started when the run ended, if that had failed by then or is stuck. For a run that was skipped in its group: what failed there. Null for a run that
 * neither failed nor was skipped so, or was cancelled.
 */
export async function whyFailed(db: Queries, runIds: readonly number[]): Promise<(Failure | null)[]> {
  const rows = await db.query<Found>(
    `with root as materialized (
       select process_tracking_id as id, process_id, end_reason,
         coalesce(ended_at, process_tracker.waybill_now()) as ended_at,
         case when end_reason = 'parent failed' then group_id end as skipped_in, ${runStateSql('r')} as state
       from process_tracking r
       where process_tracking_id = any($1::int[])
         and (process_status_id = ${runStatus.failed} and end_reason is distinct from 'cancelled'
           or end_reason = 'parent failed')
     )
     select id as root, 'own' as kind, end_reason as "endReason", 0 as distance, null as "truncatedBy",
       process_id as "processId", id as "runId", state
     from root
     union all
     select root.id, 'child', null, 1, null, c.process_id, c.process_tracking_id, ${runStateSql('c')}
     from root
     join process_tracking c on c.parent_run_id = root.id and c.process_status_id = ${runStatus.failed}
     union all
     select root.id, 'ancestor', null, w.distance, w.cut as "truncatedBy", x.*
     from root
     cross join lateral process_tracker.walk_dependencies(
       root.process_id, true, '{hard}', ${walkLimits.depth}, $2, $3, null, null) w
     left join lateral (
       select n.id, l.process_tracking_id, ${runStateSql('l')}
       from unnest(w.processes) n(id)
       join process p on p.process_id = n.id
       cross join lateral (
         (select k.*
           from (
             (select *
               from process_tracking r
               where r.process_id = n.id and r.origin = 'command' and r.end_reason is distinct from 'parent failed'
                 and root.skipped_in is null and r.started_at <= root.ended_at
               order by r.process_run_id desc
               limit 1)
             union all
             (select *
               from process_tracking r
               where r.process_id = n.id and r.origin = 'recorded'
                 and root.skipped_in is null and r.started_at <= root.ended_at
               order by r.started_at desc, r.process_run_id desc
               limit 1)
           ) k
           order by k.started_at desc, k.process_run_id desc
           limit 1)
         union all
         (select r.*
           from process_tracker.latest_run_in_group(root.skipped_in, n.id) r
           where r.end_reason is distinct from 'parent failed')
       ) l
       where l.process_status_id = ${runStatus.failed} and (root.skipped_in is not null or l.ended_at <= root.ended_at)
         or ${runIsOpenSql('l')} and ${stuckSql('l', 'p')} is not null
     ) x on true
     where x.process_tracking_id is not null or w.cut is not null
     order by 1, 2, 4, 7`,
    [[...runIds], walkLimits.processes, walkLimits.milliseconds],
  );
  const byRoot = Map.groupBy(rows, ({ root }) => root);
  return runIds.map((id) => {
    const found = byRoot.get(id);
    if (!found) return null;
    const of = (wanted: Found['kind']) => found.filter(({ kind, runId }) => kind === wanted && runId !== null);
    return {
      runId: id,
      endReason: knownEndReason(of('own')[0]!.endReason),
      children: of('child'),
      ancestors: of('ancestor'),
      truncatedBy: found.find(({ truncatedBy }) => truncatedBy !== null)?.truncatedBy ?? null,
    };
  });
}

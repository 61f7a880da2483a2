import { prepareFor, type Relation } from '../../platform/read/filter-sql.js';
import { filterByChoice, filterByFact, filterByOne, filterByParts } from '../../platform/read/filters.js';
import { firstMomentSql, lastMomentSql, type Orders } from '../../platform/read/ordering.js';
import { DateTime } from '../../platform/entity/scalars.js';
import { Process } from '../../process/process.entity.js';
import { Run } from '../run.entity.js';
import { RunState, runStateIsSql, runStateSql, runStatus } from '../run-state.js';
import { dueSql, isLateSql, prepareLate } from './late-processes.js';

/** Computed facts of processes as conditions, each one condition in SQL. */
const latestRun: Relation = { entity: Run, parent: 't.process_id', where: 't.is_latest_run' };
filterByOne(Process, 'latestRun', latestRun);

const latestRunIs = (condition: string) =>
  `exists (select from (select t.process_id from process_tracking t where t.is_latest_run and ${condition}) x where x.process_id = t.process_id)`;
filterByChoice(Process, 'state', RunState, (states) => latestRunIs(`(${runStateIsSql(states)})`), latestRunIs('true'));

const isCommand = (run: string) => `${run}.origin = 'command' and ${run}.end_reason is distinct from 'parent failed'`;

/** As `judge_start` has it: the last command run is a hold. */
export const onHoldSql = `t.process_id in (
    select h.process_id
    from process_tracking h
    where h.process_status_id = ${runStatus.onHold} and ${isCommand('h')}
      and not exists (
        select from process_tracking l
        where l.process_id = h.process_id and l.process_run_id > h.process_run_id and ${isCommand('l')}))`;
filterByFact(Process, 'onHold', onHoldSql);

/** As `parents_of_start` has it, outside a run group: the latest run of a hard parent, as starts see it, is open, failed or a hold. */
const blockedSql = (rest = '') => `exists (
    select from process_dependency d
    cross join lateral process_tracker.latest_run(d.parent_process_id) r
    where d.child_process_id = t.process_id
      and d.dependency_type_id is distinct from (
        select dependency_type_id from dependency_type_lkup where dependency_type_name = 'Soft')
      and process_tracker.run_holds_back(r.process_status_id, r.ended_at)
    ${rest})`;
/** The same, looked up for each process. Without `offset` it is a join, in which PostgreSQL looks at all parents first where it takes what is not blocked for rare. */
export const isBlockedSql = blockedSql('offset 0');
filterByFact(Process, 'blocked', blockedSql(), `not ${isBlockedSql}`);

/** Nothing runs, and the last command run and the latest one, recorded runs included, completed, if there are any: then no hold and no failures stand in the way of a start. */
const isWellSql = `not exists (
      select from process_tracking r
      where r.process_id = t.process_id and r.process_status_id = ${runStatus.running} and r.origin = 'command')
    and coalesce((
      select r.process_status_id = ${runStatus.completed} and coalesce(r.end_reason, 'released') = 'released'
      from process_tracking r
      where r.process_id = t.process_id and ${isCommand('r')}
      order by r.process_run_id desc
      limit 1), true)
    and coalesce((
      select r.process_status_id = ${runStatus.completed}
      from process_tracker.latest_run(t.process_id) r), true)`;

/** The rules of a start themselves, asked only where it is not seen at a glance what they say. */
export const mayStartSql = `case
    when t.retired_at is not null or ${isBlockedSql} then false
    when ${isWellSql} then true
    else process_tracker.judge_start(t.process_id, null) ->> 'outcome' = 'STARTED' end`;
filterByFact(Process, 'mayStart', mayStartSql);

const dueColumns: Readonly<Record<string, string>> = { since: 'd.late_from', dueAt: 'd.due_at', lastStartedAt: 'd.last_started_at' };
filterByParts(Process, 'late', {
  name: 'Lateness',
  prepare: prepareLate,
  values: {
    since: { type: DateTime, cast: 'timestamptz' },
    dueAt: { type: DateTime, cast: 'timestamptz' },
    lastStartedAt: { type: DateTime, nullable: true, cast: 'timestamptz' },
  },
  sql: (prepared) => ({
    part: (name) => dueColumns[name]!,
    holds: (condition) => `t.process_id in (select d.process_id from ${dueSql(prepared)} d where ${isLateSql} and ${condition})`,
  }),
});
prepareFor('late', prepareLate);

const latestRunSql = (value: string) => `(select ${value} from process_tracking r where r.process_id = t.process_id and r.is_latest_run)`;

/** SQL of the state of the latest run of the process `t`. */
export const stateSql = latestRunSql(runStateSql('r'));

/** Orders of processes, also by computed facts. */
export const processOrders: Orders = {
  NAME: 'name',
  CREATED_AT: 'createdAt',
  UPDATED_AT: 'updatedAt',
  LAST_COMPLETED_AT: 'lastCompletedAt',
  LATE_SINCE: {
    doc: 'By `late.since`: the longest late first; processes that are not late come last.',
    prepare: prepareLate,
    sql: (prepared) => `coalesce((
      select d.late_from from ${dueSql(prepared)} d where d.process_id = t.process_id and ${isLateSql}), ${lastMomentSql})`,
    cast: 'timestamptz',
    among: {
      field: 'late',
      from: (prepared) => `process t join ${dueSql(prepared)} d on d.process_id = t.process_id`,
      where: isLateSql,
      sql: 'd.late_from',
    },
  },
  LATEST_RUN_STARTED_AT: {
    doc: 'By the start of its `latestRun`. Processes that never ran come first.',
    sql: () => `coalesce(${latestRunSql('r.started_at')}, ${firstMomentSql})`,
    cast: 'timestamptz',
  },
  STATE: {
    doc: 'By `state`, alphabetically. Processes that never ran come first.',
    // Most have completed; the function is called for the others.
    sql: () =>
      `coalesce(${latestRunSql(`case r.process_status_id when ${runStatus.completed} then 'COMPLETED' else ${runStateSql('r')} end`)}, '')`,
    cast: 'text',
  },
};

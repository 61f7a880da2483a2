import { registerEnumType } from 'type-graphql';

/** Computed from a run's status, its end reason and its end by run-state.sql. */
export enum RunState {
  RUNNING = 'RUNNING',
  COMPLETED = 'COMPLETED',
  FAILED = 'FAILED',
  ABANDONED = 'ABANDONED',
  CANCELLED = 'CANCELLED',
  ON_HOLD = 'ON_HOLD',
  SKIPPED = 'SKIPPED',
  UNKNOWN = 'UNKNOWN',
  CUSTOM = 'CUSTOM',
}
registerEnumType(RunState, {
  name: 'RunState',
  description: 'State of a run, computed from its stored status.',
  valuesConfig: {
    RUNNING: { description: 'It is running.' },
    COMPLETED: { description: 'It completed, or is a hold that was released to this status.' },
    FAILED: { description: 'It failed.' },
    ABANDONED: {
      description:
        'It was ended because its lease expired, it exceeded the time limit of its process, or its lease owner is gone. Stored as `failed`; it counts as a failure.',
    },
    CANCELLED: { description: 'An operator cancelled it. Stored as `failed`; it does not count as a failure.' },
    ON_HOLD: { description: 'Hold of the process instead of a run: no start succeeds until an operator releases it.' },
    SKIPPED: { description: 'It was skipped, for example because a parent failed in its run group.' },
    UNKNOWN: { description: 'Its end is unknown.' },
    CUSTOM: { description: 'It has a custom status: see `status`. It is open until it has an end.' },
  },
});

/** The numbers of ProcessTracker's four statuses, which are the same in every store; for SQL whose plan depends on them. `run_status` has them in SQL. */
export const runStatus = { running: 1, completed: 2, failed: 3, onHold: 4 } as const;

/** SQL of the state of the run whose row is `alias`. */
export const runStateSql = (alias = 't'): string => `process_tracker.run_state(${alias}.process_status_id, ${alias}.end_reason)`;

/** SQL of whether the run whose row is `alias` is open. The index of open runs has them all. */
export const runIsOpenSql = (alias = 't'): string =>
  `(${alias}.ended_at is null and process_tracker.run_is_open(${alias}.process_status_id, ${alias}.ended_at))`;

/** SQL of why the open run `run` of `process` counts as stuck. */
export const stuckSql = (run: string, process: string): string =>
  `process_tracker.why_stuck(${run}.lease_until, coalesce(${run}.taken_up_at, ${run}.started_at), ${process}.run_time_limit_seconds)`;

const failures: Readonly<Record<string, string | undefined>> = {
  [RunState.FAILED]: `(t.end_reason in ('abandoned', 'cancelled')) is not true`,
  [RunState.ABANDONED]: `t.end_reason = 'abandoned'`,
  [RunState.CANCELLED]: `t.end_reason = 'cancelled'`,
};
const numbers: Readonly<Record<string, number | undefined>> = {
  [RunState.RUNNING]: runStatus.running,
  [RunState.COMPLETED]: runStatus.completed,
  [RunState.ON_HOLD]: runStatus.onHold,
};

/** Statuses beside ProcessTracker's four, whose numbers differ from store to store. */
const further = (names: string) =>
  `t.process_status_id in (
     select process_status_id from process_status_lkup where process_status_name in (${names}))`;

/** SQL of whether the run `t` is in one of these states. The numbers of statuses stand in it, so that PostgreSQL knows which of them are rare. */
export function runStateIsSql(states: readonly string[]): string {
  const stored = states.map((state) => numbers[state]).filter((number) => number !== undefined);
  const parts = states.flatMap((state) => {
    const failure = failures[state];
    if (failure) return `t.process_status_id = ${runStatus.failed} and ${failure}`;
    if (state === RunState.CUSTOM.valueOf())
      return `process_tracker.is_further_status(t.process_status_id) and not (${further(`'unknown', 'skipped'`)})`;
    return numbers[state] ? [] : further(`'${state.toLowerCase()}'`);
  });
  if (stored.length) parts.push(`t.process_status_id in (${stored.join(', ')})`);
  return parts.map((part) => `(${part})`).join(' or ');
}

/** SQL of the seconds from the start of the run `t` to its end, or to now while it is open; null for what never ran, and for an unknown end. */
export const durationSql = `case
    when t.end_reason is distinct from 'released'
      and (t.process_status_id in (${runStatus.running}, ${runStatus.completed}, ${runStatus.failed})
        or ${runStateSql('t')} not in ('ON_HOLD', 'SKIPPED'))
    then extract(epoch from
      coalesce(t.ended_at, case when ${runIsOpenSql('t')} then process_tracker.waybill_now() end) - t.started_at)::float8 end`;

/** How many completed runs make the usual duration, at most and at least. */
const usualRuns = { most: 20, least: 5 };

/** SQL of the usual duration of the runs of a process before the run `t`: the median of the last completed ones; null while there are few. */
export const usualDurationSql = `(
    select case when count(*) >= ${usualRuns.least} then percentile_cont(0.5) within group (order by u.seconds) end
    from (
      select extract(epoch from c.ended_at - c.started_at)::float8 as seconds
      from process_tracking c
      where c.process_id = t.process_id and c.process_status_id = ${runStatus.completed}
        and c.end_reason is distinct from 'released' and c.started_at < t.started_at
      order by c.started_at desc
      limit ${usualRuns.most}
    ) u)`;

/** How the schema describes the usual duration. */
export const usualDoc = `the median of the last ${usualRuns.most} completed runs of the process that started before it; with fewer than ${usualRuns.least} there is none`;
/** From so many times the usual duration on a run is slow. */
export const slowFactor = 1.5;

/** SQL of whether the run `t` takes longer than usual. */
export const slowerThanUsualSql = `coalesce(${durationSql} > ${slowFactor} * ${usualDurationSql}, false)`;

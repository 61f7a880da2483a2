import { registerEnumType } from 'type-graphql';

/** What a run's status, its end reason and its end say together. Made in SQL by run-state.sql. */
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
  description: 'The state of a run. What is stored is its status, which other clients see as well.',
  valuesConfig: {
    RUNNING: { description: 'It goes on.' },
    COMPLETED: { description: 'It ended well, or a hold was released to this.' },
    FAILED: { description: 'It ended badly.' },
    ABANDONED: { description: 'Its holder was not heard of in time and it was ended for it. Stored as `failed`, and counts as a failure.' },
    CANCELLED: { description: 'A person ended it. Stored as `failed`, but is no failure of the process.' },
    ON_HOLD: { description: 'A mark instead of a run: the process does not start until a person releases it.' },
    SKIPPED: { description: 'It was left out, because a parent failed in its group say.' },
    UNKNOWN: { description: 'Nobody knows how it ended.' },
    CUSTOM: { description: "It has a status of somebody's own: see `status`. It goes on until it has an end." },
  },
});

/** The numbers of ProcessTracker's four statuses, which every store gives by itself; for SQL whose plan depends on them. `run_status` has them in SQL. */
export const runStatus = { running: 1, completed: 2, failed: 3, onHold: 4 } as const;

/** SQL of the state of the run whose row is `alias`. */
export const runStateSql = (alias = 't'): string => `process_tracker.run_state(${alias}.process_status_id, ${alias}.end_reason)`;

/** SQL of whether the run whose row is `alias` goes on. The index of open runs has them all. */
export const runIsOpenSql = (alias = 't'): string =>
  `(${alias}.ended_at is null and process_tracker.run_is_open(${alias}.process_status_id, ${alias}.ended_at))`;

/** SQL of why the open run `run` of `process` counts as stuck. */
export const stuckSql = (run: string, process: string): string =>
  `process_tracker.why_stuck(${run}.lease_until, coalesce(${run}.taken_up_at, ${run}.started_at), ${process}.run_time_limit_seconds)`;

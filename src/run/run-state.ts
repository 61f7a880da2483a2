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
      description: 'It was ended because its lease expired or its lease owner is gone. Stored as `failed`; it counts as a failure.',
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

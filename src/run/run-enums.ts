import { registerEnumType } from 'type-graphql';
import { textsSql } from '../platform/read/values.js';

/** The values are those of `process_tracking.end_reason`. */
export enum RunEndReason {
  ABANDONED = 'abandoned',
  CANCELLED = 'cancelled',
  RELEASED = 'released',
  PARENT_FAILED = 'parent failed',
}
registerEnumType(RunEndReason, {
  name: 'RunEndReason',
  description: 'Reason why a run ended, beside its status.',
  valuesConfig: {
    ABANDONED: {
      description: 'Its lease expired, it exceeded the time limit of its process, or an operator ended it because its lease owner is gone.',
    },
    CANCELLED: { description: 'An operator cancelled it.' },
    RELEASED: { description: 'It is a hold that an operator released.' },
    PARENT_FAILED: { description: 'It was skipped because a parent failed in its run group.' },
  },
});

const endReasons: ReadonlySet<string> = new Set(Object.values(RunEndReason));

/** The end reason, or null for one that another client made up. */
export const knownEndReason = (stored: string | null): string | null => (stored !== null && endReasons.has(stored) ? stored : null);

/** The same of a column, as readers see it. */
export const knownEndReasonAs = {
  sql: (column: string): string => `case when ${column} in (${textsSql(endReasons)}) then ${column} end`,
  nullable: true as const,
};

/** The values are those of `process_tracking.origin`. */
export enum RunOrigin {
  COMMAND = 'command',
  RECORDED = 'recorded',
  OBSERVED = 'observed',
}
registerEnumType(RunOrigin, {
  name: 'RunOrigin',
  description: 'Way by which a run came into the store.',
  valuesConfig: {
    COMMAND: { description: 'Started by this API or a Python client; one at a time for each process.' },
    RECORDED: { description: 'Recorded after its end by `recordRuns`; such runs may overlap. It counts like a run that was started.' },
    OBSERVED: { description: 'Reported by events; such runs may overlap.' },
  },
});

/** The values are those of `why_stuck` (run-state.sql). */
export enum StuckReason {
  LEASE_EXPIRED = 'LEASE_EXPIRED',
  TIME_LIMIT = 'TIME_LIMIT',
}
registerEnumType(StuckReason, {
  name: 'StuckReason',
  description: 'Reason why an open run counts as stuck.',
  valuesConfig: {
    LEASE_EXPIRED: { description: 'Its lease has expired: no heartbeat came in time.' },
    TIME_LIMIT: { description: 'It exceeds the time limit of its process: see `Process.runTimeLimitSeconds`.' },
  },
});

import { Float } from 'type-graphql';
import { filterByChoice, filterByValue, filterByFact } from '../../platform/read/filters.js';
import type { Orders } from '../../platform/read/ordering.js';
import { textsSql } from '../../platform/read/values.js';
import { Run } from '../run.entity.js';
import { StuckReason } from '../run-enums.js';
import { durationSql, runIsOpenSql, RunState, runStateIsSql, slowerThanUsualSql, stuckSql, usualDurationSql } from '../run-state.js';

/** Computed facts of runs as conditions, each one condition in SQL. */
filterByChoice(Run, 'state', RunState, runStateIsSql);
filterByValue(Run, 'durationSeconds', { type: Float, nullable: true, sql: durationSql, cast: 'float8' });
filterByValue(Run, 'usualDurationSeconds', { type: Float, nullable: true, sql: usualDurationSql, cast: 'float8' });
filterByFact(Run, 'slowerThanUsual', slowerThanUsualSql);

// The stuck ones are found first, among the few open ones.
const isStuck = (reason: string) =>
  `t.process_tracking_id in (
     select o.process_tracking_id
     from process_tracking o
     join process p on p.process_id = o.process_id
     where ${runIsOpenSql('o')} and ${stuckSql('o', 'p')} ${reason})`;
filterByChoice(Run, 'stuck', StuckReason, (reasons) => isStuck(`in (${textsSql(reasons)})`), isStuck('is not null'));

// Below whatever clocks that were set back may make of a duration.
const least = '-1e300';

/** Orders of runs, also by computed facts. */
export const runOrders: Orders = {
  STARTED_AT: 'startedAt',
  NUMBER: 'number',
  DURATION_SECONDS: {
    doc: 'By `durationSeconds`. Runs without one come first. Open runs grow from page to page, and may be left out or repeated.',
    sql: () => `coalesce(${durationSql}, ${least})`,
    cast: 'float8',
  },
  SLOWNESS: {
    doc: 'By `durationSeconds` as a multiple of `usualDurationSeconds`. Runs without one of both come first; open runs grow as by `DURATION_SECONDS`. Computed for all runs that `where` lets in: choose a day, or a process.',
    sql: () => `coalesce(${durationSql} / nullif(${usualDurationSql}, 0), ${least})`,
    cast: 'float8',
  },
};

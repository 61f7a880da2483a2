import { filterByChoice, filterByFact, filterByOne } from '../../platform/read/filters.js';
import { lastMomentSql, type Orders } from '../../platform/read/ordering.js';
import { textsSql } from '../../platform/read/values.js';
import { FileVersion } from '../file-version.entity.js';
import { File } from '../file.entity.js';
import { FileState, statesOfStatus } from '../file-state.js';
import { stuckFrom, stuckWhere } from '../sweep-files.js';

/** Computed facts of files as conditions, each one condition in SQL. */
filterByFact(File, 'stuck', `t.extract_id in (select t.extract_id from ${stuckFrom} where ${stuckWhere})`);

const hasStatus = (condition: string) =>
  `t.extract_status_id in (select s.extract_status_id from extract_status_lkup s where s.extract_status_name ${condition})`;
const namesOf = (states: readonly string[]) =>
  Object.entries(statesOfStatus).flatMap(([name, state]) => (states.includes(state) ? [name] : []));
const withoutStatus = ' or t.extract_status_id is null';
filterByChoice(
  File,
  'state',
  FileState,
  (states) => `${hasStatus(`in (${textsSql(namesOf(states))})`)}${states.includes(FileState.NEW) ? withoutStatus : ''}`,
  hasStatus(`in (${textsSql(Object.keys(statesOfStatus))})`) + withoutStatus,
);

filterByOne(File, 'currentVersion', { entity: FileVersion, parent: 't.extract_id', where: 't.is_current' });

/** Orders of files. */
export const fileOrders: Orders = {
  REGISTERED_AT: 'registeredAt',
  FILE_NAME: 'fileName',
  CLAIMED_AT: {
    doc: 'By `claimedAt`. Files that no worker has claimed come last.',
    sql: () => `coalesce(t.claimed_at, ${lastMomentSql})`,
    cast: 'timestamptz',
  },
  LEASE_UNTIL: {
    doc: 'By `leaseUntil`. Files without a lease come last.',
    sql: () => `coalesce(t.lease_until, ${lastMomentSql})`,
    cast: 'timestamptz',
  },
};

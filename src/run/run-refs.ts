import { given } from '../platform/checks.js';
import { idOf } from '../platform/entity/ids.js';
import { idByNameSql } from '../platform/read/naming.js';
import { checkOneWay } from '../platform/read/one-way.js';
import type { RefKind } from '../platform/read/references.js';
import { processNaming } from '../process/process-naming.js';
import type { RunRef } from './run-ref.input.js';
import { Run } from './run.entity.js';

const ways = ['id', 'databaseId', 'name', 'number', 'externalId'] as const;
const byOf = (ref: RunRef) => ways.find((each) => given(ref[each]))!;
const processIdSql = () => idByNameSql(processNaming, () => 'w.process');

export const runRefs: RefKind<RunRef, Run> = {
  entity: Run,
  columns: 'id int, name text, process text, number int, "externalId" text',
  wanted(ref, at) {
    checkOneWay('Run', [['id'], ['databaseId'], ['name'], ['process', 'number'], ['process', 'externalId']], ref, at, ['process']);
    const { name, process, number, externalId } = ref;
    return { id: given(ref.id) ? idOf(ref.id, 'Run', at('id')) : ref.databaseId, name, process, number, externalId };
  },
  // A look-up by index for each way: a condition that says which way holds would be tried on every run.
  idSql: () => `(
       select r.process_tracking_id from process_tracking r
       where r.process_id = ${processIdSql()} and r.process_run_id = w.number
       union all
       select r.process_tracking_id from process_tracking r
       where r.process_id = ${processIdSql()} and r.external_id = w."externalId"
       union all
       select r.process_tracking_id from process_tracking r
       where r.process_run_name = w.name and (w.process is null or r.process_id = ${processIdSql()})
       union all
       select r.process_tracking_id from process_tracking r
       where r.process_tracking_id = w.id and (w.process is null or r.process_id = ${processIdSql()})
       limit 1)`,
  outer: () => [{ argument: 'process', type: 'Process', idSql: processIdSql(), naming: processNaming }],
  // A run that is not one of this process may be one of another.
  by: (ref) => (ref.process && (given(ref.id) || given(ref.databaseId)) ? 'process' : byOf(ref)),
  called(ref) {
    const by = byOf(ref);
    const own = by === 'number' ? String(ref.number) : by === 'name' ? JSON.stringify(ref.name) : `with this ${by}`;
    return ref.process ? `${own} of the Process ${JSON.stringify(ref.process)}` : own;
  },
};

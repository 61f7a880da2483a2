import { given } from '../platform/checks.js';
import { invalid } from '../platform/errors.js';
import { idOf } from '../platform/entity/ids.js';
import { idByNameSql } from '../platform/read/naming.js';
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
    const [by, ...more] = ways.filter((each) => given(ref[each]));
    if (!by || more.length || ((by === 'number' || by === 'externalId') && !ref.process))
      throw invalid('Identify one Run: by `id`, by `databaseId`, by `name`, or by `process` with `number` or `externalId`.', {
        argument: at(),
        value: ref,
        allowed: 'id, databaseId, name, or process with number or externalId',
      });
    const { name, process, number, externalId } = ref;
    return { id: by === 'id' ? idOf(ref.id!, 'Run', at('id')) : ref.databaseId, name, process, number, externalId };
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
  outer: () => [{ argument: 'process', type: 'Process', idSql: processIdSql() }],
  // A run that is not one of this process may be one of another.
  by: (ref) => (ref.process && (given(ref.id) || given(ref.databaseId)) ? 'process' : byOf(ref)),
  called(ref) {
    const by = byOf(ref);
    const own = by === 'number' ? String(ref.number) : by === 'name' ? JSON.stringify(ref.name) : `with this ${by}`;
    return ref.process ? `${own} of the Process ${JSON.stringify(ref.process)}` : own;
  },
};

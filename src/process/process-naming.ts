import { given } from '../platform/checks.js';
import type { Naming } from '../platform/read/naming.js';
import { checkOneWay } from '../platform/read/one-way.js';
import { namedRefs, type RefKind } from '../platform/read/references.js';
import { ProcessAlias } from './process-alias.entity.js';
import type { ProcessRef } from './process-ref.input.js';
import { Process } from './process.entity.js';

/** Aliases of reported jobs have a namespace of their own; a name of a process has none. */
export const processNaming = {
  entity: Process,
  alias: { entity: ProcessAlias, scope: { property: 'namespace', value: '' } },
} satisfies Naming<Process>;

const named = namedRefs(processNaming);
const ways = [['id'], ['databaseId'], ['name'], ['namespace', 'job']];

/** Processes are named, and those that events report are jobs in a namespace. */
export const processRefs: RefKind<ProcessRef, Process> = {
  ...named,
  columns: `${named.columns}, namespace text, job text`,
  wanted(ref, path) {
    const { namespace, job, ...rest } = ref;
    const byJob = given(namespace) || given(job);
    checkOneWay('Process', ways, ref, path);
    return byJob ? { namespace, job } : named.wanted(rest, path);
  },
  idSql: () => `coalesce(${named.idSql()},
       (select process_id from process_alias where namespace = w.namespace and name = w.job),
       (select process_id from process where namespace = w.namespace and job_name = w.job))`,
  by: (ref) => (given(ref.job) ? 'job' : named.by(ref)),
};

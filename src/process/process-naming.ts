import { given } from '../platform/checks.js';
import { invalid } from '../platform/errors.js';
import type { Naming } from '../platform/read/naming.js';
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
const allowed = 'id, databaseId, name, or namespace and job';

/** Processes are named, and those that events report are jobs in a namespace. */
export const processRefs: RefKind<ProcessRef, Process> = {
  ...named,
  columns: `${named.columns}, namespace text, job text`,
  wanted(ref, path) {
    const { namespace, job, ...rest } = ref;
    const byJob = given(namespace) || given(job);
    const others = [rest.id, rest.databaseId, rest.name].filter((each) => given(each)).length;
    if (byJob ? others > 0 || !given(namespace) || !given(job) : others !== 1)
      throw invalid(`Say which Process: by ${allowed}.`, { argument: path(), value: ref, allowed });
    return byJob ? { namespace, job } : named.wanted(rest, path);
  },
  idSql: () => `coalesce(${named.idSql()},
       (select process_id from process_alias where namespace = w.namespace and name = w.job),
       (select process_id from process where namespace = w.namespace and job_name = w.job))`,
  by: (ref) => (given(ref.job) ? 'job' : named.by(ref)),
};

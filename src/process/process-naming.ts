import type { Naming } from '../platform/read/naming.js';
import { namedRefs } from '../platform/read/references.js';
import { ProcessAlias } from './process-alias.entity.js';
import { Process } from './process.entity.js';

/** Aliases of reported jobs have a namespace of their own; a name of a process has none. */
export const processNaming = {
  entity: Process,
  alias: { entity: ProcessAlias, scope: { property: 'namespace', value: '' } },
} satisfies Naming<Process>;

export const processRefs = namedRefs(processNaming);

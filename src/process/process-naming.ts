import type { Naming } from '../platform/write/naming.js';
import { Process } from './process.entity.js';

/** Aliases of reported jobs have a namespace of their own; a name of a process has none. */
export const processNaming: Naming<Process> = {
  entity: Process,
  alias: { table: 'process_alias', scope: { column: 'namespace', value: '' } },
};

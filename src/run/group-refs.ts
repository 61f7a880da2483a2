import type { RefKind } from '../platform/read/references.js';
import { RunGroup } from './run-group.entity.js';

/** Run groups are named by their keys. */
export const groupRefs: RefKind<{ key: string }, RunGroup> = {
  entity: RunGroup,
  columns: 'key text',
  wanted: ({ key }) => ({ key }),
  idSql: () => '(select run_group_id from run_group where group_key = w.key)',
  by: () => 'key',
};

import { given } from '../platform/checks.js';
import { idOf } from '../platform/entity/ids.js';
import { checkOneWay } from '../platform/read/one-way.js';
import type { RefKind } from '../platform/read/references.js';
import type { RunGroupRef } from './group-ref.input.js';
import { RunGroup } from './run-group.entity.js';

const ways = ['id', 'databaseId', 'key'] as const;

/** The number or the key in a reference. @throws INVALID for too little or too much */
export function wantedGroup(ref: RunGroupRef, path: (argument?: string) => string): { id?: number | null; key?: string | null } {
  checkOneWay('RunGroup', [['id'], ['databaseId'], ['key']], ref, path);
  return { id: given(ref.id) ? idOf(ref.id, 'RunGroup', path('id')) : (ref.databaseId ?? null), key: ref.key ?? null };
}

/** Run groups are named by their keys. */
export const groupRefs: RefKind<RunGroupRef, RunGroup> = {
  entity: RunGroup,
  columns: 'id int, key text',
  wanted: wantedGroup,
  idSql: () => 'coalesce(w.id, (select run_group_id from run_group where group_key = w.key))',
  naming: { entity: RunGroup, property: 'key' },
  by: (ref) => ways.find((each) => given(ref[each]))!,
};

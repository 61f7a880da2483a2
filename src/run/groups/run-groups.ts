import { sql } from 'kysely';
import type { Tx } from '../../platform/database.js';
import { invalid } from '../../platform/errors.js';
import { below, resolveRef } from '../../platform/read/references.js';
import { entitiesIn } from '../../platform/write/entities.js';
import { groupRefs, wantedGroup } from '../group-refs.js';
import type { RunGroupRef } from '../group-ref.input.js';
import { RunGroup } from '../run-group.entity.js';

export interface GroupToOpen {
  key: string;
  name?: string | null;
  expectedTotal?: number | null;
}

export interface OpenedGroup {
  groupId: number;
  created: boolean;
}

export interface ChangedGroup {
  groupId: number;
  changed: boolean;
}

/** Creates a group or changes the one with the key, safely beside other clients. Omitted values stay. @throws INVALID */
export async function openGroup(tx: Tx, { key, name, expectedTotal }: GroupToOpen): Promise<OpenedGroup> {
  if (typeof expectedTotal === 'number' && expectedTotal < 0)
    throw invalid(`\`expectedTotal\` must be at least 0, not ${expectedTotal}.`, {
      argument: 'input.expectedTotal',
      value: expectedTotal,
      allowed: { min: 0 },
    });
  const row = await entitiesIn(tx, { RunGroup })
    .insertInto('RunGroup')
    .values({ key, name: name ?? null, expectedTotal: expectedTotal ?? null })
    // Where the row was there, it has been locked by this transaction: the update does so, even if it changes nothing.
    .onConflict((on) =>
      on.column('key').doUpdateSet((eb) => ({
        key: eb.ref('excluded.key'),
        ...(name === undefined ? {} : { name: eb.ref('excluded.name') }),
        ...(expectedTotal === undefined ? {} : { expectedTotal: eb.ref('excluded.expectedTotal') }),
      })),
    )
    .returning(['id', sql<boolean>`xmax = 0`.as('created')])
    .executeTakeFirstOrThrow();
  return { groupId: row.id, created: row.created };
}

/** Closes or opens a group, unless it is closed or open already. @throws INVALID or NOT_FOUND */
async function setClosed(tx: Tx, ref: RunGroupRef, closed: boolean): Promise<ChangedGroup> {
  const at = below('input.group');
  const { id: number, key } = wantedGroup(ref, at);
  const row = await entitiesIn(tx, { RunGroup })
    .updateTable('RunGroup')
    .set({ closedAt: closed ? sql<string>`process_tracker.waybill_now()` : null })
    .where((eb) => (typeof number === 'number' ? eb('id', '=', number) : eb('key', '=', key!)))
    .where('closedAt', closed ? 'is' : 'is not', null)
    .returning('id')
    .executeTakeFirst();
  const { id } = row ?? (await resolveRef(tx, groupRefs, ref, { at }));
  return { groupId: id, changed: row !== undefined };
}

/** Closes a group. @throws NOT_FOUND */
export const closeGroup = (tx: Tx, ref: RunGroupRef): Promise<ChangedGroup> => setClosed(tx, ref, true);

/** Opens a closed group again. @throws INVALID without a reason, NOT_FOUND */
export async function reopenGroup(tx: Tx, ref: RunGroupRef, reason: string): Promise<ChangedGroup> {
  if (!reason.trim())
    throw invalid('A reason is required to reopen a group.', { argument: 'input.reason', value: reason, allowed: 'a reason' });
  return setClosed(tx, ref, false);
}

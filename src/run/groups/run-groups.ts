import type { Tx } from '../../platform/database.js';
import { invalid, notFound } from '../../platform/errors.js';

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

/** Makes a group or changes the one with the key, whoever else does so now. What is left out stays. @throws INVALID */
export async function openGroup(tx: Tx, { key, name, expectedTotal }: GroupToOpen): Promise<OpenedGroup> {
  if (typeof expectedTotal === 'number' && expectedTotal < 0)
    throw invalid(`expectedTotal must not be negative, it is ${expectedTotal}.`, {
      argument: 'input.expectedTotal',
      value: expectedTotal,
      allowed: { min: 0 },
    });
  // Where the row was there, it has been locked by this transaction: the update does so, even if it changes nothing.
  const [row] = await tx.query<OpenedGroup>(
    `insert into run_group as g (group_key, name, expected_total) values ($1, $2, $3)
     on conflict (group_key) do update set name = case when $4 then excluded.name else g.name end,
       expected_total = case when $5 then excluded.expected_total else g.expected_total end
     returning run_group_id as "groupId", xmax = 0 as created`,
    [key, name ?? null, expectedTotal ?? null, name !== undefined, expectedTotal !== undefined],
  );
  return row!;
}

/** The group with this key, after an update that found it as it should be, or not at all. @throws NOT_FOUND */
async function unchanged(tx: Tx, key: string): Promise<ChangedGroup> {
  const [row] = await tx.query<{ groupId: number }>('select run_group_id as "groupId" from run_group where group_key = $1', [key]);
  if (!row) throw notFound(`There is no RunGroup ${JSON.stringify(key)}.`, { argument: 'input.key', value: key });
  return { ...row, changed: false };
}

const changed = `returning run_group_id as "groupId", true as changed`;

/** Closes a group. @throws NOT_FOUND */
export async function closeGroup(tx: Tx, key: string): Promise<ChangedGroup> {
  const [row] = await tx.query<ChangedGroup>(
    `update run_group set closed_at = process_tracker.waybill_now() where group_key = $1 and closed_at is null ${changed}`,
    [key],
  );
  return row ?? unchanged(tx, key);
}

/** Opens a closed group again. @throws INVALID without a reason, NOT_FOUND */
export async function reopenGroup(tx: Tx, key: string, reason: string): Promise<ChangedGroup> {
  if (!reason.trim()) throw invalid('Say why the group is opened again.', { argument: 'input.reason', value: reason, allowed: 'a reason' });
  const [row] = await tx.query<ChangedGroup>(
    `update run_group set closed_at = null where group_key = $1 and closed_at is not null ${changed}`,
    [key],
  );
  return row ?? unchanged(tx, key);
}

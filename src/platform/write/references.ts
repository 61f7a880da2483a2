import { conflict } from '../errors.js';
import type { Tx } from '../database.js';
import { shapeOf, type EntityClass } from '../entity/rows.js';

/** Words for the rows that use something, as `12 ProcessSource`. */
interface Use {
  by: string;
  count: number;
}

/** Counts the rows that refer to this one through a foreign key, by the entity they belong to; in one statement. */
async function usesOf(tx: Tx, entity: EntityClass, id: number): Promise<Use[]> {
  const { references } = shapeOf(entity);
  if (!references.length) return [];
  const counts = references.map(
    ({ name, table, column }) => `select '${name}' as by, count(*)::int as count from ${table} where ${column} = $1`,
  );
  return tx.query<Use>(
    `select by, sum(count)::int as count from (${counts.join(' union all ')}) n where count > 0 group by by order by by collate "C"`,
    [id],
  );
}

/** @throws CONFLICT with the counts of what uses the row, if anything does. */
export async function refuseIfUsed(tx: Tx, entity: EntityClass, id: number, name: string): Promise<void> {
  const uses = await usesOf(tx, entity, id);
  if (uses.length)
    throw conflict(
      `${shapeOf(entity).name} ${JSON.stringify(name)} is in use: ${uses.map(({ by, count }) => `${count} ${by}`).join(', ')}.`,
      {
        argument: 'input.name',
        value: name,
        uses,
      },
    );
}

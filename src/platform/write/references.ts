import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import { conflict, type DomainError } from '../errors.js';
import type { Tx } from '../database.js';
import { shapeOf, type EntityClass } from '../entity/rows.js';
import { anyEntityIn, type Values } from './entities.js';

/** How many rows of a kind refer to a row. */
export interface RowCount {
  by: string;
  count: number;
}

/** Rows of an entity that fulfil one of these conditions: a property has a value, or is the number of a row that fulfils another. */
export interface Referring {
  entity: EntityClass;
  any: readonly { property: string; is: number | { entity: EntityClass; where: Values<object> } }[];
}

type AnyRow = ExpressionBuilder<Record<string, Record<string, unknown>>, string>;

/** The condition in a statement about these rows. */
export const isReferring =
  ({ any }: Referring) =>
  (eb: AnyRow): Expression<SqlBool> =>
    eb.or(
      any.map(({ property, is }) =>
        typeof is === 'number'
          ? eb(property, '=', is)
          : eb(
              property,
              'in',
              eb
                .selectFrom(is.entity.name)
                .select('id')
                .where((eb) => eb.and(is.where)),
            ),
      ),
    );

/** How many rows there are of each; in one statement. */
export async function countReferring(tx: Tx, all: readonly Referring[]): Promise<number[]> {
  const db = anyEntityIn(tx);
  const [first, ...more] = all.map((each, i) =>
    db
      .selectFrom(each.entity.name)
      .select([sql<number>`${sql.lit(i)}`.as('i'), sql<number>`count(*)::int`.as('count')])
      .where(isReferring(each)),
  );
  if (!first) return [];
  // Sent as it is: to look for properties of many entities in each row of the answer takes longer than the statement.
  const { sql: text, parameters } = more.reduce((query, each) => query.unionAll(each), first).compile();
  const rows = await tx.query<{ i: number; count: number }>(text, [...parameters]);
  return all.map((_, i) => rows.find((row) => row.i === i)!.count);
}

/** What keeps a row, by the names of its entities. */
export function summed(counted: readonly RowCount[]): RowCount[] {
  const byName = Map.groupBy(
    counted.filter(({ count }) => count > 0),
    ({ by }) => by,
  );
  return [...byName]
    .map(([by, rows]) => ({ by, count: rows.reduce((sum, { count }) => sum + count, 0) }))
    .sort((a, b) => (a.by < b.by ? -1 : 1));
}

/** The CONFLICT of a record that is not deleted because these rows use it. */
export const inUse = (type: string, name: string, argument: string, blockedBy: readonly RowCount[]): DomainError =>
  conflict(
    `${type} ${JSON.stringify(name)} is in use by ${blockedBy.map(({ by, count }) => `${count} ${count === 1 ? 'record' : 'records'} of ${by}`).join(', ')}.`,
    { argument, value: name, blockedBy },
  );

/** @throws CONFLICT with the counts of the rows that use it, if there are any. */
export async function refuseIfUsed(tx: Tx, entity: EntityClass, id: number, name: string, argument: string): Promise<void> {
  const referring = shapeOf(entity).references.map((each) => ({ entity: each.entity, any: [{ property: each.property, is: id }] }));
  const counts = await countReferring(tx, referring);
  const uses = summed(referring.map((each, i) => ({ by: each.entity.name, count: counts[i]! })));
  if (uses.length) throw inUse(shapeOf(entity).name, name, argument, uses);
}

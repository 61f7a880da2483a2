import { Field } from 'type-graphql';
import type { Tx } from '../database.js';
import type { Row } from '../entity/node.js';
import { selectList, shapeOf, type EntityClass } from '../entity/rows.js';

/** What was there a moment ago has been deleted by another client: the transaction is tried again, as after a serialization failure. */
export const goneMeanwhile = (): Error => Object.assign(new Error('A record was deleted while it was written.'), { code: '40001' });

/** Adds to a payload the field for the row that was written. */
export function writtenField(payload: object, field: string, entity: EntityClass, description: string): void {
  Field(() => entity, { description })(payload, field);
}

/** The answer with the row that it is about, as it is in the transaction: after the commit another client may delete it. */
export async function withRow<A extends { id: number }>(
  tx: Tx,
  entity: EntityClass,
  field: string,
  answer: A,
): Promise<A & Record<string, unknown>> {
  const { table, key } = shapeOf(entity);
  const [row] = await tx.query<Row>(
    `select ${selectList(entity)}
     from ${table} t
     where t.${key} = $1`,
    [answer.id],
  );
  if (!row) throw goneMeanwhile();
  return { ...answer, [field]: row };
}

import { Field, InputType, registerEnumType, type ClassType } from 'type-graphql';
import type { ListSource } from './paging.js';
import { shapeOf } from '../entity/rows.js';

enum OrderDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Direction of an order.',
  valuesConfig: {
    ASC: { description: 'Ascending: names by their bytes, times from the earliest. Missing times come first.' },
    DESC: { description: 'Descending. Missing times come last.' },
  },
});

export interface OrderBy {
  field: string;
  direction: OrderDirection;
}

/** Orders that a list can be asked for: the value of the enum → the property, whose column is never null. */
export type Orders = Readonly<Record<string, string>>;

/** The input type that names one of the orders of an entity's list. */
export function orderInputOf(type: string, orders: Orders): ClassType {
  const names = Object.fromEntries(Object.keys(orders).map((name) => [name, name]));
  const valuesConfig: Record<string, { description: string }> = {};
  for (const [name, property] of Object.entries(orders)) valuesConfig[name] = { description: `By \`${property}\`.` };
  registerEnumType(names, {
    name: `${type}OrderField`,
    description: `Fields that can order a list of ${type}.`,
    valuesConfig,
  });
  @InputType(`${type}Order`, { description: `Order of a list of ${type}. Rows with equal values are ordered by \`databaseId\`.` })
  class Order {
    @Field(() => names, { description: 'Field that orders the list.' }) field!: string;
    @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: 'Direction of the order.' }) direction!: OrderDirection;
  }
  return Order;
}

const times: Readonly<Record<string, { cast: string; zone: string }>> = {
  timestamptz: { cast: 'timestamptz', zone: `at time zone 'UTC'` },
  // Not by way of UTC, where a clock that is set back has one hour twice.
  'timestamptz::timestamp': { cast: 'timestamp', zone: '' },
};

/**
 * The list in another order, which its cursors name. It is the column that orders, not what readers see of it: a time that stands for
 * "never" is the earliest.
 */
export function orderedBy(list: ListSource, orders: Orders, order: OrderBy | null | undefined): ListSource {
  if (!order) return list;
  const { column, cast } = shapeOf(list.entity).columns.get(orders[order.field]!)!;
  const sql = `t.${column}`;
  const time = times[cast];
  const key = time
    ? { sql, cast: time.cast, read: `to_char(${sql} ${time.zone}, 'YYYY-MM-DD"T"HH24:MI:SS.US${time.zone && '"Z"'}')` }
    : { sql, cast };
  return {
    ...list,
    name: `${list.name} by ${order.field} ${order.direction}`,
    order: ['__order', 'id'],
    extra: { ...list.extra, __order: key },
    descending: order.direction === OrderDirection.DESC,
  };
}

import { Field, InputType, registerEnumType, type ClassType } from 'type-graphql';
import { given } from '../checks.js';
import type { Where } from './filter-sql.js';
import type { Loaders, Preparation } from './loaders.js';
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

/** What stands for a missing instant in an order: before or behind all others. */
export const firstMomentSql = "'0001-01-01T00:00:00Z'::timestamptz";
export const lastMomentSql = "'9999-12-31T23:59:59.999999Z'::timestamptz";

/** An order by what is computed from the row `t`, which may not be null. */
interface ComputedOrder {
  doc: string;
  /** What must be computed before the SQL can be made. */
  prepare?: Preparation;
  sql: (prepared: unknown) => string;
  cast: string;
  /** Where a filter has this field, only rows with a value are asked for: they are read from here in their order, by an index. */
  among?: { field: string; from: (prepared: unknown) => string; where: string; sql: string };
}

/** Orders that a list can be asked for: the value of the enum → the property, whose column is never null, or what is computed. */
export type Orders = Readonly<Record<string, string | ComputedOrder>>;

/** The input type that names one of the orders of an entity's list. */
export function orderInputOf(type: string, orders: Orders): ClassType {
  const names = Object.fromEntries(Object.keys(orders).map((name) => [name, name]));
  const valuesConfig: Record<string, { description: string }> = {};
  for (const [name, order] of Object.entries(orders))
    valuesConfig[name] = { description: typeof order === 'string' ? `By \`${order}\`.` : order.doc };
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

/** How a key is read so that its cursor has it exactly. */
function readOf(sql: string, cast: string): { cast: string; read?: string } {
  const time = times[cast];
  if (time) return { cast: time.cast, read: `to_char(${sql} ${time.zone}, 'YYYY-MM-DD"T"HH24:MI:SS.US${time.zone && '"Z"'}')` };
  return cast === 'float8' ? { cast, read: `(${sql})::text` } : { cast };
}

/**
 * The list in another order, which its cursors name. It is the column that orders, not what readers see of it: a time that stands for
 * "never" is the earliest.
 */
export async function orderedBy(
  loaders: Loaders,
  list: ListSource,
  orders: Orders,
  { orderBy: order, where }: { orderBy?: OrderBy | null; where?: Where | null },
): Promise<ListSource> {
  if (!order) return list;
  const by = orders[order.field]!;
  const column = typeof by === 'string' ? shapeOf(list.entity).columns.get(by)! : undefined;
  const computed = typeof by === 'string' ? undefined : by;
  const prepared = computed?.prepare && (await loaders.prepared(computed.prepare));
  const among = computed?.among && given(where?.[computed.among.field]) ? computed.among : undefined;
  const sql = among?.sql ?? computed?.sql(prepared) ?? `t.${column!.column}`;
  const cast = computed?.cast ?? column!.cast;
  return {
    ...list,
    ...(among ? { from: among.from(prepared), where: among.where } : {}),
    name: `${list.name} by ${order.field} ${order.direction}`,
    order: ['__order', 'id'],
    extra: { ...list.extra, __order: { sql, ...readOf(sql, cast) } },
    descending: order.direction === OrderDirection.DESC,
  };
}

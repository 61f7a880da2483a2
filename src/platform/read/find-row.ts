import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from './context.js';
import { invalid } from '../errors.js';
import type { Row } from '../entity/node.js';
import { shapeOf, type EntityClass } from '../entity/rows.js';
import { idByNameSql, nameArguments, type Naming } from './naming.js';
import { readingFor } from './selection.js';

/** A record by its name, or by the names of what it is in and its own, in this order. */
export function byName(naming: Naming): { sql: string } {
  const names = nameArguments(naming);
  return { sql: `t.${shapeOf(naming.entity).key} = ${idByNameSql(naming, (name) => `$${names.indexOf(name) + 1}`)}` };
}

/**
 * The one row that the arguments of a query mean, or null. Exactly one of `by` must be given (an entry with several values counts as given
 * when all of them are): a property of the entity, or a name in `special`, whose SQL takes the values as `$1`, `$2`, ….
 * @throws INVALID if none or several are given.
 */
export async function findRow<E extends object>(
  ctx: Context,
  info: GraphQLResolveInfo,
  entity: EntityClass<E>,
  by: Readonly<Record<string, unknown>>,
  special: Readonly<Record<string, { sql: string }>> = {},
): Promise<Row<E> | null> {
  const { name: type, table, columns: known } = shapeOf(entity);
  const present = (value: unknown) => (Array.isArray(value) ? value : [value]).every((each) => each !== undefined && each !== null);
  const given = Object.entries(by).filter(([, value]) => present(value));
  const [chosen] = given;
  if (!chosen || given.length > 1) {
    const allowed = Object.keys(by).map((name) => (name === 'id' ? 'databaseId' : name));
    throw invalid(`Say which ${type} by exactly one of: ${allowed.join(', ')}.`, { argument: allowed[0]!, value: null, allowed });
  }
  const [name, value] = chosen;
  const where = special[name]?.sql ?? `t.${known.get(name)!.column} = $1`;
  const { columns, joins } = readingFor(info, entity);
  const [row] = await ctx.db.query<Row<E>>(
    `select ${columns} from ${table} t${joins} where ${where}`,
    Array.isArray(value) ? value : [value],
  );
  return row ?? null;
}

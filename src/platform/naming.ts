import { invalid, notFound, conflict } from './errors.js';
import type { Tx } from './database.js';
import { idOf } from './ids.js';
import { selectList, shapeOf, type EntityClass, type Row } from './rows.js';

/** How things of one kind are told by name: their own, or one that they had before. The own name of another thing wins over an alias. */
export interface Naming {
  entity: EntityClass;
  /** What names are unique in, such as the source of an object. Without it, among all. */
  within?: {
    naming: Naming;
    /** Property of the thing that holds the number of what it is in. */
    property: string;
    /** How an input calls the name of it. */
    argument: string;
  };
  alias: {
    table: string;
    /** Column of the number of what the thing is in. */
    scope?: string;
    /** Condition that holds for names alone. */
    where?: string;
  };
}

/** An input that tells a thing by `id`, or by its name and the names of what it is in. */
export interface ThingInput {
  id?: string | null;
  name?: string | null;
  [name: string]: unknown;
}

const and = (condition: string | undefined) => (condition ? ` and ${condition}` : '');

/** The arguments that tell a thing by name, from the outside in: `source`, `object`, `name`. */
export const nameArguments = ({ within }: Naming): string[] =>
  within ? [...nameArguments(within.naming).slice(0, -1), within.argument, 'name'] : ['name'];

/** SQL of the number of the thing that has these names (`$first`, …), its own or former ones; null where there is none. */
export function idByName(naming: Naming, first = 1): string {
  const { table, key, columns } = shapeOf(naming.entity);
  const { within, alias } = naming;
  const scope = within ? idByName(within.naming, first) : undefined;
  const name = `$${first + nameArguments(naming).length - 1}`;
  const inScope = (column: string | undefined) => and(scope && `${column} = ${scope}`);
  return `coalesce((select ${key} from ${table} where ${columns.get('name')!.column} = ${name}${inScope(within && columns.get(within.property)!.column)}), (select ${key} from ${alias.table} where name = ${name}${inScope(alias.scope)}${and(alias.where)}))`;
}

/** The row that an input means, locked for the change. @throws INVALID or NOT_FOUND, naming the argument. */
export async function lockThing(
  tx: Tx,
  naming: Naming,
  input: ThingInput,
  argument = 'input',
  lock: 'update' | 'key share' = 'update',
): Promise<Row & { name: string }> {
  const { name: type, table, key } = shapeOf(naming.entity);
  const wanted = nameArguments(naming);
  const given = wanted.filter((each) => input[each] !== undefined && input[each] !== null);
  const byName = wanted.length === 1 ? 'name' : `${wanted.slice(0, -1).join(', ')} and name`;
  if (input.id ? given.length > 0 : given.length < wanted.length)
    throw invalid(`Say which ${type}: either by id or by ${byName}.`, { argument, value: input, allowed: `id, or ${byName}` });
  const values = input.id ? [idOf(input.id, type, `${argument}.id`)] : wanted.map((each) => input[each]);
  const [row] = await tx.query<Row & { name: string }>(
    `select ${selectList(naming.entity)} from ${table} t where t.${key} = ${input.id ? '$1' : idByName(naming)} for ${lock}`,
    values,
  );
  if (row) return row;
  if (input.id) throw notFound(`There is no ${type} with this id.`, { argument: `${argument}.id`, value: input.id });
  if (naming.within) await lockThing(tx, naming.within.naming, outer(naming, input), argument, 'key share');
  throw notFound(`There is no ${type} ${JSON.stringify(values.join('.'))}.`, { argument: `${argument}.name`, value: input.name });
}

/** The part of an input that tells what the thing is in. */
export function outer({ within }: Naming, input: ThingInput): ThingInput {
  const own = within!.argument;
  const { id: _id, [own]: name, ...rest } = input;
  return { ...rest, id: input[`${own}Id`] as string | null | undefined, name: name as string | null | undefined };
}

/** Turns the violation of a unique column into a CONFLICT that names the argument. */
export function taken(error: unknown, type: string, values: Readonly<Record<string, unknown>>): never {
  const { code, detail } = error as { code?: string; detail?: string };
  if (code !== '23505') throw error;
  const [property, value] = Object.entries(values).find(
    ([, each]) => typeof each === 'string' && (detail?.includes(`(${each})`) || detail?.includes(`, ${each})`)),
  ) ?? ['name', values.name];
  throw conflict(`There is another ${type} with the ${property} ${JSON.stringify(value)}.`, { argument: `input.${property}`, value });
}

/**
 * Gives a locked row another name; the old one becomes an alias. Answers what the caller should know.
 * @throws CONFLICT if another thing has the name, or had it before
 */
export async function rename(tx: Tx, naming: Naming, row: Row & { name: string }, newName: string): Promise<string[]> {
  if (newName === row.name) return [];
  const { name: type, table, key, columns } = shapeOf(naming.entity);
  const { within, alias } = naming;
  const scope = within ? [row[within.property]] : [];
  const inScope = alias.scope ? ` and ${alias.scope} = $2` : and(alias.where);
  await tx
    .query(`update ${table} set ${columns.get('name')!.column} = $2 where ${key} = $1`, [row.id, newName])
    .catch((error: unknown) => taken(error, type, { newName }));
  // Asked after the update: it waited for whoever had the name until now, and this statement sees what became of it.
  const [other] = await tx.query<{ id: number; name: string }>(
    `select t.${key} as id, t.${columns.get('name')!.column} as name from ${alias.table} a join ${table} t using (${key}) where a.name = $1${inScope.replaceAll(alias.scope ?? ' ', `a.${alias.scope} `.trimEnd())}`,
    [newName, ...scope],
  );
  if (other && other.id !== row.id)
    throw conflict(
      `${JSON.stringify(newName)} is a former name of the ${type} ${JSON.stringify(other.name)}, by which it is still found. Take it away there first (removeAlias).`,
      { argument: 'input.newName', value: newName, aliasOf: other.name },
    );
  await tx.query(`delete from ${alias.table} where name = $1${inScope}`, [newName, ...scope]);
  if (row.name && !scope.includes(null)) await addAlias(tx, naming, row.id, scope, row.name);
  return [
    `Waybill finds the ${type} by ${JSON.stringify(row.name)} as well, ProcessTracker's Python client does not: a client that still uses the old name makes a new row.`,
  ];
}

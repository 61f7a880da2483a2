import type { Tx } from '../database.js';
import { conflict, invalid, notFound } from '../errors.js';
import { idOf } from '../entity/ids.js';
import type { Row } from '../entity/node.js';
import { selectList, shapeOf, type EntityClass } from '../entity/rows.js';
import { codeOf, textAt } from '../text-at.js';

/** How things of one kind are told by name: their own, or one that they had before. The own name of another thing wins over an alias. */
export interface Naming<E extends object = object> {
  entity: EntityClass<E>;
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
    /** Column beside the name in its key, which holds the number of what the thing is in, or always the same text. */
    scope?: { column: string; value?: string };
  };
}

/** How a row is kept from others: from being deleted, from being changed as well, from being linked as well. */
export type RowLock = 'key share' | 'no key update' | 'update';

/** An input that tells a thing by `id`, or by its name and the names of what it is in, which `textAt` reads. */
export interface ThingInput {
  id?: string | null;
  name?: string | null;
}

/** The arguments that tell a thing by name, from the outside in: `source`, `object`, `name`. */
export const nameArguments = ({ within }: Naming): string[] =>
  within ? [...nameArguments(within.naming).slice(0, -1), within.argument, 'name'] : ['name'];

/** SQL of the number of the thing with this name in what `scope` is the number of; by its own name or a former one, null if there is none. */
export function idIn({ entity, within, alias }: Naming, name: string, scope?: string): string {
  const { table, key, columns } = shapeOf(entity);
  const own = within ? ` and ${columns.get(within.property)!.column} = ${scope}` : '';
  const former = alias.scope ? ` and ${alias.scope.column} = ${alias.scope.value === undefined ? scope : `'${alias.scope.value}'`}` : '';
  return `coalesce((select ${key} from ${table} where ${columns.get('name')!.column} = ${name}${own}), (select ${key} from ${alias.table} where name = ${name}${former}))`;
}

/** The same for the names of a thing and of what it is in, from the outside in: `$1`, `$2`, …. */
export const idByName = (naming: Naming): string =>
  idIn(naming, `$${nameArguments(naming).length}`, naming.within && idByName(naming.within.naming));

/** The row that an input means, locked for the change. @throws INVALID or NOT_FOUND, naming the argument. */
export async function lockThing<E extends object>(
  tx: Tx,
  naming: Naming<E>,
  input: ThingInput,
  argument = 'input',
  lock: RowLock = 'update',
  /** What the caller calls the id and the name. */
  [idArgument, nameArgument] = ['id', 'name'],
): Promise<Row<E> & { name: string }> {
  const { name: type, table, key } = shapeOf(naming.entity);
  const wanted = nameArguments(naming);
  const given = wanted.filter((each) => textAt(input, each) !== undefined && textAt(input, each) !== null);
  const byName = wanted.length === 1 ? 'name' : `${wanted.slice(0, -1).join(', ')} and name`;
  if (input.id ? given.length > 0 : given.length < wanted.length)
    throw invalid(`Say which ${type}: either by id or by ${byName}.`, { argument, value: input, allowed: `id, or ${byName}` });
  const values = input.id ? [idOf(input.id, type, `${argument}.${idArgument}`)] : wanted.map((each) => textAt(input, each));
  const [row] = await tx.query<Row<E> & { name: string }>(
    `select ${selectList(naming.entity)} from ${table} t where t.${key} = ${input.id ? '$1' : idByName(naming)} for ${lock}`,
    values,
  );
  if (row) return row;
  if (input.id) throw notFound(`There is no ${type} with this id.`, { argument: `${argument}.${idArgument}`, value: input.id });
  if (naming.within)
    await lockThing(tx, naming.within.naming, outer(naming, input), argument, 'key share', [
      `${naming.within.argument}Id`,
      naming.within.argument,
    ]);
  throw notFound(`There is no ${type} ${JSON.stringify(values.join('.'))}.`, {
    argument: `${argument}.${nameArgument}`,
    value: input.name,
  });
}

/** The part of an input that tells what the thing is in. */
export function outer({ within }: Naming, input: ThingInput): ThingInput {
  const own = within!.argument;
  const { id: _id, [own]: _own, ...rest }: Readonly<Record<string, unknown>> = { ...input };
  return { ...rest, id: textAt(input, `${own}Id`), name: textAt(input, own) };
}

/** Turns the violation of a unique column into a CONFLICT that names the argument. */
export function taken(error: unknown, type: string, given: object): never {
  if (codeOf(error) !== '23505') throw error;
  const detail = textAt(error, 'detail');
  const [property, value] = Object.entries<unknown>({ ...given }).find(
    ([, each]) => typeof each === 'string' && (detail?.includes(`(${each})`) || detail?.includes(`, ${each})`)),
  ) ?? ['name', textAt(given, 'name')];
  throw conflict(`There is another ${type} with the ${property} ${JSON.stringify(value)}.`, { argument: `input.${property}`, value });
}

/** Columns of a row of the alias table that stand beside the thing's number, with their values. */
function aliasKey({ within, alias }: Naming, row: Row, name: string): { columns: string[]; values: unknown[]; where: string } {
  const values: Readonly<Record<string, unknown>> = row;
  const scope = alias.scope && { column: alias.scope.column, value: alias.scope.value ?? values[within!.property] };
  const columns = ['name', ...(scope ? [scope.column] : [])];
  return {
    columns,
    values: [name, ...(scope ? [scope.value] : [])],
    where: columns.map((column, i) => `a.${column} = $${i + 1}`).join(' and '),
  };
}

/**
 * Gives a locked row another name; the old one becomes an alias. Answers what the caller should know.
 * @throws CONFLICT if another thing has the name, or had it before
 */
export async function rename(tx: Tx, naming: Naming, row: Row & { name: string }, newName: string): Promise<string[]> {
  if (newName === row.name) return [];
  const { name: type, table, key, columns } = shapeOf(naming.entity);
  const column = columns.get('name')!.column;
  const aliases = naming.alias.table;
  await tx
    .query(`update ${table} set ${column} = $2 where ${key} = $1`, [row.id, newName])
    .catch((error: unknown) => taken(error, type, { newName }));
  // Asked after the update, which waited for whoever had the name until now: this statement sees what became of it.
  const wanted = aliasKey(naming, row, newName);
  const [other] = await tx.query<{ id: number; name: string }>(
    `select t.${key} as id, t.${column} as name from ${aliases} a join ${table} t using (${key}) where ${wanted.where}`,
    wanted.values,
  );
  if (other && other.id !== row.id)
    throw conflict(
      `${JSON.stringify(newName)} is a former name of the ${type} ${JSON.stringify(other.name)}, which is still found by it. Take it away there first, by removeAlias.`,
      { argument: 'input.newName', value: newName, aliasOf: other.name },
    );
  if (other) await tx.query(`delete from ${aliases} a where ${wanted.where}`, wanted.values);
  const former = aliasKey(naming, row, row.name);
  // What another client left without a name, or outside of everything, was never found by it.
  if (!row.name || former.values.includes(null)) return [];
  // The latest holder of a name has it as an alias: a row that took it meanwhile, by plain SQL, may have made it somebody else's.
  await tx.query(
    `insert into ${aliases} (${former.columns.join(', ')}, ${key}) values (${former.columns.map((_, i) => `$${i + 1}`).join(', ')}, $${former.columns.length + 1})
     on conflict (${former.columns.join(', ')}) do update set ${key} = excluded.${key}`,
    [...former.values, row.id],
  );
  return [
    `Waybill still finds the ${type} by ${JSON.stringify(row.name)}; ProcessTracker's Python client does not: one that still uses the old name makes a new row.`,
  ];
}

/** Takes a former name away. Answers whether it was there. */
export async function removeAlias(tx: Tx, naming: Naming, row: Row, name: string): Promise<boolean> {
  const { key } = shapeOf(naming.entity);
  const { where, values } = aliasKey(naming, row, name);
  const gone = await tx.query(
    `delete from ${naming.alias.table} a where ${where} and a.${key} = $${values.length + 1} returning 1 as gone`,
    [...values, row.id],
  );
  return gone.length > 0;
}

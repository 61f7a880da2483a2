import type { Tx } from '../database.js';
import { invalid } from '../errors.js';
import { idIn, lockThing, outer, rename, taken, type Naming, type ThingInput } from './naming.js';
import { shapeOf, type EntityClass } from '../entity/rows.js';

/** What can be said of a thing beside its name: a column, or the name of a look-up whose number the column holds. */
export interface ThingField {
  /** Name in the inputs. */
  name: string;
  doc: string;
  /** Property of the entity, where it is another than the name. */
  property?: string;
  type?: () => object;
  lookup?: EntityClass;
  /** The look-up must be known; otherwise it is made where it is new. */
  known?: boolean;
  /** Cannot be taken away. */
  required?: boolean;
  /** Least value of a number. */
  min?: number;
  /** Throws INVALID, naming the argument, where a value is not allowed. */
  check?(value: unknown, argument: string): void;
}

/** The number behind the name of a look-up, which is made where it is new, or must be known. */
export async function lookupId(tx: Tx, entity: EntityClass, name: string, known: boolean, argument: string): Promise<number> {
  const { name: type, table, key, columns } = shapeOf(entity);
  const label = columns.get('name')!.column;
  const find = async () => (await tx.query<{ id: number }>(`select ${key} as id from ${table} where ${label} = $1`, [name]))[0]?.id;
  const found = await find();
  if (found !== undefined) return found;
  if (known) {
    const rows = await tx.query<{ name: string }>(`select ${label} as name from ${table} order by ${key}`);
    const allowed = rows.map((row) => row.name);
    throw invalid(`There is no ${type} ${JSON.stringify(name)}; known are ${allowed.join(', ')}.`, { argument, value: name, allowed });
  }
  await tx.query(`insert into ${table} (${label}) values ($1) on conflict do nothing`, [name]);
  return (await find())!;
}

/** Columns and values of what an input says. What it leaves out is not among them. */
async function columnsOf(
  tx: Tx,
  entity: EntityClass,
  fields: readonly ThingField[],
  input: ThingInput,
): Promise<[column: string, value: unknown][]> {
  const values: Readonly<Record<string, unknown>> = { ...input };
  const set: [string, unknown][] = [];
  for (const field of fields) {
    const { name, property = name, lookup, known = false, required, min } = field;
    const value = values[name];
    const argument = `input.${name}`;
    if (value === undefined) continue;
    if (value === null && required) throw invalid(`${name} cannot be taken away.`, { argument, value });
    if (min !== undefined && typeof value === 'number' && value < min)
      throw invalid(`${name} must be at least ${min}, not ${value}.`, { argument, value, allowed: { min } });
    if (value !== null) field.check?.(value, argument);
    set.push([
      shapeOf(entity).columns.get(property)!.column,
      lookup && typeof value === 'string' ? await lookupId(tx, lookup, value, known, argument) : value,
    ]);
  }
  return set;
}

/** Makes a thing, or finds the one that has its name; that one stays as it was. */
export async function createThing(
  tx: Tx,
  naming: Naming,
  fields: readonly ThingField[],
  input: ThingInput,
): Promise<{ id: number; created: boolean }> {
  const { name: type, table, key, columns } = shapeOf(naming.entity);
  const { within } = naming;
  const parent =
    within && (await lockThing(tx, within.naming, outer(naming, input), 'input', 'key share', [`${within.argument}Id`, within.argument]));
  const own = [columns.get('name')!.column, ...(within ? [columns.get(within.property)!.column] : [])];
  const find = async () =>
    (await tx.query<{ id: number | null }>(`select ${idIn(naming, '$1', '$2')} as id`, [input.name, ...(parent ? [parent.id] : [])]))[0]!
      .id;
  const known = await find();
  if (known !== null) return { id: known, created: false };
  const set = [
    ...own.map((column, i): [string, unknown] => [column, i ? parent!.id : input.name]),
    ...(await columnsOf(tx, naming.entity, fields, input)),
  ];
  const [made] = await tx
    .query<{ id: number }>(
      `insert into ${table} (${set.map(([column]) => column).join(', ')}) values (${set.map((_, i) => `$${i + 1}`).join(', ')})
       on conflict (${own.join(', ')}) do nothing returning ${key} as id`,
      set.map(([, value]) => value),
    )
    .catch((error: unknown) => taken(error, type, input));
  return made ? { id: made.id, created: true } : { id: (await find())!, created: false };
}

/** What every input for a change has; the fields of the thing stand beside it. */
export interface ThingChange extends ThingInput {
  newName?: string | null;
  reason?: string | null;
}

/** Changes what the input says of a thing, and its name if there is a `newName`. */
export async function updateThing(
  tx: Tx,
  naming: Naming,
  fields: readonly ThingField[],
  input: ThingChange,
): Promise<{ id: number; warnings: string[] }> {
  const { name: type, table, key } = shapeOf(naming.entity);
  const row = await lockThing(tx, naming, input);
  const set = await columnsOf(tx, naming.entity, fields, input);
  if (set.length)
    await tx
      .query(`update ${table} set ${set.map(([column], i) => `${column} = $${i + 2}`).join(', ')} where ${key} = $1`, [
        row.id,
        ...set.map(([, value]) => value),
      ])
      .catch((error: unknown) => taken(error, type, input));
  return { id: row.id, warnings: input.newName ? await rename(tx, naming, row, input.newName) : [] };
}

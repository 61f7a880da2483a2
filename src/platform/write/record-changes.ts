import type { Tx } from '../database.js';
import { invalid } from '../errors.js';
import type { EntityClass } from '../entity/rows.js';
import { idInSql, type Aliased, type Named, type Naming } from '../read/naming.js';
import { below, namedRefs, resolveRef, type NamedRef } from '../read/references.js';
import { textAt } from '../text-at.js';
import { anyEntityIn, insertRow, updateRows } from './entities.js';
import { rename, taken } from './rename.js';
import { goneMeanwhile } from './written-row.js';

/** What can be said of a thing beside its name: a column, or the name of a look-up whose number the column holds. */
export interface ThingField {
  /** Name in the inputs. */
  name: string;
  doc: string;
  /** Property of the entity, where it is another than the name. */
  property?: string;
  type?: () => object;
  lookup?: EntityClass<Named>;
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
export async function lookupId(tx: Tx, entity: EntityClass<Named>, name: string, known: boolean, argument: string): Promise<number> {
  const rows = () => anyEntityIn(tx).selectFrom(entity.name);
  const find = async () => (await rows().select('id').where('name', '=', name).executeTakeFirst())?.id;
  const found = await find();
  if (typeof found === 'number') return found;
  if (known) {
    const allowed = (await rows().select('name').orderBy('id').execute()).map((row) => row.name);
    throw invalid(`There is no ${entity.name} ${JSON.stringify(name)}; known are ${allowed.join(', ')}.`, {
      argument,
      value: name,
      allowed,
    });
  }
  const made = await insertRow(tx, entity, { name }, ['name']);
  const there = made ?? (await find());
  if (typeof there !== 'number') throw goneMeanwhile();
  return there;
}

/** Properties and values of what an input says. What it leaves out is not among them. */
async function valuesOf(tx: Tx, fields: readonly ThingField[], input: NamedRef): Promise<Readonly<Record<string, unknown>>> {
  const given: Readonly<Record<string, unknown>> = { ...input };
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const { name, property = name, lookup, known = false, required, min } = field;
    const value = given[name];
    const argument = `input.${name}`;
    if (value === undefined) continue;
    if (value === null && required) throw invalid(`${name} cannot be taken away.`, { argument, value });
    if (min !== undefined && typeof value === 'number' && value < min)
      throw invalid(`${name} must be at least ${min}, not ${value}.`, { argument, value, allowed: { min } });
    if (value !== null) field.check?.(value, argument);
    values[property] = lookup && typeof value === 'string' ? await lookupId(tx, lookup, value, known, argument) : value;
  }
  return values;
}

/** The part of an input that names what the record is in. */
function outer({ argument }: NonNullable<Naming['within']>, input: NamedRef): NamedRef {
  const { id: _id, [argument]: _own, ...rest }: Readonly<Record<string, unknown>> = { ...input };
  return { ...rest, id: textAt(input, `${argument}Id`) ?? null, name: textAt(input, argument) ?? null };
}

/** Makes a record, or finds the one that has its name; that one stays as it was. */
export async function createThing(
  tx: Tx,
  naming: Naming,
  fields: readonly ThingField[],
  input: NamedRef,
): Promise<{ id: number; created: boolean }> {
  const { entity, within } = naming;
  const parent =
    within &&
    (await resolveRef(tx, namedRefs(within.naming), outer(within, input), {
      at: below('input', { id: `${within.argument}Id`, name: within.argument }),
      lock: 'key share',
    }));
  const find = async () => {
    const names = [input.name, ...(parent ? [parent.id] : [])];
    const [row] = await tx.query<{ id: number | null }>(`select ${idInSql(naming, '$1', '$2')} as id`, names);
    return row!.id;
  };
  const known = await find();
  if (known !== null) return { id: known, created: false };
  const own = { name: input.name ?? '', ...(within ? { [within.property]: parent!.id } : {}) };
  const values = { ...own, ...(await valuesOf(tx, fields, input)) };
  const made = await insertRow(tx, entity, values, Object.keys(own)).catch((error: unknown) => taken(error, entity.name, input));
  if (made !== undefined) return { id: made, created: true };
  const there = await find();
  if (there === null) throw goneMeanwhile();
  return { id: there, created: false };
}

/** What every input for a change has; the fields of the thing stand beside it. */
export interface ThingChange extends NamedRef {
  newName?: string | null;
  reason?: string | null;
}

/** Changes what the input says of a record, and its name if there is a `newName`. */
export async function updateThing(
  tx: Tx,
  naming: Aliased,
  fields: readonly ThingField[],
  input: ThingChange,
): Promise<{ id: number; warnings: string[] }> {
  const { entity } = naming;
  const row = await resolveRef(tx, namedRefs(naming), input, { at: below('input'), lock: 'update', read: ['name'] });
  const values = await valuesOf(tx, fields, input);
  if (Object.keys(values).length)
    await updateRows(tx, entity, { id: row.id }, values).catch((error: unknown) => taken(error, entity.name, input));
  return { id: row.id, warnings: input.newName ? await rename(tx, naming, row, input.newName) : [] };
}

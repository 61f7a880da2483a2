import type { Tx } from '../database.js';
import { invalid } from '../errors.js';
import { refuseEmpty } from '../lists.js';
import { keptLinks, LinkInput, type Link } from '../entity/links.js';
import type { EntityClass } from '../entity/rows.js';
import { idInSql, type Named } from '../read/naming.js';
import { below, resolveRef } from '../read/references.js';
import { anyEntityIn, insertRow, updateRows } from './entities.js';
import { refIn, type RecordKind } from './record-kind.js';
import { rename, taken } from './rename.js';
import { goneMeanwhile } from './written-row.js';

/** A fact of a record beside its name: a column, or the name of a look-up whose number the column holds. */
export interface RecordField {
  /** Name in the inputs. */
  name: string;
  doc: string;
  /** Property of the entity, where it is another than the name. */
  property?: string;
  type?: () => object;
  lookup?: EntityClass<Named>;
  /** The look-up must exist; otherwise it is created if missing. */
  known?: boolean;
  /** Cannot be null. */
  required?: boolean;
  /** Least value of a number. */
  min?: number;
  /** Throws INVALID, naming the argument, where a value is not allowed. */
  check?(value: unknown, argument: string): void;
  /** What its column takes for a value, or for null, where that is another one. Throws INVALID, naming the argument. */
  stored?(value: unknown, argument: string): unknown;
}

/** The links of a record to pages elsewhere. */
export const linksField: RecordField = {
  name: 'links',
  doc: 'Complete list of its links to pages elsewhere.',
  type: () => [LinkInput],
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- GraphQL has made it of the type above.
  stored: (value, argument) => JSON.stringify(keptLinks(value as Link[] | null, argument) ?? []),
};

/** The names in a look-up. */
const namesIn = async (tx: Tx, entity: EntityClass<Named>) =>
  (await anyEntityIn(tx).selectFrom(entity.name).select('name').orderBy('id').execute()).map((row) => row.name);

/** What a field takes, as errors say it. */
const allowedIn = async (tx: Tx, { lookup, known, type }: RecordField) =>
  lookup && known ? namesIn(tx, lookup) : type?.() === Boolean ? 'true or false' : 'a text';

/** The number behind the name of a look-up, which is created if missing, or must exist. */
export async function lookupId(tx: Tx, entity: EntityClass<Named>, name: string, known: boolean, argument: string): Promise<number> {
  const rows = () => anyEntityIn(tx).selectFrom(entity.name);
  const find = async () => (await rows().select('id').where('name', '=', name).executeTakeFirst())?.id;
  const found = await find();
  if (typeof found === 'number') return found;
  if (known) {
    const allowed = await namesIn(tx, entity);
    throw invalid(`There is no ${entity.name} ${JSON.stringify(name)}; allowed are ${allowed.join(', ')}.`, {
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
async function valuesOf(tx: Tx, fields: readonly RecordField[], input: object): Promise<Readonly<Record<string, unknown>>> {
  const given: Readonly<Record<string, unknown>> = { ...input };
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const { name, property = name, lookup, known = false, required, min } = field;
    const value = given[name];
    const argument = `input.${name}`;
    if (value === undefined) continue;
    if (value === null && required) throw invalid(`\`${name}\` cannot be null.`, { argument, value, allowed: await allowedIn(tx, field) });
    if (min !== undefined && typeof value === 'number' && value < min)
      throw invalid(`${name} must be at least ${min}, not ${value}.`, { argument, value, allowed: { min } });
    if (value !== null) field.check?.(value, argument);
    const stored = field.stored ? field.stored(value, argument) : value;
    values[property] = lookup && typeof value === 'string' ? await lookupId(tx, lookup, value, known, argument) : stored;
  }
  return values;
}

/** Makes a record, or finds the one that has its name; that one stays as it was. */
export async function createRecord(
  tx: Tx,
  kind: RecordKind,
  fields: readonly RecordField[],
  input: { name: string },
): Promise<{ id: number; created: boolean }> {
  const { naming, within: outer } = kind;
  const { entity, within } = naming;
  const parent = outer && (await resolveRef(tx, outer.refs, refIn(input, outer), { at: below(`input.${outer.word}`), lock: 'key share' }));
  const find = async () => {
    const names = [input.name, ...(parent ? [parent.id] : [])];
    const [row] = await tx.query<{ id: number | null }>(`select ${idInSql(naming, '$1', '$2')} as id`, names);
    return row!.id;
  };
  const known = await find();
  if (known !== null) return { id: known, created: false };
  const own = { name: input.name, ...(within ? { [within.property]: parent!.id } : {}) };
  const values = { ...own, ...(await valuesOf(tx, fields, input)) };
  const made = await insertRow(tx, entity, values, Object.keys(own)).catch((error: unknown) => taken(error, entity.name, input));
  if (made !== undefined) return { id: made, created: true };
  const there = await find();
  if (there === null) throw goneMeanwhile();
  return { id: there, created: false };
}

/** What every input for a change has; the reference to the record and its fields stand beside it. */
export interface RecordChange {
  newName?: string | null;
  reason?: string | null;
}

/** Changes what the input says of a record, and its name if there is a `newName`. */
export async function updateRecord(
  tx: Tx,
  kind: RecordKind,
  fields: readonly RecordField[],
  input: RecordChange,
): Promise<{ id: number; warnings: string[] }> {
  const { naming, word, refs } = kind;
  const { entity } = naming;
  const row = await resolveRef(tx, refs, refIn(input, kind), { at: below(`input.${word}`), lock: 'update', read: ['name'] });
  // Null removes all entries of a list.
  for (const [name, value] of Object.entries<unknown>({ ...input }))
    if (Array.isArray(value)) refuseEmpty(value, `input.${name}`, 'give null to remove all of it, leave it out to keep it');
  const values = await valuesOf(tx, fields, input);
  if (Object.keys(values).length)
    await updateRows(tx, entity, { id: row.id }, values).catch((error: unknown) => taken(error, entity.name, input));
  return { id: row.id, warnings: input.newName ? await rename(tx, naming, row, input.newName) : [] };
}

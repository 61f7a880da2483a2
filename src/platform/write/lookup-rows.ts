import type { Tx } from '../database.js';
import type { EntityClass } from '../entity/rows.js';
import { refuseBlanks } from '../checks.js';
import { conflict, DomainError, forbidden, invalid, shownValue } from '../errors.js';
import type { Named } from '../read/naming.js';
import { below, inEach, namedRefs, resolveRef, resolveRefs, type NamedRef } from '../read/references.js';
import { deleteRows, insertRow, updateRows } from './entities.js';
import { refuseIfUsed } from './references.js';
import { taken } from './rename.js';
import { goneMeanwhile, withRow } from './written-row.js';
import { upperFirst } from '../words.js';

/** A column of a look-up beside its name, as it is written. */
export interface LookupField {
  property: string;
  doc: string;
  type?: () => object;
  /** The least value of a number. */
  min?: number;
  /** Needed when a row is made. */
  required?: boolean;
  /** Throws INVALID, naming the argument, for a text that is not allowed. */
  check?: (value: string, argument: string) => void;
}

/** A kind of records that are a name and sometimes a little more. */
export interface LookupOptions {
  entity: EntityClass<Named>;
  /** Plural of the type's name as the API's list is called. */
  plural: string;
  /** What one of it is, for the descriptions: `a tool`. */
  noun: string;
  /** Names that ProcessTracker or Waybill stands on: never renamed or deleted. */
  defaults?: readonly string[];
  fields?: readonly LookupField[];
}

type Values = Readonly<Record<string, unknown>>;

/** Says which record is meant, and where in the input that stands. */
export interface Target {
  ref: NamedRef;
  argument: string;
}

function checkValues(fields: readonly LookupField[], values: Values): void {
  for (const { property, min, check } of fields) {
    const value = values[property];
    if (typeof value === 'string') check?.(value, `input.${property}`);
    if (min !== undefined && typeof value === 'number' && value < min)
      throw invalid(`${property} must be at least ${min}, not ${value}.`, { argument: `input.${property}`, value, allowed: { min } });
  }
}

function refuseDefault({ entity, defaults = [] }: LookupOptions, name: string, doing: string, argument: string): void {
  if (defaults.includes(name))
    throw forbidden(`${entity.name} ${JSON.stringify(name)} is a default and cannot be ${doing}.`, {
      argument,
      value: name,
      protected: defaults,
    });
}

async function lockRow(tx: Tx, { entity }: LookupOptions, { ref, argument }: Target): Promise<{ id: number; name: string }> {
  const { id, name } = await resolveRef(tx, namedRefs({ entity }), ref, { at: below(argument), lock: 'update', read: ['name'] });
  return { id, name: name ?? '' };
}

/** @throws CONFLICT where a value to create a record with is another than that of the record that has its name */
function refuseOthers({ entity, fields = [] }: LookupOptions, values: Values, known: unknown, field: string): void {
  for (const { property } of fields) {
    const value = values[property] ?? null;
    const kept: unknown = Reflect.get(Object(known), property);
    if (value === null || value === kept) continue;
    const having = kept === null ? `without \`${property}\`` : `with the \`${property}\` ${JSON.stringify(kept)}`;
    throw conflict(`The ${entity.name} ${JSON.stringify(values.name)} exists ${having}. Use \`update${upperFirst(field)}\` to change it.`, {
      argument: `input.${property}`,
      value,
      kept: shownValue(kept),
    });
  }
}

/**
 * Makes a record, or finds the one with the name; answers it in `field`.
 * @throws INVALID; CONFLICT where another record has a value that is unique, or the one with the name has other values
 */
export async function createLookup(tx: Tx, options: LookupOptions, values: Values & { name: string }, field: string): Promise<object> {
  const { entity, fields = [] } = options;
  checkValues(fields, values);
  const made = await insertRow(tx, entity, values, ['name']).catch((error: unknown) => taken(error, entity.name, values));
  if (made !== undefined) return withRow(tx, entity, field, { id: made, created: true });
  const [known] = await resolveRefs(tx, namedRefs({ entity }), [{ name: values.name }], { at: inEach('input') });
  if (!known || known instanceof DomainError) throw goneMeanwhile();
  const answer = await withRow(tx, entity, field, { id: known.id, created: false });
  refuseOthers(options, values, answer[field], field);
  return answer;
}

/** Changes a record; answers it in `field`. @throws INVALID, NOT_FOUND, FORBIDDEN for the name of a default, CONFLICT for a name that is taken */
export async function updateLookup(
  tx: Tx,
  options: LookupOptions,
  target: Target,
  { newName, ...values }: Values & { newName?: string | null },
  field: string,
): Promise<object> {
  const { entity, fields = [] } = options;
  checkValues(fields, values);
  const missing = fields.find(({ property, required }) => required && values[property] === null);
  if (missing)
    throw invalid(`\`${missing.property}\` cannot be null.`, { argument: `input.${missing.property}`, value: null, allowed: 'a text' });
  const row = await lockRow(tx, options, target);
  if (newName && newName !== row.name) {
    refuseBlanks(newName, 'input.newName');
    refuseDefault(options, row.name, 'renamed', `${target.argument}.name`);
  }
  const changes = { ...values, ...(newName ? { name: newName } : {}) };
  if (Object.values(changes).some((value) => value !== undefined))
    await updateRows(tx, entity, { id: row.id }, changes).catch((error: unknown) => taken(error, entity.name, { ...values, newName }));
  return withRow(tx, entity, field, { id: row.id });
}

/** Deletes a record that nothing uses. @throws NOT_FOUND, FORBIDDEN for a default, CONFLICT for one that is used */
export async function deleteLookup(tx: Tx, options: LookupOptions, target: Target): Promise<{ deletedName: string }> {
  const row = await lockRow(tx, options, target);
  refuseDefault(options, row.name, 'deleted', `${target.argument}.name`);
  await refuseIfUsed(tx, options.entity, row.id, row.name, target.argument);
  await deleteRows(tx, options.entity, { id: row.id });
  return { deletedName: row.name };
}

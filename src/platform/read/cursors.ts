import { isWhole } from '../checks.js';
import { invalid } from '../errors.js';
import type { ListSource } from './paging.js';
import type { Row } from '../entity/node.js';
import { shapeOf } from '../entity/rows.js';

/** The SQL of a property that orders the list, and the type its values are cast to. */
export function orderKey(list: ListSource, property: string): { sql: string; cast: string } {
  const extra = list.extra?.[property];
  if (extra) return { sql: extra.sql, cast: extra.cast! };
  const { column, cast } = shapeOf(list.entity).columns.get(property)!;
  return { sql: `t.${column}`, cast };
}

/** A row's place in a list: the name of the list and its order, and the values that order it. */
export function encodeCursor(list: ListSource, row: Row): string {
  const values: Readonly<Record<string, unknown>> = row;
  return Buffer.from(JSON.stringify([list.name, ...list.order.map((property) => values[property])])).toString('base64url');
}

const time = /^\d{4,6}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z?$/;

/** Whether PostgreSQL reads a text as a float: not where it rounds to infinity, or to zero. */
function isFloat(text: string): boolean {
  const [, digits] = /^-?(\d{1,20}(?:\.\d{1,20})?)(?:e[+-]?\d{1,3})?$/.exec(text) ?? [];
  return digits !== undefined && Number.isFinite(Number(text)) && (Number(text) !== 0 || Number(digits) === 0);
}

/** Whether a value of a cursor can be compared with a column, given the type it is cast to. */
function isKey(value: unknown, cast: string): boolean {
  if (cast === 'int') return isWhole(value, -2_147_483_647, 2_147_483_647);
  if (cast === 'float8') return typeof value === 'string' && isFloat(value);
  return typeof value === 'string' && (cast.startsWith('timestamp') ? time.test(value) : !value.includes('\0') && value.isWellFormed());
}

/** The values in a cursor. @throws INVALID where it is none, or one of another list or order. */
export function decodeCursor(list: ListSource, cursor: string, argument: string): unknown[] {
  const refuse = (why: string) =>
    invalid(`${argument} is not a cursor of this list: ${why}.`, { argument, value: cursor, allowed: `a cursor answered by this list` });
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw refuse('it cannot be read');
  }
  if (!Array.isArray(parts)) throw refuse('it cannot be read');
  const [name, ...edge]: unknown[] = parts;
  if (typeof name !== 'string') throw refuse('it cannot be read');
  if (name !== list.name) throw refuse(`it belongs to ${name}`);
  const casts = list.order.map((property) => orderKey(list, property).cast);
  const fits = edge.length === casts.length && edge.every((value, i) => isKey(value, casts[i]!));
  if (!fits) throw refuse('it is from another version');
  return edge;
}

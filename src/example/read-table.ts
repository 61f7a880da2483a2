import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';

export type Cell = string | number | boolean | null;
export type Row = Record<string, Cell>;
export type DataType = 'integer' | 'number' | 'date' | 'boolean' | 'text';

interface Column {
  name: string;
  type: DataType;
}

export interface Table {
  columns: Column[];
  rows: Row[];
}

/** Reads a CSV file with a header, or a JSON file that is an array of records. */
export async function readTable(file: URL): Promise<Table> {
  const text = await readFile(file, 'utf8');
  if (file.pathname.endsWith('.csv')) return tableOf(withValues(parse(text, { columns: true, bom: true })));
  const records: Row[] | undefined = JSON.parse(text);
  if (!Array.isArray(records)) throw new Error(`${file.pathname} is not an array of records.`);
  return tableOf(records);
}

/** A table with the columns that its rows have, in the order in which they first occur, each of the type that all its values have. */
export function tableOf(rows: Row[]): Table {
  const names = new Set(rows.flatMap(Object.keys));
  return { rows, columns: [...names].map((name) => ({ name, type: typeOf(rows.map((row) => row[name] ?? null)) })) };
}

const date = /^\d{4}[-/]\d\d[-/]\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$|^[A-Z][a-z]{2} \d{1,2} \d{4}$/;
const isDate = (value: Cell) => typeof value === 'string' && date.test(value) && !Number.isNaN(Date.parse(value));

/** The narrowest type that all values have; a value that is missing says nothing. */
export function typeOf(values: Cell[]): DataType {
  const present = values.filter((value) => value !== null && value !== '');
  const all = (fits: (value: Cell) => boolean) => present.length > 0 && present.every(fits);
  if (all((value) => typeof value === 'boolean')) return 'boolean';
  if (all(Number.isInteger)) return 'integer';
  if (all((value) => typeof value === 'number')) return 'number';
  return all(isDate) ? 'date' : 'text';
}

// No leading zeros: 00501 is a postal code.
const numeric = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** CSV knows only text. A column in which every value is a number, or true or false, is taken so. */
function withValues(rows: Record<string, string>[]): Row[] {
  const readers = Object.keys(rows[0] ?? {}).map((name) => {
    const present = rows.map((row) => row[name]!).filter((text) => text !== '');
    const read = present.every((text) => numeric.test(text))
      ? Number
      : present.every((text) => /^(true|false)$/i.test(text))
        ? (text: string) => text.toLowerCase() === 'true'
        : String;
    return [name, (text: string): Cell => (text === '' ? null : read(text))] as const;
  });
  return rows.map((row) => Object.fromEntries(readers.map(([name, read]) => [name, read(row[name]!)])));
}

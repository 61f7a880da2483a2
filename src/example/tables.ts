import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { datasets, files } from './datasets.js';
import type { Condition, Process } from './process.js';
import { processes } from './processes.js';
import { readTable, type DataType, type Row, type Table } from './read-table.js';

/** A table of the example: where it lies, what it holds, what identifies a row, and its columns. */
export interface Known {
  source: string;
  object: string;
  holds: string;
  key: string[];
  columns: Record<string, DataType>;
}

const data = new URL('../../node_modules/vega-datasets/', import.meta.url);

/** The version of the package with the data. */
export async function dataVersion(): Promise<string> {
  const { version }: { version: string } = JSON.parse(await readFile(new URL('package.json', data), 'utf8'));
  return version;
}

/** All tables by their names: of the files as they are, of what is derived from them as the processes say. */
export async function knownTables(): Promise<Map<string, Known>> {
  const tables = new Map<string, Known>();
  for (const { file, holds, key } of datasets) {
    const { columns } = await readTable(fileOf(file, ''));
    const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]));
    tables.set(file, { source: files.name, object: file, holds, key, columns: types });
  }
  for (const { writes } of processes) tables.set(writes.object, writes);
  return tables;
}

/** The file of a table: one of the package, or what a process wrote to `folder`. */
export function fileOf(table: string, folder: string): URL {
  const writer = writerOf(table);
  return writer ? pathToFileURL(join(folder, writer.writes.source, `${table}.json`)) : new URL(`data/${table}`, data);
}

/** The file of a table as the store knows it: its location has one name on all machines, though the file lies elsewhere on each. */
export function fileRefOf(table: string): { location: string; fileName: string } {
  const writer = writerOf(table);
  return writer
    ? { location: locationOf(writer.writes.source), fileName: `${table}.json` }
    : { location: locationOf(files.name), fileName: table };
}

/** Where the files of a source lie. */
export const locationOf = (source: string): string => `example/${source}`;

const writerOf = (table: string) => processes.find((process) => process.writes.object === table);

/** What a process reads: how many rows each table has, and those that its filters choose, under its aliases. */
export async function readInputs({ reads, filters = [] }: Process, folder: string): Promise<{ counts: number[]; inputs: Row[][] }> {
  const tables: Table[] = [];
  for (const { from } of reads) tables.push(await readTable(fileOf(from, folder)));
  const inputs = reads.map(({ from, columns, aliases = {} }, i) => {
    const table = tables[i]!;
    const names = columns ?? table.columns.map(({ name }) => name);
    const chosen = table.rows.filter((row) => fits(row, from, filters));
    return chosen.map((row) => Object.fromEntries(names.map((name) => [aliases[name] ?? name, row[name] ?? null])));
  });
  return { counts: tables.map(({ rows }) => rows.length), inputs };
}

/** Writes what a process made, a row a line. */
export async function writeOutput({ writes }: Process, rows: Row[], folder: string): Promise<void> {
  await mkdir(join(folder, writes.source), { recursive: true });
  await writeFile(fileOf(writes.object, folder), `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
}

/** Whether a row is chosen: it meets all conditions on its table in one of the groups. */
function fits(row: Row, from: string, filters: Condition[]): boolean {
  const groups = [...Map.groupBy(filters, ({ group = 1 }) => group).values()];
  return !groups.length || groups.some((group) => group.every((condition) => condition.from !== from || meets(row, condition)));
}

function meets(row: Row, { column, operator, value }: Condition): boolean {
  const actual = row[column]!;
  if (Array.isArray(value)) return value.some((each) => each === actual);
  return operator === 'gte' ? actual >= value : actual === value;
}

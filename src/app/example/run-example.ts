import type { RegisterProcessInput, SourceInput } from '../../process/register-process.input.js';
import { datasets, files } from './datasets.js';
import { processes, targets, type Condition, type Process } from './processes.js';
import { questions } from './questions.js';
import { readTable, tableOf, type Row, type Table } from './read-table.js';

export class ExampleError extends Error {
  override name = 'ExampleError';
}

/** Sends one operation to a server and answers its data. */
export type Ask = (query: string, variables?: Record<string, unknown>) => Promise<Record<string, unknown>>;

/** Asks the server at `url`. @throws ExampleError with a sentence where it does not answer, or answers with an error. */
export function askAt(url: string, key?: string): Ask {
  const endpoint = url.replace(/\/+$/, '').replace(/(\/graphql)?$/, '/graphql');
  return async (query, variables) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(key ? { authorization: `Bearer ${key}` } : { 'waybill-actor': 'example' }),
      },
      body: JSON.stringify({ query, variables }),
    }).catch((error: Error) => {
      const cause = error.cause as { code?: string } | undefined;
      throw new ExampleError(`No server answers on ${endpoint} (${cause?.code ?? error.message}). Is it running?`);
    });
    const body = (await response.json().catch(() => ({}))) as { data?: Record<string, unknown>; errors?: { message: string }[] };
    if (body.errors?.length) throw new ExampleError(body.errors.map(({ message }) => message).join('\n'));
    if (!body.data) throw new ExampleError(`What answers on ${endpoint} is not Waybill (status ${response.status}).`);
    return body.data;
  };
}

/** A table of the example: where it lies, what it holds, and its columns and rows. */
interface Known extends Table {
  source: string;
  object: string;
  holds: string;
  key: string[];
}

const folder = new URL('../../../node_modules/vega-datasets/data/', import.meta.url);

/** Reads the files, and derives every table from what its process reads. The processes are listed in an order in which that is possible. */
export async function makeTables(): Promise<Map<string, Known>> {
  const tables = new Map<string, Known>();
  for (const { file, holds, key } of datasets)
    tables.set(file, { source: files.name, object: file, holds, key, ...(await readTable(new URL(file, folder))) });
  for (const { reads, filters = [], writes, derive } of processes) {
    const read = reads.map(({ from, columns, aliases = {} }) => {
      const { rows, columns: all } = tables.get(from)!;
      const chosen = rows.filter((row) => fits(row, from, filters));
      const names = columns ?? all.map(({ name }) => name);
      return chosen.map((row) => Object.fromEntries(names.map((name) => [aliases[name] ?? name, row[name]!])));
    });
    tables.set(writes.object, { ...writes, ...tableOf(derive(...read)) });
  }
  return tables;
}

/** Whether a row is chosen: it meets all conditions on its table in one of the groups. */
function fits(row: Row, from: string, filters: Condition[]): boolean {
  const groups = [...Map.groupBy(filters, ({ group = 1 }) => group).values()];
  return !groups.length || groups.some((group) => group.every((condition) => condition.from !== from || meets(row, condition)));
}

function meets(row: Row, { column, operator, value }: Condition): boolean {
  const actual = row[column]!;
  if (Array.isArray(value)) return value.includes(actual as string);
  return operator === 'gte' ? actual >= value : actual === value;
}

/** A table as a registration names it, with all or some of its columns. */
function sideOf({ source, object, holds, key, columns }: Known, some?: string[], aliases: Record<string, string> = {}): SourceInput {
  const attributes = columns
    .map(({ name, type }, i) => ({ name, dataType: type, ordinal: i + 1, isKey: key.includes(name), alias: aliases[name] }))
    .filter(({ name }) => !some || some.includes(name));
  return { ...[files, ...targets].find(({ name }) => name === source)!, objects: [{ name: object, description: holds, attributes }] };
}

function registrationOf(process: Process, tables: Map<string, Known>): RegisterProcessInput {
  const { derive: _, reads, writes, filters = [], mappings, ...facts } = process;
  const attribute = (table: string, column: string) => ({ source: tables.get(table)!.source, object: table, attribute: column });
  return {
    ...facts,
    sources: reads.map(({ from, columns, aliases }) => sideOf(tables.get(from)!, columns, aliases)),
    targets: [sideOf(tables.get(writes.object)!)],
    dependsOn: processes.filter((other) => reads.some(({ from }) => from === other.writes.object)).map(({ name }) => name),
    filters: filters.map(({ from, column, value, ...filter }) => ({ ...filter, attribute: attribute(from, column), ...valueOf(value) })),
    mappings: mappings.map(({ from, column, to, ...mapping }) => ({
      ...mapping,
      from: attribute(from, column),
      to: attribute(writes.object, to),
    })),
  };
}

function valueOf(value: Condition['value']) {
  if (Array.isArray(value)) return { texts: value };
  return typeof value === 'number' ? { number: String(value) } : { text: value };
}

const register = `mutation ($input: RegisterProcessesInput!) {
  registerProcesses(input: $input) { results { created error { message } } }
}`;

interface Registered {
  registerProcesses: { results: { created: boolean; error: { message: string } | null }[] };
}

/** Registers the example and asks its questions. Done again on the same server it changes nothing. */
export async function runExample(ask: Ask, print: (text: string) => void): Promise<void> {
  const tables = await makeTables();
  print('Files of the npm package vega-datasets:');
  for (const { file } of datasets) {
    const { rows, columns } = tables.get(file)!;
    print(`  ${file}, ${rows.length} rows: ${columns.map(({ name, type }) => `${name} ${type}`).join(', ')}`);
  }
  print('\nProcesses that derive tables from them:');
  const input = { processes: processes.map((process) => registrationOf(process, tables)) };
  const { results } = ((await ask(register, { input })) as unknown as Registered).registerProcesses;
  for (const [i, { name, reads, writes }] of processes.entries()) {
    const { created, error } = results[i]!;
    if (error) throw new ExampleError(`${name} was not registered: ${error.message}`);
    const known = created ? '' : ' (was registered already)';
    print(`  ${name}: ${reads.map(({ from }) => from).join(' + ')} → ${writes.object}${known}`);
  }
  for (const [i, { asks, query }] of questions.entries()) {
    print(`\n${i + 1}. ${asks}\n\n${query}\n\n${formatJson(await ask(query))}`);
  }
}

const width = 120;

/** JSON in which all that fits into a line stands on one. */
export function formatJson(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const partsAt = (at: string) =>
    Array.isArray(value)
      ? value.map((each) => formatJson(each, at))
      : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${formatJson(each, at)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{ ', ' }'];
  const line = open + partsAt(inner).join(', ') + close;
  if (!line.includes('\n') && indent.length + line.length <= width) return line;
  return `${open.trim()}\n${partsAt(inner)
    .map((part) => inner + part)
    .join(',\n')}\n${indent}${close.trim()}`;
}

import type { RegisterProcessInput, SourceInput } from '../process/register-process.input.js';
import { ExampleError, type Ask } from './ask.js';
import { files } from './datasets.js';
import type { Process } from './process.js';
import { processes, targets } from './processes.js';
import type { Known } from './tables.js';

const register = `mutation ($input: RegisterProcessesInput!) {
  registerProcesses(input: $input) { results { created error { message } } }
}`;

interface Registered {
  registerProcesses: { results: { created: boolean; error: { message: string } | null }[] };
}

/** Registers all processes with what they read and write, in one mutation. Done again it changes nothing. */
export async function registerAll(ask: Ask, tables: Map<string, Known>, print: (text: string) => void): Promise<void> {
  const input = { processes: processes.map((process) => registrationOf(process, tables)) };
  const { results } = (await ask<Registered>(register, { input })).registerProcesses;
  for (const [i, { name, reads, writes }] of processes.entries()) {
    const { created, error } = results[i]!;
    if (error) throw new ExampleError(`${name} was not registered: ${error.message}`);
    const known = created ? '' : ' (was registered already)';
    print(`  ${name}: ${reads.map(({ from }) => from).join(' + ')} → ${writes.object}${known}`);
  }
}

function registrationOf(process: Process, tables: Map<string, Known>): RegisterProcessInput {
  const { derive: _, reads, writes, filters = [], mappings, ...facts } = process;
  const attribute = (table: string, column: string) => ({ source: tables.get(table)!.source, object: table, name: column });
  return {
    ...facts,
    sources: reads.map(({ from, columns, aliases }) => sideOf(tables.get(from)!, columns, aliases)),
    targets: [sideOf(tables.get(writes.object)!)],
    dependsOn: processes
      .filter((other) => reads.some(({ from }) => from === other.writes.object))
      .map(({ name }) => ({ process: { name } })),
    filters: filters.map(({ from, column, value, ...filter }) => ({
      ...filter,
      attribute: attribute(from, column),
      values: [value].flat().map(valueOf),
    })),
    mappings: mappings.map(({ from, column, to, ...mapping }) => ({
      ...mapping,
      from: attribute(from, column),
      to: attribute(writes.object, to),
    })),
  };
}

/** A table as a registration names it, with all or some of its columns. */
function sideOf({ source, object, holds, key, columns }: Known, some?: string[], aliases: Record<string, string> = {}): SourceInput {
  const attributes = Object.entries(columns)
    .map(([name, type], i) => ({ name, dataType: type, ordinal: i + 1, isKey: key.includes(name), alias: aliases[name] }))
    .filter(({ name }) => !some || some.includes(name));
  return { ...[files, ...targets].find(({ name }) => name === source)!, objects: [{ name: object, description: holds, attributes }] };
}

const valueOf = (value: string | number) => (typeof value === 'number' ? { number: String(value) } : { text: value });

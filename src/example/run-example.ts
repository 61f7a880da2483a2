import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ask } from './ask.js';
import { datasets } from './datasets.js';
import { formatJson } from './format.js';
import { catalogueQuestions, fileQuestions, runQuestions } from './questions.js';
import { registerAll } from './registration.js';
import { runGroup } from './run-group.js';
import { dataVersion, knownTables } from './tables.js';

/** How the names of the example's temporary folders begin. */
export const folderPrefix = 'waybill-example-';

export interface ExampleOptions {
  /** Key of the run group: the day, where nothing is said. */
  group?: string | undefined;
  /** Whether the tables that were made stay. */
  keep?: boolean | undefined;
}

/** Registers the processes of the example, runs them, and asks about them. Done again in the same group it changes nothing. */
export async function runExample(ask: Ask, print: (text: string) => void, options: ExampleOptions = {}): Promise<void> {
  const { group = `example ${new Date().toISOString().slice(0, 10)}`, keep } = options;
  const tables = await knownTables();
  print('Files of the npm package vega-datasets:');
  for (const { file } of datasets)
    print(
      `  ${file}: ${Object.entries(tables.get(file)!.columns)
        .map(([name, type]) => `${name} ${type}`)
        .join(', ')}`,
    );

  print('\nProcesses that derive tables from them:');
  await registerAll(ask, tables, print);

  print(`\nTheir runs in the group "${group}" (a file that is ALREADY_DONE is read without a claim):`);
  const folder = await mkdtemp(join(tmpdir(), folderPrefix));
  try {
    await runGroup(ask, { group, folder, parameters: [{ name: 'vega-datasets', value: await dataVersion() }] }, print);
  } finally {
    if (!keep) await rm(folder, { recursive: true, force: true });
  }
  if (keep) print(`\nThe tables that they made are in ${folder}`);

  for (const [i, { asks, query, show = formatJson }] of [...catalogueQuestions, ...runQuestions(group), ...fileQuestions].entries())
    print(`\n${i + 1}. ${asks}\n\n${query}\n\n${show(await ask(query))}`);
}

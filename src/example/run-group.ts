import type { Ask } from './ask.js';
import { registerDatasets } from './files.js';
import { processes } from './processes.js';
import { runProcess, type RunOptions } from './run-process.js';

const open = `mutation ($input: OpenRunGroupInput!) {
  openRunGroup(input: $input) { created group { closedAt } }
}`;

const order = `query ($processes: [ProcessRef!]!) {
  executionOrder(processes: $processes) { layers { processes { name aliases } } }
}`;

const close = `mutation ($input: CloseRunGroupInput!) {
  closeRunGroup(input: $input) { changed }
}`;

interface Opened {
  openRunGroup: { group: { closedAt: string | null } };
}
interface Ordered {
  executionOrder: { layers: { processes: { name: string; aliases: string[] }[] }[] };
}

/** Runs all processes as one group, each after those that it waits for, and closes the group. Runs of a group that is closed are not repeated. */
export async function runGroup(ask: Ask, options: RunOptions, print: (text: string) => void): Promise<void> {
  const { group } = options;
  const { openRunGroup } = await ask<Opened>(open, { input: { key: group, expectedTotal: processes.length } });
  if (openRunGroup.group.closedAt) return print(`  were run already; --group with another name runs them again`);
  await registerDatasets(ask);
  const refs = processes.map(({ name }) => ({ name }));
  const { layers } = (await ask<Ordered>(order, { processes: refs })).executionOrder;
  for (const layer of layers)
    // These could run side by side. One after the other, they are easier to follow.
    for (const { name, aliases } of layer.processes)
      print(
        `  ${name}: ${await runProcess(
          ask,
          // One that was renamed here is found by its name of before.
          processes.find((process) => [name, ...aliases].includes(process.name))!,
          options,
        )}`,
      );
  await ask(close, { input: { group: { key: group } } });
}

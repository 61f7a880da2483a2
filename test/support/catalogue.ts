import { registerProcesses } from '../../src/process/register-processes.js';
import type { RegisterProcessInput } from '../../src/process/register-process.input.js';
import type { Api } from './api.js';

const number = (i: number) => String(i).padStart(3, '0');

/** A process that reads two tables of a landing zone and writes one of the warehouse, which the next process reads. */
const processNumber = (i: number): RegisterProcessInput => ({
  name: `process ${number(i)}`,
  type: i % 2 ? 'Load' : 'Extract',
  tool: i % 3 ? 'Airflow' : 'cron',
  scheduleFrequency: 'daily',
  description: `Makes table ${number(i)}.`,
  contacts: [{ name: `team ${i % 5}`, email: `team-${i % 5}@example.org`, role: 'owner' }],
  sources: [
    {
      name: `landing zone ${i % 3}`,
      type: 'External',
      contacts: [{ name: 'landing desk', role: 'steward' }],
      objects: [
        {
          name: `file ${number(i)}`,
          attributes: [1, 2].map((n) => ({
            name: `column ${n}`,
            dataType: n === 1 ? 'integer' : 'text',
            isKey: n === 1,
            ordinal: n,
            alias: `c${n}`,
          })),
        },
        { name: 'calendar' },
      ],
    },
    ...(i > 1 ? [{ name: 'warehouse', objects: [{ name: `table ${number(i - 1)}` }] }] : [{ name: 'clock' }]),
  ],
  targets: [
    {
      name: 'warehouse',
      type: 'Database',
      objects: [
        {
          name: `table ${number(i)}`,
          contacts: [{ name: 'warehouse team', role: 'owner' }],
          attributes: [{ name: 'column 1', expression: 'c1 + 1' }],
        },
      ],
    },
  ],
  dependsOn: i > 1 ? [{ process: { name: `process ${number(i - 1)}` } }] : [],
});

/** Fills a store with processes 1 to `count`, as one request of one actor. */
export const fillCatalogue = (api: Api, count: number): Promise<unknown> =>
  api.db.write({ actor: 'tester' }, (tx) =>
    registerProcesses(
      tx,
      Array.from({ length: count }, (_, i) => processNumber(i + 1)),
    ),
  );

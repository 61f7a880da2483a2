import { openApi, type Api } from '../support/api.js';
import { makeProcesses } from '../support/dependencies.js';
import { insertRun, type RunRow } from '../support/waybill-clock.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('statistics');
  await makeProcesses(api, 'a', 'b', 'idle');
  const run = (process: string, status: string, seconds: number, more: RunRow = {}) =>
    insertRun(api, process, {
      status,
      start: '2026-03-01T10:00:00Z',
      end: new Date(Date.UTC(2026, 2, 1, 10, 0, seconds)).toISOString(),
      ...more,
    });
  // Five completed runs of a: 10 to 50 seconds.
  for (const seconds of [30, 10, 50, 20, 40]) await run('a', 'completed', seconds, { records: seconds });
  await run('a', 'failed', 1000, { records: 7 });
  await run('a', 'failed', 1000, { reason: 'abandoned' });
  await run('a', 'failed', 1000, { reason: 'cancelled' });
  await run('a', 'archived', 5, { records: 1 });
  // None of these ended by itself.
  await run('a', 'completed', 900, { reason: 'released', records: 1000 });
  await run('a', 'skipped', 900, { reason: 'parent failed', records: 1000 });
  for (const status of ['skipped', 'unknown', 'on hold']) await run('a', status, 900, { records: 1000 });
  await insertRun(api, 'a', { status: 'running', records: 1000 });
  // Before and after.
  await run('a', 'completed', 1, { start: '2026-02-28T23:59:00Z', end: '2026-02-28T23:59:59.999Z' });
  await run('a', 'completed', 1, { start: '2026-03-01T23:59:00Z', end: '2026-03-02T00:00:00Z' });
  // At the very beginning of the window, though it started before.
  await run('b', 'completed', 1, { start: '2026-02-28T23:58:20Z', end: '2026-03-01T00:00:00Z', origin: 'observed' });
  await api.sql(
    `update process_tracking set process_run_record_count = 3000000000 where process_id = (select process_id from process where process_name = 'b')`,
  );
});
afterAll(() => api.close());

const figures =
  'runCount completed failed abandoned cancelled custom successRate recordCount durations { shortest mean median p95 longest }';
const march = 'from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z"';
const ofAll = async (args: string) => (await api.run(`{ runStatistics(${args}) { ${figures} } }`)).runStatistics;
const ofA = {
  runCount: 9,
  completed: 5,
  failed: 1,
  abandoned: 1,
  cancelled: 1,
  custom: 1,
  successRate: 5 / 7,
  recordCount: '158',
  durations: { shortest: 10, mean: 30, median: 30, p95: 48, longest: 50 },
};
const ofB = {
  ...{ runCount: 1, completed: 1, failed: 0, abandoned: 0, cancelled: 0, custom: 0, successRate: 1, recordCount: '3000000000' },
  durations: { shortest: 100, mean: 100, median: 100, p95: 100, longest: 100 },
};
const none = {
  runCount: 0,
  completed: 0,
  failed: 0,
  abandoned: 0,
  cancelled: 0,
  custom: 0,
  successRate: null,
  recordCount: null,
  durations: null,
};

test('runs that ended in a window: how they went, how long they took, what they handled; of each process in one statement', async () => {
  const query = `{ processes { nodes { name runStatistics(${march}) { ${figures} } } } }`;
  let answer: any;
  expect(await api.recorded(async () => (answer = await api.run(query)))).toHaveLength(2);
  expect(answer.processes.nodes).toEqual([
    { name: 'a', runStatistics: ofA },
    { name: 'b', runStatistics: ofB },
    { name: 'idle', runStatistics: none },
  ]);
  expect(await api.jit(query)).toEqual(await api.execute(query));
});

test('of some processes together, or of all; without an end up to now', async () => {
  expect(await ofAll(`${march}, processes: [{ name: "a" }, { name: "idle" }]`)).toEqual(ofA);
  const both = {
    ...ofA,
    runCount: 10,
    completed: 6,
    successRate: 6 / 8,
    recordCount: '3000000158',
    durations: { shortest: 10, mean: 250 / 6, median: 35, p95: 87.5, longest: 100 },
  };
  expect(await ofAll(march)).toEqual(both);
  expect(await ofAll(`${march}, processes: [{ name: "a" }, { name: "b" }]`)).toEqual(both);
  expect(await ofAll('from: "2026-03-02T00:00:00+00:00"')).toMatchObject({ runCount: 1 });
  expect(await ofAll('from: "2026-03-02T00:00:00.000001Z"')).toEqual(none);
  expect(await ofAll('from: "2026-03-01T00:00:00Z", to: "2026-03-01T00:00:00Z"')).toEqual(none);
});

test.each([
  ['from: "2026-03-02T00:00:00Z", to: "2026-03-01T00:00:00Z"', 'INVALID', 'to'],
  ['from: "2026-03-01T00:00:00Z", to: "2026-03-01T01:00:00+02:00"', 'INVALID', 'to'],
  ['from: "2026-02-29T00:00:00Z"', 'INVALID', 'from'],
  ['from: "0000-02-01T00:00:00Z"', 'INVALID', 'from'],
  ['from: "2026-02-01T00:00:00Z", to: "2026-04-31T00:00:00Z"', 'INVALID', 'to'],
  [`${march}, processes: []`, 'INVALID', 'processes'],
  [`${march}, processes: [{ name: "a" }, { name: "nobody" }]`, 'NOT_FOUND', 'processes.1.name'],
])('runStatistics(%s) is %s', async (args, code, argument) => {
  await expect(ofAll(args)).rejects.toMatchObject({ code, details: { argument } });
});

test('a leap second is a moment, and so is one written in small letters', async () => {
  expect(await ofAll('from: "2016-12-31t23:59:60z"')).toMatchObject({ completed: 8 });
});

test('percentiles between two durations have no digits of rounding', async () => {
  await makeProcesses(api, 'c');
  for (const [day, minutes] of [10, 10, 10, 10, 10, 10, 30].entries())
    await insertRun(api, 'c', {
      status: 'completed',
      start: new Date(Date.UTC(2026, 3, day + 1)).toISOString(),
      end: new Date(Date.UTC(2026, 3, day + 1, 0, minutes)).toISOString(),
    });
  const { durations } = await ofAll('processes: [{ name: "c" }], from: "2026-04-01T00:00:00Z", to: "2026-04-30T00:00:00Z"');
  expect(durations).toMatchObject({ median: 600, p95: 1440 });
});

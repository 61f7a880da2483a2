import { openApi, type Api } from '../support/api.js';
import { makeProcesses } from '../support/dependencies.js';
import { insertRun } from '../support/waybill-clock.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('usage');
  await makeProcesses(api, 'p1', 'p2', 'p3', 'p4', 'p5');
  await api.run(`mutation {
    a: createCluster(input: { name: "big", maxMemory: 64, maxMemoryUnit: "GB", maxProcessing: 10, maxProcessingUnit: "DPU" }) { created }
    b: createCluster(input: { name: "bare" }) { created }
  }`);
  for (const needs of [
    'cluster: { name: "big" }, process: { name: "p1" }, neededMemory: 16, neededProcessing: 4',
    'cluster: { name: "big" }, process: { name: "p2" }, neededMemory: 512, neededMemoryUnit: "MB"',
    'cluster: { name: "big" }, process: { name: "p3" }, neededMemory: 60, neededProcessing: 7',
    'cluster: { name: "big" }, process: { name: "p4" }',
    'cluster: { name: "bare" }, process: { name: "p1" }, neededMemory: 16, neededMemoryUnit: "GB"',
  ])
    await api.run(`mutation { assignProcessToCluster(input: { ${needs} }) { changed } }`);
});
afterEach(() => api.sql('delete from process_tracking'));
afterAll(() => api.close());

const usage = async (name: string) =>
  (
    await api.run(
      `{ cluster(name: "${name}") { usage { memory memoryUnit memoryLeft processing processingUnit processingLeft runs { memory processing run { number process { name } } } } } }`,
    )
  ).cluster.usage;
const runOf = (name: string, memory: string | null, processing: string | null, number = 1) => ({
  memory,
  processing,
  run: { number, process: { name } },
});

test('P38 two running processes with stated needs: what they use and what is left; what ended does not count', async () => {
  expect(await usage('big')).toEqual({
    ...{ memory: '0', memoryUnit: 'GB', memoryLeft: '64', processing: '0', processingUnit: 'DPU', processingLeft: '10' },
    runs: [],
  });
  await insertRun(api, 'p1', { status: 'running', start: '2026-01-01T01:00:00Z' });
  await insertRun(api, 'p2', { status: 'running', start: '2026-01-01T00:00:00Z' });
  for (const status of ['completed', 'failed', 'skipped', 'unknown', 'on hold']) await insertRun(api, 'p3', { status });
  await insertRun(api, 'p5', { status: 'running' });
  expect(await usage('big')).toEqual({
    ...{ memory: '16.512', memoryUnit: 'GB', memoryLeft: '47.488', processing: '4', processingUnit: 'DPU', processingLeft: '6' },
    runs: [runOf('p2', '0.512', null), runOf('p1', '16', '4')],
  });
  expect(await usage('bare')).toEqual({
    ...{ memory: '16', memoryUnit: 'GB', memoryLeft: null, processing: '0', processingUnit: null, processingLeft: null },
    runs: [runOf('p1', '16', null)],
  });
});

test('P38 runs of one process side by side, in a status of somebody’s own, or of a retired process; what states no needs is listed', async () => {
  await insertRun(api, 'p1', { status: 'running', origin: 'observed', start: '2026-01-01T01:00:00Z' });
  await insertRun(api, 'p1', { status: 'running', origin: 'observed', start: '2026-01-01T02:00:00Z' });
  await insertRun(api, 'p3', { status: 'warming up', end: null, start: '2026-01-01T03:00:00Z' });
  await insertRun(api, 'p4', { status: 'running', start: '2026-01-01T04:00:00Z' });
  await api.sql(`update process set retired_at = now() where process_name = 'p3'`);
  expect(await usage('big')).toMatchObject({
    ...{ memory: '92', memoryLeft: '-28', processing: '15', processingLeft: '-5' },
    runs: [runOf('p1', '16', '4'), runOf('p1', '16', '4', 2), runOf('p3', '60', '7'), runOf('p4', null, null)],
  });
  await api.sql(`update process set retired_at = null where process_name = 'p3'`);
});

test('P38 the usage of all clusters is one statement', async () => {
  const query = '{ clusters { nodes { name usage { memory } declaredNeeds { memory } } } }';
  expect(await api.recorded(() => api.run(query))).toHaveLength(3);
  expect(await api.jit(query)).toEqual(await api.execute(query));
});

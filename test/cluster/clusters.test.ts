import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('clusters');
  await createProcesses('p1', 'p2', 'p3', 'p4');
  await createBigCluster('big');
  await api.run('mutation { createCluster(input: { name: "bare" }) { created } }');
});
afterAll(() => api.close());

const createProcesses = async (...names: string[]) => {
  for (const name of names) await api.run('mutation ($name: String!) { registerProcess(input: { name: $name }) { created } }', { name });
};
const createBigCluster = (name: string) =>
  api.run(
    'mutation ($name: String!) { createCluster(input: { name: $name, maxMemory: 64, maxMemoryUnit: "GB", maxProcessing: 10, maxProcessingUnit: "DPU" }) { created } }',
    { name },
  );
const assignment =
  'mutation ($input: AssignProcessToClusterInput!) { assignProcessToCluster(input: $input) { changed process { name } cluster { name } } }';
const assign = async (input: object, actor = 'tester') => (await api.run(assignment, { input }, { actor })).assignProcessToCluster;
const refused = async (input: object) => {
  const { errors } = await api.execute(assignment, { input });
  return errors![0]!.originalError;
};
const needs = async (name: string) =>
  (
    await api.run(
      `query ($name: String!) { cluster(name: $name) { declaredNeeds { memory memoryUnit memoryLeft processing processingUnit processingLeft notCounted { process { name } figure amount unit } }
      processes { nodes { process { name } neededMemory neededMemoryUnit neededProcessing neededProcessingUnit } } } }`,
      { name },
    )
  ).cluster;

test('P38 processes are assigned with what they need; the cluster tells the sum in its unit and what is left', async () => {
  expect(await assign({ cluster: { name: 'big' }, process: { name: 'p1' }, neededMemory: 16, neededProcessing: 4 })).toEqual({
    changed: true,
    process: { name: 'p1' },
    cluster: { name: 'big' },
  });
  await assign({ cluster: { name: 'big' }, process: { name: 'p2' }, neededMemory: 512, neededMemoryUnit: 'mb' });
  await assign({
    cluster: { name: 'big' },
    process: { name: 'p3' },
    neededMemory: 1,
    neededMemoryUnit: 'GiB',
    neededProcessing: 7,
    neededProcessingUnit: 'dpu',
  });
  await assign({ cluster: { name: 'big' }, process: { name: 'p4' } });
  expect(await needs('big')).toEqual({
    declaredNeeds: {
      memory: '17.585741824',
      memoryUnit: 'GB',
      memoryLeft: '46.414258176',
      processing: '11',
      processingUnit: 'DPU',
      processingLeft: '-1',
      notCounted: [],
    },
    processes: {
      nodes: [
        { process: { name: 'p1' }, neededMemory: 16, neededMemoryUnit: 'GB', neededProcessing: 4, neededProcessingUnit: 'DPU' },
        { process: { name: 'p2' }, neededMemory: 512, neededMemoryUnit: 'MB', neededProcessing: null, neededProcessingUnit: null },
        { process: { name: 'p3' }, neededMemory: 1, neededMemoryUnit: 'GiB', neededProcessing: 7, neededProcessingUnit: 'DPU' },
        { process: { name: 'p4' }, neededMemory: null, neededMemoryUnit: null, neededProcessing: null, neededProcessingUnit: null },
      ],
    },
  });
  expect(
    await api.run('{ process(name: "p3") { clusters { totalCount nodes { cluster { name maxMemory } neededMemory neededMemoryUnit } } } }'),
  ).toEqual({
    process: {
      clusters: { totalCount: 1, nodes: [{ cluster: { name: 'big', maxMemory: 64 }, neededMemory: 1, neededMemoryUnit: 'GiB' }] },
    },
  });
});

test('P38 what is left out stays, null takes it away, the history tells of it', async () => {
  await createProcesses('q1', 'q2', 'q3');
  await createBigCluster('changed');
  await assign({ cluster: { name: 'changed' }, process: { name: 'q1' }, neededMemory: 16, neededProcessing: 4 });
  await assign({ cluster: { name: 'changed' }, process: { name: 'q2' }, neededMemory: 512, neededMemoryUnit: 'MB' });
  await assign({ cluster: { name: 'changed' }, process: { name: 'q3' }, neededMemory: 1, neededMemoryUnit: 'GiB', neededProcessing: 7 });
  await api.sql('delete from status_event');
  expect(
    (await assign({ cluster: { name: 'changed' }, process: { name: 'q1' }, neededProcessing: 2, reason: 'smaller' }, 'anna')).changed,
  ).toBe(true);
  expect((await assign({ cluster: { name: 'changed' }, process: { name: 'q1' }, neededProcessing: 2 })).changed).toBe(false);
  expect((await assign({ cluster: { name: 'changed' }, process: { name: 'q3' }, neededProcessing: null })).changed).toBe(true);
  expect((await needs('changed')).declaredNeeds).toMatchObject({ memory: '17.585741824', processing: '2', processingLeft: '8' });
  expect(
    await api.sql(
      `select field, from_value as was, to_value as "now", actor, reason from status_event where subject_kind = 'Process' and subject_name = 'q1'`,
    ),
  ).toEqual([
    { field: 'clusters', was: '["changed (16 GB, 4 DPU)"]', now: '["changed (16 GB, 2 DPU)"]', actor: 'anna', reason: 'smaller' },
  ]);
  const removal = 'mutation ($input: RemoveProcessFromClusterInput!) { removeProcessFromCluster(input: $input) { changed } }';
  expect(
    (await api.run(removal, { input: { cluster: { name: 'changed' }, process: { name: 'q2' } } })).removeProcessFromCluster.changed,
  ).toBe(true);
  expect(
    (await api.run(removal, { input: { cluster: { name: 'changed' }, process: { name: 'q2' } } })).removeProcessFromCluster.changed,
  ).toBe(false);
  await api.run('mutation { retire(input: { subject: { process: { name: "q3" } } }) { changed } }');
  expect((await needs('changed')).declaredNeeds).toMatchObject({ memory: '16', memoryLeft: '48' });
  expect(await refused({ cluster: { name: 'bare' }, process: { name: 'q3' } })).toMatchObject({
    code: 'CONFLICT',
    details: { kind: 'Process', value: 'q3' },
  });
});

test('P38 units that do not fit, negative needs and unknown names are refused with what is allowed', async () => {
  expect(await refused({ cluster: { name: 'big' }, process: { name: 'p1' }, neededMemory: 1, neededMemoryUnit: 'buckets' })).toMatchObject({
    code: 'INVALID',
    details: {
      argument: 'input.neededMemoryUnit',
      value: 'buckets',
      allowed: expect.arrayContaining(['KB', 'MB', 'GB', 'TB', 'KiB', 'MiB', 'GiB', 'TiB']),
    },
  });
  expect(
    await refused({ cluster: { name: 'big' }, process: { name: 'p1' }, neededProcessing: 1, neededProcessingUnit: 'CPU' }),
  ).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.neededProcessingUnit', value: 'CPU', allowed: ['DPU'] },
  });
  expect(await refused({ cluster: { name: 'big' }, process: { name: 'p1' }, neededMemory: -1 })).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.neededMemory', value: -1, allowed: { min: 0 } },
  });
  expect(await refused({ cluster: { name: 'big' }, process: { name: 'p4' }, neededMemoryUnit: 'GB' })).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.neededMemory' },
  });
  expect(await refused({ cluster: { name: 'bare' }, process: { name: 'p1' }, neededMemory: 1 })).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.neededMemoryUnit' },
  });
  expect(await refused({ cluster: { name: 'bare' }, process: { name: 'p1' }, neededProcessing: 1 })).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.neededProcessingUnit' },
  });
  expect(await refused({ cluster: { name: 'nowhere' }, process: { name: 'p1' } })).toMatchObject({ code: 'NOT_FOUND' });
  expect(await refused({ cluster: { name: 'big' }, process: { name: 'nobody' } })).toMatchObject({
    code: 'NOT_FOUND',
    details: { argument: 'input.process.name', value: 'nobody' },
  });
  expect(await refused({ cluster: { name: 'big' }, process: {} })).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.process' },
  });
});

test('P38 what cannot be compared is listed as not counted', async () => {
  await api.run('mutation { createCluster(input: { name: "uncompared" }) { created } }');
  await assign({
    cluster: { name: 'uncompared' },
    process: { name: 'p1' },
    neededMemory: 2,
    neededMemoryUnit: 'TB',
    neededProcessing: 3,
    neededProcessingUnit: 'slots',
  });
  await api.sql(`insert into cluster_process (cluster_id, process_id, needed_memory, needed_memory_unit)
    select cluster_id, process_id, 9, 'pages' from cluster_tracking_lkup, process where cluster_name = 'uncompared' and process_name = 'p2'`);
  expect((await needs('uncompared')).declaredNeeds).toEqual({
    memory: '2000',
    memoryUnit: 'GB',
    memoryLeft: null,
    processing: '0',
    processingUnit: null,
    processingLeft: null,
    notCounted: [
      { process: { name: 'p2' }, figure: 'MEMORY', amount: 9, unit: 'pages' },
      { process: { name: 'p1' }, figure: 'PROCESSING', amount: 3, unit: 'slots' },
    ],
  });
  await api.run(
    'mutation { updateCluster(input: { cluster: { name: "uncompared" }, maxMemory: 100, maxMemoryUnit: "pages", maxProcessing: 8, maxProcessingUnit: "slots" }) { cluster { name } } }',
  );
  expect((await needs('uncompared')).declaredNeeds).toEqual({
    memory: '9',
    memoryUnit: 'pages',
    memoryLeft: '91',
    processing: '3',
    processingUnit: 'slots',
    processingLeft: '5',
    notCounted: [{ process: { name: 'p1' }, figure: 'MEMORY', amount: 2, unit: 'TB' }],
  });
});

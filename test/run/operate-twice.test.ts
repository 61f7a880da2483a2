import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('operate_twice');
});
afterAll(() => api.close());

const start = async (name: string) =>
  (
    await api.run(`mutation ($input: StartRunInput!) { startRun(input: $input) { run { id } fencingToken } }`, {
      input: { process: { name, type: 'Load', tool: 'dbt' }, leaseSeconds: 600 },
    })
  ).startRun as { run: { id: string }; fencingToken: string };

const operate = (mutation: string, run: string) =>
  api.execute(`mutation ($id: ID!) { answer: ${mutation}(input: { run: { id: $id }, reason: "x" }) { changed run { state } } }`, {
    id: run,
  });

test.each([
  ['cancelRun', 'CANCELLED', 'abandonRun'],
  ['abandonRun', 'ABANDONED', 'cancelRun'],
])('%s changes a run once, also when twenty callers do it', async (mutation, state, other) => {
  const { run } = await start(mutation);
  const answers = await Promise.all(Array.from({ length: 20 }, () => operate(mutation, run.id)));
  expect(answers.flatMap(({ errors = [] }) => errors)).toEqual([]);
  expect(answers.filter(({ data }) => data!.answer.changed)).toHaveLength(1);
  expect((await operate(mutation, run.id)).data).toEqual({ answer: { changed: false, run: { state } } });
  const { errors } = await operate(other, run.id);
  expect(errors![0]!.message).toMatch(`This run is ${state} and cannot be `);
  expect(errors![0]!.originalError).toMatchObject({
    code: 'CONFLICT',
    details: { argument: 'input.run', state, allowed: ['RUNNING', 'UNKNOWN', 'CUSTOM'] },
  });
});

test('releaseProcess changes a hold once, also when twenty callers do it', async () => {
  const { run, fencingToken } = await start('held');
  await api.run('mutation ($input: ReportRunInput!) { reportRun(input: $input) { changed } }', {
    input: { run: { id: run.id }, status: 'completed', fencingToken },
  });
  await api.run('mutation { holdProcess(input: { process: { name: "held" }, reason: "x" }) { changed } }');
  const release = (to = 'completed') =>
    api.execute(`mutation { releaseProcess(input: { process: { name: "held" }, to: "${to}", reason: "x" }) { changed } }`);
  const answers = await Promise.all(Array.from({ length: 20 }, () => release()));
  expect(answers.flatMap(({ errors = [] }) => errors)).toEqual([]);
  expect(answers.filter(({ data }) => data!.releaseProcess.changed)).toHaveLength(1);
  expect((await release('skipped')).errors![0]!.originalError).toMatchObject({
    code: 'CONFLICT',
    details: { argument: 'input.process', state: 'COMPLETED', allowed: ['ON_HOLD'] },
  });
});

test('a process that never ran has no state to be released from', async () => {
  await api.run('mutation { registerProcess(input: { name: "new", type: "Load", tool: "dbt" }) { created } }');
  const { errors } = await api.execute('mutation { releaseProcess(input: { process: { name: "new" }, reason: "x" }) { changed } }');
  expect(errors![0]!.originalError).toMatchObject({ code: 'CONFLICT', details: { state: null } });
});

test.each([
  ['retryFile', 'error', 'loaded'],
  ['reprocessFile', 'loaded', 'error'],
])('%s changes a file once', async (mutation, from, other) => {
  const files = [from, other].map((status) => ({ fileName: `${mutation} ${status}`, status }));
  await api.run('mutation ($input: RegisterFilesInput!) { registerFiles(input: $input) { results { created } } }', {
    input: { location: { path: '/data', name: 'data', type: 'local filesystem' }, files },
  });
  const again = (status: string) =>
    api.execute(
      `mutation { answer: ${mutation}(input: { file: { location: "data", fileName: "${mutation} ${status}" }, reason: "x" }) { changed } }`,
    );
  const answers = await Promise.all(Array.from({ length: 20 }, () => again(from)));
  expect(answers.flatMap(({ errors = [] }) => errors)).toEqual([]);
  expect(answers.filter(({ data }) => data!.answer.changed)).toHaveLength(1);
  const { errors } = await again(other);
  expect(errors![0]!.originalError).toMatchObject({
    code: 'CONFLICT',
    details: { argument: 'input.file', allowed: expect.arrayContaining([from]) },
  });
});

import { openApi, type Api } from '../support/api.js';
import { addDependencies, link, makeProcesses } from '../support/dependencies.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('runs_taken_over');
  await makeProcesses(api, 'first', 'second', 'third');
  await addDependencies(api, [link('second', 'first'), link('third', 'second')]);
});
afterAll(() => api.close());

const run = async (text: string, input: object) => Object.values<any>(await api.run(text, { input }))[0];
const start = (input: object) =>
  run('mutation ($input: StartRunInput!) { startRun(input: $input) { outcome fencingToken run { databaseId number } } }', input);
const cancel = (databaseId: number) =>
  run('mutation ($input: CancelRunInput!) { cancelRun(input: $input) { run { state } } }', {
    run: { databaseId },
    reason: 'Not needed.',
  });

test('P8 a repeated start does not give a run back to a worker that it was taken from', async () => {
  const input = { process: { name: 'first' }, idempotencyKey: 'tonight', leaseSeconds: 60 };
  const started = await start(input);
  expect(started.outcome).toBe('STARTED');
  expect(await start(input)).toEqual({ ...started, outcome: 'REPLAYED' });
  await cancel(started.run.databaseId);
  expect(await start(input)).toEqual({ ...started, outcome: 'REPLAYED', fencingToken: null });
});

test('L11 inside a run group, what is not completed there holds back; a skipped run says what failed', async () => {
  const group = { key: 'night' };
  const why = async (name: string) =>
    (
      await api.run(
        `{ whyBlocked(process: { name: "${name}" }, group: { key: "night" }) { blocked causes { process { name } distance state blocks run { number } } } }`,
      )
    ).whyBlocked;
  const short = ({ process, distance, state, blocks }: any) => `${process.name} ${distance} ${state}${blocks ? ' blocks' : ''}`;
  expect((await why('third')).causes.map(short)).toEqual(['second 1 null blocks', 'first 2 null']);
  const { run: first, fencingToken } = await start({ process: { name: 'first' }, group });
  expect((await why('second')).causes.map(short)).toEqual(['first 1 RUNNING blocks']);
  await api.run(
    `mutation { raiseRunError(input: { run: { databaseId: ${first.databaseId} }, fencingToken: "${fencingToken}", type: "Data Error", description: "no rows", failRun: true }) { changed } }`,
  );
  expect((await why('third')).causes.map(short)).toEqual(['second 1 SKIPPED blocks', 'first 2 FAILED']);
  const { latestRun } = (
    await api.run(
      '{ process(name: "third") { latestRun { state whyFailed { endReason reason errors { description } ancestors { process { name } distance state errors { description } } } } } }',
    )
  ).process;
  expect(latestRun).toEqual({
    state: 'SKIPPED',
    whyFailed: {
      endReason: 'PARENT_FAILED',
      reason: 'first failed in the group night.',
      errors: [],
      ancestors: [{ process: { name: 'first' }, distance: 2, state: 'FAILED', errors: [{ description: 'no rows' }] }],
    },
  });
});

test('P10 what canStart says of a closed run group is what a start says', async () => {
  await api.run(
    'mutation { openRunGroup(input: { key: "over" }) { group { key } } closeRunGroup(input: { group: { key: "over" } }) { group { key } } }',
  );
  const refusal = { code: 'CONFLICT', message: 'The run group "over" is closed.' };
  await expect(api.run('{ canStart(process: { name: "first" }, group: { key: "over" }) { outcome } }')).rejects.toMatchObject(refusal);
  await expect(start({ process: { name: 'first' }, group: { key: 'over' } })).rejects.toMatchObject(refusal);
});

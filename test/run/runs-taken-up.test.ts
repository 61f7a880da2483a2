import { sweepRuns } from '../../src/run/sweep-runs.js';
import { openApi, type Api } from '../support/api.js';
import { at, call, canStart, end, fetchRun, known, reopen, report, start, type Server, type Start } from '../support/run-calls.js';

let api: Api;
let unique = 0;
beforeAll(async () => {
  api = await openApi('taken_up');
});
afterAll(() => api.close());

const clock = (time: string) => `2026-01-01T${time}Z`;
const stuckOf = async (on: Server, id: number) =>
  (await call(on, 'query ($id: Int) { run(databaseId: $id) { stuck resumedAt } }', { id })).run;

/** A run that started at noon, of a process whose runs may take an hour. */
async function limited(leaseSeconds: number): Promise<Start & { name: string }> {
  const name = `limited ${++unique}`;
  const started = await at(api, clock('12:00:00'), (noon) => start(noon, { name, ...known, runTimeLimitSeconds: 3600 }, { leaseSeconds }));
  return { ...started, name };
}

/** Neither reads nor a start nor the sweeper take the run for stuck a second before; at `time` all of them do. */
async function stuckFrom(name: string, id: number, time: string): Promise<void> {
  const before = new Date(Date.parse(clock(time)) - 1000).toISOString().slice(11, 19);
  await at(api, clock(before), async (then) => {
    expect((await stuckOf(then, id)).stuck).toBeNull();
    expect((await call(then, '{ runs(where: { stuck: { isNull: false } }) { nodes { databaseId } } }')).runs.nodes).not.toContainEqual({
      databaseId: id,
    });
    expect((await canStart(then, name)).abandoned).toBeNull();
    await sweepRuns(then.db);
    expect(await start(then, name)).toMatchObject({ outcome: 'ALREADY_RUNNING', run: { databaseId: id } });
  });
  await at(api, clock(time), async (then) => {
    expect((await stuckOf(then, id)).stuck).toBe('TIME_LIMIT');
    expect((await canStart(then, name)).abandoned).toMatchObject({ databaseId: id });
    expect(await start(then, name)).toMatchObject({ outcome: 'STARTED', abandoned: { databaseId: id, state: 'ABANDONED' } });
  });
}

test('P17 P25 a run that is opened again has its whole time limit anew', async () => {
  const first = await limited(60);
  const id = first.run.databaseId;
  await at(api, clock('12:00:30'), (then) => end(then, first, 'failed'));
  await at(api, clock('14:00:00'), async (then) => {
    const { run } = await reopen(then, first.run, { reason: 'It had not ended.', leaseSeconds: 36_000 }, 'operator');
    expect(run.startedAt).toBe('2026-01-01T12:00:00.000000Z');
    expect(await stuckOf(then, id)).toEqual({ stuck: null, resumedAt: '2026-01-01T14:00:00.000000Z' });
  });
  await stuckFrom(first.name, id, '15:00:00');
});

test('P25 a lease that is renewed after it had expired begins the time limit anew, one that is renewed in time does not', async () => {
  const late = await limited(600);
  await at(api, clock('12:05:00'), (then) => report(then, late.run, { fencingToken: late.fencingToken }));
  await at(api, clock('12:05:00'), async (then) => expect((await stuckOf(then, late.run.databaseId)).resumedAt).toBeNull());
  // Its lease expired at 12:15.
  await at(api, clock('12:30:00'), (then) => report(then, late.run, { fencingToken: late.fencingToken, leaseSeconds: 36_000 }));
  const { rowVersion } = await fetchRun(api, late.run.databaseId);
  expect(rowVersion).toBe(late.run.rowVersion + 1);
  await stuckFrom(late.name, late.run.databaseId, '13:30:00');

  const inTime = await limited(36_000);
  await at(api, clock('12:59:00'), (then) => report(then, inTime.run, { fencingToken: inTime.fencingToken }));
  await at(api, clock('13:00:00'), async (then) =>
    expect(await stuckOf(then, inTime.run.databaseId)).toEqual({ stuck: 'TIME_LIMIT', resumedAt: null }),
  );
});

test('P25 a run that rested in a status of its own has its time limit from when it runs again', async () => {
  const rested = await limited(36_000);
  const { fencingToken } = rested;
  await at(api, clock('12:10:00'), (then) => report(then, rested.run, { fencingToken, status: 'paused', createStatus: true }));
  await at(api, clock('12:40:00'), (then) => report(then, rested.run, { fencingToken, status: 'running' }));
  await stuckFrom(rested.name, rested.run.databaseId, '13:40:00');
});

test('P25 a run of a Python client, which does not say when it was taken up, counts from its start', async () => {
  const python = await limited(36_000);
  await api.sql('update process_tracking set process_status_id = 3 where process_tracking_id = $1', [python.run.databaseId]);
  await api.sql('update process_tracking set process_status_id = 1 where process_tracking_id = $1', [python.run.databaseId]);
  await stuckFrom(python.name, python.run.databaseId, '13:00:00');
});

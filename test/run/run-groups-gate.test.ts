import { openApi, type Api } from '../support/api.js';
import {
  abandon,
  at,
  call,
  canStart,
  cancel,
  digest,
  end,
  eventsOf,
  failure,
  fetchRun,
  hold,
  known,
  openServer,
  raiseRunError,
  release,
  reopen,
  report,
  runOnce,
  start,
  type Server,
  type Start,
} from '../support/run-calls.js';
import { sweepRuns } from '../../src/run/sweep-runs.js';

let api: Api;
let two: ReturnType<typeof openServer>;
let unique = 0;
beforeAll(async () => {
  api = await openApi('gate');
  // A second server on the same store.
  two = openServer(api);
});
afterAll(async () => {
  await two.close();
  await api.close();
});

/** Processes A, B and C, of which each needs the one before it, and a group for them. */
async function chain(): Promise<{ A: string; B: string; C: string; group: { key: string }; inGroup: { group: { key: string } } }> {
  const mark = ++unique;
  const [A, B, C] = ['A', 'B', 'C'].map((name) => `${name}${mark}`) as [string, string, string];
  await call(api, 'mutation ($input: RegisterProcessesInput!) { registerProcesses(input: $input) { results { created } } }', {
    input: {
      processes: [
        { name: A, ...known },
        { name: B, ...known, dependsOn: [{ process: { name: A } }] },
        { name: C, ...known, dependsOn: [{ process: { name: B } }] },
      ],
    },
  });
  const group = { key: `group ${mark}` };
  return { A, B, C, group, inGroup: { group } };
}
interface Member {
  id: number;
  number: number;
  status: string;
  reason: string | null;
  group: string | null;
  latest: boolean;
}
const runsOf = (process: string): Promise<Member[]> =>
  api.sql(
    `select r.process_tracking_id as id, r.process_run_id as number, s.process_status_name as status, r.end_reason as reason, g.group_key as group,
       r.is_latest_run as latest
     from process_tracking r join process p using (process_id) join process_status_lkup s using (process_status_id) left join run_group g on g.run_group_id = r.group_id
     where p.process_name = $1 order by r.process_run_id`,
    [process],
  );
const shortOf = async (process: string) => (await runsOf(process)).map(({ status, reason }) => (reason ? `${status}: ${reason}` : status));
const states = (parents: Start['blockers']) => parents.map(({ process, state }) => [process.name, state]);

test('C17 in a group a task starts once the one that it needs is completed there', async () => {
  const { A, B, C, group, inGroup } = await chain();
  // Completed elsewhere: that is not in the group.
  for (const process of [A, B]) await runOnce(api, process);
  expect(await canStart(api, B, group.key)).toMatchObject({ outcome: 'BLOCKED' });
  const before = await digest(api);
  const blocked = await start(api, B, inGroup);
  expect([blocked.outcome, states(blocked.blockers)]).toEqual(['BLOCKED', [[A, null]]]);
  expect(await digest(api)).toBe(before);
  const a = await start(api, A, inGroup);
  expect(states((await start(api, B, inGroup)).blockers)).toEqual([[A, 'RUNNING']]);
  await end(api, a);
  expect((await canStart(api, B, group.key)).outcome).toBe('STARTED');
  const b = await start(api, B, inGroup);
  expect(b).toMatchObject({ outcome: 'STARTED', run: { group } });
  expect(states((await start(api, C, inGroup)).blockers)).toEqual([[B, 'RUNNING']]);
  await end(api, b);
  expect((await start(api, C, inGroup)).outcome).toBe('STARTED');
});

test('C17 a parent that is well elsewhere, or not, has no say in the group', async () => {
  const { A, B, inGroup } = await chain();
  await runOnce(api, A, 'completed', inGroup);
  // Now it fails outside.
  await runOnce(api, A, 'failed');
  expect((await start(api, B)).outcome).toBe('BLOCKED');
  expect((await start(api, B, { group: { key: `another ${inGroup.group.key}` } })).outcome).toBe('BLOCKED');
  expect((await start(api, B, inGroup)).outcome).toBe('STARTED');
});

test('C17 a soft parent neither holds a task back in a group nor is a reason to skip it', async () => {
  const { A, inGroup } = await chain();
  const { A: soft } = await chain();
  const { addDependencies } = await call(
    api,
    'mutation ($input: AddDependenciesInput!) { addDependencies(input: $input) { results { outcome } } }',
    { input: { dependencies: [{ parent: { name: soft }, child: { name: A }, kind: 'SOFT' }] } },
  );
  expect(addDependencies.results).toEqual([{ outcome: 'ADDED' }]);
  await runOnce(api, soft, 'failed', inGroup);
  expect(await shortOf(A)).toEqual([]);
  expect(await start(api, A, inGroup)).toMatchObject({ outcome: 'STARTED', warnings: [{ process: { name: soft }, state: 'FAILED' }] });
});

test('C17 a soft row as a Python client writes it, at any depth, is no reason to skip', async () => {
  const { A, B, C, inGroup } = await chain();
  const [first, second] = [await chain(), await chain()];
  // Python writes all dependencies into one table, with their type beside them.
  const softly = (parent: string, child: string) =>
    api.sql(
      `insert into process_dependency (parent_process_id, child_process_id, dependency_type_id)
       select p.process_id, c.process_id, t.dependency_type_id from process p, process c, dependency_type_lkup t
       where p.process_name = $1 and c.process_name = $2 and t.dependency_type_name = 'Soft'`,
      [parent, child],
    );
  await softly(A, first.A);
  await softly(B, second.A);
  await runOnce(api, A, 'failed', inGroup);
  for (const process of [B, C]) expect(await shortOf(process)).toEqual(['skipped: parent failed']);
  for (const process of [first, second].flatMap((each) => [each.A, each.B, each.C])) expect(await shortOf(process)).toEqual([]);
  expect(await start(api, first.A, inGroup)).toMatchObject({ outcome: 'STARTED', warnings: [{ process: { name: A }, state: 'FAILED' }] });
});

const failures: Record<string, (started: Start, on: Server) => Promise<unknown>> = {
  'fails by a report': (started, on) => end(on, started, 'failed'),
  'fails by an error': ({ run }, on) => raiseRunError(on, run, { type: 'File Error', failRun: true }),
  'is abandoned by a person': ({ run }, on) => abandon(on, run, { reason: 'Nobody is there.' }),
  'is cancelled': ({ run }, on) => cancel(on, run, { reason: 'Not today.' }),
};
test.each(Object.entries(failures))('C17 where a task of a group %s, those below it are skipped, with the cause', async (_, fail) => {
  const { A, B, C, group, inGroup } = await chain();
  await fail(await start(api, A, inGroup), api);
  for (const process of [B, C]) {
    const [skipped, ...more] = await runsOf(process);
    expect(more).toEqual([]);
    expect(skipped).toMatchObject({ number: 1, status: 'skipped', reason: 'parent failed', group: group.key, latest: true });
    expect(await fetchRun(api, skipped!.id)).toMatchObject({ state: 'SKIPPED', endReason: 'PARENT_FAILED', endedAt: expect.any(String) });
    const [event] = await api.sql(
      `select reason, evidence, actor from status_event where subject_kind = 'Run' and subject_id = $1 and field = 'status'`,
      [skipped!.id],
    );
    expect(event).toEqual({ reason: `${A} failed in the group ${group.key}.`, evidence: { process: A, run: 1 }, actor: 'tester' });
  }
  expect(states((await start(api, B, inGroup)).blockers)).toHaveLength(1);
});

test('C17 the reason and the evidence of a skip are of the skip alone', async () => {
  const { A, B, inGroup } = await chain();
  const { run } = await start(api, A, inGroup);
  await report(api, run, { status: 'failed', reason: 'The disk is full.' });
  expect((await eventsOf(api, run.databaseId)).find(({ to }) => to === 'failed')!.reason).toBe('The disk is full.');
  expect((await eventsOf(api, (await runsOf(B))[0]!.id))[0]!.reason).toContain(`${A} failed`);
});

test('C17 the sweeper that abandons a task of a group skips those below it', async () => {
  const { A, B, C, inGroup } = await chain();
  await at(api, '2026-01-01T12:00:00Z', (then) => start(then, A, { ...inGroup, leaseSeconds: 60 }));
  expect(await sweepRuns(api.db)).toBe(1);
  expect([await shortOf(A), await shortOf(B), await shortOf(C)]).toEqual([
    ['failed: abandoned'],
    ['skipped: parent failed'],
    ['skipped: parent failed'],
  ]);
});

test('C17 after a second try that is completed the tasks that were skipped start', async () => {
  const { A, B, C, inGroup } = await chain();
  await runOnce(api, A, 'failed', inGroup);
  const second = await start(api, A, inGroup);
  expect(second).toMatchObject({ outcome: 'STARTED', run: { number: 2 } });
  expect((await start(api, B, inGroup)).outcome).toBe('BLOCKED');
  await end(api, second);
  const b = await start(api, B, inGroup);
  expect(b).toMatchObject({ outcome: 'STARTED', run: { number: 2 } });
  // C was skipped for A, and waits for B now.
  expect(states((await start(api, C, inGroup)).blockers)).toEqual([[B, 'RUNNING']]);
  await end(api, b);
  expect((await start(api, C, inGroup)).outcome).toBe('STARTED');
  expect([await shortOf(B), await shortOf(C)]).toEqual([
    ['skipped: parent failed', 'completed'],
    ['skipped: parent failed', 'running'],
  ]);
});

test('C17 a failed task that is opened again and completed lets those below it start', async () => {
  const { A, B, inGroup } = await chain();
  const { run } = await runOnce(api, A, 'failed', inGroup);
  await reopen(api, run, { reason: 'It had not ended.' });
  await report(api, run, { status: 'failed' });
  expect(await shortOf(B)).toEqual(['skipped: parent failed']);
  await reopen(api, run, { reason: 'It had not ended.' });
  await report(api, run, { status: 'completed' });
  expect((await start(api, B, inGroup)).outcome).toBe('STARTED');
});

test('C17 what ran in the group already is not skipped, and what is above or beside the failed task is not either', async () => {
  const { A, B, C, inGroup } = await chain();
  await runOnce(api, A, 'completed', inGroup);
  await runOnce(api, B, 'completed', inGroup);
  await runOnce(api, A, 'failed', inGroup);
  expect([await shortOf(A), await shortOf(B), await shortOf(C)]).toEqual([
    ['completed', 'failed'],
    ['completed'],
    ['skipped: parent failed'],
  ]);
});

test('C17 a retired task gets no skip, and those below it do', async () => {
  const { A, B, C, inGroup } = await chain();
  await call(api, 'mutation ($input: RetireInput!) { retire(input: $input) { changed } }', {
    input: { subject: { process: { name: B } } },
  });
  await runOnce(api, A, 'failed', inGroup);
  expect([await shortOf(B), await shortOf(C)]).toEqual([[], ['skipped: parent failed']]);
});

test('C17 a skip hides nothing: outside the group the run before it counts, for starts, holds and latest runs', async () => {
  const { A, B, C, inGroup } = await chain();
  await runOnce(api, B, 'failed');
  await runOnce(api, A, 'failed', inGroup);
  expect((await runsOf(B)).map(({ status, latest }) => [status, latest])).toEqual([
    ['failed', true],
    ['skipped', false],
  ]);
  // Its own last run failed: that holds C back, not the skip.
  expect(states((await start(api, C)).blockers)).toEqual([[B, 'FAILED']]);
  await runOnce(api, A);
  const b = await start(api, B);
  expect(b).toMatchObject({ outcome: 'STARTED', run: { number: 3 } });
  await end(api, b);
  expect((await runsOf(B)).filter(({ latest }) => latest)).toMatchObject([{ number: 3 }]);
  expect((await start(api, C)).outcome).toBe('STARTED');
});

test('C17 a skip neither releases a hold, nor frees what goes on, nor breaks a row of failures', async () => {
  const [held, going, failing] = [await chain(), await chain(), await chain()];
  const hold1 = await hold(api, { process: { name: held.B }, reason: 'Wait.' });
  // What these need is well outside of the group.
  const run = (await start(api, going.B)).run;
  await report(api, run, { status: 'checking', createStatus: true });
  for (let i = 0; i < 5; i++) {
    await runOnce(api, failing.B, 'failed');
    if (i === 3) await runOnce(api, failing.A, 'failed', failing.inGroup);
    if (i === 3) await runOnce(api, failing.A);
  }
  for (const { A, inGroup } of [held, going]) {
    await runOnce(api, A, 'failed', inGroup);
    await runOnce(api, A);
  }
  for (const { B } of [going, failing]) expect(await shortOf(B)).toContain('skipped: parent failed');
  // A Python client goes by the highest number: a skip on top of the hold would let it start.
  expect(await shortOf(held.B)).toEqual(['on hold']);
  expect(await start(api, held.B)).toMatchObject({ outcome: 'ON_HOLD', run: { databaseId: hold1.run.databaseId } });
  expect(await start(api, going.B)).toMatchObject({ outcome: 'ALREADY_RUNNING', run: { databaseId: run.databaseId } });
  expect(await start(api, failing.B)).toMatchObject({
    outcome: 'ON_HOLD',
    failures: [{}, {}, {}, {}, {}].map(() => ({ state: 'FAILED' })),
  });
  await release(api, { process: { name: held.B }, reason: 'Go.' });
  expect((await start(api, held.B)).outcome).toBe('STARTED');
});

test('C17 outside of groups a failure skips nothing', async () => {
  const { A, B } = await chain();
  await runOnce(api, A, 'failed');
  expect(await shortOf(B)).toEqual([]);
  expect(states((await start(api, B)).blockers)).toEqual([[A, 'FAILED']]);
});

test('C17 a failure that skips and starts of what it skips, at once, neither fail nor leave a gap in the numbers', async () => {
  for (let round = 0; round < 10; round++) {
    const { A, B, C, inGroup } = await chain();
    const a = await start(api, A, { group: { key: `other ${inGroup.group.key}` } });
    await end(api, a);
    const failing = await start(api, A, inGroup);
    // Outside of the group nothing holds C back: B never ran.
    const [, ...starts] = await Promise.all([
      end(api, failing, 'failed'),
      ...[api, two, api, two].map((server) => start(server, C, round % 2 ? {} : { idempotencyKey: 'k' })),
    ]);
    expect(starts.map(({ outcome }) => outcome).sort()[3]).toBe('STARTED');
    for (const process of [B, C]) {
      const runs = await runsOf(process);
      expect(runs.map(({ number }) => number)).toEqual(runs.map((_, i) => i + 1));
      expect(runs.filter(({ latest }) => latest)).toHaveLength(1);
      expect(runs.filter(({ status }) => status === 'skipped')).toHaveLength(1);
    }
    const c = await runsOf(C);
    expect(c.find(({ latest }) => latest)!.status).toBe('running');
  }
});

test('C17 starts in one new group at once make it once, and a closed group takes none', async () => {
  const chains = await Promise.all(Array.from({ length: 10 }, chain));
  const group = { key: 'a group of ten', expectedTotal: 10 };
  const starts = await Promise.all(chains.map(({ A }, i) => start(i % 2 ? two : api, A, { group })));
  expect(new Set(starts.map(({ outcome, run }) => `${outcome} ${run.group!.key}`))).toEqual(new Set(['STARTED a group of ten']));
  expect(await api.sql('select count(*)::int, min(expected_total) as total from run_group where group_key = $1', [group.key])).toEqual([
    { count: 1, total: 10 },
  ]);
  await call(api, 'mutation ($input: CloseRunGroupInput!) { closeRunGroup(input: $input) { changed } }', {
    input: { group: { key: group.key } },
  });
  const { B } = await chain();
  const before = await digest(api);
  expect(await failure(start(api, B, { group }))).toMatchObject({ code: 'CONFLICT', argument: 'input.group.key', value: group.key });
  expect(await digest(api)).toBe(before);
  for (const { run } of starts) await report(api, run, { status: 'completed' });
});

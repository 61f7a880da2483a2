import { openApi, type Api } from '../support/api.js';
import { untilWaiting, withGate } from '../support/gates.js';
import { cancel, failure, known, report, start } from '../support/run-calls.js';
import { day, runsOf, type RunToMake } from '../support/runs.js';

let api: Api;
let runs: ReturnType<typeof runsOf>;
beforeAll(async () => {
  api = await openApi('run_groups');
  runs = runsOf(api);
});
afterAll(() => api.close());

const openMutation = `mutation ($input: OpenRunGroupInput!) { openRunGroup(input: $input) { created group { key name expectedTotal closedAt rowVersion } } }`;
const open = async (input: object, actor = 'tester') => (await api.run(openMutation, { input }, { actor })).openRunGroup;
const closeMutation = `mutation ($input: CloseRunGroupInput!) { closeRunGroup(input: $input) { changed group { key closedAt rowVersion } } }`;
const close = async (key: string) => (await api.run(closeMutation, { input: { group: { key }, reason: 'all done' } })).closeRunGroup;
const reopenMutation = `mutation ($input: ReopenRunGroupInput!) { reopenRunGroup(input: $input) { changed group { key closedAt } } }`;
const reopen = async (key: string) => (await api.run(reopenMutation, { input: { group: { key }, reason: 'one more' } })).reopenRunGroup;
const refused = async (mutation: string, input: object) => {
  const rows = () => api.sql('select * from run_group order by 1');
  const before = await rows();
  const { errors } = await api.execute(mutation, { input });
  expect(await rows()).toEqual(before);
  return errors![0]!.originalError ?? errors![0]!;
};

const none = { running: 0, completed: 0, failed: 0, abandoned: 0, cancelled: 0, onHold: 0, skipped: 0, unknown: 0, custom: 0 };
const fields = `${Object.keys(none).join(' ')} total expected finished percentFinished moreThanExpected firstStartedAt lastEndedAt state`;
const progress = async (key: string) =>
  (await api.run(`query ($key: String!) { runGroup(key: $key) { progress { ${fields} } } }`, { key })).runGroup.progress;
/** Gives a group runs, each of a process of its own; `more` is what else they say. */
async function members(group: string, statuses: Record<string, number>, more: Partial<RunToMake> = {}): Promise<void> {
  for (const [status, count] of Object.entries(statuses))
    for (let i = 0; i < count; i++)
      await runs.newRun({ process: `${group} ${status} ${i} ${more.endReason ?? ''}`, status, group, ...more });
}

test('P26 a group is made once by its key; what is left out stays, null takes it away', async () => {
  expect(await open({ key: 'day 1', name: 'First day', expectedTotal: 3, reason: 'it is time' }, 'operator')).toEqual({
    created: true,
    group: { key: 'day 1', name: 'First day', expectedTotal: 3, closedAt: null, rowVersion: 1 },
  });
  const same = { key: 'day 1', name: 'First day', expectedTotal: 3, closedAt: null, rowVersion: 1 };
  expect(await open({ key: 'day 1', name: 'First day', expectedTotal: 3 })).toEqual({ created: false, group: same });
  expect(await open({ key: 'day 1' })).toEqual({ created: false, group: same });
  expect((await open({ key: 'day 1', expectedTotal: 4 })).group).toEqual({ ...same, expectedTotal: 4, rowVersion: 2 });
  expect((await open({ key: 'day 1', name: null })).group).toEqual({ ...same, name: null, expectedTotal: 4, rowVersion: 3 });
  expect((await open({ key: 'day 1', expectedTotal: null, name: 'D' })).group).toEqual({
    ...same,
    name: 'D',
    expectedTotal: null,
    rowVersion: 4,
  });
  expect((await open({ key: 'DAY 1' })).created).toBe(true);
  const { runGroup } = await api.run(
    '{ runGroup(key: "day 1") { history(orderBy: { field: AT, direction: ASC }) { nodes { field from to actor reason } } } }',
  );
  const tester = { actor: 'tester', reason: null };
  expect(runGroup.history.nodes).toEqual([
    { field: 'created', from: null, to: 'day 1', actor: 'operator', reason: 'it is time' },
    { field: 'expectedTotal', from: '3', to: '4', ...tester },
    { field: 'name', from: 'First day', to: null, ...tester },
    { field: 'name', from: null, to: 'D', ...tester },
    { field: 'expectedTotal', from: '4', to: null, ...tester },
  ]);
});

test('P26 many who open a group at once have one group, and one of them made it', async () => {
  const all = await Promise.all(
    Array.from({ length: 16 }, (_, i) => open({ key: 'crowd', ...(i % 2 ? { expectedTotal: 7 } : { name: 'Crowd' }) })),
  );
  expect(all.filter(({ created }) => created)).toHaveLength(1);
  expect((await api.run('{ runGroups(where: { key: { eq: "crowd" } }) { nodes { key name expectedTotal } } }')).runGroups.nodes).toEqual([
    { key: 'crowd', name: 'Crowd', expectedTotal: 7 },
  ]);
});

test('P26 a group is closed once and opened again with a reason; one that is not there is NOT_FOUND', async () => {
  await open({ key: 'door' });
  const all = await Promise.all(Array.from({ length: 8 }, () => close('door')));
  expect(all.filter(({ changed }) => changed)).toHaveLength(1);
  const [{ group }] = all;
  expect(group.closedAt).toMatch(/^\d{4}-\d\d-\d\dT/);
  for (const each of all) expect(each.group).toEqual({ ...group, rowVersion: 2 });
  expect((await open({ key: 'door', name: 'Door' })).group).toMatchObject({ name: 'Door', closedAt: group.closedAt });
  expect(await reopen('door')).toEqual({ changed: true, group: { key: 'door', closedAt: null } });
  expect(await reopen('door')).toEqual({ changed: false, group: { key: 'door', closedAt: null } });
  expect(await close('door')).toMatchObject({ changed: true });
  const { runGroup } = await api.run(
    '{ runGroup(key: "door") { history(where: { field: { in: ["closedAt"] } }, orderBy: { field: AT, direction: ASC }) { nodes { from to reason } } } }',
  );
  expect(runGroup.history.nodes).toEqual([
    { from: null, to: expect.any(String), reason: 'all done' },
    { from: expect.any(String), to: null, reason: 'one more' },
    { from: null, to: expect.any(String), reason: 'all done' },
  ]);
  for (const [mutation, input] of [
    [closeMutation, { group: { key: 'Door' } }],
    [reopenMutation, { group: { key: 'Door' }, reason: 'why not' }],
  ] as const)
    expect(await refused(mutation, input)).toMatchObject({ code: 'NOT_FOUND', details: { argument: 'input.group.key', value: 'Door' } });
  expect(await refused(reopenMutation, { group: { key: 'door' }, reason: ' ' })).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.reason', value: ' ' },
  });
  expect((await refused(reopenMutation, { group: { key: 'door' } })).message).toContain(
    'Field "reason" of required type "String!" was not provided.',
  );
  for (const key of ['door', 'new door'])
    expect(await refused(openMutation, { key, expectedTotal: -1 })).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.expectedTotal', value: -1, allowed: { min: 0 } },
    });
  expect((await refused(openMutation, { key: ' ' })).message).toContain('input.key must not be empty');
});

test('P26 a group is closed after the starts in it that are under way, and a start that comes meanwhile is refused', async () => {
  const group = { key: 'closing' };
  const begin = (process: string) => start(api, { name: process, ...known }, { group });
  await open(group);
  await withGate(api, 'before insert on process_tracking', async (letGo) => {
    const started = begin('closing 1');
    await untilWaiting(api);
    let closes = true;
    const closed = close('closing').finally(() => (closes = false));
    await untilWaiting(api, 2, closed);
    expect(closes).toBe(true);
    await letGo();
    expect((await started).outcome).toBe('STARTED');
    expect((await closed).changed).toBe(true);
  });
  await reopen('closing');
  // The other way round: the group is being closed when the start comes.
  await withGate(api, 'after update on run_group', async (letGo) => {
    const closed = close('closing');
    await untilWaiting(api);
    const late = failure(begin('closing 2'));
    await untilWaiting(api, 2, late);
    await letGo();
    expect((await closed).changed).toBe(true);
    expect(await late).toMatchObject({ code: 'CONFLICT', message: 'The run group "closing" is closed.' });
  });
  expect(await progress('closing')).toMatchObject({ total: 1, running: 1 });
});

test('P26 C15 ten are expected, six completed, one failed, one runs: 70 % are finished, and it is running', async () => {
  await open({ key: 'batch', expectedTotal: 10 });
  await members('batch', { completed: 6 }, { started: day('01:00:00') });
  await members('batch', { failed: 1, running: 1 }, { started: day('02:00:00') });
  expect(await progress('batch')).toEqual({
    ...none,
    completed: 6,
    failed: 1,
    running: 1,
    total: 8,
    expected: 10,
    finished: 7,
    percentFinished: 70,
    moreThanExpected: false,
    firstStartedAt: '2020-01-01T01:00:00.000000Z',
    lastEndedAt: '2020-01-01T02:01:00.000000Z',
    state: 'RUNNING',
  });
  // What goes on in a group that is closed goes on.
  await close('batch');
  expect(await progress('batch')).toMatchObject({ running: 1, state: 'RUNNING' });
});

test('P26 C15 a group that is closed with nine completed and one failed is partial; more than expected are flagged', async () => {
  await open({ key: 'ten', expectedTotal: 10 });
  await members('ten', { completed: 9, failed: 1 });
  expect(await progress('ten')).toMatchObject({ finished: 10, percentFinished: 100, moreThanExpected: false, state: 'PARTIAL' });
  await close('ten');
  expect(await progress('ten')).toMatchObject({ completed: 9, failed: 1, total: 10, percentFinished: 100, state: 'PARTIAL' });
  await open({ key: 'ten', expectedTotal: 8 });
  expect(await progress('ten')).toMatchObject({ total: 10, expected: 8, percentFinished: 100, moreThanExpected: true, state: 'PARTIAL' });
  await open({ key: 'ten', expectedTotal: null });
  expect(await progress('ten')).toMatchObject({
    total: 10,
    expected: null,
    percentFinished: 100,
    moreThanExpected: false,
    state: 'PARTIAL',
  });
  await open({ key: 'ten', expectedTotal: 0 });
  expect(await progress('ten')).toMatchObject({ expected: 0, percentFinished: 100, moreThanExpected: true });
});

test('P26 the latest run of a process in the group counts for it; one elsewhere does not', async () => {
  await open({ key: 'retry', expectedTotal: 2 });
  await runs.newRun({ process: 'retried', status: 'failed', group: 'retry', started: day('01:00:00') });
  await runs.newRun({ process: 'retried', status: 'failed', group: 'retry', started: day('04:00:00') });
  await runs.newRun({ process: 'retried', group: 'retry', started: day('03:00:00') });
  await runs.newRun({ process: 'retried', status: 'failed', group: 'another' });
  await runs.newRun({ process: 'not retried', status: 'skipped', group: 'retry', started: day('00:00:00'), ended: day('09:00:00') });
  expect(await progress('retry')).toEqual({
    ...none,
    completed: 1,
    skipped: 1,
    total: 2,
    expected: 2,
    finished: 2,
    percentFinished: 100,
    moreThanExpected: false,
    firstStartedAt: '2020-01-01T01:00:00.000000Z',
    lastEndedAt: '2020-01-01T04:01:00.000000Z',
    state: 'PARTIAL',
  });
  const { runGroups } = await api.run(
    '{ runGroups(where: { key: { in: ["retry", "another"] } }, orderBy: { field: KEY }) { nodes { runs { totalCount } progress { completed failed total } } } }',
  );
  expect(runGroups.nodes).toEqual([
    { runs: { totalCount: 1 }, progress: { completed: 0, failed: 1, total: 1 } },
    { runs: { totalCount: 4 }, progress: { completed: 1, failed: 0, total: 2 } },
  ]);
});

const cancelled = { endReason: 'cancelled' };
test.each<[string, number | null, [Record<string, number>, object?][], object, object]>([
  ['nothing', null, [], { state: 'OPEN', percentFinished: null, firstStartedAt: null }, { state: 'SUCCEEDED', percentFinished: null }],
  ['nothing of two', 2, [], { state: 'OPEN', percentFinished: 0 }, { state: 'FAILED', percentFinished: 0 }],
  ['all completed', null, [[{ completed: 2 }]], { state: 'RUNNING', percentFinished: 100 }, { state: 'SUCCEEDED' }],
  ['too few', 4, [[{ completed: 3 }]], { state: 'RUNNING', percentFinished: 75 }, { state: 'PARTIAL', percentFinished: 75 }],
  ['too many', 1, [[{ completed: 2 }]], { moreThanExpected: true }, { state: 'SUCCEEDED', moreThanExpected: true }],
  ['one skipped', null, [[{ completed: 1, skipped: 1 }]], { finished: 2 }, { state: 'PARTIAL', skipped: 1 }],
  ['none completed', null, [[{ failed: 1, skipped: 1 }], [{ failed: 1 }, cancelled]], {}, { state: 'FAILED', failed: 1, cancelled: 1 }],
  ['all cancelled', 5, [[{ failed: 2 }, cancelled]], { cancelled: 2, finished: 2, failed: 0 }, { state: 'CANCELLED', percentFinished: 40 }],
  ['abandoned', null, [[{ failed: 1 }, { endReason: 'abandoned' }]], { abandoned: 1, failed: 0 }, { state: 'FAILED' }],
  ['on hold', null, [[{ 'on hold': 1, completed: 1 }]], { onHold: 1, finished: 1, percentFinished: 50 }, { state: 'PARTIAL' }],
  ['nobody knows', null, [[{ unknown: 1 }, { ended: null }]], { unknown: 1, finished: 1 }, { state: 'FAILED' }],
  [
    'a custom status',
    null,
    [
      [{ paused: 1 }, { ended: null }],
      [{ paused: 1 }, cancelled],
    ],
    { custom: 2, finished: 1 },
    { state: 'RUNNING' },
  ],
])('P26 progress while open and once closed: %s', async (key, expectedTotal, made, whileOpen, onceClosed) => {
  await open({ key, expectedTotal });
  for (const [statuses, more] of made) await members(key, statuses, more);
  expect(await progress(key)).toMatchObject(whileOpen);
  expect((await close(key)).changed).toBe(true);
  expect(await progress(key)).toMatchObject(onceClosed);
});

test('P26 the children of a run have the same progress, each run counted, in one statement for all', async () => {
  const parent = await runs.newRun({ process: 'above', status: 'running', name: 'above' });
  const ended = await runs.newRun({ process: 'above', name: 'above and ended' });
  await runs.newRun({ process: 'above', name: 'alone' });
  for (let i = 0; i < 8; i++)
    await runs.newRun({
      process: 'below',
      parent,
      status: i < 6 ? 'completed' : i < 7 ? 'failed' : 'running',
      started: day(`01:00:0${i}`),
    });
  await runs.newRun({ process: 'below', parent: ended, status: 'failed' });
  await runs.newRun({ process: 'below', parent: ended });
  let answer: any;
  const statements = await api.recorded(async () => {
    answer = await api.run(
      `{ runs(process: { name: "above" }, orderBy: { field: NUMBER }) { nodes { name childProgress { ${fields} } children(where: { state: { eq: FAILED } }) { totalCount nodes { parentRun { name } } } } } }`,
    );
  });
  expect(statements.filter((statement) => statement.includes('run_is_open'))).toHaveLength(1);
  const failed = (name: string) => ({ totalCount: 1, nodes: [{ parentRun: { name } }] });
  expect(answer.runs.nodes).toEqual([
    {
      name: 'above',
      childProgress: {
        ...none,
        completed: 6,
        failed: 1,
        running: 1,
        total: 8,
        expected: null,
        finished: 7,
        percentFinished: 87.5,
        moreThanExpected: false,
        firstStartedAt: '2020-01-01T01:00:00.000000Z',
        lastEndedAt: '2020-01-01T01:01:06.000000Z',
        state: 'RUNNING',
      },
      children: failed('above'),
    },
    {
      name: 'above and ended',
      childProgress: expect.objectContaining({ total: 2, state: 'PARTIAL', percentFinished: 100 }),
      children: failed('above and ended'),
    },
    { name: 'alone', childProgress: null, children: { totalCount: 0, nodes: [] } },
  ]);
  await api.sql('update process_tracking set process_status_id = 2, ended_at = now() where parent_run_id = $1 and process_status_id = 1', [
    parent,
  ]);
  const state = async () => (await api.run('{ run(name: "above") { childProgress { state } } }')).run.childProgress.state;
  expect(await state()).toBe('RUNNING');
  await api.sql('update process_tracking set process_status_id = 2, ended_at = now() where process_tracking_id = $1', [parent]);
  expect(await state()).toBe('PARTIAL');
});

test('P26 groups are listed newest first or by key, in pages, and chosen by filters', async () => {
  for (const key of ['list b', 'list a', 'list c']) await open({ key, name: key === 'list a' ? 'A' : null });
  const list = async (args: string) => {
    const { runGroups } = await api.run(
      `{ runGroups(${args}) { totalCount pageInfo { hasNextPage endCursor } nodes { key progress { state } } } }`,
    );
    return { ...runGroups, keys: runGroups.nodes.map(({ key }: { key: string }) => key) };
  };
  const where = 'where: { key: { startsWith: "list" } }';
  expect((await list(where)).keys).toEqual(['list c', 'list a', 'list b']);
  const first = await list(`${where}, first: 2, orderBy: { field: KEY }`);
  expect([first.keys, first.totalCount, first.pageInfo.hasNextPage]).toEqual([['list a', 'list b'], 3, true]);
  await open({ key: 'list aa' });
  expect((await list(`${where}, first: 2, orderBy: { field: KEY }, after: "${first.pageInfo.endCursor}"`)).keys).toEqual(['list c']);
  expect((await list('where: { name: { eq: "A" } }')).keys).toEqual(['list a']);
  await close('list b');
  expect((await list('where: { key: { startsWith: "list" }, closedAt: { isNull: false } }')).keys).toEqual(['list b']);
  await runs.newRun({ process: 'p', group: 'list c', status: 'failed' });
  expect((await list('where: { runs: { some: { status: { name: { eq: "failed" } } } }, key: { startsWith: "list" } }')).keys).toEqual([
    'list c',
  ]);
  expect((await api.run('{ runGroup(key: "list") { key } }')).runGroup).toBeNull();
});

test('P26 groups are chosen by their state, and progress has one count of what needs attention', async () => {
  for (const [key, states] of [
    ['chosen well', ['completed', 'completed']],
    ['chosen ill', ['completed', 'failed', 'failed']],
    ['chosen new', []],
    ['chosen off', ['completed', 'cancelled']],
  ] as const) {
    await open({ key, expectedTotal: Math.max(states.length, 1) });
    for (const [i, status] of states.entries()) {
      const { run, fencingToken } = await start(api, { name: `${key} ${i}`, ...known }, { group: { key } });
      if (status === 'cancelled') await cancel(api, run.databaseId, { reason: 'not needed' });
      else await report(api, run.databaseId, { status, fencingToken });
    }
  }
  const chosen = async (state: string) =>
    (
      await api.run(
        `{ runGroups(where: { key: { startsWith: "chosen " }, state: ${state} }, orderBy: { field: KEY }) { nodes { key state progress { unsuccessful } } } }`,
      )
    ).runGroups.nodes;
  expect(await chosen('{ eq: SUCCEEDED }')).toEqual([{ key: 'chosen well', state: 'SUCCEEDED', progress: { unsuccessful: 0 } }]);
  expect(await chosen('{ in: [PARTIAL, FAILED] }')).toEqual([
    { key: 'chosen ill', state: 'PARTIAL', progress: { unsuccessful: 2 } },
    { key: 'chosen off', state: 'PARTIAL', progress: { unsuccessful: 1 } },
  ]);
  expect(await chosen('{ notIn: [PARTIAL, SUCCEEDED] }')).toEqual([{ key: 'chosen new', state: 'OPEN', progress: { unsuccessful: 0 } }]);
});

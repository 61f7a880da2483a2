import { openApi, type Api } from '../support/api.js';
import { addDependencies, link, makeProcesses, removeDependencies } from '../support/dependencies.js';
import { insertRun, queryAt } from '../support/waybill-clock.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('why_blocked');
  await makeProcesses(api, 'a', 'b', 'c', 'side', 'soft');
  await addDependencies(api, [link('b', 'a'), link('c', 'b'), link('c', 'side'), link('c', 'soft', 'SOFT')]);
});
afterEach(() => api.sql('delete from error_tracking; delete from process_tracking; delete from status_event'));
afterAll(() => api.close());

const cause = 'process { name } run { number } distance state blocks';
const why = async (name: string, fields = '') =>
  (
    await api.run(
      `{ process(name: "${name}") { mayStart whyBlocked { blocked complete truncatedBy own { ${cause} ${fields} } causes { ${cause} ${fields} } } } }`,
    )
  ).process;
const short = ({ process, distance, state, blocks }: any) => `${process.name} ${distance} ${state}${blocks ? ' blocks' : ''}`;
const causes = async (name: string): Promise<string[]> => (await why(name)).whyBlocked.causes.map(short);
const startable = async () =>
  (await api.run('{ processes(where: { mayStart: { eq: true } }) { nodes { name } } }')).processes.nodes.map(({ name }: any) => name);
const addError = (run: number, at: string, description: string) =>
  api.sql(
    `insert into error_tracking (error_type_id, process_tracking_id, error_description, error_occurrence_date_time)
     select error_type_id, $1, $3, $2 from error_type_lkup where error_type_name = 'File Error'`,
    [run, at, description],
  );

test('L11 nothing holds back what has no runs above it', async () => {
  expect(await why('c')).toEqual({
    mayStart: true,
    whyBlocked: { blocked: false, complete: true, truncatedBy: null, own: null, causes: [] },
  });
});

test('L11 the causes behind a parent are told, the nearest first, and which of them block now', async () => {
  await insertRun(api, 'a', { status: 'failed' });
  expect(await causes('c')).toEqual(['a 2 FAILED']);
  expect((await why('c')).whyBlocked.blocked).toBe(false);
  expect(await causes('b')).toEqual(['a 1 FAILED blocks']);
  await insertRun(api, 'b', { status: 'completed' });
  await insertRun(api, 'side', { status: 'running' });
  await insertRun(api, 'soft', { status: 'failed' });
  expect(await causes('c')).toEqual(['side 1 RUNNING blocks', 'a 2 FAILED']);
  await insertRun(api, 'b', { status: 'on hold' });
  expect(await causes('c')).toEqual(['b 1 ON_HOLD blocks', 'side 1 RUNNING blocks', 'a 2 FAILED']);
  expect(await why('c')).toMatchObject({ mayStart: false, whyBlocked: { blocked: true, complete: true } });
  expect((await why('b')).whyBlocked).toMatchObject({ blocked: true, own: { state: 'ON_HOLD', distance: 0, blocks: true } });
  const asked = await api.run('{ whyBlocked(process: { name: "c" }) { blocked causes { process { name } } } }');
  expect(asked.whyBlocked).toEqual({ blocked: true, causes: ['b', 'side', 'a'].map((name) => ({ process: { name } })) });
  await expect(api.run('{ whyBlocked(process: { name: "nobody" }) { blocked } }')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    details: { argument: 'process.name', value: 'nobody' },
  });
});

test.each([
  ['running', {}, 'a 1 RUNNING blocks'],
  ['failed', {}, 'a 1 FAILED blocks'],
  ['failed', { reason: 'abandoned' }, 'a 1 ABANDONED blocks'],
  ['failed', { reason: 'cancelled' }, 'a 1 CANCELLED blocks'],
  ['on hold', {}, 'a 1 ON_HOLD blocks'],
  ['waiting for the moon', { end: null }, 'a 1 CUSTOM blocks'],
  ['waiting for the moon', {}, undefined],
  ['completed', {}, undefined],
  ['completed', { reason: 'released' }, undefined],
  ['skipped', {}, undefined],
  ['unknown', { end: null }, undefined],
])('L11 a parent whose latest run is %s %j', async (status, more, expected) => {
  await insertRun(api, 'a', { status, ...more });
  expect(await causes('b')).toEqual(expected ? [expected] : []);
  expect((await why('b')).mayStart).toBe(!expected);
  expect((await why('b')).whyBlocked.blocked).toBe(!!expected);
  // Neither what events report nor what a failed parent skipped changes what the latest command run says.
  await insertRun(api, 'a', { status: expected ? 'completed' : 'failed', origin: 'observed' });
  await insertRun(api, 'a', { status: 'skipped', reason: 'parent failed' });
  expect(await causes('b')).toEqual(expected ? [expected] : []);
});

test('L11 with the errors of the run, who gave its state and why, and whom to call', async () => {
  const run = await insertRun(api, 'a', { status: 'running' });
  await addError(run, '2026-01-01 01:00', 'first');
  for (let i = 10; i < 22; i++) await addError(run, `2026-01-02 ${i}:00`, `error ${i}`);
  await api.db.write({ actor: 'night shift', reason: 'disk full' }, (tx) =>
    tx.query('update process_tracking set process_status_id = 3, ended_at = now() where process_tracking_id = $1', [run]),
  );
  const [contact] = await api.sql(`insert into contact_lkup (contact_name) values ('desk') returning contact_id as id`);
  await api.sql(`insert into process_contact (process_id, contact_id) select process_id, $1 from process where process_name = 'a'`, [
    contact!.id,
  ]);
  const { whyBlocked } = await why(
    'c',
    'reason actor errors { description type { name } } process { contacts { nodes { contact { name } } } }',
  );
  expect(whyBlocked.causes).toMatchObject([
    { reason: 'disk full', actor: 'night shift', process: { name: 'a', contacts: { nodes: [{ contact: { name: 'desk' } }] } } },
  ]);
  expect(whyBlocked.causes[0].errors).toEqual(
    Array.from({ length: 10 }, (_, i) => ({ description: `error ${21 - i}`, type: { name: 'File Error' } })),
  );
});

test('L11 its own run blocks it while it goes on, but not once its lease is over', async () => {
  await insertRun(api, 'a', { status: 'running', leaseUntil: '2026-01-01T01:00:00Z' });
  const at = async (now: string, name: string) =>
    (await queryAt(api, now, `{ process(name: "${name}") { mayStart whyBlocked { blocked own { state blocks run { stuck } } } } }`))
      .process;
  expect(await at('2026-01-01T00:59:00Z', 'a')).toEqual({
    mayStart: false,
    whyBlocked: { blocked: true, own: { state: 'RUNNING', blocks: true, run: { stuck: null } } },
  });
  expect(await at('2026-01-01T01:00:00Z', 'a')).toEqual({
    mayStart: true,
    whyBlocked: { blocked: false, own: { state: 'RUNNING', blocks: false, run: { stuck: 'LEASE_EXPIRED' } } },
  });
  expect(await at('2026-01-01T01:00:00Z', 'b')).toMatchObject({ mayStart: false, whyBlocked: { blocked: true, own: null } });
});

test('P37 what may start now: no parent in the way, not running, not on hold, not retired', async () => {
  await insertRun(api, 'a', { status: 'failed' });
  await insertRun(api, 'side', { status: 'running' });
  await insertRun(api, 'soft', { status: 'on hold' });
  expect(await startable()).toEqual(['a']);
  await removeDependencies(api, [link('c', 'side')]);
  expect(await startable()).toEqual(['a', 'c']);
  const chosen = '{ processes(where: { mayStart: { eq: true }, name: { eq: "c" } }) { totalCount } }';
  expect((await api.run(chosen)).processes.totalCount).toBe(1);
  await addDependencies(api, [link('c', 'side')]);
  const { executionOrder } = await api.run('{ executionOrder(kinds: [HARD]) { layers { processes { name mayStart } } } }');
  expect(
    executionOrder.layers.flatMap(({ processes }: any) => processes.filter(({ mayStart }: any) => mayStart).map(({ name }: any) => name)),
  ).toEqual(['a']);
  await api.sql(`update process set retired_at = now() where process_name = 'a'`);
  expect(await startable()).toEqual([]);
  await api.sql(`update process set retired_at = null where process_name = 'a'`);
  const query = '{ executionOrder { layers { processes { mayStart } } } }';
  expect(await api.recorded(() => api.run(query))).toHaveLength(3);
});

describe('L11 why a run failed', () => {
  const failure =
    'whyFailed { endReason reason actor complete errors { description } children { process { name } run { number } state errors { description } } ancestors { process { name } run { number stuck } distance state } }';
  const whyFailed = async (run: number) => (await api.run(`{ run(databaseId: ${run}) { ${failure} } }`)).run.whyFailed;

  test('its own errors and reason, what was a part of it, and what it depends on, as it was when it ended', async () => {
    await insertRun(api, 'a', { status: 'failed', start: '2026-01-01T01:00:00Z' });
    await insertRun(api, 'b', { status: 'failed', start: '2026-01-01T02:00:00Z' });
    await insertRun(api, 'side', { status: 'failed', start: '2026-01-01T02:00:00Z' });
    await insertRun(api, 'side', { status: 'completed', start: '2026-01-01T03:00:00Z' });
    const run = await insertRun(api, 'c', { status: 'running', start: '2026-01-01T04:00:00Z' });
    const part = await insertRun(api, 'soft', { status: 'failed', reason: 'abandoned', parent: run, start: '2026-01-01T04:10:00Z' });
    await insertRun(api, 'soft', { status: 'completed', parent: run, start: '2026-01-01T04:20:00Z' });
    await addError(run, '2026-01-01 04:30', 'no rows');
    await addError(part, '2026-01-01 04:15', 'no disk');
    await api.db.write({ actor: 'night shift', reason: 'gave up' }, (tx) =>
      tx.query(`update process_tracking set process_status_id = 3, ended_at = '2026-01-01T05:00Z' where process_tracking_id = $1`, [run]),
    );
    // What was later is no cause.
    await insertRun(api, 'side', { status: 'failed', start: '2026-01-01T06:00:00Z' });
    await insertRun(api, 'a', { status: 'completed', start: '2026-01-01T06:00:00Z' });
    expect(await whyFailed(run)).toEqual({
      endReason: null,
      reason: 'gave up',
      actor: 'night shift',
      complete: true,
      errors: [{ description: 'no rows' }],
      children: [{ process: { name: 'soft' }, run: { number: 1 }, state: 'ABANDONED', errors: [{ description: 'no disk' }] }],
      ancestors: [
        { process: { name: 'b' }, run: { number: 1, stuck: null }, distance: 1, state: 'FAILED' },
        { process: { name: 'a' }, run: { number: 1, stuck: null }, distance: 2, state: 'FAILED' },
      ],
    });
  });

  test('a parent that is stuck; nothing for what did not fail, or was cancelled', async () => {
    await insertRun(api, 'b', { status: 'running', start: '2026-01-01T02:00:00Z', leaseUntil: '2026-01-01T03:00:00Z' });
    await insertRun(api, 'side', { status: 'running', start: '2026-01-01T02:00:00Z' });
    const run = await insertRun(api, 'c', { status: 'failed', reason: 'abandoned', start: '2026-01-01T04:00:00Z' });
    expect(await whyFailed(run)).toMatchObject({
      endReason: 'ABANDONED',
      ancestors: [{ process: { name: 'b' }, run: { stuck: 'LEASE_EXPIRED' }, distance: 1, state: 'RUNNING' }],
    });
    expect(await whyFailed(await insertRun(api, 'c', { status: 'failed', reason: 'cancelled' }))).toBeNull();
    expect(await whyFailed(await insertRun(api, 'c'))).toBeNull();
  });
});

test('L11 ancestors and descendants with their distance, the kinds of their links, and the state of each latest run', async () => {
  await insertRun(api, 'a', { status: 'failed' });
  await insertRun(api, 'c', { status: 'running' });
  await api.sql('update process_tracking set is_latest_run = true');
  const walks = await api.run(
    `{ process(name: "b") { ${['ancestors', 'descendants'].map((walk) => `${walk} { nodes { distance kinds process { name latestRun { state } } } }`).join(' ')} } }`,
  );
  expect(walks.process).toEqual({
    ancestors: { nodes: [{ distance: 1, kinds: ['HARD'], process: { name: 'a', latestRun: { state: 'FAILED' } } }] },
    descendants: { nodes: [{ distance: 1, kinds: ['HARD'], process: { name: 'c', latestRun: { state: 'RUNNING' } } }] },
  });
});

test('L11 the statements do not grow with the depth or the number of processes', async () => {
  const own = await openApi('why_deep');
  try {
    await own.sql(`insert into process (process_name) select 'process ' || to_char(i, 'FM0000') from generate_series(1, 300) i`);
    await own.sql(`insert into process_dependency (child_process_id, parent_process_id)
      select process_id, process_id - 1 from process where process_name > 'process 0001'`);
    await own.sql(`insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, started_at, ended_at)
      select process_id, 3, n, now(), now(), now() from process, generate_series(1, 3) n where process_id % 2 = 1 order by 1, 3`);
    const fields =
      'blocked complete causes { distance reason errors { description } process { name contacts { totalCount } } run { number } }';
    const deep = `{ process(name: "process 0300") { whyBlocked { ${fields} } } }`;
    let answer: any;
    const statements = await own.recorded(async () => (answer = await own.run(deep)));
    expect(answer.process.whyBlocked).toMatchObject({ blocked: true, complete: true });
    expect(answer.process.whyBlocked.causes).toHaveLength(150);
    expect(answer.process.whyBlocked.causes.at(-1)).toMatchObject({
      distance: 299,
      process: { name: 'process 0001' },
      run: { number: 3 },
    });
    const shallow = await own.recorded(() => own.run(deep.replace('0300', '0002')));
    expect([...statements].sort()).toEqual([...shallow].sort());
    const list = `{ runs(first: 30) { nodes { whyFailed { complete ancestors { distance } children { distance } } } } }`;
    expect(await own.recorded(() => own.run(list))).toHaveLength(2);
    const many = '{ processes(first: 30) { nodes { mayStart whyBlocked { blocked causes { distance } } } } }';
    expect(await own.recorded(async () => (answer = await own.run(many)))).toHaveLength(3);
    for (const { mayStart, whyBlocked } of answer.processes.nodes) expect(mayStart).toBe(!whyBlocked.blocked);
    expect(await own.jit(deep)).toEqual(await own.execute(deep));
  } finally {
    await own.close();
  }
});

test('without a group it looks at the group of the latest run, as a start there would, and says which', async () => {
  const start = async (name: string, key: string) =>
    (
      await api.run(
        `mutation { startRun(input: { process: { name: "${name}" }, group: { key: "${key}" } }) { outcome run { databaseId } } }`,
      )
    ).startRun as { outcome: string; run: { databaseId: number } };
  const end = (id: number, status: string) =>
    api.run(`mutation { reportRun(input: { run: { databaseId: ${id} }, status: "${status}" }) { changed } }`);
  const asked = async (args = '') => {
    const fields = 'blocked group { key } causes { process { name } state blocks }';
    const { whyBlocked, canStart } = await api.run(
      `{ whyBlocked(process: { name: "b" }${args}) { ${fields} } canStart(process: { name: "b" }, group: { key: "first" }) { outcome } }`,
    );
    return { ...whyBlocked, outcome: canStart.outcome };
  };
  // Without a run, and after one outside of a group: no group is looked at.
  expect(await asked()).toMatchObject({ group: null, blocked: false });
  const a = await start('a', 'first');
  await end(a.run.databaseId, 'completed');
  const b = await start('b', 'first');
  await end(b.run.databaseId, 'completed');
  expect(await asked()).toEqual({ group: { key: 'first' }, blocked: false, causes: [], outcome: 'STARTED' });
  // A hold is no run of a group; a later run of the parent in the group counts.
  await api.run('mutation { holdProcess(input: { process: { name: "b" }, reason: "r" }) { changed } }');
  expect(await asked()).toMatchObject({ group: { key: 'first' }, blocked: true, outcome: 'ON_HOLD' });
  await api.run('mutation { releaseProcess(input: { process: { name: "b" }, reason: "r" }) { changed } }');
  const again = await start('a', 'first');
  const running = { group: { key: 'first' }, blocked: true, causes: [{ process: { name: 'a' }, state: 'RUNNING' }], outcome: 'BLOCKED' };
  expect(await asked()).toMatchObject(running);
  await end(again.run.databaseId, 'completed');
  // It was skipped in another group, because its parent failed there.
  await end((await start('a', 'second')).run.databaseId, 'failed');
  const failed = { group: { key: 'second' }, blocked: true, causes: [{ process: { name: 'a' }, state: 'FAILED', blocks: true }] };
  expect(await asked()).toEqual({ ...failed, outcome: 'STARTED' });
  expect(await asked(', group: { key: "first" }')).toMatchObject({ group: { key: 'first' }, blocked: false });
  expect(await asked(', group: { key: "unknown yet" }')).toMatchObject({ group: null, blocked: true, causes: [{ state: null }] });
  // A run outside of groups.
  await end((await start('a', 'second')).run.databaseId, 'completed');
  await api.run('mutation { startRun(input: { process: { name: "b" } }) { outcome } }');
  expect(await asked()).toMatchObject({ group: null, blocked: true });
});

test('whyBlocked tells the failures that refuse a start, as canStart does, before the start that sets the hold', async () => {
  const fields = 'blocked failures { number } own { state blocks } causes { distance }';
  const asked = (args = '') =>
    api.run(
      `{ whyBlocked(process: { name: "a" }${args}) { ${fields} } canStart(process: { name: "a" }${args}) { outcome failures { number } }
           process(name: "a") { mayStart whyBlocked { blocked } } }`,
    );
  await api.run('mutation { updateProcess(input: { process: { name: "a" }, failureLimit: 2 }) { process { id } } }');
  try {
    await insertRun(api, 'a', { status: 'failed' });
    expect((await asked()).whyBlocked).toEqual({ blocked: false, failures: [], own: null, causes: [] });
    await insertRun(api, 'a', { status: 'failed' });
    const failures = [{ number: 2 }, { number: 1 }];
    for (const args of ['', ', group: { key: "unknown yet" }'])
      expect(await asked(args)).toEqual({
        whyBlocked: { blocked: true, failures, own: null, causes: [] },
        canStart: { outcome: 'ON_HOLD', failures },
        process: { mayStart: false, whyBlocked: { blocked: true } },
      });
    // A run with an expired lease counts as failed already; the hold itself is told as `own`.
    await insertRun(api, 'a', { status: 'running', leaseUntil: '2026-01-01T00:00:00Z' });
    expect((await asked()).whyBlocked).toMatchObject({ blocked: true, failures: [{ number: 3 }, { number: 2 }], own: { blocks: false } });
    await api.run('mutation { startRun(input: { process: { name: "a" }, actor: { name: "x" } }) { outcome } }');
    expect((await asked()).whyBlocked).toEqual({ blocked: true, failures: [], own: { state: 'ON_HOLD', blocks: true }, causes: [] });
  } finally {
    await api.run('mutation { updateProcess(input: { process: { name: "a" }, failureLimit: null }) { process { id } } }');
  }
});

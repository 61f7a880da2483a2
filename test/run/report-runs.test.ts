import { openApi, type Api } from '../support/api.js';
import { sweepRuns } from '../../src/run/sweep-runs.js';
import {
  abandon,
  at,
  call,
  cancel,
  canStart,
  digest,
  end,
  eventsOf,
  failure,
  fetchRun,
  hold,
  known,
  movesOf,
  openServer,
  raiseRunError,
  release,
  reopen,
  report,
  runOnce,
  start,
  startLikePython,
  type Server,
} from '../support/run-calls.js';

let api: Api;
let two: ReturnType<typeof openServer>;
let unique = 0;
beforeAll(async () => {
  api = await openApi('reporting');
  // A second server on the same store.
  two = openServer(api);
});
afterAll(async () => {
  await two.close();
  await api.close();
});

async function newProcess(settings: object = {}): Promise<string> {
  const name = `process ${++unique}`;
  await api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
    input: { name, ...known, ...settings },
  });
  return name;
}
const processOf = async (name: string, on: Server = api): Promise<Record<string, any>> =>
  (
    await call(
      on,
      'query ($name: String!) { process(name: $name) { totalRecordCount lastCompletedAt lastFailedAt lastErroredAt rowVersion updatedAt updatedBy { name } } }',
      { name },
    )
  ).process;
const bothServers = <T>(count: number, work: (server: Server, i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i % 2 ? two : api, i)));
/** Instants of a day long ago, on which the runs of these tests start at noon. */
const clock = (time: string) => `2026-01-01T${time}Z`;
const shown = (time: string) => `2026-01-01T${time}.000000Z`;
const startAtNoon = (process: string, more: object = {}) => at(api, clock('12:00:00'), (noon) => start(noon, process, more));
const errorsOf = async (run: number): Promise<{ type: { name: string }; description: string | null; occurredAt: string }[]> =>
  (
    await call(api, 'query ($id: Int) { run(databaseId: $id) { errors { nodes { type { name } description occurredAt } } } }', {
      id: run,
    })
  ).run.errors.nodes;
const stuckRuns = async (on: Server): Promise<{ databaseId: number; stuck: string }[]> =>
  (await call(on, '{ runs(where: { stuck: { isNull: false } }) { nodes { databaseId stuck } } }')).runs.nodes;

const ends = [
  ['completed', 'lastCompletedAt', 'lastFailedAt'],
  ['failed', 'lastFailedAt', 'lastCompletedAt'],
];
test.each(ends)('P15 %s sets the end of the run and the date of the process, as said or now', async (status, set, other) => {
  const process = await newProcess();
  const first = await startAtNoon(process);
  const { run } = await at(api, clock('14:00:00'), (then) => end(then, first, status, { endedAt: '2026-01-01T14:30:00.123456+01:00' }));
  expect(run).toMatchObject({ state: status.toUpperCase(), endedAt: '2026-01-01T13:30:00.123456Z' });
  expect(await processOf(process)).toMatchObject({ [set]: '2026-01-01T13:30:00.123456Z', [other]: null });
  await at(api, clock('15:00:00'), async (then) => {
    const { run: second } = await end(then, await start(then, process), status);
    expect(second.endedAt).toBe(shown('15:00:00'));
  });
  expect(await processOf(process)).toMatchObject({ [set]: shown('15:00:00'), [other]: null });
});

test.each([
  ['an end before the start', { status: 'completed', endedAt: clock('11:59:59') }, 'input.endedAt'],
  ['an end of what goes on', { endedAt: clock('13:00:00') }, 'input.endedAt'],
])('P15 %s is INVALID', async (_, input, argument) => {
  const { run } = await startAtNoon(await newProcess());
  expect(await failure(report(api, run, input))).toMatchObject({ code: 'INVALID', argument });
  expect(await fetchRun(api, run.databaseId)).toEqual(run);
});

test('P16 a run with a status of its own goes on until it ends in one of the system', async () => {
  const process = await newProcess();
  const child = await newProcess({ dependsOn: [{ process: { name: process } }] });
  const { run } = await start(api, process);
  expect(await failure(report(api, run, { status: 'in quarantine' }))).toMatchObject({
    code: 'INVALID',
    argument: 'input.status',
    value: 'in quarantine',
    allowed: expect.arrayContaining(['running', 'completed', 'failed', 'on hold', 'skipped', 'unknown']),
  });
  const { run: changed } = await report(api, run, { status: 'in quarantine', createStatus: true });
  expect(changed).toMatchObject({ state: 'CUSTOM', status: { name: 'in quarantine' }, endedAt: null });
  expect(await start(api, process)).toMatchObject({ outcome: 'ALREADY_RUNNING', run: { databaseId: run.databaseId } });
  expect(await start(api, child)).toMatchObject({ outcome: 'BLOCKED', blockers: [{ state: 'CUSTOM' }] });
  await report(api, run, { status: 'completed' });
  expect((await start(api, child)).outcome).toBe('STARTED');
  expect(await movesOf(api, run.databaseId)).toEqual(['null → running', 'running → in quarantine', 'in quarantine → completed']);
});

test('P16 a status is not made for a report that is refused', async () => {
  const { run } = await runOnce(api, await newProcess());
  const before = await digest(api);
  expect(await failure(report(api, run, { status: 'too late', createStatus: true }))).toMatchObject({ code: 'CONFLICT' });
  expect(await digest(api)).toBe(before);
});

test('P17 a finished run stays finished; the same end again is answered as done', async () => {
  const { run } = await runOnce(api, await newProcess());
  const before = await digest(api);
  expect(await report(api, run, { status: 'completed', reason: 'Once more.' })).toMatchObject({
    changed: false,
    run: { state: 'COMPLETED' },
  });
  for (const status of ['failed', 'skipped', 'unknown', 'on hold'])
    expect(await failure(report(api, run, { status, reason: 'Oh.' }))).toMatchObject({
      code: 'CONFLICT',
      argument: 'input.status',
      value: status,
      state: 'completed',
      allowed: ['running'],
    });
  expect(await failure(report(api, run, { status: 'running' }))).toMatchObject({ code: 'INVALID', argument: 'input.reason' });
  expect(await digest(api)).toBe(before);
  expect(await movesOf(api, run.databaseId)).toEqual(['null → running', 'running → completed']);
});

test('P17 of twenty ends at once one counts, and the others are done or refused', async () => {
  const { run } = await start(api, await newProcess());
  const answers = await bothServers(20, (server, i) =>
    report(server, run, { status: i % 4 < 2 ? 'completed' : 'failed' }).then(
      ({ changed }) => (changed ? 'wrote' : 'done'),
      ({ code }) => code,
    ),
  );
  expect(answers.filter((each) => each === 'wrote')).toHaveLength(1);
  expect(answers.filter((each) => each === 'done')).toHaveLength(9);
  expect(answers.filter((each) => each === 'CONFLICT')).toHaveLength(10);
  expect(await movesOf(api, run.databaseId)).toHaveLength(2);
});

test('P17 a run is opened again by a person, with a reason, while it is the latest', async () => {
  const process = await newProcess();
  const first = await runOnce(api, process, 'failed');
  expect(await failure(reopen(api, first.run, { reason: ' ' }))).toMatchObject({ code: 'INVALID', argument: 'input.reason' });
  const { run } = await reopen(api, first.run, { reason: 'It had not ended.' }, 'operator');
  expect(run).toMatchObject({ state: 'RUNNING', endedAt: null, endReason: null });
  expect(BigInt(run.fencingToken!)).toBeGreaterThan(BigInt(first.fencingToken!));
  expect((await eventsOf(api, run.databaseId)).at(-1)).toMatchObject({
    from: 'failed',
    to: 'running',
    actor: 'operator',
    reason: 'It had not ended.',
  });
  expect(await start(api, process)).toMatchObject({ outcome: 'ALREADY_RUNNING', run: { databaseId: run.databaseId } });
  expect(await failure(reopen(api, run, { reason: 'Again.' }))).toMatchObject({ code: 'CONFLICT' });
  await report(api, run, { status: 'completed' });
  const second = await runOnce(api, process);
  expect(await failure(reopen(api, run, { reason: 'Too late.' }))).toMatchObject({ code: 'CONFLICT', latestRun: second.run.number });
});

test('P17 a run that is opened again has the lease that was asked for then, or none', async () => {
  const process = await newProcess();
  const first = await startAtNoon(process, { leaseSeconds: 60 });
  await at(api, clock('12:00:10'), (then) => end(then, first, 'failed'));
  await at(api, clock('13:00:00'), async (then) => {
    expect((await reopen(then, first.run, { reason: 'It had not ended.' })).run.leaseUntil).toBeNull();
    expect((await report(then, first.run, { recordCount: '1' })).run.leaseUntil).toBeNull();
    expect((await report(then, first.run, { status: 'completed' })).run.state).toBe('COMPLETED');
    const { run } = await reopen(then, first.run, { reason: 'Still not.', leaseSeconds: 30 });
    expect(run.leaseUntil).toBe(shown('13:00:30'));
    expect(await failure(report(then, run))).toMatchObject({ code: 'CONFLICT', argument: 'input.fencingToken' });
    expect((await report(then, run, { fencingToken: run.fencingToken })).run.leaseUntil).toBe(shown('13:00:30'));
  });
});

test('P18 twenty reports of different things at once all stand', async () => {
  const process = await newProcess();
  const { run } = await start(api, process);
  const parts: object[] = [
    { status: 'checking totals', createStatus: true },
    { insertCount: '70' },
    { updateCount: '30' },
    { lowWatermark: '2025-01-05T00:00:00Z' },
    { highWatermark: '2025-01-10T00:00:00Z' },
    ...Array.from({ length: 10 }, (_, i) => ({ parameters: [{ name: `p${i}`, value: String(i) }] })),
    ...Array.from({ length: 5 }, (_, i) => ({ errors: [{ type: 'File Error', description: `error ${i}` }] })),
  ];
  await bothServers(20, (server, i) => report(server, run, parts[i]));
  expect(await fetchRun(api, run.databaseId)).toMatchObject({
    state: 'CUSTOM',
    recordCount: '100',
    insertCount: '70',
    updateCount: '30',
    lowWatermark: '2025-01-05T00:00:00.000000Z',
    highWatermark: '2025-01-10T00:00:00.000000Z',
    // Parameters and errors are rows of their own.
    rowVersion: 1 + 5,
  });
  const { parameters } = (
    await call(api, 'query ($id: Int) { run(databaseId: $id) { parameters { name value } } }', { id: run.databaseId })
  ).run;
  expect(parameters).toEqual(Array.from({ length: 10 }, (_, i) => ({ name: `p${i}`, value: String(i) })));
  expect((await errorsOf(run.databaseId)).map(({ description }) => description).sort()).toEqual([0, 1, 2, 3, 4].map((i) => `error ${i}`));
  expect((await processOf(process)).totalRecordCount).toBe('100');
});

test('P18 a row version that is not the present one is a conflict, and heartbeats raise none', async () => {
  const { run } = await start(api, await newProcess(), { leaseSeconds: 60 });
  const token = { fencingToken: run.fencingToken };
  const events = await eventsOf(api, run.databaseId);
  await bothServers(20, (server) => report(server, run, token));
  const beaten = await fetchRun(api, run.databaseId);
  expect(beaten).toMatchObject({ rowVersion: run.rowVersion });
  expect(beaten.heartbeatAt! > run.heartbeatAt! && beaten.leaseUntil! > run.leaseUntil!).toBe(true);
  expect(await eventsOf(api, run.databaseId)).toEqual(events);
  await report(api, run, { ...token, rowVersion: 1, recordCount: '1' });
  expect(await failure(report(api, run, { ...token, rowVersion: 1, recordCount: '2' }))).toMatchObject({
    code: 'CONFLICT',
    argument: 'input.rowVersion',
    value: 1,
    allowed: 2,
  });
  expect(await fetchRun(api, run.databaseId)).toMatchObject({ rowVersion: 2, recordCount: '1' });
});

test('P18 a report that says again where the run is says what else it has to say', async () => {
  const { run } = await start(api, await newProcess());
  expect(await report(api, run, { status: 'running', recordCount: '5' })).toMatchObject({
    changed: true,
    run: { state: 'RUNNING', recordCount: '5' },
  });
  expect(await movesOf(api, run.databaseId)).toEqual(['null → running']);
});

const reportMany = async (reports: object[]): Promise<any[]> =>
  (
    await call(
      api,
      'mutation ($input: ReportRunsInput!) { reportRuns(input: $input) { results { changed run { databaseId state recordCount } error { code argument value } } } }',
      { input: { reports } },
    )
  ).reportRuns.results;

test('P18 of many reports each stands for itself, and several of one run are written in their order', async () => {
  const process = await newProcess();
  const [one, other] = [await start(api, process), await start(api, await newProcess(), { leaseSeconds: 60 })];
  const first = { run: { process, number: 1 } };
  const results = await reportMany([
    { ...first, recordCount: '10', reason: 'Half of it.' },
    { run: { id: other.run.id }, status: 'completed' },
    { ...first, recordCount: '20' },
    { run: { databaseId: 999_999_999 }, status: 'completed' },
    { ...first, recordCount: '-1' },
    { ...first, status: 'completed', reason: 'All of it.' },
    { run: { process: 'no such process', number: 1 } },
    { ...first, status: 'failed' },
    { ...first, status: 'completed' },
    { run: { id: other.run.id }, status: 'failed', fencingToken: other.fencingToken, reason: 'No disk.' },
  ]);
  const completed = { databaseId: one.run.databaseId, state: 'COMPLETED', recordCount: '20' };
  const wrote = { changed: true, run: completed, error: null };
  const wrong = (code: string, argument: string) => ({ changed: false, run: null, error: expect.objectContaining({ code, argument }) });
  expect(results).toEqual([
    wrote,
    wrong('CONFLICT', 'fencingToken'),
    wrote,
    wrong('NOT_FOUND', 'run.databaseId'),
    wrong('INVALID', 'recordCount'),
    wrote,
    wrong('NOT_FOUND', 'run.process'),
    wrong('CONFLICT', 'status'),
    { ...wrote, changed: false },
    { changed: true, run: { databaseId: other.run.databaseId, state: 'FAILED', recordCount: '0' }, error: null },
  ]);
  const reasons = async (run: number) =>
    (await eventsOf(api, run)).filter(({ field }) => field === 'status').map(({ to, reason }) => [to, reason]);
  expect(await reasons(one.run.databaseId)).toEqual([
    ['running', null],
    ['completed', 'All of it.'],
  ]);
  expect(await reasons(other.run.databaseId)).toEqual([
    ['running', null],
    ['failed', 'No disk.'],
  ]);
});

test('P18 many reports cost as many statements as few', async () => {
  const ids = (
    await api.sql(
      `with p as (insert into process (process_name) select 'many ' || i from generate_series(1, 300) i returning process_id)
       insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, is_latest_run)
       select process_id, 1, 1, '2026-01-01 12:00', true from p returning process_tracking_id as id`,
    )
  ).map(({ id }) => id);
  const done = (some: number[]) =>
    api.recorded(() => reportMany(some.map((databaseId) => ({ run: { databaseId }, status: 'completed', recordCount: '7' }))));
  const few = await done(ids.slice(0, 2));
  const many = await done(ids.slice(2));
  expect(many).toHaveLength(few.length);
  expect(
    await api.sql(
      `select sum(total_record_count)::int as total, count(*)::int from process where process_name like 'many %' and last_completed_run_date_time > '2000-01-01'`,
    ),
  ).toEqual([{ total: 2100, count: 300 }]);
});

test('P18 bulk reports of the same runs in any order at once all stand', async () => {
  const starts = await Promise.all(Array.from({ length: 8 }, async () => start(api, await newProcess())));
  await bothServers(12, (server, i) =>
    call(server, 'mutation ($input: ReportRunsInput!) { reportRuns(input: $input) { results { error { code } } } }', {
      input: {
        reports: [...(i % 3 ? starts : [...starts].reverse())].flatMap(({ run }) => [
          { run: { databaseId: run.databaseId }, parameters: [{ name: `p${i}`, value: 'x' }] },
          { run: { databaseId: run.databaseId }, errors: [{ type: 'File Error', description: `e${i}` }], recordCount: String(i) },
        ]),
      },
    }),
  );
  const [counts] = await api.sql(
    `select (select count(*)::int from run_parameter where process_tracking_id = any($1)) as parameters, (select count(*)::int from error_tracking where process_tracking_id = any($1)) as errors`,
    [starts.map(({ run }) => run.databaseId)],
  );
  expect(counts).toEqual({ parameters: 96, errors: 96 });
});

test('C27 of two who act on one run by the version they have seen, the second is told', async () => {
  const { run } = await runOnce(api, await newProcess(), 'failed');
  const { rowVersion } = await fetchRun(api, run.databaseId);
  const answers = await bothServers(2, (server) =>
    reopen(server, run, { reason: 'It had not ended.', rowVersion }).then(
      () => 'wrote',
      ({ code, details }) => `${code} ${details.argument}`,
    ),
  );
  expect(answers.sort()).toEqual(['CONFLICT input.rowVersion', 'wrote']);
});

test('P19 an error has a type, a text of any length and a time; the run fails by it only if that is said', async () => {
  const process = await newProcess();
  const { run } = await startAtNoon(process);
  const description = 'A long story. '.repeat(50_000);
  await raiseRunError(api, run, { type: 'File Error', description, occurredAt: clock('12:10:00') });
  expect(await fetchRun(api, run.databaseId)).toMatchObject({ state: 'RUNNING' });
  expect(await processOf(process)).toMatchObject({ lastErroredAt: shown('12:10:00'), lastFailedAt: null });
  await raiseRunError(api, run, { type: 'Odd Error', createType: true, failRun: true, occurredAt: clock('12:20:00') });
  expect(await fetchRun(api, run.databaseId)).toMatchObject({ state: 'FAILED', endedAt: shown('12:20:00') });
  expect(await processOf(process)).toMatchObject({ lastErroredAt: shown('12:20:00'), lastFailedAt: shown('12:20:00') });
  // What is found out afterwards.
  await raiseRunError(api, run, { type: 'Data Error', createType: true, occurredAt: clock('12:15:00') });
  expect(await errorsOf(run.databaseId)).toEqual([
    { type: { name: 'Odd Error' }, description: null, occurredAt: shown('12:20:00') },
    { type: { name: 'Data Error' }, description: null, occurredAt: shown('12:15:00') },
    { type: { name: 'File Error' }, description, occurredAt: shown('12:10:00') },
  ]);
  expect((await processOf(process)).lastErroredAt).toBe(shown('12:20:00'));
});

test('P19 an error without a time has that of its run, which it fails', async () => {
  const process = await newProcess();
  const { run } = await start(api, process);
  const { run: failed } = await raiseRunError(api, run, { type: 'File Error', failRun: true });
  const [error] = await errorsOf(run.databaseId);
  expect(error!.occurredAt).toBe(failed.endedAt);
  expect(await processOf(process)).toMatchObject({ lastErroredAt: failed.endedAt, lastFailedAt: failed.endedAt });
});

test('P19 an unknown type of error is INVALID with the known ones, and a finished run does not fail again', async () => {
  const { run } = await start(api, await newProcess());
  const before = await digest(api);
  expect(await failure(raiseRunError(api, run, { type: 'No such error', failRun: true }))).toMatchObject({
    code: 'INVALID',
    value: 'No such error',
    allowed: expect.arrayContaining(['File Error', 'Data Error', 'Process Error']),
  });
  expect(await digest(api)).toBe(before);
  await report(api, run, { status: 'completed' });
  expect(await failure(raiseRunError(api, run, { type: 'File Error', failRun: true }))).toMatchObject({ code: 'CONFLICT' });
  expect(await errorsOf(run.databaseId)).toEqual([]);
});

test('P20 the count of a run is replaced, and the total of its process grows by the difference', async () => {
  const process = await newProcess();
  const first = await start(api, process);
  const total = async (run: typeof first.run, recordCount: string) => {
    const { run: now } = await report(api, run, { recordCount });
    return [now.recordCount, (await processOf(process)).totalRecordCount];
  };
  expect(await total(first.run, '1500')).toEqual(['1500', '1500']);
  expect(await total(first.run, '1400')).toEqual(['1400', '1400']);
  await end(api, first);
  const second = await start(api, process);
  expect(await total(second.run, '30')).toEqual(['30', '1430']);
  await bothServers(20, (server, i) => report(server, second.run, { recordCount: String(100 * i) }));
  const { recordCount } = await fetchRun(api, second.run.databaseId);
  expect((await processOf(process)).totalRecordCount).toBe(String(1400 + Number(recordCount)));
});

test('P21 inserts and updates stand beside the count, which is their sum unless it is set on its own', async () => {
  const process = await newProcess();
  const { run } = await start(api, process);
  const counts = async (input: object) => {
    const { recordCount, insertCount, updateCount } = (await report(api, run, input)).run;
    return [recordCount, insertCount, updateCount, (await processOf(process)).totalRecordCount].map(Number);
  };
  expect(await counts({ insertCount: '70', updateCount: '30' })).toEqual([100, 70, 30, 100]);
  expect(await counts({ insertCount: '80' })).toEqual([110, 80, 30, 110]);
  expect(await counts({ recordCount: '500' })).toEqual([500, 80, 30, 500]);
  expect(await counts({ updateCount: '40' })).toEqual([500, 80, 40, 500]);
  expect(await counts({ insertCount: '9007199254740993', updateCount: '0', recordCount: '9007199254740993' })).toHaveLength(4);
  expect((await fetchRun(api, run.databaseId)).insertCount).toBe('9007199254740993');
});

test.each(['recordCount', 'insertCount', 'updateCount'])('P21 a %s below 0, or of more than 64 bits, is INVALID', async (count) => {
  const { run } = await start(api, await newProcess());
  for (const value of ['-1', '9223372036854775808'])
    expect(await failure(report(api, run, { [count]: value }))).toMatchObject({ code: 'INVALID', argument: `input.${count}`, value });
  expect(await fetchRun(api, run.databaseId)).toEqual(run);
});

const day = (of: number) => `2025-01-${String(of).padStart(2, '0')}T00:00:00.000000Z`;
const range = ([low, high]: [number?, number?]) => ({
  ...(low ? { lowWatermark: day(low) } : {}),
  ...(high ? { highWatermark: day(high) } : {}),
});

const ranges: [string, [number?, number?][], [number?, number?]][] = [
  [
    'both, twice',
    [
      [5, 10],
      [3, 12],
    ],
    [3, 12],
  ],
  [
    'what lies within, which changes nothing',
    [
      [3, 12],
      [5, 10],
    ],
    [3, 12],
  ],
  [
    'highs without a low',
    [
      [undefined, 10],
      [undefined, 2],
    ],
    [undefined, 10],
  ],
  ['lows without a high', [[5], [7], [4]], [4]],
  ['one after the other', [[5], [undefined, 10]], [5, 10]],
];
test.each(ranges)('P22 the lowest low and the highest high are kept: %s', async (_, reports, [low, high]) => {
  const { run } = await start(api, await newProcess());
  for (const each of reports) await report(api, run, range(each));
  expect(await fetchRun(api, run.databaseId)).toMatchObject({
    lowWatermark: low ? day(low) : null,
    highWatermark: high ? day(high) : null,
  });
});

test.each<[string, [number?, number?], [number?, number?], string]>([
  ['in one report', [], [10, 5], 'input.lowWatermark'],
  ['in one report, within what is known', [1, 20], [10, 5], 'input.lowWatermark'],
  ['than the high that is known', [undefined, 5], [10], 'input.lowWatermark'],
  ['by a high before the low that is known', [10], [undefined, 5], 'input.highWatermark'],
])('P22 a low after the high is INVALID: %s', async (_, before, wrong, argument) => {
  const { run } = await start(api, await newProcess());
  const { run: known } = await report(api, run, range(before));
  expect(await failure(report(api, run, range(wrong)))).toMatchObject({ code: 'INVALID', argument });
  expect(await fetchRun(api, run.databaseId)).toEqual({ ...known, heartbeatAt: expect.any(String) });
});

test('P24 each change of a state is an event, also one by a start or by another client', async () => {
  const process = await newProcess({ failureLimit: 1 });
  const first = await start(api, process, {}, 'starter');
  await report(api, first.run, { status: 'checking', createStatus: true, reason: 'All rows are in.' }, 'worker');
  // As the Python client does it.
  await api.sql(
    `update process_tracking set process_status_id = 3, process_run_end_date_time = now()::timestamp where process_tracking_id = $1`,
    [first.run.databaseId],
  );
  const held = await start(api, process, {}, 'next starter');
  await release(api, { process: { name: process }, reason: 'Mended.' }, 'operator');
  const event = (from: string | null, to: string, actor: string | null, reason: string | null, origin = 'api') => ({
    field: 'status',
    from,
    to,
    actor,
    origin,
    reason,
  });
  const statuses = async (run: number) => (await eventsOf(api, run)).filter(({ field }) => field === 'status');
  expect(await statuses(first.run.databaseId)).toEqual([
    event(null, 'running', 'starter', null),
    event('running', 'checking', 'worker', 'All rows are in.'),
    event('checking', 'failed', null, null, 'sql'),
  ]);
  expect(await statuses(held.run.databaseId)).toEqual([
    event(null, 'on hold', 'next starter', expect.stringContaining('1')),
    event('on hold', 'completed', 'operator', 'Mended.'),
  ]);
  const { history } = (
    await call(api, 'query ($id: Int) { run(databaseId: $id) { history { nodes { field from to at } } } }', {
      id: first.run.databaseId,
    })
  ).run;
  const times = history.nodes.map(({ at: time }: { at: string }) => time);
  expect([times, [...times].reverse()]).toContainEqual([...times].sort());
  expect(history.nodes.filter(({ field }: { field: string }) => field === 'status')).toHaveLength(3);
});

test('P25 a report prolongs the lease; when it is over the run is stuck, and a start takes its place', async () => {
  const process = await newProcess();
  const first = await startAtNoon(process, { leaseSeconds: 60 });
  expect(first.run.leaseUntil).toBe(shown('12:01:00'));
  const token = { fencingToken: first.fencingToken };
  await at(api, clock('12:00:50'), (then) => report(then, first.run, token));
  await at(api, clock('12:01:49'), async (then) => {
    expect((await stuckRuns(then)).filter(({ databaseId }) => databaseId === first.run.databaseId)).toEqual([]);
    expect((await start(then, process)).outcome).toBe('ALREADY_RUNNING');
  });
  await at(api, clock('12:01:50'), async (then) => {
    expect(await stuckRuns(then)).toContainEqual({ databaseId: first.run.databaseId, stuck: 'LEASE_EXPIRED' });
    const second = await start(then, process);
    expect(second).toMatchObject({
      outcome: 'STARTED',
      run: { number: 2 },
      abandoned: { databaseId: first.run.databaseId, state: 'ABANDONED' },
    });
    expect(await failure(end(then, first))).toMatchObject({ code: 'CONFLICT', argument: 'input.fencingToken', value: first.fencingToken });
    expect(await fetchRun(then, first.run.databaseId)).toMatchObject({
      state: 'ABANDONED',
      status: { name: 'failed' },
      endReason: 'ABANDONED',
    });
    expect((await end(then, second)).run.state).toBe('COMPLETED');
  });
  expect(await processOf(process)).toMatchObject({ lastFailedAt: shown('12:01:50'), lastErroredAt: shown('12:01:50') });
});

test('P25 of twenty starts at once after a lease was over one takes the place, and the run is abandoned once', async () => {
  const process = await newProcess();
  const first = await startAtNoon(process, { leaseSeconds: 60 });
  const starts = await bothServers(20, (server) => start(server, process));
  expect(starts.filter(({ outcome }) => outcome === 'STARTED')).toHaveLength(1);
  expect(starts.filter(({ outcome }) => outcome === 'ALREADY_RUNNING')).toHaveLength(19);
  expect(await errorsOf(first.run.databaseId)).toHaveLength(1);
  expect(await movesOf(api, first.run.databaseId)).toEqual(['null → running', 'running → failed']);
});

test('P25 a run in a status of its own is held by its lease as well', async () => {
  const process = await newProcess();
  const first = await startAtNoon(process, { leaseSeconds: 60 });
  const checking = { status: 'checking', createStatus: true };
  expect(await failure(at(api, clock('12:00:30'), (then) => report(then, first.run, checking)))).toMatchObject({
    argument: 'input.fencingToken',
  });
  const { run } = await at(api, clock('12:00:30'), (then) => report(then, first.run, { ...checking, fencingToken: first.fencingToken }));
  expect(run).toMatchObject({ state: 'CUSTOM', leaseUntil: shown('12:01:30') });
  await at(api, clock('12:01:29'), async (then) => expect((await start(then, process)).outcome).toBe('ALREADY_RUNNING'));
  await at(api, clock('12:01:30'), async (then) => {
    expect(await stuckRuns(then)).toContainEqual({ databaseId: run.databaseId, stuck: 'LEASE_EXPIRED' });
    expect(await start(then, process)).toMatchObject({ outcome: 'STARTED', abandoned: { databaseId: run.databaseId, state: 'ABANDONED' } });
  });
  expect(await movesOf(api, run.databaseId)).toEqual(['null → running', 'running → checking', 'checking → failed']);
});

test('P25 a holder that comes back before anybody took its place keeps its run', async () => {
  const first = await startAtNoon(await newProcess(), { leaseSeconds: 60 });
  const { run } = await at(api, clock('14:00:00'), (then) => report(then, first.run, { fencingToken: first.fencingToken }));
  expect(run).toMatchObject({ state: 'RUNNING', leaseUntil: shown('14:01:00') });
  await end(api, first);
});

test('P25 a process may say the lease of its runs, and a start another one', async () => {
  const process = await newProcess({ leaseSeconds: 30 });
  const first = await startAtNoon(process);
  expect(first.run.leaseUntil).toBe(shown('12:00:30'));
  await end(api, first);
  const second = await startAtNoon(process, { leaseSeconds: 90 });
  expect(second.run.leaseUntil).toBe(shown('12:01:30'));
  await end(api, second);
});

test('P25 a run without a lease blocks however long it runs, until a person abandons it', async () => {
  const process = await newProcess({ runTimeLimitSeconds: 60 });
  const first = await startAtNoon(process);
  await at(api, '2036-01-01T00:00:00Z', async (then) => {
    expect(await start(then, process)).toMatchObject({ outcome: 'ALREADY_RUNNING', run: { databaseId: first.run.databaseId } });
    expect((await canStart(then, process)).abandoned).toBeNull();
  });
  expect(await failure(abandon(api, first.run, { reason: '' }))).toMatchObject({ code: 'INVALID', argument: 'input.reason' });
  const { run } = await abandon(api, first.run, { reason: 'That host is gone.' }, 'operator');
  expect(run).toMatchObject({ state: 'ABANDONED', endReason: 'ABANDONED' });
  expect((await eventsOf(api, run.databaseId)).find(({ to }) => to === 'failed')).toMatchObject({
    actor: 'operator',
    reason: 'That host is gone.',
  });
  expect(await failure(end(api, first))).toMatchObject({ code: 'CONFLICT', argument: 'input.fencingToken' });
  expect((await start(api, process)).outcome).toBe('STARTED');
});

test('P25 a run that a person cancelled is no failure of its process', async () => {
  const process = await newProcess();
  const first = await start(api, process, { leaseSeconds: 60 });
  const { run } = await cancel(api, first.run, { reason: 'Not today.' });
  expect(run).toMatchObject({ state: 'CANCELLED', status: { name: 'failed' } });
  expect((await processOf(process)).lastFailedAt).toBeNull();
  expect(await failure(end(api, first))).toMatchObject({ code: 'CONFLICT', argument: 'input.fencingToken' });
});

test('A9 after a crash the stage is stuck, then abandoned by the next begin, and the late end is refused', async () => {
  const stage = await newProcess();
  const crashed = await startAtNoon(stage, { leaseSeconds: 60 });
  expect((await stuckRuns(api)).map(({ databaseId }) => databaseId)).toContain(crashed.run.databaseId);
  expect((await start(api, stage)).outcome).toBe('STARTED');
  expect((await stuckRuns(api)).map(({ databaseId }) => databaseId)).not.toContain(crashed.run.databaseId);
  expect(await failure(end(api, crashed))).toMatchObject({ code: 'CONFLICT' });
  expect(await fetchRun(api, crashed.run.databaseId)).toMatchObject({ state: 'ABANDONED' });
});

test('C18 the sweeper abandons what is stuck, with an error of the run, and nothing without a lease', async () => {
  const [leased, limited, endless, alive] = await Promise.all([
    newProcess(),
    newProcess({ runTimeLimitSeconds: 100 }),
    newProcess({ runTimeLimitSeconds: 100 }),
    newProcess(),
  ]);
  const over = await startAtNoon(leased, { leaseSeconds: 60 });
  const long = await startAtNoon(limited, { leaseSeconds: 3600 });
  const without = await startAtNoon(endless);
  const beating = await startAtNoon(alive, { leaseSeconds: 3600 });
  await at(api, clock('12:30:00'), async (then) => {
    const listed = Object.fromEntries((await stuckRuns(then)).map(({ databaseId, stuck }) => [databaseId, stuck]));
    expect(listed).toMatchObject({
      [over.run.databaseId]: 'LEASE_EXPIRED',
      [long.run.databaseId]: 'TIME_LIMIT',
      [without.run.databaseId]: 'TIME_LIMIT',
    });
    expect(listed).not.toHaveProperty(String(beating.run.databaseId));
    expect(await sweepRuns(then.db)).toBe(2);
    expect(await sweepRuns(then.db)).toBe(0);
  });
  for (const { run } of [over, long])
    expect(await fetchRun(api, run.databaseId)).toMatchObject({ state: 'ABANDONED', endedAt: shown('12:30:00') });
  for (const { run } of [without, beating]) expect(await fetchRun(api, run.databaseId)).toEqual(run);
  expect(await errorsOf(over.run.databaseId)).toEqual([
    { type: { name: 'Process Error' }, description: expect.stringContaining(shown('12:01:00')), occurredAt: shown('12:30:00') },
  ]);
  expect(await errorsOf(long.run.databaseId)).toEqual([
    { type: { name: 'Process Error' }, description: expect.stringContaining('100 seconds'), occurredAt: shown('12:30:00') },
  ]);
  expect((await eventsOf(api, over.run.databaseId)).find(({ to }) => to === 'failed')).toMatchObject({
    actor: 'waybill',
    origin: 'sweeper',
  });
  expect(await failure(end(api, over))).toMatchObject({ code: 'CONFLICT', argument: 'input.fencingToken' });
  await end(api, beating);
});

test('C18 two sweepers at once abandon each of many runs once', async () => {
  await api.sql(
    `with p as (insert into process (process_name) select 'swept ' || i from generate_series(1, 150) i returning process_id)
     insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, is_latest_run, fencing_token, lease_seconds, lease_until)
     select process_id, 1, 1, '2026-01-01 12:00', true, 1, 60, timestamptz '2026-01-01 12:01Z' from p`,
  );
  const swept = await at(api, clock('13:00:00'), async (then) => {
    const other = openServer(api, { now: clock('13:00:00') });
    return Promise.all([sweepRuns(then.db), sweepRuns(other.db)]).finally(() => other.close());
  });
  expect(swept[0] + swept[1]).toBe(150);
  const [counts] = await api.sql(
    `select count(*)::int as errors, count(distinct process_tracking_id)::int as runs from error_tracking e join process_tracking r using (process_tracking_id)
     join process p using (process_id) where p.process_name like 'swept %' and r.end_reason = 'abandoned'`,
  );
  expect(counts).toEqual({ errors: 150, runs: 150 });
});

test('C18 a holder that was heard of between the look and the sweep keeps its run', async () => {
  const { run } = await start(api, await newProcess(), { leaseSeconds: 60 });
  const abandoned = () => api.sql('select process_tracker.abandon_runs(array[$1::int]) as count', [run.databaseId]);
  expect(await abandoned()).toEqual([{ count: 0 }]);
  expect(await fetchRun(api, run.databaseId)).toEqual(run);
  expect(await errorsOf(run.databaseId)).toEqual([]);
});

test('A5 an end needs the live token, and a run that there is', async () => {
  const stage = await newProcess();
  const first = await startAtNoon(stage, { leaseSeconds: 60 });
  const second = await start(api, stage, { leaseSeconds: 60 });
  const before = await digest(api);
  for (const fencingToken of [first.fencingToken, '0', undefined])
    expect(await failure(report(api, second.run, { status: 'completed', fencingToken }))).toMatchObject({
      code: 'CONFLICT',
      argument: 'input.fencingToken',
    });
  expect(await failure(report(api, 999_999_999, { status: 'completed' }))).toMatchObject({
    code: 'NOT_FOUND',
    argument: 'input.run.databaseId',
    value: 999_999_999,
  });
  expect(await failure(report(api, { process: stage, number: 17 }, { status: 'completed' }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(await digest(api)).toBe(before);
  expect((await end(api, second)).run.state).toBe('COMPLETED');
});

test('A8 a stage that fails with an error lists it under its run, and what was completed before stays', async () => {
  const stage = await newProcess();
  const good = await runOnce(api, stage);
  const { lastCompletedAt } = await processOf(stage);
  const { run } = await start(api, stage);
  await raiseRunError(api, run, { type: 'File Error', description: 'No file today.', failRun: true });
  expect(await fetchRun(api, run.databaseId)).toMatchObject({ state: 'FAILED' });
  expect(await errorsOf(run.databaseId)).toMatchObject([{ type: { name: 'File Error' }, description: 'No file today.' }]);
  expect(await fetchRun(api, good.run.databaseId)).toMatchObject({ state: 'COMPLETED' });
  expect((await processOf(stage)).lastCompletedAt).toBe(lastCompletedAt);
});

test('P51 who made and who changed a run, and when, is true; what changes nothing leaves it as it was', async () => {
  const process = await newProcess();
  const audit = async (run: number) =>
    (
      await call(
        api,
        'query ($id: Int) { run(databaseId: $id) { createdAt createdBy { name } updatedAt updatedBy { name } rowVersion } }',
        {
          id: run,
        },
      )
    ).run;
  const { run } = await at(api, clock('12:00:00'), (then) => start(then, process, { actor: { name: 'robot' } }, 'maker'));
  const made = { createdAt: shown('12:00:00'), createdBy: { name: 'maker' } };
  expect(await audit(run.databaseId)).toEqual({ ...made, updatedAt: shown('12:00:00'), updatedBy: { name: 'maker' }, rowVersion: 1 });
  const before = await processOf(process);
  await at(api, clock('12:10:00'), (then) => report(then, run, { recordCount: '0', parameters: [{ name: 'day', value: '1' }] }, 'other'));
  expect(await audit(run.databaseId)).toMatchObject({ updatedAt: shown('12:00:00'), updatedBy: { name: 'maker' }, rowVersion: 1 });
  expect(await processOf(process)).toEqual(before);
  await at(api, clock('12:20:00'), (then) => report(then, run, { recordCount: '5' }, 'other'));
  expect(await audit(run.databaseId)).toEqual({ ...made, updatedAt: shown('12:20:00'), updatedBy: { name: 'other' }, rowVersion: 2 });
  expect(await processOf(process)).toMatchObject({ updatedAt: shown('12:20:00'), updatedBy: { name: 'other' } });
  await at(api, clock('12:30:00'), (then) => report(then, run, { recordCount: '5', insertCount: '0' }, 'third'));
  expect(await audit(run.databaseId)).toMatchObject({ updatedAt: shown('12:20:00'), updatedBy: { name: 'other' } });
});

test('P55 what Python clients write and read are times in the zone of the store', async () => {
  const berlin = await openApi('berlin');
  await berlin.sql(
    `insert into waybill_setting (key, value) values ('time_zone', 'Europe/Berlin') on conflict (key) do update set value = excluded.value`,
  );
  const server = openServer(berlin, { timeZone: 'Europe/Berlin', now: '2026-07-01T10:00:00Z' });
  try {
    await start(server, { name: 'ours', ...known });
    expect(
      await berlin.sql(
        "select process_run_start_date_time::text as naive, started_at at time zone 'UTC' = '2026-07-01 10:00' as exact from process_tracking",
      ),
    ).toEqual([{ naive: '2026-07-01 12:00:00', exact: true }]);
    const { run } = await report(server, { process: 'ours', number: 1 }, { status: 'completed', lowWatermark: '2026-06-30T22:00:00Z' });
    expect(run).toMatchObject({
      startedAt: '2026-07-01T10:00:00.000000Z',
      endedAt: '2026-07-01T10:00:00.000000Z',
      lowWatermark: '2026-06-30T22:00:00.000000Z',
    });
    expect(
      await berlin.sql(
        `select r.process_run_end_date_time::text as ended, r.process_run_low_date_time::text as low, p.last_completed_run_date_time::text as completed
         from process_tracking r join process p using (process_id)`,
      ),
    ).toEqual([{ ended: '2026-07-01 12:00:00', low: '2026-07-01 00:00:00', completed: '2026-07-01 12:00:00' }]);
    expect((await processOf('ours', server)).lastCompletedAt).toBe('2026-07-01T10:00:00.000000Z');
    // In winter and in summer, whatever zone the writer's own connection has.
    for (const [naive, exact] of [
      ['2026-01-15 12:00:00', '2026-01-15T11:00:00.000000Z'],
      ['2026-07-15 12:00:00', '2026-07-15T10:00:00.000000Z'],
    ] as const) {
      const theirs = await startLikePython(berlin, 'ours', naive);
      await berlin.sql(
        `update process_tracking set process_status_id = 3, process_run_end_date_time = $1::timestamp + interval '1 hour' where process_tracking_id = $2`,
        [naive, theirs],
      );
      await berlin.sql(
        `insert into error_tracking (process_tracking_id, error_type_id, error_description, error_occurrence_date_time) select $1, min(error_type_id), 'theirs', $2::timestamp from error_type_lkup`,
        [theirs, naive],
      );
      expect(await fetchRun(server, theirs)).toMatchObject({
        state: 'FAILED',
        startedAt: exact,
        endedAt: exact.replace(/T1./, (hour) => `T${Number(hour.slice(1)) + 1}`),
      });
      const { errors } = (
        await call(server, 'query ($id: Int) { run(databaseId: $id) { errors { nodes { occurredAt } } } }', { id: theirs })
      ).run;
      expect(errors.nodes).toEqual([{ occurredAt: exact }]);
    }
  } finally {
    await server.close();
    await berlin.close();
  }
});

test('P55 an old run that a Python client ends by SQL keeps what Waybill says of it', async () => {
  const process = await newProcess();
  const { run } = await start(api, process);
  await api.sql(
    `update process_tracking set process_status_id = 2, process_run_end_date_time = process_run_start_date_time + interval '1 hour' where process_tracking_id = $1`,
    [run.databaseId],
  );
  expect(await fetchRun(api, run.databaseId)).toMatchObject({ state: 'COMPLETED', startedAt: run.startedAt });
  expect(await report(api, run, { status: 'completed' })).toMatchObject({ changed: false });
  expect((await start(api, process)).outcome).toBe('STARTED');
});

test('P13 a hold that is ended by a report, with a reason, is released too: no run of the process was completed', async () => {
  const process = await newProcess();
  const { run } = await hold(api, { process: { name: process }, reason: 'Wait.' });
  expect(await failure(report(api, run, { status: 'completed' }))).toMatchObject({ code: 'INVALID', argument: 'input.reason' });
  expect((await report(api, run, { status: 'completed', reason: 'Go.' })).run).toMatchObject({ state: 'COMPLETED', endReason: 'RELEASED' });
  expect((await processOf(process)).lastCompletedAt).toBeNull();
  expect((await start(api, process)).outcome).toBe('STARTED');
});

test('a hold on a process whose run goes on is refused, and a second one changes nothing', async () => {
  const process = await newProcess();
  const first = await start(api, process);
  expect(await failure(hold(api, { process: { name: process }, reason: 'Wait.' }))).toMatchObject({
    code: 'CONFLICT',
    databaseId: first.run.databaseId,
  });
  await end(api, first);
  const held = await hold(api, { process: { name: process }, reason: 'Wait.' });
  expect(held).toMatchObject({ changed: true, run: { state: 'ON_HOLD' } });
  const before = await digest(api);
  expect(await hold(api, { process: { name: process }, reason: 'Wait.' })).toMatchObject({
    changed: false,
    run: { databaseId: held.run.databaseId },
  });
  expect(await digest(api)).toBe(before);
});

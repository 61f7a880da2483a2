import { openApi, type Api } from '../support/api.js';
import {
  at,
  call,
  canStart,
  eventsOf,
  failure,
  fetchRun,
  hold,
  known,
  reopen,
  report,
  runOnce,
  start,
  startLikePython,
} from '../support/run-calls.js';

let api: Api;
let unique = 0;
beforeAll(async () => {
  api = await openApi('record_runs');
});
afterAll(() => api.close());

const recordMutation = `mutation ($input: RecordRunsInput!) {
  recordRuns(input: $input) {
    failedCount
    results { changed run { databaseId number state origin externalId } error { code message argument value allowed nearest } }
  } }`;
const record = async (runs: object[], actor?: string, on: Parameters<typeof call>[0] = api) =>
  (await call(on, recordMutation, { input: { runs } }, actor)).recordRuns;
const register = async (more: object = {}) => {
  const name = `process ${++unique}`;
  await api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
    input: { name, ...known, ...more },
  });
  return name;
};
const day = (n: number, time = '08:00:00') => `2026-01-${String(n).padStart(2, '0')}T${time}Z`;
/** A run of an hour on a day of January 2026. */
const onDay = (process: string, n: number, more: object = {}) => ({
  process: { name: process },
  startedAt: day(n),
  endedAt: day(n, '09:00:00'),
  status: 'completed',
  ...more,
});
const latestOf = async (name: string) =>
  (await api.run('query ($name: String!) { process(name: $name) { latestRun { number startedAt } } }', { name })).process.latestRun;
const rowsOf = (name: string) =>
  api.sql(
    `select process_run_id as number, is_latest_run as latest, process_status_name as status from process_tracking
     join process using (process_id) join process_status_lkup using (process_status_id) where process_name = $1 order by 1`,
    [name],
  );

test('a run that has ended is recorded with all it has; repeated, it changes nothing', async () => {
  const name = await register({
    sources: [{ name: 'shop', objects: [{ name: 'orders' }] }],
    targets: [{ name: 'lake', objects: [{ name: 'facts' }] }],
  });
  const run = {
    process: { name },
    externalId: 'dbt-1',
    startedAt: '2026-01-05T09:00:00.123456+01:00',
    endedAt: day(5, '08:30:00'),
    status: 'failed',
    recordCount: '1500',
    insertCount: 70,
    updateCount: 30,
    lowWatermark: day(1),
    highWatermark: day(4),
    errors: [
      { type: 'dbt Error', createType: true, description: 'Compilation failed, password=hunter2' },
      { type: 'Data Error', occurredAt: day(5, '08:10:00') },
    ],
    parameters: [{ name: 'target', value: 'prod' }, { name: 'full' }],
    group: { key: 'night 5', name: 'Night', expectedTotal: 3 },
    links: [
      { label: 'log', url: 'https://ci.example.com/runs/1?tab=log' },
      { label: 'dbt', url: 'https://dbt.example.com' },
    ],
  };
  const answer = await record([run], 'dbt');
  expect(answer).toEqual({
    failedCount: 0,
    results: [
      {
        changed: true,
        run: { databaseId: expect.any(Number), number: 1, state: 'FAILED', origin: 'RECORDED', externalId: 'dbt-1' },
        error: null,
      },
    ],
  });
  const again = await record([
    {
      ...run,
      startedAt: '2026-01-05T08:00:00.123456Z',
      recordCount: 1500,
      parameters: run.parameters.toReversed(),
      links: run.links.toReversed(),
    },
    { ...run, group: { key: 'night 5' } },
  ]);
  const same = { ...answer.results[0], changed: false };
  expect(again).toEqual({ failedCount: 0, results: [same, same] });
  const { run: found } = await api.run(
    `query ($process: String!) { run(process: $process, externalId: "dbt-1") {
       number name startedAt endedAt state status { name } endReason recordCount insertCount updateCount lowWatermark highWatermark durationSeconds
       origin externalId links { label url } actor { name } group { key name expectedTotal } parameters { name value } errors { nodes { type { name } description occurredAt } }
       leaseUntil fencingToken heartbeatAt inputs { nodes { name } } outputs { nodes { name } }
       process { totalRecordCount lastFailedAt latestRun { number } } } }`,
    { process: name },
  );
  expect(found).toMatchObject({
    number: 1,
    name: null,
    startedAt: '2026-01-05T08:00:00.123456Z',
    endedAt: '2026-01-05T08:30:00.000000Z',
    state: 'FAILED',
    endReason: null,
    recordCount: '1500',
    insertCount: '70',
    updateCount: '30',
    lowWatermark: '2026-01-01T08:00:00.000000Z',
    highWatermark: '2026-01-04T08:00:00.000000Z',
    durationSeconds: 1799.876544,
    links: run.links.toReversed(),
    actor: { name: 'dbt' },
    group: { key: 'night 5', name: 'Night', expectedTotal: 3 },
    parameters: [
      { name: 'full', value: null },
      { name: 'target', value: 'prod' },
    ],
    leaseUntil: null,
    fencingToken: null,
    heartbeatAt: null,
    inputs: { nodes: [{ name: 'orders' }] },
    outputs: { nodes: [{ name: 'facts' }] },
    process: { totalRecordCount: '1500', lastFailedAt: '2026-01-05T08:30:00.000000Z', latestRun: { number: 1 } },
  });
  expect(found.errors.nodes).toEqual(
    expect.arrayContaining([
      { type: { name: 'dbt Error' }, description: 'Compilation failed, password=***', occurredAt: '2026-01-05T08:30:00.000000Z' },
      { type: { name: 'Data Error' }, description: null, occurredAt: '2026-01-05T08:10:00.000000Z' },
    ]),
  );
  expect(await eventsOf(api, answer.results[0].run.databaseId)).toEqual([
    { field: 'status', from: null, to: 'failed', actor: 'dbt', origin: 'api', reason: null },
  ]);
});

test('a wrong text in an item is counted with the items that failed, also where no other is left', async () => {
  const name = await register();
  const good = onDay(name, 3);
  const bad = { ...onDay(name, 4), externalId: ' ' };
  expect(await record([bad, good])).toMatchObject({ failedCount: 1, results: [{ error: { argument: 'externalId' } }, { changed: true }] });
  expect(await record([bad, bad])).toMatchObject({ failedCount: 2, results: [{ run: null }, { run: null }] });
});

test('other values by the same id are a CONFLICT that names them; without an id each is a run', async () => {
  const name = await register();
  const run = onDay(name, 3, { externalId: 'a', errors: [{ type: 'Data Error', description: 'x' }] });
  const other = {
    ...run,
    endedAt: day(3, '10:00:00'),
    status: 'failed',
    errors: [],
    recordCount: 1,
    links: [{ label: 'log', url: 'http://log' }],
  };
  const { failedCount, results } = await record([run, other, onDay(name, 3), onDay(name, 3), { ...run, externalId: 'b' }]);
  expect(failedCount).toBe(1);
  expect(results.map(({ changed, run }: any) => [changed, run?.number])).toEqual([
    [true, 1],
    [false, undefined],
    [true, 2],
    [true, 3],
    [true, 4],
  ]);
  expect(results[1].error).toEqual({
    code: 'CONFLICT',
    message: 'Run 1 was recorded by this `externalId` with another value of `endedAt`, `errors`, `links`, `recordCount`, `status`.',
    argument: 'externalId',
    value: 'a',
    allowed: null,
    nearest: null,
  });
  // What was reported on it since is no other value.
  await report(api, results[0].run.databaseId, { recordCount: 9, links: [{ label: 'log', url: 'http://log' }] });
  expect((await record([run])).results[0].changed).toBe(false);
  // An id belongs to its process.
  const another = await register();
  expect((await record([{ ...other, process: { name: another } }])).results[0]).toMatchObject({ changed: true, run: { number: 1 } });
});

test('one bad item does not lose the others; errors name the argument, the value and what is allowed', async () => {
  const name = await register();
  const bad: [object, object][] = [
    [{ process: { name: 'nobody' } }, { code: 'NOT_FOUND', argument: 'process.name' }],
    [
      { startedAt: '2999-01-01T00:00:00Z', endedAt: '2999-01-02T00:00:00Z' },
      { argument: 'startedAt', allowed: { to: expect.any(String) } },
    ],
    [{ endedAt: '2999-01-01T00:00:00Z' }, { argument: 'endedAt', allowed: { to: expect.any(String) } }],
    [{ endedAt: day(1) }, { argument: 'endedAt', value: day(1), allowed: { from: '2026-01-02T08:00:00.000000Z' } }],
    [{ startedAt: '2026-02-30T00:00:00Z' }, { argument: 'startedAt' }],
    [{ status: 'running' }, { argument: 'status', value: 'running', allowed: ['completed', 'failed', 'skipped', 'unknown'] }],
    [{ status: 'paused' }, { argument: 'status' }],
    [{ endReason: 'CANCELLED' }, { argument: 'endReason', value: 'CANCELLED', allowed: [] }],
    [
      { status: 'failed', endReason: 'RELEASED' },
      { argument: 'endReason', value: 'RELEASED', allowed: ['ABANDONED', 'CANCELLED'] },
    ],
    [{ recordCount: -1 }, { argument: 'recordCount' }],
    [{ insertCount: '9223372036854775807', updateCount: 1 }, { argument: 'insertCount' }],
    [
      { lowWatermark: day(3), highWatermark: day(2) },
      { argument: 'lowWatermark', value: day(3) },
    ],
    [{ errors: [{ type: 'No such type' }] }, { argument: 'errors.0.type', value: 'No such type' }],
    [{ parameters: [{ name: 'a' }, { name: 'a' }] }, { argument: 'parameters.1.name' }],
    [{ group: { key: 'g', expectedTotal: -1 } }, { argument: 'group.expectedTotal' }],
    [{ links: [{ label: 'log', url: 'ftp://host/x' }] }, { argument: 'links.0.url', value: 'ftp://host/x' }],
    [{ links: [{ label: 'log', url: `https://host/${'x'.repeat(10_000)}` }] }, { argument: 'links.0.url', allowed: { maxBytes: 2000 } }],
  ];
  const { failedCount, results } = await record([
    onDay(name, 1),
    ...bad.map(([more]) => onDay(name, 2, more)),
    onDay(name, 3, { externalId: 'last', links: [{ label: 'log', url: 'HTTP://host' }] }),
  ]);
  expect(failedCount).toBe(bad.length);
  const found = results.slice(1, -1).map(({ error }: any) => error);
  for (const [i, [, expected]] of bad.entries()) expect(found[i]).toMatchObject({ code: 'INVALID', ...expected });
  expect([results[0], results.at(-1)]).toMatchObject([
    { changed: true, run: { number: 1 } },
    { changed: true, run: { number: 2 } },
  ]);
  expect(await rowsOf(name)).toHaveLength(2);
  expect(await failure(record([]))).toMatchObject({ code: 'INVALID', argument: 'input.runs' });
  // The first of two with one id is the first valid one.
  expect(
    (
      await record([
        onDay(name, 5, { externalId: 'x', status: 'running' }),
        onDay(name, 5, { externalId: 'x' }),
        onDay(name, 5, { externalId: 'x' }),
      ])
    ).results,
  ).toMatchObject([{ error: { argument: 'status' } }, { changed: true, run: { number: 3 } }, { changed: false, run: { number: 3 } }]);
});

test('a clock that is a little ahead may say the end, not the start', async () => {
  const name = await register();
  await at(api, '2026-03-01T12:00:00Z', async (then) => {
    const run = { process: { name }, startedAt: '2026-03-01T12:00:00Z', status: 'completed' };
    const { results } = await record(
      [
        { ...run, endedAt: '2026-03-01T12:01:00Z' },
        { ...run, endedAt: '2026-03-01T12:01:00.000001Z' },
        { ...run, startedAt: '2026-03-01T12:00:00.000001Z', endedAt: '2026-03-01T12:00:01Z' },
      ],
      undefined,
      then,
    );
    expect(results.map(({ error }: any) => error?.argument)).toEqual([undefined, 'endedAt', 'startedAt']);
  });
});

test('it takes the next number, and is the latest if it started last', async () => {
  const name = await register();
  await at(api, day(10), (then) => runOnce(then, name));
  await record([onDay(name, 20), onDay(name, 5), onDay(name, 15)]);
  expect(await latestOf(name)).toEqual({ number: 4, startedAt: '2026-01-20T08:00:00.000000Z' });
  expect((await rowsOf(name)).map(({ number, latest }) => [number, latest])).toEqual([
    [1, false],
    [2, false],
    [3, false],
    [4, true],
  ]);
  await record([onDay(name, 6)]);
  expect(await latestOf(name)).toMatchObject({ number: 4 });
  const started = await at(api, day(25), (then) => start(then, name));
  expect(started).toMatchObject({ outcome: 'STARTED', run: { number: 6 } });
  expect(await latestOf(name)).toMatchObject({ number: 6 });
});

test('starts ignore it: what runs still runs, a hold still holds, a closed group takes it', async () => {
  const name = await register();
  const running = await start(api, name, { group: { key: 'shut' } });
  await api.run('mutation ($input: CloseRunGroupInput!) { closeRunGroup(input: $input) { changed } }', {
    input: { group: { key: 'shut' } },
  });
  const now = new Date().toISOString();
  const during = { process: { name }, startedAt: now, endedAt: now, status: 'completed', group: { key: 'shut' } };
  expect((await record([during])).results[0]).toMatchObject({ changed: true, run: { number: 2 } });
  expect(await canStart(api, name)).toMatchObject({ outcome: 'ALREADY_RUNNING', run: { number: 1 } });
  await report(api, running.run, { fencingToken: running.fencingToken, status: 'completed' });
  const held = await hold(api, { process: { name }, reason: 'enough' });
  await record([during, { ...onDay(name, 2), status: 'failed' }]);
  expect(await canStart(api, name)).toMatchObject({ outcome: 'ON_HOLD', run: { databaseId: held.run.databaseId } });
  // Nor does a Python client, which sees the highest number alone.
  expect((await failure(startLikePython(api, name, '2026-02-01 00:00:00'))).message).toBe('The process is on hold.');
});

test('a Python client starts after it, whichever run is the latest', async () => {
  const name = await register();
  const number = async (id: number) => (await fetchRun(api, id)).number;
  /** As it does: it takes the mark of the highest number alone. */
  const pythonStarts = async () => {
    const [row] = await api.sql<{ id: number }>(
      `with last as (update process_tracking r set is_latest_run = false from process p where p.process_id = r.process_id and process_name = $1
         and process_run_id = (select max(process_run_id) from process_tracking m where m.process_id = p.process_id) returning r.process_id, process_run_id)
       insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, is_latest_run)
       select process_id, 1, process_run_id + 1, now()::timestamp, true from last returning process_tracking_id as id`,
      [name],
    );
    await api.sql(
      'update process_tracking set process_status_id = 2, process_run_end_date_time = now()::timestamp where process_tracking_id = $1',
      [row!.id],
    );
    return row!.id;
  };
  await record([onDay(name, 8)]);
  expect(await number(await pythonStarts())).toBe(2);
  await record([onDay(name, 3), onDay(name, 4)]);
  expect(await number(await pythonStarts())).toBe(5);
  expect((await rowsOf(name)).filter(({ latest }) => latest)).toEqual([{ number: 5, latest: true, status: 'completed' }]);
});

test('its row is one that Python clients understand', async () => {
  const name = await register();
  await record(
    [onDay(name, 7, { status: 'unknown', insertCount: 3 }), onDay(name, 6, { status: 'failed', endReason: 'CANCELLED' })],
    'airflow',
  );
  expect(
    await api.sql(
      `select process_status_name as status, process_run_id as number, process_run_start_date_time::text as started, process_run_end_date_time::text as ended,
         is_latest_run as latest, process_run_record_count::int as records, process_run_insert_count::int as inserts, process_run_update_count::int as updates,
         actor_name as actor, process_run_name as name, end_reason as "endReason", process_run_low_date_time as low
       from process_tracking join process using (process_id) join process_status_lkup using (process_status_id)
       join actor_lkup on actor_id = process_run_actor_id where process_name = $1 order by 2`,
      [name],
    ),
  ).toEqual([
    {
      status: 'failed',
      number: 1,
      started: '2026-01-06 08:00:00',
      ended: '2026-01-06 09:00:00',
      latest: false,
      records: 0,
      inserts: 0,
      updates: 0,
      actor: 'airflow',
      name: null,
      endReason: 'cancelled',
      low: null,
    },
    {
      status: 'unknown',
      number: 2,
      started: '2026-01-07 08:00:00',
      ended: '2026-01-07 09:00:00',
      latest: true,
      records: 3,
      inserts: 3,
      updates: 0,
      actor: 'airflow',
      name: null,
      endReason: null,
      low: null,
    },
  ]);
});

test('parents that were recorded block as any do, by their start; lateness and diagnosis see them', async () => {
  const parent = await register({ scheduleFrequency: 'daily' });
  const child = await register({ dependsOn: [{ process: { name: parent } }] });
  const blocked = async () => {
    const [{ outcome, blockers }, { whyBlocked }] = await Promise.all([
      canStart(api, child),
      call(api, 'query ($name: String!) { whyBlocked(process: { name: $name }) { causes { run { number } } } }', { name: child }),
    ]);
    expect(whyBlocked.causes.map(({ run }: any) => run.number)).toEqual(blockers.map(({ run }) => run!.number));
    return outcome === 'BLOCKED';
  };
  await record([onDay(parent, 8, { status: 'failed' })]);
  expect(await blocked()).toBe(true);
  await record([onDay(parent, 7)]);
  expect(await blocked()).toBe(true);
  await record([onDay(parent, 9)]);
  expect(await blocked()).toBe(false);
  await record([onDay(parent, 8, { status: 'failed', externalId: 'later told' })]);
  expect(await blocked()).toBe(false);
  const late = (now: string) =>
    at(
      api,
      now,
      async (then) =>
        (await call(then, 'query ($name: String!) { process(name: $name) { late { lastStartedAt } } }', { name: parent })).process.late,
    );
  expect(await late('2036-01-01T00:00:00Z')).toEqual({ lastStartedAt: '2026-01-09T08:00:00.000000Z' });
  const { results } = await record([
    onDay(parent, 20, { status: 'failed' }),
    onDay(parent, 19),
    { ...onDay(child, 20, { status: 'failed' }), startedAt: day(20, '10:00:00'), endedAt: day(20, '11:00:00') },
  ]);
  const { run } = await call(api, 'query ($id: Int!) { run(databaseId: $id) { whyFailed { ancestors { run { number } } } } }', {
    id: results[2].run.databaseId,
  });
  expect(run.whyFailed.ancestors).toEqual([{ run: { number: results[0].run.number } }]);
});

test('failures in a row count it by its start, and put the process on hold at the next start', async () => {
  const name = await register({ failureLimit: 3 });
  await at(api, day(10), (then) => runOnce(then, name, 'failed'));
  await record([onDay(name, 12, { status: 'failed' }), onDay(name, 9)]);
  expect(await canStart(api, name)).toMatchObject({ outcome: 'STARTED' });
  await record([
    onDay(name, 11, { status: 'failed' }),
    onDay(name, 12, { status: 'failed', endReason: 'CANCELLED' }),
    onDay(name, 13, { status: 'skipped' }),
  ]);
  const held = await canStart(api, name);
  expect(held).toMatchObject({ outcome: 'ON_HOLD', run: null });
  expect(held.failures.map(({ number }) => number)).toEqual([3, 4, 1]);
  await record([onDay(name, 14)]);
  expect(await canStart(api, name)).toMatchObject({ outcome: 'STARTED' });
});

test('a recorded failure after a completed command run counts for `mayStart` as it does for a start', async () => {
  const name = await register({ failureLimit: 1 });
  await at(api, day(10), (then) => runOnce(then, name, 'completed'));
  const mayStart = async () => {
    const query =
      'query ($name: String!) { process(name: $name) { mayStart } processes(where: { name: { eq: $name }, mayStart: { eq: true } }) { totalCount } }';
    const { process, processes } = await api.run(query, { name });
    return [process.mayStart, processes.totalCount, (await canStart(api, name)).outcome];
  };
  expect(await mayStart()).toEqual([true, 1, 'STARTED']);
  await record([onDay(name, 11, { status: 'failed' })]);
  expect(await mayStart()).toEqual([false, 0, 'ON_HOLD']);
  await record([onDay(name, 12)]);
  expect(await mayStart()).toEqual([true, 1, 'STARTED']);
});

test('it stays as it ended: it cannot be reopened, an unknown end can be told', async () => {
  const name = await register();
  const { results } = await record([onDay(name, 3), onDay(name, 4, { status: 'unknown' })]);
  const [done, unknown] = results.map(({ run }: any) => run.databaseId);
  expect(await failure(reopen(api, done, { reason: 'again' }))).toMatchObject({
    code: 'CONFLICT',
    message: 'This run was recorded after its end and cannot be reopened.',
  });
  expect(await failure(report(api, unknown, { status: 'running', reason: 'again' }))).toMatchObject({ code: 'CONFLICT' });
  expect((await report(api, unknown, { status: 'completed', endedAt: day(4, '09:00:00') })).run).toMatchObject({ state: 'COMPLETED' });
});

test('a new run group with blanks at an end of its key is refused, and the other runs are recorded', async () => {
  const name = await register();
  const inGroup = (n: number, key: string) => onDay(name, n, { group: { key } });
  const { failedCount, results } = await record([inGroup(1, 'night'), inGroup(2, 'night\u3000'), inGroup(3, 'night')]);
  expect(failedCount).toBe(1);
  expect(results.map(({ error }: any) => error)).toEqual([
    null,
    {
      code: 'INVALID',
      message: 'A new name must not begin or end with blanks: "night\u3000". Did you mean "night"?',
      argument: 'group.key',
      value: 'night\u3000',
      allowed: 'a name without blanks at its ends',
      nearest: ['night'],
    },
    null,
  ]);
  await expect(
    api.run('mutation ($input: StartRunInput!) { startRun(input: $input) { outcome } }', {
      input: { process: { name }, group: { key: ' night' } },
    }),
  ).rejects.toMatchObject({ code: 'INVALID', details: { argument: 'input.group.key', nearest: ['night'] } });
  // One that other clients made is used as it is.
  await api.sql(`insert into run_group (group_key) values ('night ')`);
  expect((await record([inGroup(4, 'night ')])).failedCount).toBe(0);
});

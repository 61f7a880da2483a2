import { openApi, type Api } from '../support/api.js';

let api: Api;
let token: string;
/** Numbers of runs, by the name of the process: its last one. */
const runs: Record<string, number> = {};

const startMutation = `mutation ($input: StartRunInput!) { startRun(input: $input) { outcome fencingToken run { id databaseId } } }`;
const reportRun = 'mutation ($input: ReportRunInput!) { reportRun(input: $input) { changed } }';
const reportRuns =
  'mutation ($input: ReportRunsInput!) { reportRuns(input: $input) { results { changed run { databaseId } error { code argument value allowed message } } } }';
const raiseError = 'mutation ($input: RaiseRunErrorInput!) { raiseRunError(input: $input) { changed } }';
const reopenRun = 'mutation ($input: ReopenRunInput!) { reopenRun(input: $input) { changed } }';
const byPerson = (field: string, type: string) => `mutation ($input: ${type}!) { ${field}(input: $input) { changed } }`;
const holdProcess = byPerson('holdProcess', 'HoldProcessInput');
const releaseProcess = byPerson('releaseProcess', 'ReleaseProcessInput');
const id = (text: string) => Buffer.from(text).toString('base64url');

const start = async (name: string, more: object = {}) => {
  const { startRun } = await api.run(startMutation, { input: { process: { name, type: 'Load', tool: 'dbt' }, ...more } });
  runs[name] = startRun.run.databaseId;
  return startRun;
};
const end = (name: string, status: string) => api.run(reportRun, { input: { run: { databaseId: runs[name] }, status } });
/** Puts the number of a run where a case, which is written before there are any, has the name of its process. */
const filled = (input: unknown): unknown =>
  JSON.parse(JSON.stringify(input), (key, value) =>
    key === 'databaseId' && typeof value === 'string' ? runs[value] : value === 'LIVE' ? token : value,
  );

beforeAll(async () => {
  api = await openApi('runs_bad');
  await start('running');
  token = (await start('leased', { leaseSeconds: 60 })).fencingToken;
  for (const status of ['failed', 'completed']) {
    await start('ended');
    await end('ended', status);
  }
  await start('going again');
  await end('going again', 'completed');
  runs['former'] = runs['going again']!;
  await start('going again');
  await start('held');
  await end('held', 'completed');
  await api.run(holdProcess, { input: { process: { name: 'held' }, reason: 'for now' } });
  await start('retired');
  await end('retired', 'completed');
  await api.sql(`update process set retired_at = now() where process_name = 'retired'`);
  await start('member', { group: { key: 'closed' }, runName: 'the first', idempotencyKey: 'used' });
  await api.sql(`update run_group set closed_at = now()`);
});
afterAll(() => api.close());

/** All rows of the store, so that a refusal can be seen to have changed nothing. */
async function everything(): Promise<unknown> {
  const tables = await api.sql<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'process_tracker' and table_type = 'BASE TABLE' order by 1`,
  );
  const sums = tables.map(
    ({ name }) => `select '${name}' as name, count(*) as rows, coalesce(sum(hashtext(t::text)), 0) as sum from process_tracker.${name} t`,
  );
  return api.sql(`${sums.join(' union all ')} order by 1`);
}

/** What is told of a refusal that changed nothing. */
async function refused(query: string, input: unknown, caller = {}): Promise<Record<string, unknown>> {
  const before = await everything();
  const { errors } = await api.execute(query, { input: filled(input) }, caller);
  expect(await everything()).toEqual(before);
  expect(errors).toHaveLength(1);
  const { message, originalError } = errors![0]!;
  expect(message).not.toMatch(/select |insert |update |relation|column|syntax|violates/i);
  const { code, details = {} } = (originalError ?? {}) as { code?: string; details?: Record<string, unknown> };
  return { message, code, ...details };
}

const running = { run: { databaseId: 'running' } };
const statuses = expect.arrayContaining(['running', 'completed', 'failed', 'on hold']);
const max = '9223372036854775807';

describe('P16 P17 P19–P22 reports', () => {
  const cases: [string, object, object][] = [
    [
      'an unknown status',
      { ...running, status: 'finished' },
      { code: 'INVALID', argument: 'input.status', value: 'finished', allowed: statuses },
    ],
    [
      'an end before the start',
      { ...running, status: 'completed', endedAt: '2020-02-29T12:00:00Z' },
      { code: 'INVALID', argument: 'input.endedAt', value: '2020-02-29T12:00:00Z', allowed: { from: expect.any(String) } },
    ],
    [
      'an end without a status',
      { ...running, endedAt: '2030-01-01T00:00:00Z' },
      { code: 'INVALID', argument: 'input.endedAt', value: '2030-01-01T00:00:00Z', allowed: expect.stringContaining('completed') },
    ],
    [
      'an end with a status of its own',
      { ...running, status: 'checking', createStatus: true, endedAt: '2030-01-01T00:00:00Z' },
      { code: 'INVALID', argument: 'input.endedAt' },
    ],
    [
      'no leap day',
      { ...running, status: 'completed', endedAt: '2027-02-29T00:00:00Z' },
      { code: 'INVALID', argument: 'input.endedAt', value: '2027-02-29T00:00:00Z', allowed: expect.any(String) },
    ],
    [
      'a thirty-first of June',
      { ...running, lowWatermark: '2027-06-31T00:00:00Z' },
      { code: 'INVALID', argument: 'input.lowWatermark', value: '2027-06-31T00:00:00Z', allowed: expect.any(String) },
    ],
    [
      'the year 0',
      { ...running, highWatermark: '0000-01-01T00:00:00Z' },
      { code: 'INVALID', argument: 'input.highWatermark', value: '0000-01-01T00:00:00Z', allowed: expect.any(String) },
    ],
    [
      'a low after a high',
      { ...running, lowWatermark: '2027-06-02T00:00:00Z', highWatermark: '2027-06-01T00:00:00Z' },
      { code: 'INVALID', argument: 'input.lowWatermark', value: '2027-06-02T00:00:00Z', allowed: expect.any(Object) },
    ],
    [
      'negative records',
      { ...running, recordCount: -1 },
      { code: 'INVALID', argument: 'input.recordCount', value: '-1', allowed: { min: 0, max } },
    ],
    [
      'negative inserts',
      { ...running, insertCount: '-9223372036854775808' },
      { code: 'INVALID', argument: 'input.insertCount', value: '-9223372036854775808', allowed: { min: 0, max } },
    ],
    [
      'more updates than 64 bits',
      { ...running, updateCount: '9223372036854775808' },
      { code: 'INVALID', argument: 'input.updateCount', value: '9223372036854775808', allowed: { min: 0, max } },
    ],
    [
      'inserts and updates beyond 64 bits',
      { ...running, insertCount: max, updateCount: 1 },
      { code: 'INVALID', argument: 'input.insertCount', value: max },
    ],
    [
      'a token of a run without one',
      { ...running, fencingToken: '4711' },
      { code: 'CONFLICT', argument: 'input.fencingToken', value: '4711' },
    ],
    ['no token', { run: { databaseId: 'leased' }, insertCount: 1 }, { code: 'CONFLICT', argument: 'input.fencingToken', value: null }],
    [
      'another token',
      { run: { databaseId: 'leased' }, fencingToken: '1', status: 'completed' },
      { code: 'CONFLICT', argument: 'input.fencingToken', value: '1' },
    ],
    [
      'a token beyond 64 bits',
      { run: { databaseId: 'leased' }, fencingToken: '9999999999999999999' },
      { code: 'INVALID', argument: 'input.fencingToken', value: '9999999999999999999' },
    ],
    [
      'a token below 64 bits',
      { run: { databaseId: 'leased' }, fencingToken: '-9999999999999999999' },
      { code: 'INVALID', argument: 'input.fencingToken', value: '-9999999999999999999' },
    ],
    [
      'a version that is gone',
      { ...running, rowVersion: 0, insertCount: 1 },
      { code: 'CONFLICT', argument: 'input.rowVersion', value: 0, allowed: expect.any(Number) },
    ],
    [
      'a run of another process',
      { run: { databaseId: 'running', process: 'ended' }, insertCount: 1 },
      { code: 'NOT_FOUND', argument: 'input.run.process', value: 'ended' },
    ],
    [
      'a number that the process has not',
      { run: { process: 'running', number: 2 } },
      { code: 'NOT_FOUND', argument: 'input.run.number', value: 2 },
    ],
    [
      'an unknown process',
      { run: { process: 'nobody', number: 1 } },
      { code: 'NOT_FOUND', argument: 'input.run.process', value: 'nobody' },
    ],
    ['an unknown name', { run: { name: 'nobody' } }, { code: 'NOT_FOUND', argument: 'input.run.name', value: 'nobody' }],
    ['an unknown number', { run: { databaseId: 2_147_483_647 } }, { code: 'NOT_FOUND', argument: 'input.run.databaseId' }],
    ['an id of a process', { run: { id: id('Process:1') } }, { code: 'INVALID', argument: 'input.run.id', value: id('Process:1') }],
    ['an id of nothing', { run: { id: 'nonsense' } }, { code: 'INVALID', argument: 'input.run.id', value: 'nonsense' }],
    ['no run', { run: {} }, { code: 'INVALID', argument: 'input.run', allowed: expect.stringContaining('databaseId') }],
    ['two runs', { run: { databaseId: 'running', name: 'the first' } }, { code: 'INVALID', argument: 'input.run' }],
    ['a number without a process', { run: { number: 1 } }, { code: 'INVALID', argument: 'input.run' }],
    [
      'an unknown kind of error',
      { ...running, errors: [{ type: 'File Error' }, { type: 'Oops' }] },
      {
        code: 'INVALID',
        argument: expect.stringMatching(/^input\.errors.*type$/),
        value: 'Oops',
        allowed: expect.arrayContaining(['File Error']),
      },
    ],
    [
      'an error on no day',
      { ...running, errors: [{ type: 'File Error', occurredAt: '2027-02-30T00:00:00Z' }] },
      { code: 'INVALID', argument: expect.stringMatching(/^input\.errors.*occurredAt$/), value: '2027-02-30T00:00:00Z' },
    ],
    [
      'a parameter twice',
      {
        ...running,
        parameters: [
          { name: 'a', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
      { code: 'INVALID', argument: expect.stringMatching(/^input\.parameters/), value: 'a', allowed: expect.any(String) },
    ],
    [
      'a lease of nothing',
      { ...running, leaseSeconds: 0 },
      { code: 'INVALID', argument: 'input.leaseSeconds', value: 0, allowed: { min: 1, max: 2_592_000 } },
    ],
    [
      'another end',
      { run: { databaseId: 'ended' }, status: 'failed' },
      { code: 'CONFLICT', argument: 'input.status', value: 'failed', state: 'completed', allowed: ['running'] },
    ],
    [
      'a new status that is refused is not made',
      { run: { databaseId: 'ended' }, status: 'brand new', createStatus: true },
      { code: 'CONFLICT', argument: 'input.status', value: 'brand new' },
    ],
    [
      'reopening without a word',
      { run: { databaseId: 'ended' }, status: 'running' },
      { code: 'INVALID', argument: 'input.reason', allowed: expect.any(String) },
    ],
    [
      'a hold that runs',
      { run: { databaseId: 'held', process: 'held' }, status: 'running' },
      { code: 'CONFLICT', argument: 'input.status' },
    ],
  ];
  test.each(cases)('%s', async (title, input, told) => {
    // The hold is the process's last run, which no start answered.
    if (title === 'a hold that runs')
      [{ id: runs.held }] = await api.sql<any>(`select process_tracking_id as id from process_tracking where process_status_id = 4`);
    expect(await refused(reportRun, input)).toMatchObject(told);
    // As one of several it is told the same, within the item.
    const several = { reports: [filled(input)] };
    const before = await everything();
    const { results } = (await api.run(reportRuns, { input: several })).reportRuns;
    // A status that was made for nothing is gone, but its coming and going is history.
    if (!('createStatus' in input)) expect(await everything()).toEqual(before);
    const { code, argument } = told as { code: string; argument: string };
    expect(results).toEqual([
      {
        changed: false,
        run: null,
        error: expect.objectContaining({
          code,
          argument: typeof argument === 'string' ? argument.replace('input.', '') : expect.any(String),
        }),
      },
    ]);
  });

  test('names and texts that cannot be', async () => {
    for (const [name, input] of Object.entries({
      'input.status': { ...running, status: '' },
      'input.errors.0.type': { ...running, errors: [{ type: '  ' }] },
      'input.parameters.0.name': { ...running, parameters: [{ name: '' }] },
      'input.run.name': { run: { name: '' } },
      'input.errors.0.description': { ...running, errors: [{ type: 'File Error', description: 'a\u0000b' }] },
      'input.insertCount': { ...running, insertCount: '12345678901234567890' },
      'input.updateCount': { ...running, updateCount: 1.5 },
      'input.endedAt': { ...running, status: 'completed', endedAt: 'yesterday' },
      'input.leaseSeconds': { ...running, leaseSeconds: 31_557_600_000_000 },
    }))
      expect((await refused(reportRun, input)).message).toContain(name);
  });

  test('a leap day is a day', async () => {
    await start('leaping');
    const input = { run: { databaseId: runs.leaping }, lowWatermark: '2028-02-29T23:59:59.123456Z', highWatermark: '9999-12-31T00:00:00Z' };
    await api.run(reportRun, { input });
    const { run } = await api.run('query ($id: Int) { run(databaseId: $id) { lowWatermark highWatermark } }', { id: runs.leaping });
    expect(run).toEqual({
      lowWatermark: expect.stringContaining('2028-02-29T23:59:59.123456'),
      highWatermark: expect.stringContaining('9999-12-31'),
    });
  });

  test('P19 a megabyte of error text is kept to the last character, two megabytes at most', async () => {
    const ascii = 'x'.repeat(1_048_575) + '.';
    const wide = 'é'.repeat(1_048_575) + '.';
    for (const description of [ascii, wide])
      await api.run(raiseError, { input: { ...(filled(running) as object), type: 'File Error', description } });
    const kept = await api.sql(
      `select error_description as text from error_tracking where process_tracking_id = $1 order by error_tracking_id desc limit 2`,
      [runs.running],
    );
    expect(kept.map(({ text }) => text === ascii)).toEqual([false, true]);
    expect(kept.map(({ text }) => text === wide)).toEqual([true, false]);
    expect((await refused(raiseError, { ...running, type: 'File Error', description: 'x'.repeat(2_097_153) })).message).toContain(
      '2097152 bytes',
    );
  });
});

describe('P18 many reports', () => {
  const many = 1_000;
  let ids: number[];
  beforeAll(async () => {
    ids = (
      await api.sql<{ id: number }>(
        `with p as (insert into process (process_name) select 'many ' || n from generate_series(1, $1::int) n returning process_id)
         insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, is_latest_run)
         select process_id, 1, 1, now(), true from p returning process_tracking_id as id`,
        [many],
      )
    ).map(({ id }) => id);
  });

  test('three bad ones of a thousand leave the others standing, in as many statements as ten take', async () => {
    const bad = new Map<number, object>([
      [3, { insertCount: -1 }],
      [500, { status: 'finished' }],
      [999, { run: { databaseId: 2_147_483_647 }, insertCount: 1 }],
    ]);
    const reportsOf = (those: number[], count: number) =>
      those.map((run, i) => ({ run: { databaseId: run }, insertCount: count, ...(those.length === many ? bad.get(i) : {}) }));
    let results: any[] = [];
    const statements = async (reports: object[]) =>
      (await api.recorded(async () => ({ results } = (await api.run(reportRuns, { input: { reports } })).reportRuns))).length;
    const few = await statements(reportsOf(ids.slice(0, 10), 1));
    expect(await statements(reportsOf(ids, 7))).toBe(few);
    expect(results.filter(({ error }) => !error)).toHaveLength(997);
    expect([...bad.keys()].map((i) => results[i].error)).toEqual([
      expect.objectContaining({ code: 'INVALID', argument: 'insertCount', value: '-1' }),
      expect.objectContaining({ code: 'INVALID', argument: 'status', value: 'finished', allowed: statuses }),
      expect.objectContaining({ code: 'NOT_FOUND', argument: 'run.databaseId' }),
    ]);
    expect(results[998]).toEqual({ changed: true, run: { databaseId: ids[998] }, error: null });
    expect(await api.sql('select count(*)::int as n from process_tracking where process_run_insert_count = 7')).toEqual([{ n: 997 }]);
    expect(await api.sql('select count(*)::int as n from process where total_record_count = 7')).toEqual([{ n: 997 }]);
  });

  test('none, and more than ten thousand', async () => {
    expect(await refused(reportRuns, { reports: [] })).toMatchObject({
      code: 'INVALID',
      argument: 'input.reports',
      value: 0,
      allowed: { min: 1, max: 10_000 },
    });
    const reports = Array.from({ length: 10_001 }, () => ({ run: { databaseId: 1 } }));
    expect(await refused(reportRuns, { reports })).toMatchObject({ code: 'INVALID', argument: 'input.reports', value: 10_001 });
  });

  test('several of one run are written in the order given', async () => {
    const run = { databaseId: ids[0] };
    const { results } = (
      await api.run(reportRuns, {
        input: {
          reports: [
            { run, status: 'completed', insertCount: 5 },
            { run, status: 'completed' },
            { run, status: 'failed' },
            { run, insertCount: 6 },
          ],
        },
      })
    ).reportRuns;
    expect(results.map(({ changed, error }: any) => error?.code ?? changed)).toEqual([true, false, 'CONFLICT', true]);
    expect(
      await api.sql(
        'select process_run_insert_count::int as n, process_status_id as s from process_tracking where process_tracking_id = $1',
        [ids[0]],
      ),
    ).toEqual([{ n: 6, s: 2 }]);
  });
});

describe('P13 P17 persons', () => {
  const reason = 'by hand';
  const cases: [string, string, object, object][] = [
    [
      'reopening without a reason',
      reopenRun,
      { run: { databaseId: 'ended' }, reason: '  ' },
      { code: 'INVALID', argument: 'input.reason', value: '  ', allowed: expect.any(String) },
    ],
    [
      'reopening a run that is not the latest',
      reopenRun,
      { run: { process: 'ended', number: 1 }, reason },
      { code: 'CONFLICT', argument: 'input.run', value: 1, latestRun: 2 },
    ],
    [
      'reopening while another goes on',
      reopenRun,
      { run: { databaseId: 'former' }, reason },
      { code: 'CONFLICT', argument: 'input.run', value: 1, latestRun: 2 },
    ],
    ['reopening what goes on', reopenRun, { ...running, reason }, { code: 'CONFLICT', argument: 'input.run' }],
    [
      'reopening with a lease of nothing',
      reopenRun,
      { run: { databaseId: 'ended' }, reason, leaseSeconds: 0 },
      { code: 'INVALID', argument: 'input.leaseSeconds', value: 0 },
    ],
    ['reopening a hold', reopenRun, { run: { process: 'held', number: 2 }, reason }, { code: 'CONFLICT', argument: 'input.run' }],
    [
      'cancelling what has ended',
      byPerson('cancelRun', 'CancelRunInput'),
      { run: { databaseId: 'ended' }, reason },
      { code: 'CONFLICT', argument: 'input.run' },
    ],
    [
      'abandoning a hold',
      byPerson('abandonRun', 'AbandonRunInput'),
      { run: { process: 'held', number: 2 }, reason },
      { code: 'CONFLICT', argument: 'input.run' },
    ],
    [
      'cancelling without a reason',
      byPerson('cancelRun', 'CancelRunInput'),
      { ...running, reason: '' },
      { code: 'INVALID', argument: 'input.reason' },
    ],
    [
      'cancelling what changed meanwhile',
      byPerson('cancelRun', 'CancelRunInput'),
      { ...running, reason, rowVersion: 0 },
      { code: 'CONFLICT', argument: 'input.rowVersion', value: 0 },
    ],
    [
      'cancelling nothing',
      byPerson('cancelRun', 'CancelRunInput'),
      { run: { databaseId: 0 }, reason },
      { code: 'NOT_FOUND', argument: 'input.run.databaseId', value: 0 },
    ],
    [
      'release of what is not on hold',
      releaseProcess,
      { process: { name: 'ended' }, reason },
      { code: 'CONFLICT', argument: 'input.process', value: 'ended', state: 'COMPLETED' },
    ],
    [
      'release of what never ran',
      releaseProcess,
      { process: { name: 'new' }, reason },
      { code: 'NOT_FOUND', argument: expect.stringMatching(/^input\.process/) },
    ],
    [
      'release to failed',
      releaseProcess,
      { process: { name: 'held' }, reason, to: 'failed' },
      { code: 'INVALID', argument: 'input.to', value: 'failed', allowed: expect.arrayContaining(['completed', 'skipped', 'unknown']) },
    ],
    [
      'release to running',
      releaseProcess,
      { process: { name: 'held' }, reason, to: 'running' },
      { code: 'INVALID', argument: 'input.to', value: 'running' },
    ],
    [
      'release to on hold',
      releaseProcess,
      { process: { name: 'held' }, reason, to: 'on hold' },
      { code: 'INVALID', argument: 'input.to', value: 'on hold' },
    ],
    [
      'release to a status that is not known',
      releaseProcess,
      { process: { name: 'held' }, reason, to: 'free' },
      { code: 'INVALID', argument: 'input.to', value: 'free', allowed: statuses },
    ],
    [
      'release without a reason',
      releaseProcess,
      { process: { name: 'held' }, reason: '\n' },
      { code: 'INVALID', argument: 'input.reason' },
    ],
    [
      'hold of what runs',
      holdProcess,
      { process: { name: 'running' }, reason },
      { code: 'CONFLICT', argument: 'input.process', value: 'running' },
    ],
    ['hold of an id of a run', holdProcess, { process: { id: id('Run:1') }, reason }, { code: 'INVALID', argument: 'input.process.id' }],
    [
      'hold of nobody',
      holdProcess,
      { process: {}, reason },
      { code: 'INVALID', argument: 'input.process', allowed: 'id, databaseId, name, or namespace and job' },
    ],
    [
      'an error of an unknown kind',
      raiseError,
      { ...running, type: 'Oops' },
      { code: 'INVALID', argument: 'input.type', value: 'Oops', allowed: expect.arrayContaining(['File Error']) },
    ],
    [
      'an error by which an ended run would fail',
      raiseError,
      { run: { databaseId: 'ended' }, type: 'File Error', failRun: true },
      { code: 'CONFLICT', argument: 'input.failRun' },
    ],
    [
      'an error before the start',
      raiseError,
      { ...running, type: 'File Error', failRun: true, occurredAt: '2020-01-01T00:00:00Z' },
      { code: 'INVALID', argument: 'input.occurredAt', value: '2020-01-01T00:00:00Z' },
    ],
    [
      'an error on no day',
      raiseError,
      { ...running, type: 'File Error', occurredAt: '2021-02-29T00:00:00Z' },
      { code: 'INVALID', argument: 'input.occurredAt' },
    ],
  ];
  test.each(cases)('%s', async (_, query, input, told) => {
    expect(await refused(query, input)).toMatchObject(told);
  });
});

describe('P4 P7 P8 P25 P26 starts', () => {
  const process = { name: 'to start', type: 'Load', tool: 'dbt' };
  const cases: [string, object, object][] = [
    [
      'a new process without a type',
      { process: { name: 'to start', tool: 'dbt' } },
      { code: 'INVALID', argument: 'input.process.type', value: null },
    ],
    [
      'a new process without a tool',
      { process: { name: 'to start', type: 'Load' } },
      { code: 'INVALID', argument: 'input.process.tool', value: null },
    ],
    ['a new process by its name alone', { process: { name: 'to start' } }, { code: 'INVALID', argument: 'input.process.type' }],
    ['a retired process', { process: { name: 'retired' } }, { code: 'CONFLICT' }],
    ['a retired process that is registered', { process: { ...process, name: 'retired' } }, { code: 'CONFLICT' }],
    [
      'an unknown parent process',
      { process: { ...process, dependsOn: [{ process: { name: 'nobody' } }] } },
      { code: 'NOT_FOUND', argument: 'input.process.dependsOn.0.process.name', value: 'nobody' },
    ],
    [
      'an unknown frequency',
      { process: { ...process, scheduleFrequency: 'fortnightly' } },
      { code: 'INVALID', argument: 'input.process.scheduleFrequency', value: 'fortnightly' },
    ],
    [
      'a lease of nothing',
      { process, leaseSeconds: 0 },
      { code: 'INVALID', argument: 'input.leaseSeconds', value: 0, allowed: { min: 1, max: 2_592_000 } },
    ],
    ['a lease that is over', { process, leaseSeconds: -60 }, { code: 'INVALID', argument: 'input.leaseSeconds', value: -60 }],
    [
      'a lease of sixty-eight years',
      { process, leaseSeconds: 2_147_483_647 },
      { code: 'INVALID', argument: 'input.leaseSeconds', value: 2_147_483_647 },
    ],
    [
      'a lease of nothing, of the process',
      { process: { ...process, leaseSeconds: 0 } },
      { code: 'INVALID', argument: 'input.process.leaseSeconds', value: 0 },
    ],
    [
      'a closed group',
      { process, group: { key: 'closed' } },
      { code: 'CONFLICT', argument: 'input.group.key', value: 'closed', closedAt: expect.any(String) },
    ],
    [
      'a negative total',
      { process, group: { key: 'new', expectedTotal: -1 } },
      { code: 'INVALID', argument: 'input.group.expectedTotal', value: -1 },
    ],
    [
      'a parent run that is not there',
      { process, parentRun: { databaseId: 2_147_483_647 } },
      { code: 'NOT_FOUND', argument: 'input.parentRun.databaseId', value: 2_147_483_647, message: 'There is no Run with this databaseId.' },
    ],
    [
      'a parent run by a name that is not there',
      { process, parentRun: { name: 'nobody' } },
      { code: 'NOT_FOUND', argument: 'input.parentRun.name', value: 'nobody' },
    ],
    [
      'a parent run by an id of a group',
      { process, parentRun: { id: id('RunGroup:1') } },
      { code: 'INVALID', argument: 'input.parentRun.id' },
    ],
    [
      'a name that another run has',
      { process, runName: 'the first' },
      { code: 'CONFLICT', argument: 'input.runName', value: 'the first', process: 'member', run: 1 },
    ],
    [
      'a key of another start',
      { process: { name: 'member' }, idempotencyKey: 'used' },
      { code: 'CONFLICT', argument: 'input.idempotencyKey', value: 'used', different: expect.arrayContaining(['group', 'runName']) },
    ],
    [
      'a parameter twice',
      { process, parameters: [{ name: 'a' }, { name: 'b' }, { name: 'a' }] },
      { code: 'INVALID', argument: expect.stringMatching(/^input\.parameters/), value: 'a' },
    ],
  ];
  test.each(cases)('%s', async (_, input, told) => {
    expect(await refused(startMutation, input)).toMatchObject(told);
  });

  test('nobody who starts it', async () => {
    expect(await refused(startMutation, { process }, { actor: 'anonymous' })).toMatchObject({
      code: 'INVALID',
      argument: 'input.actor',
      value: null,
    });
  });

  test('names that cannot be, and a lease of a million years', async () => {
    for (const [name, input] of Object.entries({
      'input.process.name': { process: { ...process, name: '' } },
      'input.process.type': { process: { ...process, type: ' ' } },
      'input.actor.name': { process, actor: { name: '' } },
      'input.runName': { process, runName: '' },
      'input.idempotencyKey': { process, idempotencyKey: '' },
      'input.group.key': { process, group: { key: '' } },
      'input.parameters.0.name': { process, parameters: [{ name: 'x'.repeat(2_001) }] },
      'input.leaseSeconds': { process, leaseSeconds: 31_557_600_000_000 },
    }))
      expect((await refused(startMutation, input)).message).toContain(name);
  });

  test('P26 an unknown group is made', async () => {
    expect(await start('grouped', { group: { key: 'brand new', name: 'Brand new', expectedTotal: 3 } })).toMatchObject({
      outcome: 'STARTED',
    });
    expect(await api.sql(`select group_key as key, name, expected_total as total from run_group where group_key = 'brand new'`)).toEqual([
      { key: 'brand new', name: 'Brand new', total: 3 },
    ]);
  });

  test.each([
    [
      'ALREADY_RUNNING',
      {
        process: { name: 'running', description: 'not to be kept', sources: [{ name: 'not to be made' }] },
        group: { key: 'not to be made' },
      },
    ],
    ['ON_HOLD', { process: { name: 'held', tool: 'not to be made' }, actor: { name: 'nobody before' }, runName: 'not to be used' }],
    [
      'REPLAYED',
      { process: { name: 'member', type: 'Load', tool: 'dbt' }, group: { key: 'closed' }, runName: 'the first', idempotencyKey: 'used' },
    ],
  ])('P14 a start that answers %s writes nothing', async (outcome, input) => {
    const before = await everything();
    expect((await api.run(startMutation, { input })).startRun.outcome).toBe(outcome);
    expect(await everything()).toEqual(before);
  });
});

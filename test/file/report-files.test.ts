import { openApi, type Api } from '../support/api.js';
import { addDependencies, claim, fetchFile, finish, insertFiles, movesOf, report, reportMany } from '../support/file-calls.js';
import { failure, known, start } from '../support/run-calls.js';

let api: Api;
let unique = 0;
beforeAll(async () => {
  api = await openApi('extract_reports');
});
afterAll(() => api.close());

const newFile = async (status = 'ready') => ({ databaseId: (await insertFiles(api, 'reports', [`${++unique}.csv`], status))[0]! });
const newFiles = async (count: number, status = 'ready') =>
  insertFiles(
    api,
    'reports',
    Array.from({ length: count }, () => `${++unique}.csv`),
    status,
  );
const ref = (databaseId: number | undefined) => ({ databaseId: databaseId! });
const statusNames = async () =>
  (await api.sql('select extract_status_name as name from extract_status_lkup order by 1')).map(({ name }) => name as string);

test('P44 a change of status is an event with who and why, and done is told where nothing is changed', async () => {
  const file = await newFile();
  const before = await fetchFile(api, file.databaseId);
  expect(await report(api, file, { status: 'ready', writeRecordCount: '5' })).toEqual({ changed: false, file: before });
  expect(await report(api, file, { status: 'archived', reason: 'Too old.' }, 'curator')).toMatchObject({
    changed: true,
    file: { status: { name: 'archived' }, rowVersion: before.rowVersion + 1 },
  });
  expect((await movesOf(api, file.databaseId)).slice(1)).toEqual([
    { from: 'ready', to: 'archived', actor: 'curator', origin: 'api', reason: 'Too old.' },
  ]);
});

test('P44 a status of your own is known or is made, and a refused report makes none', async () => {
  const file = await newFile();
  expect(await failure(report(api, file, { status: 'on the way' }))).toMatchObject({
    code: 'INVALID',
    argument: 'input.status',
    value: 'on the way',
  });
  expect(await report(api, file, { status: 'on the way', createStatus: true })).toMatchObject({
    file: { status: { name: 'on the way' } },
  });
  const before = await statusNames();
  const loading = await newFile('loading');
  expect(await failure(report(api, loading, { status: 'never', createStatus: true }))).toMatchObject({ code: 'CONFLICT' });
  expect(await failure(report(api, file, { status: 'never', createStatus: true, rowVersion: 77 }))).toMatchObject({
    code: 'CONFLICT',
    argument: 'input.rowVersion',
  });
  expect(await statusNames()).toEqual(before);
});

test('P44 1000 files are moved in as many statements as 10, with the run that did it and a reason each', async () => {
  const run = await start(api, { name: 'mover', ...known });
  const counts: number[] = [];
  for (const count of [10, 1000]) {
    const ids = await newFiles(count);
    const statements = await api.recorded(async () => {
      const results = await reportMany(
        api,
        ids.map((id, i) => ({
          file: ref(id),
          status: 'archived',
          reason: `reason ${i % 7}`,
          writeRecordCount: String(i),
          run: { databaseId: run.run.databaseId },
        })),
      );
      expect(results.every(({ changed, error, file }) => changed && !error && file?.status.name === 'archived')).toBe(true);
    });
    counts.push(statements.length);
    const events = await api.sql<{ id: string; reason: string }>(
      `select subject_id as id, reason from status_event where subject_kind = 'File' and subject_id = any($1) and to_value = 'archived'`,
      [ids],
    );
    expect(new Map(events.map(({ id, reason }) => [Number(id), reason]))).toEqual(new Map(ids.map((id, i) => [id, `reason ${i % 7}`])));
    expect(
      await api.sql(
        `select count(*)::int as links from extract_process_tracking join extract_status_lkup on extract_status_id = extract_process_status_id
         where process_tracking_id = $1 and extract_tracking_id = any($2) and extract_status_name = 'archived'`,
        [run.run.databaseId, ids],
      ),
    ).toEqual([{ links: count }]);
  }
  expect(counts[1]).toBe(counts[0]);
});

test('C25 10000 reports in one call, of which bad ones do not lose the others', async () => {
  const ids = await newFiles(10_000);
  const reports: Record<string, unknown>[] = ids.map((id) => ({ file: ref(id), status: 'loading' }));
  Object.assign(reports[1]!, { status: 'nonsense' });
  Object.assign(reports[2]!, { status: 'loaded' });
  Object.assign(reports[3]!, { writeRecordCount: '-1' });
  Object.assign(reports[4]!, { file: { databaseId: 2_000_000_000 } });
  Object.assign(reports[5]!, { run: { databaseId: 2_000_000_000 } });
  Object.assign(reports[6]!, { errors: [{ type: 'nothing known' }] });
  Object.assign(reports[7]!, { file: { location: 'reports' } });
  let results: Awaited<ReturnType<typeof reportMany>> = [];
  const statements = await api.recorded(async () => {
    results = await reportMany(api, reports);
  });
  expect(results.slice(1, 8).map(({ error }) => [error?.code, error?.argument])).toEqual([
    ['INVALID', 'status'],
    ['CONFLICT', 'status'],
    ['INVALID', 'writeRecordCount'],
    ['NOT_FOUND', 'file.databaseId'],
    ['NOT_FOUND', 'run.databaseId'],
    ['INVALID', 'errors.0.type'],
    ['INVALID', 'file'],
  ]);
  expect(results[2]!.error!.allowed).toEqual(['archived', 'deleted', 'error', 'loading', 'a custom status']);
  const good = results.filter(({ error }) => !error);
  expect(good).toHaveLength(9_993);
  expect(good.every(({ file, changed }) => file!.status.name === 'loading' && changed)).toBe(true);
  expect(statements.length).toBeLessThan(10);
});

test('P44 several reports of one file in one call are written in their order', async () => {
  const [a, b] = await newFiles(2);
  const results = await reportMany(
    api,
    [
      [a, 'loading'],
      [b, 'loading'],
      [a, 'loaded'],
      [b, 'archived'],
      [a, 'archived'],
      [b, 'error'],
    ].map(([id, status]) => ({ file: { databaseId: id }, status })),
  );
  expect(results.map(({ error }) => error?.code)).toEqual([undefined, undefined, undefined, 'CONFLICT', undefined, undefined]);
  expect((await movesOf(api, a!)).map(({ to }) => to)).toEqual(['ready', 'loading', 'loaded', 'archived']);
  expect((await movesOf(api, b!)).map(({ to }) => to)).toEqual(['ready', 'loading', 'error']);
});

test('P45 a chain passes in one call in its order, and only its first file in the other order', async () => {
  const chain = async () => {
    const ids = await newFiles(5);
    await addDependencies(
      api,
      ids.slice(1).map((id, i) => [ids[i]!, id] as const),
    );
    return ids;
  };
  const load = (ids: number[]) =>
    reportMany(
      api,
      ids.map((id) => ({ file: ref(id), status: 'loading' })),
    );
  expect((await load(await chain())).map(({ error }) => error)).toEqual([null, null, null, null, null]);
  const ids = await chain();
  const results = await load(ids.toReversed());
  expect(results.map(({ error }) => error?.code)).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT', 'CONFLICT', undefined]);
  expect(results.slice(0, 4).map(({ blockers }) => blockers.map(({ status, file }) => [status, file.databaseId]))).toEqual(
    ids
      .slice(0, 4)
      .toReversed()
      .map((id) => [['ready', id]]),
  );
});

test('P45 a chain of 1000 files with other reasons passes in a fixed number of statements', async () => {
  const ids = await newFiles(1000);
  await addDependencies(
    api,
    ids.slice(1).map((id, i) => [ids[i]!, id] as const),
  );
  const statements = await api.recorded(async () => {
    const results = await reportMany(
      api,
      ids.map((id, i) => ({ file: ref(id), status: 'loading', reason: i % 2 ? 'odd' : 'even' })),
    );
    expect(results.filter(({ error }) => error)).toEqual([]);
  });
  expect(statements.length).toBeLessThan(10);
});

test.each(['initializing', 'ready', 'loading', 'error'])(
  'P45 a parent that is %s holds a file back and is named; nothing is written',
  async (status) => {
    const parent = await newFile(status);
    const other = await newFile('loaded');
    const child = await newFile();
    await addDependencies(api, [
      [parent.databaseId, child.databaseId],
      [other.databaseId, child.databaseId],
    ]);
    const before = await fetchFile(api, child.databaseId);
    const wrong = await failure(report(api, child, { status: 'loading', loadRecordCount: '5' }));
    expect(wrong).toMatchObject({
      code: 'CONFLICT',
      argument: 'input.status',
      value: 'loading',
      blockers: [{ databaseId: parent.databaseId, location: 'reports', status }],
    });
    expect(await fetchFile(api, child.databaseId)).toEqual(before);
    // What does not lead to loading is not held back.
    await report(api, child, { status: 'error' });
  },
);

test.each(['loaded', 'archived', 'deleted', 'checked by hand'])('P45 a parent that is %s holds nothing back', async (status) => {
  const parent = await newFile(status);
  const child = await newFile();
  await addDependencies(api, [[parent.databaseId, child.databaseId]]);
  expect(await report(api, child, { status: 'loading' })).toMatchObject({ changed: true });
});

test('P45 only direct and hard parents hold back', async () => {
  const [far, near, child, soft] = await newFiles(4);
  await api.sql(
    `update extract_tracking set extract_status_id = (select extract_status_id from extract_status_lkup where extract_status_name = 'loaded') where extract_id = $1`,
    [near],
  );
  await addDependencies(api, [
    [far!, near!],
    [near!, child!],
    [soft!, child!],
  ]);
  await api.sql(
    `insert into dependency_type_lkup (dependency_type_name) select 'Soft' where not exists (select from dependency_type_lkup where dependency_type_name = 'Soft')`,
  );
  await api.sql(
    `update extract_dependency set dependency_type_id = (select dependency_type_id from dependency_type_lkup where dependency_type_name = 'Soft') where parent_extract_id = $1`,
    [soft],
  );
  expect(await report(api, ref(child), { status: 'loading' })).toMatchObject({ changed: true });
});

const day = (n: number | undefined) => (n === undefined ? undefined : `2026-01-${String(n).padStart(2, '0')}T00:00:00.000000Z`);

describe.each(['write', 'load'])('the %s side', (side) => {
  const other = side === 'write' ? 'load' : 'write';
  const range = ([low, high]: readonly (number | undefined)[]) => ({
    [`${side}LowWatermark`]: day(low),
    [`${side}HighWatermark`]: day(high),
  });

  test('P47 counts are replaced, each on its own', async () => {
    const file = await newFile();
    for (const count of ['1500', '1400', '0', '9223372036854775807'])
      expect((await report(api, file, { [`${side}RecordCount`]: count })).file).toMatchObject({
        [`${side}RecordCount`]: count,
        [`${other}RecordCount`]: null,
      });
    for (const wrong of ['-1', '9223372036854775808'])
      expect(await failure(report(api, file, { [`${side}RecordCount`]: wrong }))).toMatchObject({
        code: 'INVALID',
        argument: `input.${side}RecordCount`,
        value: wrong,
      });
    expect(await fetchFile(api, file.databaseId)).toMatchObject({ [`${side}RecordCount`]: '9223372036854775807' });
  });

  test.each<[string, (number | undefined)[][], (number | undefined)[]]>([
    [
      'both',
      [
        [5, 10],
        [3, 12],
      ],
      [3, 12],
    ],
    [
      'inside',
      [
        [3, 12],
        [5, 10],
      ],
      [3, 12],
    ],
    [
      'highs alone',
      [
        [undefined, 10],
        [undefined, 2],
      ],
      [undefined, 10],
    ],
    ['lows alone', [[5], [3], [7]], [3, undefined]],
  ])('P47 the lowest low and the highest high are kept: %s', async (_, reports, [low, high]) => {
    const file = await newFile();
    for (const each of reports) await report(api, file, range(each));
    expect(await fetchFile(api, file.databaseId)).toMatchObject({
      [`${side}LowWatermark`]: day(low) ?? null,
      [`${side}HighWatermark`]: day(high) ?? null,
      [`${other}LowWatermark`]: null,
      [`${other}HighWatermark`]: null,
    });
  });

  test.each<[string, (number | undefined)[], (number | undefined)[], string]>([
    ['in one report', [], [10, 5], 'LowWatermark'],
    ['in one report, within what is known', [1, 20], [10, 5], 'LowWatermark'],
    ['than the high that is known', [undefined, 5], [10], 'LowWatermark'],
    ['by a high before the low that is known', [10], [undefined, 5], 'HighWatermark'],
  ])('P47 a low after the high is INVALID: %s', async (_, before, wrong, argument) => {
    const file = await newFile();
    await report(api, file, range(before));
    const known = await fetchFile(api, file.databaseId);
    expect(await failure(report(api, file, { ...range(wrong), status: 'archived' }))).toMatchObject({
      code: 'INVALID',
      argument: `input.${side}${argument}`,
    });
    expect(await fetchFile(api, file.databaseId)).toEqual(known);
  });
});

test('C27 of two people who act on what they saw, the second has a CONFLICT', async () => {
  const file = await newFile();
  const { rowVersion } = await fetchFile(api, file.databaseId);
  const both = await Promise.allSettled(['archived', 'deleted'].map((status) => report(api, file, { status, rowVersion })));
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const { reason } = both.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  expect(reason).toMatchObject({ code: 'CONFLICT', details: { argument: 'input.rowVersion', value: rowVersion, allowed: rowVersion + 1 } });
});

test('C11 NEW, PROCESSING, SUCCESS and ERROR may be written and are read', async () => {
  const file = await newFile('initializing');
  const states: unknown[] = [];
  for (const status of ['NEW', 'PROCESSING', 'SUCCESS', 'NEW', 'ERROR']) {
    const { file: now } = await report(api, file, { status, createStatus: true, reason: 'So.' });
    states.push([status, now.status.name, now.state]);
  }
  expect(states).toEqual([
    ['NEW', 'ready', 'NEW'],
    ['PROCESSING', 'loading', 'PROCESSING'],
    ['SUCCESS', 'loaded', 'SUCCESS'],
    ['NEW', 'ready', 'NEW'],
    ['ERROR', 'error', 'ERROR'],
  ]);
  expect(await statusNames()).not.toContain('NEW');
  for (const [status, state] of [
    ['initializing', 'NEW'],
    ['archived', 'SUCCESS'],
    ['deleted', null],
    ['some word', null],
  ])
    expect(await fetchFile(api, (await newFile(status!)).databaseId)).toMatchObject({ state });
});

test('C11 a status of your own with such a name wins', async () => {
  const own = await openApi('own_alias');
  try {
    const [id] = await insertFiles(own, 'x', ['a'], 'ready');
    await own.sql(`insert into extract_status_lkup (extract_status_name) values ('SUCCESS')`);
    expect(await report(own, { databaseId: id! }, { status: 'SUCCESS' })).toMatchObject({
      file: { status: { name: 'SUCCESS' }, state: null },
    });
    expect(await report(own, { databaseId: id! }, { status: 'NEW' })).toMatchObject({ file: { status: { name: 'ready' } } });
  } finally {
    await own.close();
  }
});

test('P44 a file is told by its name in its location or path, by its id or its number', async () => {
  const [id] = await newFiles(1);
  const { fileName, id: globalId } = await fetchFile(api, id!);
  const refs = [{ location: 'reports', fileName }, { path: '/data/reports/', fileName }, { id: globalId }, { databaseId: id }];
  for (const [i, file] of refs.entries())
    expect(await report(api, file as never, { loadRecordCount: String(i) })).toMatchObject({
      file: { databaseId: id, loadRecordCount: String(i) },
    });
});

test('C26 a message of 100 kB is stored, one of more than 1 MB is cut with a mark, and what looks like a secret is masked', async () => {
  const file = await newFile();
  const messages = ['x'.repeat(100_000), 'ä'.repeat(600_000), 'could not connect to postgres://loader:hunter2@db/x: password=hunter2'];
  for (const message of messages) await report(api, file, { errors: [{ message }] });
  const kept = (
    await api.sql<{ message: string }>('select message from extract_error where extract_id = $1 order by extract_error_id', [
      file.databaseId,
    ])
  ).map(({ message }) => message);
  expect(kept[0]).toBe(messages[0]);
  expect(Buffer.byteLength(kept[1]!)).toBeLessThanOrEqual(1_000_000);
  expect(kept[1]).toMatch(/^ä{499900,}… \(cut, it had 1200000 bytes\)$/);
  expect(kept[2]).toBe('could not connect to postgres://loader:***@db/x: password=***');
});

test('C13 what was loaded, and into what, stands with the version', async () => {
  await api.sql(`insert into source_lkup (source_name) values ('warehouse')`);
  await api.sql(
    `insert into source_object_lkup (source_id, source_object_name) select source_id, 'orders' from source_lkup where source_name = 'warehouse'`,
  );
  const file = await newFile();
  const { fencingToken } = await claim(api, file);
  const target = (object: string) => ({
    targetObject: { source: 'warehouse', name: object },
    loadLowWatermark: day(1),
    loadHighWatermark: day(2),
    loadRecordCount: '12',
    rowsRead: '13',
  });
  expect(await failure(finish(api, file, fencingToken, target('nothing')))).toMatchObject({
    code: 'NOT_FOUND',
    argument: 'input.targetObject.name',
  });
  expect(await finish(api, file, fencingToken, target('orders'))).toMatchObject({
    outcome: 'DONE',
    file: {
      loadLowWatermark: day(1),
      loadHighWatermark: day(2),
      loadRecordCount: '12',
      currentVersion: { rowsRead: '13', targetObject: { name: 'orders' } },
    },
  });
});

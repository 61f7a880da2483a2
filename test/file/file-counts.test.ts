import { openApi, type Api } from '../support/api.js';
import { claim, fail, finish, insertFiles, report, reprocess } from '../support/file-calls.js';
import { at, call, failure, known, openServer, report as reportRun, start } from '../support/run-calls.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('extract_asking');
});
afterAll(() => api.close());

const setStatus = (id: number, status: string) =>
  api.sql(
    'update extract_tracking set extract_status_id = (select extract_status_id from extract_status_lkup where extract_status_name = $2) where extract_id = $1',
    [id, status],
  );
const statement = (statements: string[]) => statements.filter((sql) => !/^(begin|commit)/.test(sql));

test('C12 files are counted by status, day, dataset type and location, each with their statuses', async () => {
  const own = await openApi('counts');
  try {
    await own.sql(
      `insert into waybill_setting (key, value) values ('time_zone', 'America/New_York') on conflict (key) do update set value = excluded.value`,
    );
    const register = async (location: string, names: string[], status: string, registered: string, types: string[]) => {
      const ids = await insertFiles(own, location, names, status);
      await own.sql('update extract_tracking set registered_at = $2 where extract_id = any($1)', [ids, registered]);
      for (const type of types) {
        await own.sql(
          'insert into dataset_type_lkup (dataset_type) select $1 where not exists (select from dataset_type_lkup where dataset_type = $1)',
          [type],
        );
        await own.sql(
          'insert into extract_dataset_type (extract_id, dataset_type_id) select e, dataset_type_id from unnest($1::int[]) e, dataset_type_lkup where dataset_type = $2',
          [ids, type],
        );
      }
    };
    // Three in the morning in London is the day before in New York.
    await register('in', ['a', 'b', 'c'], 'loaded', '2026-01-02T03:00:00Z', ['sales']);
    await register('in', ['d'], 'error', '2026-01-02T12:00:00Z', ['sales', 'people']);
    await register('out', ['a', 'b'], 'ready', '2026-01-03T12:00:00Z', []);
    const counts = async (by: string) =>
      (await call(own, `{ fileCounts(${by}) { key count statuses { status count } } }`)).fileCounts.map((each: any) => [
        each.key,
        each.count,
        each.statuses.map(({ status, count }: any) => `${status} ${count}`).join(),
      ]);
    expect(await counts('by: STATUS')).toEqual([
      ['error', 1, 'error 1'],
      ['loaded', 3, 'loaded 3'],
      ['ready', 2, 'ready 2'],
    ]);
    expect(await counts('by: DAY')).toEqual([
      ['2026-01-01', 3, 'loaded 3'],
      ['2026-01-02', 1, 'error 1'],
      ['2026-01-03', 2, 'ready 2'],
    ]);
    expect(await counts('by: DATASET_TYPE')).toEqual([
      ['people', 1, 'error 1'],
      ['sales', 4, 'error 1,loaded 3'],
    ]);
    expect(await counts('by: LOCATION')).toEqual([
      ['in', 4, 'error 1,loaded 3'],
      ['out', 2, 'ready 2'],
    ]);
    expect(await counts('by: LOCATION, from: "2026-01-02T12:00:00Z", to: "2026-01-03T12:00:00Z"')).toEqual([['in', 1, 'error 1']]);
    expect(await counts('by: DAY, location: { name: "out" }')).toEqual([['2026-01-03', 2, 'ready 2']]);
    expect(await counts('location: { path: "/data/out" }, to: "2026-01-01T00:00:00Z"')).toEqual([]);
    expect(await failure(counts('location: { name: "nowhere" }'))).toMatchObject({ code: 'NOT_FOUND', argument: 'location.name' });
    expect(await failure(counts('from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z"'))).toMatchObject({
      code: 'INVALID',
      argument: 'to',
    });
    expect(await failure(counts('from: "2026-02-30T00:00:00Z"'))).toMatchObject({ code: 'INVALID', argument: 'from' });
    await own.sql(
      `insert into location_lkup (location_name, location_path, location_type_id) select 'l' || n, '/l/' || n, min(location_type_id) from location_type_lkup, generate_series(1, 1001) n group by n`,
    );
    await own.sql(
      `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time) select 'x', location_id, now()::timestamp from location_lkup where location_name like 'l%'`,
    );
    expect(await failure(counts('by: LOCATION'))).toMatchObject({
      code: 'INVALID',
      argument: 'by',
      limit: 'maxKeys',
      allowed: { max: 1000 },
    });
  } finally {
    await own.close();
  }
});

test('C12 the most frequent errors are told with the last of each, and messages are searched literally', async () => {
  const own = await openApi('errors');
  try {
    const failing = async (fileName: string, errorType: string, message: string, now: string) =>
      at(own, now, async (server) => {
        const { fencingToken } = await claim(server, { path: '/data/errors', fileName });
        await fail(server, { path: '/data/errors', fileName }, fencingToken, { errorType, message, retryAfterSeconds: 0 });
      });
    await failing('a', 'File Error', 'no such 100% file', '2026-01-01T00:00:00Z');
    await failing('a', 'File Error', 'NO SUCH file_x', '2026-01-02T00:00:00Z');
    await failing('b', 'File Error', 'no such fileax', '2026-01-03T00:00:00Z');
    await failing('c', 'Data Error', 'bad row', '2026-01-04T00:00:00Z');
    const top = async (args: string) =>
      (await call(own, `{ topFileErrors${args} { type count fileCount lastAt lastMessage lastFile { fileName } } }`)).topFileErrors;
    const file = {
      type: 'File Error',
      count: 3,
      fileCount: 2,
      lastAt: '2026-01-03T00:00:00.000000Z',
      lastMessage: 'no such fileax',
      lastFile: { fileName: 'b' },
    };
    const data = {
      type: 'Data Error',
      count: 1,
      fileCount: 1,
      lastAt: '2026-01-04T00:00:00.000000Z',
      lastMessage: 'bad row',
      lastFile: { fileName: 'c' },
    };
    expect(await top('')).toEqual([file, data]);
    expect(await top('(first: 1)')).toEqual([file]);
    expect(await top('(to: "2026-01-02T12:00:00Z")')).toEqual([
      {
        ...file,
        count: 2,
        fileCount: 1,
        lastAt: '2026-01-02T00:00:00.000000Z',
        lastMessage: 'NO SUCH file_x',
        lastFile: { fileName: 'a' },
      },
    ]);
    for (const first of [0, 101]) expect(await failure(top(`(first: ${first})`))).toMatchObject({ code: 'INVALID', argument: 'first' });
    const found = async (args: string) =>
      (await call(own, `{ fileErrors(${args}) { nodes { message attempt owner type { name } file { fileName } } } }`)).fileErrors.nodes.map(
        (each: any) => each.message,
      );
    expect(await found('where: { message: { containsIgnoreCase: "no such" } }')).toEqual([
      'no such fileax',
      'NO SUCH file_x',
      'no such 100% file',
    ]);
    expect(await found('where: { message: { containsIgnoreCase: "file_x" } }')).toEqual(['NO SUCH file_x']);
    expect(await found('where: { message: { containsIgnoreCase: "100%" } }')).toEqual(['no such 100% file']);
    expect(await found('first: 2')).toEqual(['bad row', 'no such fileax']);
    expect(await found('where: { type: { name: { eq: "Data Error" } } }')).toEqual(['bad row']);
    expect(await found('where: { file: { fileName: { eq: "a" } }, message: { containsIgnoreCase: "FILE" } }')).toEqual([
      'NO SUCH file_x',
      'no such 100% file',
    ]);
  } finally {
    await own.close();
  }
});

test('C14 the status at a past instant is told for many files in one statement', async () => {
  const [a, b] = await insertFiles(api, 'past', ['a', 'b'], 'initializing');
  await api.sql(`update status_event set at = '2026-01-01T00:00:00Z' where subject_kind = 'File' and subject_id = any($1)`, [[a, b]]);
  for (const [now, status] of [
    ['2026-01-02T00:00:00Z', 'ready'],
    ['2026-01-03T00:00:00Z', 'loading'],
  ] as const)
    await at(api, now, (server) => report(server, { databaseId: a! }, { status }));
  await setStatus(a!, 'loaded');
  const statuses = async (instant: string) => {
    const { files } = await call(
      api,
      `{ files(location: { name: "past" }, where: { status: { name: { in: ["initializing", "loaded"] } } }, orderBy: { field: FILE_NAME }) { nodes { statusAt(at: "${instant}") } } }`,
    );
    return files.nodes.map(({ statusAt }: { statusAt: string | null }) => statusAt);
  };
  expect(await statuses('2025-12-31T23:59:59.999999Z')).toEqual([null, null]);
  expect(await statuses('2026-01-01T00:00:00Z')).toEqual(['initializing', 'initializing']);
  expect(await statuses('2026-01-02T12:00:00+01:00')).toEqual(['ready', 'initializing']);
  expect(await statuses('2026-01-03T00:00:00Z')).toEqual(['loading', 'initializing']);
  expect(await statuses(new Date(Date.now() + 60_000).toISOString())).toEqual(['loaded', 'initializing']);
  expect(await failure(statuses('2026-02-30T00:00:00Z'))).toMatchObject({ code: 'INVALID', argument: 'at' });
  const asked = statement(await api.recorded(() => statuses('2026-01-02T00:00:00Z')));
  expect(asked.filter((sql) => sql.includes('status_event'))).toHaveLength(1);
});

test('C14 where the history begins later, the first change tells what was before', async () => {
  const [told, silent] = await insertFiles(api, 'taken over', ['told', 'silent'], 'ready');
  await api.sql(`update extract_tracking set registered_at = '2020-01-01T00:00:00Z' where extract_id = any($1)`, [[told, silent]]);
  await api.sql(`delete from status_event where subject_kind = 'File' and subject_id = any($1)`, [[told, silent]]);
  await setStatus(told!, 'archived');
  for (const [id, instant, state] of [
    [told, '2021-01-01T00:00:00Z', 'ready'],
    [told, new Date(Date.now() + 60_000).toISOString(), 'archived'],
    [silent, '2021-01-01T00:00:00Z', 'ready'],
    [silent, '2019-01-01T00:00:00Z', null],
  ])
    expect((await call(api, `{ file(databaseId: ${id}) { statusAt(at: "${instant}") } }`)).file.statusAt).toBe(state);
});

test('C13 what happened to a table on a day: files, attempts, runs and errors, in the order of time', async () => {
  const process = {
    name: 'load orders',
    ...known,
    targets: [{ name: 'warehouse', objects: [{ name: 'orders', attributes: [{ name: 'id' }] }] }],
  };
  const clock = (time: string) => openServer(api, { now: `2026-03-01T${time}Z` });
  const does = async <T>(time: string, work: (server: ReturnType<typeof clock>) => Promise<T>): Promise<T> => {
    const server = clock(time);
    try {
      return await work(server);
    } finally {
      await server.close();
    }
  };
  const file = { path: '/data/orders', fileName: 'orders.csv' };
  const target = { targetObject: { qualifiedName: 'warehouse.orders' } };
  const run = await does('08:00:00', (server) => start(server, process, { actor: { name: 'scheduler' } }));
  const ref = { databaseId: run.run.databaseId };
  const first = await does('08:01:00', (server) => claim(server, file, { owner: 'w1', run: ref }));
  await does('08:02:00', (server) => fail(server, file, first.fencingToken, { message: 'broken', retryAfterSeconds: 60 }));
  const second = await does('08:03:00', (server) => claim(server, file, { owner: 'w2', run: ref }));
  await does('08:04:00', (server) => finish(server, file, second.fencingToken, target));
  await does('08:05:00', (server) =>
    reportRun(server, run.run, { status: 'failed', errors: [{ type: 'Data Error', description: 'rows are missing' }] }),
  );
  await does('23:59:59', (server) => reprocess(server, file, 'Rows are missing.'));
  // Of another table, of a process that only reads this one, and of another day.
  await does('08:02:40', (server) =>
    start(server, { name: 'read orders', ...known, sources: [{ name: 'warehouse', objects: [{ name: 'orders' }] }] }),
  );
  await does('08:02:30', (server) => claim(server, { path: '/data/orders', fileName: 'other.csv' }));
  const asked = async (when: string) =>
    (
      await call(
        api,
        `{ objectDay(object: { source: "warehouse", name: "orders" }, ${when}) { from to complete entries { kind at file { fileName } run { number } from to attempt errorType message actor reason } } }`,
      )
    ).objectDay;
  const orders = { fileName: 'orders.csv' };
  const nothing = {
    file: null,
    run: null,
    from: null,
    to: null,
    attempt: null,
    errorType: null,
    message: null,
    actor: null,
    reason: null,
  };
  const entry = (kind: string, time: string, facts: object) => ({ ...nothing, kind, at: `2026-03-01T${time}.000000Z`, ...facts });
  const moved = (time: string, from: string | null, to: string, facts: object = {}) =>
    entry('FILE_STATUS', time, { file: orders, from, to, actor: 'tester', ...facts });
  const all = [
    entry('RUN_STARTED', '08:00:00', { run: { number: 1 }, actor: 'scheduler' }),
    moved('08:01:00', null, 'ready'),
    moved('08:01:00', 'ready', 'loading'),
    moved('08:02:00', 'loading', 'error'),
    entry('FILE_ERROR', '08:02:00', {
      file: orders,
      run: { number: 1 },
      attempt: 1,
      errorType: 'File Error',
      message: 'broken',
      actor: 'w1',
    }),
    moved('08:03:00', 'error', 'loading'),
    moved('08:04:00', 'loading', 'loaded'),
    entry('RUN_ERROR', '08:05:00', { run: { number: 1 }, errorType: 'Data Error', message: 'rows are missing' }),
    entry('RUN_ENDED', '08:05:00', { run: { number: 1 }, to: 'failed' }),
    moved('23:59:59', 'loaded', 'ready', { actor: 'operator', reason: 'Rows are missing.' }),
  ];
  expect(await asked('date: "2026-03-01"')).toEqual({
    from: '2026-03-01T00:00:00.000000Z',
    to: '2026-03-02T00:00:00.000000Z',
    complete: true,
    entries: all,
  });
  expect((await asked('date: "2026-03-02"')).entries).toEqual([]);
  expect(await asked('from: "2026-03-01T08:03:00Z", to: "2026-03-01T08:05:00Z"')).toMatchObject({
    complete: true,
    entries: all.slice(5, 7),
  });
  expect(await asked('date: "2026-03-01", first: 4')).toMatchObject({ complete: false, entries: all.slice(0, 4) });
  expect(await asked('date: "2026-03-01", first: 10')).toMatchObject({ complete: true, entries: all });
  const counted = async (first: number) => (await api.recorded(() => asked(`date: "2026-03-01", first: ${first}`))).length;
  expect(await counted(100)).toBe(await counted(5));
  for (const [when, argument] of [
    ['first: 5', 'date'],
    ['date: "2026-03-01", from: "2026-03-01T00:00:00Z"', 'date'],
    ['from: "2026-03-01T00:00:00Z"', 'date'],
    ['date: "1 March"', 'date'],
    ['date: "2026-02-30"', 'date'],
    ['date: "2026-03-01", first: 0', 'first'],
    ['date: "2026-03-01", first: 5001', 'first'],
    ['from: "2026-03-02T00:00:00Z", to: "2026-03-01T00:00:00Z"', 'to'],
  ] as const)
    expect(await failure(asked(when))).toMatchObject({ code: 'INVALID', argument });
  expect(
    await failure(call(api, '{ objectDay(object: { qualifiedName: "warehouse.nothing" }, date: "2026-03-01") { complete } }')),
  ).toMatchObject({
    code: 'NOT_FOUND',
    argument: 'object.qualifiedName',
  });
});

test('C13 a file that is linked to a table belongs to its day as well, and a day is one of the time zone of the store', async () => {
  const own = await openApi('zone');
  try {
    await own.sql(
      `insert into waybill_setting (key, value) values ('time_zone', 'Europe/Berlin') on conflict (key) do update set value = excluded.value`,
    );
    const [id] = await insertFiles(own, 'x', ['a']);
    await own.sql(`insert into source_type_lkup (source_type_name) select 'db' where not exists (select from source_type_lkup)`);
    await own.sql(`insert into source_lkup (source_name) values ('crm')`);
    await own.sql(`insert into source_object_lkup (source_id, source_object_name) select source_id, 'people' from source_lkup`);
    await own.sql('insert into extract_source_object (extract_id, source_object_id) select $1, source_object_id from source_object_lkup', [
      id,
    ]);
    await own.sql(`update status_event set at = '2026-03-29T22:30:00Z' where subject_kind = 'File'`);
    const day = async (date: string) =>
      (await call(own, `{ objectDay(object: { qualifiedName: "crm.people" }, date: "${date}") { from to entries { file { fileName } } } }`))
        .objectDay;
    // The day on which the clocks are set has 23 hours.
    expect(await day('2026-03-29')).toEqual({ from: '2026-03-28T23:00:00.000000Z', to: '2026-03-29T22:00:00.000000Z', entries: [] });
    expect((await day('2026-03-30')).entries).toEqual([{ file: { fileName: 'a' } }]);
  } finally {
    await own.close();
  }
});

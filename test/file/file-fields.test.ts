import { readFileSync } from 'node:fs';
import { openApi, type Api } from '../support/api.js';
import { fillCatalogue } from '../support/catalogue.js';
import { fillFiles } from '../support/files.js';
import { at, call } from '../support/run-calls.js';
import { fillRuns } from '../support/runs.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('reading files');
  await api.run(`mutation {
    s: startRun(input: { process: { name: "maker", type: "Extract", tool: "Python", sources: [{ name: "shop", objects: [{ name: "orders" }] }] } }) { outcome }
    f: registerFiles(input: { location: { path: "s3://lake/in" }, run: { process: "maker", number: 1 }, files: [
      { fileName: "a.csv", version: "1", status: "ready" }, { fileName: "b.csv" }, { fileName: "sub/c.csv.zip", size: "2 KiB" }] }) { results { created } }
    r: registerFiles(input: { location: { path: "/" }, files: [{ fileName: "root" }] }) { results { created } }
    w: registerFiles(input: { location: { path: "C:\\\\in" }, files: [{ fileName: "w.csv" }] }) { results { created } }
    d: addFileDependencies(input: { type: "Soft", dependencies: [{ parent: { path: "s3://lake/in", fileName: "a.csv" }, child: { path: "s3://lake/in", fileName: "b.csv" } }] }) { results { changed } }
  }`);
  // A worker that was not heard of in time, after a first version that failed.
  await api.sql(`
    insert into extract_version (extract_id, version, first_seen_at, is_current, extract_status_id, rows_read, target_object_id)
      select extract_id, '0', timestamptz '2020-01-01', false, 7, 12, (select min(source_object_id) from source_object_lkup) from extract_tracking where extract_filename = 'a.csv';
    insert into extract_error (extract_id, extract_version_id, error_type_id, attempt, message, occurred_at, owner, process_tracking_id)
      select extract_id, extract_version_id, (select min(error_type_id) from error_type_lkup), n, 'attempt ' || n, timestamptz '2020-01-01' + n * interval '1 minute', 'w1', 1
      from extract_version cross join generate_series(1, 2) n where version = '0';
    update extract_tracking set extract_status_id = 3, owner = 'w2', claim_run_id = 1, lease_until = '2030-01-01T00:00:00Z' where extract_filename in ('a.csv', 'b.csv')`);
});
afterAll(() => api.close());

test('P43 a file is read with all that belongs to it', async () => {
  const { file } = await api.run(`{ file(path: "s3://lake/in", fileName: "a.csv") {
    path owner run { number } claimRun { process { name } }
    runs { nodes { status { name } run { number process { name } } } }
    versions { nodes { version isCurrent rowsRead status { name } targetObject { name } file { fileName } errors { totalCount } } } currentVersion { version file { fileName } }
    errors { nodes { message attempt owner type { name } version { version } run { number } file { fileName } } }
    sources { nodes { name } } sourceObjects { nodes { name } } datasetTypes { nodes { name } }
    parents { totalCount } children { nodes { type { name } file { fileName } } } } }`);
  const [{ name: type }] = (await api.sql(`select error_type_name as name from error_type_lkup order by error_type_id limit 1`)) as [
    { name: string },
  ];
  const error = (attempt: number) => ({
    message: `attempt ${attempt}`,
    attempt,
    owner: 'w1',
    type: { name: type },
    version: { version: '0' },
    run: { number: 1 },
    file: { fileName: 'a.csv' },
  });
  expect(file).toEqual({
    path: 's3://lake/in/a.csv',
    owner: 'w2',
    run: { number: 1 },
    claimRun: { process: { name: 'maker' } },
    runs: { nodes: [{ status: { name: 'ready' }, run: { number: 1, process: { name: 'maker' } } }] },
    versions: {
      nodes: [
        {
          version: '1',
          isCurrent: true,
          rowsRead: null,
          status: { name: 'ready' },
          targetObject: null,
          file: { fileName: 'a.csv' },
          errors: { totalCount: 0 },
        },
        {
          version: '0',
          isCurrent: false,
          rowsRead: '12',
          status: { name: 'error' },
          targetObject: { name: 'orders' },
          file: { fileName: 'a.csv' },
          errors: { totalCount: 2 },
        },
      ],
    },
    currentVersion: { version: '1', file: { fileName: 'a.csv' } },
    errors: { nodes: [error(2), error(1)] },
    sources: { nodes: [{ name: 'shop' }] },
    sourceObjects: { nodes: [{ name: 'orders' }] },
    datasetTypes: { nodes: [] },
    parents: { totalCount: 0 },
    children: { nodes: [{ type: { name: 'Soft' }, file: { fileName: 'b.csv' } }] },
  });
});

test('P23 a run has its files, with what each of them is', async () => {
  const { run } = await api.run(
    '{ run(process: "maker", number: 1) { files { totalCount nodes { fileName path status { name } fileType { code } compression { name } size sizeUnit { code } } } } }',
  );
  expect(run.files).toEqual({
    totalCount: 3,
    nodes: [
      {
        fileName: 'a.csv',
        path: 's3://lake/in/a.csv',
        status: { name: 'loading' },
        fileType: { code: 'csv' },
        compression: null,
        size: null,
        sizeUnit: null,
      },
      {
        fileName: 'b.csv',
        path: 's3://lake/in/b.csv',
        status: { name: 'loading' },
        fileType: { code: 'csv' },
        compression: null,
        size: null,
        sizeUnit: null,
      },
      {
        fileName: 'sub/c.csv.zip',
        path: 's3://lake/in/sub/c.csv.zip',
        status: { name: 'initializing' },
        fileType: { code: 'csv' },
        compression: { name: 'zip' },
        size: '2',
        sizeUnit: { code: 'KiB' },
      },
    ],
  });
});

test('P43 the path of a file, below whatever location, alone in a query or not', async () => {
  const { files } = await api.run('{ files { nodes { path } } }');
  expect(files.nodes.map(({ path }: { path: string }) => path).sort()).toEqual([
    '/root',
    'C:\\in\\w.csv',
    's3://lake/in/a.csv',
    's3://lake/in/b.csv',
    's3://lake/in/sub/c.csv.zip',
  ]);
});

test('C8 a file is stuck while somebody loads it whose lease is over', async () => {
  const store = await openApi('stuck files');
  const stuck = async (now: string) =>
    at(
      store,
      now,
      async (server) =>
        (await call(server, '{ files { nodes { fileName stuck } } }')).files.nodes.filter((each: { stuck: boolean }) => each.stuck).length,
    );
  try {
    await store.run(
      'mutation { registerFiles(input: { location: { path: "/in" }, files: [{ fileName: "a.csv" }, { fileName: "b.csv" }, { fileName: "c.csv" }] }) { results { created } } }',
    );
    await store.sql(
      `update extract_tracking set extract_status_id = 3, owner = 'w2', lease_until = '2030-01-01T00:00:00Z' where extract_filename in ('a.csv', 'b.csv')`,
    );
    expect(await stuck('2029-12-31T23:59:59Z')).toBe(0);
    expect(await stuck('2030-01-01T00:00:00Z')).toBe(2);
    await store.sql(`update extract_tracking set extract_status_id = 4 where extract_filename = 'b.csv'`);
    expect(await stuck('2030-01-01T00:00:00Z')).toBe(1);
  } finally {
    await store.close();
  }
});

test('P43 files can be chosen by what belongs to them', async () => {
  const chosen = async (where: object) =>
    (await api.run('query ($where: FileWhere) { files(where: $where) { nodes { fileName } } }', { where })).files.nodes.map(
      ({ fileName }: { fileName: string }) => fileName,
    );
  expect(await chosen({ errors: { some: { message: { contains: '2' } } } })).toEqual(['a.csv']);
  expect(await chosen({ sources: { some: { name: { eq: 'shop' } } }, fileType: { code: { eq: 'csv' } }, compression: {} })).toEqual([
    'sub/c.csv.zip',
  ]);
  expect(await chosen({ versions: { some: { version: { eq: '0' } } } })).toEqual(['a.csv']);
  expect(await chosen({ location: { name: { startsWith: 'local' } } })).toEqual(['root', 'w.csv']);
  expect(await chosen({ parents: { some: { fileName: { eq: 'a.csv' } } } })).toEqual(['b.csv']);
});

test.each(['files', 'files-found'])('P43 %s: as many statements however many files there are, by both executors', async (name) => {
  const query = readFileSync(new URL(`../queries/${name}.graphql`, import.meta.url), 'utf8');
  const sent: string[][] = [];
  for (const processes of [3, 100]) {
    const store = await openApi('many files');
    try {
      await fillCatalogue(store, processes);
      await fillRuns(store);
      await fillFiles(store);
      let answer: unknown;
      sent.push((await store.recorded(async () => (answer = await store.execute(query)))).sort());
      expect(answer).not.toHaveProperty('errors');
      expect(JSON.stringify(answer)).toContain('process 001.csv');
      expect(await store.jit(query)).toEqual(answer);
    } finally {
      await store.close();
    }
  }
  expect(sent[1]).toEqual(sent[0]);
});

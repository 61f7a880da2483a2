import { openApi, type Api } from '../support/api.js';

let api: Api;
/** Files, in the order of their registration. */
const files = ['a_1.csv', 'aX1.csv', 'a%1.csv', 'A_1.csv', 'b\\1.csv', 'b1.csv', 'same.csv'];
beforeAll(async () => {
  api = await openApi('finding');
  await api.run(
    `mutation ($a: [RegisterFileInput!]!, $b: [RegisterFileInput!]!) {
      p: createLocation(input: { name: "in", path: "/in" }) { created }
      a: registerFiles(input: { location: { path: "/in" }, files: $a }) { results { created } }
      b: registerFiles(input: { location: { path: "s3://lake/in", name: "lake" }, files: $b }) { results { created } }
      s: startRun(input: { process: { name: "loader", type: "Load", tool: "Python" } }) { outcome }
      c: registerFiles(input: { location: { name: "in" }, run: { process: "loader", number: 1 }, files: [{ fileName: "a_1.csv" }, { fileName: "b1.csv" }] }) { results { created } }
      e: reportRun(input: { run: { process: "loader", number: 1 }, status: "completed" }) { changed }
      t: startRun(input: { process: { name: "loader" } }) { outcome }
      d: registerFiles(input: { location: { path: "s3://lake/in" }, run: { process: "loader", number: 2 }, files: [{ fileName: "same.csv" }] }) { results { created } }
      r: updateLocation(input: { location: { name: "in" }, newName: "inbox" }) { warnings } q: updateProcess(input: { process: { name: "loader" }, newName: "the loader" }) { warnings }
    }`,
    {
      a: files.map((fileName, i) => ({ fileName, status: i % 2 ? 'ready' : 'loaded' })),
      b: [{ fileName: 'same.csv', status: 'parked', createStatus: true }],
    },
  );
  await api.sql(
    `update extract_tracking set extract_registration_date_time = timestamp '2026-01-01' + x.n * interval '1 hour'
     from unnest($1::text[]) with ordinality x(name, n) where extract_filename = x.name and extract_location_id = (select location_id from location_lkup where location_path = '/in')`,
    [files],
  );
});
afterAll(() => api.close());

const document = `query ($location: LocationRef, $process: ProcessRef, $run: RunRef, $where: FileWhere,
    $orderBy: FileOrder, $first: Int, $after: String) {
  files(location: $location, process: $process, run: $run, where: $where,
    orderBy: $orderBy, first: $first, after: $after) { totalCount pageInfo { endCursor hasNextPage } nodes { fileName location { path } } } }`;
const find = async (args: object) => (await api.run(document, args as Record<string, unknown>)).files;
const found = async (args: object): Promise<string[]> => {
  const { nodes, totalCount } = await find(args);
  expect(totalCount).toBe(nodes.length);
  return nodes.map(({ fileName, location }: { fileName: string; location: { path: string } }) =>
    location.path === '/in' ? fileName : `${location.path}/${fileName}`,
  );
};
const lake = 's3://lake/in/same.csv';
const status = (...names: string[]) => ({ status: { name: { in: names } } });

test.each<[string, object, string[]]>([
  ['all', {}, [...files, lake]],
  ['a name', { where: { fileName: { eq: 'a_1.csv' } } }, ['a_1.csv']],
  ['a name in several locations', { where: { fileName: { eq: 'same.csv' } } }, ['same.csv', lake]],
  ['no name', { where: { fileName: { eq: 'a_1' } } }, []],
  ['a part of a name, `_` literally', { where: { fileName: { contains: 'a_1' } } }, ['a_1.csv']],
  ['a part of a name, `%` literally', { where: { fileName: { contains: '%' } } }, ['a%1.csv']],
  ['a part of a name, a backslash literally', { where: { fileName: { contains: '\\1' } } }, ['b\\1.csv']],
  ['a part of a name, case-sensitive', { where: { fileName: { contains: 'A_' } } }, ['A_1.csv']],
  ['the name of a location', { location: { name: 'lake' } }, [lake]],
  ['a former name of a location', { location: { name: 'in' }, where: { fileName: { contains: 'b' } } }, ['b\\1.csv', 'b1.csv']],
  ['the path of a location', { location: { path: 's3://lake//in/' } }, [lake]],
  ['a process, whichever of its runs', { process: { name: 'the loader' } }, ['a_1.csv', 'b1.csv', lake]],
  ['a former name of a process', { process: { name: 'loader' }, location: { name: 'lake' } }, [lake]],
  ['a run', { run: { process: 'the loader', number: 1 } }, ['a_1.csv', 'b1.csv']],
  ['a status', { where: status('ready') }, ['aX1.csv', 'A_1.csv', 'b1.csv']],
  [
    'a status of somebody’s own and another one',
    { where: { ...status('parked', 'ready'), fileName: { contains: 's' } } },
    ['aX1.csv', 'A_1.csv', 'b1.csv', lake],
  ],
  ['a status that no file has', { where: status('archived') }, []],
  [
    'everything at once',
    {
      location: { path: '/in' },
      process: { name: 'the loader' },
      run: { process: 'loader', number: 1 },
      where: { ...status('ready'), fileName: { eq: 'b1.csv', contains: '1' } },
    },
    ['b1.csv'],
  ],
  ['a filter', { where: { location: { type: { name: { eq: 's3' } } } } }, [lake]],
  ['a filter on its runs', { where: { runs: { none: {} }, status: { name: { eq: 'ready' } } } }, ['aX1.csv', 'A_1.csv']],
  ['another order', { orderBy: { field: 'FILE_NAME', direction: 'DESC' }, location: { name: 'inbox' } }, [...files].sort().reverse()],
])('P43 files are found by %s', async (_, args, expected) => {
  expect(await found(args)).toEqual(expected);
});

test.each<[object, object]>([
  [{ where: status() }, { code: 'INVALID', details: { argument: 'where.status.name.in' } }],
  [{ location: { name: 'nowhere' } }, { code: 'NOT_FOUND', details: { argument: 'location.name', value: 'nowhere' } }],
  [{ location: { databaseId: 999_999 } }, { code: 'NOT_FOUND', details: { argument: 'location.databaseId' } }],
  [{ location: { name: 'inbox', path: '/in' } }, { code: 'INVALID', details: { argument: 'location' } }],
  [{ location: { path: '/nowhere' } }, { code: 'NOT_FOUND', details: { argument: 'location.path', value: '/nowhere' } }],
  [{ location: { path: '/in/../x' } }, { code: 'INVALID', details: { argument: 'location.path' } }],
  [{ process: { name: 'nobody' } }, { code: 'NOT_FOUND', details: { argument: 'process.name', value: 'nobody' } }],
  [{ process: {} }, { code: 'INVALID', details: { argument: 'process' } }],
  [{ run: { process: 'the loader', number: 3 } }, { code: 'NOT_FOUND', details: { argument: 'run.number' } }],
  [{ run: { databaseId: 999_999 } }, { code: 'NOT_FOUND', details: { argument: 'run.databaseId' } }],
  [{ run: {} }, { code: 'INVALID', details: { argument: 'run' } }],
])('P43 %j finds nothing, and says why', async (args, error) => {
  await expect(find(args)).rejects.toMatchObject(error);
});

test('C11 the other words for states find the same', async () => {
  expect(await found({ where: { state: { eq: 'NEW' } }, location: { name: 'inbox' } })).toEqual(['aX1.csv', 'A_1.csv', 'b1.csv']);
  expect(await found({ where: { state: { in: ['SUCCESS', 'ERROR'] } } })).toEqual(await found({ where: status('loaded', 'error') }));
  // A status of somebody's own is no state.
  expect(await found({ where: { state: { isNull: true } } })).toEqual([lake]);
  expect(await found({ where: { state: { ne: 'NEW' } } })).toEqual(await found({ where: { not: { state: { eq: 'NEW' } } } }));
});

test('P43 they come in pages, by registration and then by number', async () => {
  const pages: string[] = [];
  let after: string | null = null;
  do {
    const { nodes, pageInfo } = await find({ first: 3, after });
    pages.push(...nodes.map(({ fileName }: { fileName: string }) => fileName));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after);
  expect(pages).toEqual([...files, 'same.csv']);
});

test('P43 reading changes nothing: the same search finds the same again', async () => {
  const everything = async () => {
    const tables = await api.sql<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'process_tracker' and table_type = 'BASE TABLE' order by 1`,
    );
    const sums = tables.map(
      ({ name }) => `select '${name}' as name, count(*) as rows, coalesce(sum(hashtext(t::text)), 0) as sum from ${name} t`,
    );
    return api.sql(`${sums.join(' union all ')} order by 1`);
  };
  const before = await everything();
  const search = { process: { name: 'the loader' }, where: status('ready', 'loaded', 'parked') };
  const first = await found(search);
  expect(first).toHaveLength(3);
  expect(await found(search)).toEqual(first);
  await api.run(
    '{ file(location: "inbox", fileName: "a_1.csv") { path stuck versions { nodes { version } } } location(name: "lake") { files { nodes { path } } } }',
  );
  expect(await everything()).toEqual(before);
});

test('P43 one file is told in exactly one way', async () => {
  const query =
    'query ($id: ID, $databaseId: Int, $location: String, $path: String, $fileName: String) { file(id: $id, databaseId: $databaseId, location: $location, path: $path, fileName: $fileName) { id databaseId path } }';
  const one = async (args: Record<string, unknown>) => (await api.run(query, args)).file;
  const file = await one({ location: 'inbox', fileName: 'b\\1.csv' });
  expect(file.path).toBe('/in/b\\1.csv');
  for (const args of [
    { id: file.id },
    { databaseId: file.databaseId },
    { location: 'in', fileName: 'b\\1.csv' },
    { path: '/in/', fileName: 'b\\1.csv' },
  ])
    expect(await one(args)).toEqual(file);
  expect((await api.run('query ($id: ID!) { node(id: $id) { id ... on File { fileName } } }', { id: file.id })).node).toEqual({
    id: file.id,
    fileName: 'b\\1.csv',
  });
  for (const args of [{ path: '/in', fileName: 'x' }, { location: 'nowhere', fileName: 'x' }, { databaseId: 999_999 }])
    expect(await one(args)).toBeNull();
  for (const args of [
    {},
    { fileName: 'x' },
    { location: 'in' },
    { databaseId: 1, fileName: 'x' },
    { location: 'in', path: '/in', fileName: 'x' },
  ])
    await expect(one(args)).rejects.toMatchObject({ code: 'INVALID', details: { allowed: expect.any(String) } });
});

test('P43 a file whose status another client left out is new, as its field says', async () => {
  const lost = `update extract_tracking set extract_status_id = $1 where extract_filename = 'b1.csv'`;
  const [{ id }] = (await api.sql(`select extract_status_id as id from extract_tracking where extract_filename = 'b1.csv'`)) as [
    { id: number },
  ];
  await api.sql(lost, [null]);
  try {
    expect(await api.run('{ file(location: "inbox", fileName: "b1.csv") { state status { name } } }')).toEqual({
      file: { state: 'NEW', status: null },
    });
    const named = { fileName: { eq: 'b1.csv' } };
    expect(await found({ where: { ...named, state: { eq: 'NEW' } } })).toEqual(['b1.csv']);
    expect(await found({ where: { ...named, state: { isNull: false } } })).toEqual(['b1.csv']);
    for (const state of [{ ne: 'NEW' }, { isNull: true }, { eq: 'ERROR' }]) expect(await found({ where: { ...named, state } })).toEqual([]);
  } finally {
    await api.sql(lost, [id]);
  }
});

test('P43 an exact name is found by the index, among however many files', async () => {
  // Without triggers, for speed. Other tests list all files: these are removed again.
  const atOnce = (statement: string) =>
    api.sql(`begin; set local session_replication_role = replica; ${statement}; commit; analyze extract_tracking`);
  await atOnce(`insert into extract_tracking (extract_filename, extract_location_id, extract_status_id, extract_registration_date_time, registered_at)
      select 'many ' || n, (select location_id from location_lkup where location_path = '/in'), 2, '2026-01-01', '2026-01-01' from generate_series(1, 100000) n`);
  try {
    const statements = await api.recorded(() =>
      find({ location: { name: 'inbox' }, where: { ...status('ready'), fileName: { eq: 'many 77777' } } }),
    );
    const named = statements.filter((sql) => sql.includes('t.extract_filename = $3'));
    expect(named).toHaveLength(2);
    for (const sql of named) {
      const values = ['1', '{ready}', 'many 77777', '51'].slice(0, Math.max(...sql.match(/\$\d+/g)!.map((each) => Number(each.slice(1)))));
      const plan = (await api.sql(`explain ${sql.replace(/\$(\d+)/g, (_, n: string) => `'${values[Number(n) - 1]!}'`)}`))
        .map((row) => row['QUERY PLAN'])
        .join('\n');
      expect(plan).toMatch(/Index (Only )?Scan.*extract_filename/);
      expect(plan).not.toMatch(/Seq Scan on extract_tracking/);
    }
    expect(await found({ where: { fileName: { eq: 'many 77777' } } })).toEqual(['many 77777']);
  } finally {
    await atOnce(`delete from extract_tracking where extract_filename like 'many %'`);
  }
});

import fc from 'fast-check';
import { describePath } from '../../src/location/location-path.js';
import { maskAddress } from '../../src/platform/mask-secrets.js';
import { openApi, type Api } from '../support/api.js';
import { claim } from '../support/file-calls.js';
import { call as send, failure, openServer, type Server } from '../support/run-calls.js';

let api: Api;
let two: ReturnType<typeof openServer>;
beforeAll(async () => {
  api = await openApi('one_place');
  two = openServer(api);
});
afterAll(async () => {
  await two.close();
  await api.close();
});

const create = async (path: string, more: object = {}, on: Server = api) =>
  (
    await send(
      on,
      'mutation ($input: CreateLocationInput!) { createLocation(input: $input) { created location { id name path canonicalPath bucket type { name } } } }',
      { input: { path, ...more } },
    )
  ).createLocation;
const register = async (path: string, fileNames: readonly string[], on: Server = api) =>
  (
    await send(
      on,
      'mutation ($input: RegisterFilesInput!) { registerFiles(input: $input) { results { created error { code } file { id fileName path } } } }',
      { input: { location: { path }, files: fileNames.map((fileName) => ({ fileName, status: 'ready' })) } },
    )
  ).registerFiles.results as { created: boolean; file: { id: string; fileName: string; path: string } }[];
const found = async (path: string, fileName: string) =>
  (await api.run('query ($path: String, $fileName: String) { file(path: $path, fileName: $fileName) { id } }', { path, fileName })).file
    ?.id;
const canonical = async (path: string) => (await api.sql<{ c: string }>('select process_tracker.canonical_path($1) as c', [path]))[0]!.c;
const insertLocation = async (path: string, name = path) =>
  (
    await api.sql<{ id: number }>(
      `insert into location_lkup (location_name, location_path, location_type_id) select $1, $2, min(location_type_id) from location_type_lkup returning location_id as id`,
      [name, path],
    )
  )[0]!.id;

/** Spellings of one place each, the canonical one first. */
const places: readonly (readonly [string, ...string[]])[] = [
  ['s3://lake/in', 's3a://lake/in', 's3n://lake/in/', 'S3://lake//in', 's3a://key:secret@lake/in'],
  ['s3://Lake/in'],
  ['gs://lake/in', 'gcs://lake/in'],
  ['abfs://raw@acc.dfs.core.windows.net/in', 'abfss://raw@acc.dfs.core.windows.net/in', 'abfss://raw@ACC.dfs.core.windows.net/in/'],
  ['wasb://raw@acc.blob.core.windows.net/in', 'wasbs://raw@acc.blob.core.windows.net/in'],
  ['/d/in', 'file:/d/in', 'file:///d/in', 'file://localhost/d/in', 'FILE://LOCALHOST/d//in/', '/d/./in/', '//d/in'],
  ['/D/in'],
  ['in/sub', './in/sub', 'in/sub/', 'in//./sub', 'file:in/sub'],
  ['C:/in/sub', 'c:\\in\\sub', 'C:\\in\\sub\\', 'c:/in/sub', 'file:///c:/in/sub', 'file://C:/in/sub'],
  ['file://srv/share/in', '\\\\SRV\\share\\in', '\\\\srv\\share\\in\\', 'file://SRV/share/in/'],
  ['sftp://bob@host/in', 'sftp://bob:pw@host/in', 'sftp://bob:other@HOST:22/in/', 'SFTP://bob@host//in'],
  ['sftp://host/in'],
  ['https://host/in?q=1', 'HTTPS://Host:443/in?q=1', 'https://token@host//in?q=1'],
  ['hdfs://name:8020/in', 'hdfs://NAME:8020/in/'],
  ['hdfs:///in', 'hdfs:/in'],
  ['dbfs:///mnt/in', 'dbfs:/mnt/in', 'dbfs:/mnt/in/'],
  ['jdbc:postgresql://host/db'],
];

describe.each<readonly [string, ...string[]]>(places)('P41 %s', (first: string, ...others: string[]) => {
  test('is one location in all its spellings, with one canonical path', async () => {
    const spellings = [first, ...others];
    for (const spelling of spellings) expect(await canonical(spelling)).toBe(first);
    const start = spellings.at(-1)!;
    const made = await create(start);
    expect(made).toMatchObject({ created: true, location: { path: describePath(start, 'path').path, canonicalPath: first } });
    for (const path of spellings) {
      expect(await create(path)).toEqual({ created: false, location: made.location });
      expect((await api.run('query ($path: String) { location(path: $path) { id } }', { path })).location).toEqual({
        id: made.location.id,
      });
    }
    const { results } = { results: await Promise.all(spellings.map((path) => register(path, ['f.csv']))) };
    expect(new Set(results.flat().map(({ file }) => file.id)).size).toBe(1);
    for (const path of spellings) expect(await found(path, 'f.csv')).toBe(results[0]![0]!.file.id);
    const claims = await Promise.all(spellings.map((path, i) => claim(i % 2 ? two : api, { path, fileName: 'f.csv' }, { owner: `w${i}` })));
    expect(claims.filter(({ outcome }) => outcome === 'CLAIMED')).toHaveLength(1);
  });
});

test('P41 of twenty that make one place in several spellings at once, one does', async () => {
  for (let round = 0; round < 5; round++) {
    const spellings = [`s3://race/${round}`, `s3a://race/${round}/`, `s3n://race//${round}`, `S3A://race/./${round}`];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        i % 3 ? create(spellings[i % 4]!, {}, i % 2 ? two : api) : register(spellings[i % 4]!, ['f'], i % 2 ? two : api),
      ),
    );
    expect(answers.filter((answer) => answer.created)).toHaveLength(answers.some((answer) => answer.created) ? 1 : 0);
    expect(await api.sql('select location_id from location_lkup where canonical_path = $1', [`s3://race/${round}`])).toHaveLength(1);
  }
});

test('P41 a canonical path is its own, whatever is written', async () => {
  const part = fc.constantFrom('a', 'B', '.', '', 'a b', 'C:', 'x:y', 's3', 'é', '\\', '?x', '#', '@', 'u:p@h', '..');
  const starts = fc.constantFrom(
    '',
    '/',
    './',
    's3a://',
    'file://',
    'file:',
    'file:///',
    'https://H',
    'sftp://u:p@h',
    'c:\\',
    '\\\\',
    'jdbc:',
    'zz:',
    'dbfs:/',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(starts, fc.array(part, { maxLength: 5 })), { minLength: 40, maxLength: 40 }), async (samples) => {
      const texts = samples.map(([start, parts]) => start + parts.join('/'));
      const rows = await api.sql<{ text: string; once: string; twice: string; masked: string }>(
        `select text, once, process_tracker.canonical_path(once) as twice, process_tracker.mask_address(text) as masked
         from unnest($1::text[]) with ordinality n(text, i) cross join lateral (select process_tracker.canonical_path(text) as once) c order by i`,
        [texts],
      );
      for (const { text, once, twice, masked } of rows) {
        expect({ text, canonical: twice }).toEqual({ text, canonical: once });
        expect({ text, masked: maskAddress(text) }).toEqual({ text, masked });
      }
    }),
    { numRuns: 200 },
  );
});

describe('P39 a file', () => {
  const ways = (root: string, separator = '/') => [
    [`${root}${separator}in`, 'sub/f.csv'],
    [`${root}${separator}in${separator}sub`, 'f.csv'],
    [root, 'in/sub/f.csv'],
  ];
  test.each([
    ['a local folder', ways('/files')],
    [
      'a relative folder',
      [
        ['rel/in', 'sub/f.csv'],
        ['rel/in/sub', 'f.csv'],
        ['.', 'rel/in/sub/f.csv'],
        ['rel/in', './sub//f.csv'],
        ['rel/in', 'sub/f.csv/'],
      ],
    ],
    ['a bucket', [...ways('s3://files'), ['s3a://files/in', 'sub/f.csv']]],
    ['a drive', [...ways('C:\\files', '\\'), ['c:/files/in', 'sub\\f.csv']]],
  ])('in %s is one, whichever part of its path is said to be the location', async (_, spellings) => {
    const order = [...spellings, ...[...spellings].reverse()] as [string, string][];
    const [made] = await register(...([order[0]![0], [order[0]![1]]] as const));
    expect(made!.created).toBe(true);
    for (const [path, fileName] of order) {
      expect(await found(path, fileName)).toBe(made!.file.id);
      expect(await register(path, [fileName])).toEqual([{ ...made, created: false }]);
    }
    const claims = await Promise.all(order.map(([path, fileName], i) => claim(i % 2 ? two : api, { path, fileName }, { owner: `w${i}` })));
    expect(claims.map(({ outcome }) => outcome).sort()).toEqual([...Array(order.length - 1).fill('BUSY'), 'CLAIMED']);
    expect(new Set(claims.map(({ file }) => file.databaseId)).size).toBe(1);
  });

  test.each(['s3://keys', 'gs://keys', 'oss://keys', 'abfss://keys@account', 'wasb://keys@account'])(
    'with other slashes in the key of an object is another one: %s',
    async (path) => {
      const keys = ['a/b', 'a//b', '/a/b', './a/b', 'a/./b', 'a/b/'];
      const results = await register(path, keys);
      expect(results.map(({ file }) => file.fileName)).toEqual(keys);
      expect(new Set(results.map(({ file }) => file.id)).size).toBe(keys.length);
      expect(await register(`${path}/a`, ['b', '/b'])).toMatchObject([
        { created: false, file: { id: results[0]!.file.id } },
        { created: false, file: { id: results[1]!.file.id } },
      ]);
    },
  );

  test('that twenty register and claim at once in several ways is made once', async () => {
    for (let round = 0; round < 5; round++) {
      const spellings = [
        [`/at once/${round}`, 'x/y/f'],
        [`/at once/${round}/x`, 'y/f'],
        [`file:/at once/${round}/x/y`, 'f'],
        ['/at once', `${round}/x/y/f`],
      ] as const;
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          const [path, fileName] = spellings[i % 4]!;
          const on = i % 2 ? two : api;
          if (i < 10) return (await register(path, [fileName], on))[0]!.created;
          return (await claim(on, { path, fileName }, { owner: `w${i}` })).outcome;
        }),
      );
      expect(answers.filter((answer) => answer === 'CLAIMED')).toHaveLength(1);
      expect(
        await api.sql(
          `select extract_id from extract_tracking join location_lkup on location_id = extract_location_id where canonical_path like '/at once%'`,
        ),
      ).toHaveLength(round + 1);
    }
  });

  test('of a store that holds its place twice is found in each, first in the one that is named', async () => {
    const [one, other] = [await insertLocation('/twice/'), await insertLocation('file:///twice')];
    const insert = (location: number, name: string) =>
      api.sql(
        `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time) values ($1, $2, now())`,
        [name, location],
      );
    await insert(one, 'both');
    await insert(other, 'both');
    await insert(other, 'there');
    expect(await found('/twice', 'both')).not.toBe(await found('file:///twice', 'both'));
    expect(await found('/twice', 'there')).toBe(await found('file:///twice', 'there'));
    expect((await register('/twice', ['there', 'both'])).map(({ created }) => created)).toEqual([false, false]);
    await Promise.all(Array.from({ length: 20 }, (_, i) => register(i % 2 ? '/twice' : 'file:///twice', ['new'], i % 3 ? api : two)));
    expect(await api.sql(`select from extract_tracking where extract_filename = 'new'`)).toHaveLength(1);
  });
});

test('P41 locations that are one place are listed for an operator', async () => {
  await insertLocation('s3a://dup/in', 'dup 1');
  await insertLocation('s3://dup/in/', 'dup 2');
  await insertLocation('s3://dup/in2', 'dup 3');
  const duplicates = async (more = '') =>
    (
      await api.run(
        `{ duplicateLocations(where: { canonicalPath: { startsWith: "s3://dup" } }${more}) { totalCount pageInfo { endCursor } nodes { name path canonicalPath } } }`,
      )
    ).duplicateLocations;
  const nodes = [
    { name: 'dup 1', path: 's3a://dup/in', canonicalPath: 's3://dup/in' },
    { name: 'dup 2', path: 's3://dup/in/', canonicalPath: 's3://dup/in' },
  ];
  expect(await duplicates()).toMatchObject({ totalCount: 2, nodes });
  const [first] = [await duplicates(', first: 1')];
  expect(first.nodes).toEqual(nodes.slice(0, 1));
  expect((await duplicates(`, first: 1, after: "${first.pageInfo.endCursor}"`)).nodes).toEqual(nodes.slice(1));
  // Each is found by its own spelling; another one finds the older.
  expect((await api.run('{ location(path: "s3://dup/in") { name } }')).location.name).toBe('dup 2');
  expect((await api.run('{ location(path: "s3n://dup/in") { name } }')).location.name).toBe('dup 1');
});

test('P41 a path that is changed to that of another location in another spelling is refused', async () => {
  await create('/update/one', { name: 'one' });
  await create('/update/two', { name: 'two' });
  const update = (input: object) =>
    api.run('mutation ($input: UpdateLocationInput!) { updateLocation(input: $input) { location { path canonicalPath } } }', { input });
  expect(await failure(update({ location: { name: 'two' }, path: 'file:///update/one/' }))).toMatchObject({
    code: 'CONFLICT',
    argument: 'input.path',
    name: 'one',
  });
  // Its own in another spelling is shown from then on.
  expect((await update({ location: { name: 'two' }, path: 'file:/update/two' })).updateLocation.location).toEqual({
    path: 'file:/update/two',
    canonicalPath: '/update/two',
  });
});

test('P41 what is no folder is not taken for one', async () => {
  expect((await create('jdbc:postgresql://host/shop')).location).toMatchObject({
    type: { name: 'jdbc' },
    path: 'jdbc:postgresql://host/shop',
  });
  expect((await create('dbfs:/mnt/shop')).location).toMatchObject({ type: { name: 'dbfs' }, path: 'dbfs:/mnt/shop' });
  expect(await failure(create('kafka:orders'))).toMatchObject({ code: 'INVALID', argument: 'input.type' });
  expect((await create('kafka:orders', { type: 'kafka' })).location).toMatchObject({ type: { name: 'kafka' }, path: 'kafka:orders' });
  expect((await create('./kafka:orders')).location).toMatchObject({ type: { name: 'local filesystem' }, path: './kafka:orders' });
});

test('P41 another bucket than the one in the path is refused, and a bucket without a name', async () => {
  expect(await failure(create('s3://a', { bucket: 'b' }))).toMatchObject({
    code: 'INVALID',
    argument: 'input.bucket',
    value: 'b',
    allowed: ['a'],
  });
  expect((await create('s3://a', { bucket: 'a' })).location.bucket).toBe('a');
  const update = (input: object) =>
    api.run('mutation ($input: UpdateLocationInput!) { updateLocation(input: $input) { location { bucket } } }', { input });
  const name = (await create('s3://a')).location.name;
  expect(await failure(update({ location: { name }, bucket: 'b' }))).toMatchObject({
    code: 'INVALID',
    argument: 'input.bucket',
    allowed: ['a'],
  });
  expect(await failure(update({ location: { name }, path: 's3://c', bucket: 'a' }))).toMatchObject({
    code: 'INVALID',
    argument: 'input.bucket',
    allowed: ['c'],
  });
  expect((await update({ location: { name }, path: 's3://c' })).updateLocation.location.bucket).toBe('c');
  for (const path of ['s3://', 's3:///in', 's3:/a/in'])
    expect(await failure(create(path))).toMatchObject({ code: 'INVALID', argument: 'input.path' });
});

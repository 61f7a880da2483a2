import fc from 'fast-check';
import { describePath } from '../../src/location/location-path.js';
import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('locations');
});
afterAll(() => api.close());

const fields = 'name path bucket type { name } maxAttempts retryDelaySeconds aliases';
const create = async (input: object) =>
  (await api.run(`mutation ($input: CreateLocationInput!) { createLocation(input: $input) { created location { ${fields} } } }`, { input }))
    .createLocation;
const update = async (input: object) =>
  (
    await api.run(`mutation ($input: UpdateLocationInput!) { updateLocation(input: $input) { warnings location { ${fields} } } }`, {
      input,
    })
  ).updateLocation.location;
const refused = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error('It was not refused.');
    },
    ({ code, message, details }: { code: string; message: string; details: object }) => ({ code, message, details }),
  );

describe('P41 a path tells', () => {
  test.each([
    ['/data/s3_export', '/data/s3_export', 'local filesystem', null],
    ['/data//s3_export/./x/', '/data/s3_export/x', 'local filesystem', null],
    ['/', '/', 'local filesystem', null],
    ['.', '.', 'local filesystem', null],
    ['./data/in/', 'data/in', 'local filesystem', null],
    ['C:\\Data\\in\\', 'C:\\Data\\in', 'local filesystem', null],
    ['C:\\', 'C:\\', 'local filesystem', null],
    ['\\\\server\\share\\in\\', '\\\\server\\share\\in', 'local filesystem', null],
    ['file:///data/in/', 'file:///data/in', 'local filesystem', null],
    ['s3://lake', 's3://lake', 's3', 'lake'],
    ['s3://lake/', 's3://lake', 's3', 'lake'],
    ['S3://Lake/In//Orders/', 's3://Lake/In/Orders', 's3', 'Lake'],
    ['s3a://lake/in', 's3a://lake/in', 's3', 'lake'],
    ['gs://lake/in', 'gs://lake/in', 'gs', 'lake'],
    ['abfss://raw@account.dfs.core.windows.net/in/', 'abfss://raw@account.dfs.core.windows.net/in', 'abfss', 'raw'],
    ['hdfs://name:8020/in', 'hdfs://name:8020/in', 'hdfs', null],
    ['hdfs:///in', 'hdfs:///in', 'hdfs', null],
    ['http://host/a//b/?q=../x', 'http://host/a/b?q=../x', 'http', null],
    ['https://host/a', 'https://host/a', 'https', null],
    ['sftp://host/..hidden/a..b', 'sftp://host/..hidden/a..b', 'sftp', null],
    ['s3://lake/in#1/?x/', 's3://lake/in#1/?x', 's3', 'lake'],
    ['zz://host/a/', 'zz://host/a', undefined, null],
  ])('%s', (given, path, type, bucket) => {
    expect(describePath(given, 'path')).toMatchObject({ path, type, bucket });
    expect(describePath(path, 'path').path).toBe(path);
  });
});

test('P41 a path that is written once more stays as it is, whatever it is', () => {
  const part = fc.constantFrom('a', 'B', '.', '', 'a b', 'a.b', '...', 's3', 'é', '\\', '?x', '#');
  fc.assert(
    fc.property(
      fc.constantFrom('', '/', './', 's3://', 'file://', 'https://host', 'C:\\', '\\\\'),
      fc.array(part, { maxLength: 6 }),
      (start, parts) => {
        let once;
        try {
          once = describePath(start + parts.join('/'), 'path');
        } catch {
          return;
        }
        expect(describePath(once.path, 'path')).toEqual(once);
        if (!/^https.*[?#]/.test(once.path)) expect(describePath(`${once.path}/`, 'path').path).toBe(once.path);
      },
    ),
  );
});

test.each([
  '..',
  '/a/../b',
  '../a',
  '/a/..',
  's3://lake/../other',
  's3://../x',
  's3://lake/a?/../b',
  'C:\\a\\..\\b',
  '/a\nb',
  '/a\tb',
  '/a\u0085b',
  '/a\u007f',
  ' ',
  'x'.repeat(2001),
])('P41 %j is no path', async (path) => {
  const before = await api.sql('select count(*) from location_lkup');
  const { errors } = await api.execute('mutation ($path: String!) { createLocation(input: { path: $path }) { created } }', { path });
  expect(errors).toHaveLength(1);
  if (path.trim() && path.length < 2000)
    expect(errors![0]!.originalError).toMatchObject({ code: 'INVALID', details: { argument: 'input.path', value: path } });
  expect(await api.sql('select count(*) from location_lkup')).toEqual(before);
});

test('P41 a location without a name gets one made of its path, that no other has', async () => {
  expect(await create({ path: '/data/in/' })).toEqual({
    created: true,
    location: {
      name: 'local - in',
      path: '/data/in',
      bucket: null,
      type: { name: 'local filesystem' },
      maxAttempts: null,
      retryDelaySeconds: null,
      aliases: [],
    },
  });
  expect((await create({ path: '/data/in' })).created).toBe(false);
  expect((await create({ path: '/other/in' })).location.name).toBe('local - /other/in');
  expect((await create({ path: 's3://lake/in' })).location.name).toBe('s3 lake - in');
  expect((await create({ path: 's3://pond' })).location.name).toBe('s3 - s3://pond');
  await create({ path: '/taken', name: 'local - /third/in' });
  expect((await create({ path: '/third/in' })).location.name).toBe('local - /third/in - 2');
  // A name that another one had before is taken too.
  await create({ path: '/once', name: 'local - again' });
  await update({ location: { name: 'local - again' }, newName: 'moved' });
  expect((await create({ path: '/x/again' })).location.name).toBe('local - /x/again');
});

test('P41 with and without a slash at its end it is one location; with another name it is a conflict that names both', async () => {
  expect(await create({ name: 'drop', path: '/drop/' })).toMatchObject({ created: true, location: { path: '/drop' } });
  expect(await create({ name: 'drop', path: '/drop' })).toMatchObject({ created: false, location: { name: 'drop' } });
  expect(await refused(create({ name: 'box', path: '/drop/' }))).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringMatching(/"drop".*"box"/),
    details: { argument: 'input.path', name: 'drop', wanted: 'box' },
  });
  expect(await refused(create({ name: 'drop', path: '/drop2' }))).toMatchObject({
    code: 'CONFLICT',
    details: { argument: 'input.name', path: '/drop', wanted: '/drop2' },
  });
  // Case makes another one.
  expect((await create({ name: 'Drop', path: '/Drop' })).created).toBe(true);
  await update({ location: { name: 'drop' }, newName: 'mailbox' });
  expect(await create({ name: 'drop', path: '/drop' })).toMatchObject({ created: false, location: { name: 'mailbox' } });
  expect((await api.run('{ location(path: "/drop//") { name } }')).location).toEqual({ name: 'mailbox' });
});

test('P41 what a Python client left with a slash at its end is found', async () => {
  await api.sql(
    `insert into location_lkup (location_name, location_path, location_type_id) select 'py', '/py/in/', location_type_id from location_type_lkup where location_type_name = 'local filesystem'`,
  );
  expect(await create({ path: '/py/in' })).toMatchObject({ created: false, location: { name: 'py', path: '/py/in/' } });
  expect((await api.run('{ location(path: "/py/in") { name } }')).location).toEqual({ name: 'py' });
});

test('P41 an unknown scheme needs a type; a type that is given counts', async () => {
  expect(await refused(create({ name: 'q', path: 'zz://host/q' }))).toMatchObject({ code: 'INVALID', details: { argument: 'input.type' } });
  expect((await create({ name: 'q', path: 'zz://host/q', type: 'queue' })).location).toMatchObject({
    type: { name: 'queue' },
    bucket: null,
  });
  expect((await create({ path: '/mnt/share', type: 'nfs', bucket: 'b' })).location).toMatchObject({ type: { name: 'nfs' }, bucket: 'b' });
});

test('P41 an update holds to the same: path, type and bucket go together, and no other location loses its path', async () => {
  await create({ name: 'u', path: '/u', maxAttempts: 3, retryDelaySeconds: 0 });
  expect(await update({ location: { name: 'u' }, path: 's3://u//in/' })).toMatchObject({
    path: 's3://u/in',
    type: { name: 's3' },
    bucket: 'u',
    maxAttempts: 3,
    retryDelaySeconds: 0,
  });
  expect(await update({ location: { name: 'u' }, path: '/u/' })).toMatchObject({
    path: '/u',
    type: { name: 'local filesystem' },
    bucket: null,
  });
  expect(
    await update({ location: { name: 'u' }, path: 'gs://u', type: 'object store', maxAttempts: null, retryDelaySeconds: 10 }),
  ).toMatchObject({
    path: 'gs://u',
    type: { name: 'object store' },
    bucket: 'u',
    maxAttempts: null,
    retryDelaySeconds: 10,
  });
  await create({ name: 'v', path: '/v' });
  expect(await refused(update({ location: { name: 'u' }, path: '/v/' }))).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringMatching(/"v".*"u"/),
    details: { argument: 'input.path', name: 'v' },
  });
  expect(await refused(update({ location: { name: 'u' }, path: '/v/../w' }))).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.path' },
  });
  expect(await refused(update({ location: { name: 'u' }, path: null }))).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.path' },
  });
  for (const [field, value] of [
    ['maxAttempts', 0],
    ['retryDelaySeconds', -1],
  ] as const) {
    expect(await refused(update({ location: { name: 'u' }, [field]: value }))).toMatchObject({
      code: 'INVALID',
      details: { argument: `input.${field}` },
    });
    expect(await refused(create({ path: '/w', [field]: value }))).toMatchObject({
      code: 'INVALID',
      details: { argument: `input.${field}` },
    });
  }
});

test('P41 of twenty that make one location at once, one does, and of twenty paths with one name each gets its own', async () => {
  const same = await Promise.all(Array.from({ length: 20 }, (_, i) => create({ path: i % 2 ? '/race' : '/race/' })));
  expect(same.filter(({ created }) => created)).toHaveLength(1);
  const others = await Promise.all(Array.from({ length: 20 }, (_, i) => create({ path: `/race ${i}/in2` })));
  expect(new Set(others.map(({ location }) => location.name)).size).toBe(20);
  expect(others.every(({ created }) => created)).toBe(true);
});

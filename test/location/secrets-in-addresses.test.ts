import { openApi, type Api } from '../support/api.js';
import { failure } from '../support/run-calls.js';

// A store for each test: it is searched for the password as a whole.
let api: Api;
beforeEach(async () => {
  api = await openApi('addresses');
});
afterEach(() => api.close());

const secret = 'hunter2';
const create = (input: object) =>
  api.run('mutation ($input: CreateLocationInput!) { createLocation(input: $input) { location { id name path canonicalPath bucket } } }', {
    input,
  });

/** All text of the store, of all rows. */
const stored = async () => {
  const tables = await api.sql<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'process_tracker'::regnamespace and relkind in ('r', 'p')`,
  );
  const rows = await Promise.all(tables.map(({ name }) => api.sql(`select t::text from process_tracker.${name} t`)));
  return JSON.stringify(rows);
};
const shown = async () =>
  JSON.stringify(
    await api.execute(`{
      locations(first: 100, includeRetired: true) { nodes { name path canonicalPath bucket aliases history { nodes { subjectName field from to } } } }
      files(first: 100) { nodes { path location { name path } } } }`),
  );

test.each([
  [`sftp://bob:${secret}@host/in`, { name: 'sftp bob@host - in', path: 'sftp://bob:***@host/in', canonicalPath: 'sftp://bob@host/in' }],
  [`sftp://bob:${secret}@host`, { name: 'sftp - sftp://bob:***@host', path: 'sftp://bob:***@host' }],
  [`s3a://key:${secret}@lake/in`, { path: 's3a://key:***@lake/in', canonicalPath: 's3://lake/in', bucket: 'lake' }],
  [`https://${secret}@host/in`, { path: 'https://***@host/in', canonicalPath: 'https://host/in' }],
  [`https://host/in?sv=1&sig=${secret}`, { path: 'https://host/in?sv=1&sig=***' }],
  [`jdbc:postgresql://host/db?user=bob&password=${secret}`, { path: 'jdbc:postgresql://host/db?user=bob&password=***' }],
  [`jdbc:oracle:thin:bob/${secret}@//host:1521/db`, { path: 'jdbc:oracle:thin:bob/***@//host:1521/db' }],
  [`ftp://bob:p@w:${secret}?x@host/in`, { path: 'ftp://bob:***@host/in' }],
])('P41 the password in %s is neither stored nor shown', async (path, location) => {
  expect((await create({ path })).createLocation.location).toMatchObject(location);
  await api.run('mutation ($input: RegisterFilesInput!) { registerFiles(input: $input) { location { path } } }', {
    input: { location: { path }, files: [{ fileName: 'f' }] },
  });
  expect((await api.run('query ($path: String) { location(path: $path) { path } }', { path })).location).toEqual({ path: location.path });
  expect(await stored()).not.toContain(secret);
  expect(await shown()).not.toContain(secret);
});

test('P41 a name that is an address is stored without its password, and a folder keeps its name', async () => {
  await create({ path: 'ftp://bob@host/named', name: `ftp://bob:${secret}@host/named` });
  await api.run('mutation ($input: UpdateLocationInput!) { updateLocation(input: $input) { warnings } }', {
    input: { location: { name: 'ftp://bob:***@host/named' }, newName: `sftp://bob:${secret}@host/named` },
  });
  expect(await stored()).not.toContain(secret);
  for (const path of ['/data/token=abc/sig=1', '/data/a:b@c', 'C:\\team@home\\x;password=1', 'in/key=a@b'])
    expect((await create({ path })).createLocation.location.path).toBe(path);
});

/** A location with a password in its address, as a Python client stores it. */
const storeByOther = () =>
  api.sql(`with type as (insert into location_type_lkup (location_type_name) values ('local') returning location_type_id)
    insert into location_lkup (location_name, location_path, location_type_id)
    select 'local - bob:${secret}@py', 'sftp://bob:${secret}@py', location_type_id from type`);

test('P41 what another client stores is masked where it is shown, and in the history', async () => {
  await storeByOther();
  await api.sql(`update location_lkup set location_path = 'sftp://bob:${secret}2@py' where location_path like '%@py'`);
  await api.sql(
    `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time) select 'g', location_id, now() from location_lkup where location_path like '%@py'`,
  );
  expect(
    (await api.run('{ location(path: "sftp://bob:other@py") { name path canonicalPath files { nodes { path } } } }')).location,
  ).toEqual({
    name: 'local - bob:***@py',
    path: 'sftp://bob:***@py',
    canonicalPath: 'sftp://bob@py',
    files: { nodes: [{ path: 'sftp://bob:***@py/g' }] },
  });
  expect(await shown()).not.toContain(secret);
  expect(JSON.stringify(await api.sql('select * from status_event'))).not.toContain(secret);
  // No filter tells it letter by letter.
  expect((await api.run(`{ locations(where: { path: { startsWith: "sftp://bob:hun" } }) { totalCount } }`)).locations.totalCount).toBe(0);
});

test('P41 no error tells the password', async () => {
  await storeByOther();
  const path = `sftp://bob:${secret}@elsewhere/in`;
  const errors = await Promise.all([
    failure(create({ path: `${path}/../x` })),
    failure(create({ path: `zz://bob:${secret}/x@elsewhere/in`, name: 'x' })),
    failure(create({ path: `zz:${secret}`, name: 'x' })).then(({ code }) => ({ code })),
    failure(create({ path: `sftp://bob:${secret}@py`, name: 'another' })),
    failure(create({ path: `${path}\n` })),
    failure(api.run('query ($path: String) { files(location: { path: $path }) { totalCount } }', { path })),
    failure(
      api.run('mutation ($input: ReportFileInput!) { reportFile(input: $input) { changed } }', {
        input: { file: { path, fileName: 'f' }, status: 'ready' },
      }),
    ),
    failure(
      api.run('mutation ($input: ReportFileInput!) { reportFile(input: $input) { changed } }', {
        input: { file: { path, databaseId: 1, fileName: 'f' }, status: 'ready' },
      }),
    ),
    failure(
      api.run('mutation ($input: UpdateLocationInput!) { updateLocation(input: $input) { warnings } }', {
        input: { location: { name: 'ftp - x' }, path },
      }),
    ),
  ]);
  for (const error of errors) expect(error.code).toMatch(/INVALID|NOT_FOUND|CONFLICT/);
  expect(JSON.stringify(errors)).not.toContain(secret);
});

test('L1 an empty e-mail address is refused', async () => {
  for (const query of [
    'mutation ($email: String) { createContact(input: { name: "nobody", email: $email }) { created } }',
    'mutation { createContact(input: { name: "nobody", email: "" }) { created } }',
    'mutation { updateContact(input: { contact: { name: "nobody" }, email: " " }) { contact { name } } }',
    'mutation { registerProcess(input: { name: "p", contacts: [{ name: "nobody", email: "" }] }) { created } }',
  ]) {
    const { errors } = await api.execute(query, { email: '' });
    expect(errors?.[0]?.message).toContain('must not be empty');
  }
  expect(await api.sql('select from contact_lkup')).toHaveLength(0);
});

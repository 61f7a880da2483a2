import { maskSecrets } from '../../src/platform/mask-secrets.js';
import { openApi, type Api } from '../support/api.js';
import { claim, claimMany, fail, fetchFile, finish, heartbeat, insertFiles, report, reportMany, retry } from '../support/file-calls.js';
import { failure } from '../support/run-calls.js';

let api: Api;
let file: { databaseId: number };
beforeAll(async () => {
  api = await openApi('extract_bad_input');
  file = { databaseId: (await insertFiles(api, 'bad', ['a.csv']))[0]! };
});
afterAll(() => api.close());

const place = { path: '/data/bad', fileName: 'new.csv' };
const counts = () =>
  api.sql(
    `select (select count(*) from extract_tracking) as files, (select count(*) from location_lkup) as locations, (select count(*) from status_event) as events`,
  );
/** What the scalars refuse before anything runs. */
const refusal = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was wrong',
    (error: Error) => error.message,
  );

test.each<[string, object, object]>([
  ['a lease of 0', { leaseSeconds: 0 }, { argument: 'input.leaseSeconds', value: 0 }],
  ['a negative lease', { leaseSeconds: -5 }, { argument: 'input.leaseSeconds' }],
  ['a lease of years', { leaseSeconds: 2_147_483_647 }, { argument: 'input.leaseSeconds', allowed: { min: 1, max: 2_592_000 } }],
  ['a negative size', { sizeBytes: '-1' }, { argument: 'input.sizeBytes' }],
  ['a size of more than 64 bits', { sizeBytes: '9999999999999999999' }, { argument: 'input.sizeBytes' }],
  ['a day that is none', { modifiedAt: '2026-02-30T00:00:00Z' }, { argument: 'input.modifiedAt' }],
  ['a version of 2 kB', { version: 'x'.repeat(1500) }, { argument: 'input.version' }],
  ['a hash of 2 kB', { hash: { algorithm: 'md5', value: 'x'.repeat(1500) } }, { argument: 'input.hash.value' }],
  ['a hash that is none', { hash: { algorithm: 'md5', value: 'zz' } }, { argument: 'input.hash.value', value: 'zz' }],
  ['an unknown algorithm', { hash: { algorithm: 'md6', value: 'ab'.repeat(16) } }, { argument: 'input.hash.algorithm', value: 'md6' }],
  ['no file', { file: {} }, { argument: 'input.file' }],
  ['a file told twice', { file: { databaseId: 1, path: '/data', fileName: 'a' } }, { argument: 'input.file' }],
  ['a file without its location', { file: { fileName: 'a' } }, { argument: 'input.file' }],
  ['a location without a file', { file: { path: '/data/bad' } }, { argument: 'input.file' }],
  ['an id of something else', { file: { id: Buffer.from('Process:1').toString('base64url') } }, { argument: 'input.file.id' }],
  ['a path that leads upwards', { file: { path: '/data/../etc', fileName: 'passwd' } }, { argument: 'input.file.path' }],
  ['a path with a control character', { file: { path: '/data/\u0007', fileName: 'a' } }, { argument: 'input.file.path' }],
  ['a name that leads upwards', { file: { path: '/data/bad', fileName: '../a' } }, { argument: 'input.file.fileName' }],
  ['a name with a control character', { file: { path: '/data/bad', fileName: 'a\nb' } }, { argument: 'input.file.fileName' }],
  ['a path of an unknown kind', { file: { path: 'gopher://host/x', fileName: 'a' } }, { argument: 'input.file.type' }],
  ['a run that is not told', { run: {} }, { argument: 'input.run' }],
])('C1 a claim with %s is INVALID and leaves nothing', async (_, more, wrong) => {
  const before = await counts();
  expect(await failure(claim(api, place, more))).toMatchObject({ code: 'INVALID', ...wrong });
  expect(await counts()).toEqual(before);
});

test.each<[string, object, string]>([
  ['a file', { file: { databaseId: 2_000_000_000 } }, 'input.file.databaseId'],
  ['a location', { file: { location: 'nowhere', fileName: 'a' } }, 'input.file.location'],
  ['a run', { run: { databaseId: 2_000_000_000 } }, 'input.run.databaseId'],
  ['a run by name', { run: { name: 'nothing' } }, 'input.run.name'],
])('C1 a claim with %s that is not there is NOT_FOUND and leaves nothing', async (_, more, argument) => {
  const before = await counts();
  expect(await failure(claim(api, place, more))).toMatchObject({ code: 'NOT_FOUND', argument });
  expect(await counts()).toEqual(before);
});

test('C1 an empty owner is refused, and so is one of 1 MB', async () => {
  for (const owner of ['', ' ', 'x'.repeat(1_000_000)])
    expect(await refusal(claim(api, place, { owner }))).toMatch(/must not be empty|at most 2000 bytes/);
});

test.each<[string, object, string]>([
  ['an unknown kind of error', { errors: [{ type: 'Nothing' }] }, 'input.errors.0.type'],
  ['an unknown status', { status: 'nothing' }, 'input.status'],
  ['a day that is none', { loadLowWatermark: '2026-02-30T00:00:00Z' }, 'input.loadLowWatermark'],
  ['a token of more than 64 bits', { fencingToken: '9999999999999999999' }, 'input.fencingToken'],
])('P44 a report with %s is INVALID and changes nothing', async (_, said, argument) => {
  const before = await fetchFile(api, file.databaseId);
  expect(await failure(report(api, file, said))).toMatchObject({ code: 'INVALID', argument });
  expect(await fetchFile(api, file.databaseId)).toEqual(before);
});

test('P44 a wrong token is a CONFLICT in a report, and LOST_CLAIM for a holder', async () => {
  const held = { databaseId: (await insertFiles(api, 'bad', ['token.csv']))[0]! };
  for (const token of ['1', '0', '-7']) {
    expect(await failure(report(api, held, { status: 'archived', fencingToken: token }))).toMatchObject({
      code: 'CONFLICT',
      argument: 'input.fencingToken',
    });
    for (const said of [finish, fail, heartbeat]) expect((await said(api, held, token)).outcome).toBe('LOST_CLAIM');
  }
  for (const said of [finish, fail, heartbeat]) {
    expect(await failure(said(api, { databaseId: 2_000_000_000 }, '1'))).toMatchObject({
      code: 'NOT_FOUND',
      argument: 'input.file.databaseId',
    });
    expect(await failure(said(api, held, '99999999999999999999'.slice(0, 19)))).toMatchObject({
      code: 'INVALID',
      argument: 'input.fencingToken',
    });
  }
});

test('C6 a failure with a wrong delay or kind is INVALID, and the holder keeps the file', async () => {
  const held = { path: '/data/bad', fileName: 'failing.csv' };
  const { fencingToken, file } = await claim(api, held);
  for (const [more, argument] of [
    [{ retryAfterSeconds: -1 }, 'input.retryAfterSeconds'],
    [{ retryAfterSeconds: 2_147_483_647 }, 'input.retryAfterSeconds'],
    [{ retryAfterSeconds: 5, retryable: false }, 'input.retryAfterSeconds'],
    [{ errorType: 'Nothing' }, 'input.errorType'],
  ] as const)
    expect(await failure(fail(api, held, fencingToken, more))).toMatchObject({ code: 'INVALID', argument });
  for (const more of [
    { rowsRead: '-1' },
    { loadLowWatermark: '2026-02-30T00:00:00Z' },
    { loadLowWatermark: '2026-02-02T00:00:00Z', loadHighWatermark: '2026-02-01T00:00:00Z' },
  ])
    expect(await failure(finish(api, held, fencingToken, more))).toMatchObject({
      code: 'INVALID',
      argument: `input.${Object.keys(more)[0]}`,
    });
  expect(await failure(heartbeat(api, held, fencingToken, { leaseSeconds: 0 }))).toMatchObject({
    code: 'INVALID',
    argument: 'input.leaseSeconds',
  });
  expect(await fetchFile(api, file.databaseId)).toEqual(file);
  expect(await failure(retry(api, held, 'Too early.'))).toMatchObject({ code: 'CONFLICT', argument: 'input.file', allowed: ['error'] });
});

test('C25 a call has 1 to 10000 items', async () => {
  const claims = Array.from({ length: 10_001 }, (_, i) => ({ file: { path: '/data/too many', fileName: `${i}` }, owner: 'x' }));
  const reports = Array.from({ length: 10_001 }, () => ({ file: file, status: 'archived' }));
  for (const [work, argument] of [
    [() => claimMany(api, claims), 'input.claims'],
    [() => claimMany(api, []), 'input.claims'],
    [() => reportMany(api, reports), 'input.reports'],
    [() => reportMany(api, []), 'input.reports'],
  ] as const)
    expect(await failure(work())).toMatchObject({ code: 'INVALID', argument, allowed: { min: 1, max: 10_000 } });
});

test('C25 one file twice in a call is claimed once, whatever it is called', async () => {
  const [id] = await insertFiles(api, 'bad', ['twice.csv']);
  const { id: globalId } = await fetchFile(api, id!);
  const named = [
    { databaseId: id },
    { id: globalId },
    { location: 'bad', fileName: 'twice.csv' },
    { path: '/data/bad/', fileName: 'twice.csv' },
  ];
  const results = await claimMany(
    api,
    named.map((each, i) => ({ file: each, owner: `worker ${i}` })),
  );
  expect(results.map(({ claim: each }) => [each?.outcome, each?.owner])).toEqual([
    ['CLAIMED', 'worker 0'],
    ['BUSY', 'worker 0'],
    ['BUSY', 'worker 0'],
    ['BUSY', 'worker 0'],
  ]);
  const fresh = await claimMany(
    api,
    [1, 2].map((i) => ({ file: { path: i === 1 ? '/data/fresh' : '/data/fresh/', fileName: 'a' }, owner: `worker ${i}` })),
  );
  expect(fresh.map(({ claim: each }) => [each?.outcome, each?.created])).toEqual([
    ['CLAIMED', true],
    ['BUSY', false],
  ]);
});

test.each([
  ['password=hunter2', 'password=***'],
  ['Password: "hunter 2", user: "x"', 'Password: ***, user: "x"'],
  ["pwd='it''s'", "pwd=***'s'"],
  ['{"api_key":"abc\\"def","x":1}', '{"api_key":***,"x":1}'],
  ['token=abc&next=1', 'token=***&next=1'],
  ['AccountKey=abc/def+==;EndpointSuffix=x', 'AccountKey=***;EndpointSuffix=x'],
  ['https://x.blob/y?sv=1&sig=abc%3D&se=2', 'https://x.blob/y?sv=1&sig=***&se=2'],
  ['postgres://loader:hunter2@db:5432/x', 'postgres://loader:***@db:5432/x'],
  ['https://sometoken@host/x and https://host:80/x', 'https://***@host/x and https://host:80/x'],
  ['abfss://container@account.dfs.core.windows.net/x', 'abfss://container@account.dfs.core.windows.net/x'],
  ['Authorization: Bearer abcdef.ghijkl-mn', 'Authorization: Bearer ***'],
  ['key AKIAIOSFODNN7EXAMPLE here', 'key AKIA*** here'],
  ['ghp_0123456789abcdefghij', 'ghp_***'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-def', '***'],
  [
    '-----BEGIN RSA PRIVATE KEY-----\nabc\ndef\n-----END RSA PRIVATE KEY-----\nafter',
    '-----BEGIN RSA PRIVATE KEY----- *** -----END RSA PRIVATE KEY-----\nafter',
  ],
  ['-----BEGIN PRIVATE KEY-----\ncut off', '-----BEGIN PRIVATE KEY----- *** -----END PRIVATE KEY-----'],
  ['The password is wrong.', 'The password is wrong.'],
  ['no column "token" in line 7: a=b', 'no column "token" in line 7: a=b'],
  ['mail someone@example.org about /data/x@y', 'mail someone@example.org about /data/x@y'],
])('C26 what looks like a secret is masked: %s', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
});

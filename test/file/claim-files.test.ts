import { sweepFiles } from '../../src/file/sweep-files.js';
import { openApi, type Api } from '../support/api.js';
import {
  addDependencies,
  claim,
  claimMany,
  fail,
  fetchFile,
  finish,
  heartbeat,
  insertFiles,
  movesOf,
  release,
  report,
  reprocess,
  retry,
  skip,
  type Claim,
} from '../support/file-calls.js';
import { at, call, failure, known, openServer, start, type Server } from '../support/run-calls.js';

let api: Api;
let unique = 0;
beforeAll(async () => {
  api = await openApi('claims');
});
afterAll(() => api.close());

const newFile = () => ({ path: '/data/claims', fileName: `file ${++unique}.csv` });
const versionsOf = (id: number) =>
  api.sql(
    `select v.version, v.hash, v.is_current as current, s.extract_status_name as status, v.finished_at is not null as finished
     from extract_version v left join extract_status_lkup s using (extract_status_id) where v.extract_id = $1 order by v.extract_version_id`,
    [id],
  );
const errorsOf = (id: number) =>
  api.sql(
    `select t.error_type_name as type, e.message, e.attempt, e.retryable, e.owner, v.version from extract_error e join error_type_lkup t using (error_type_id)
     left join extract_version v using (extract_version_id) where e.extract_id = $1 order by extract_error_id`,
    [id],
  );
/** Whole seconds from now on. */
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const secondsUntil = (instant: string | null) => Math.round((Date.parse(instant!) - Date.now()) / 1000);

test('C1 a claim makes the file and its location where they are new, and tells its holder all that it needs', async () => {
  const file = { path: '/data/brand new/', fileName: 'a.csv' };
  const first = await claim(api, file, {
    owner: 'one',
    leaseSeconds: 60,
    version: '17',
    sizeBytes: '1000',
    modifiedAt: '2026-01-01T00:00:00Z',
  });
  expect(first).toMatchObject({
    outcome: 'CLAIMED',
    created: true,
    attempt: 1,
    owner: 'one',
    notBefore: null,
    finishedAt: null,
    blockers: [],
    currentVersion: { version: '17' },
    file: { status: { name: 'loading' }, owner: 'one', attempt: 1, fencingToken: first.fencingToken },
  });
  expect(first.fencingToken).toMatch(/^\d+$/);
  expect(Math.abs(secondsUntil(first.leaseUntil) - 60)).toBeLessThanOrEqual(30);
  expect(await call(api, 'query { location(name: "local - brand new") { path type { name } } }')).toEqual({
    location: { path: '/data/brand new', type: { name: 'local filesystem' } },
  });
  const { databaseId } = first.file;
  for (const same of [file, { databaseId }, { location: 'local - brand new', fileName: 'a.csv' }, { id: first.file.id }])
    expect(await claim(api, same as never, { owner: 'two', version: '17' })).toMatchObject({
      outcome: 'BUSY',
      created: false,
      fencingToken: null,
      owner: 'one',
      leaseUntil: first.leaseUntil,
    });
  expect(
    await api.sql(
      'select size_bytes, extract_filetype_code as code from extract_tracking join extract_filetype_lkup using (extract_filetype_id) where extract_id = $1',
      [databaseId],
    ),
  ).toEqual([{ size_bytes: '1000', code: 'csv' }]);
});

test('C3 a version of another size leaves no size in the units of the one before; one of the same size does', async () => {
  const { path, fileName } = newFile();
  const { registerFiles } = await call(
    api,
    'mutation ($input: RegisterFilesInput!) { registerFiles(input: $input) { results { file { databaseId } } } }',
    { input: { location: { path }, files: [{ fileName, status: 'ready', size: '2 KB', version: '1' }] } },
  );
  const { databaseId } = registerFiles.results[0].file;
  const sizeAfter = async (version: string, sizeBytes: string) => {
    const { fencingToken } = await claim(api, { databaseId }, { version, sizeBytes });
    await finish(api, { databaseId }, fencingToken);
    return (await call(api, 'query ($id: Int) { file(databaseId: $id) { size sizeUnit { code } sizeBytes } }', { id: databaseId })).file;
  };
  expect(await sizeAfter('2', '2000')).toEqual({ size: '2', sizeUnit: { code: 'KB' }, sizeBytes: '2000' });
  expect(await sizeAfter('3', '3000')).toEqual({ size: null, sizeUnit: null, sizeBytes: '3000' });
});

test('C1 a file is found by a former name of its location, one by one and among many', async () => {
  const file = { path: '/data/renamed', fileName: 'a.csv' };
  const { file: claimed } = await claim(api, file);
  await call(api, 'mutation { updateLocation(input: { location: { name: "local - renamed" }, newName: "the new name" }) { warnings } }');
  const former = { location: 'local - renamed', fileName: 'a.csv' };
  expect(await claim(api, former)).toMatchObject({ outcome: 'BUSY', created: false, file: { databaseId: claimed.databaseId } });
  expect(await claimMany(api, [{ file: former, owner: 'two' }])).toMatchObject([
    { claim: { outcome: 'BUSY', created: false }, error: null },
  ]);
});

test('C1 the same worker is told BUSY as well: its claim is the one with the token', async () => {
  const file = newFile();
  await claim(api, file);
  expect(await claim(api, file)).toMatchObject({ outcome: 'BUSY', owner: 'worker', fencingToken: null });
});

test.each(['initializing', 'loading', 'checking by hand'])(
  'C1 a file that somebody without a lease has in the status %s is BUSY',
  async (status) => {
    const [id] = await insertFiles(api, 'python', [`${status}.csv`], status);
    expect(await claim(api, { databaseId: id! }, { version: '9' })).toMatchObject({ outcome: 'BUSY', owner: null, leaseUntil: null });
    expect(await movesOf(api, id!)).toHaveLength(1);
    expect(await versionsOf(id!)).toEqual([]);
  },
);

test('C2 what is done is answered with its time, and leaves no row', async () => {
  const file = newFile();
  const { file: claimed, fencingToken } = await claim(api, file, { version: 'a' });
  await finish(api, file, fencingToken);
  const rows = async () => [
    await versionsOf(claimed.databaseId),
    await movesOf(api, claimed.databaseId),
    await fetchFile(api, claimed.databaseId),
  ];
  const before = await rows();
  const again = await claim(api, file, { version: 'a' });
  expect(again).toMatchObject({ outcome: 'ALREADY_DONE', attempt: 1, owner: null, fencingToken: null });
  expect(again.finishedAt).toBe(again.file.currentVersion!.finishedAt);
  expect(again.finishedAt).not.toBeNull();
  expect(await claim(api, file)).toMatchObject({ outcome: 'ALREADY_DONE', finishedAt: again.finishedAt });
  await report(api, file, { status: 'archived' });
  expect(await claim(api, file, { version: 'a' })).toMatchObject({ outcome: 'ALREADY_DONE', finishedAt: again.finishedAt });
  expect((await rows())[0]).toEqual([{ version: 'a', hash: null, current: true, status: 'archived', finished: true }]);
  expect(before[0]).toEqual([{ version: 'a', hash: null, current: true, status: 'loaded', finished: true }]);
});

test('C2 what another client loaded is done since its history says so', async () => {
  const [id] = await insertFiles(api, 'python', ['loaded.csv'], 'loading');
  await api.sql(
    `update extract_tracking set extract_status_id = (select extract_status_id from extract_status_lkup where extract_status_name = 'loaded') where extract_id = $1`,
    [id],
  );
  const { outcome, finishedAt } = await claim(api, { databaseId: id! });
  expect([outcome, Math.abs(secondsUntil(finishedAt)) < 30]).toEqual(['ALREADY_DONE', true]);
});

/** A hash of so many bytes. */
const hashOf = (digits: string, bytes: number) => digits.repeat((2 * bytes) / digits.length);

test('C3 the same name with another generation or hash is claimed, and all versions stand under one file', async () => {
  const file = newFile();
  let id = 0;
  for (const said of [
    { version: '1' },
    { version: '2' },
    { hash: { algorithm: 'md5', value: hashOf('ab', 16) } },
    { hash: { algorithm: 'sha256', value: hashOf('ab', 32) } },
  ]) {
    const { outcome, attempt, fencingToken, file: claimed } = await claim(api, file, said);
    expect([outcome, attempt]).toEqual(['CLAIMED', 1]);
    expect(await claim(api, file, said)).toMatchObject({ outcome: 'BUSY' });
    expect(await finish(api, file, fencingToken, { rowsRead: '5', rowsWritten: '4', rowsRejected: '1', outputHash: 'out' })).toMatchObject({
      outcome: 'DONE',
      file: { loadRecordCount: '4', currentVersion: { rowsRead: '5', rowsWritten: '4', rowsRejected: '1', outputHash: 'out' } },
    });
    expect(await claim(api, file, said)).toMatchObject({ outcome: 'ALREADY_DONE' });
    id = claimed.databaseId;
  }
  const version = (version: string | null, hash: string | null, current = false) => ({
    version,
    hash,
    current,
    status: 'loaded',
    finished: true,
  });
  expect(await versionsOf(id)).toEqual([
    version('1', null),
    version('2', null),
    version(null, hashOf('ab', 16)),
    version(null, hashOf('ab', 32), true),
  ]);
});

test('C3 a newer version takes the place of one that failed for good, but not of one that is being loaded', async () => {
  const file = newFile();
  const { fencingToken } = await claim(api, file, { version: '1' });
  expect(await claim(api, file, { version: '2' })).toMatchObject({ outcome: 'BUSY', currentVersion: { version: '1' } });
  await fail(api, file, fencingToken, { retryable: false });
  expect(await claim(api, file, { version: '1' })).toMatchObject({ outcome: 'FAILED_PERMANENT' });
  const { outcome, attempt, file: claimed } = await claim(api, file, { version: '2' });
  expect([outcome, attempt]).toEqual(['CLAIMED', 1]);
  expect(await versionsOf(claimed.databaseId)).toEqual([
    { version: '1', hash: null, current: false, status: 'error', finished: false },
    { version: '2', hash: null, current: true, status: 'loading', finished: false },
  ]);
});

test('C3 a newer version that comes after a crash leaves the crash with the version that it hit', async () => {
  const file = newFile();
  const { file: claimed } = await claim(api, file, { version: '1', owner: 'gone', leaseSeconds: 10 });
  await at(api, inSeconds(11), async (later) =>
    expect(await claim(later, file, { version: '2' })).toMatchObject({ outcome: 'CLAIMED', attempt: 1 }),
  );
  expect(await errorsOf(claimed.databaseId)).toMatchObject([{ type: 'Process Error', attempt: 1, owner: 'gone', version: '1' }]);
  expect(await versionsOf(claimed.databaseId)).toMatchObject([
    { version: '1', status: 'error' },
    { version: '2', status: 'loading' },
  ]);
});

test('C3 a file that is overwritten with what it held before is claimed again', async () => {
  const file = newFile();
  const content = (value: string, day: number) => ({
    hash: { algorithm: 'md5', value: hashOf(value, 16) },
    modifiedAt: `2026-01-0${day}T00:00:00Z`,
  });
  for (const [value, day] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
  ] as const) {
    const { outcome, fencingToken } = await claim(api, file, content(value, day));
    expect(outcome).toBe('CLAIMED');
    await finish(api, file, fencingToken);
  }
  expect(await claim(api, file, content('a', 3))).toMatchObject({ outcome: 'ALREADY_DONE' });
  expect(await claim(api, file, content('b', 2))).toMatchObject({ outcome: 'SUPERSEDED' });
  const { file: claimed } = await claim(api, file, content('a', 3));
  expect(await versionsOf(claimed.databaseId)).toMatchObject([
    { hash: hashOf('a', 16), current: true },
    { hash: hashOf('b', 16), current: false },
  ]);
});

test('C4 the same content under another name is claimed, and told with the earlier files where that is asked', async () => {
  const hash = { algorithm: 'md5', value: hashOf('c', 16) };
  const [one, two, other] = [newFile(), newFile(), newFile()];
  const sameContent = async (file: object, of = hash) =>
    (
      await call(api, 'mutation ($input: ClaimFileInput!) { claimFile(input: $input) { outcome sameContent { fileName } } }', {
        input: { file, owner: 'worker', hash: of },
      })
    ).claimFile;
  const answer = (...files: { fileName: string }[]) => ({ outcome: 'CLAIMED', sameContent: files.map(({ fileName }) => ({ fileName })) });
  expect(await sameContent(one)).toEqual(answer());
  expect(await sameContent(other, { algorithm: 'sha1', value: hashOf('c', 20) })).toEqual(answer());
  expect(await sameContent(two)).toEqual(answer(one));
  expect(await sameContent(newFile())).toEqual(answer(one, two));
  expect(await sameContent(two)).toEqual({ outcome: 'BUSY', sameContent: [{ fileName: one.fileName }] });
  const asked = await api.recorded(() => claim(api, newFile(), { hash }));
  expect(asked.filter((sql) => sql.includes('v.hash ='))).toEqual([]);
});

type Version = { version?: string; modifiedAt?: string; hash?: { algorithm: string; value: string } };
const olderVersions: [string, Version, Version][] = [
  ['a generation', { version: '9' }, { version: '10' }],
  [
    'an etag by the time it was modified',
    { version: 'x', modifiedAt: '2026-01-01T00:00:00Z' },
    { version: 'y', modifiedAt: '2026-01-02T00:00:00Z' },
  ],
  [
    'a hash by the time it was modified',
    { hash: { algorithm: 'md5', value: hashOf('1', 16) }, modifiedAt: '2026-01-01T00:00:00+02:00' },
    { hash: { algorithm: 'md5', value: hashOf('2', 16) }, modifiedAt: '2026-01-01T00:00:00Z' },
  ],
];
test.each(olderVersions)('C5 %s that is older than the one that is known is SUPERSEDED, in each state of that', async (_, older, newer) => {
  const file = newFile();
  const { fencingToken } = await claim(api, file, newer);
  expect(await claim(api, file, older)).toMatchObject({ outcome: 'SUPERSEDED', fencingToken: null });
  await finish(api, file, fencingToken);
  expect(await claim(api, file, older)).toMatchObject({ outcome: 'SUPERSEDED' });
  const { file: claimed } = await claim(api, file, newer);
  expect(await versionsOf(claimed.databaseId)).toHaveLength(1);
});

test('C6 a failure is tried again after its delay, which doubles, until its attempts are used up; all messages are kept', async () => {
  const file = newFile();
  let now = Date.now();
  const delays: number[] = [];
  let id = 0;
  for (let attempt = 1; attempt <= 5; attempt++) {
    await at(api, new Date(now).toISOString(), async (server) => {
      const taken = await claim(server, file, { owner: `worker ${attempt}` });
      expect(taken).toMatchObject({ outcome: 'CLAIMED', attempt });
      id = taken.file.databaseId;
      await fail(server, file, taken.fencingToken, {
        message: `broken ${attempt}`,
        errorType: attempt === 2 ? 'Data Error' : 'File Error',
      });
      const next = await claim(server, file);
      if (attempt === 5) return expect(next).toMatchObject({ outcome: 'FAILED_PERMANENT', notBefore: null, attempt: 5 });
      expect(next).toMatchObject({
        outcome: 'RETRY_LATER',
        attempt,
        owner: null,
        file: { status: { name: 'error' }, state: 'ERROR' },
      });
      delays.push(Date.parse(next.notBefore!) - now);
      now = Date.parse(next.notBefore!);
    });
    if (attempt < 5)
      await at(api, new Date(now - 1).toISOString(), async (server) => expect((await claim(server, file)).outcome).toBe('RETRY_LATER'));
  }
  expect(delays).toEqual([60_000, 120_000, 240_000, 480_000]);
  await at(api, inSeconds(1_000_000), async (server) => expect((await claim(server, file)).outcome).toBe('FAILED_PERMANENT'));
  expect(await errorsOf(id)).toEqual(
    [1, 2, 3, 4, 5].map((attempt) => ({
      type: attempt === 2 ? 'Data Error' : 'File Error',
      message: `broken ${attempt}`,
      attempt,
      retryable: true,
      owner: `worker ${attempt}`,
      version: null,
    })),
  );
});

test('C6 the delay doubles up to a day', async () => {
  const file = { path: '/data/slow', fileName: 'a.csv' };
  await call(api, 'mutation { createLocation(input: { name: "slow", path: "/data/slow", retryDelaySeconds: 50000 }) { created } }');
  const delays: number[] = [];
  for (let now = Date.parse('2026-01-01T00:00:00Z'); delays.length < 3; now += delays.at(-1)! * 1000) {
    await at(api, new Date(now).toISOString(), async (server) => {
      const { fencingToken } = await claim(server, file);
      const { file: claimed } = await fail(server, file, fencingToken, { message: 'broken' });
      delays.push((Date.parse(claimed.nextAttemptAt!) - now) / 1000);
    });
  }
  expect(delays).toEqual([50_000, 86_400, 86_400]);
});

test('C6 the location says how often and when, and a failure may say when by itself', async () => {
  const file = { path: '/data/policy', fileName: 'a.csv' };
  const first = await claim(api, file);
  await api.sql(`update location_lkup set max_attempts = 2, retry_delay_seconds = 0 where location_path = '/data/policy'`);
  await fail(api, file, first.fencingToken, { retryAfterSeconds: 100 });
  const later = await claim(api, file);
  expect([later.outcome, Math.abs(secondsUntil(later.notBefore) - 100) < 30]).toEqual(['RETRY_LATER', true]);
  await retry(api, file, 'Again.');
  await fail(api, file, (await claim(api, file)).fencingToken);
  const second = await claim(api, file);
  expect(second).toMatchObject({ outcome: 'CLAIMED', attempt: 2 });
  await fail(api, file, second.fencingToken, { retryAfterSeconds: 0 });
  expect(await claim(api, file)).toMatchObject({ outcome: 'FAILED_PERMANENT' });
});

test('C6 a report of its holder that a file failed is a failure like another, one without a token gives it up', async () => {
  for (const [errors, token, outcome] of [
    [[{ message: 'broken' }], true, 'RETRY_LATER'],
    [[], true, 'RETRY_LATER'],
    [[{ message: 'broken' }, { retryable: false }], true, 'FAILED_PERMANENT'],
    [[{ message: 'broken' }], false, 'FAILED_PERMANENT'],
  ] as const) {
    const file = newFile();
    const { fencingToken, file: claimed } = await claim(api, file, { leaseSeconds: 5 });
    await at(api, inSeconds(6), (later) => report(later, file, { status: 'ERROR', errors, ...(token ? { fencingToken } : {}) }));
    expect((await claim(api, file)).outcome).toBe(outcome);
    expect(await errorsOf(claimed.databaseId)).toHaveLength(errors.length);
  }
});

test('C7 what trying again does not help stays failed until a person says retry, with a reason', async () => {
  const file = newFile();
  const { file: claimed, fencingToken } = await claim(api, file);
  expect(await fail(api, file, fencingToken, { retryable: false, message: 'no columns' })).toMatchObject({
    outcome: 'DONE',
    file: { status: { name: 'error' }, nextAttemptAt: null, owner: null },
  });
  await at(api, inSeconds(10_000_000), async (later) => expect((await claim(later, file)).outcome).toBe('FAILED_PERMANENT'));
  expect(await failure(retry(api, file, ' '))).toMatchObject({ code: 'INVALID', argument: 'input.reason' });
  expect(await retry(api, file, 'The columns are there now.')).toMatchObject({
    changed: true,
    file: { status: { name: 'ready' }, attempt: 0 },
  });
  expect(await retry(api, file, 'Once more.')).toMatchObject({ changed: false, file: { status: { name: 'ready' } } });
  expect(await claim(api, file)).toMatchObject({ outcome: 'CLAIMED', attempt: 1 });
  expect((await movesOf(api, claimed.databaseId)).find(({ to, from }) => from === 'error' && to === 'ready')).toMatchObject({
    actor: 'operator',
    reason: 'The columns are there now.',
  });
});

test('C8 a file whose lease is over is listed as stuck, and taken by the next claim with a higher token', async () => {
  const file = newFile();
  const first = await claim(api, file, { owner: 'crashed', leaseSeconds: 30 });
  const crashed = 'where: { stuck: { eq: true }, owner: { eq: "crashed" } }, orderBy: { field: LEASE_UNTIL }';
  const stuck = async (on: Server, more = '') =>
    (await call(on, `{ files(${crashed}${more}) { nodes { fileName stuck owner } totalCount } }`)).files;
  expect(await stuck(api)).toEqual({ nodes: [], totalCount: 0 });
  await at(api, inSeconds(31), async (later) => {
    const here = { nodes: [{ fileName: file.fileName, stuck: true, owner: 'crashed' }], totalCount: 1 };
    expect(await stuck(later)).toEqual(here);
    expect(await stuck(later, ', location: { name: "local - claims" }')).toEqual(here);
    expect(await stuck(later, ', location: { path: "/data/claims/" }')).toEqual(here);
    await insertFiles(api, 'elsewhere', []);
    expect(await stuck(later, ', location: { name: "elsewhere" }')).toEqual({ nodes: [], totalCount: 0 });
    expect(await failure(stuck(later, ', location: { name: "nowhere" }'))).toMatchObject({ code: 'NOT_FOUND', argument: 'location.name' });
    const second = await claim(later, file, { owner: 'next' });
    expect(second).toMatchObject({ outcome: 'CLAIMED', attempt: 2, owner: 'next' });
    expect(BigInt(second.fencingToken!)).toBeGreaterThan(BigInt(first.fencingToken!));
    expect(await stuck(later)).toEqual({ nodes: [], totalCount: 0 });
    const before = await api.sql('select * from extract_tracking where extract_id = $1', [first.file.databaseId]);
    for (const late of [finish, heartbeat, fail, release]) expect((await late(later, file, first.fencingToken)).outcome).toBe('LOST_CLAIM');
    expect(await api.sql('select * from extract_tracking where extract_id = $1', [first.file.databaseId])).toEqual(before);
    expect(await errorsOf(first.file.databaseId)).toEqual([
      {
        type: 'Process Error',
        message: `The lease expired at ${first.leaseUntil}.`,
        attempt: 1,
        retryable: true,
        owner: 'crashed',
        version: null,
      },
    ]);
  });
});

test('C8 a lease is over at exactly `leaseUntil`, and not a microsecond before: for claims, lists and the sweeper', async () => {
  const own = await openApi('claims_edge');
  try {
    const [taken, swept] = [newFile(), newFile()];
    const lease = { owner: 'edge', leaseSeconds: 30 };
    const end = (await claim(own, taken, lease)).leaseUntil!;
    const { file: claimed } = await claim(own, swept, lease);
    await own.sql('update extract_tracking set lease_until = $1 where extract_id = $2', [end, claimed.databaseId]);
    const [{ before }] = (await own.sql(
      `select to_char(($1::timestamptz - interval '1 microsecond') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as before`,
      [end],
    )) as [{ before: string }];
    const stuck = async (on: Server) => (await call(on, '{ files(where: { stuck: { eq: true } }) { totalCount } }')).files.totalCount;
    await at(own, before, async (then) => {
      expect(await stuck(then)).toBe(0);
      expect(await sweepFiles(then.db)).toBe(0);
      expect(await claim(then, taken)).toMatchObject({ outcome: 'BUSY', owner: 'edge', leaseUntil: end });
    });
    await at(own, end, async (then) => {
      expect(await stuck(then)).toBe(2);
      expect(await claim(then, taken, { owner: 'next' })).toMatchObject({ outcome: 'CLAIMED', attempt: 2, owner: 'next' });
      expect(await stuck(then)).toBe(1);
      expect(await sweepFiles(then.db)).toBe(1);
      expect(await fetchFile(then, claimed.databaseId)).toMatchObject({ status: { name: 'ready' }, owner: null });
    });
  } finally {
    await own.close();
  }
});

test('C8 crashes use up attempts as failures do', async () => {
  const file = { path: '/data/crashes', fileName: 'a.csv' };
  const first = await claim(api, file, { leaseSeconds: 10 });
  await api.sql(`update location_lkup set max_attempts = 2 where location_path = '/data/crashes'`);
  await at(api, inSeconds(11), async (later) => expect((await claim(later, file, { leaseSeconds: 10 })).attempt).toBe(2));
  await at(api, inSeconds(30), async (later) => {
    expect(await claim(later, file)).toMatchObject({ outcome: 'FAILED_PERMANENT', file: { status: { name: 'error' }, owner: null } });
    expect(await claim(later, file)).toMatchObject({ outcome: 'FAILED_PERMANENT' });
  });
  expect(await errorsOf(first.file.databaseId)).toHaveLength(2);
});

test('C8 the sweeper gives back what is stuck, or gives it up, and takes nothing without a lease', async () => {
  const own = await openApi('sweep');
  try {
    const place = (fileName: string) => ({ path: '/data/swept', fileName });
    const [again, up, held] = [place('again'), place('up'), place('held')];
    const first = await claim(own, again, { leaseSeconds: 5, owner: 'gone' });
    const last = await claim(own, up, { leaseSeconds: 5 });
    await api.sql('select 1');
    await own.sql('update extract_tracking set attempt = 5 where extract_id = $1', [last.file.databaseId]);
    await claim(own, held, { leaseSeconds: 5000 });
    await insertFiles(own, 'python', ['a'], 'loading');
    expect(await sweepFiles(own.db)).toBe(0);
    const later = openServer(own, { now: inSeconds(60) });
    expect(await Promise.all([sweepFiles(later.db), sweepFiles(later.db)]).then(([a, b]) => a + b)).toBe(2);
    expect(await sweepFiles(later.db)).toBe(0);
    expect(await fetchFile(own, first.file.databaseId)).toMatchObject({ status: { name: 'ready' }, owner: null, attempt: 1 });
    expect(await fetchFile(own, last.file.databaseId)).toMatchObject({ status: { name: 'error' }, nextAttemptAt: null });
    expect((await movesOf(own, first.file.databaseId)).at(-1)).toEqual({
      from: 'loading',
      to: 'ready',
      actor: 'waybill',
      origin: 'sweeper',
      reason: 'Its lease expired.',
    });
    expect((await finish(later, again, first.fencingToken)).outcome).toBe('LOST_CLAIM');
    expect(await claim(later, again)).toMatchObject({ outcome: 'CLAIMED', attempt: 2 });
    await later.close();
  } finally {
    await own.close();
  }
});

test('C9 a holder with heartbeats is never replaced, and one that is missed within the lease does no harm', async () => {
  const file = newFile();
  const { fencingToken, file: claimed } = await claim(api, file, { leaseSeconds: 30 });
  for (const second of [20, 45, 70]) {
    await at(api, inSeconds(second), async (server) => {
      expect((await claim(server, file, { owner: 'other' })).outcome).toBe('BUSY');
      expect((await heartbeat(server, file, fencingToken)).outcome).toBe('DONE');
    });
  }
  await at(api, inSeconds(99), async (server) => {
    expect(await heartbeat(server, file, fencingToken, { leaseSeconds: 600 })).toMatchObject({
      outcome: 'DONE',
      file: { leaseSeconds: 600, rowVersion: claimed.rowVersion + 1 },
    });
  });
  await at(api, inSeconds(600), async (server) => {
    expect((await claim(server, file, { owner: 'other' })).outcome).toBe('BUSY');
    expect((await finish(server, file, fencingToken)).outcome).toBe('DONE');
    expect((await heartbeat(server, file, fencingToken)).outcome).toBe('LOST_CLAIM');
  });
});

test('C10 a worker that comes back sees all that it holds, with the run and the last heartbeat', async () => {
  const run = await start(api, { name: 'loader', ...known });
  const files = [newFile(), newFile(), newFile()];
  const claims: Claim[] = [];
  for (const file of files) claims.push(await claim(api, file, { owner: 'restarted', run: { databaseId: run.run.databaseId } }));
  await claim(api, newFile(), { owner: 'another' });
  await finish(api, files[1]!, claims[1]!.fencingToken);
  const { files: held } = await call(
    api,
    '{ files(where: { owner: { eq: "restarted" }, state: { eq: PROCESSING } }, orderBy: { field: CLAIMED_AT }) { totalCount nodes { fileName heartbeatAt fencingToken claimRun { databaseId process { name } } } } }',
  );
  expect(held).toEqual({
    totalCount: 2,
    nodes: [0, 2].map((i) => ({
      fileName: files[i]!.fileName,
      heartbeatAt: expect.any(String),
      fencingToken: claims[i]!.fencingToken,
      claimRun: { databaseId: run.run.databaseId, process: { name: 'loader' } },
    })),
  });
  // The run is linked to what it claimed, with what it made of it.
  expect(
    await api.sql(
      `select s.extract_status_name as status from extract_process_tracking l join extract_status_lkup s on s.extract_status_id = l.extract_process_status_id
       where l.process_tracking_id = $1 order by l.extract_tracking_id`,
      [run.run.databaseId],
    ),
  ).toEqual([{ status: 'loading' }, { status: 'loaded' }, { status: 'loading' }]);
});

test('C2 finish and fail may be said twice by their holder, but not one after the other', async () => {
  const file = newFile();
  const { fencingToken, file: claimed } = await claim(api, file);
  expect((await fail(api, file, fencingToken, { message: 'once' })).outcome).toBe('DONE');
  expect((await fail(api, file, fencingToken, { message: 'once' })).outcome).toBe('DONE');
  expect(await errorsOf(claimed.databaseId)).toHaveLength(1);
  expect((await finish(api, file, fencingToken)).outcome).toBe('LOST_CLAIM');
  await retry(api, file, 'Again.');
  expect((await fail(api, file, fencingToken)).outcome).toBe('LOST_CLAIM');
  const second = await claim(api, file);
  expect((await finish(api, file, second.fencingToken, { rowsWritten: '3' })).outcome).toBe('DONE');
  expect((await finish(api, file, second.fencingToken, { rowsWritten: '3' })).outcome).toBe('DONE');
  expect((await fail(api, file, second.fencingToken)).outcome).toBe('LOST_CLAIM');
  expect(await fetchFile(api, claimed.databaseId)).toMatchObject({
    status: { name: 'loaded' },
    loadRecordCount: '3',
    state: 'SUCCESS',
  });
});

test('C8 a holder whose file another client moved has lost it', async () => {
  const file = newFile();
  const { fencingToken, file: claimed } = await claim(api, file);
  await api.sql(
    `update extract_tracking set extract_status_id = (select extract_status_id from extract_status_lkup where extract_status_name = 'ready') where extract_id = $1`,
    [claimed.databaseId],
  );
  for (const said of [finish, fail, heartbeat]) expect((await said(api, file, fencingToken)).outcome).toBe('LOST_CLAIM');
  expect((await movesOf(api, claimed.databaseId)).at(-1)).toMatchObject({ from: 'loading', to: 'ready', origin: 'sql', actor: null });
});

test('C8 a move without a token takes the file from a holder whose lease was over', async () => {
  const file = newFile();
  const { fencingToken } = await claim(api, file, { leaseSeconds: 5 });
  expect(await failure(report(api, file, { status: 'ready' }))).toMatchObject({ code: 'CONFLICT', argument: 'input.fencingToken' });
  await at(api, inSeconds(6), async (later) => {
    await report(later, file, { status: 'ready' });
    await report(later, file, { status: 'loading' });
    expect((await finish(later, file, fencingToken)).outcome).toBe('LOST_CLAIM');
    expect(await claim(later, file)).toMatchObject({ outcome: 'BUSY', owner: null });
  });
});

test('C7 persons release, skip and let be loaded again, each with a reason that the history keeps', async () => {
  const file = newFile();
  const { fencingToken, file: claimed } = await claim(api, file);
  expect(await failure(skip(api, file, 'Not wanted.'))).toMatchObject({
    code: 'CONFLICT',
    argument: 'input.file',
    allowed: ['error', 'loaded', 'ready'],
  });
  expect(await failure(release(api, file, null))).toMatchObject({ code: 'INVALID', argument: 'input.reason' });
  expect(await release(api, file, null, { reason: 'The host is gone.' })).toMatchObject({
    outcome: 'DONE',
    file: { status: { name: 'ready' }, owner: null, attempt: 0 },
  });
  expect(await failure(release(api, file, null, { reason: 'Twice.' }))).toMatchObject({ code: 'CONFLICT' });
  expect((await finish(api, file, fencingToken)).outcome).toBe('LOST_CLAIM');
  expect(await skip(api, file, 'Not wanted.')).toMatchObject({ file: { status: { name: 'skipped' }, state: null } });
  expect(await claim(api, file)).toMatchObject({ outcome: 'ALREADY_DONE', finishedAt: null });
  expect(await skip(api, file, 'Still not wanted.')).toMatchObject({ changed: false });
  expect(await failure(retry(api, file, 'No.'))).toMatchObject({ code: 'CONFLICT', allowed: ['error'] });
  expect(await reprocess(api, file, 'Wanted after all.')).toMatchObject({ file: { status: { name: 'ready' } } });
  await finish(api, file, (await claim(api, file)).fencingToken);
  const done = await fetchFile(api, claimed.databaseId);
  expect(await failure(reprocess(api, file, 'Late.', { rowVersion: done.rowVersion - 1 }))).toMatchObject({
    code: 'CONFLICT',
    argument: 'input.rowVersion',
  });
  expect(await reprocess(api, file, 'The table was emptied.', { rowVersion: done.rowVersion })).toMatchObject({
    file: { attempt: 0, currentVersion: { finishedAt: null } },
  });
  expect(await claim(api, file)).toMatchObject({ outcome: 'CLAIMED', attempt: 1 });
  expect((await movesOf(api, claimed.databaseId)).flatMap(({ reason }) => reason ?? [])).toEqual([
    'The host is gone.',
    'Not wanted.',
    'Wanted after all.',
    'The table was emptied.',
  ]);
});

test('C9 what a holder gives back was no attempt', async () => {
  const file = newFile();
  for (let i = 0; i < 7; i++) {
    const { outcome, attempt, fencingToken } = await claim(api, file);
    expect([outcome, attempt]).toEqual(['CLAIMED', 1]);
    expect(await release(api, file, fencingToken)).toMatchObject({ outcome: 'DONE', file: { status: { name: 'ready' }, attempt: 0 } });
  }
});

test('P45 a claim waits for the files that it depends on, which are named', async () => {
  const [a, b, c] = await insertFiles(api, 'waits', ['a', 'b', 'c']);
  await addDependencies(api, [
    [a!, c!],
    [b!, c!],
  ]);
  expect(await claim(api, { databaseId: c! })).toMatchObject({
    outcome: 'BLOCKED',
    fencingToken: null,
    attempt: 0,
    blockers: [
      { status: 'ready', file: { databaseId: a, fileName: 'a' } },
      { status: 'ready', file: { databaseId: b, fileName: 'b' } },
    ],
  });
  await finish(api, { databaseId: a! }, (await claim(api, { databaseId: a! })).fencingToken);
  await skip(api, { databaseId: b! }, 'Not needed.');
  expect((await claim(api, { databaseId: c! })).outcome).toBe('CLAIMED');
});

test('C25 10000 files are claimed in one call, and bad ones do not lose the others', async () => {
  const claims: object[] = Array.from({ length: 10_000 }, (_, i) => ({
    file: { path: '/data/bulk', fileName: `${i}.csv` },
    owner: 'bulk',
    version: '1',
  }));
  claims[17] = { file: { databaseId: 2_000_000_000 }, owner: 'bulk' };
  claims[18] = { file: { path: '/data/bulk', fileName: '../up.csv' }, owner: 'bulk' };
  claims[19] = { file: { path: '/data/bulk', fileName: '19.csv' }, owner: 'bulk', leaseSeconds: 0 };
  claims[20] = { file: { location: 'nowhere', fileName: 'a' }, owner: 'bulk' };
  claims[9_999] = { file: { path: '/data/bulk', fileName: '0.csv' }, owner: 'bulk', version: '1' };
  let results: Awaited<ReturnType<typeof claimMany>> = [];
  const statements = await api.recorded(async () => {
    results = await claimMany(api, claims);
  });
  expect(results.slice(17, 21).map(({ error }) => [error?.code, error?.argument])).toEqual([
    ['NOT_FOUND', 'file.databaseId'],
    ['INVALID', 'file.fileName'],
    ['INVALID', 'leaseSeconds'],
    ['NOT_FOUND', 'file.location'],
  ]);
  expect(results[9_999]!.claim).toMatchObject({ outcome: 'BUSY', owner: 'bulk' });
  const claimed = results.flatMap((result) => (result.claim?.outcome === 'CLAIMED' ? result.claim : []));
  expect(claimed).toHaveLength(9_995);
  expect(new Set(claimed.map(({ fencingToken }) => fencingToken)).size).toBe(9_995);
  expect(claimed.every(({ created, attempt, owner }) => created && attempt === 1 && owner === 'bulk')).toBe(true);
  expect(statements.length).toBeLessThan(20);
});

test('C6 what was done and is done again is tried anew', async () => {
  const file = newFile();
  for (let again = 0; again < 6; again++) {
    const { fencingToken, attempt, file: claimed } = await claim(api, file);
    expect(attempt).toBe(1);
    await finish(api, file, fencingToken);
    await report(api, { databaseId: claimed.databaseId }, { status: 'ready' });
  }
  const { fencingToken } = await claim(api, file);
  await fail(api, file, fencingToken, { message: 'the first failure of all' });
  expect(await claim(api, file)).toMatchObject({ outcome: 'RETRY_LATER' });
});

import { openApi, type Api } from '../support/api.js';
import { claim, finish, heartbeat, movesOf } from '../support/file-calls.js';
import { at, openServer } from '../support/run-calls.js';

let api: Api;
let two: ReturnType<typeof openServer>;
beforeAll(async () => {
  api = await openApi('extract_parallel');
  // A second server on the same store.
  two = openServer(api);
});
afterAll(async () => {
  await two.close();
  await api.close();
});

const count = (values: string[]) =>
  Object.fromEntries([...new Set(values)].sort().map((each) => [each, values.filter((value) => value === each).length]));

test('C1 of 50 workers on two servers that claim one new file at once, one gets it, in each of 20 rounds', async () => {
  for (let round = 0; round < 20; round++) {
    const file = { path: '/data/parallel', fileName: `${round}.csv` };
    const claims = await Promise.all(
      Array.from({ length: 50 }, (_, i) => claim(i % 2 ? two : api, file, { owner: `worker ${i}`, version: '1' })),
    );
    expect(count(claims.map(({ outcome }) => outcome))).toEqual({ BUSY: 49, CLAIMED: 1 });
    const winner = claims.find(({ outcome }) => outcome === 'CLAIMED')!;
    expect(new Set(claims.map(({ owner, file }) => `${owner} ${file.databaseId}`))).toEqual(
      new Set([`${winner.owner} ${winner.file.databaseId}`]),
    );
    expect(claims.filter(({ created }) => created)).toHaveLength(1);
    expect(await api.sql('select version, is_current from extract_version where extract_id = $1', [winner.file.databaseId])).toEqual([
      { version: '1', is_current: true },
    ]);
  }
  expect(
    await api.sql(`select count(*)::int as files, count(distinct fencing_token)::int as tokens
      from extract_tracking join location_lkup on location_id = extract_location_id where location_path = '/data/parallel'`),
  ).toEqual([{ files: 20, tokens: 20 }]);
});

test('C8 of 20 workers that find a file whose holder crashed, one gets it, and the late finish is refused', async () => {
  const file = { path: '/data/crash', fileName: 'a.csv' };
  const crashed = await claim(api, file, { owner: 'crashed', leaseSeconds: 60 });
  const later = openServer(api, { now: new Date(Date.now() + 61_000).toISOString() });
  try {
    const claims = await Promise.all(Array.from({ length: 20 }, (_, i) => claim(later, file, { owner: `worker ${i}` })));
    expect(count(claims.map(({ outcome }) => outcome))).toEqual({ BUSY: 19, CLAIMED: 1 });
    const winner = claims.find(({ outcome }) => outcome === 'CLAIMED')!;
    expect(BigInt(winner.fencingToken!)).toBeGreaterThan(BigInt(crashed.fencingToken!));
    expect(winner).toMatchObject({ attempt: 2, created: false });
    const late = await finish(later, file, crashed.fencingToken, { rowsWritten: '7' });
    expect(late).toMatchObject({
      outcome: 'LOST_CLAIM',
      file: { owner: winner.owner, status: { name: 'loading' }, loadRecordCount: null },
    });
    expect(await heartbeat(later, file, crashed.fencingToken)).toMatchObject({ outcome: 'LOST_CLAIM' });
    expect(await finish(later, file, winner.fencingToken, { rowsWritten: '8' })).toMatchObject({
      outcome: 'DONE',
      file: { loadRecordCount: '8' },
    });
    expect((await movesOf(api, winner.file.databaseId)).map(({ from, to }) => `${from} ${to}`)).toEqual([
      'null ready',
      'ready loading',
      'loading error',
      'error loading',
      'loading loaded',
    ]);
  } finally {
    await later.close();
  }
});

test('C1 claims of many files in different orders by two servers at once give each file to one worker', async () => {
  const files = Array.from({ length: 200 }, (_, i) => ({ path: `/data/many ${i % 3}`, fileName: `${i}.csv` }));
  const claims = (owner: string, list: object[]) => ({ claims: list.map((file) => ({ file, owner })) });
  const document = `mutation ($input: ClaimFilesInput!) { claimFiles(input: $input) { results { claim { outcome owner file { databaseId } } error { message } } } }`;
  const answers = await Promise.all(
    Array.from({ length: 6 }, async (_, i) => {
      const shuffled = i % 2 ? files.toReversed() : files;
      const { data, errors } = await api.execute(document, { input: claims(`worker ${i}`, shuffled) });
      expect(errors).toBeUndefined();
      return data!.claimFiles.results as { claim: { outcome: string; owner: string; file: { databaseId: number } } }[];
    }),
  );
  const all = answers.flat().map((result) => result.claim);
  expect(count(all.map(({ outcome }) => outcome))).toEqual({ BUSY: 1000, CLAIMED: 200 });
  const taken = all.filter(({ outcome }) => outcome === 'CLAIMED').map(({ file }) => file.databaseId);
  expect(new Set(taken).size).toBe(200);
});

test('C8 a holder that is late but was not replaced may still finish', async () => {
  const file = { path: '/data/late', fileName: 'a.csv' };
  const { fencingToken } = await claim(api, file, { leaseSeconds: 1 });
  await at(api, new Date(Date.now() + 3_600_000).toISOString(), async (later) =>
    expect(await finish(later, file, fencingToken)).toMatchObject({
      outcome: 'DONE',
      file: { status: { name: 'loaded' }, owner: null, leaseUntil: null },
    }),
  );
});

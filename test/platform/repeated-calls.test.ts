import { openApi, type Api } from '../support/api.js';
import * as files from '../support/file-calls.js';
import {
  at,
  call,
  end,
  failure,
  fetchRun,
  known,
  openServer,
  raiseRunError,
  reopen,
  report,
  start,
  type Server,
} from '../support/run-calls.js';

let api: Api;
let two: ReturnType<typeof openServer>;
let unique = 0;
beforeAll(async () => {
  api = await openApi('repeats');
  two = openServer(api);
});
afterAll(async () => {
  await two.close();
  await api.close();
});

const newRun = (more: object = {}) => start(api, { name: `process ${++unique}`, ...known }, more);
const errorsOf = (run: number) =>
  api.sql<{ text: string }>(
    'select error_description as text from error_tracking where process_tracking_id = $1 order by error_tracking_id',
    [run],
  );
const bothServers = <T>(count: number, work: (server: Server, i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i % 2 ? two : api, i)));
const now = () => new Date().toISOString();

describe('an error that is raised once more', () => {
  test('P22 with the same text at the same instant is answered as unchanged', async () => {
    const { run, fencingToken } = await newRun({ leaseSeconds: 60 });
    const error = { fencingToken, type: 'Data Error', description: 'row 7: password=secret', occurredAt: now() };
    expect((await raiseRunError(api, run, error)).changed).toBe(true);
    const before = await fetchRun(api, run.databaseId);
    expect((await raiseRunError(api, run, error)).changed).toBe(false);
    expect(await fetchRun(api, run.databaseId)).toEqual(before);
    expect(await errorsOf(run.databaseId)).toHaveLength(1);
    // Another text, another kind or another instant make another one.
    for (const other of [
      { description: 'row 8' },
      { type: 'File Error' },
      { occurredAt: new Date(Date.parse(error.occurredAt) + 1).toISOString() },
      { description: null },
    ])
      expect((await raiseRunError(api, run, { ...error, ...other })).changed).toBe(true);
    expect((await raiseRunError(api, run, { ...error, description: null })).changed).toBe(false);
    expect(await errorsOf(run.databaseId)).toHaveLength(5);
    // Without an instant each is one of its own.
    for (let i = 0; i < 2; i++) expect((await raiseRunError(api, run, { ...error, occurredAt: null })).changed).toBe(true);
    expect(await errorsOf(run.databaseId)).toHaveLength(7);
    expect(await failure(raiseRunError(api, run, { ...error, fencingToken: '999999' }))).toMatchObject({ code: 'CONFLICT' });
  });

  test.each([[{ occurredAt: '2026-01-02T00:00:00.123456+01:00' }], [{}]])('P22 and by which the run failed, told as %j', async (when) => {
    const { run, fencingToken } = await at(api, '2026-01-01T12:00:00Z', (noon) =>
      start(noon, { name: `process ${++unique}`, ...known }, { leaseSeconds: 36_000 }),
    );
    const error = { fencingToken, type: 'Data Error', description: 'broken', failRun: true, ...when };
    const first = await raiseRunError(api, run, { ...error, rowVersion: run.rowVersion });
    expect(first).toMatchObject({ changed: true, run: { state: 'FAILED' } });
    const again = await raiseRunError(api, run, { ...error, rowVersion: run.rowVersion });
    expect(again).toEqual({ ...first, changed: false });
    expect(await errorsOf(run.databaseId)).toHaveLength(1);
    // Another error does not fail it once more.
    expect(await failure(raiseRunError(api, run, { ...error, description: 'other' }))).toMatchObject({
      code: 'CONFLICT',
      argument: 'input.failRun',
    });
    // Whoever the run was taken from does not fail it by a repetition.
    const { run: reopened } = await reopen(api, run, { reason: 'It had not ended.' });
    expect(await failure(raiseRunError(api, run, error))).toMatchObject({ code: 'CONFLICT', argument: 'input.fencingToken' });
    expect((await raiseRunError(api, run, { ...error, fencingToken: reopened.fencingToken, occurredAt: now() })).changed).toBe(true);
  });

  test('P22 by which a run fails that has it already fails the run, and is not added', async () => {
    const { run } = await newRun();
    const error = { type: 'Data Error', description: 'known', occurredAt: now() };
    await raiseRunError(api, run, error);
    expect(await raiseRunError(api, run, { ...error, failRun: true })).toMatchObject({ changed: true, run: { state: 'FAILED' } });
    expect(await errorsOf(run.databaseId)).toHaveLength(1);
  });

  test('P22 by twenty at once on two servers is one', async () => {
    for (const failRun of [false, true]) {
      const { run } = await newRun();
      const error = { type: 'New Error', createType: true, description: 'same', occurredAt: now(), failRun };
      const answers = await bothServers(20, (server) => raiseRunError(server, run, error));
      expect(answers.filter(({ changed }) => changed)).toHaveLength(1);
      expect(await errorsOf(run.databaseId)).toHaveLength(1);
    }
  });

  test('P22 within reports: what is new is added, and what the report says beside it is written', async () => {
    const { run } = await newRun();
    const error = (description: string) => ({ type: 'Data Error', description, occurredAt: '2026-01-02T00:00:00Z' });
    await report(api, run, { errors: [error('a')] });
    expect((await report(api, run, { errors: [error('a')] })).changed).toBe(false);
    expect((await report(api, run, { errors: [error('a'), error('b')] })).changed).toBe(true);
    expect((await report(api, run, { errors: [error('b')], recordCount: '7' })).run.recordCount).toBe('7');
    const { results } = (
      await call(api, 'mutation ($input: ReportRunsInput!) { reportRuns(input: $input) { results { changed error { code } } } }', {
        input: { reports: ['b', 'c', 'c'].map((text) => ({ run: { databaseId: run.databaseId }, errors: [error(text)] })) },
      })
    ).reportRuns;
    expect(results.map(({ changed }: { changed: boolean }) => changed)).toEqual([false, true, false]);
    expect((await errorsOf(run.databaseId)).map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    expect((await end(api, { run, fencingToken: null }, 'completed', { errors: [error('c')] })).run.state).toBe('COMPLETED');
    expect(await errorsOf(run.databaseId)).toHaveLength(3);
  });
});

describe('a claim that is repeated by its owner', () => {
  const file = () => ({ path: '/claims', fileName: `file ${++unique}` });

  test('C1 with its key gets the same token, and nothing changes', async () => {
    const one = file();
    const wanted = { owner: 'a', claimKey: 'k1', version: '1', leaseSeconds: 60 };
    const first = await files.claim(api, one, wanted);
    expect(first).toMatchObject({ outcome: 'CLAIMED', created: true, attempt: 1 });
    const again = await files.claim(api, one, wanted);
    expect(again).toEqual({ ...first, created: false });
    // Another key, no key, another owner or another version are no repetition.
    for (const other of [{ claimKey: 'k2' }, { claimKey: null }, { owner: 'b' }, { version: '2' }])
      expect(await files.claim(api, one, { ...wanted, ...other })).toMatchObject({ outcome: 'BUSY', owner: 'a', fencingToken: null });
    expect((await files.finish(api, one, first.fencingToken)).outcome).toBe('DONE');
    expect((await files.claim(api, one, wanted)).outcome).toBe('ALREADY_DONE');
  });

  test('C1 without a key is busy with itself', async () => {
    const one = file();
    await files.claim(api, one, { owner: 'a' });
    expect(await files.claim(api, one, { owner: 'a' })).toMatchObject({ outcome: 'BUSY', owner: 'a' });
  });

  test('C1 after its lease has expired, or it was given back, is another claim', async () => {
    const one = file();
    const wanted = { owner: 'a', claimKey: 'k', leaseSeconds: 60 };
    const first = await at(api, '2026-01-01T00:00:00Z', (then) => files.claim(then, one, wanted));
    const second = await files.claim(api, one, wanted);
    expect(second).toMatchObject({ outcome: 'CLAIMED', attempt: 2 });
    expect(BigInt(second.fencingToken!)).toBeGreaterThan(BigInt(first.fencingToken!));
    expect((await files.release(api, one, second.fencingToken)).outcome).toBe('DONE');
    const third = await files.claim(api, one, wanted);
    expect(BigInt(third.fencingToken!)).toBeGreaterThan(BigInt(second.fencingToken!));
    // Whoever claims it without a key later leaves no key behind.
    await files.release(api, one, third.fencingToken);
    await files.claim(api, one, { owner: 'a' });
    expect((await files.claim(api, one, wanted)).outcome).toBe('BUSY');
  });

  test('C1 by twenty at once on two servers is one claim, also within one call', async () => {
    const one = file();
    const wanted = { owner: 'a', claimKey: 'k' };
    const answers = await bothServers(20, (server) => files.claim(server, one, wanted));
    expect(new Set(answers.map(({ outcome, fencingToken, attempt }) => `${outcome} ${fencingToken} ${attempt}`)).size).toBe(1);
    expect(answers[0]).toMatchObject({ outcome: 'CLAIMED', attempt: 1 });
    const other = file();
    const many = await files.claimMany(api, [
      { file: other, ...wanted },
      { file: other, ...wanted },
      { file: one, ...wanted },
    ]);
    expect(many.map(({ claim }) => claim!.outcome)).toEqual(['CLAIMED', 'CLAIMED', 'CLAIMED']);
    expect(many[0]!.claim!.fencingToken).toBe(many[1]!.claim!.fencingToken);
    expect(many[2]!.claim!.fencingToken).toBe(answers[0]!.fencingToken);
  });
});

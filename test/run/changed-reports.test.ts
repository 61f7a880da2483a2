import { openApi, type Api } from '../support/api.js';

let api: Api;
let process = 0;
beforeAll(async () => {
  api = await openApi('changed_reports');
});
afterAll(() => api.close());

const reportRun = 'mutation ($input: ReportRunInput!) { reportRun(input: $input) { changed } }';
const reportRuns = 'mutation ($input: ReportRunsInput!) { reportRuns(input: $input) { results { changed error { code } } } }';
const reportFile = 'mutation ($input: ReportFileInput!) { reportFile(input: $input) { changed } }';

const facts: [fact: string, first: object, second: object][] = [
  ['recordCount', { recordCount: '1' }, { recordCount: '2' }],
  ['insertCount', { insertCount: '1' }, { insertCount: '2' }],
  ['updateCount', { updateCount: '1' }, { updateCount: '2' }],
  ['lowWatermark', { lowWatermark: '2026-01-02T00:00:00Z' }, { lowWatermark: '2026-01-01T00:00:00Z' }],
  ['highWatermark', { highWatermark: '2026-02-01T00:00:00Z' }, { highWatermark: '2026-02-02T00:00:00Z' }],
  ['leaseSeconds', { leaseSeconds: 61 }, { leaseSeconds: 62 }],
  ['parameters', { parameters: [{ name: 'a', value: '1' }] }, { parameters: [{ name: 'a', value: '2' }] }],
  ['links', { links: [{ label: 'a', url: 'http://a' }] }, { links: [{ label: 'a', url: 'http://b' }] }],
  [
    'errors',
    { errors: [{ type: 'File Error', occurredAt: '2026-01-01T00:00:00Z' }] },
    { errors: [{ type: 'File Error', occurredAt: '2026-01-02T00:00:00Z' }] },
  ],
  ['status', { status: 'a step', createStatus: true }, { status: 'running' }],
];

async function start(leaseSeconds?: number): Promise<{ run: { id: string }; fencingToken: string }> {
  const input = { process: { name: `changed ${++process}`, type: 'Load', tool: 'Airflow' }, leaseSeconds };
  const { startRun } = await api.run('mutation ($input: StartRunInput!) { startRun(input: $input) { fencingToken run { id } } }', {
    input,
  });
  return { run: { id: startRun.run.id }, fencingToken: startRun.fencingToken };
}
const told = async (input: object): Promise<boolean> => (await api.run(reportRun, { input })).reportRun.changed;

test.each(facts)('a report of %s says whether it changed it, alone and among others', async (_, first, second) => {
  const run = await start(60);
  expect([await told({ ...run, ...first }), await told({ ...run, ...first })]).toEqual([true, false]);
  const reports = [first, second, second].map((each) => ({ ...run, ...each }));
  const { results } = (await api.run(reportRuns, { input: { reports } })).reportRuns;
  expect(results).toEqual([false, true, false].map((changed) => ({ changed, error: null })));
});

test('a heartbeat alone renews the lease, and changes no fact', async () => {
  const run = await start(60);
  await api.sql(`update process_tracking set lease_until = lease_until - interval '20 seconds'`);
  const until = async () =>
    (await api.run('query ($id: ID!) { node(id: $id) { ... on Run { leaseUntil } } }', { id: run.run.id })).node.leaseUntil;
  const before = await until();
  expect(await told(run)).toBe(false);
  expect(Date.parse(await until())).toBeGreaterThan(Date.parse(before));
});

test('of twins at the same instant exactly one changed it', async () => {
  for (const [, fact] of facts) {
    const run = await start(60);
    const answers = await Promise.all(Array.from({ length: 20 }, () => told({ ...run, ...fact })));
    expect([Object.keys(fact)[0], answers.filter(Boolean)]).toEqual([Object.keys(fact)[0], [true]]);
  }
});

test('files', async () => {
  const file = { path: 's3://changed/in', fileName: 'f' };
  await api.run(
    'mutation { registerFiles(input: { location: { path: "s3://changed/in" }, files: [{ fileName: "f" }] }) { results { created } } }',
  );
  const report = async (input: object): Promise<boolean> => (await api.run(reportFile, { input: { file, ...input } })).reportFile.changed;
  const { run } = await start();
  for (const fact of [
    { status: 'ready' },
    { writeRecordCount: '3' },
    { loadRecordCount: '3' },
    { writeLowWatermark: '2026-01-01T00:00:00Z' },
    { writeHighWatermark: '2026-01-02T00:00:00Z' },
    { loadLowWatermark: '2026-01-01T00:00:00Z' },
    { loadHighWatermark: '2026-01-02T00:00:00Z' },
    { run },
    { links: [{ label: 'a', url: 'http://a' }] },
  ]) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => report(fact)));
    expect([fact, answers.filter(Boolean)]).toEqual([fact, [true]]);
    expect(await report(fact)).toBe(false);
  }
  expect(await report({ errors: [{ type: 'File Error' }] })).toBe(true);
  expect(await report({})).toBe(false);
  const { claimFile } = await api.run('mutation ($input: ClaimFileInput!) { claimFile(input: $input) { fencingToken } }', {
    input: { file, owner: 'w' },
  });
  expect(await report({ fencingToken: claimFile.fencingToken })).toBe(false);
});

import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('bad_items');
  for (const name of ['p', 'q'])
    await api.run(`mutation { startRun(input: { process: { name: "${name}", type: "Load", tool: "dbt" } }) { outcome } }`);
  await api.run(
    'mutation { registerFiles(input: { location: { path: "/d" }, run: { databaseId: 1 }, files: [{ fileName: "a" }, { fileName: "b" }] }) { results { error { message } } } }',
  );
});
afterAll(() => api.close());

const error = 'error { code argument value }';
interface Batch {
  mutation: string;
  /** The input with these facts in its second item. */
  input: (facts: object) => object;
}
const batches: Record<string, Batch> = {
  registerFiles: {
    mutation: `mutation ($input: RegisterFilesInput!) { answer: registerFiles(input: $input) { results { ${error} } } }`,
    input: (facts) => ({
      location: { path: '/d' },
      run: { databaseId: 1 },
      files: [{ fileName: 'x' }, { fileName: 'y', version: '1', ...facts }, { fileName: 'z' }],
    }),
  },
  claimFiles: {
    mutation: `mutation ($input: ClaimFilesInput!) { answer: claimFiles(input: $input) { results { ${error} } } }`,
    input: (facts) => ({
      claims: ['k', 'l', 'm'].map((fileName, i) => ({
        ...{ file: { path: '/d', fileName }, run: { databaseId: 1 }, owner: 'w', version: '1' },
        ...(i === 1 ? facts : {}),
      })),
    }),
  },
  reportRuns: {
    mutation: `mutation ($input: ReportRunsInput!) { answer: reportRuns(input: $input) { results { ${error} } } }`,
    input: (facts) => ({ reports: [{ run: { databaseId: 1 } }, { run: { databaseId: 2 }, ...facts }, { run: { databaseId: 1 } }] }),
  },
  reportFiles: {
    mutation: `mutation ($input: ReportFilesInput!) { answer: reportFiles(input: $input) { results { ${error} } } }`,
    input: (facts) => ({
      reports: [{ file: { databaseId: 1 } }, { file: { databaseId: 2 }, ...facts }, { file: { databaseId: 1 } }],
    }),
  },
};

const instants = [
  '2026-01-01T00:00:00+16:00',
  '2026-01-01T00:00:00-23:59',
  '9999-12-31T23:59:59.9999999Z',
  '9999-12-31T23:59:60Z',
  '2026-01-01T23:59:60.5Z',
  '0001-01-01T00:00:00+00:01',
];
const wrong: [string, string, (value: string) => object, unknown[]][] = [
  ['registerFiles', 'modifiedAt', (modifiedAt) => ({ modifiedAt }), instants],
  ['claimFiles', 'modifiedAt', (modifiedAt) => ({ modifiedAt }), instants],
  ['reportRuns', 'lowWatermark', (lowWatermark) => ({ lowWatermark }), instants],
  ['reportRuns', 'endedAt', (endedAt) => ({ status: 'completed', endedAt }), instants],
  ['reportRuns', 'errors.0.occurredAt', (occurredAt) => ({ errors: [{ type: 'Process Error', occurredAt }] }), instants],
  ['reportFiles', 'writeHighWatermark', (writeHighWatermark) => ({ writeHighWatermark }), instants],
  ['reportFiles', 'loadLowWatermark', (loadLowWatermark) => ({ loadLowWatermark }), instants],
  ['reportRuns', 'createStatus', () => ({ createStatus: true }), [true]],
  ['reportFiles', 'createStatus', () => ({ createStatus: true, status: null }), [true]],
  ['registerFiles', 'createCompression', () => ({ createCompression: true }), [true]],
  ['reportRuns', 'recordCount', (recordCount) => ({ recordCount }), ['9223372036854775808', '-1']],
  ['claimFiles', 'sizeBytes', (sizeBytes) => ({ sizeBytes }), ['9223372036854775808', '-1']],
];
describe.each(wrong)('%s: one item with a wrong %s', (name, argument, facts, values) => {
  test.each(values)('%j is INVALID, the others are done', async (value) => {
    const { mutation, input } = batches[name]!;
    const { answer } = await api.run(mutation, { input: input(facts(value as string)) });
    expect(answer.results).toEqual([{ error: null }, { error: { code: 'INVALID', argument, value } }, { error: null }]);
  });
});

describe('a single value names its argument', () => {
  test.each(instants)('the instant %s in a filter, in a window, in a field', async (at) => {
    const refused = async (query: string) => (await api.execute(query)).errors![0]!.originalError;
    const details = (argument: string) => ({ code: 'INVALID', details: { argument, value: at } });
    expect(await refused(`{ runs(where: { startedAt: { gt: "${at}" } }) { totalCount } }`)).toMatchObject(details('where.startedAt.gt'));
    expect(await refused(`{ runs(where: { lowWatermark: { lt: "${at}" } }) { totalCount } }`)).toMatchObject(
      details('where.lowWatermark.lt'),
    );
    expect(await refused(`{ runStatistics(from: "${at}") { __typename } }`)).toMatchObject(details('from'));
    expect(await refused(`{ file(databaseId: 1) { statusAt(at: "${at}") } }`)).toMatchObject(details('at'));
    expect(
      await refused(
        `mutation { raiseRunError(input: { run: { databaseId: 1 }, type: "Process Error", occurredAt: "${at}" }) { changed } }`,
      ),
    ).toMatchObject(details('input.occurredAt'));
  });
  test.each(['9223372036854775808', '-9223372036854775809'])('the number %s in a filter', async (n) => {
    const { errors } = await api.execute(`{ runs(where: { recordCount: { in: ["1", "${n}"] } }) { totalCount } }`);
    expect(errors![0]!.originalError).toMatchObject({ code: 'INVALID', details: { argument: 'where.recordCount.in.1', value: n } });
  });
  test.each(['0001-01-01', '9999-12-31', '2026-02-30'])('the day %s', async (date) => {
    const { errors } = await api.execute(`{ objectDay(object: { source: "s", name: "o" }, date: "${date}") { complete } }`);
    expect(errors![0]!.originalError).toMatchObject({ code: 'INVALID', details: { argument: 'date', value: date } });
  });
});

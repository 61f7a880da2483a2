import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('bulk_items');
  await api.run(
    'mutation { registerProcess(input: { name: "p", type: "Load", tool: "Airflow" }) { created } startRun(input: { process: { name: "p" } }) { outcome } }',
  );
});
afterAll(() => api.close());

const error = 'error { code argument message }';
const refusal = (argument: string) => ({ code: 'INVALID', argument, message: expect.stringMatching(new RegExp(`^${argument} `)) });
/** The results of a mutation of several items. */
const results = async (mutation: string, input: string, fields: string): Promise<Record<string, any>[]> =>
  (await api.run(`mutation { answer: ${mutation}(input: { ${input} }) { results { ${fields} ${error} } } }`)).answer.results;

test('registerProcesses: a wrong text is the error of its item, named within it; a name that comes twice is created once', async () => {
  const list =
    '{ name: "good" }, { name: "" }, { name: "good" }, { name: "bad source", sources: [{ name: " " }] }, { name: "bad cron", cron: "x" }';
  expect(await results('registerProcesses', `processes: [${list}]`, 'created process { name }')).toEqual([
    { created: true, process: { name: 'good' }, error: null },
    { created: false, process: null, error: refusal('name') },
    { created: false, process: { name: 'good' }, error: null },
    { created: false, process: null, error: refusal('sources.0.name') },
    { created: false, process: null, error: { ...refusal('cron'), message: expect.not.stringContaining('input.') } },
  ]);
  // None of them is right.
  expect(await results('registerProcesses', 'processes: [{ name: "" }]', 'created')).toEqual([{ created: false, error: refusal('name') }]);
});

test('a wrong text beside the items refuses all of them', async () => {
  const { errors } = await api.execute(
    'mutation { addDependencies(input: { dependencies: [{ parent: { name: "p" }, child: { name: "good" } }], reason: "a\\u0000b" }) { results { outcome } } }',
  );
  expect(errors?.[0]?.originalError).toMatchObject({ code: 'INVALID', details: { argument: 'input.reason' } });
});

test('claimFiles and reportFiles', async () => {
  const file = (fileName: string) => `file: { path: "/bulk", fileName: "${fileName}" }`;
  const typed = 'file: { path: "s3://bulk/in", fileName: "f" }';
  expect(
    await results(
      'claimFiles',
      `claims: [{ ${typed}, owner: "w" }, { ${typed}, owner: "" }, { ${file('')}, owner: "w" }]`,
      'claim { outcome }',
    ),
  ).toEqual([
    { claim: { outcome: 'CLAIMED' }, error: null },
    { claim: null, error: refusal('owner') },
    { claim: null, error: refusal('file.fileName') },
  ]);
  const good = 'file: { path: "s3://bulk/in", fileName: "g" }';
  await results('registerFiles', 'location: { path: "s3://bulk/in" }, files: [{ fileName: "g" }]', 'created');
  expect(
    await results(
      'reportFiles',
      `reports: [{ ${good}, status: "" }, { ${good}, status: "ready" }]`,
      'changed file { fileName } blockers { status }',
    ),
  ).toEqual([
    { changed: false, file: null, blockers: [], error: refusal('status') },
    { changed: true, file: { fileName: 'g' }, blockers: [], error: null },
  ]);
});

test('reportRuns', async () => {
  const run = 'run: { process: "p", number: 1 }';
  expect(
    await results(
      'reportRuns',
      `reports: [{ ${run}, recordCount: "1" }, { ${run}, parameters: [{ name: "" }] }]`,
      'changed run { number }',
    ),
  ).toEqual([
    { changed: true, run: { number: 1 }, error: null },
    { changed: false, run: null, error: refusal('parameters.0.name') },
  ]);
});

test('dependencies between processes and between files', async () => {
  await results('registerProcesses', 'processes: [{ name: "one" }, { name: "two" }]', 'created');
  const items = '{ parent: { name: "one" }, child: { name: "two" } }, { parent: { name: "" }, child: { name: "two" }, kind: SOFT }';
  const refused = { outcome: 'REFUSED', parent: null, child: null, kind: 'SOFT', cycle: null, error: refusal('parent.name') };
  const fields = 'outcome parent { name } child { name } kind cycle { name }';
  expect(await results('addDependencies', `dependencies: [${items}]`, fields)).toMatchObject([{ outcome: 'ADDED', error: null }, refused]);
  // What comes twice is removed once.
  expect(await results('removeDependencies', `dependencies: [${items}, ${items}]`, fields)).toMatchObject([
    { outcome: 'REMOVED', error: null },
    refused,
    { outcome: 'ABSENT', error: null },
    refused,
  ]);
  // One that names a kind, behind one for all kinds.
  const link = 'parent: { name: "one" }, child: { name: "two" }';
  await results('addDependencies', `dependencies: [{ ${link} }, { ${link}, kind: SOFT }]`, 'outcome');
  const removals = `{ ${link}, kind: HARD }, { ${link} }, { ${link}, kind: SOFT }`;
  expect((await results('removeDependencies', `dependencies: [${removals}]`, 'outcome')).map(({ outcome }) => outcome)).toEqual([
    'REMOVED',
    'REMOVED',
    'ABSENT',
  ]);
  const files = 'parent: { path: "s3://bulk/in", fileName: "f" }, child: { path: "s3://bulk/in", fileName: "g" }';
  expect(
    await results(
      'addFileDependencies',
      `dependencies: [{ ${files} }, { parent: { path: "s3://bulk/in", fileName: "f" }, child: { location: "", fileName: "g" } }]`,
      'changed parent { fileName } child { fileName } cycle { fileName }',
    ),
  ).toEqual([
    { changed: true, parent: { fileName: 'f' }, child: { fileName: 'g' }, cycle: null, error: null },
    { changed: false, parent: null, child: null, cycle: null, error: refusal('child.location') },
  ]);
});

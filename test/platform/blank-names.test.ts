import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('blank_names');
  await api.run(`mutation {
    registerProcess(input: { name: "p", sources: [{ name: "s", objects: [{ name: "o", attributes: [{ name: "a" }] }] }] }) { created }
    createContact(input: { name: "Ann" }) { created }
    createLocation(input: { path: "s3://lake", name: "lake" }) { created }
    createTool(input: { name: "Airflow" }) { created }
    createCluster(input: { name: "c" }) { created }
    createLookup(input: { kind: DATASET_TYPE, name: "sales" }) { created }
    startRun(input: { process: { name: "p" } }) { outcome }
  }`);
});
afterAll(() => api.close());

const bad = '\u00a0new\t';
const run = 'run: { process: "p", number: 1 }';

test.each([
  ['registerProcess', 'name: $bad', 'input.name'],
  ['registerProcess', 'name: "q", tool: $bad', 'input.tool'],
  ['registerProcess', 'name: "q", type: $bad', 'input.type'],
  ['registerProcess', 'name: "q", contacts: [{ name: $bad }]', 'input.contacts.0.name'],
  ['registerProcess', 'name: "q", datasetTypes: [$bad]', 'input.datasetTypes.0'],
  ['registerProcess', 'name: "q", targets: [{ name: $bad }]', 'input.targets.0.name'],
  ['registerProcess', 'name: "q", targets: [{ name: "s", type: $bad }]', 'input.targets.0.type'],
  ['registerProcess', 'name: "q", sources: [{ name: "s", objects: [{ name: $bad }] }]', 'input.sources.0.objects.0.name'],
  [
    'registerProcess',
    'name: "q", sources: [{ name: "s", objects: [{ name: "o", attributes: [{ name: $bad }] }] }]',
    'input.sources.0.objects.0.attributes.0.name',
  ],
  [
    'registerProcess',
    'name: "q", sources: [{ name: "s", objects: [{ name: "o", attributes: [{ name: "a", dataType: $bad }] }] }]',
    'input.sources.0.objects.0.attributes.0.dataType',
  ],
  ['startRun', 'process: { name: $bad, type: "Load", tool: "Airflow" }', 'input.process.name'],
  ['startRun', 'process: { name: "q", type: "Load", tool: "Airflow" }, actor: { name: $bad }', 'input.actor.name'],
  ['reportRun', `${run}, status: $bad, createStatus: true`, 'input.status'],
  ['reportRun', `${run}, errors: [{ type: $bad, createType: true }]`, 'input.errors.0.type'],
  ['raiseRunError', `${run}, type: $bad, createType: true`, 'input.type'],
  ['createSource', 'name: $bad', 'input.name'],
  ['createSourceObject', 'source: { name: "s" }, name: $bad', 'input.name'],
  ['createSourceObjectAttribute', 'object: { qualifiedName: "s.o" }, name: $bad', 'input.name'],
  ['createContact', 'name: $bad', 'input.name'],
  ['createTool', 'name: $bad', 'input.name'],
  ['createActor', 'name: $bad', 'input.name'],
  ['createCluster', 'name: $bad', 'input.name'],
  ['createLookup', 'kind: DATASET_TYPE, name: $bad', 'input.name'],
  ['updateProcess', 'process: { name: "p" }, newName: $bad', 'input.newName'],
  ['updateSource', 'source: { name: "s" }, newName: $bad', 'input.newName'],
  ['updateSourceObject', 'object: { qualifiedName: "s.o" }, newName: $bad', 'input.newName'],
  ['updateSourceObjectAttribute', 'attribute: { qualifiedName: "s.o.a" }, newName: $bad', 'input.newName'],
  ['createLocation', 'path: "s3://new", name: $bad', 'input.name'],
  ['updateLocation', 'location: { name: "lake" }, newName: $bad', 'input.newName'],
  ['updateTool', 'tool: { name: "Airflow" }, newName: $bad', 'input.newName'],
  ['updateCluster', 'cluster: { name: "c" }, newName: $bad', 'input.newName'],
  ['updateLookup', 'kind: DATASET_TYPE, lookup: { name: "sales" }, newName: $bad', 'input.newName'],
  ['updateContact', 'contact: { name: "Ann" }, newName: $bad', 'input.newName'],
])('%s(%s): a new name with blanks at its ends is refused, with the one that is meant', async (mutation, input, argument) => {
  const query = `mutation ($bad: String!) { ${mutation}(input: { ${input} }) { __typename } }`;
  const { errors } = await api.execute(query, { bad });
  expect(errors?.[0]?.originalError).toMatchObject({
    code: 'INVALID',
    message: expect.stringContaining('Did you mean "new"?'),
    details: { argument, value: bad, nearest: ['new'] },
  });
  expect(await api.sql(`select from status_event where subject_name = $1`, [bad])).toEqual([]);
});

test('blank is what trim takes, and nothing else: all of Unicode is tried', async () => {
  const [row] = await api.sql<{ blanks: string }>(
    `select convert_from(substring(tgargs from position('\\000'::bytea in tgargs) + 1 for length(tgargs) - position('\\000'::bytea in tgargs) - 1), 'UTF8') as blanks
     from pg_trigger where tgname = 'refuse_blank_name' and tgrelid = 'process'::regclass`,
  );
  const every = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code)).filter(
    (each) => each.isWellFormed() && !each.trim(),
  );
  expect(row!.blanks.split('').sort()).toEqual(every.sort());
});

test('in a list the item alone is refused', async () => {
  const registered = await api.run(
    'mutation ($bad: String!) { registerProcesses(input: { processes: [{ name: "one" }, { name: $bad }, { name: "two" }] }) { failedCount results { created error { argument nearest } } } }',
    { bad },
  );
  expect(registered.registerProcesses).toEqual({
    failedCount: 1,
    results: [
      { created: true, error: null },
      { created: false, error: { argument: 'name', nearest: ['new'] } },
      { created: true, error: null },
    ],
  });
  const reported = await api.run(
    `mutation ($bad: String!) { reportRuns(input: { reports: [{ ${run}, status: $bad, createStatus: true }, { ${run}, recordCount: "1" }] }) { results { changed error { argument } } } }`,
    { bad },
  );
  expect(reported.reportRuns.results).toEqual([
    { changed: false, error: { argument: 'status' } },
    { changed: true, error: null },
  ]);
});

test('a name that another client has written so is found, and registered again; files and paths may be so', async () => {
  await api.sql('insert into process (process_name) values ($1)', [' theirs ']);
  await api.sql('insert into tool_lkup (tool_name) values ($1)', [' their tool']);
  const again = await api.run(
    'mutation { registerProcess(input: { name: " theirs ", tool: " their tool" }) { created process { tool { name } } } }',
  );
  expect(again.registerProcess).toEqual({ created: false, process: { tool: { name: ' their tool' } } });
  expect((await api.run('{ process(name: " theirs ") { name } }')).process).toEqual({ name: ' theirs ' });
  expect((await api.run('mutation { createTool(input: { name: " their tool" }) { created } }')).createTool).toEqual({ created: false });
  const file = { path: 's3://in/ with blank ', fileName: ' data.csv ' };
  const claim = await api.run(
    'mutation ($file: FileRef!) { claimFile(input: { file: $file, owner: "w" }) { outcome file { fileName } } }',
    { file },
  );
  expect(claim.claimFile).toEqual({ outcome: 'CLAIMED', file: { fileName: ' data.csv ' } });
});

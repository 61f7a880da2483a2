import { openApi, type Api } from '../support/api.js';
import { connect, startHttp, type HttpServer } from '../support/http.js';
import type { Database } from '../../src/platform/database.js';

let api: Api;
let db: Database;
let server: HttpServer;
beforeAll(async () => {
  api = await openApi('error_hints');
  db = connect(api.url);
  server = await startHttp({ db, schema: api.schema });
  const sources = [{ name: 'warehouse', objects: [{ name: 'orders', attributes: [{ name: 'total' }] }] }];
  await api.run(`mutation ($input: StartRunInput!) { startRun(input: $input) { outcome } }`, {
    input: { process: { name: 'load orders', type: 'Load', tool: 'dbt', sources }, leaseSeconds: 600 },
  });
  await api.run(
    'mutation { registerFiles(input: { location: { path: "s3://shop/exports", name: "exports" }, files: [{ fileName: "orders.csv", status: "ready" }] }) { results { created } } }',
  );
});
afterAll(async () => {
  await server.close();
  await db.pool.end();
  await api.close();
});

type Request = string | [query: string, variables: Record<string, unknown>];

async function errorsOf(request: Request) {
  const [query, variables] = typeof request === 'string' ? [request, {}] : request;
  return (await server.ask(query, variables)).body.errors ?? [];
}

const abandon = 'mutation ($x: AbandonRunInput!) { abandonRun(input: $x) { changed } }';

test.each<[what: string, request: Request, argument: string]>([
  ['an item of a list', '{ processes(where: { or: [{ name: { eq: "a" } }, { nme: { eq: "b" } }] }) { totalCount } }', 'where.or.1.nme'],
  [
    'an item of an item',
    'mutation { registerProcesses(input: { processes: [{ name: "a" }, { name: "b", dependsOn: [{}, { process: 1 }] }] }) { failedCount } }',
    'input.processes.1.dependsOn.1.process',
  ],
  [
    'an item that is missing',
    'mutation { registerProcesses(input: { processes: [{ name: "a" }, {}] }) { failedCount } }',
    'input.processes.1.name',
  ],
  ['an item of a list of ids', '{ nodes(ids: ["x", true]) { id } }', 'ids.1'],
  ['an item of a variable', ['query ($i: [ID!]!) { nodes(ids: $i) { id } }', { i: [true] }], 'ids.0'],
  ['a variable in a list', ['query ($i: ID!) { nodes(ids: ["x", $i]) { id } }', { i: true }], 'ids.1'],
  ['a field of a variable', [abandon, { x: { run: { process: 'a', number: 'b' }, reason: 'x' } }], 'input.run.number'],
  ['an unknown field of a variable', [abandon, { x: { run: { run: 'a' }, reason: 'x' } }], 'input.run.run'],
  ['a missing field of a variable', [abandon, { x: { run: { process: 'a', number: 1 } } }], 'input.reason'],
  ['a missing variable', [abandon, {}], 'input'],
  [
    'a variable below an argument',
    ['mutation ($r: RunRef!) { abandonRun(input: { run: $r, reason: "x" }) { changed } }', { r: { number: 'one' } }],
    'input.run.number',
  ],
  ['a variable of another type', ['query ($p: ID) { process(name: $p) { name } }', { p: 'x' }], 'name'],
  ['a variable that is not used', ['query ($p: ID) { processes { totalCount } }', { p: 'x' }], 'p'],
])('the path in arguments: %s', async (_, request, argument) => {
  expect((await errorsOf(request)).map(({ extensions }) => extensions.argument)).toContain(argument);
});

test.each<[what: string, request: Request, message: RegExp | string, facts?: object]>([
  [
    'the plural',
    'mutation { startRun(input: { process: { name: "p", sources: [{ name: "s", object: [] }] } }) { outcome } }',
    'Field "object" is not defined by type "SourceInput". Use "objects".',
    { argument: 'input.process.sources.0.object', nearest: ['objects'] },
  ],
  ['a name in another one', '{ file(name: "a") { id } }', 'Unknown argument "name" on field "Query.file". Use "fileName".'],
  [
    'the start of a name',
    'mutation { claimFile(input: { lease: 60 }) { outcome } }',
    'Field "lease" is not defined by type "ClaimFileInput". Use "leaseSeconds".',
  ],
  [
    'the record of a link',
    '{ processes { nodes { contacts { nodes { name } } } } }',
    'Cannot query field "name" on type "ProcessContact". Use "contact { name }".',
    { nearest: ['contact'] },
  ],
  [
    'the records below',
    '{ processes { nodes { files { totalCount } } } }',
    'Cannot query field "files" on type "Process". Use "runs { nodes { files } }".',
  ],
  [
    'no field that is given already',
    'mutation { updateProcess(input: { process: { name: "a" }, name: "b" }) { process { id } } }',
    'Field "name" is not defined by type "UpdateProcessInput". Use "newName".',
  ],
  [
    'no field that a variable gives already',
    [
      'mutation ($i: UpdateProcessInput!) { updateProcess(input: $i) { process { id } } }',
      { i: { process: { name: 'name: x' }, name: 'b' } },
    ],
    'Variable "$i" got invalid value { process: { name: "name: x" }, name: "b" }; Field "name" is not defined by type "UpdateProcessInput". Use "newName".',
  ],
  [
    'the numbers of a run',
    'mutation { abandonRun(input: { run: 1, reason: "x" }) { changed } }',
    'Expected value of type "RunRef!", found 1. Write an object, such as { process: "…", number: 1 }.',
  ],
  [
    'a condition',
    '{ processes(where: { name: "total" }) { totalCount } }',
    'Expected value of type "StringCondition", found "total". Write an object, such as { eq: "total" }.',
  ],
  [
    'a condition, in a variable',
    ['query ($w: ProcessWhere) { processes(where: $w) { totalCount } }', { w: { name: 'total' } }],
    'Variable "$w" got invalid value "total" at "w.name"; Expected type "StringCondition" to be an object. Write an object, such as { "eq": "total" }.',
    { argument: 'where.name' },
  ],
  [
    'a condition of yes or no',
    '{ sourceObjectAttributes(where: { isKey: true }) { totalCount } }',
    /Write an object, such as \{ eq: true \}\.$/,
  ],
  [
    'parameters as an object',
    'mutation { startRun(input: { process: { name: "p" }, parameters: { a: "b" } }) { outcome } }',
    'Field "a" is not defined by type "RunParameterInput". Write a list of objects, such as [{ name: "a", value: "…" }].',
  ],
  [
    'a number for a text',
    '{ process(name: 5) { name } }',
    'String cannot represent a non string value: 5. Write it in double quotes: "5".',
  ],
  [
    'a text for a number',
    'mutation { startRun(input: { process: { name: "p" }, leaseSeconds: "60" }) { outcome } }',
    'Int cannot represent non-integer value: "60". Write it without quotes: 60.',
  ],
  [
    'a number that is too large',
    '{ processes(first: 2147483648) { totalCount } }',
    /value: 2147483648\. Write a whole number from -2147483648 to 2147483647\.$/,
  ],
  ['a word for a number', '{ processes(first: "ten") { totalCount } }', /Write a whole number from -2147483648 to 2147483647\.$/],
  [
    'a name for the id of a root',
    '{ lineage(roots: ["Load sales"]) { complete } }',
    '`roots.0` must be the id of a process, source or object, such as `process(name: "…") { id }` answers, not "Load sales".',
    { argument: 'roots.0', value: 'Load sales' },
  ],
  ['a time without an offset', '{ runStatistics(from: "2026-01-31T08:00:00") { runCount } }', /the offset from UTC is missing/],
  ['a date for a time', '{ runStatistics(from: "2026-01-31") { runCount } }', /the time and its offset from UTC are missing/],
  [
    'a long fraction',
    `{ runStatistics(from: "2026-01-31T08:00:00.${'1'.repeat(400)}Z") { runCount } }`,
    /at most 9 digits after the point/,
  ],
  [
    'a field of the types that have it',
    '{ node(id: "x") { cron } }',
    /^Cannot query field "cron" on type "Node"/,
    { allowed: ['id', '... on Process'] },
  ],
  ['no way', '{ process { name } }', 'Identify one Process: by `id`, by `databaseId`, by `name`, or by `namespace` and `job`.'],
  [
    'half a way',
    '{ file(fileName: "x") { id } }',
    /^Identify one File: by `id`, by `databaseId`, by `location` and `fileName`, or by `path` and `fileName`\.$/,
  ],
  [
    'two ways',
    '{ process(name: "a", databaseId: 1) { name } }',
    'Specify one way, not two, to identify a Process: `databaseId` and `name`.',
  ],
  ['an empty id', '{ process(id: "") { name } }', /^`id` is not an id of this API\./, { code: 'INVALID', argument: 'id', value: '' }],
  ['an empty id of a contact', '{ contact(id: "") { name } }', /^`id` is not an id of this API\./],
  ['an empty id of a file', '{ file(id: "") { id } }', /^`id` is not an id of this API\./],
  ['an empty id of an attribute', '{ sourceObjectAttribute(id: "") { name } }', /^`id` is not an id of this API\./],
  ['an empty id of a run', '{ run(id: "") { number } }', /^`id` is not an id of this API\./],
  [
    'a location by name',
    'mutation { retire(input: { subject: { location: { name: "exprts" } } }) { changed } }',
    'There is no Location "exprts". Did you mean "exports"?',
    { nearest: ['exports'] },
  ],
  [
    'the location of a file',
    'mutation { skipFile(input: { file: { location: "exprts", fileName: "orders.csv" }, reason: "x" }) { changed } }',
    'There is no Location "exprts". Did you mean "exports"?',
    { argument: 'input.file.location', nearest: ['exports'] },
  ],
  [
    'the process of a run',
    'mutation { abandonRun(input: { run: { process: "load order", number: 1 }, reason: "x" }) { changed } }',
    'There is no Process "load order". Did you mean "load orders"?',
    { argument: 'input.run.process', nearest: ['load orders'] },
  ],
  [
    'the parent of a dependency',
    'mutation { registerProcess(input: { name: "y", type: "Load", tool: "dbt", dependsOn: [{ process: { name: "load order" } }] }) { created } }',
    'There is no Process "load order". Did you mean "load orders"?',
    { argument: 'input.dependsOn.0.process.name', nearest: ['load orders'] },
  ],
  [
    'the status of a run',
    'mutation { reportRun(input: { run: { process: "load orders", number: 1 }, status: "complete", fencingToken: 1 }) { changed } }',
    'There is no ProcessStatus "complete". Did you mean "completed"?',
  ],
  [
    'the status of a file',
    'mutation { reportFile(input: { file: { location: "exports", fileName: "orders.csv" }, status: "READY" }) { changed } }',
    'There is no FileStatus "READY". Did you mean "ready"?',
  ],
  [
    'the schedule of a process',
    'mutation { registerProcess(input: { name: "y", type: "Load", tool: "dbt", scheduleFrequency: "dayly" }) { created } }',
    /^There is no ScheduleFrequency "dayly"; allowed are .*\. Did you mean "daily"\?$/,
  ],
  [
    'the type of an error',
    'mutation { reportRun(input: { run: { process: "load orders", number: 1 }, fencingToken: 1, errors: [{ type: "Data Error" }, { type: "Data Eror" }] }) { changed } }',
    'There is no ErrorType "Data Eror"; `createType: true` creates it. Did you mean "Data Error"?',
    { argument: 'input.errors.1.type', nearest: ['Data Error'] },
  ],
  [
    'the time of an error',
    'mutation { reportRun(input: { run: { process: "load orders", number: 1 }, fencingToken: 1, errors: [{ type: "Data Error" }, { type: "Data Error", occurredAt: "2026-02-30T00:00:00Z" }] }) { changed } }',
    /2026-02-30/,
    { argument: 'input.errors.1.occurredAt' },
  ],
  [
    'a parameter that is specified twice',
    'mutation { reportRun(input: { run: { process: "load orders", number: 1 }, fencingToken: 1, parameters: [{ name: "a", value: "1" }, { name: "a", value: "2" }] }) { changed } }',
    'The parameter "a" is specified twice.',
    { argument: 'input.parameters.1.name' },
  ],
  [
    'a wrong token',
    'mutation { reportRun(input: { run: { process: "load orders", number: 1 }, fencingToken: 77, status: "completed" }) { changed } }',
    'Stale fencing token 77: this run has another one.',
    { code: 'CONFLICT', argument: 'input.fencingToken' },
  ],
  [
    "ProcessTracker's code of an operator",
    'mutation { registerProcess(input: { name: "y", type: "Load", tool: "dbt", sources: [{ name: "warehouse", objects: [{ name: "orders", attributes: [{ name: "total" }] }] }], filters: [{ attribute: { qualifiedName: "warehouse.orders.total" }, operator: "lke", values: [{ text: "1" }] }] }) { created } }',
    /^There is no operator "lke"/,
    { nearest: ['contains'] },
  ],
])('the error says what to write: %s', async (_, request, message, facts = {}) => {
  const errors = await errorsOf(request);
  const found = errors.find((each) => (typeof message === 'string' ? each.message === message : message.test(each.message)));
  expect(found ?? errors.map((each) => each.message)).toMatchObject({ extensions: { code: expect.any(String), ...facts } });
  expect(found!.extensions.argument).not.toBe('');
});

test('a subscription sent to /graphql names the path of event streams', async () => {
  const url = `${server.url}/graphql?query=${encodeURIComponent('subscription { changes { cursor } }')}`;
  for (const accept of ['text/event-stream', 'application/json']) {
    const { errors } = (await (await fetch(url, { headers: { accept } })).json()) as { errors: { message: string }[] };
    expect(errors[0]!.message).toMatch(/\. Server-sent events are at \/graphql\/stream\.$/);
  }
});

test('a run that is running is not reopened', async () => {
  const [error] = await errorsOf('mutation { reopenRun(input: { run: { process: "load orders", number: 1 }, reason: "x" }) { changed } }');
  expect(error!.message).toBe('This run is already running.');
});

test('a long value is shown in part', async () => {
  const names = Array.from({ length: 60 }, (_, i) => `order lines of the shop ${i}`);
  const register = 'mutation ($i: RegisterProcessInput!) { registerProcess(input: $i) { created } }';
  const literal = `mutation { registerProcess(input: { name: ${JSON.stringify(names)} }) { created } }`;
  const messages = (
    await Promise.all([[register, { i: { name: names } }] as Request, [register, { i: names }] as Request, literal].map(errorsOf))
  )
    .flat()
    .map(({ message }) => message);
  const part = '\\["order lines of .{180,190}…';
  expect(messages).toEqual([
    expect.stringMatching(`^Variable "\\$i" got invalid value ${part} at "i\\.name"; String cannot represent a non string value: ${part}$`),
    expect.stringMatching(`^Variable "\\$i" got invalid value ${part}; Expected type "RegisterProcessInput" to be an object\\. Write`),
    expect.stringMatching(`^String cannot represent a non string value: ${part}$`),
  ]);
});

/** Errors of the items of bulk calls have what those of single calls have. */
test.each<[what: string, mutation: string, error: object]>([
  [
    'reportRuns',
    'reportRuns(input: { reports: [{ run: { process: "load orders", number: 1 }, status: "complete", fencingToken: 1 }] })',
    { message: 'There is no ProcessStatus "complete". Did you mean "completed"?', argument: 'status', nearest: ['completed'] },
  ],
  [
    'the error type in reportRuns',
    'reportRuns(input: { reports: [{ run: { process: "load orders", number: 1 }, fencingToken: 1, errors: [{ type: "Data Eror" }] }] })',
    { argument: 'errors.0.type', nearest: ['Data Error'] },
  ],
  [
    'reportFiles',
    'reportFiles(input: { reports: [{ file: { location: "exports", fileName: "orders.csv" }, status: "READY" }] })',
    { argument: 'status', nearest: ['ready'] },
  ],
  [
    'the status in registerFiles',
    'registerFiles(input: { location: { name: "exports" }, files: [{ fileName: "b.csv", status: "READY" }] })',
    { argument: 'status', nearest: ['ready'] },
  ],
  [
    'the location in reportFiles',
    'reportFiles(input: { reports: [{ file: { location: "exprts", fileName: "orders.csv" }, status: "ready" }] })',
    { argument: 'file.location', nearest: ['exports'] },
  ],
])('an item of a bulk call: %s', async (_, mutation, error) => {
  const { body } = await server.ask(`mutation { answer: ${mutation} { results { error { message argument nearest } } } }`);
  expect(body).toMatchObject({ data: { answer: { results: [{ error }] } } });
});

test('failFile does not advise an argument that it does not have', async () => {
  const file = '{ location: "exports", fileName: "orders.csv" }';
  const { claimFile } = await api.run(`mutation { claimFile(input: { file: ${file}, owner: "w" }) { fencingToken } }`);
  const [error] = await errorsOf(
    `mutation { failFile(input: { file: ${file}, errorType: "File Eror", message: "x", fencingToken: ${claimFile.fencingToken} }) { outcome } }`,
  );
  expect(error).toMatchObject({
    message: 'There is no ErrorType "File Eror". Did you mean "File Error"?',
    extensions: { argument: 'input.errorType' },
  });
});

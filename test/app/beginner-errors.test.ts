import { openApi, type Api } from '../support/api.js';
import { connect, startHttp, type HttpServer } from '../support/http.js';
import type { Database } from '../../src/platform/database.js';

let api: Api;
let db: Database;
let server: HttpServer;
let processId: string;
beforeAll(async () => {
  api = await openApi('beginner_errors');
  db = connect(api.url);
  server = await startHttp({ db, schema: api.schema });
  const sources = [{ name: 'warehouse', objects: [{ name: 'orders', attributes: [{ name: 'total' }] }] }];
  const { startRun } = await api.run(`mutation ($input: StartRunInput!) { startRun(input: $input) { process { id } } }`, {
    input: {
      process: { name: 'load orders', type: 'Load', tool: 'dbt', sources, contacts: [{ name: 'Data Platform' }] },
      leaseSeconds: 600,
    },
  });
  processId = startRun.process.id;
  await api.run(
    'mutation { registerFiles(input: { location: { path: "s3://shop/exports" }, files: [{ fileName: "orders.csv" }] }) { results { created } } }',
  );
  await api.run('mutation { openRunGroup(input: { key: "2026-01-31" }) { created } }');
});
afterAll(async () => {
  await server.close();
  await db.pool.end();
  await api.close();
});

interface Refusal {
  code?: string;
  argument?: string;
  value?: unknown;
  allowed?: unknown;
  nearest?: string[];
}

const run = '{ process: "load orders", number: 1 }';
/** What beginners send, and what the error must say of it. An error without `argument` is about the document. */
type Mistake = [what: string, request: string | [query: string, variables: Record<string, unknown>], Refusal];
const mistakes: Mistake[] = [
  [
    'a status in the wrong case',
    `mutation { reportRun(input: { run: ${run}, status: "Completed", fencingToken: 1 }) { changed } }`,
    { argument: 'input.status', value: 'Completed', allowed: expect.arrayContaining(['completed']), nearest: ['completed'] },
  ],
  [
    'a status that there is not',
    `mutation { reportRun(input: { run: ${run}, status: "complete", fencingToken: 1 }) { changed } }`,
    { argument: 'input.status', value: 'complete', allowed: expect.arrayContaining(['completed']), nearest: ['completed'] },
  ],
  [
    'a value of an enum in small letters',
    '{ runs(where: { state: { in: [failed] } }) { totalCount } }',
    { argument: 'where.state.in.0', value: 'failed', allowed: expect.arrayContaining(['FAILED']), nearest: ['FAILED'] },
  ],
  [
    'a value of an enum in small letters, as a variable',
    ['query ($s: [RunState!]) { runs(where: { state: { in: $s } }) { totalCount } }', { s: ['failed'] }],
    { argument: 'where.state.in.0', value: 'failed', allowed: expect.arrayContaining(['FAILED']), nearest: ['FAILED'] },
  ],
  [
    'a text for a value of an enum',
    '{ runs(where: { state: { in: ["FAILED"] } }) { totalCount } }',
    { argument: 'where.state.in.0', value: 'FAILED', allowed: expect.arrayContaining(['FAILED']) },
  ],
  [
    'a misspelt process',
    'mutation { holdProcess(input: { process: { name: "load order" }, reason: "x" }) { changed } }',
    { code: 'NOT_FOUND', argument: 'input.process.name', value: 'load order', nearest: ['load orders'] },
  ],
  [
    'a process in the wrong case',
    '{ whyBlocked(process: { name: "Load Orders" }) { blocked } }',
    { code: 'NOT_FOUND', argument: 'process.name', value: 'Load Orders', nearest: ['load orders'] },
  ],
  [
    'a misspelt source in a qualified name',
    'mutation { retire(input: { subject: { attribute: { qualifiedName: "werehouse.orders.total" } } }) { changed } }',
    {
      code: 'NOT_FOUND',
      argument: 'input.subject.attribute.qualifiedName',
      value: 'werehouse.orders.total',
      nearest: ['warehouse.orders.total'],
    },
  ],
  [
    'a misspelt object of a known source',
    'mutation { retire(input: { subject: { object: { source: "warehouse", name: "order" } } }) { changed } }',
    { code: 'NOT_FOUND', argument: 'input.subject.object.name', value: 'order', nearest: ['orders'] },
  ],
  [
    'too few names in a qualified name',
    '{ sourceObjectAttribute(qualifiedName: "warehouse.total") { name } }',
    { argument: 'qualifiedName', value: 'warehouse.total', allowed: expect.stringContaining('source.object.name') },
  ],
  [
    'a misspelt contact',
    'mutation { linkContact(input: { subject: { process: { name: "load orders" } }, contact: { name: "data platform" } }) { changed } }',
    { code: 'NOT_FOUND', argument: 'input.contact.name', value: 'data platform', nearest: ['Data Platform'] },
  ],
  [
    'a misspelt run group',
    '{ runs(group: { key: "2026-01-30" }) { totalCount } }',
    { code: 'NOT_FOUND', argument: 'group.key', value: '2026-01-30', nearest: ['2026-01-31'] },
  ],
  [
    'a misspelt schedule',
    'mutation { updateProcess(input: { process: { name: "load orders" }, scheduleFrequency: "dayly" }) { warnings } }',
    { argument: 'input.scheduleFrequency', value: 'dayly', allowed: expect.arrayContaining(['daily']), nearest: ['daily'] },
  ],
  [
    'a date for a time',
    '{ runStatistics(from: "2026-01-31") { runCount } }',
    { argument: 'from', value: '2026-01-31', allowed: 'a value like "2026-01-31T08:00:00Z"' },
  ],
  [
    'a time without an offset',
    ['query ($from: DateTime!) { runStatistics(from: $from) { runCount } }', { from: '2026-01-31T08:00:00' }],
    { argument: 'from', value: '2026-01-31T08:00:00', allowed: 'a value like "2026-01-31T08:00:00Z"' },
  ],
  [
    'a day that no calendar has',
    '{ runStatistics(from: "2026-02-30T08:00:00Z") { runCount } }',
    { argument: 'from', value: '2026-02-30T08:00:00Z', allowed: expect.stringContaining('a day that exists') },
  ],
  [
    'a word for a number',
    '{ processes(first: "ten") { totalCount } }',
    { argument: 'first', value: 'ten', allowed: expect.stringContaining('whole number') },
  ],
  [
    'a number for a text',
    ['query ($n: String) { process(name: $n) { name } }', { n: 5 }],
    { argument: 'name', value: 5, allowed: 'a text' },
  ],
  [
    'a text for a yes or no',
    '{ processes(includeRetired: "yes") { totalCount } }',
    { argument: 'includeRetired', value: 'yes', allowed: 'true or false' },
  ],
  [
    'a text for a reference',
    '{ runs(process: "load orders") { totalCount } }',
    { argument: 'process', value: 'load orders', allowed: expect.arrayContaining(['name', 'databaseId']) },
  ],
  [
    'a text for a list of objects',
    [
      'mutation ($f: [RegisterFileInput!]!) { registerFiles(input: { location: { path: "/x" }, files: $f }) { location { name } } }',
      { f: 'orders.csv' },
    ],
    { argument: 'input.files', value: 'orders.csv', allowed: expect.arrayContaining(['fileName']) },
  ],
  ['a page of minus one', '{ processes(first: -1) { totalCount } }', { argument: 'first', value: -1, allowed: { min: 0, max: 500 } }],
  [
    'a page that is too large',
    '{ processes(first: 501) { totalCount } }',
    { argument: 'first', value: 501, allowed: { min: 0, max: 500 } },
  ],
  ['a cursor of nowhere', '{ processes(after: "abc") { totalCount nodes { name } } }', { argument: 'after', value: 'abc' }],
  ['a text that is no id', '{ node(id: "42") { id } }', { argument: 'id', value: '42' }],
  [
    'a missing fencing token',
    `mutation { reportRun(input: { run: ${run}, status: "completed" }) { changed } }`,
    { code: 'CONFLICT', argument: 'input.fencingToken' },
  ],
  [
    'a stale fencing token',
    `mutation { reportRun(input: { run: ${run}, status: "completed", fencingToken: 0 }) { changed } }`,
    { code: 'CONFLICT', argument: 'input.fencingToken', value: '0' },
  ],
  [
    'an empty name',
    ['mutation ($input: CreateToolInput!) { createTool(input: $input) { created } }', { input: { name: ' ' } }],
    { argument: 'input.name', value: ' ', allowed: 'a text that is not blank' },
  ],
  [
    'a name that is too long',
    ['mutation ($input: CreateToolInput!) { createTool(input: $input) { created } }', { input: { name: 'x'.repeat(2001) } }],
    { argument: 'input.name', value: `${'x'.repeat(60)}…`, allowed: { maxBytes: 2000 } },
  ],
  [
    'a reference in two ways',
    '{ process(name: "load orders", databaseId: 1) { name } }',
    { allowed: 'id, databaseId, name, or namespace and job' },
  ],
  ['a reference in no way', '{ process { name } }', { allowed: 'id, databaseId, name, or namespace and job' }],
  [
    'a field that is left out',
    'mutation { createTool(input: {}) { created } }',
    { argument: 'input.name', value: null, allowed: 'a value of type String!' },
  ],
  [
    'null for a value of an enum',
    'mutation { createLookup(input: { kind: null, name: "x" }) { created } }',
    { argument: 'input.kind', value: null, allowed: expect.arrayContaining(['SOURCE_TYPE']) },
  ],
  [
    'null for a value of an enum, in a variable',
    ['mutation ($input: CreateLookupInput!) { createLookup(input: $input) { created } }', { input: { kind: null, name: 'x' } }],
    { argument: 'input.kind', value: null, allowed: expect.arrayContaining(['SOURCE_TYPE']) },
  ],
  [
    'null for a variable of an enum',
    ['mutation ($kind: LookupKind!) { createLookup(input: { kind: $kind, name: "x" }) { created } }', { kind: null }],
    { argument: 'input.kind', value: null, allowed: expect.arrayContaining(['SOURCE_TYPE']) },
  ],
  [
    'a value of an enum that is left out',
    'mutation { createLookup(input: { name: "x" }) { created } }',
    { argument: 'input.kind', value: null, allowed: expect.arrayContaining(['SOURCE_TYPE']) },
  ],
  [
    'null for a text',
    'mutation { createTool(input: { name: null }) { created } }',
    { argument: 'input.name', value: null, allowed: 'a value of type String!' },
  ],
  [
    'null for a reference',
    ['query ($p: ProcessRef!) { whyBlocked(process: $p) { blocked } }', { p: null }],
    { argument: 'process', value: null, allowed: 'a value of type ProcessRef!' },
  ],
  [
    'null for what a process must have',
    'mutation { updateProcess(input: { process: { name: "load orders" }, scheduleFrequency: null }) { warnings } }',
    { argument: 'input.scheduleFrequency', value: null, allowed: expect.arrayContaining(['daily', 'unscheduled']) },
  ],
  [
    'null for what a source must have',
    'mutation { updateSource(input: { source: { name: "warehouse" }, type: null }) { warnings } }',
    { argument: 'input.type', value: null, allowed: 'a text' },
  ],
  [
    'null for what a row of a look-up table must have',
    'mutation { updateLookup(input: { kind: FILE_TYPE, lookup: { name: "Comma Separated Values" }, code: null }) { lookup { __typename } } }',
    { argument: 'input.code', value: null, allowed: 'a text' },
  ],
  [
    'an argument that is left out',
    'mutation { createTool { created } }',
    { argument: 'input', value: null, allowed: 'a value of type CreateToolInput!' },
  ],
  [
    'a variable that is left out',
    ['query ($n: String!) { process(name: $n) { name } }', {}],
    { argument: 'name', value: null, allowed: 'a value of type String!' },
  ],
  ['a misspelt field', '{ processes { nodes { nmae } } }', { value: 'nmae', nearest: ['name'] }],
  [
    'a misspelt argument',
    '{ processes(frist: 3) { totalCount } }',
    { argument: 'frist', value: 'frist', allowed: expect.arrayContaining(['first']), nearest: ['first', 'last'] },
  ],
  [
    'a misspelt field of an input',
    ['mutation ($input: CreateToolInput!) { createTool(input: $input) { created } }', { input: { nome: 'x' } }],
    { argument: 'input.nome', value: 'nome', allowed: ['name'], nearest: ['name'] },
  ],
  [
    'a misspelt mutation',
    'mutation { createTol(input: { name: "x" }) { created } }',
    { value: 'createTol', nearest: expect.arrayContaining(['createTool']) },
  ],
  [
    'a look-up table in small letters',
    'mutation { createLookup(input: { kind: source_type, name: "x" }) { created } }',
    { argument: 'input.kind', value: 'source_type', nearest: ['SOURCE_TYPE', 'ERROR_TYPE', 'FILE_TYPE'] },
  ],
  [
    'a value that a look-up table does not have',
    'mutation { createLookup(input: { kind: DATA_TYPE, name: "x", code: "y" }) { created } }',
    { argument: 'input.code', value: 'y', allowed: ['name'] },
  ],
  ['a query that is none', '{ processes(', { argument: 'query' }],
  // Names of before the API had one word for one concept.
  ['the field trackingId', '{ processes { nodes { trackingId } } }', { value: 'trackingId', nearest: ['databaseId'] }],
  [
    'the argument trackingId',
    '{ process(trackingId: 1) { name } }',
    { argument: 'trackingId', value: 'trackingId', nearest: ['databaseId'] },
  ],
  ['the query processRuns', '{ processRuns { totalCount } }', { value: 'processRuns', nearest: ['runs'] }],
  ['the query extracts', '{ extracts { totalCount } }', { value: 'extracts', nearest: ['files'] }],
  [
    'the mutation startProcessRun',
    'mutation { startProcessRun(input: {}) { outcome } }',
    { value: 'startProcessRun', nearest: ['startRun'] },
  ],
  [
    'the mutation createSourceType',
    'mutation { createSourceType(input: { name: "x" }) { created } }',
    { value: 'createSourceType', nearest: ['createLookup'] },
  ],
  [
    'the type ProcessRefInput',
    ['query ($p: ProcessRefInput!) { whyBlocked(process: $p) { blocked } }', { p: { id: 'x' } }],
    { value: 'ProcessRefInput', nearest: ['ProcessRef'] },
  ],
  ['the scalar Name', ['query ($n: Name!) { process(name: $n) { name } }', { n: 'x' }], { value: 'Name', nearest: ['String'] }],
  [
    'the order {by}',
    '{ processes(orderBy: { by: NAME }) { totalCount } }',
    { argument: 'orderBy.by', value: 'by', allowed: ['field', 'direction'], nearest: ['field'] },
  ],
  [
    'the argument grain',
    '{ lineage(roots: [], grain: OBJECT) { complete } }',
    { argument: 'grain', value: 'grain', nearest: ['granularity'] },
  ],
  ['the query extractStatus', '{ extractStatus(name: "ready") { name } }', { value: 'extractStatus', nearest: ['fileStatuses'] }],
  ['the argument path of files', '{ files(path: "/x") { totalCount } }', { argument: 'path', value: 'path', nearest: ['location'] }],
  [
    'the argument source of objectDay',
    '{ objectDay(source: "s") { complete } }',
    { argument: 'source', value: 'source', nearest: ['object'] },
  ],
  ['the id of a node of lineage', '{ lineage(roots: []) { nodes { id } } }', { value: 'id', nearest: ['subjectId'] }],
  [
    'the name of a process to change',
    ['mutation ($input: UpdateProcessInput!) { updateProcess(input: $input) { process { id } } }', { input: { name: 'load orders' } }],
    { argument: 'input.name', value: 'name', nearest: ['process'] },
  ],
  [
    'the key of a group to close',
    'mutation { closeRunGroup(input: { key: "x" }) { changed } }',
    { argument: 'input.key', value: 'key', nearest: ['group'] },
  ],
  // One grammar of conditions took the place of arguments and lists of their own.
  ['the query lateProcesses', '{ lateProcesses { totalCount } }', { value: 'lateProcesses', nearest: ['processes'] }],
  ['the query startableProcesses', '{ startableProcesses { totalCount } }', { value: 'startableProcesses', nearest: ['processes'] }],
  ['the query heldFiles', '{ heldFiles(owner: "x") { totalCount } }', { value: 'heldFiles', nearest: ['files'] }],
  ['the query stuckExtracts', '{ stuckExtracts { totalCount } }', { value: 'stuckExtracts', nearest: ['files'] }],
  ...['nameContains: "x"', 'scheduleFrequency: "daily"'].map((given): Mistake => {
    const [argument] = given.split(':');
    return [
      `the argument ${argument} of processes`,
      `{ processes(${given}) { totalCount } }`,
      { argument, value: argument, nearest: ['where'] },
    ];
  }),
  ...['states: FAILED', 'state: FAILED', 'stuck: true'].map((given): Mistake => {
    const [argument] = given.split(':');
    return [`the argument ${argument} of runs`, `{ runs(${given}) { totalCount } }`, { argument, value: argument, nearest: ['where'] }];
  }),
  ...['fileName: "x"', 'fileNameContains: "x"', 'statuses: "ready"', 'status: "ready"'].map((given): Mistake => {
    const [argument] = given.split(':');
    return [`the argument ${argument} of files`, `{ files(${given}) { totalCount } }`, { argument, value: argument, nearest: ['where'] }];
  }),
  [
    'the argument messageContains',
    '{ fileErrors(messageContains: "x") { totalCount } }',
    { argument: 'messageContains', nearest: ['where'] },
  ],
  ...Object.entries({ before: 'lt', onOrBefore: 'lte', after: 'gt', onOrAfter: 'gte' }).map(([old, now]): Mistake => [
    `the operator ${old}`,
    `{ runs(where: { startedAt: { ${old}: "2026-01-31T00:00:00Z" } }) { totalCount } }`,
    { argument: `where.startedAt.${old}`, value: old, nearest: [now] },
  ]),
  [
    'the name of a contact in a filter on contacts',
    '{ sources(where: { contacts: { some: { name: { eq: "x" } } } }) { totalCount } }',
    { argument: 'where.contacts.some.name', value: 'name', nearest: ['contact'] },
  ],
  ['the text of a filter', '{ processes { nodes { filters { nodes { code text } } } } }', { value: 'text', nearest: ['values'] }],
];

test.each(mistakes)('%s', async (_, request, expected) => {
  const [query, variables] = typeof request === 'string' ? [request, {}] : request;
  const { body } = await server.ask(query, variables);
  // A name that is unknown may leave another one missing.
  expect(body.errors!.map(({ extensions }) => extensions)).toContainEqual(expect.objectContaining({ code: 'INVALID', ...expected }));
  for (const { message } of body.errors!) expect(message).not.toMatch(/select |relation|column|syntax error at/i);
});

test('a name of before is answered with the new one in the message too', async () => {
  const messages = async (query: string) => (await server.ask(query)).body.errors!.map(({ message }) => message);
  expect(await messages('{ extracts { totalCount } }')).toEqual(['Cannot query field "extracts" on type "Query". Use "files".']);
  expect(await messages('{ process(trackingId: 1) { name } }')).toEqual([
    'Unknown argument "trackingId" on field "Query.process". Use "databaseId".',
  ]);
});

test.each<[what: string, query: string, variables: Record<string, unknown>, message: string]>([
  [
    'a text for a reference',
    '{ runs(process: "load orders") { totalCount } }',
    {},
    'Expected value of type "ProcessRef", found "load orders". Write an object, such as { name: "…" }.',
  ],
  [
    'a text for a reference, in a variable',
    'query ($p: ProcessRef) { runs(process: $p) { totalCount } }',
    { p: 'load orders' },
    'Variable "$p" got invalid value "load orders"; Expected type "ProcessRef" to be an object. Write an object, such as { "name": "…" }.',
  ],
  [
    'a text for a reference of several names',
    '{ objectDay(object: "orders") { complete } }',
    {},
    'Expected value of type "SourceObjectRef!", found "orders". Write an object, such as { qualifiedName: "…" }.',
  ],
  [
    'a text for a reference to one of several kinds',
    'mutation { retire(input: { subject: "warehouse" }) { changed } }',
    {},
    'Expected value of type "SubjectRef!", found "warehouse". Write an object, such as { process: { name: "…" } }.',
  ],
  [
    'a text for an object with required fields',
    'mutation { registerFiles(input: { location: { path: "/x" }, files: ["a.csv"] }) { failedCount } }',
    {},
    'Expected value of type "RegisterFileInput!", found "a.csv". Write an object, such as { fileName: "…" }.',
  ],
  [
    'a text for a value of an enum',
    '{ processes(orderBy: { field: NAME, direction: "DESC" }) { totalCount } }',
    {},
    'Enum "OrderDirection" cannot represent non-enum value: "DESC". Did you mean the enum value "DESC"? Allowed, without quotes: ASC, DESC.',
  ],
  [
    'a text for a value of an enum, in a variable',
    'query ($d: OrderDirection!) { processes(orderBy: { field: NAME, direction: $d }) { totalCount } }',
    { d: 'descending' },
    'Variable "$d" got invalid value "descending"; Value "descending" does not exist in "OrderDirection" enum. Allowed: ASC, DESC.',
  ],
])('the message shows the right form: %s', async (_, query, variables, message) => {
  expect((await server.ask(query, variables)).body.errors!.map((each) => each.message)).toContain(message);
});

test('the id of another type', async () => {
  const { body } = await server.ask('query ($id: ID!) { file(id: $id) { id } }', { id: processId });
  expect(body.errors![0]!.extensions).toMatchObject({ code: 'INVALID', argument: 'id', value: processId, allowed: ['File'] });
});

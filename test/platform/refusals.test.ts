import { openApi, type Api } from '../support/api.js';
import { connect, startHttp, type Answer, type HttpServer } from '../support/http.js';
import type { Database } from '../../src/platform/database.js';

let api: Api;
let db: Database;
let server: HttpServer;
beforeAll(async () => {
  api = await openApi('refusals');
  db = connect(api.url);
  server = await startHttp({ db, schema: api.schema });
  await api.run('mutation { startRun(input: { process: { name: "p", type: "Load", tool: "dbt" } }) { outcome } }');
});
afterAll(async () => {
  await server.close();
  await db.pool.end();
  await api.close();
});

const refusal = ({ body }: Answer): Record<string, unknown> & { message: string } => ({
  message: body.errors![0]!.message,
  ...body.errors![0]!.extensions,
});
const register = 'mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }';
const object = (facts: object) => ({ name: 's', objects: [{ name: 'o', attributes: [{ name: 'a', ...facts }] }] });

describe('two values of one fact in one request', () => {
  test.each<[string, object, string]>([
    ['two types of a source', { sources: [{ name: 's', type: 'A' }], targets: [{ name: 's', type: 'B' }] }, 'input.targets.0.type'],
    [
      'two e-mails of a contact',
      {
        contacts: [
          { name: 'c', email: 'a@x' },
          { name: 'c', email: 'b@x' },
        ],
      },
      'input.contacts.1.email',
    ],
    [
      'two e-mails, of a process and of its source',
      { contacts: [{ name: 'c', email: 'a@x' }], sources: [{ name: 's', contacts: [{ name: 'c', email: 'b@x' }] }] },
      'input.sources.0.contacts.0.email',
    ],
    [
      'two lengths of an attribute',
      { sources: [object({ length: 1 }), object({ length: 2 })] },
      'input.sources.1.objects.0.attributes.0.length',
    ],
    [
      'two data types',
      { sources: [object({ dataType: 'x' })], targets: [object({ dataType: 'y' })] },
      'input.targets.0.objects.0.attributes.0.dataType',
    ],
  ])('%s are INVALID', async (_, facts, argument) => {
    const before = await api.sql('select count(*) from process_tracker.status_event');
    expect(refusal(await server.ask(register, { input: { name: 'twice', ...facts } }))).toMatchObject({ code: 'INVALID', argument });
    expect(await api.sql('select count(*) from process_tracker.status_event')).toEqual(before);
  });
  test('the same value twice, and one that is left out, are taken', async () => {
    const input = {
      name: 'same',
      contacts: [
        { name: 'c', email: 'c@x', role: 'owner' },
        { name: 'c', role: 'steward' },
        { name: 'c', email: 'c@x' },
      ],
    };
    expect((await api.run(register, { input })).registerProcess.created).toBe(true);
  });
  test('two sizes of one file: the second is refused', async () => {
    const files = [{ fileName: 'f', size: '1 KB' }, { fileName: 'f', sizeBytes: '7' }, { fileName: 'f' }];
    const { registerFiles } = await api.run(
      'mutation ($input: RegisterFilesInput!) { registerFiles(input: $input) { results { error { code argument } } } }',
      { input: { location: { path: '/in' }, run: { databaseId: 1 }, files } },
    );
    expect(registerFiles.results.map(({ error }: { error: unknown }) => error)).toEqual([
      null,
      { code: 'INVALID', argument: expect.stringMatching(/size/i) },
      null,
    ]);
  });
});

test('a link to what is retired names the argument, also below a start', async () => {
  await api.run('mutation { registerProcess(input: { name: "p", sources: [{ name: "old" }] }) { created } }');
  await api.run('mutation { retire(input: { subject: { source: { name: "old" } }, reason: "gone" }) { __typename } }');
  const refused = { code: 'CONFLICT', kind: 'Source', value: 'old' };
  const input = { name: 'new', type: 'Load', tool: 'dbt', sources: [{ name: 'old' }] };
  expect(refusal(await server.ask(register, { input }))).toMatchObject({ ...refused, argument: 'input.sources.0.name' });
  const start = 'mutation ($process: RegisterProcessInput!) { startRun(input: { process: $process, actor: { name: "a" } }) { outcome } }';
  expect(refusal(await server.ask(start, { process: input }))).toMatchObject({ ...refused, argument: 'input.process.sources.0.name' });
});

describe('negative figures', () => {
  test.each([
    ['length', { sources: [object({ length: -1 })] }, 'input.sources.0.objects.0.attributes.0.length'],
    ['ordinal', { targets: [object({ ordinal: -1 })] }, 'input.targets.0.objects.0.attributes.0.ordinal'],
  ])('%s', async (_, facts, argument) =>
    expect(refusal(await server.ask(register, { input: { name: 'negative', ...facts } }))).toMatchObject({
      code: 'INVALID',
      argument,
      value: -1,
    }),
  );
  test.each(['maxMemory', 'maxProcessing'])('%s of a cluster', async (figure) => {
    for (const query of [
      `mutation { createCluster(input: { name: "c", ${figure}: -1 }) { created } }`,
      `mutation { updateCluster(input: { cluster: { name: "c" }, ${figure}: -1 }) { cluster { name } } }`,
    ])
      expect(refusal(await server.ask(query))).toMatchObject({ code: 'INVALID', argument: `input.${figure}`, value: -1 });
  });
  test('decimals may be negative: NUMBER(10,-2)', async () => {
    const input = { name: 'rounded', sources: [object({ dataType: 'NUMBER', length: 10, decimals: -2 })] };
    expect((await api.run(register, { input })).registerProcess.created).toBe(true);
    const update =
      'mutation { updateSourceObjectAttribute(input: { attribute: { source: "s", object: "o", name: "a" }, decimals: -3 }) { attribute: __typename } }';
    expect((await api.execute(update)).errors).toBeUndefined();
  });
});

describe('a refused value is shown in part', () => {
  const long = 'x'.repeat(2_000_000);
  const isShort = (answer: Answer) => {
    expect(answer.body.errors).toHaveLength(1);
    expect(JSON.stringify(answer.body).length).toBeLessThan(6_000);
    return refusal(answer);
  };
  test('by a scalar, in a variable, an input and a literal', async () => {
    const name = isShort(await server.ask('query ($n: String!) { process(name: $n) { name } }', { n: long }));
    expect(name).toMatchObject({
      code: 'INVALID',
      argument: 'name',
      message: expect.stringMatching(/^name may have at most 2000 bytes, this has 2000000: "xxx/),
    });
    const input = isShort(await server.ask(register, { input: { name: 'p', sources: [{ name: long }] } }));
    expect(input).toMatchObject({ code: 'INVALID', argument: 'input.sources.0.name' });
    const literal = isShort(
      await server.ask(`mutation { registerProcess(input: { name: "p", tool: "${'x'.repeat(50_000)}" }) { created } }`),
    );
    expect(literal).toMatchObject({ code: 'INVALID', argument: 'input.tool' });
  });
  test('by a rule of ours, of a text and of a list', async () => {
    const cursor = isShort(await server.ask('query ($c: String) { processes(after: $c) { totalCount } }', { c: long }));
    expect(cursor).toMatchObject({ code: 'INVALID', argument: 'after', value: `${'x'.repeat(200)}…` });
    const text = isShort(
      await server.ask(
        'mutation ($n: String!) { reportRun(input: { run: { databaseId: 1 }, parameters: [{ name: "x", value: $n }], fencingToken: 7 }) { changed } }',
        { n: long },
      ),
    );
    expect(text.code).toBe('CONFLICT');
  });
  test('in the item of a batch', async () => {
    const query = 'mutation ($input: ReportRunsInput!) { reportRuns(input: $input) { results { error { code message argument value } } } }';
    const { reportRuns } = await api.run(query, {
      input: { reports: [{ run: { databaseId: 1 }, errors: [{ type: 'y'.repeat(1_999) }] }] },
    });
    const { message, value } = reportRuns.results[0].error;
    expect(value).toBe(`${'y'.repeat(200)}…`);
    expect(message.length).toBeLessThan(2_100);
  });
});

describe('what GraphQL refuses names its argument', () => {
  test.each<[string, string, object | undefined, string]>([
    [
      'a wrong enum in a list',
      'query ($k: [DependencyKind!]!) { executionOrder(kinds: $k) { __typename } }',
      { k: ['HARD', 'X'] },
      'kinds.1',
    ],
    ['a wrong literal', '{ processes(first: "x") { totalCount } }', undefined, 'first'],
    ['a missing argument', '{ objectDay(date: "2026-01-01") { complete } }', undefined, 'object'],
    ['an unknown argument', '{ processes(limit: 1) { totalCount } }', undefined, 'limit'],
    ['a missing variable', 'query ($n: String!) { process(name: $n) { name } }', undefined, 'name'],
    [
      'an unknown field of an input',
      'mutation { registerProcess(input: { name: "p", colour: 1 }) { created } }',
      undefined,
      'input.colour',
    ],
  ])('%s', async (_, query, variables, argument) =>
    expect(refusal(await server.ask(query, variables as Record<string, unknown>))).toMatchObject({ code: 'INVALID', argument }),
  );
});

test.each(['/%', '/%E9', '/graphql%', '/health/%zz'])(
  'an address that cannot be decoded, %s, is refused as GraphQL errors are',
  async (path) => {
    const response = await fetch(`${server.url}${path}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      errors: [{ message: expect.stringContaining('%'), extensions: { code: 'INVALID', reason: 'FST_ERR_BAD_URL' } }],
    });
  },
);

import { createClient, type Client } from 'graphql-ws';
import { WebSocket, type ClientOptions } from 'ws';
import { createKey, clearKeys } from '../../src/actor/api-keys.js';
import type { Config } from '../../src/platform/config.js';
import type { StoreState } from '../../src/app/store/migrate.js';
import { openApi, type Api } from '../support/api.js';
import { startHttp, type Answer, type HttpServer } from '../support/http.js';
import { sleep, smallSchema } from '../support/small-schema.js';

let api: Api;
let opened: HttpServer[] = [];
let clients: Client[] = [];
beforeAll(async () => {
  api = await openApi('socket_operations');
  await api.sql(`
    insert into process (process_name, process_type_id) select 'process ' || i, (select min(process_type_id) from process_type_lkup) from generate_series(1, 60) i;
    insert into source_lkup (source_name, source_type_id) values ('source', (select min(source_type_id) from source_type_lkup));
    insert into source_object_lkup (source_id, source_object_name) select source_id, 'object é ' || i from generate_series(1, 2000) i, source_lkup;
    insert into process_target_object (process_id, target_object_id)
      select (select min(process_id) from process), source_object_id from source_object_lkup`);
});
afterEach(async () => {
  for (const client of clients) await client.dispose();
  await Promise.all(opened.map((server) => server.close()));
  [clients, opened] = [[], []];
  await clearKeys(api.db);
});
afterAll(() => api.close());

async function serve(options: { config?: Partial<Config>; state?: StoreState; schema?: Api['schema'] } = {}): Promise<HttpServer> {
  const server = await startHttp({ db: api.db, schema: api.schema, ...options });
  opened.push(server);
  return server;
}

const address = ({ url }: HttpServer) => `${url.replace('http', 'ws')}/graphql`;

type Body = Partial<Pick<Answer['body'], 'data' | 'errors' | 'extensions'>>;

function socket(server: HttpServer, connectionParams: Record<string, unknown> = {}, options: ClientOptions = {}) {
  class Dialled extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, options);
    }
  }
  const client = createClient({
    url: address(server),
    webSocketImpl: Dialled,
    retryAttempts: 0,
    connectionParams,
    lazy: false,
    onNonLazyError: () => undefined,
  });
  clients.push(client);
  return {
    client,
    /** The answer to a query or mutation, as the body of one by HTTP; or how the connection was closed. */
    ask: (query: string, variables: Record<string, unknown> = {}, operationName?: string) =>
      new Promise<Body & { code?: number; reason?: string }>((resolve) => {
        let answer: Body = {};
        client.subscribe(
          { query, variables, operationName },
          {
            next: (result) => (answer = result as Body),
            error: (error) => resolve((Array.isArray(error) ? { errors: error } : error) as Body),
            complete: () => resolve(answer),
          },
        );
      }),
  };
}

const withoutIds = ({ errors, data, extensions }: Body) =>
  JSON.parse(JSON.stringify({ errors, data, extensions }).replaceAll(/[0-9a-f-]{36}(:[0-9a-f-]{36})?/g, 'ID')) as Body;

const nested =
  'query Nested($first: Int = 20) { processes(first: $first) { totalCount nodes { name type { name } targetObjects(first: 2) { nodes { name source { name } } } } } }';

test('queries and mutations are answered as by HTTP: data, cost, statements, compiled or not, and the line in the log', async () => {
  const server = await serve();
  const { ask } = socket(server, { actor: 'Zoë' });
  const byHttp = await server.ask(nested);
  const sent = await api.recorded(() => server.ask(nested, { first: 10 }));
  for (let time = 0; time < 3; time++) expect(await ask(nested)).toEqual(byHttp.body);
  expect(await api.recorded(() => ask(nested, { first: 10 }))).toEqual(sent);
  const register = 'mutation Mine { registerProcess(input: { name: "by socket" }) { process { name createdBy { name } } } }';
  expect(await ask(`${register} query Other { __typename }`, {}, 'Mine')).toMatchObject({
    data: { registerProcess: { process: { name: 'by socket', createdBy: { name: 'Zoë' } } } },
  });
  const lines = server.log.filter(({ msg, method }) => msg === 'request' && method === 'WebSocket');
  expect(lines.map(({ actor, operation, name, status }) => [actor, operation, name, status])).toEqual([
    ...Array.from({ length: 4 }, () => ['Zoë', 'query', 'Nested', 200]),
    ['Zoë', 'mutation', 'Mine', 200],
  ]);
  expect(lines[0]).toMatchObject({
    path: '/graphql',
    client: '127.0.0.1',
    cost: (byHttp.body.extensions!.cost as { spent: number }).spent,
  });
  expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(5);
});

test('each operation reads anew: what the one before it loaded is not remembered', async () => {
  const { ask } = socket(await serve());
  const query = '{ process(name: "process 1") { type { name } } }';
  const name = async () => ((await ask(query)).data as any).process.type.name as string;
  const before = await name();
  await api.sql(`update process_type_lkup set process_type_name = 'renamed' where process_type_name = $1`, [before]);
  expect([before === 'renamed', await name()]).toEqual([false, 'renamed']);
  await api.sql(`update process_type_lkup set process_type_name = $1 where process_type_name = 'renamed'`, [before]);
});

test.each([
  ['too costly', '{ processes(first: 500) { nodes { targetObjects(first: 500) { nodes { attributes(first: 500) { totalCount } } } } } }'],
  [
    'too deep',
    `{ processes { nodes { ${'targetObjects { nodes { source { objects { nodes { '.repeat(3)} name ${'} } } } }'.repeat(3)} } } }`,
  ],
  ['no field', '{ processes { nonsense } }'],
  ['no GraphQL', '{ processes {'],
  ['no such operation', 'query A { __typename } query B { __typename }'],
  ['a subscription in the wrong place', 'query A { __typename } subscription B { changes { cursor } }'],
  ['a wrong variable', 'query ($first: Int!) { processes(first: $first) { totalCount } }'],
  ['a record that is not there', '{ process(name: "nobody") { name } whyBlocked(process: { name: "nobody" }) { reasons } }'],
  ['an argument that is refused', 'mutation { registerProcess(input: { name: "" }) { process { name } } }'],
])('errors are those of HTTP: %s', async (_, query) => {
  const server = await serve();
  const { ask } = socket(server);
  const byHttp = withoutIds((await server.ask(query)).body);
  expect(byHttp.errors?.length).toBeGreaterThan(0);
  // What was refused before it ran has no place for extensions in the protocol.
  expect(withoutIds(await ask(query))).toEqual(byHttp.data === undefined ? { errors: byHttp.errors } : byHttp);
});

test('a fault of ours is named with the request under which the log has it', async () => {
  const server = await serve({ schema: smallSchema });
  const { errors } = await socket(server).ask('{ secret }');
  expect(errors![0]).toMatchObject({ extensions: { code: 'INTERNAL', requestId: expect.stringMatching(/^\S+:\S+$/) } });
  expect(errors![0]!.message).not.toContain('password');
  expect(server.log.find(({ msg }) => msg === 'unexpected error')!.requestId).toBe(errors![0]!.extensions.requestId);
});

test('a key that may read may not write, and a read-only store takes no mutation', async () => {
  const mutation = 'mutation { registerProcess(input: { name: "x" }) { process { name } } }';
  const state: StoreState = { kind: 'read-only', reason: '2 rows break a rule.', violations: [] };
  const readOnly = await serve({ state });
  expect((await socket(readOnly).ask(mutation)).errors![0]).toMatchObject({ extensions: { code: 'CONFLICT', reason: state.reason } });
  const { key } = await createKey(api.db, { actor: 'reader', role: 'read' });
  const { ask } = socket(await serve(), { AUTHORIZATION: `bearer ${key}` });
  expect((await ask(mutation)).errors![0]).toMatchObject({ extensions: { code: 'FORBIDDEN', value: 'read' } });
  expect((await ask('{ processes { totalCount } }')).data).toBeTruthy();
});

test('the key of connectionParams is found in any case, before a header; a refusal says why, in at most 123 bytes', async () => {
  const { key } = await createKey(api.db, { actor: 'reader', role: 'read' });
  const server = await serve();
  for (const name of ['authorization', 'Authorization', 'AUTHORIZATION'])
    expect((await socket(server, { [name]: `Bearer ${key}` }).ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
  const headers = { authorization: 'Bearer wb_wrong' };
  expect((await socket(server, { Authorization: `Bearer ${key}` }, { headers }).ask('{ __typename }')).data).toBeTruthy();
  const cases: [Record<string, unknown>, ClientOptions, number, RegExp][] = [
    [{}, {}, 4401, /^This server asks for an API key/],
    [{ Authorization: 'Bearer wb_wrong' }, {}, 4401, /^This API key is wrong or was revoked\.$/],
    [{ Authorization: key }, {}, 4401, /^The header Authorization must be "Bearer KEY"/],
    [{ Authorization: null }, {}, 4401, /^This server asks for an API key/],
    [{}, { origin: `https://${'long-'.repeat(50)}.example` }, 4403, /^A page of https:\/\/long-.*…$/],
  ];
  for (const [params, options, code, reason] of cases) {
    const closed = await socket(server, params, options).ask('{ __typename }');
    expect([closed.code, closed.reason]).toEqual([code, expect.stringMatching(reason)]);
    expect(Buffer.byteLength(closed.reason!)).toBeLessThanOrEqual(123);
  }
});

test('a large answer comes in pieces of one message, and others come before and after it', async () => {
  const server = await serve();
  const { ask } = socket(server);
  const [{ process_id: processId }] = (await api.sql('select min(process_id) as process_id from process')) as [{ process_id: number }];
  const root = Buffer.from(`Process:${processId}`).toString('base64url');
  const query = `{ lineage(roots: ["${root}"], direction: BOTH, maxNodes: 60000) { nodes { distance subject { ... on SourceObject { name } } } } }`;
  const { body } = await server.ask(query);
  expect((body.data as any).lineage.nodes).toHaveLength(2_001);
  const small = '{ processes { totalCount } }';
  const answers = await Promise.all([ask(small), ask(query), ask(small), ask(query), ask(small)]);
  expect(answers[1]).toEqual(body);
  expect(answers[3]).toEqual(body);
  expect(answers.filter(({ data }) => data!.processes)).toHaveLength(3);
});

test('a connection has a limit of what runs at once, which is named, and room again afterwards', async () => {
  const { ask } = socket(await serve({ schema: smallSchema, config: { maxSubscriptions: 2 } }));
  const running = [ask('{ slow(ms: 300) }'), ask('{ slow(ms: 300) }')];
  expect((await ask('{ hello }')).errors![0]).toMatchObject({
    message: 'A connection may have 2 queries and mutations running; wait for one of them.',
    extensions: { code: 'CONFLICT', limit: 'maxSubscriptions', value: 3, allowed: { max: 2 } },
  });
  await Promise.all(running);
  expect((await ask('{ hello }')).data).toEqual({ hello: 'hello world' });
});

test('what a client no longer waits for is not sent to it', async () => {
  const { client, ask } = socket(await serve({ schema: smallSchema }));
  await ask('{ hello }');
  const told: unknown[] = [];
  client.on('message', (message) => void told.push(message.type));
  const leave = client.subscribe(
    { query: '{ slow(ms: 200) }' },
    { next: () => undefined, error: () => undefined, complete: () => undefined },
  );
  await sleep(50);
  leave();
  await sleep(400);
  expect(told).toEqual([]);
});

test('a server that stops answers what runs, takes nothing more on that connection, and then closes it', async () => {
  const server = await serve({ schema: smallSchema });
  const { client, ask } = socket(server);
  await ask('{ hello }');
  const closed = new Promise((resolve) => client.on('closed', (event) => resolve((event as { code: number }).code)));
  const running = ask('{ slow(ms: 500) }');
  await sleep(100);
  const stopped = server.close();
  opened = [];
  await sleep(50);
  expect((await ask('{ hello }')).errors![0]).toMatchObject({ extensions: { code: 'UNAVAILABLE' } });
  expect((await running).data).toEqual({ slow: 'done' });
  expect(await closed).toBe(1012);
  await stopped;
});

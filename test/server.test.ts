import { connect as dial } from 'node:net';
import { getIntrospectionQuery, parse } from 'graphql';
import pg from 'pg';
import { CompiledQueries } from '../src/app/apollo-jit.js';
import { ListenError } from '../src/app/server.js';
import { Database } from '../src/platform/database.js';
import { conflict, invalid, notFound } from '../src/platform/errors.js';
import { createDatabase, execute, type TestDatabase } from './support/cluster.js';
import { connect, schemaOf, startHttp, type Answer, type HttpServer } from './support/http.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const schema = schemaOf(
  `enum Level { LOW HIGH }
   input Wish { level: Level name: String! }
   interface Thing { id: Int }
   type Good implements Thing { id: Int }
   type PageInfo { hasNextPage: Boolean }
   type ItemConnection { nodes: [Item!]! edges: [ItemEdge!]! pageInfo: PageInfo! totalCount: Int! }
   type ItemEdge { node: Item! cursor: String! }
   type Item { id: Int! name: String items(first: Int, last: Int): ItemConnection! tags: [Tag!]! parent: Item }
   type Tag { name: String }
   type Query {
     hello(name: String = "world", level: Level, wish: Wish): String
     need(name: String!): String
     item: Item
     items(first: Int, last: Int): ItemConnection!
     secret: String
     secretItem: Item!
     refused: String
     missing: String
     thing: Thing
     things: [Thing]
     slow(ms: Int!): String
     sql(text: String!): String
   }
   type Mutation { write(wish: Wish): String conflict: String }`,
  {
    Query: {
      hello: (_, { name, level }) => `hello ${name}${level ? ` ${level}` : ''}`,
      need: (_, { name }) => name,
      item: () => ({ id: 1, name: 'one' }),
      items: () => ({ totalCount: 0, nodes: [{ id: 1, name: 'one' }], edges: [], pageInfo: {} }),
      secret: () => {
        throw new Error('select password from users: relation does not exist');
      },
      secretItem: async () => {
        throw new Error('select password from users: relation does not exist');
      },
      refused: () => {
        throw invalid('name is too long.', { argument: 'input.name', value: 'xxx', allowed: { max: 2 } });
      },
      missing: async () => {
        throw notFound('There is no process "x".');
      },
      thing: async () => ({ id: 1 }),
      things: async () => [{ id: 1 }, { id: 2 }],
      slow: async (_, { ms }) => {
        await sleep(ms);
        return 'done';
      },
      sql: async (_, { text }, ctx) => JSON.stringify(await ctx.db.query(text)),
    },
    Mutation: {
      write: (_, __, ctx) => `written by ${ctx.actor}`,
      conflict: () => {
        throw conflict('It runs already.', { since: 'today' });
      },
    },
  },
);

let database: TestDatabase;
let db: Database;
let server: HttpServer;
beforeAll(async () => {
  database = await createDatabase('server');
  db = connect(database.url);
  server = await startHttp({ db, schema });
});
afterAll(async () => {
  await server.close();
  await db.pool.end();
  await database.drop();
});

const first = (answer: Answer) => answer.body.errors![0]!;
const graphqlJson = { accept: 'application/graphql-response+json' };

describe('pages and health', () => {
  test('/ explains itself and loads nothing from elsewhere', async () => {
    const response = await fetch(server.url);
    const html = await response.text();
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).toContain('/graphql');
    expect(html).not.toMatch(/https?:\/\//);
  });

  test('/health/live and /health/ready', async () => {
    expect(await (await fetch(`${server.url}/health/live`)).json()).toEqual({ status: 'live' });
    const ready = await fetch(`${server.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', database: 'up', store: 'ready' }]);
  });

  test('other paths and methods are told where to go', async () => {
    const lost = await fetch(`${server.url}/graphiql`);
    expect([lost.status, await lost.json()]).toEqual([404, { errors: [expect.objectContaining({ message: expect.stringContaining('/graphql') })] }]);
    const put = await fetch(`${server.url}/graphql`, { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  test('a GET answers, but not to a page of another site, and never writes', async () => {
    const url = `${server.url}/graphql?query=${encodeURIComponent('{ hello }')}`;
    expect(await (await fetch(url)).json()).toMatchObject({ data: { hello: 'hello world' } });
    expect((await fetch(url, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(400);
    const write = await fetch(`${server.url}/graphql?query=${encodeURIComponent('mutation { write }')}`);
    expect([write.status, write.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('request bodies', () => {
  test('what is no JSON is answered with 400 and a sentence', async () => {
    const answer = await server.post('{"query": ');
    expect(answer.status).toBe(400);
    expect(first(answer)).toMatchObject({ message: expect.stringMatching(/^The request body is not valid JSON: /), extensions: { code: 'INVALID' } });
  });

  test('a body of 5 MB is refused, and the limit is named', async () => {
    const answer = await server.post({ query: '{ hello }', variables: { x: 'x'.repeat(5_000_000) } });
    expect(answer.status).toBe(413);
    expect(first(answer)).toEqual({
      message: 'The request body is larger than the limit of 4 MiB (4194304 bytes).',
      extensions: { code: 'INVALID', reason: 'FST_ERR_CTP_BODY_TOO_LARGE', limit: 'maxBody', allowed: { max: 4_194_304 } },
    });
  });

  test('a body of just under 4 MiB is read', async () => {
    expect((await server.post({ query: '{ hello }', variables: { x: 'x'.repeat(4_194_304 - 50) } })).body.data).toEqual({ hello: 'hello world' });
  });

  test('another content type, and a batch, are refused', async () => {
    const form = await server.post('query=1', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([form.status, first(form).message]).toEqual([415, 'The request body must be JSON, with the header Content-Type: application/json.']);
    const batch = await server.post([{ query: '{ hello }' }, { query: '{ hello }' }]);
    expect([batch.status, first(batch).extensions.code]).toEqual([400, 'INVALID']);
  });
});

describe('L22 limits: each refusal names the limit and the value, nothing runs', () => {
  const nest = (levels: number, field: string, leaf = 'id') => `${`${field} { nodes { `.repeat(levels)}${leaf}${' } }'.repeat(levels)}`;
  const refused = async (query: string) => {
    const answer = await server.ask(query);
    expect(answer.body.data).toBeUndefined();
    expect(answer.body.errors).toHaveLength(1);
    expect(first(answer).extensions.code).toBe('INVALID');
    return first(answer);
  };

  test('L22 depth: a query of 40 levels', async () => {
    const { message, extensions } = await refused(`{ item ${'{ parent '.repeat(38)} { id }${' }'.repeat(38)} }`);
    expect(message).toBe('The query nests 40 levels deep; the limit is 15.');
    expect(extensions).toMatchObject({ limit: 'maxDepth', value: 40, allowed: { max: 15 } });
  });

  test('L22 depth is counted through fragments', async () => {
    const fragments = Array.from({ length: 20 }, (_, i) => `fragment F${i} on Item { parent { ${i === 19 ? 'id' : `...F${i + 1}`} } }`);
    expect((await refused(`{ item { ...F0 } } ${fragments.join(' ')}`)).extensions).toMatchObject({ limit: 'maxDepth', value: 22 });
  });

  test('L22 aliases: 10,000 of them', async () => {
    const start = Date.now();
    const { extensions } = (await server.ask(`{ ${Array.from({ length: 10_000 }, (_, i) => `a${i}: hello`).join(' ')} }`)).body.errors![0]!;
    expect(extensions).toMatchObject({ code: 'INVALID', limit: 'maxAliases', value: 10_000, allowed: { max: 500 } });
    expect(Date.now() - start).toBeLessThan(2_000);
  });

  test('L22 breadth: fields, with fragments that multiply each other', async () => {
    const fragments = Array.from({ length: 30 }, (_, i) => `fragment F${i} on Query { ${i === 29 ? 'hello' : `...F${i + 1} ...F${i + 1}`} }`);
    expect(await refused(`{ ...F0 } ${fragments.join(' ')}`)).toMatchObject({ extensions: { limit: 'maxSelections', value: 2 ** 29, allowed: { max: 5_000 } } });
  });

  test('L22 tokens, and nesting that no parser can follow', async () => {
    expect((await refused(`{ ${'hello '.repeat(60_000)} }`)).extensions).toMatchObject({ limit: 'maxTokens', value: 60_002, allowed: { max: 50_000 } });
    expect((await refused(`${'{item'.repeat(20_000)}`)).extensions.code).toBe('INVALID');
  });

  test('L22 cost: `first: 500` in `first: 500` in `first: 500` is refused before it runs, and the cost is said', async () => {
    const { message, extensions } = await refused(`{ ${nest(3, 'items(first: 500)')} }`);
    expect(extensions).toMatchObject({ limit: 'maxCost', value: 125_500_501 - 249_000, allowed: { max: 500_000 } });
    expect(message).toContain('500000');
  });

  test('L22 a 10-level nest of `first: 500` is refused before any SQL', async () => {
    let statements = 0;
    const counting = connect(database.url);
    const query = counting.pool.query.bind(counting.pool);
    counting.pool.query = ((...args: Parameters<typeof query>) => {
      statements++;
      return query(...args);
    }) as typeof query;
    const own = await startHttp({ db: counting, schema });
    await own.ask('{ hello }');
    statements = 0;
    expect(first(await own.ask(`{ ${nest(10, 'items(first: 500)')} }`)).extensions.limit).toBe('maxDepth');
    expect(statements).toBe(0);
    await own.close();
    await counting.pool.end();
  });

  test.each([
    ['{ hello }', 0],
    ['{ item { id parent { id } } }', 2],
    ['{ items { nodes { id } } }', 51],
    ['{ items(first: 10) { edges { node { id } } pageInfo { hasNextPage } } }', 11],
    ['{ items(last: 7) { nodes { id } totalCount } }', 8],
    ['{ items(first: 10) { nodes { items(first: 10) { nodes { id } } } } }', 121],
    ['{ items(first: 2) { nodes { tags { name } } } }', 23],
    ['{ items(first: 1000) { totalCount } }', 1],
    ['query ($n: Int = 3) { items(first: $n) { nodes { id } } }', 4],
    ['{ items @skip(if: true) { nodes { id } } hello }', 0],
    ['{ __schema { types { fields { args { name } } } } }', 0],
  ])('cost of %s is %i', async (query, spent) => {
    expect((await server.ask(query)).body.extensions).toEqual({ cost: { spent, limit: 500_000 } });
  });

  test('L22 introspection passes, as GraphQL.js, Apollo and GraphiQL ask for it', async () => {
    for (const query of [
      getIntrospectionQuery(),
      getIntrospectionQuery({ descriptions: true, directiveIsRepeatable: true, schemaDescription: true, specifiedByUrl: true, inputValueDeprecation: true, oneOf: true }),
    ]) {
      const { body } = await server.ask(query, {});
      expect(body.errors).toBeUndefined();
      expect(body.data).toMatchObject({ __schema: { queryType: { name: 'Query' } } });
    }
  });
});

describe('request ids and the log', () => {
  const lines = (id: string) => server.log.filter((line) => line.requestId === id);

  test('an id that is given is taken over and logged with the facts of the request', async () => {
    const answer = await server.ask('query Mine { hello }', {}, { 'x-request-id': 'trace-1', 'waybill-actor': 'nightly' });
    expect(answer.headers.get('x-request-id')).toBe('trace-1');
    await sleep(20);
    expect(lines('trace-1')).toEqual([
      expect.objectContaining({ msg: 'request', level: 'info', method: 'POST', path: '/graphql', status: 200, actor: 'nightly', operation: 'query', name: 'Mine', cost: 0 }),
    ]);
  });

  test('an id that could harm a log is replaced, and one is made where none is given', async () => {
    for (const headers of [{ 'x-request-id': 'a b"c' }, { 'x-request-id': 'x'.repeat(200) }, {}])
      expect((await server.ask('{ hello }', {}, headers)).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('neither queries, variables nor keys are logged', async () => {
    await server.ask('query ($n: String) { hello(name: $n) }', { n: 'my-variable' }, { authorization: 'Bearer my-key' });
    await fetch(`${server.url}/graphql?query=${encodeURIComponent('{ hello(name: "my-literal") }')}`);
    await sleep(20);
    expect(JSON.stringify(server.log)).not.toMatch(/my-variable|my-key|my-literal/);
  });
});

describe.each([
  ['compiled', true],
  ['interpreted', false],
])('errors of queries, %s', (_, jit) => {
  let own: HttpServer;
  beforeAll(async () => void (own = await startHttp({ db, schema, config: { jit } })));
  afterAll(() => own.close());
  /** The second time a query is compiled; both times must answer alike. */
  const ask = async (query: string, variables?: Record<string, unknown>, headers?: Record<string, string>) => {
    const [once, twice] = [await own.ask(query, variables, headers), await own.ask(query, variables, headers)];
    const plain = (answer: Answer) => JSON.parse(JSON.stringify([answer.status, answer.body]).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')) as unknown;
    expect(plain(twice)).toEqual(plain(once));
    return twice;
  };

  test('an error of ours shows its message, code and facts', async () => {
    const answer = await ask('{ hello refused }');
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({ hello: 'hello world', refused: null });
    expect(answer.body.errors).toEqual([
      { message: 'name is too long.', path: ['refused'], locations: [{ line: 1, column: 9 }], extensions: { argument: 'input.name', value: 'xxx', allowed: { max: 2 }, code: 'INVALID' } },
    ]);
    expect(first(await ask('{ missing }'))).toMatchObject({ message: 'There is no process "x".', extensions: { code: 'NOT_FOUND' } });
  });

  test('anything else is masked, with the request id under which the log has it', async () => {
    for (const [query, path] of [['{ secret }', 'secret'], ['{ secretItem { id } }', 'secretItem']] as const) {
      const answer = await ask(query, {}, { 'x-request-id': `masked-${path}` });
      expect(answer.body.errors).toEqual([
        {
          message: `Something went wrong on our side. The server's log has the details under request masked-${path}.`,
          path: [path],
          locations: [{ line: 1, column: 3 }],
          extensions: { code: 'INTERNAL', requestId: `masked-${path}` },
        },
      ]);
      const logged = own.log.find((line) => line.requestId === `masked-${path}` && line.level === 'error');
      expect(logged).toMatchObject({ err: { message: expect.stringContaining('select password'), stack: expect.stringContaining('server.test') } });
    }
  });

  test('SQL and the words of the driver stay inside', async () => {
    expect(JSON.stringify((await ask('{ sql(text: "select * from nowhere") }')).body.errors)).not.toMatch(/relation|nowhere|select|42P01/);
  });

  test('an interface without its type is an error, not a hanging request', async () => {
    for (const query of ['{ thing { id } }', '{ things { id } }']) expect(first(await ask(query)).extensions.code).toBe('INTERNAL');
  });

  test('what PostgreSQL says about a value or about time is told in our words', async () => {
    expect(first(await ask('{ sql(text: "select 1 / 0 from pg_sleep(0)") }')).extensions.code).toBe('INTERNAL');
    expect(first(await ask('{ sql(text: "select 99999999999::int") }')).extensions.code).toBe('INVALID');
    const slow = await ask(`{ sql(text: "select set_config('statement_timeout', '50', false), pg_sleep(0)") hello }`);
    expect(slow.body.errors).toBeUndefined();
    expect(first(await ask('{ sql(text: "select pg_sleep(1)") }')).extensions.code).toMatch(/TIMEOUT|undefined/);
  });

  test('GraphQL keeps its words for a wrong query; the code is INVALID, its own in `reason`', async () => {
    expect(first(await ask('{ hello'))).toMatchObject({ message: expect.stringContaining('Syntax Error'), extensions: { code: 'INVALID', reason: 'GRAPHQL_PARSE_FAILED' } });
    expect(first(await ask('{ helo }'))).toMatchObject({
      message: 'Cannot query field "helo" on type "Query". Did you mean "hello"?',
      extensions: { code: 'INVALID', reason: 'GRAPHQL_VALIDATION_FAILED' },
    });
    expect(first(await ask('{ need }')).message).toBe('Field "need" argument "name" of type "String!" is required, but it was not provided.');
    expect(first(await ask('query ($n: String!) { need(name: $n) }'))).toMatchObject({
      message: 'Variable "$n" of required type "String!" was not provided.',
      extensions: { code: 'INVALID', reason: 'BAD_USER_INPUT' },
    });
    expect(first(await own.post({ query: 'query A { hello } query B { hello }' })).extensions).toEqual({ code: 'INVALID', reason: 'OPERATION_RESOLUTION_FAILURE' });
  });

  test('a wrong enum value names the argument, the value and what is allowed', async () => {
    const allowed = ['LOW', 'HIGH'];
    expect(first(await ask('{ hello(level: LOUD) }'))).toMatchObject({ message: 'Value "LOUD" does not exist in "Level" enum.', extensions: { argument: 'level', value: 'LOUD', allowed } });
    expect(first(await ask('{ hello(wish: { name: "x", level: LOUD }) }')).extensions).toMatchObject({ argument: 'wish.level', value: 'LOUD', allowed });
    expect(first(await ask('{ hello(level: "LOW") }')).extensions).toMatchObject({ argument: 'level', allowed });
    expect(first(await ask('query ($l: Level) { hello(level: $l) }', { l: 'LOUD' }))).toMatchObject({
      message: 'Variable "$l" got invalid value "LOUD"; Value "LOUD" does not exist in "Level" enum.',
      extensions: { argument: 'l', value: 'LOUD', allowed },
    });
    expect(first(await ask('query ($w: Wish) { hello(wish: $w) }', { w: { name: 'x', level: 'LOUD' } })).extensions).toMatchObject({ argument: 'w.level', value: 'LOUD', allowed });
  });

  test('status codes follow the media type that is accepted', async () => {
    const status = async (query: string, headers = {}) => (await ask(query, {}, headers)).status;
    for (const query of ['{ hello', '{ helo }']) expect([await status(query), await status(query, graphqlJson)]).toEqual([200, 400]);
    expect([await status('{ hello refused }', graphqlJson), await status('{ secret }', graphqlJson)]).toEqual([200, 200]);
  });

  test('answers without an error are alike', async () => {
    const { body } = await ask('query ($yes: Boolean!, $n: String) { a: hello(name: $n) item { ...F id @skip(if: $yes) } b: hello @include(if: $yes) } fragment F on Item { name __typename }', { yes: true, n: 'Ann' });
    expect(body.data).toEqual({ a: 'hello Ann', item: { name: 'one', __typename: 'Item' }, b: 'hello world' });
  });
});

test('compiled queries are kept in a bounded number, from the second time they are asked', () => {
  const queries = new CompiledQueries(schema, 3, 2);
  const get = (hash: string) => queries.get(hash, parse('{ hello }'), undefined);
  expect(get('a')).toBeNull();
  expect(get('a')).toBeInstanceOf(Function);
  for (const hash of ['b', 'c', 'd']) get(hash);
  expect(queries.size).toBe(3);
  expect(get('a')).toBeNull();
});

describe('mutations', () => {
  test('run in the name of the actor that the caller gives', async () => {
    expect((await server.ask('mutation { write }', {}, { 'waybill-actor': 'nightly' })).body.data).toEqual({ write: 'written by nightly' });
    expect(first(await server.ask('mutation { conflict }'))).toMatchObject({ message: 'It runs already.', extensions: { code: 'CONFLICT', since: 'today' } });
  });

  test('a read-only store refuses each of them before anything runs, and says how to end it', async () => {
    const state = { kind: 'read-only' as const, reason: '2 rows break a rule.', violations: [{ rule: 'one_running_run', rows: 2 }] as never };
    const own = await startHttp({ db, schema, state });
    const answer = await own.ask('mutation { write }');
    expect(answer.body.data).toBeUndefined();
    expect(first(answer)).toMatchObject({
      message: 'The store is read-only: 2 rows break a rule. Run `npm run setup` on the server\'s machine.',
      extensions: { code: 'CONFLICT', reason: '2 rows break a rule.', violations: state.violations, command: 'npm run setup' },
    });
    expect((await own.ask('mutation { write }', {}, graphqlJson)).status).toBe(409);
    expect((await own.ask('{ hello }')).body.data).toEqual({ hello: 'hello world' });
    expect(await (await fetch(`${own.url}/health/ready`)).json()).toEqual({ status: 'ready', database: 'up', store: 'read-only', reason: state.reason });
    await own.close();
  });
});

describe('a database that is away', () => {
  test('is UNAVAILABLE with 503, and comes back by itself', async () => {
    const pool = new pg.Pool({ connectionString: database.url, connectionTimeoutMillis: 1_000 });
    pool.on('error', () => undefined);
    const own = await startHttp({ db: new Database(pool), schema });
    expect((await own.ask('{ sql(text: "select 1 as one") }')).body.data).toEqual({ sql: '[{"one":1}]' });

    const { port } = pool.options;
    pool.options.connectionString = 'postgres://postgres@127.0.0.1:1/postgres';
    await execute(database.url, `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`);
    await sleep(2_100); // The answer about keys is older than it may be.
    const answer = await own.ask('{ sql(text: "select 1 as one") }');
    expect([answer.status, first(answer).extensions.code]).toEqual([503, 'UNAVAILABLE']);
    expect(first(answer).message).toBe('The database cannot be reached at present. Try again in a moment.');
    const ready = await fetch(`${own.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable', database: 'down', store: 'ready', reason: 'The database did not answer within 1000 ms.' }]);
    expect((await fetch(`${own.url}/health/live`)).status).toBe(200);

    Object.assign(pool.options, { connectionString: database.url, port });
    expect((await own.ask('{ sql(text: "select 1 as one") }')).body.data).toEqual({ sql: '[{"one":1}]' });
    await own.close();
    await pool.end();
  });

  test('a connection that breaks in the middle of a query is UNAVAILABLE', async () => {
    const pool = connect(database.url);
    pool.pool.on('error', () => undefined);
    const own = await startHttp({ db: pool, schema });
    const answer = await own.ask('{ sql(text: "select pg_terminate_backend(pg_backend_pid())") }');
    expect([answer.status, first(answer).extensions.code]).toEqual([503, 'UNAVAILABLE']);
    await own.close();
    await pool.pool.end();
  });

  test('a server that has no store yet says so, and goes on when it is there', async () => {
    const own = await startHttp({ db: undefined as never, schema });
    own.wait('The database cannot be reached yet.');
    const answer = await own.ask('{ hello }');
    expect([answer.status, first(answer)]).toEqual([503, { message: 'The database cannot be reached yet.', extensions: { code: 'UNAVAILABLE' } }]);
    expect((await fetch(`${own.url}/health/ready`)).status).toBe(503);
    own.use(db, { kind: 'ready' });
    expect((await own.ask('{ hello }')).status).toBe(200);
    await own.close();
  });
});

test('a port in use is a sentence', async () => {
  const port = Number(new URL(server.url).port);
  await expect(startHttp({ db, config: { port } })).rejects.toThrow(
    new ListenError(`Port ${port} on 127.0.0.1 is in use: another Waybill or another program listens there. Choose another with WAYBILL_PORT or --port.`),
  );
  await expect(startHttp({ db, config: { host: '203.0.113.1' } })).rejects.toThrow('WAYBILL_HOST is "203.0.113.1", which is no address of this machine.');
});

test('closing lets a running request end, and takes no new one', async () => {
  const own = await startHttp({ db, schema });
  const running = own.ask('{ slow(ms: 600) }');
  await sleep(100);
  const closing = own.close();
  await sleep(50);
  await expect(own.ask('{ hello }')).rejects.toThrow();
  expect((await running).body.data).toEqual({ slow: 'done' });
  await closing;
  await new Promise<void>((resolve, reject) => {
    const socket = dial(Number(new URL(own.url).port), '127.0.0.1', () => reject(new Error('still listening')));
    socket.on('error', () => resolve());
  });
});

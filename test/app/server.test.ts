import { connect as dial } from 'node:net';
import { ListenError } from '../../src/app/http/server.js';
import { Database } from '../../src/platform/database.js';
import { createDatabase, execute, type TestDatabase } from '../support/cluster.js';
import { connect, startHttp, type Answer, type HttpServer } from '../support/http.js';
import { sleep, smallSchema as schema } from '../support/small-schema.js';

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
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', database: 'up', store: 'ready', readOnly: false }]);
  });

  test('other paths and methods are told where to go', async () => {
    const lost = await fetch(`${server.url}/graphiql`);
    expect([lost.status, await lost.json()]).toEqual([
      404,
      { errors: [expect.objectContaining({ message: expect.stringContaining('/graphql') })] },
    ]);
    const put = await fetch(`${server.url}/graphql`, { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  test('a GET answers, but not to a page of another site, and never writes', async () => {
    const url = `${server.url}/graphql?query=${encodeURIComponent('{ hello }')}`;
    expect(await (await fetch(url)).json()).toMatchObject({ data: { hello: 'hello world' } });
    expect((await fetch(url, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    const write = await fetch(`${server.url}/graphql?query=${encodeURIComponent('mutation { write }')}`);
    expect([write.status, write.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('request bodies', () => {
  test('what is no JSON is answered with 400 and a sentence', async () => {
    const answer = await server.post('{"query": ');
    expect(answer.status).toBe(400);
    expect(first(answer)).toMatchObject({
      message: expect.stringMatching(/^The request body is not valid JSON: /),
      extensions: { code: 'INVALID' },
    });
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
    expect((await server.post({ query: '{ hello }', variables: { x: 'x'.repeat(4_194_304 - 50) } })).body.data).toEqual({
      hello: 'hello world',
    });
  });

  test('another content type, and a batch, are refused', async () => {
    const form = await server.post('query=1', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([form.status, first(form).message]).toEqual([
      415,
      'The request body must be JSON, with the header Content-Type: application/json.',
    ]);
    const batch = await server.post([{ query: '{ hello }' }, { query: '{ hello }' }]);
    expect([batch.status, first(batch).extensions.code]).toEqual([400, 'INVALID']);
  });
});

describe('request ids and the log', () => {
  const lines = (id: string) => server.log.filter((line) => line.requestId === id);

  test('an id that is given is taken over and logged with the facts of the request', async () => {
    const answer = await server.ask('query Mine { hello }', {}, { 'x-request-id': 'trace-1', 'waybill-actor': 'nightly' });
    expect(answer.headers.get('x-request-id')).toBe('trace-1');
    await sleep(20);
    expect(lines('trace-1')).toEqual([
      expect.objectContaining({
        msg: 'request',
        level: 'info',
        method: 'POST',
        path: '/graphql',
        status: 200,
        actor: 'nightly',
        operation: 'query',
        name: 'Mine',
        cost: 0,
      }),
    ]);
  });

  test('an id that could harm a log is replaced, and one is made where none is given', async () => {
    for (const headers of [{ 'x-request-id': 'a b"c' }, { 'x-request-id': 'x'.repeat(200) }, {}] as Record<string, string>[])
      expect((await server.ask('{ hello }', {}, headers)).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('neither queries, variables nor keys are logged', async () => {
    await server.ask('query ($n: String) { hello(name: $n) }', { n: 'my-variable' }, { authorization: 'Bearer my-key' });
    await fetch(`${server.url}/graphql?query=${encodeURIComponent('{ hello(name: "my-literal") }')}`);
    await sleep(20);
    expect(JSON.stringify(server.log)).not.toMatch(/my-variable|my-key|my-literal/);
  });
});

test('the log has the address of the client, as a trusted proxy says it, and nobody else', async () => {
  for (const [trustedProxies, client] of [
    [undefined, '127.0.0.1'],
    [['10.0.0.0/8'], '127.0.0.1'],
    [['127.0.0.1', '10.0.0.0/8'], '203.0.113.9'],
  ] as const) {
    const own = await startHttp({ db, schema, config: { trustedProxies: trustedProxies && [...trustedProxies] } });
    await own.ask('{ hello }', {}, { 'x-forwarded-for': '198.51.100.1, 203.0.113.9, 10.1.1.1' });
    await sleep(20);
    expect(own.log.find(({ msg }) => msg === 'request')).toMatchObject({ client });
    await own.close();
  }
});

describe('mutations', () => {
  test('run in the name of the actor that the caller gives', async () => {
    expect((await server.ask('mutation { write }', {}, { 'waybill-actor': 'nightly' })).body.data).toEqual({ write: 'written by nightly' });
    expect(first(await server.ask('mutation { conflict }'))).toMatchObject({
      message: 'It runs already.',
      extensions: { code: 'CONFLICT', since: 'today' },
    });
  });

  test('a read-only store refuses each of them before anything runs, and says how to end it', async () => {
    const state = {
      kind: 'read-only' as const,
      reason: '2 rows break a rule.',
      violations: [{ rule: 'one_running_run', rows: 2 }] as never,
    };
    const own = await startHttp({ db, schema, state });
    const answer = await own.ask('mutation { write }');
    expect(answer.body.data).toBeUndefined();
    expect(first(answer)).toMatchObject({
      message: "The store is read-only: 2 rows break a rule. Run `npm run setup` on the server's machine.",
      extensions: { code: 'CONFLICT', reason: '2 rows break a rule.', violations: state.violations, command: 'npm run setup' },
    });
    expect((await own.ask('mutation { write }', {}, graphqlJson)).status).toBe(409);
    expect((await own.ask('{ hello }')).body.data).toEqual({ hello: 'hello world' });
    expect(await (await fetch(`${own.url}/health/ready`)).json()).toEqual({
      status: 'ready',
      database: 'up',
      store: 'read-only',
      readOnly: true,
      reason: state.reason,
    });
    await own.close();
  });
});

describe('a database that is away', () => {
  test('is UNAVAILABLE with 503, and comes back by itself', async () => {
    const { pool } = connect(database.url);
    const own = await startHttp({ db: new Database(pool), schema });
    expect((await own.ask('{ sql(text: "select 1 as one") }')).body.data).toEqual({ sql: '[{"one":1}]' });

    pool.options.connectionString = 'postgres://postgres@127.0.0.1:1/postgres';
    await execute(
      database.url,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await sleep(2_100); // The answer about keys is older than it may be.
    const answer = await own.ask('{ sql(text: "select 1 as one") }');
    expect([answer.status, first(answer).extensions.code]).toEqual([503, 'UNAVAILABLE']);
    expect(first(answer).message).toBe('The database cannot be reached at present. Try again in a moment.');
    const ready = await fetch(`${own.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'unavailable', database: 'down', store: 'ready', readOnly: false, reason: 'The database cannot be reached.' },
    ]);
    expect((await fetch(`${own.url}/health/live`)).status).toBe(200);

    pool.options.connectionString = database.url;
    expect((await own.ask('{ sql(text: "select 1 as one") }')).body.data).toEqual({ sql: '[{"one":1}]' });
    await own.close();
    await pool.end();
  });

  test('a connection that breaks in the middle of a query is UNAVAILABLE', async () => {
    const pool = connect(database.url);
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
    expect([answer.status, first(answer)]).toEqual([
      503,
      { message: 'The database cannot be reached yet.', extensions: { code: 'UNAVAILABLE', retryAfterSeconds: 1 } },
    ]);
    expect((await fetch(`${own.url}/health/ready`)).status).toBe(503);
    own.use(db, { kind: 'ready' });
    expect((await own.ask('{ hello }')).status).toBe(200);
    await own.close();
  });
});

test('a port in use is a sentence', async () => {
  const port = Number(new URL(server.url).port);
  await expect(startHttp({ db, config: { port } })).rejects.toThrow(
    new ListenError(
      `Port ${port} on 127.0.0.1 is in use: another Waybill or another program listens there. Choose another with WAYBILL_PORT or --port.`,
    ),
  );
  await expect(startHttp({ db, config: { host: '203.0.113.1' } })).rejects.toThrow(
    'WAYBILL_HOST is "203.0.113.1", which is no address of this machine.',
  );
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

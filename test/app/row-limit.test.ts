import { createClient as createSseClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { openApi, type Api } from '../support/api.js';
import { connect, startHttp, type HttpServer } from '../support/http.js';
import { untilSettled } from '../support/live.js';
import type { Database } from '../../src/platform/database.js';

let api: Api;
let db: Database;
let server: HttpServer;

/** A server with this limit, and how many rows each of its statements has read. */
async function limited(maxCost: number) {
  const own = connect(api.url);
  const query = own.query.bind(own);
  const read: number[] = [];
  own.query = async <T extends object>(...args: Parameters<typeof query>) => {
    const rows = await query<T>(...args);
    read.push(rows.length);
    return rows;
  };
  const http = await startHttp({ db: own, schema: api.schema, config: { maxCost } });
  const close = async () => {
    await http.close();
    await own.pool.end();
  };
  return { ask: http.ask.bind(http), url: http.url, read, close };
}

beforeAll(async () => {
  api = await openApi('row_limit');
  db = connect(api.url);
  server = await startHttp({ db, schema: api.schema, config: { maxCost: 3000 } });
  // 30 processes that read the same 100 objects, each in a source of its own.
  const sources = Array.from({ length: 100 }, (_, i) => ({ name: `s${i}`, objects: [{ name: 'o', attributes: [{ name: 'a' }] }] }));
  const processes = Array.from({ length: 30 }, (_, i) => ({ name: `p${i}`, sources }));
  await api.run('mutation ($input: RegisterProcessesInput!) { registerProcesses(input: $input) { results { created } } }', {
    input: { processes: [...processes, { name: 'few' }] },
  });
});
afterAll(async () => {
  await server.close();
  await db.pool.end();
  await api.close();
});

const passed = { code: 'INVALID', limit: 'maxCost', allowed: { max: 3000 } };

test('L22 three levels of lists without `first` are estimated low and pass where they hold few rows', async () => {
  const small = await server.ask(
    '{ processes(first: 3) { nodes { sources { nodes { objects { nodes { attributes { nodes { id } } } } } } } } }',
  );
  expect(small.body).toMatchObject({ data: { processes: { nodes: { length: 3 } } }, extensions: { cost: { limit: 3000 } } });
  expect(small.body.errors).toBeUndefined();
});

test('L22 a query whose rows pass the limit answers the limit alone, and reads little more than that', async () => {
  const query = '{ processes { nodes { name sources { nodes { readBy { nodes { id } } } } sourceObjects { nodes { id } } } } }';
  const { ask, read, close } = await limited(3000);
  const { body } = await ask(query).finally(close);
  expect(body).toEqual({
    data: null,
    errors: [{ message: expect.any(String), extensions: expect.objectContaining(passed) }],
    extensions: expect.any(Object),
  });
  for (const rows of read) expect(rows).toBeLessThan(3200);
  // The next request starts with nothing counted.
  expect((await server.ask('{ processes { nodes { name sources { nodes { name } } } } }')).body.errors).toBeUndefined();
});

test('L22 a statement reads no more rows than the limit leaves', async () => {
  const { ask, read, close } = await limited(500);
  const { body } = await ask('{ sources { nodes { readBy { nodes { id } } } } }').finally(close);
  expect(body).toMatchObject({ data: null, errors: [{ extensions: { limit: 'maxCost', allowed: { max: 500 } } }] });
  // 50 sources have 1,500 readers.
  expect(read.length).toBeGreaterThan(1);
  expect(Math.max(...read)).toBeLessThan(600);
});

test('L22 the nodes of traversals count as they arrive', async () => {
  const few = await server.ask('{ processes(first: 20) { nodes { lineage { nodes { subjectId } } } } }');
  expect(few.body.errors).toBeUndefined();
  const more = await server.ask('{ processes(first: 31) { nodes { lineage { nodes { subjectId } } } } }');
  expect(more.body).toMatchObject({ data: null, errors: [{ extensions: passed }] });
});

test('L22 rows below a long list, which is answered in parts, count with all others', async () => {
  const objects = Array.from({ length: 600 }, (_, i) => ({
    name: `o${i}`,
    attributes: Array.from({ length: 5 }, (__, n) => ({ name: `a${n}` })),
  }));
  const { registerProcess } = await api.run(
    'mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { process { id } } }',
    {
      input: { name: 'wide', sources: [{ name: 'wide', objects }] },
    },
  );
  const query = `query ($roots: [ID!]!) { lineage(roots: $roots, maxNodes: 2500) { nodes { subject { ... on SourceObject { attributes { nodes { id } } } } } } }`;
  const { ask, read, close } = await limited(3000);
  const { body } = await ask(query, { roots: [registerProcess.process.id] }).finally(close);
  expect(body).toMatchObject({ data: null, errors: [{ extensions: passed }] });
  // In parts: not all attributes by one statement.
  expect(read.filter((rows) => rows > 500).length).toBeGreaterThan(1);
});

test('L22 a mutation whose answer passes the limit has still changed what it says', async () => {
  const query =
    'mutation { registerProcess(input: { name: "kept" }) { created process { name } } other: registerProcess(input: { name: "p0", sources: [{ name: "s0" }] }) { created process { sources { nodes { readBy { nodes { sources { nodes { readBy { nodes { id } } } } } } } } } } }';
  const { body } = await server.ask(query);
  expect(body.errors?.map(({ extensions }) => extensions.limit).at(0)).toBe(passed.limit);
  expect((await server.ask('{ process(name: "kept") { name } }')).body.data).toEqual({ process: { name: 'kept' } });
});

describe('L22 by WebSocket and as server-sent events', () => {
  const sockets = (url: string) =>
    createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
  const streams = (url: string) => createSseClient({ url: `${url}/graphql/stream`, retryAttempts: 0 });

  test('a query by WebSocket has the same limit', async () => {
    const { url, close } = await limited(500);
    const client = sockets(url);
    const result = await client.iterate({ query: '{ sources { nodes { readBy { nodes { id } } } } }' }).next();
    await client.dispose();
    await close();
    expect(result.value).toMatchObject({ data: null, errors: [{ extensions: { limit: 'maxCost', allowed: { max: 500 } } }] });
  });

  // An event is answered as far as its types let it: with its cursor the subscriber goes on.
  test.each([
    ['a WebSocket', sockets],
    ['server-sent events', streams],
  ])('each event of a subscription by %s counts for itself', async (_, clientOf) => {
    const { url, close } = await limited(500);
    const client = clientOf(url);
    try {
      await untilSettled(api);
      const { changesCursor } = await api.run('{ changesCursor }');
      const query = `subscription { changes(kinds: [PROCESS], after: "${changesCursor}") {
        cursor subject { ... on Process { name sources { nodes { readBy { nodes { id } } } } } } } }`;
      const events = client.iterate({ query });
      for (const name of ['few', 'p0', 'few']) {
        await api.sql(`update process set description = coalesce(description, '') || '!' where process_name = $1`, [name]);
        const { value } = await events.next();
        const extensions = { code: 'INVALID', limit: 'maxCost', allowed: { max: 500 } };
        const passing = { data: { changes: { cursor: expect.any(String), subject: null } }, errors: [{ extensions }] };
        expect([name, value]).toMatchObject([name, name === 'few' ? { data: { changes: { subject: { name } } } } : passing]);
      }
    } finally {
      await client.dispose();
      await close();
    }
  });
});

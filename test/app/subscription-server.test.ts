import { request } from 'node:http';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket, type ClientOptions } from 'ws';
import { clearKeys, createKey, revokeKey } from '../../src/actor/api-keys.js';
import { SubscriptionCount } from '../../src/app/subscriptions/callers.js';
import { feedsOf } from '../../src/live/feed.js';
import type { Config } from '../../src/platform/config.js';
import type { Database } from '../../src/platform/database.js';
import type { DomainError } from '../../src/platform/errors.js';
import { openApi, type Api } from '../support/api.js';
import { connect, startHttp, type HttpServer } from '../support/http.js';
import { changesQuery, untilSettled, type Told } from '../support/live.js';
import { closeAll } from '../support/old-store.js';

let api: Api;
const opened: { server: HttpServer; db: Database }[] = [];
const clients: { dispose(): unknown }[] = [];
beforeAll(async () => {
  api = await openApi('live_server');
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
  for (const { server, db } of opened.splice(0)) {
    await server.close();
    await db.pool.end();
  }
});
afterAll(async () => {
  await api.close();
  await closeAll();
});

async function serve(config: Partial<Config> = {}): Promise<HttpServer> {
  const db = connect(api.url);
  const server = await startHttp({ db, schema: api.schema, config: { pollMs: 50, ...config } });
  opened.push({ server, db });
  return server;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const address = ({ url }: HttpServer) => `${url.replace('http', 'ws')}/graphql`;
let unique = 0;
const newName = () => `process ${++unique}`;
const make = (name: string) => api.sql('insert into process (process_name) values ($1)', [name]);

/** A client as people use it. */
function client(server: HttpServer, connectionParams?: Record<string, unknown>, headers: ClientOptions['headers'] = {}): Client {
  class Dialled extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { headers });
    }
  }
  const made = createClient({
    url: address(server),
    webSocketImpl: Dialled,
    retryAttempts: 0,
    ...(connectionParams ? { connectionParams } : {}),
  });
  clients.push(made);
  return made;
}

type Result = { data?: Record<string, any> | null; errors?: readonly { message: string; extensions?: Record<string, unknown> }[] };
type Asked = AsyncGenerator<Result, unknown>;
const iterate = (from: Client, query = changesQuery()): Asked => from.iterate({ query }) as never;
/** A subscription that misses nothing from now on, however long it takes to begin. */
const fromNow = async (more = ''): Promise<string> => {
  await untilSettled(api);
  return changesQuery(`after: "${((await api.run('{ changesCursor }')) as { changesCursor: string }).changesCursor}"${more}`);
};
const next = async (results: Asked): Promise<Told> => {
  const { value } = (await results.next()) as { value: Result };
  if (!value.data) throw Object.assign(new Error(value.errors![0]!.message), value.errors![0]!.extensions);
  return value.data.changes as Told;
};
/** What a client is told of a subscription that does not come about. */
const refusal = (results: Asked) =>
  results.next().then(
    ({ value }) => (value as Result).errors![0]!,
    (error: unknown) => (Array.isArray(error) ? (error[0] as unknown) : error) as { message: string; code?: number; reason?: string },
  );

/** Waits until subscriptions have begun. */
async function begun(server: HttpServer, count = 1): Promise<void> {
  const { db } = opened.find((each) => each.server === server)!;
  for (let i = 0; i < 200 && feedsOf(db).subscribers < count; i++) await sleep(10);
  await sleep(50);
}

/** The events of a stream of server-sent events, as text. */
async function stream(server: HttpServer, query: string, headers: Record<string, string> = {}) {
  const url = `${server.url}/graphql/stream?query=${encodeURIComponent(query)}`;
  // fetch would open a connection in place of one that it breaks off, and the server would wait for a request on it.
  const response = await fetch(url, { headers: { accept: 'text/event-stream', connection: 'close', ...headers } });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    async until(pattern: RegExp): Promise<string> {
      while (!pattern.test(text)) {
        const { value, done } = await reader.read();
        if (done) return `${text}[end]`;
        text += value;
      }
      return text;
    },
    leave: () => reader.cancel(),
  };
}

test('by WebSocket changes come to all who subscribe, and who comes again goes on after the cursor', async () => {
  const server = await serve();
  const [one, two] = [client(server), client(server)];
  const query = await fromNow();
  const waiting = [next(iterate(one, query)), next(iterate(two, query))];
  const name = newName();
  await make(name);
  const [told] = await Promise.all(waiting);
  expect(told!.event).toMatchObject({ subjectKind: 'PROCESS', subjectName: name, field: 'created' });
  expect((await waiting[1])!.cursor).toBe(told!.cursor);
  await one.dispose();
  const [missed, missedToo] = [newName(), newName()];
  await make(missed);
  await make(missedToo);
  const again = iterate(client(server), changesQuery(`after: "${told!.cursor}"`));
  expect([(await next(again)).event.subjectName, (await next(again)).event.subjectName]).toEqual([missed, missedToo]);
});

test('as server-sent events they come to plain HTTP clients and to those of graphql-sse', async () => {
  const server = await serve();
  const query = await fromNow();
  const plain = await stream(server, query);
  expect([plain.response.status, plain.response.headers.get('content-type'), plain.response.headers.get('cache-control')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
    'no-store',
  ]);
  const sse = createSseClient({ url: `${server.url}/graphql/stream`, retryAttempts: 0 });
  clients.push(sse);
  const waiting = next(sse.iterate({ query }) as unknown as Asked);
  const name = newName();
  await make(name);
  const told = await waiting;
  expect(told.event.subjectName).toBe(name);
  const text = await plain.until(/\n\n.*\n\n/s);
  const [, id, data] = /^:\n\nevent: next\nid: (\S+)\ndata: (.*)\n\n$/.exec(text) ?? [];
  expect(id).toBe(told.cursor);
  expect(JSON.parse(data!)).toMatchObject({ data: { changes: { event: { subjectName: name } } } });
  await plain.leave();
  // What a browser's EventSource does by itself when it was cut off: the same address, and the last id.
  const later = newName();
  await make(later);
  const again = await stream(server, query, { 'last-event-id': id! });
  expect(await again.until(/event: next\n.*\n\n/s)).toContain(later);
  expect(await again.until(/\n\n/)).not.toContain(`"${name}"`);
  const wrong = await stream(server, query, { 'last-event-id': 'nonsense' });
  expect(await wrong.until(/complete/)).toContain('after is not a cursor');
});

test('what another server commits comes at once, and what plain SQL commits with the next look', async () => {
  const [here, there] = [await serve({ pollMs: 600_000 }), await serve()];
  const waiting = next(iterate(client(here), await fromNow()));
  await begun(here);
  const name = newName();
  await there.ask(`mutation { registerProcess(input: { name: "${name}" }) { process { id } } }`);
  expect((await waiting).event.subjectName).toBe(name);
  const soon = next(iterate(client(there), await fromNow()));
  const plain = newName();
  await make(plain);
  expect((await soon).event.subjectName).toBe(plain);
});

test('a subscription outlives the connection that listens', async () => {
  const server = await serve({ pollMs: 200 });
  const results = iterate(client(server));
  let waiting = next(results);
  await begun(server);
  await api
    .sql(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
    .catch(() => undefined);
  await sleep(300);
  for (let i = 0; i < 2; i++) {
    const name = newName();
    await make(name);
    expect((await waiting).event.subjectName).toBe(name);
    waiting = next(results);
    // Long enough for it to listen again.
    if (i === 0) await sleep(1_200);
  }
  waiting.catch(() => undefined);
});

test('a client has its own limit of subscriptions, the server one for all, and both are named', async () => {
  const server = await serve({ maxSubscriptions: 2, maxAllSubscriptions: 3 });
  const one = client(server);
  const own = [iterate(one), iterate(one)];
  for (const each of own) each.next().catch(() => undefined);
  await begun(server, 2);
  expect(await refusal(iterate(one))).toMatchObject({
    message: 'A client may have 2 subscriptions at once; end one first.',
    extensions: { code: 'CONFLICT', limit: 'maxSubscriptions', allowed: { max: 2 } },
  });
  const sse = await stream(server, changesQuery());
  await begun(server, 3);
  expect(await refusal(iterate(client(server)))).toMatchObject({ extensions: { code: 'CONFLICT', limit: 'maxAllSubscriptions' } });
  expect(await (await stream(server, changesQuery())).until(/complete/)).toContain('maxAllSubscriptions');
  // One that ends makes room.
  await sse.leave();
  await sleep(100);
  const waiting = next(iterate(client(server), await fromNow()));
  const name = newName();
  await make(name);
  expect((await waiting).event.subjectName).toBe(name);
});

describe('places for subscriptions', () => {
  const limits = { maxSubscriptions: 100, maxCallerSubscriptions: 500, maxAddressSubscriptions: 1_000, maxAllSubscriptions: 2_000 };
  /** Takes as many as there are, each on a connection of its own; answers how many, and what stopped it. */
  const takeAll = (counted: SubscriptionCount, who: (i: number) => { caller: string; address: string }) => {
    for (let i = 0; ; i++)
      try {
        counted.add({ client: Symbol('connection'), ...who(i) });
      } catch (error) {
        return { taken: i, limit: (error as DomainError).details.limit };
      }
  };

  test('one caller, or one address, takes a part of them, on however many connections', () => {
    const counted = new SubscriptionCount(limits);
    expect(takeAll(counted, (i) => ({ caller: 'one', address: `203.0.${i >> 8}.${i & 255}` }))).toEqual({
      taken: 500,
      limit: 'maxCallerSubscriptions',
    });
    expect(takeAll(counted, (i) => ({ caller: `caller ${i}`, address: '203.0.113.9' }))).toEqual({
      taken: 1_000,
      limit: 'maxAddressSubscriptions',
    });
    // An owner of a network of IPv6 has all of its addresses; and one of IPv4 has two forms.
    expect(takeAll(new SubscriptionCount(limits), (i) => ({ caller: `c ${i}`, address: `2001:db8::${i.toString(16)}` })).taken).toBe(1_000);
    expect(takeAll(counted, () => ({ caller: 'two', address: '::ffff:203.0.113.9' })).taken).toBe(0);
  });

  test('the last tenth is for those that have few', () => {
    const counted = new SubscriptionCount(limits);
    const big = (n: number) => takeAll(counted, () => ({ caller: `big ${n}`, address: `198.51.100.${n}` }));
    for (const n of [1, 2, 3]) expect(big(n)).toEqual({ taken: 500, limit: 'maxCallerSubscriptions' });
    expect(big(4)).toEqual({ taken: 300, limit: 'maxAllSubscriptions' });
    expect(takeAll(counted, () => ({ caller: 'new', address: '192.0.2.1' }))).toEqual({ taken: 10, limit: 'maxAllSubscriptions' });
    // Neither another name nor another address helps one who has many.
    expect(takeAll(counted, (i) => ({ caller: `other ${i}`, address: '198.51.100.4' })).taken).toBe(0);
    expect(takeAll(counted, (i) => ({ caller: 'big 4', address: `192.0.2.${i + 2}` })).taken).toBe(0);
    expect(takeAll(counted, (i) => ({ caller: `small ${i}`, address: `2001:db8:${i.toString(16)}::1` })).taken).toBe(190);
    expect(takeAll(counted, () => ({ caller: 'last', address: '192.0.2.99' }))).toEqual({ taken: 0, limit: 'maxAllSubscriptions' });
  });

  test('are counted by caller, by WebSocket and as server-sent events together, and the limit is named', async () => {
    const server = await serve({ maxCallerSubscriptions: 2, maxAddressSubscriptions: 3 });
    const subscribe = (actor: string) => iterate(client(server, { actor }));
    subscribe('one')
      .next()
      .catch(() => undefined);
    const sse = await stream(server, changesQuery(), { 'waybill-actor': 'one' });
    await begun(server, 2);
    expect(await refusal(subscribe('one'))).toMatchObject({
      message: 'The caller one may have 2 subscriptions at once; end one first.',
      extensions: { code: 'CONFLICT', limit: 'maxCallerSubscriptions', allowed: { max: 2 } },
    });
    subscribe('two')
      .next()
      .catch(() => undefined);
    await begun(server, 3);
    expect(await (await stream(server, changesQuery(), { 'waybill-actor': 'three' })).until(/complete/)).toContain(
      'The address 127.0.0.1 may have 3 subscriptions at once; end one first.',
    );
    await sse.leave();
  });
});

test('one connection has a hundred subscriptions, and no more', async () => {
  const server = await serve();
  const one = client(server);
  const query = await fromNow();
  const waiting = Array.from({ length: 100 }, () => next(iterate(one, query)));
  await begun(server, 100);
  expect((await refusal(iterate(one))).message).toMatch(/100 subscriptions/);
  const name = newName();
  await make(name);
  expect(new Set((await Promise.all(waiting)).map((told) => told.event.subjectName))).toEqual(new Set([name]));
});

describe('what is refused', () => {
  test('an argument that is wrong, a document that is wrong or too large, and what is no subscription, by both ways', async () => {
    const server = await serve({ maxDepth: 4 });
    const cases: [string, object][] = [
      [changesQuery('process: { name: "nobody" }'), { code: 'NOT_FOUND', argument: 'process.name' }],
      ['subscription { changes { nonsense } }', { code: 'INVALID', reason: 'GRAPHQL_VALIDATION_FAILED' }],
      ['subscription {', { code: 'INVALID', reason: 'GRAPHQL_PARSE_FAILED' }],
      [
        'subscription { changes { subject { ... on Process { history { nodes { subjectName } } } } } }',
        { code: 'INVALID', limit: 'maxDepth' },
      ],
      ['subscription { changes { subject { ... on Run { process { runs(first: 1000000) { totalCount } } } } } }', { code: 'INVALID' }],
    ];
    const streamed: typeof cases = [
      ['{ processes { totalCount } }', { code: 'INVALID', argument: 'query' }],
      ['mutation { registerProcess(input: { name: "x" }) { process { id } } }', { code: 'INVALID', allowed: 'subscription' }],
    ];
    const one = client(server);
    for (const [query, extensions] of cases) expect([query, await refusal(iterate(one, query))]).toMatchObject([query, { extensions }]);
    for (const [query, extensions] of [...cases, ...streamed]) {
      const text = await (await stream(server, query)).until(/event: complete\ndata: \n\n/);
      expect(JSON.parse(/data: (\{.*)/.exec(text)![1]!)).toMatchObject({ errors: [{ extensions }] });
    }
    // By POST as a query it says where to go.
    const { body } = await server.ask('subscription { changes { cursor } }');
    expect(body.errors![0]!.message).toMatch(/graphql\/stream/);
  });

  test('a message that is too large ends the connection', async () => {
    const server = await serve({ maxBody: 2_000 });
    expect(await refusal(iterate(client(server), `${changesQuery()}${' '.repeat(3_000)}`))).toMatchObject({ code: 1009 });
  });

  test('another path, and another protocol', async () => {
    const server = await serve();
    const answer = (url: string, protocol?: string) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url, protocol);
        socket.on('error', (error) => resolve(error.message)).on('close', (code) => resolve(code));
      });
    expect(await answer(`${server.url.replace('http', 'ws')}/other`, 'graphql-transport-ws')).toMatch(/404/);
    expect(await answer(address(server), 'graphql-ws')).toEqual(expect.stringMatching(/subprotocol/i));
    // A request that only offers HTTP/2 is answered as it is.
    const status = await new Promise((resolve) =>
      request(`${server.url}/health/live`, { headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' } }, (response) =>
        resolve(response.resume().statusCode),
      ).end(),
    );
    expect(status).toBe(200);
  });

  test('a store that keeps no history', async () => {
    const db = connect(api.url);
    const server = await startHttp({
      db,
      schema: api.schema,
      state: { kind: 'read-only', untouched: true, reason: 'ProcessTracker made it.', violations: [] },
    });
    opened.push({ server, db });
    expect(await refusal(iterate(client(server)))).toMatchObject({
      message: expect.stringContaining('npm run setup'),
      extensions: { code: 'CONFLICT', command: 'npm run setup' },
    });
  });
});

describe('who may subscribe', () => {
  afterEach(() => clearKeys(opened[0]?.db ?? api.db).then(() => api.sql('delete from api_key')));

  test('without keys this machine, but no page of another site', async () => {
    const server = await serve();
    const { host } = new URL(server.url);
    const foreign = { origin: 'https://evil.example' };
    expect(await refusal(iterate(client(server, undefined, foreign)))).toMatchObject({
      code: 4403,
      reason: expect.stringContaining('evil.example'),
    });
    const proxied = { 'x-forwarded-for': '203.0.113.9' };
    expect(await refusal(iterate(client(server, undefined, proxied)))).toMatchObject({
      code: 4403,
      reason: expect.stringMatching(/X-Forwarded-For.*npm run key/),
    });
    expect((await stream(server, changesQuery(), proxied)).response.status).toBe(403);
    const refused = await stream(server, changesQuery(), foreign);
    expect([refused.response.status, await refused.until(/}/)]).toEqual([403, expect.stringContaining('FORBIDDEN')]);
    expect((await stream(server, changesQuery(), { 'sec-fetch-site': 'cross-site' })).response.status).toBe(403);
    const own = client(server, { actor: 'Zoë' }, { origin: `http://${host}` });
    const waiting = next(iterate(own, await fromNow()));
    await make(newName());
    await waiting;
    await own.dispose();
    await sleep(100);
    expect(server.log.filter(({ msg }) => msg === 'subscription ended')).toMatchObject([{ actor: 'Zoë', events: 1 }]);
  });

  test('an actor whose name is wrong is told so', async () => {
    expect(await refusal(iterate(client(await serve(), { actor: 'a\tb' })))).toMatchObject({
      code: 4400,
      reason: expect.stringContaining('Waybill-Actor'),
    });
  });

  test('with keys only who has one: in a header, or from a page in the first message; a key that is revoked ends what it began', async () => {
    const server = await serve();
    const { key, name } = await createKey(api.db, { actor: 'operator', role: 'read' });
    await sleep(2_100);
    expect(await refusal(iterate(client(server)))).toMatchObject({ code: 4401 });
    expect(await refusal(iterate(client(server, { authorization: 'Bearer wb_wrong' })))).toMatchObject({ code: 4401 });
    expect((await stream(server, changesQuery())).response.status).toBe(401);

    const query = await fromNow();
    const byHeader = iterate(client(server, undefined, { authorization: `Bearer ${key}` }), query);
    const byMessage = iterate(client(server, { authorization: `Bearer ${key}` }, { origin: 'https://app.example' }), query);
    const waiting = [next(byHeader), next(byMessage)];
    const sse = await stream(server, query, { authorization: `Bearer ${key}` });
    const process = newName();
    await make(process);
    for (const each of waiting) expect((await each).event.subjectName).toBe(process);
    expect(await sse.until(/next/)).toContain(process);

    const ends = [refusal(byHeader), refusal(byMessage)];
    await revokeKey(api.db, name);
    for (const end of ends) expect(await end).toMatchObject({ code: 4401, reason: 'This API key is wrong or was revoked.' });
    expect(await sse.until(/complete/)).toMatch(/\[end\]$/);
  });
});

test('a server that stops ends subscriptions at once with 1012, and nothing is left', async () => {
  const server = await serve();
  const results = iterate(client(server));
  const waiting = refusal(results);
  const sse = await stream(server, changesQuery());
  await begun(server, 2);
  const started = performance.now();
  const { db } = opened.splice(0)[0]!;
  await server.close();
  // Without waiting for the end of what is under way, which may take 10 s.
  expect(performance.now() - started).toBeLessThan(9_000);
  expect(await waiting).toMatchObject({ code: 1012, reason: expect.stringContaining('last cursor') });
  expect(await sse.until(/complete/)).toMatch(/^[^e]*\[end\]$/s);
  expect(server.log.filter(({ msg }) => msg === 'subscription ended')).toHaveLength(2);
  await sleep(100);
  await db.pool.end();
  const left = await api.sql(
    `select pid from pg_stat_activity where datname = current_database() and application_name = 'waybill changes'`,
  );
  expect(left).toEqual([]);
});

test('clients that leave while they subscribe, or at any time, leave nothing behind', async () => {
  const server = await serve();
  const { db } = opened[0]!;
  const url = `${server.url}/graphql/stream?query=${encodeURIComponent(changesQuery())}`;
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const leaving = new AbortController();
      setTimeout(() => leaving.abort(), i * 2);
      await fetch(url, { signal: leaving.signal, headers: { connection: 'close' } })
        .then(
          (response) => response.text(),
          () => undefined,
        )
        .catch(() => undefined);
      const socket = new WebSocket(address(server), 'graphql-transport-ws');
      socket.on('error', () => undefined);
      socket.on('open', () => {
        socket.send(JSON.stringify({ type: 'connection_init' }));
        setTimeout(() => socket.terminate(), i * 2);
      });
      socket.on('message', () => socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: changesQuery() } })));
      await new Promise((resolve) => socket.once('close', resolve));
    }),
  );
  for (let i = 0; i < 100 && feedsOf(db).subscribers; i++) await sleep(20);
  expect(feedsOf(db).subscribers).toBe(0);
  // All places are free again.
  await sleep(100);
  expect(
    await api.sql(`select pid from pg_stat_activity where datname = current_database() and application_name = 'waybill changes'`),
  ).toEqual([]);
});

test('a slow client makes neither the server nor others wait, and misses nothing', async () => {
  const server = await serve();
  const names = Array.from({ length: 3_000 }, () => `${newName()} ${'x'.repeat(500)}`);
  const socket = new WebSocket(address(server), 'graphql-transport-ws');
  const received: string[] = [];
  let begin: () => void;
  const acknowledged = new Promise<void>((resolve) => (begin = resolve));
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as { type: string; payload: { data: { changes: Told } } };
    if (message.type === 'connection_ack') begin();
    if (message.type === 'next') received.push(message.payload.data.changes.event.subjectName);
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await acknowledged;
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: await fromNow() } }));
  await begun(server);
  socket.pause();
  const quick = iterate(client(server), await fromNow());
  const waiting = next(quick);
  for (let i = 0; i < 3; i++)
    await api.sql('insert into process (process_name) select unnest($1::text[])', [names.slice(i * 1000, i * 1000 + 1000)]);
  const seen = [(await waiting).event.subjectName];
  while (seen.length < names.length) seen.push((await next(quick)).event.subjectName);
  expect(seen).toEqual(names);
  expect(received.length).toBeLessThan(names.length);
  socket.resume();
  for (let i = 0; i < 200 && received.length < names.length; i++) await sleep(50);
  expect(received).toEqual(names);
  socket.terminate();
});

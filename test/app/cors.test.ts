import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { refusalToListen } from '../../src/actor/caller.js';
import { createKey, KeyRing } from '../../src/actor/api-keys.js';
import { openApi, type Api } from '../support/api.js';
import { startHttp, type HttpServer } from '../support/http.js';

const listed = 'https://app.example';
const foreign = 'https://evil.example';
const query = '{ processes { totalCount } }';
const mutation = 'mutation { registerProcess(input: { name: "by a page" }) { process { name } } }';
const subscription = 'subscription { changes { cursor } }';

let api: Api;
let server: HttpServer;
let authorization: string;
beforeAll(async () => {
  api = await openApi('cors');
  authorization = `Bearer ${(await createKey(api.db, { actor: 'page', role: 'write' })).key}`;
  server = await startHttp({ db: api.db, schema: api.schema, config: { corsOrigins: [listed, 'http://localhost:5173'] } });
});
afterAll(async () => {
  await server.close();
  await api.close();
});

const preflight = (path: string, origin: string, at = server, method = 'POST') =>
  fetch(`${at.url}${path}`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization,content-type' },
  });

test('a preflight says what a listed page may send, and for how long that holds', async () => {
  for (const path of ['/graphql', '/graphql/stream']) {
    const { status, headers } = await preflight(path, listed);
    expect([status, headers.get('access-control-allow-origin'), headers.get('access-control-allow-methods')]).toEqual([
      204,
      listed,
      'GET, POST',
    ]);
    expect(headers.get('access-control-allow-headers')!.split(', ')).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'idempotency-key', 'last-event-id', 'x-request-id']),
    );
    expect([headers.get('access-control-max-age'), headers.get('vary'), headers.get('access-control-allow-credentials')]).toEqual([
      '86400',
      'Origin',
      null,
    ]);
    expect((await preflight(path, foreign)).headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('a listed page reads answers and refusals, by POST and GET, if it has a key', async () => {
  const answer = await server.ask(mutation, {}, { origin: listed, authorization });
  expect(answer.body).toMatchObject({ data: { registerProcess: { process: { name: 'by a page' } } } });
  expect([answer.headers.get('access-control-allow-origin'), answer.headers.get('access-control-expose-headers')]).toEqual([
    listed,
    'retry-after, x-request-id',
  ]);
  const url = `${server.url}/graphql?query=${encodeURIComponent(query)}`;
  const got = await fetch(url, { headers: { origin: listed, authorization, 'sec-fetch-site': 'cross-site' } });
  expect([got.status, got.headers.get('access-control-allow-origin')]).toEqual([200, listed]);
  for (const headers of [{ origin: listed }, { origin: listed, authorization: 'Bearer wb_wrong' }] as Record<string, string>[]) {
    const refused = await server.ask(query, {}, headers);
    expect([refused.headers.get('access-control-allow-origin'), refused.body.errors![0]!.extensions.code]).toEqual([
      listed,
      'authorization' in headers ? 'UNAUTHENTICATED' : 'FORBIDDEN',
    ]);
  }
  const wrong = await server.post('{', { origin: listed, authorization });
  expect([wrong.status, wrong.headers.get('access-control-allow-origin')]).toEqual([400, listed]);
});

test('a page of any other origin is refused with the reason, also with a key; the own page and other programs are not', async () => {
  for (const origin of [foreign, 'null', 'https://app.example.evil', 'http://app.example', 'https://app.example:8443']) {
    const { status, headers, body } = await server.ask(query, {}, { origin, authorization });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([403, null]);
    expect(body.errors![0]).toMatchObject({
      message: `Pages of ${origin} may not call this server: WAYBILL_CORS_ORIGINS does not list that origin.`,
      extensions: { code: 'FORBIDDEN', argument: 'Origin', value: origin },
    });
  }
  expect((await server.ask(query, {}, { origin: server.url, authorization })).body.data).toBeTruthy();
  expect((await server.ask(query, {}, { authorization })).body.data).toBeTruthy();
});

test('event streams, by GET and POST', async () => {
  const open = (origin: string, method: string) => {
    const headers = { origin, authorization, accept: 'text/event-stream', 'content-type': 'application/json' };
    const leave = new AbortController();
    const url = `${server.url}/graphql/stream${method === 'GET' ? `?query=${encodeURIComponent(subscription)}` : ''}`;
    const body = method === 'POST' ? { body: JSON.stringify({ query: subscription }) } : {};
    return fetch(url, { method, headers, signal: leave.signal, ...body }).then(({ status, headers }) => {
      leave.abort();
      return [status, headers.get('access-control-allow-origin'), headers.get('content-encoding')];
    });
  };
  for (const method of ['GET', 'POST']) {
    expect(await open(listed, method)).toEqual([200, listed, null]);
    expect(await open(foreign, method)).toEqual([403, null, null]);
  }
});

test('a WebSocket of an origin that is not listed is closed with the reason', async () => {
  const open = (origin: string) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { origin });
      socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { Authorization: authorization } })));
      socket.on('message', (data: Buffer) => (resolve(JSON.parse(data.toString())), socket.close()));
      socket.on('close', (code, reason) => resolve([code, reason.toString()]));
    });
  expect(await open(listed)).toEqual({ type: 'connection_ack' });
  expect(await open(server.url)).toEqual({ type: 'connection_ack' });
  expect(await open(foreign)).toEqual([
    4403,
    `Pages of ${foreign} may not call this server: WAYBILL_CORS_ORIGINS does not list that origin.`,
  ]);
});

test('without the setting there are no such headers, and OPTIONS is refused', async () => {
  const own = await startHttp({ db: api.db, schema: api.schema });
  const refused = await preflight('/graphql', listed, own);
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([405, null]);
  const answer = await own.ask(query, {}, { origin: listed, authorization });
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  await own.close();
});

test('the setting needs keys, or the server does not start', async () => {
  const own = await openApi('cors_without_keys');
  const config = { host: '127.0.0.1', corsOrigins: [listed] };
  expect(await refusalToListen(new KeyRing(own.db), config)).toMatch(
    /^WAYBILL_CORS_ORIGINS lets pages of other sites call, and there are no API keys: make one first with `npm run key -- create/,
  );
  // Where the last key is removed while the server runs, pages are refused.
  const running = await startHttp({ db: own.db, schema: own.schema, config });
  expect((await running.ask(query, {}, { origin: listed })).body.errors![0]!.extensions.code).toBe('FORBIDDEN');
  await createKey(own.db, { actor: 'page', role: 'read' });
  expect(await refusalToListen(new KeyRing(own.db), config)).toBeUndefined();
  await running.close();
  await own.close();
});

const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => {
  try {
    return execFileSync(name, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return false;
  }
});

const script = (at: string) => `<!doctype html><script>
  const headers = { 'content-type': 'application/json', authorization: ${JSON.stringify(authorization)}, 'idempotency-key': '1' };
  const post = (path) => fetch('${at}' + path, { method: 'POST', headers, body: JSON.stringify({ query: '${query}' }) });
  const byHttp = post('/graphql').then((r) => r.json()).then((r) => r.data.processes.totalCount, () => 'refused');
  const byStream = post('/graphql/stream').then((r) => r.text()).then((t) => /event: \\w+/.exec(t)[0], () => 'refused');
  const bySocket = new Promise((resolve) => {
    const socket = new WebSocket('${at.replace('http', 'ws')}/graphql', 'graphql-transport-ws');
    socket.onopen = () => socket.send(JSON.stringify({ type: 'connection_init', payload: headers }));
    socket.onmessage = ({ data }) => resolve(JSON.parse(data).type);
    socket.onclose = ({ code, reason }) => resolve(code + ' ' + reason);
  });
  Promise.all([byHttp, byStream, bySocket]).then((all) => fetch('/told', { method: 'POST', body: JSON.stringify(all) }));
</script>`;

/** What the script says on a page of another port, which the browser opens under this host name. */
async function byPage(host: string, target: (origin: string) => Promise<HttpServer>): Promise<unknown> {
  let html = '';
  let told: (text: string) => void;
  const answer = new Promise<string>((resolve) => (told = resolve));
  const pages = createServer((request, response) => {
    response.setHeader('content-type', 'text/html').end(html);
    if (request.url === '/told') request.on('data', (chunk: Buffer) => told(chunk.toString()));
  });
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  const page = `http://${host}:${(pages.address() as AddressInfo).port}`;
  const own = await target(page);
  html = script(own.url);
  const folder = await mkdtemp(join(tmpdir(), 'waybill-chromium-'));
  const child = spawn(chromium!, ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${folder}`, page], { stdio: 'ignore' });
  const ended = new Promise<string>((resolve) => child.once('close', (code) => resolve(`"Chromium ended with ${code}"`)));
  const all = JSON.parse(await Promise.race([answer, ended])) as unknown;
  child.kill();
  await ended;
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  await own.close();
  pages.closeAllConnections();
  pages.close();
  return all;
}

(chromium ? describe : describe.skip)('in Chromium (skipped where no chromium, chromium-browser or google-chrome is installed)', () => {
  const serve = (origin: string) => startHttp({ db: api.db, schema: api.schema, config: { corsOrigins: [origin] } });

  test('a page of a listed origin is answered', async () => {
    expect(await byPage('127.0.0.1', serve)).toEqual([1, 'event: next', 'connection_ack']);
  });

  test('a page of another origin is not', async () => {
    expect(await byPage('localhost', () => serve(listed))).toEqual([
      'refused',
      'refused',
      expect.stringMatching(
        /^4403 Pages of http:\/\/localhost:\d+ may not call this server: WAYBILL_CORS_ORIGINS does not list that origin\.$/,
      ),
    ]);
  });
});

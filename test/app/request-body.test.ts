import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Database } from '../../src/platform/database.js';
import { createDatabase, type TestDatabase } from '../support/cluster.js';
import { connect, startHttp, type Answer, type HttpServer } from '../support/http.js';
import { smallSchema as schema } from '../support/small-schema.js';

const maxBody = 100_000;
let database: TestDatabase;
let db: Database;
let server: HttpServer;
beforeAll(async () => {
  database = await createDatabase('request_body');
  db = connect(database.url);
  server = await startHttp({ db, schema, config: { maxBody } });
});
afterAll(async () => {
  await server.close();
  await db.pool.end();
  await database.drop();
});

const paths = ['/graphql', '/graphql/stream'];
const json = (name: string, more = '') => JSON.stringify({ query: `{ hello(name: ${JSON.stringify(name)}) ${more} }` });
const latin1 = (text: string) => Buffer.from(text, 'latin1');

async function send(path: string, body: Buffer | string, headers: Record<string, string> = {}): Promise<Pick<Answer, 'status' | 'body'>> {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    body: body as never,
    headers: { 'content-type': 'application/json', ...headers },
  });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(/^data: ({.*)$/m.exec(text)?.[1] ?? text) as Answer['body'] };
}
/** What came of a body that was read: its answer; the stream takes subscriptions alone, and says so of the query in it. */
const hello = (path: string, name: string) =>
  path === '/graphql'
    ? { data: { hello: `hello ${name}` } }
    : { errors: [{ message: expect.stringContaining('Subscriptions come this way') }] };
const refusal = ({ status, body }: Pick<Answer, 'status' | 'body'>) => {
  expect(Object.keys(body)).toEqual(['errors']);
  return { status, message: body.errors![0]!.message, ...body.errors![0]!.extensions };
};

describe.each(paths)('the body of a request to %s', (path) => {
  test.each([
    ['a byte of Latin-1', latin1(json('Caf\xe9'))],
    ['half a character at the end', Buffer.concat([Buffer.from('{"query": "{ hello }'), Buffer.from([0xc3])])],
    ['a surrogate, as CESU-8 has it', Buffer.concat([Buffer.from('{"query": "'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')])],
    ['a character in too many bytes', Buffer.concat([Buffer.from('{"query": "'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])],
    ['UTF-16', Buffer.from(json('Café'), 'utf16le').subarray(0, 41)],
  ])('%s is 400', async (_, body) => {
    const answer = refusal(await send(path, body));
    expect(answer).toMatchObject({ status: 400, code: 'INVALID' });
  });
  test('what is not UTF-8 is named so', async () => {
    expect(refusal(await send(path, latin1(json('Caf\xe9'))))).toMatchObject({
      message: 'The request body is not valid UTF-8.',
      reason: 'UTF8',
    });
  });
  test.each(['iso-8859-1', '"windows-1252"', 'utf-16', 'utf-7'])('charset=%s is 415', async (charset) => {
    expect(refusal(await send(path, json('x'), { 'content-type': `application/json; charset=${charset}` }))).toMatchObject({
      ...{ status: 415, code: 'INVALID', argument: 'Content-Type', value: charset.replaceAll('"', ''), allowed: ['utf-8'] },
    });
  });
  test.each(['utf-8', 'UTF-8', '"utf-8"', 'utf8'])('charset=%s is read', async (charset) => {
    const answer = await send(path, json('Café 😀'), { 'content-type': `application/json; charset=${charset}` });
    expect(answer).toMatchObject({ status: 200, body: hello(path, 'Café 😀') });
  });
  test('a byte order mark is left out', async () => {
    expect((await send(path, `\ufeff${json('x')}`)).body).toMatchObject(hello(path, 'x'));
  });
  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('Content-Encoding %s is decoded', async (encoding, compress) => {
    expect((await send(path, compress(json('Café')), { 'content-encoding': encoding })).body).toMatchObject(hello(path, 'Café'));
    const bomb = compress(Buffer.alloc(50_000_000, ' '));
    expect(bomb.length).toBeLessThan(maxBody);
    expect(refusal(await send(path, bomb, { 'content-encoding': encoding }))).toMatchObject({
      status: 413,
      limit: 'maxBody',
      allowed: { max: maxBody },
    });
    // The limit is for the decoded bytes: one more is too many.
    const body = json('x');
    expect((await send(path, compress(body + ' '.repeat(maxBody - body.length)), { 'content-encoding': encoding })).status).toBe(200);
    expect((await send(path, compress(body + ' '.repeat(maxBody - body.length + 1)), { 'content-encoding': encoding })).status).toBe(413);
    expect(refusal(await send(path, json('x'), { 'content-encoding': encoding }))).toMatchObject({
      status: 400,
      argument: 'Content-Encoding',
    });
    expect(refusal(await send(path, compress(latin1(json('Caf\xe9'))), { 'content-encoding': encoding }))).toMatchObject({
      status: 400,
      reason: 'UTF8',
    });
  });
  test.each(['zstd', 'compress', 'gzip, gzip', 'constructor'])('Content-Encoding %s is 415', async (encoding) => {
    expect(refusal(await send(path, json('x'), { 'content-encoding': encoding }))).toMatchObject({
      ...{ status: 415, argument: 'Content-Encoding', value: encoding, allowed: ['gzip', 'x-gzip', 'deflate', 'br'] },
    });
  });
  test('no body, no JSON and another type are refused as before', async () => {
    expect(refusal(await send(path, ''))).toMatchObject({ status: 400 });
    expect(refusal(await send(path, '{'))).toMatchObject({ status: 400, message: expect.stringContaining('not valid JSON') });
    expect(refusal(await send(path, '<x/>', { 'content-type': 'application/xml' }))).toMatchObject({
      status: 415,
      message: expect.stringContaining('must be JSON'),
    });
    expect(refusal(await send(path, `{"__proto__": {"x": 1}, "query": "{ hello }"}`)).status).toBe(400);
  });
});

test.each(['%E9', '%C0%AF', '%ED%A0%80', '%zz', '%'])('GET with %s in the address is 400', async (bytes) => {
  for (const path of paths) {
    const response = await fetch(`${server.url}${path}?query=%7Bhello(name:%22Caf${bytes}%22)%7D`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      errors: [{ message: expect.stringContaining('UTF-8'), extensions: { code: 'INVALID', reason: 'UTF8' } }],
    });
  }
});
test('GET with UTF-8 in the address is answered', async () => {
  const response = await fetch(`${server.url}/graphql?query=%7Bhello(name:%22Caf%C3%A9%22)%7D`);
  expect(await response.json()).toMatchObject({ data: { hello: 'hello Café' } });
});

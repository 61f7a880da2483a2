import { get } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { encodingFor } from '../../src/app/http/compress-answers.js';
import { openApi, type Api } from '../support/api.js';
import { connect, startHttp, type HttpServer } from '../support/http.js';

let api: Api;
let db: ReturnType<typeof connect>;
let server: HttpServer;
beforeAll(async () => {
  api = await openApi('compress');
  await api.sql(`
    insert into source_lkup (source_name, source_type_id) values ('source', (select min(source_type_id) from source_type_lkup));
    insert into source_object_lkup (source_id, source_object_name) select source_id, 'object ' || i from generate_series(1, 2000) i, source_lkup;
    insert into process (process_name) values ('the process');
    insert into process_target_object (process_id, target_object_id) select process_id, source_object_id from process, source_object_lkup`);
  db = connect(api.url);
  server = await startHttp({ db, schema: api.schema });
});
afterAll(async () => {
  await server.close();
  await db.pool.end();
  await api.close();
});

/** As the bytes come; fetch would decode them and drop their header. */
const raw = (query: string, encoding?: string) =>
  new Promise<{ headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
    const headers = encoding ? { 'accept-encoding': encoding } : {};
    get(`${server.url}/graphql?query=${encodeURIComponent(query)}`, { headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => resolve({ headers: response.headers, bytes: Buffer.concat(chunks) }));
    }).on('error', reject);
  });

const list = '{ sourceObjects(first: 200) { nodes { id name } } }';
// Made and sent in pieces.
const large = '{ lineage(roots: ["UHJvY2VzczoxOg"], direction: BOTH, maxNodes: 60000) { nodes { distance subjectId } } }';

test('answers of a kilobyte and more are compressed as the client takes them, and are the same', async () => {
  const plain = await raw(list);
  expect(plain.headers).toMatchObject({ 'content-length': String(plain.bytes.length), vary: 'Accept-Encoding' });
  expect(plain.headers).not.toHaveProperty('content-encoding');
  for (const [encoding, decode] of [['br', brotliDecompressSync] as const, ['gzip', gunzipSync] as const]) {
    const { headers, bytes } = await raw(list, encoding);
    expect(headers).toMatchObject({
      'content-encoding': encoding,
      'content-length': String(bytes.length),
      'content-type': plain.headers['content-type'],
      vary: 'Accept-Encoding',
    });
    expect(decode(bytes)).toEqual(plain.bytes);
    expect(bytes.length).toBeLessThan(plain.bytes.length / 3);
  }
});

test('a small answer is left as it is', async () => {
  expect((await raw('{ processes { totalCount } }', 'br, gzip')).headers).not.toHaveProperty('content-encoding');
});

test('an answer that is sent in pieces is compressed in pieces', async () => {
  const { id } = ((await api.run('{ process(name: "the process") { id } }')) as any).process;
  const query = large.replace(/UHJ\w+/, id);
  const plain = await raw(query);
  expect(plain.headers['transfer-encoding']).toBe('chunked');
  expect(plain.bytes.length).toBeGreaterThan(100_000);
  for (const [encoding, decode] of [['br', brotliDecompressSync] as const, ['gzip', gunzipSync] as const]) {
    const { headers, bytes } = await raw(query, encoding);
    expect(headers).toMatchObject({ 'content-encoding': encoding, 'transfer-encoding': 'chunked' });
    expect(JSON.parse(decode(bytes).toString())).toEqual(JSON.parse(plain.bytes.toString()));
    expect(bytes.length).toBeLessThan(plain.bytes.length / 3);
  }
});

test.each([
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['deflate, zstd', undefined],
  ['gzip', 'gzip'],
  ['X-GZIP', 'gzip'],
  ['gzip, deflate, br, zstd', 'br'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['gzip; q=0', undefined],
])('Accept-Encoding %p is answered in %p', (header, encoding) => expect(encodingFor(header)).toBe(encoding));

import { connect as dial } from 'node:net';
import { identifyCaller, isLoopback, refusalToListen } from '../../src/actor/caller.js';
import { clearKeys, createKey, KeyRing, listKeys, revokeKey } from '../../src/actor/api-keys.js';
import type { Database } from '../../src/platform/database.js';
import { keyCommand } from '../../src/app/commands/key-command.js';
import { createDatabase, type TestDatabase } from '../support/cluster.js';
import { connect, startHttp, type Answer, type HttpServer } from '../support/http.js';
import { closeAll, old } from '../support/old-store.js';
import { sleep, smallSchema as schema } from '../support/small-schema.js';

let database: TestDatabase;
let db: Database;
let server: HttpServer;
beforeEach(async () => {
  database = await createDatabase('caller');
  db = connect(database.url);
  server = await startHttp({ db, schema });
});
afterEach(async () => {
  await server.close();
  await db.pool.end();
  await database.drop();
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const told = ({ status, body }: Answer) => [status, body.errors?.[0]?.extensions.code];
const write = 'mutation { write }';

describe('without keys', () => {
  test('this machine may do everything, as the actor that it names', async () => {
    expect((await server.ask(write)).body.data).toEqual({ write: 'written by anonymous' });
    expect((await server.ask(write, {}, { 'waybill-actor': ' nightly load ' })).body.data).toEqual({ write: 'written by nightly load' });
    expect((await server.ask(write, {}, { 'waybill-actor': 'Jos\u00e9' })).body.data).toEqual({ write: 'written by José' });
    const utf8 = Buffer.from('Zoë 中').toString('latin1');
    expect((await server.ask(write, {}, { 'waybill-actor': utf8 })).body.data).toEqual({ write: 'written by Zoë 中' });
  });

  test('a name that is empty, too long or holds control characters is refused', async () => {
    for (const actor of ['', 'x'.repeat(251), 'a\tb']) {
      const answer = await server.ask(write, {}, { 'waybill-actor': actor });
      expect(told(answer)).toEqual([400, 'INVALID']);
      expect(answer.body.errors![0]!.extensions).toMatchObject({
        argument: 'Waybill-Actor',
        allowed: '1 to 250 bytes, no control characters',
      });
    }
  });

  test('a key that does not exist is refused all the same', async () => {
    const answer = await server.ask('{ hello }', {}, bearer('wb_guess'));
    expect(told(answer)).toEqual([401, 'UNAUTHENTICATED']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(told(await server.ask('{ hello }', {}, { authorization: 'Basic YTpi' }))).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('a web page whose host name points to this machine is refused', async () => {
    const keys = new KeyRing(db);
    for (const host of ['localhost:4000', '127.0.0.1:4000', '127.0.0.1', '[::1]:4000'])
      expect(await identifyCaller(keys, { host }, { host: '127.0.0.1' })).toEqual({ actor: 'anonymous', role: 'admin' });
    for (const host of ['evil.example:4000', 'localhost.evil.example', '127.0.0.1.evil.example:4000', undefined])
      await expect(identifyCaller(keys, { host }, { host: '127.0.0.1' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test.each([
    ['Forwarded', 'for=203.0.113.9'],
    ['X-Forwarded-For', '203.0.113.9'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Real-Ip', '203.0.113.9'],
    ['Via', '1.1 proxy'],
    ['X-Client-Ip', '203.0.113.9'],
    ['Cf-Connecting-Ip', '203.0.113.9'],
  ])('a call through a proxy, which says so by %s, is refused, and the way out is named; health stays open', async (name, value) => {
    for (const query of [write, '{ hello }']) {
      const answer = await server.ask(query, {}, { [name]: value });
      expect(told(answer)).toEqual([403, 'FORBIDDEN']);
      expect(answer.body.errors![0]).toMatchObject({
        message: `A call through a proxy (${name}) needs a key: \`npm run key -- create --actor NAME --role read|write|admin\`.`,
        extensions: { argument: name, value },
      });
    }
    for (const page of ['live', 'ready'])
      expect((await fetch(`${server.url}/health/${page}`, { headers: { [name]: value } })).status).toBe(200);
    const { key } = await createKey(db, { actor: 'operator', role: 'write' });
    expect((await server.ask(write, {}, { [name]: value, ...bearer(key) })).body.data).toEqual({ write: 'written by operator' });
  });

  test('a call by HTTP/1.0, as a proxy sends it where nothing else is configured, is refused', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = dial(Number(new URL(server.url).port), '127.0.0.1', () => {
        const body = JSON.stringify({ query: write });
        socket.write(
          `POST /graphql HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
      });
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk)));
      socket.on('end', () => resolve(text)).on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.\d 403 /);
    expect(answer).toContain('needs a key');
  });

  test('a page of another site is refused, one of this server and one with a key are not', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'same-site' }] as Record<
      string,
      string
    >[]) {
      const answer = await server.ask(write, {}, headers);
      expect(told(answer)).toEqual([403, 'FORBIDDEN']);
      expect(answer.body.errors![0]!.extensions).toMatchObject({ argument: 'Origin', value: headers.origin ?? null });
    }
    const own = { origin: server.url, 'sec-fetch-site': 'same-origin' };
    expect((await server.ask(write, {}, own)).body.data).toEqual({ write: 'written by anonymous' });
    const { key } = await createKey(db, { actor: 'operator', role: 'write' });
    expect((await server.ask(write, {}, { origin: 'https://app.example', ...bearer(key) })).body.data).toEqual({
      write: 'written by operator',
    });
  });

  test('no other address may be listened on, and the way out is named', async () => {
    const keys = new KeyRing(db);
    expect(await refusalToListen(keys, { host: '127.0.0.1' })).toBeUndefined();
    expect(await refusalToListen(keys, { host: '0.0.0.0' })).toMatch(/^WAYBILL_HOST is "0\.0\.0\.0".*npm run key -- create/);
    await expect(identifyCaller(keys, { host: 'localhost' }, { host: '0.0.0.0' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test.each([
    ['127.0.0.1', true],
    ['127.9.8.7', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.1.2', false],
    ['127.0.0.1.example', false],
  ])('%s is a loopback address: %s', (host, expected) => expect(isLoopback(host)).toBe(expected));
});

describe('with a key', () => {
  test('a call without one is UNAUTHENTICATED, also one that names an actor, and any address may be listened on', async () => {
    await createKey(db, { actor: 'operator', role: 'admin' });
    for (const headers of [{}, { 'waybill-actor': 'operator' }] as Record<string, string>[]) {
      const answer = await server.ask('{ hello }', {}, headers);
      expect(told(answer)).toEqual([401, 'UNAUTHENTICATED']);
      expect(answer.body.errors![0]!.message).toContain('npm run key');
    }
    expect(await refusalToListen(new KeyRing(db), { host: '0.0.0.0' })).toBeUndefined();
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  });

  test("the actor is the key's, whatever the header says", async () => {
    const { key } = await createKey(db, { actor: 'operator', role: 'write' });
    expect((await server.ask(write, {}, { ...bearer(key), 'waybill-actor': 'curator' })).body.data).toEqual({
      write: 'written by operator',
    });
    expect((await server.ask(write, {}, { authorization: `bearer ${key}` })).body.data).toEqual({ write: 'written by operator' });
    expect(told(await server.ask(write, {}, bearer(`${key}x`)))).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('a read key reads; a mutation is FORBIDDEN before anything runs', async () => {
    const { key } = await createKey(db, { actor: 'operator', role: 'read' });
    expect((await server.ask('{ hello }', {}, bearer(key))).body.data).toEqual({ hello: 'hello world' });
    const answer = await server.ask(write, {}, bearer(key));
    expect(told(answer)).toEqual([403, 'FORBIDDEN']);
    expect(answer.body).not.toHaveProperty('data');
    expect(answer.body.errors![0]!.message).toBe('The key of operator may read, not write.');
  });

  test('a key that is made or revoked counts within five seconds, and revoking the last one opens nothing', async () => {
    expect((await server.ask('{ hello }')).status).toBe(200);
    const { key, name } = await createKey(db, { actor: 'operator', role: 'read' });
    expect((await server.ask('{ hello }', {}, bearer(key))).status).toBe(200);
    await revokeKey(db, name);
    await sleep(2_100);
    expect(told(await server.ask('{ hello }', {}, bearer(key)))).toEqual([401, 'UNAUTHENTICATED']);
    expect(told(await server.ask('{ hello }'))).toEqual([401, 'UNAUTHENTICATED']);
    expect(await clearKeys(db)).toEqual([{ name }]);
    await sleep(2_100);
    expect((await server.ask('{ hello }')).status).toBe(200);
  });

  test('a busy key costs one statement in two seconds', async () => {
    const { key } = await createKey(db, { actor: 'operator', role: 'read' });
    let statements = 0;
    const since = performance.now();
    const ring = new KeyRing({ query: (sql, values) => (statements++, db.query(sql, values)) });
    for (let i = 0; i < 50; i++) expect(await ring.find(key)).toEqual({ actor: 'operator', role: 'read' });
    for (let i = 0; i < 3_000; i++) await Promise.race([ring.find(`wrong-${i % 3}`), Promise.resolve()]);
    await sleep(50);
    // Four keys; on a busy machine all this may take longer than two seconds.
    expect(statements).toBeGreaterThanOrEqual(4);
    expect(statements).toBeLessThanOrEqual(4 * (1 + Math.floor((performance.now() - since) / 2_000)));
  });
});

describe('keys', () => {
  test('are stored as hashes, listed without them, and named after their actor', async () => {
    const made = [await createKey(db, { actor: 'operator', role: 'read' }), await createKey(db, { actor: 'operator', role: 'write' })];
    expect(made.map(({ name }) => name)).toEqual(['operator', 'operator-2']);
    for (const { key } of made) expect(key).toMatch(/^wb_[\w-]{43}$/);
    const stored = JSON.stringify((await db.pool.query('select * from api_key')).rows);
    for (const { key } of made) expect(stored).not.toContain(key.slice(3));
    expect(await listKeys(db)).toEqual([
      { name: 'operator', actor: 'operator', role: 'read', createdAt: expect.any(String), revokedAt: null },
      { name: 'operator-2', actor: 'operator', role: 'write', createdAt: expect.any(String), revokedAt: null },
    ]);
  });

  test('mistakes are named', async () => {
    await createKey(db, { actor: 'operator', role: 'read', name: 'first' });
    await expect(createKey(db, { actor: 'curator', role: 'read', name: 'first' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(createKey(db, { actor: 'curator', role: 'root' })).rejects.toMatchObject({
      code: 'INVALID',
      details: { allowed: ['read', 'write', 'admin'] },
    });
    await expect(createKey(db, { actor: 'a\nb', role: 'read' })).rejects.toMatchObject({ code: 'INVALID' });
    await expect(revokeKey(db, 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('revoking twice keeps the first instant', async () => {
    await createKey(db, { actor: 'operator', role: 'read' });
    expect(await revokeKey(db, 'operator')).toEqual(await revokeKey(db, 'operator'));
  });
});

describe('npm run key', () => {
  const key = async (...argv: string[]) => {
    const said: string[] = [];
    const complaints: string[] = [];
    await keyCommand(
      [...argv, '--database-url', database.url],
      (line) => said.push(line),
      (problem) => complaints.push(String(problem)),
    );
    const { exitCode } = process;
    process.exitCode = 0;
    return { said: said.join('\n'), complaints: complaints.join('\n'), exitCode: exitCode || 0 };
  };

  test('makes a key that works, lists, revokes and clears', async () => {
    const made = await key('create', '--actor', 'operator', '--role', 'write');
    const [text] = /wb_[\w-]{43}/.exec(made.said)!;
    expect((await server.ask(write, {}, bearer(text))).body.data).toEqual({ write: 'written by operator' });
    expect((await key('list')).said).toMatch(/^operator\toperator\twrite\t\S+ \S+\tvalid$/);
    expect((await key('revoke', 'operator')).said).toContain('"operator" is revoked');
    expect((await key('list')).said).toContain('revoked 2');
    expect((await key('clear')).said).toContain('1 keys removed');
    expect((await key('list')).said).toBe('There are no keys.');
  });

  test('what is missing or wrong is a sentence and exit code 1', async () => {
    expect(await key('create')).toMatchObject({ exitCode: 1, complaints: expect.stringMatching(/^create needs --actor and --role\./) });
    expect(await key('create', '--actor', 'a', '--role', 'boss')).toMatchObject({
      exitCode: 1,
      complaints: 'role must be one of read, write, admin, not "boss".',
    });
    expect(await key('revoke', 'nobody')).toMatchObject({ exitCode: 1, complaints: 'There is no key named "nobody".' });
    expect(await key('make')).toMatchObject({ exitCode: 1, complaints: expect.stringContaining('npm run key -- create') });
    expect(await key('list', '--colour')).toMatchObject({ exitCode: 1, complaints: expect.stringContaining("Unknown option '--colour'") });
  });

  test('a store that is not set up has no place for keys, and says so', async () => {
    const { said, complaints, exitCode } = await (async () => {
      const url = await old();
      const before = database.url;
      database.url = url;
      try {
        return await key('list');
      } finally {
        database.url = before;
        await closeAll();
      }
    })();
    expect([said, complaints, exitCode]).toEqual([
      '',
      'This store is not set up for Waybill yet, so it has no place for keys: run `npm run setup` first.',
      1,
    ]);
  });
});

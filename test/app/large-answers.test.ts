import { connect as dial } from 'node:net';
import { unsent } from '../../src/app/execution/large-answers.js';
import type { Database } from '../../src/platform/database.js';
import { globalId } from '../../src/platform/entity/ids.js';
import { bodyOf, ListText } from '../../src/platform/read/large-answer.js';
import { openApi, type Api } from '../support/api.js';
import { connect, startHttp, type HttpServer } from '../support/http.js';

const objects = 1_200;
let api: Api;
let db: Database;
let compiled: HttpServer;
let interpreted: HttpServer;
let root: string;

beforeAll(async () => {
  api = await openApi('large_answers');
  // One process that reads one object and writes many.
  await api.sql(`
    insert into source_lkup (source_name, source_type_id) select 'source ' || i, (select min(source_type_id) from source_type_lkup) from generate_series(1, 3) i;
    insert into source_object_lkup (source_id, source_object_name) select 1 + i % 3, 'object "' || i || E'\\" \\u00e9' from generate_series(0, ${objects}) i;
    insert into process (process_name) values ('the process');
    insert into process_source_object (process_id, source_object_id) select process_id, (select min(source_object_id) from source_object_lkup) from process;
    insert into process_target_object (process_id, target_object_id) select process_id, source_object_id from process, source_object_lkup
      where source_object_id > (select min(source_object_id) from source_object_lkup)`);
  const [first] = await api.sql(`select min(source_object_id) as id from source_object_lkup`);
  root = globalId('SourceObject', first!.id);
  db = connect(api.url);
  [compiled, interpreted] = (await Promise.all([true, false].map((jit) => startHttp({ db, schema: api.schema, config: { jit } })))) as [
    HttpServer,
    HttpServer,
  ];
});
afterAll(async () => {
  await Promise.all([compiled.close(), interpreted.close()]);
  await db.pool.end();
  await api.close();
});

const again =
  'again: sourceObjects(first: 1) { nodes { name lineage(direction: DOWNSTREAM, maxNodes: 5000) { nodes { distance } links: edges { from } } } }';
const queryWith = (more: string) => `query ($roots: [ID!]!, $most: Int!, $one: Int, $with: Boolean!) {
  lineage(roots: $roots, direction: DOWNSTREAM, maxNodes: $most) { complete toJSON: visitedNodes all: nodes { ...node } edges { from to } edges { to } }
  ${more}
}
fragment node on LineageNode {
  subjectId distance ... @include(if: $with) { subject { __typename ... on Process { name sourceObjects(first: $one) { nodes { id } } } ... on SourceObject { name source { name } } } }
}`;
const query = queryWith(again);
const variables = () => ({ roots: [root], most: 100_000, one: 1, with: true });

test.each([
  ['compiled', () => compiled],
  ['interpreted', () => interpreted],
])('a large answer, %s, is what it would be in one piece', async (_, server) => {
  const { data } = (await api.execute(query, variables())) as any;
  expect(data.lineage.all).toHaveLength(objects + 2);
  expect(data.again.nodes[0].lineage.links).toHaveLength(objects + 1);
  // The first time it is interpreted in any case.
  for (let time = 0; time < 3; time++) {
    const { status, body, headers } = await server().ask(query, variables());
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    expect(body.errors).toBeUndefined();
    expect(JSON.stringify(body.data)).toBe(JSON.stringify(data));
  }
  const without = await server().ask(query, { ...variables(), with: false });
  expect((without.body.data as any).lineage.all[1]).toEqual({ subjectId: data.lineage.all[1].subjectId, distance: 1 });
});

test.each([
  ['compiled', () => compiled],
  ['interpreted', () => interpreted],
])('long lists inside of long lists, %s, are whole', async (_, server) => {
  const inside = `query ($roots: [ID!]!) { lineage(roots: $roots, direction: DOWNSTREAM, maxNodes: 300) {
    nodes { distance subject { ... on SourceObject { name lineage(direction: DOWNSTREAM, maxNodes: 300) { visitedNodes nodes { subjectId } edges { from to } } } } } } }`;
  const { data } = (await api.execute(inside, { roots: [root] })) as any;
  expect(data.lineage.nodes).toHaveLength(300);
  expect(data.lineage.nodes[0].subject.lineage.visitedNodes).toBe(300);
  expect(data.lineage.nodes[0].subject.lineage.nodes).toHaveLength(300);
  for (let time = 0; time < 3; time++) expect((await server().ask(inside, { roots: [root] })).body.data).toEqual(data);
});

test('of items with many fields fewer are executed in one go', async () => {
  const asked = async (aliases: number) => {
    const subjects = Array.from({ length: aliases }, (_, i) => `s${i}: subject { ... on SourceObject { name } }`).join(' ');
    const many = `query ($roots: [ID!]!) { lineage(roots: $roots, direction: DOWNSTREAM, maxNodes: 2000) { nodes { ${subjects} } } }`;
    let statements = 0;
    const send = db.query.bind(db);
    db.query = (sql, values) => (statements++, send(sql, values)) as Promise<never>;
    try {
      const { nodes } = ((await compiled.ask(many, { roots: [root] })).body.data as any).lineage;
      expect(nodes).toHaveLength(objects + 2);
      expect(nodes[objects][`s${aliases - 1}`].name).toEqual(expect.any(String));
    } finally {
      delete (db as Partial<Database>).query;
    }
    return statements;
  };
  // Each part reads its objects by a statement of its own.
  const few = await asked(1);
  expect(few).toBeLessThan(20);
  expect(await asked(100)).toBeGreaterThan(100);
});

test.each([
  ['compiled', () => compiled],
  ['interpreted', () => interpreted],
])('errors in a large answer, %s, have their places', async (_, server) => {
  await api.sql('alter table source_object_lkup rename column source_object_name to another');
  try {
    // What makes all of the answer null would end it before the others have failed.
    const failing = queryWith('');
    const { data, errors } = (await api.execute(failing, variables())) as any;
    const places = (list: any[]) => list.map(({ path }) => path.join('.')).sort();
    for (let time = 0; time < 2; time++) await server().ask(failing, variables());
    const { body } = await server().ask(failing, variables());
    expect(body.data).toEqual(data);
    expect(errors).toHaveLength(objects + 2);
    expect(places(body.errors!)).toEqual(places(errors));
    expect(body.errors![0]!.extensions).toMatchObject({ code: 'INTERNAL' });
  } finally {
    await api.sql('alter table source_object_lkup rename column another to source_object_name');
  }
});

test('other requests have their turns while a large answer is made', async () => {
  let turns = 0;
  let going = true;
  const count = () => {
    turns++;
    if (going) setImmediate(count);
  };
  // Nobody waits for the network here: what is counted are the turns between the parts.
  const large = compiled.ask(query, variables());
  count();
  await large;
  going = false;
  expect(turns).toBeGreaterThan(20);
});

test('only what has a long list is sent in pieces, whatever nested pages could cost', async () => {
  const nested = '{ processes { nodes { name sourceObjects(first: 50) { nodes { name attributes(first: 50) { nodes { name } } } } } } }';
  const pages = await compiled.ask(nested);
  expect((pages.body.extensions as { cost: { spent: number } }).cost.spent).toBeGreaterThan(50_000);
  // A body in pieces has no length when it begins.
  expect(pages.headers.get('content-length')).not.toBeNull();
  expect((await compiled.ask(query, variables())).headers.get('content-length')).toBeNull();
});

test('of the largest answers two are made at once, others wait', async () => {
  const locked = await api.db.pool.connect();
  const walking = async () =>
    (
      await api.sql(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%walk_lineage%'`,
      )
    ).length;
  try {
    await locked.query('begin; lock table process_source_object in access exclusive mode');
    const lineage = `query ($roots: [ID!]!) { lineage(roots: $roots, direction: DOWNSTREAM, maxNodes: 100000) { visitedNodes } }`;
    const answers = [1, 2, 3, 4].map(() => compiled.ask(lineage, { roots: [root] }));
    while ((await walking()) < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    // A small one of the same kind need not wait for them; were there a third, it would be there by now.
    expect((await compiled.ask('{ sources { totalCount } }')).body.data).toEqual({ sources: { totalCount: 3 } });
    expect(await walking()).toBe(2);
    await locked.query('commit');
    for (const { body } of await Promise.all(answers)) expect(body.data).toEqual({ lineage: { visitedNodes: objects + 2 } });
  } finally {
    locked.release();
  }
});

test('a client that leaves before its large answer is no error of the server', async () => {
  const before = compiled.log.length;
  for (let i = 0; i < 20; i++) {
    const leaving = new AbortController();
    const asked = fetch(`${compiled.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: variables() }),
      signal: leaving.signal,
    });
    await new Promise((resolve) => setTimeout(resolve, i * 5));
    leaving.abort();
    await asked.catch(() => undefined);
  }
  expect((await compiled.ask(query, variables())).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(compiled.log.slice(before).filter(({ level }) => level === 'error')).toEqual([]);
});

test('the body in pieces is what JSON.stringify writes', async () => {
  const values = [
    {},
    { data: null },
    { data: { a: [], b: {}, c: [[], [1, [2, { d: 'é"\\\n' }]]], e: [null, { f: undefined, g: [undefined] }, true, 1.5, ''] } },
    {
      errors: [{ message: 'x', path: ['a', 0], extensions: { at: new Date(0), allowed: [{ min: 1 }] } }],
      data: { a: [{ b: [{ c: 1 }] }] },
    },
  ];
  for (const value of values) {
    let text = '';
    for await (const piece of bodyOf(value)) text += piece;
    expect(text).toBe(`${JSON.stringify(value)}\n`);
  }
});

test('the text of a list is let go while it is sent: a connection that is kept holds none of it', async () => {
  const list = new ListText(['{"id":1},{"id":2}', '{"id":3}']);
  let text = '';
  for await (const piece of bodyOf({ data: { nodes: list } })) text += piece;
  expect(text).toBe('{"data":{"nodes":[{"id":1},{"id":2},{"id":3}]}}\n');
  expect(list.pieces.join('')).toBe('');
});

test('clients that do not read their large answers take no more than so much memory, and are cut after a while', async () => {
  const known = { ...unsent };
  // More than the system keeps for a connection.
  const body = JSON.stringify({
    query: `query ($roots: [ID!]!) { lineage(roots: $roots, direction: DOWNSTREAM, maxNodes: 2000) { nodes { ${Array.from({ length: 400 }, (_, i) => `k${i}: subjectId`).join(' ')} } } }`,
    variables: { roots: [root] },
  });
  const { hostname, port } = new URL(compiled.url);
  const socket = dial(Number(port), hostname).pause();
  try {
    Object.assign(unsent, { atMost: 1_000_000, patienceMs: 4_000 });
    const cut = new Promise((resolve) => socket.once('close', resolve).once('error', () => undefined));
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const ask = () => compiled.ask(query, variables());
    let refused = await ask();
    while (!refused.body.errors) refused = await ask();
    expect(refused.body.errors[0]!.extensions).toMatchObject({ code: 'UNAVAILABLE' });
    expect(refused.status).toBe(503);
    // Small answers are made as ever.
    expect((await compiled.ask('{ processes { totalCount } }')).body.data).toEqual({ processes: { totalCount: 1 } });
    while ((await ask()).body.errors) await new Promise((resolve) => setTimeout(resolve, 200));
    // What the system has kept for it is read now; then it sees the end.
    socket.resume();
    await cut;
  } finally {
    socket.destroy();
    Object.assign(unsent, known);
  }
});

import { openApi, type Api } from '../support/api.js';
import { connect, startHttp, type HttpServer } from '../support/http.js';
import type { Database } from '../../src/platform/database.js';

let api: Api;
let db: Database;
let server: HttpServer;
/** Rows that each statement has read. */
let read: number[] = [];
beforeAll(async () => {
  api = await openApi('row_limit');
  db = connect(api.url);
  const query = db.query.bind(db);
  db.query = async <T extends object>(...args: Parameters<typeof query>) => {
    const rows = await query<T>(...args);
    read.push(rows.length);
    return rows;
  };
  server = await startHttp({ db, schema: api.schema, config: { maxCost: 3000 } });
  // 30 processes that read the same 100 objects, each in a source of its own.
  const sources = Array.from({ length: 100 }, (_, i) => ({ name: `s${i}`, objects: [{ name: 'o', attributes: [{ name: 'a' }] }] }));
  const processes = Array.from({ length: 30 }, (_, i) => ({ name: `p${i}`, sources }));
  await api.run('mutation ($input: RegisterProcessesInput!) { registerProcesses(input: $input) { results { created } } }', {
    input: { processes },
  });
});
beforeEach(() => (read = []));
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
  const { body } = await server.ask(query);
  expect(body).toEqual({
    data: null,
    errors: [{ message: expect.any(String), extensions: expect.objectContaining(passed) }],
    extensions: expect.any(Object),
  });
  for (const rows of read) expect(rows).toBeLessThan(3200);
  // The next request starts with nothing counted.
  expect((await server.ask('{ processes { nodes { name sources { nodes { name } } } } }')).body.errors).toBeUndefined();
});

test('L22 the nodes of traversals count as they arrive', async () => {
  const few = await server.ask('{ processes(first: 20) { nodes { lineage { nodes { subjectId } } } } }');
  expect(few.body.errors).toBeUndefined();
  const more = await server.ask('{ processes(first: 30) { nodes { lineage { nodes { subjectId } } } } }');
  expect(more.body).toMatchObject({ data: null, errors: [{ extensions: passed }] });
});

test('L22 rows below a long list, which is answered in parts, count with all others', async () => {
  const { body: found } = await server.ask('{ processes { nodes { id } } }');
  const roots = (found.data as { processes: { nodes: { id: string }[] } }).processes.nodes.map(({ id }) => id);
  const query = `query ($roots: [ID!]!) { lineage(roots: $roots, maxNodes: 2500) { nodes { subject { ... on SourceObject { readBy { nodes { id } } } } } } }`;
  const { body } = await server.ask(query, { roots });
  expect(body).toMatchObject({ data: null, errors: [{ extensions: passed }] });
});

test('L22 a mutation whose answer passes the limit has still changed what it says', async () => {
  const query =
    'mutation { registerProcess(input: { name: "kept" }) { created process { name } } other: registerProcess(input: { name: "p0", sources: [{ name: "s0" }] }) { created process { sources { nodes { readBy { nodes { sources { nodes { readBy { nodes { id } } } } } } } } } } }';
  const { body } = await server.ask(query);
  expect(body.errors?.map(({ extensions }) => extensions.limit).at(0)).toBe(passed.limit);
  expect((await server.ask('{ process(name: "kept") { name } }')).body.data).toEqual({ process: { name: 'kept' } });
});

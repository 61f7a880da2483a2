import type { Database } from '../../src/platform/database.js';
import { createDatabase, type TestDatabase } from '../support/cluster.js';
import { connect, startHttp, type HttpServer } from '../support/http.js';
import { smallSchema as schema } from '../support/small-schema.js';

let database: TestDatabase;
let db: Database;
let server: HttpServer;
beforeAll(async () => {
  database = await createDatabase('cost');
  db = connect(database.url);
  server = await startHttp({ db, schema });
});
afterAll(async () => {
  await server.close();
  await db.pool.end();
  await database.drop();
});

type Variables = Record<string, unknown>;

describe('L22 an operation that comes again costs what its variables of this time say', () => {
  test.each<[string, [Variables, number][]]>([
    [
      'query ($n: Int) { items(first: $n) { nodes { id } } }',
      [
        [{ n: 1 }, 2],
        [{ n: 500 }, 501],
        [{ n: 1 }, 2],
        [{}, 51],
        [{ n: 1 }, 2],
        [{ n: null }, 51],
        [{ n: 0 }, 1],
        [{}, 51],
      ],
    ],
    [
      'query ($n: Int) { items(last: $n) { nodes { id } } }',
      [
        [{ n: 1 }, 2],
        [{ n: 500 }, 501],
        [{ n: 1 }, 2],
      ],
    ],
    [
      'query ($n: Int = 3) { items(first: $n) { nodes { id } } }',
      [
        [{}, 4],
        [{ n: 7 }, 8],
        [{}, 4],
        [{ n: null }, 51],
        [{ n: 3 }, 4],
      ],
    ],
    [
      'query ($n: Int, $m: Int!) { items(first: $n) { nodes { items(last: $m) { nodes { id } } } } }',
      [
        [{ n: 2, m: 10 }, 1 + 2 * (1 + 1 + 10)],
        [{ n: 10, m: 2 }, 1 + 10 * (1 + 1 + 2)],
        [{ n: 2, m: 10 }, 1 + 2 * (1 + 1 + 10)],
      ],
    ],
    [
      'query ($x: Boolean!, $y: Boolean = false) { items(first: 9) @include(if: $x) { nodes { id } } item { ...f @skip(if: $y) } } fragment f on Item { parent { id } }',
      [
        [{ x: true }, 12],
        [{ x: false }, 2],
        [{ x: true, y: true }, 11],
        [{ x: true, y: false }, 12],
        [{ x: false, y: true }, 1],
        [{ x: true }, 12],
      ],
    ],
    [
      'query ($n: Int, $w: Wish, $t: String = "a") { items(first: $n) { nodes { id } } hello(wish: $w, name: $t) }',
      [
        [{ n: 1, w: { name: 'a' } }, 2],
        [{ n: 500, w: { name: 'a' } }, 501],
        [{ n: 1, w: { name: 'b', level: 'LOW' }, t: 'b' }, 2],
        [{ n: 500, t: '1' }, 501],
        [{ n: 1, w: null }, 2],
      ],
    ],
  ])('%s', async (query, times) => {
    for (const [variables, spent] of times) {
      const { body } = await server.ask(query, variables);
      expect([variables, body.extensions]).toEqual([variables, { cost: { spent, limit: 500_000 } }]);
    }
  });

  test('two operations of one document, with variables of the same name and value', async () => {
    const query = `query A($n: Int) { items(first: $n) { nodes { id } } }
      query B($n: Int) { items(first: $n) { nodes { items(first: $n) { nodes { id } } } } }`;
    for (const [operationName, n, spent] of [
      ['A', 5, 6],
      ['B', 5, 36],
      ['A', 5, 6],
      ['B', 2, 9],
      ['B', 5, 36],
      ['A', 2, 3],
    ] as const) {
      const { body } = await server.post({ query, operationName, variables: { n } });
      expect([operationName, n, body.extensions]).toEqual([operationName, n, { cost: { spent, limit: 500_000 } }]);
    }
  });

  test('what is within the limit at first is refused when it is not', async () => {
    const query = 'query ($n: Int) { items(first: $n) { nodes { items(first: $n) { nodes { items(first: $n) { nodes { id } } } } } } }';
    for (const n of [1, 500, 1, 500]) {
      const { body } = await server.ask(query, { n });
      expect(body.errors?.[0]!.extensions.limit).toBe(n === 1 ? undefined : 'maxCost');
    }
  });
});

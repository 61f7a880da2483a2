import { getIntrospectionQuery } from 'graphql';
import { buildWaybillSchema } from '../../src/app/schema.js';
import type { Database } from '../../src/platform/database.js';
import { createDatabase, type TestDatabase } from '../support/cluster.js';
import { connect, startHttp, type Answer, type HttpServer } from '../support/http.js';
import { smallSchema as schema } from '../support/small-schema.js';

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
describe('L22 limits: each refusal names the limit and the value, nothing runs', () => {
  const nest = (levels: number, field: string, leaf = 'id') => `${`${field} { nodes { `.repeat(levels)}${leaf}${' } }'.repeat(levels)}`;
  const refused = async (query: string) => {
    const answer = await server.ask(query);
    expect(answer.body.data).toBeUndefined();
    expect(answer.body.errors).toHaveLength(1);
    expect(first(answer).extensions.code).toBe('INVALID');
    return first(answer);
  };

  test('L22 depth: a query of 40 levels', async () => {
    const { message, extensions } = await refused(`{ item ${'{ parent '.repeat(38)} { id }${' }'.repeat(38)} }`);
    expect(message).toBe('The query nests 40 levels deep; the limit is 15.');
    expect(extensions).toMatchObject({ limit: 'maxDepth', value: 40, allowed: { max: 15 } });
  });

  test('L22 depth is counted through fragments', async () => {
    const fragments = Array.from({ length: 20 }, (_, i) => `fragment F${i} on Item { parent { ${i === 19 ? 'id' : `...F${i + 1}`} } }`);
    expect((await refused(`{ item { ...F0 } } ${fragments.join(' ')}`)).extensions).toMatchObject({ limit: 'maxDepth', value: 22 });
  });

  test('L22 aliases: 10,000 of them', async () => {
    const { extensions } = (await server.ask(`{ ${Array.from({ length: 10_000 }, (_, i) => `a${i}: hello`).join(' ')} }`)).body.errors![0]!;
    expect(extensions).toMatchObject({ code: 'INVALID', limit: 'maxAliases', value: 10_000, allowed: { max: 500 } });
  });

  test('L22 breadth: fields, with fragments that multiply each other', async () => {
    const fragments = Array.from(
      { length: 30 },
      (_, i) => `fragment F${i} on Query { ${i === 29 ? 'hello' : `...F${i + 1} ...F${i + 1}`} }`,
    );
    expect(await refused(`{ ...F0 } ${fragments.join(' ')}`)).toMatchObject({
      extensions: { limit: 'maxSelections', value: 2 ** 29, allowed: { max: 5_000 } },
    });
  });

  test('L22 tokens, and nesting that no parser can follow', async () => {
    expect((await refused(`{ ${'hello '.repeat(60_000)} }`)).extensions).toMatchObject({
      limit: 'maxTokens',
      value: 60_002,
      allowed: { max: 50_000 },
    });
    expect((await refused('{item'.repeat(20_000))).extensions.code).toBe('INVALID');
  });

  test('L22 cost: `first: 500` in `first: 500` in `first: 500` is refused before it runs, and the cost is said', async () => {
    const { message, extensions } = await refused(`{ ${nest(3, 'items(first: 500)')} }`);
    expect(extensions).toMatchObject({ limit: 'maxCost', value: 125_501_001, allowed: { max: 500_000 } });
    expect(message).toContain('500000. `items` costs the most. ');
    // It is about the document, not about an argument.
    expect(extensions).not.toHaveProperty('argument');
  });

  test('L22 cost: the field that costs the most is named as the answer would name it', async () => {
    const most = async (query: string, variables = {}) => {
      const { message, extensions } = (await server.ask(query, variables)).body.errors![0]!;
      expect(extensions.limit).toBe('maxCost');
      return [extensions.field, message.includes('costs the most')];
    };
    expect(await most(`{ hello small: ${nest(2, 'items(first: 500)')} large: ${nest(3, 'items(first: 500)')} }`)).toEqual(['large', true]);
    const byVariable = 'query ($n: Int!) { items(first: $n) { nodes { items(first: $n) { nodes { id } } } } item { id } }';
    expect(await most(byVariable, { n: 1000 })).toEqual(['items', true]);
    expect(await most(`{ ...F } fragment F on Query { ${nest(3, 'items(first: 500)')} }`)).toEqual([undefined, false]);
  });

  test('L22 a 10-level nest of `first: 500` is refused before any SQL', async () => {
    let statements = 0;
    const counting = connect(database.url);
    const query = counting.pool.query.bind(counting.pool);
    counting.pool.query = ((...args: Parameters<typeof query>) => {
      statements++;
      return query(...args);
    }) as typeof query;
    const own = await startHttp({ db: counting, schema });
    await own.ask('{ hello }');
    statements = 0;
    expect(first(await own.ask(`{ ${nest(10, 'items(first: 500)')} }`)).extensions.limit).toBe('maxDepth');
    expect(statements).toBe(0);
    await own.close();
    await counting.pool.end();
  });

  test.each([
    ['{ hello }', 0],
    ['{ item { id parent { id } } }', 2],
    ['{ items { nodes { id } } }', 51],
    ['{ items(first: 10) { edges { node { id } } pageInfo { hasNextPage } } }', 11],
    ['{ items(last: 7) { nodes { id } totalCount } }', 8],
    ['{ items(first: 10) { nodes { items(first: 10) { nodes { id } } } } }', 121],
    ['{ items(first: 2) { nodes { tags { name } } } }', 23],
    ['{ items(first: 1000) { totalCount } }', 1],
    ['query ($n: Int = 3) { items(first: $n) { nodes { id } } }', 4],
    ['{ items @skip(if: true) { nodes { id } } hello }', 0],
    ['{ __type(name: "Item") { name fields { name args { name } } } }', 8],
    ['{ ...F } fragment F on Query { a: __type(name: "Tag") { fields { type { name } } } b: __type(name: "None") { name } }', 3],
    [`{ __type(name: "Tag") { ${Array.from({ length: 15 }, (_, i) => `a${i}: name`).join(' ')} } }`, 6],
  ])('cost of %s is %i', async (query, spent) => {
    expect((await server.ask(query)).body.extensions).toEqual({ cost: { spent, limit: 500_000 } });
  });

  const aliases = (count: number, field: string) => Array.from({ length: count }, (_, i) => `a${i}: ${field}`).join(' ');

  test('L22 introspection: a hundred aliases of __schema, also in fragments that multiply each other', async () => {
    const { message, extensions } = await refused(`{ ${aliases(100, '__schema { types { name } }')} }`);
    expect(message).toBe('The query selects __schema 100 times; the limit is 1.');
    expect(extensions).toMatchObject({ limit: 'maxSchemas', value: 100, allowed: { max: 1 } });
    const fragments = ['A { ...B ...B }', 'B { ...C ...C }', 'C { __schema { types { name } } }'];
    const query = `{ ...A } ${fragments.map((each) => `fragment ${each.replace(' ', ' on Query ')}`).join(' ')}`;
    expect((await refused(query)).extensions).toMatchObject({ limit: 'maxSchemas', value: 4 });
    expect((await refused(`query A { __schema { types { name } } } query B { __schema { types { name } } }`)).extensions).toMatchObject({
      limit: 'maxSchemas',
    });
  });

  test.each([
    ['lists', `{ __schema { ${aliases(450, 'types { fields { name args { name } } }')} } }`],
    ['texts', `{ __schema { ${aliases(5, `types { fields { ${aliases(95, 'description')} } }`)} } }`],
    ['types', `{ ${aliases(450, '__type(name: "Query") { fields { args { name type { name } } } }')} }`],
    [
      'types of fields',
      '{ __schema { types { fields { type { fields { type { name ofType { name } } args { name type { name } } } } } } } }'.replace(
        'types',
        aliases(30, 'types { fields { name } }') + ' types',
      ),
    ],
  ])('L22 introspection that multiplies %s is charged by what it answers', async (_, query) => {
    const own = await startHttp({ db, schema: await buildWaybillSchema() });
    const { body } = await own.ask(query);
    expect(body.data).toBeUndefined();
    expect(body.errors![0]!.extensions).toMatchObject({ code: 'INVALID', limit: 'maxIntrospection', allowed: { max: 50_000 } });
    await own.close();
  });

  test('L22 the whole schema is far from the limit, as GraphiQL, Apollo and code generators ask for it', async () => {
    const own = await startHttp({ db, schema: await buildWaybillSchema() });
    // Apollo's tools, GraphiQL and graphql-codegen send what GraphQL.js makes, with these options.
    for (const options of [
      {},
      { descriptions: false },
      { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true },
    ]) {
      const { body } = await own.ask(getIntrospectionQuery(options));
      expect(body.errors).toBeUndefined();
      expect(body.data).toMatchObject({ __schema: { queryType: { name: 'Query' } } });
      const { spent } = (body.extensions as { cost: { spent: number } }).cost;
      expect(spent).toBeGreaterThan(1_000);
      expect(spent).toBeLessThan(25_000);
    }
    await own.close();
  });

  test('L22 introspection passes, as GraphQL.js, Apollo and GraphiQL ask for it', async () => {
    for (const query of [
      getIntrospectionQuery(),
      getIntrospectionQuery({
        descriptions: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        specifiedByUrl: true,
        inputValueDeprecation: true,
        oneOf: true,
      }),
    ]) {
      const { body } = await server.ask(query, {});
      expect(body.errors).toBeUndefined();
      expect(body.data).toMatchObject({ __schema: { queryType: { name: 'Query' } } });
    }
  });
});

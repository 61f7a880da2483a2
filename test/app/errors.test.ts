import { getOperationAST, GraphQLError, parse, type GraphQLScalarType } from 'graphql';
import { CompiledQueries } from '../../src/app/execution/apollo-jit.js';
import type { Database } from '../../src/platform/database.js';
import { createDatabase, type TestDatabase } from '../support/cluster.js';
import { connect, schemaOf, startHttp, type Answer, type HttpServer } from '../support/http.js';
import { smallSchema as schema } from '../support/small-schema.js';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createDatabase('server');
  db = connect(database.url);
});
afterAll(async () => {
  await db.pool.end();
  await database.drop();
});

const first = (answer: Answer) => answer.body.errors![0]!;
const graphqlJson = { accept: 'application/graphql-response+json' };

describe.each([
  ['compiled', true],
  ['interpreted', false],
])('errors of queries, %s', (_, jit) => {
  let own: HttpServer;
  beforeAll(async () => void (own = await startHttp({ db, schema, config: { jit } })));
  afterAll(() => own.close());
  /** The second time a query is compiled; both times must answer alike. */
  const ask = async (query: string, variables?: Record<string, unknown>, headers?: Record<string, string>) => {
    const [once, twice] = [await own.ask(query, variables, headers), await own.ask(query, variables, headers)];
    const plain = (answer: Answer) =>
      JSON.parse(JSON.stringify([answer.status, answer.body]).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')) as unknown;
    expect(plain(twice)).toEqual(plain(once));
    return twice;
  };

  test('an error of ours shows its message, code and facts', async () => {
    const answer = await ask('{ hello refused }');
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({ hello: 'hello world', refused: null });
    expect(answer.body.errors).toEqual([
      {
        message: 'name is too long.',
        path: ['refused'],
        locations: [{ line: 1, column: 9 }],
        extensions: { argument: 'input.name', value: 'xxx', allowed: { max: 2 }, code: 'INVALID' },
      },
    ]);
    expect(first(await ask('{ missing }'))).toMatchObject({ message: 'There is no process "x".', extensions: { code: 'NOT_FOUND' } });
  });

  test('anything else is masked, with the request id under which the log has it', async () => {
    for (const [query, path] of [
      ['{ secret }', 'secret'],
      ['{ secretItem { id } }', 'secretItem'],
    ] as const) {
      const answer = await ask(query, {}, { 'x-request-id': `masked-${path}` });
      expect(answer.body.errors).toEqual([
        {
          message: `Something went wrong on our side. The server's log has the details under request masked-${path}.`,
          path: [path],
          locations: [{ line: 1, column: 3 }],
          extensions: { code: 'INTERNAL', requestId: `masked-${path}` },
        },
      ]);
      const logged = own.log.find((line) => line.requestId === `masked-${path}` && line.level === 'error');
      expect(logged).toMatchObject({
        err: { message: expect.stringContaining('select password'), stack: expect.stringContaining('small-schema') },
      });
    }
  });

  test('SQL and the words of the driver stay inside', async () => {
    expect(JSON.stringify((await ask('{ sql(text: "select * from nowhere") }')).body.errors)).not.toMatch(/relation|nowhere|select|42P01/);
  });

  test('an interface without its type is an error, not a hanging request', async () => {
    for (const query of ['{ thing { id } }', '{ things { id } }']) expect(first(await ask(query)).extensions.code).toBe('INTERNAL');
  });

  test('what PostgreSQL says about a value or about time is told in our words', async () => {
    expect(first(await ask('{ sql(text: "select 1 / 0 from pg_sleep(0)") }')).extensions.code).toBe('INTERNAL');
    expect(first(await ask('{ sql(text: "select 99999999999::int") }')).extensions.code).toBe('INVALID');
    expect(first(await ask('query ($t: String!) { sql(text: "select $1", value: $t) }', { t: 'a\0b' })).extensions.code).toBe('INVALID');
    const hasty = connect(database.url, 50);
    const impatient = await startHttp({ db: hasty, schema, config: { jit } });
    expect(first(await impatient.ask('{ sql(text: "select pg_sleep(1)") }')).extensions.code).toBe('TIMEOUT');
    await impatient.close();
    await hasty.pool.end();
  });

  test('GraphQL keeps its words for a wrong query; the code is INVALID, its own in `reason`', async () => {
    expect(first(await ask('{ hello'))).toMatchObject({
      message: expect.stringContaining('Syntax Error'),
      extensions: { code: 'INVALID', reason: 'GRAPHQL_PARSE_FAILED' },
    });
    expect(first(await ask('{ helo }'))).toMatchObject({
      message: 'Cannot query field "helo" on type "Query". Did you mean "hello"?',
      extensions: { code: 'INVALID', reason: 'GRAPHQL_VALIDATION_FAILED' },
    });
    expect(first(await ask('{ need }')).message).toBe(
      'Field "need" argument "name" of type "String!" is required, but it was not provided.',
    );
    expect(first(await ask('query ($n: String!) { need(name: $n) }'))).toMatchObject({
      message: 'Variable "$n" of required type "String!" was not provided.',
      extensions: { code: 'INVALID', reason: 'BAD_USER_INPUT' },
    });
    expect(first(await own.post({ query: 'query A { hello } query B { hello }' })).extensions).toEqual({
      code: 'INVALID',
      reason: 'OPERATION_RESOLUTION_FAILURE',
    });
  });

  test('a wrong enum value names the argument, the value and what is allowed', async () => {
    const allowed = ['LOW', 'HIGH'];
    expect(first(await ask('{ hello(level: LOUD) }'))).toMatchObject({
      message: expect.stringContaining('Value "LOUD" does not exist in "Level" enum.'),
      extensions: { argument: 'level', value: 'LOUD', allowed },
    });
    expect(first(await ask('{ hello(wish: { name: "x", level: LOUD }) }')).extensions).toMatchObject({
      argument: 'wish.level',
      value: 'LOUD',
      allowed,
    });
    expect(first(await ask('{ hello(level: "LOW") }')).extensions).toMatchObject({ argument: 'level', allowed });
    expect(first(await ask('query ($l: Level) { hello(level: $l) }', { l: 'LOUD' }))).toMatchObject({
      message: expect.stringContaining('Variable "$l" got invalid value "LOUD"; Value "LOUD" does not exist in "Level" enum.'),
      extensions: { argument: 'level', value: 'LOUD', allowed },
    });
    expect(first(await ask('query ($w: Wish) { hello(wish: $w) }', { w: { name: 'x', level: 'LOUD' } })).extensions).toMatchObject({
      argument: 'wish.level',
      value: 'LOUD',
      allowed,
    });
  });

  test('status codes follow the media type that is accepted', async () => {
    const status = async (query: string, headers = {}) => (await ask(query, {}, headers)).status;
    for (const query of ['{ hello', '{ helo }']) expect([await status(query), await status(query, graphqlJson)]).toEqual([200, 400]);
    expect([await status('{ hello refused }', graphqlJson), await status('{ secret }', graphqlJson)]).toEqual([200, 200]);
  });

  test('answers without an error are alike', async () => {
    const { body } = await ask(
      'query ($yes: Boolean!, $n: String) { a: hello(name: $n) item { ...F id @skip(if: $yes) } b: hello @include(if: $yes) } fragment F on Item { name __typename }',
      { yes: true, n: 'operator' },
    );
    expect(body.data).toEqual({ a: 'hello operator', item: { name: 'one', __typename: 'Item' }, b: 'hello world' });
  });
});

test('of very many wrong values of one variable only the first are looked at', async () => {
  const own = schemaOf('scalar Odd type Query { odd(values: [Odd!]): Int }');
  let looked = 0;
  (own.getType('Odd') as GraphQLScalarType).parseValue = () => {
    looked++;
    throw new GraphQLError('It is even.');
  };
  const server = await startHttp({ db, schema: own });
  try {
    const { body } = await server.ask('query ($values: [Odd!]) { odd(values: $values) }', { values: Array(10_000).fill(2) });
    expect(body.errors!.length).toBeLessThan(100);
    expect(looked).toBeLessThan(1_000);
  } finally {
    await server.close();
  }
});

test('compiled queries are kept in a bounded number, from the second time they are asked', () => {
  const queries = new CompiledQueries(schema, 3, 2);
  const document = parse('{ hello }');
  const get = (hash: string) => queries.get(hash, document, getOperationAST(document)!, {});
  expect(get('a')).toBeNull();
  expect(get('a')).toBeInstanceOf(Function);
  for (const hash of ['b', 'c', 'd']) get(hash);
  expect(queries.size).toBe(3);
  expect(get('a')).toBeNull();
});

import { getOperationAST, parse } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { compileQuery } from '../../src/app/execution/compile-query.js';
import type { Database } from '../../src/platform/database.js';
import { openApi, type Api } from '../support/api.js';
import { fillCatalogue } from '../support/catalogue.js';
import { connect, startHttp, type HttpServer } from '../support/http.js';

let api: Api;
let db: Database;
let compiling: HttpServer;
let interpreting: HttpServer;
beforeAll(async () => {
  api = await openApi('compiled_queries');
  await fillCatalogue(api, 3);
  db = connect(api.url);
  const { schema } = api;
  [compiling, interpreting] = await Promise.all([startHttp({ db, schema }), startHttp({ db, schema, config: { jit: false } })]);
});
afterAll(async () => {
  await Promise.all([compiling.close(), interpreting.close()]);
  await db.pool.end();
  await api.close();
});

type Variables = Record<string, unknown>;

/** Sends it until it is compiled, and once more; each answer must be the interpreter's, which it answers. */
async function ask(query: string, variables: Variables = {}, operationName?: string) {
  const body = { query, variables, operationName };
  const headers = { accept: 'application/graphql-response+json', 'x-request-id': 'the-same' };
  const { status, body: answer } = await interpreting.post(body, headers);
  for (let time = 1; time <= 3; time++) {
    const again = await compiling.post(body, headers);
    expect([time, again.status, JSON.stringify(again.body)]).toEqual([time, status, JSON.stringify(answer)]);
  }
  return { status, data: answer.data as Record<string, any>, errors: answer.errors };
}

const compiles = (query: string, variables: Variables = {}, operationName?: string) => {
  const document = parse(query);
  const operation = getOperationAST(document, operationName)!;
  const { coerced } = getVariableValues(api.schema, operation.variableDefinitions!, variables);
  return compileQuery(api.schema, document, operation, coerced!) !== null;
};

describe('fields under @skip and @include', () => {
  const one = 'process(name: "process 001")';
  const two = 'process(name: "process 002")';
  test.each<[string, string, Variables[]]>([
    [
      'one fragment under two literal flags',
      `{ a: ${one} { id ...f @skip(if: true) } b: ${two} { id ...f @skip(if: false) } } fragment f on Process { name }`,
      [{}],
    ],
    [
      'a fragment in a fragment',
      `query ($x: Boolean!) { a: ${one} { ...f @include(if: $x) } b: ${two} { ...f ...g @skip(if: $x) } }
       fragment f on Process { id ...g } fragment g on Process { name source: sources { nodes { name } } }`,
      [{ x: true }, { x: false }],
    ],
    [
      'one fragment under several variables, on an interface and a union',
      `query ($x: Boolean!, $y: Boolean = true) {
         a: ${one} { ...n @include(if: $x) ...n @include(if: $y) ... on Node @skip(if: $y) { id } }
         contacts { nodes { links { nodes { subject { __typename ...n @skip(if: $x) ... on Process @include(if: $y) { name } } } } } }
       } fragment n on Node { id ... on Process { name @skip(if: $y) description } }`,
      [{ x: true }, { x: false }, { x: true, y: false }, { x: false, y: false }],
    ],
    [
      'the order of fields follows those that are included',
      `query ($x: Boolean!) { ${one} { name @skip(if: $x) id name description @include(if: $x) } }`,
      [{ x: true }, { x: false }],
    ],
    ['nothing is left', `query ($x: Boolean!) { ${one} { name @skip(if: $x) } ${two} @skip(if: $x) { name } }`, [{ x: true }]],
  ])('%s: the same answer each time, and compiled', async (_, query, sets) => {
    // GraphQL has no two `process` with different arguments under one key.
    const document = query.replace(`} ${two}`, `} two: ${two}`);
    for (const variables of [...sets, ...sets]) {
      await ask(document, variables);
      expect(compiles(document, variables)).toBe(true);
    }
  });

  test('the first answer of the issue has the field', async () => {
    const query = `{ a: ${one} { ...f @skip(if: true) } b: ${two} { ...f @skip(if: false) } } fragment f on Process { name }`;
    expect((await ask(query)).data).toEqual({ a: {}, b: { name: 'process 002' } });
  });

  test('a flag that is null is an error each time', async () => {
    const { errors } = await ask(`query ($x: Boolean = true) { ${one} { name @include(if: $x) } }`, { x: null });
    expect(errors![0]).toMatchObject({ extensions: { code: 'INVALID' } });
    // Also where another one leaves the field out.
    for (const flags of ['@include(if: $y) @skip(if: $x)', '@skip(if: $x) @include(if: $y)', '@skip(if: $y) @include(if: $x)'])
      await ask(`query ($x: Boolean = true, $y: Boolean!) { ${one} { id name ${flags} } }`, {
        x: null,
        y: flags.startsWith('@skip(if: $y)'),
      });
  });
});

describe('variables that are left out', () => {
  test.each<[string, Variables[]]>([
    ['query ($n: String) { processes(where: { name: { eq: $n } }) { totalCount } }', [{}, { n: 'process 001' }, { n: null }]],
    ['query ($n: String = "process 002") { processes(where: { name: { eq: $n } }) { totalCount } }', [{}, { n: 'process 001' }]],
    ['query ($n: String) { processes(where: { name: { in: ["process 001", $n] } }) { totalCount } }', [{}, { n: 'process 003' }]],
    ['query ($n: String!) { processes(where: { any: [{ name: { eq: $n } }, { name: { eq: "x" } }] }) { totalCount } }', [{ n: 'x' }]],
    ['query ($w: ProcessWhere) { processes(where: $w) { totalCount } }', [{}, { w: null }, { w: {} }, { w: { name: { eq: 'x' } } }]],
    ['query ($w: ProcessWhere) { processes(where: { all: [$w] }) { totalCount } }', [{}, { w: { name: { eq: 'process 001' } } }]],
    [
      'query ($f: Int, $r: Boolean) { processes(first: $f, includeRetired: $r) { nodes { name } } }',
      [{}, { f: 1 }, { r: true }, { f: 2, r: false }],
    ],
    ['query ($r: Boolean = false) { processes(includeRetired: $r) { totalCount } }', [{}, { r: true }, { r: null }]],
    [
      'query ($k: [DependencyKind!] = [HARD], $i: Boolean = true) { executionOrder(kinds: $k, includeAncestors: $i) { layers { __typename } } }',
      [{}, { k: ['SOFT'] }, { k: null }],
    ],
    ['query ($p: String) { executionOrder(processes: [{ name: $p }]) { layers { __typename } } }', [{}, { p: 'process 001' }, { p: null }]],
    ['query ($n: String) { source(name: $n) { name } }', [{}, { n: null }, { n: 'warehouse' }]],
  ])('%s', async (query, sets) => {
    for (const variables of [...sets, ...sets]) await ask(query, variables);
  });
});

describe('wrong variables', () => {
  test.each<[string, Variables[]]>([
    ['query ($n: String!) { process(name: $n) { name } }', [{ n: 5 }, { n: ['x'] }, { n: { a: 1 } }, { n: null }, {}]],
    ['query ($n: String) { processes(where: { name: { contains: $n } }) { totalCount } }', [{ n: 5 }, { n: ['x'] }]],
    [
      'query ($n: [String!]) { history(kind: PROCESS, databaseId: 1, where: { field: { in: $n } }) { totalCount } }',
      [{ n: 5 }, { n: [[]] }],
    ],
    ['query ($i: DateTime!) { runStatistics(from: $i) { __typename } }', [{ i: 'yesterday' }, { i: 5 }, { i: {} }, { i: [] }]],
    [
      'query ($w: ProcessWhere) { processes(where: $w) { totalCount } }',
      [{ w: { name: { eq: 5 } } }, { w: { nope: 1 } }, { w: 5 }, { w: [{}] }],
    ],
    [
      'query ($w: FileWhere) { files(where: $w) { totalCount } }',
      [{ w: { sizeBytes: { eq: 'many' } } }, { w: { registeredAt: { gt: 'x' } } }],
    ],
    ['query ($n: BigInt) { files(where: { sizeBytes: { eq: $n } }) { totalCount } }', [{ n: 'x' }, { n: {} }, { n: 1.5 }]],
    ['query ($n: [BigInt!]) { files(where: { sizeBytes: { in: $n } }) { totalCount } }', [{ n: ['1', 'x'] }, { n: [null] }]],
    [
      'query ($i: Int, $b: Boolean!) { processes(first: $i, includeRetired: $b) { totalCount } }',
      [
        { i: 1.5, b: true },
        { i: '1', b: 'yes' },
      ],
    ],
    [
      'query ($k: OrderDirection!) { history(kind: PROCESS, databaseId: 1, orderBy: { field: AT, direction: $k }) { totalCount } }',
      [{ k: 'UP' }, { k: 1 }],
    ],
  ])('%s: INVALID each time, and no error of ours', async (query, sets) => {
    const before = compiling.log.length;
    // The second form has been compiled by a right value before.
    for (const variables of [...sets, ...sets]) {
      const { status, errors } = await ask(query, variables);
      expect([status, errors![0]!.extensions.code]).toEqual([400, 'INVALID']);
    }
    expect(compiling.log.slice(before).filter(({ level }) => level === 'error')).toEqual([]);
  });

  test.each<[string, string, Variables[]]>([
    ['name', 'query ($n: String!) { process(name: $n) { name } }', [{ n: '  ' }, { n: 'a\0' }, { n: 'x'.repeat(2001) }]],
    ['job', 'query ($n: String = "  ") { process(namespace: "x", job: $n) { name } }', [{}, { n: '' }]],
    ['where.name.contains', 'query ($n: String) { processes(where: { name: { contains: $n } }) { totalCount } }', [{ n: '\ud800' }]],
    [
      'where.or.0.name.in.1',
      'query ($n: String!) { processes(where: { or: [{ name: { in: ["a", $n] } }] }) { totalCount } }',
      [{ n: 'a\0' }],
    ],
  ])('a text that %s cannot be, in %s: INVALID each time, and no error of ours', async (argument, query, sets) => {
    const before = compiling.log.length;
    for (const variables of [...sets, ...sets]) {
      const { status, errors } = await ask(query, variables);
      expect([status, errors![0]!.extensions]).toEqual([200, expect.objectContaining({ code: 'INVALID', argument })]);
    }
    expect(compiling.log.slice(before).filter(({ level }) => level === 'error')).toEqual([]);
  });

  const ofProcess = 'subscription ($n: String = "") { changes(process: { name: $n }) { cursor } }';
  test.each<[string, Variables, object]>([
    [ofProcess, { n: '  ' }, { argument: 'process.name' }],
    [ofProcess, { n: 5 }, { argument: 'process.name', reason: 'BAD_USER_INPUT' }],
    [
      'subscription ($n: [String!]) { changes(statuses: $n) { cursor } }',
      { n: ['a', ['x']] },
      { argument: 'statuses.1', reason: 'BAD_USER_INPUT' },
    ],
    [ofProcess, {}, { argument: 'process.name' }],
  ])('%s with %j: INVALID by WebSocket and SSE alike', async (query, variables, facts) => {
    const before = compiling.log.length;
    const sockets = createClient({ url: `${compiling.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
    const streams = createSseClient({ url: `${compiling.url}/graphql/stream`, retryAttempts: 0 });
    const messages: string[] = [];
    for (const client of [sockets, streams]) {
      const errors = await new Promise<readonly { message: string; extensions?: unknown }[]>((resolve) => {
        const report = (found: unknown) => resolve(found as { message: string }[]);
        client.subscribe({ query, variables }, { next: ({ errors: found }) => report(found), error: report, complete: () => undefined });
      });
      expect(errors).toEqual([expect.objectContaining({ extensions: expect.objectContaining({ code: 'INVALID', ...facts }) })]);
      messages.push(errors[0]!.message);
      await client.dispose();
    }
    expect(messages[1]).toBe(messages[0]);
    expect(compiling.log.slice(before).filter(({ level }) => level === 'error')).toEqual([]);
  });
});

test('text of a document never becomes code', async () => {
  const sign = globalThis as { waybillWasHere?: boolean };
  const text = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74dglobalThis.waybillWasHere=true';
  for (const argument of [`name: "${text}"`, `name: "x", job: "${text}"`, `name: "x", namespace: "${text}"`])
    await ask(`{ process(${argument}) { name } }`);
  await ask(`{ processes(where: { name: { in: ["${text}"] } }) { totalCount } }`);
  for (const value of ['__MAGIC_NAN__57f286b9_4c20_487f_b409_79804ddcb4f8', '__MAGIC_PLUS_INFINITY__bb201c39_3333_4695_b4ad_7f1722e7aa7a'])
    await ask(`{ processes(where: { name: { contains: "${value}" } }) { totalCount } }`);
  expect(sign.waybillWasHere).toBeUndefined();
});

test.each([
  '{ __proto__: process(name: "process 001") { name } }',
  '{ processes(first: 2) { nodes { __proto__: name constructor: id toString: description } } }',
  // graphql-jit would take the one for the other: both paths are `a_b_c` to it.
  '{ c: process(name: "process 001") { a_b: sources(first: 1) { nodes { name } } } b_c: process(name: "process 002") { a: targetObjects(first: 1) { nodes { name description } } } }',
  '{ processes(first: 1) { nodes { idx0_nodes: sources { nodes { name } } nodes: name } } }',
])('keys that confuse graphql-jit: %s', (query) => ask(query));

test('keys with _ that confuse nothing are compiled', () => {
  expect(
    compiles('{ process: process(name: "a") { name } process_2: process(name: "b") { name_1: name p_q: sources { totalCount } } }'),
  ).toBe(true);
});

test('several operations in one document, each with variables of its own', async () => {
  const document = `query A($n: String!, $x: Boolean!) { process(name: $n) { ...f id @skip(if: $x) } }
    query B($n: String = "0", $f: Int = 1) { processes(where: { name: { contains: $n } }, first: $f) { nodes { ...f } } }
    fragment f on Process { name }`;
  for (let round = 0; round < 2; round++) {
    await ask(document, { n: 'process 001', x: true }, 'A');
    await ask(document, { n: 'process 001', x: false }, 'A');
    await ask(document, {}, 'B');
    await ask(document, { n: '002', f: 2 }, 'B');
    await ask(document, { n: 5 }, 'B');
    await ask(document, {}, 'C');
    await ask(document, {});
  }
  expect([compiles(document, { n: 'x', x: true }, 'A'), compiles(document, {}, 'B')]).toEqual([true, true]);
});

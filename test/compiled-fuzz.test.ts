import fc from 'fast-check';
import { getOperationAST, parse, specifiedRules, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { compileQuery } from '../src/app/compile-query.js';
import type { Database } from '../src/platform/database.js';
import { openApi, type Api } from './support/api.js';
import { fillCatalogue } from './support/catalogue.js';
import { fillExtracts } from './support/extracts.js';
import { connect, startHttp, type HttpServer } from './support/http.js';
import { randomRequest, type Pool, type RandomRequest } from './support/random-documents.js';
import { fillRuns } from './support/runs.js';

/** FUZZ_DOCUMENTS=20000 FUZZ_SEED=1 npm test -- compiled-fuzz */
const documents = Number(process.env.FUZZ_DOCUMENTS ?? 150);
const seeds = process.env.FUZZ_SEED ? [Number(process.env.FUZZ_SEED)] : [1, Math.floor(Math.random() * 2 ** 31)];

let api: Api;
let db: Database;
let compiling: HttpServer;
let interpreting: HttpServer;
let pool: Pool;
beforeAll(async () => {
  api = await openApi('compiled_fuzz');
  await fillCatalogue(api, 4);
  await fillRuns(api);
  await fillExtracts(api);
  pool = await poolOf(api);
  db = connect(api.url);
  const { schema } = api;
  [compiling, interpreting] = await Promise.all([startHttp({ db, schema }), startHttp({ db, schema, config: { jit: false } })]);
});
afterAll(async () => {
  await Promise.all([compiling.close(), interpreting.close()]);
  await db.pool.end();
  await api.close();
});

async function poolOf({ run }: Api): Promise<Pool> {
  const data = await run(`{
    processes { nodes { id name } } sources { nodes { id name } } sourceObjects(first: 6) { nodes { id name } } contacts { nodes { id name } }
    processRuns(first: 5) { nodes { id name } } extracts(first: 5) { nodes { id name: fileName } } locations { nodes { id name } }
    datasetTypes { nodes { id name } } runGroups(first: 3) { nodes { id name: key } } }`);
  const rows = Object.values(data as Record<string, { nodes: { id: string; name: string | null }[] }>).flatMap(({ nodes }) => nodes);
  return { ids: rows.map(({ id }) => id), names: rows.flatMap(({ name }) => name ?? []) };
}

interface Told {
  errors?: { path?: unknown }[];
}

/** Status and body. Errors have no order among themselves: fields are resolved at the same time. */
async function answer(server: HttpServer, payload: object): Promise<string> {
  const headers = { accept: 'application/graphql-response+json', 'x-request-id': 'the-same' };
  const { statusCode, body } = await server.app.inject({ method: 'POST', url: '/graphql', headers, payload });
  const told = JSON.parse(body) as Told;
  told.errors?.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return `${statusCode} ${told.errors ? JSON.stringify(told) : body}`;
}

const counts = { documents: 0, refused: 0, compiled: 0, errors: 0 };

function compiles({ query, operationName }: RandomRequest, variables: Record<string, unknown>): boolean {
  const document = parse(query);
  const operation = getOperationAST(document, operationName)!;
  const { coerced } = getVariableValues(api.schema, operation.variableDefinitions!, variables);
  if (!coerced) return false;
  try {
    return compileQuery(api.schema, document, operation, coerced) !== null;
  } catch {
    return false;
  }
}

async function compare(request: RandomRequest): Promise<void> {
  const { query, operationName } = request;
  if (validate(api.schema, parse(query), specifiedRules).length) {
    counts.refused++;
    return fc.pre(false);
  }
  for (const variables of request.variables) {
    const payload = { query, operationName, variables };
    const right = await answer(interpreting, payload);
    if (/"limit":"max/.test(right)) {
      counts.refused++;
      return fc.pre(false);
    }
    if (right.includes('"errors"')) counts.errors++;
    // The first of these is interpreted, unless the other variables came before.
    for (let time = 1; time <= 2; time++) expect(await answer(compiling, payload)).toBe(right);
  }
  counts.documents++;
  if (compiles(request, request.variables[0]!)) counts.compiled++;
}

test.each(seeds)(
  `${documents} random documents have the same answer, compiled and interpreted (seed %i)`,
  async (seed) => {
    Object.assign(counts, { documents: 0, refused: 0, compiled: 0, errors: 0 });
    await fc.assert(
      fc.asyncProperty(
        fc.gen().map((make) => randomRequest(api.schema, pool, (max) => make(() => fc.nat({ max })))),
        compare,
      ),
      { numRuns: documents, seed, maxSkipsPerRun: 20 },
    );
    console.log(counts);
  },
  3_600_000,
);

import pg from 'pg';
import { execute, getOperationAST, parse, specifiedRules, validate, type DocumentNode, type ExecutionResult } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { answerError } from '../../src/app/execution/apollo-errors.js';
import { compileQuery, type Compiled, type Variables } from '../../src/app/execution/compile-query.js';
import { readConfig } from '../../src/platform/config.js';
import { createContext } from '../../src/platform/read/context.js';
import { connectionOptions, Database } from '../../src/platform/database.js';
import { documentLimits } from '../../src/app/execution/limits.js';
import { createLog, requests } from '../../src/app/log.js';
import { openApi, type Api } from '../support/api.js';
import { fillCatalogue } from '../support/catalogue.js';
import { fillFiles } from '../support/files.js';
import { startHttp, type HttpServer } from '../support/http.js';
import { decisions, randomRequest, type Pool, type RandomRequest } from '../support/random-documents.js';
import { fillRuns } from '../support/runs.js';

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
  await fillFiles(api);
  pool = await poolOf(api);
  // The clock stands still, or answers would differ by it.
  db = new Database(
    new pg.Pool({ connectionString: api.url, options: `${connectionOptions('UTC')} -c waybill.now=2020-01-02T00:00:00Z`, max: 10 }),
  );
  const { schema } = api;
  [compiling, interpreting] = await Promise.all([startHttp({ db, schema }), startHttp({ db, schema, config: { jit: false } })]);
});
afterAll(async () => {
  await Promise.all([compiling.close(), interpreting.close()]);
  await db.pool.end();
  await api.close();
});

async function poolOf(store: Api): Promise<Pool> {
  const data = await store.run(`{
    processes { nodes { id name } } sources { nodes { id name } } sourceObjects(first: 6) { nodes { id name } } contacts { nodes { id name } }
    runs(first: 5) { nodes { id name } } files(first: 5) { nodes { id name: fileName } } locations { nodes { id name } }
    datasetTypes { nodes { id name } } runGroups(first: 3) { nodes { id name: key } } }`);
  const rows = Object.values(data as Record<string, { nodes: { id: string; name: string | null }[] }>).flatMap(({ nodes }) => nodes);
  return { ids: rows.map(({ id }) => id), names: rows.flatMap(({ name }) => name ?? []) };
}

const log = createLog('silent');
const inRecord = <T>(work: () => T): T => requests.run({ id: 'the-same', log, facts: {} }, work);
const context = () => createContext(db, { actor: 'tester', role: 'admin' }, 'the-same');

/** Errors have no order among themselves: fields are resolved at the same time. */
const sorted = (errors: readonly unknown[] | undefined) => errors?.map((each) => JSON.stringify(each)).sort();
const told = ({ data, errors }: ExecutionResult) =>
  JSON.stringify({ data, errors: sorted(inRecord(() => errors?.map((error) => answerError(error, api.schema)))) });

/** Status and body. */
async function answer(server: HttpServer, payload: object): Promise<string> {
  const headers = { accept: 'application/graphql-response+json', 'x-request-id': 'the-same' };
  const { statusCode, body } = await server.app.inject({ method: 'POST', url: '/graphql', headers, payload });
  const { errors, ...rest } = JSON.parse(body) as { errors?: unknown[] };
  return `${statusCode} ${errors ? JSON.stringify({ errors: sorted(errors), ...rest }) : body}`;
}

/**
 * Where several errors come up in one field, or make one field null, the first one is reported: both ways differ from themselves, so they are
 * asked again until they agree. What differs always never does.
 */
async function expectSame(compiled: () => Promise<string>, interpreted: () => Promise<string>, variables: unknown): Promise<void> {
  let [found, right] = [await compiled(), await interpreted()];
  for (let time = 0; time < 30 && found !== right && found.includes('"errors":['); time++) {
    counts.repeated++;
    [found, right] = [await compiled(), await interpreted()];
  }
  expect([variables, found]).toEqual([variables, right]);
}

async function compareByHttp({ query, operationName, variables }: RandomRequest): Promise<void> {
  for (const each of variables) {
    const payload = { query, operationName, variables: each };
    // The first of these is interpreted, unless the other variables came before.
    for (let time = 1; time <= 2; time++)
      await expectSame(
        () => answer(compiling, payload),
        () => answer(interpreting, payload),
        each,
      );
  }
}

const none = { answers: 0, withErrors: 0, wrongVariables: 0, notCompiled: 0, interpreted: 0, repeated: 0 };
const counts = { ...none };

async function compare({ operationName, variables }: RandomRequest, document: DocumentNode): Promise<void> {
  const { schema } = api;
  const operation = getOperationAST(document, operationName)!;
  for (const each of variables) {
    const { coerced } = getVariableValues(schema, operation.variableDefinitions!, each);
    if (!coerced) {
      counts.wrongVariables++;
      continue;
    }
    counts.answers++;
    let compiled: Compiled | null = null;
    try {
      compiled = compileQuery(schema, document, operation, coerced);
    } catch {
      // Left to the interpreter, as what is not compiled.
    }
    const interpret = async () => told(await execute({ schema, document, operationName, variableValues: each, contextValue: context() }));
    const right = await interpret();
    if (right.includes('"errors":[')) counts.withErrors++;
    const result = await compiled?.(context(), coerced).catch(() => undefined);
    if (!compiled) counts.notCompiled++;
    else if (!result) counts.interpreted++;
    else if (told(result) !== right) await expectSame(() => again(compiled, coerced, interpret), interpret, each);
  }
}

/** Several errors at once are left to the interpreter sometimes, as they come up. */
async function again(compiled: Compiled, variables: Variables, interpret: () => Promise<string>): Promise<string> {
  const result = await compiled(context(), variables);
  return result ? told(result) : interpret();
}

/** What the limits refuse is not compared: it is never executed. */
const isRefused = (document: DocumentNode) =>
  validate(api.schema, document, [...specifiedRules, documentLimits(readConfig({}, []))]).length > 0;

test.each(seeds)(
  `${documents} random documents have the same answer, compiled and interpreted (seed %i)`,
  async (seed) => {
    Object.assign(counts, none);
    const decide = decisions(seed);
    let refused = 0;
    for (let compared = 0; compared < documents;) {
      const request = randomRequest(api.schema, pool, decide);
      const document = parse(request.query);
      if (isRefused(document)) {
        refused++;
        continue;
      }
      compared++;
      try {
        await compare(request, document);
        if (compared % 20 === 0) await compareByHttp(request);
        if (compared % 500 === 0) process.stderr.write(`${JSON.stringify({ seed, compared, refused, ...counts })}\n`);
      } catch (error) {
        (error as Error).message += `\nseed ${seed}, document ${compared}, operation ${request.operationName}:\n${request.query}`;
        throw error;
      }
    }
    const { answers, withErrors, notCompiled, interpreted } = counts;
    // Else it would compare the interpreter with itself, or errors alone.
    expect(notCompiled + interpreted).toBeLessThan(answers / 4);
    expect(withErrors).toBeLessThan(answers / 2);
  },
  7_200_000,
);

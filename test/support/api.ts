import { getOperationAST, graphql, parse, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import pg from 'pg';
import { compileQuery } from '../../src/app/execution/compile-query.js';
import { buildWaybillSchema } from '../../src/app/schema.js';
import { createContext, type Caller, type Context } from '../../src/platform/read/context.js';
import { asOptions, connectionOptions, Database, writeCosts } from '../../src/platform/database.js';
import type { TypedDocumentString } from '../generated/graphql.js';
import { createDatabase, type TestDatabase } from './cluster.js';

export interface Api {
  url: string;
  db: Database;
  schema: GraphQLSchema;
  /** Runs an operation as the server would, as `actor`; answers data and errors. */
  execute(query: string, variables?: Record<string, unknown>, caller?: Partial<Caller>): Promise<ExecutionResult<Record<string, any>>>;
  /** Runs an operation that must not fail, and answers its data. */
  run<Data, Variables>(document: TypedDocumentString<Data, Variables>, variables: Variables, caller?: Partial<Caller>): Promise<Data>;
  run(query: string, variables?: Record<string, unknown>, caller?: Partial<Caller>): Promise<Record<string, any>>;
  /** Runs a query by graphql-jit. */
  jit(query: string, variables?: Record<string, unknown>): Promise<ExecutionResult<Record<string, any>>>;
  /** The statements that `work` sent, in order. */
  recorded(work: () => Promise<unknown>): Promise<string[]>;
  sql<T extends object = Record<string, any>>(text: string, values?: unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

let schema: Promise<GraphQLSchema> | undefined;

/** The schema of the program, one a test file. */
const waybillSchema = (): Promise<GraphQLSchema> => (schema ??= buildWaybillSchema());

/** The API on a store of its own (or on the one at `url`). */
export async function openApi(name = 'api', url?: string): Promise<Api> {
  const database: TestDatabase = url ? { url, drop: async () => undefined } : await createDatabase(name);
  const built = await waybillSchema();
  const statements: string[] = [];
  const poolWith = (options: string) => {
    const pool = new pg.Pool({ connectionString: database.url, options, max: 20 });
    pool.on('error', () => undefined);
    // Counted at the driver: nothing that reaches the database goes around it.
    pool.on('connect', (client) => {
      const send = client.query.bind(client) as (...args: unknown[]) => unknown;
      client.query = ((...args: unknown[]) => {
        const [first] = args as [string | { text?: string }];
        statements.push(typeof first === 'string' ? first : (first.text ?? ''));
        return send(...args);
      }) as typeof client.query;
    });
    return pool;
  };
  const pool = poolWith(connectionOptions('UTC'));
  const writes = poolWith(`${connectionOptions('UTC')} ${asOptions(writeCosts)}`);
  const db = new Database(pool, { writes });
  const contextOf = (caller: Partial<Caller> = {}): Context => createContext(db, { actor: 'tester', role: 'admin', ...caller }, 'test');
  const api: Api = {
    url: database.url,
    db,
    schema: built,
    execute: (source, variableValues, caller) =>
      graphql({ schema: built, source, variableValues, contextValue: contextOf(caller) }) as Promise<ExecutionResult<Record<string, any>>>,
    async run(query: string | TypedDocumentString<unknown, unknown>, variables?: unknown, caller?: Partial<Caller>): Promise<any> {
      const { data, errors } = await api.execute(String(query), variables as Record<string, unknown>, caller);
      if (errors) throw errors[0]!.originalError ?? errors[0]!;
      return data;
    },
    async jit(query, variables) {
      const document = parse(query);
      const operation = getOperationAST(document)!;
      const { coerced, errors } = getVariableValues(built, operation.variableDefinitions ?? [], variables ?? {});
      if (!coerced) return { errors };
      const result = await compileQuery(built, document, operation, coerced)?.(contextOf(), coerced);
      if (!result) throw new Error('graphql-jit cannot execute this');
      return result as ExecutionResult<Record<string, any>>;
    },
    async recorded(work) {
      statements.length = 0;
      await work();
      return [...statements];
    },
    sql: async (text, values) => (await pool.query(text, values)).rows as never,
    async close() {
      await db.close();
      await database.drop();
    },
  };
  return api;
}

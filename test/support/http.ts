import { buildSchema, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import pg from 'pg';
import type { StoreState } from '../../src/app/store/migrate.js';
import { startServer, type Server } from '../../src/app/http/server.js';
import { readConfig, type Config } from '../../src/platform/config.js';
import type { Context } from '../../src/platform/read/context.js';
import { connectionOptions, Database } from '../../src/platform/database.js';
import { createLog } from '../../src/app/log.js';

export interface Answer {
  status: number;
  headers: Headers;
  body: {
    data?: Record<string, unknown> | null;
    errors?: { message: string; path?: unknown[]; extensions: Record<string, unknown> }[];
    extensions?: Record<string, unknown>;
  };
}

export interface HttpServer extends Server {
  /** The lines of its log so far. */
  log: Record<string, unknown>[];
  post(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  ask(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer>;
}

/** A pool like the program's own, on a database of a test. */
export function connect(url: string, statementTimeout = 30_000): Database {
  const pool = new pg.Pool({
    connectionString: url,
    options: connectionOptions('UTC', statementTimeout),
    max: 5,
    // A busy machine takes its time: what is proved is not how fast it connects.
    connectionTimeoutMillis: 20_000,
  });
  pool.on('error', () => undefined);
  return new Database(pool);
}

/** A schema from its text, with resolvers by type and field. */
export function schemaOf(
  text: string,
  resolvers: Record<string, Record<string, GraphQLFieldResolver<never, Context>>> = {},
): GraphQLSchema {
  const schema = buildSchema(text);
  for (const [type, fields] of Object.entries(resolvers))
    for (const [field, resolve] of Object.entries(fields))
      (schema.getType(type) as never as { getFields(): Record<string, { resolve: unknown }> }).getFields()[field]!.resolve = resolve;
  return schema;
}

interface HttpOptions {
  db: Database;
  schema?: GraphQLSchema;
  config?: Partial<Config>;
  state?: StoreState;
}

/** A Waybill server on any free port, and a client that knows its address. */
export async function startHttp({ db, state, config = {}, schema }: HttpOptions): Promise<HttpServer> {
  const log: Record<string, unknown>[] = [];
  const server = await startServer({
    db,
    state,
    config: { ...readConfig({}, []), port: 0, ...config },
    schema: schema ?? schemaOf('type Query { hello: String }', { Query: { hello: () => 'world' } }),
    log: createLog('trace', { write: (line) => void log.push(JSON.parse(line) as Record<string, unknown>) }),
  });
  const post: HttpServer['post'] = async (body, headers = {}) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
  };
  return { ...server, log, post, ask: (query, variables = {}, headers = {}) => post({ query, variables }, headers) };
}

import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastify, { LogController, type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { KeyRing } from '../../actor/api-keys.js';
import { identifyCaller, isLoopback } from '../../actor/caller.js';
import type { Config } from '../../platform/config.js';
import { createContext, type Caller, type Context } from '../../platform/read/context.js';
import type { Database } from '../../platform/database.js';
import { Unavailable } from '../../platform/errors.js';
import { bodyOf } from '../../platform/read/large-answer.js';
import { unsent } from '../execution/large-answers.js';
import { documentLimits } from '../execution/limits.js';
import { endRecord, requestIdFrom, requests, type Log, type RequestRecord } from '../log.js';
import { answerError, retryAfterOf, statusOf } from '../execution/apollo-errors.js';
import { gatePlugin } from './apollo-gate.js';
import { jitPlugin } from '../execution/apollo-jit.js';
import { compressAnswers } from './compress-answers.js';
import { answerOtherSites } from './cors.js';
import { prepareToDrain } from './drain.js';
import { readiness } from './health.js';
import { httpError } from './http-error.js';
import { LiveServer } from '../subscriptions/subscription-server.js';
import { readUtf8 } from './request-body.js';
import type { StoreState } from '../store/migrate.js';
import { codeOf } from '../../platform/text-at.js';

declare module 'fastify' {
  interface FastifyRequest {
    record: RequestRecord;
    caller: Caller;
  }
}

export interface ServerOptions {
  config: Config;
  schema: GraphQLSchema;
  log: Log;
  /** Without a database the server waits: it answers UNAVAILABLE until `use` is called. */
  db?: Database | undefined;
  state?: StoreState | undefined;
}

export interface Server {
  url: string;
  app: FastifyInstance;
  /** From now on requests are answered from this database. */
  use(db: Database, state: StoreState): void;
  /** Why requests cannot be answered yet. */
  wait(reason: string): void;
  /** Takes no new requests, lets the running ones end, for ten seconds at most; each is answered. */
  close(): Promise<void>;
}

/** The port is taken, or the address is not one of this machine. */
export class ListenError extends Error {
  override name = 'ListenError';
}

/** Starts the HTTP server: GraphQL on /graphql, subscriptions there and on /graphql/stream, a page to try it on /, health on /health/live and /health/ready. */
export async function startServer({ config, schema, log, db, state }: ServerOptions): Promise<Server> {
  const store = {
    db,
    state: state ?? (db ? ({ kind: 'ready' } as const) : undefined),
    keys: db && new KeyRing(db),
    waiting: 'The server is starting.',
  };
  const apollo = await startApollo(config, schema, log, () => store.state ?? { kind: 'ready' });
  const app = createApp(config, log, schema);
  const drain = prepareToDrain(app);

  const identify = async (request: FastifyRequest) => {
    // Apollo refuses what a foreign web page can send without asking first. For a GET, which never writes, the browser's own word on
    // where it comes from will do, so that a plain `curl` and a link work; and a key, which a page sends only when it was allowed to.
    const { 'sec-fetch-site': site, authorization } = request.headers;
    if (request.method === 'GET' && (authorization !== undefined || ['same-origin', 'none', undefined].includes(site)))
      request.headers['apollo-require-preflight'] = 'true';
    if (!store.keys) throw new Unavailable(store.waiting);
    request.caller = await identifyCaller(store.keys, request.headers, config);
    request.record.facts.actor = request.caller.actor;
  };
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    bodyLimit: config.maxBody,
    preHandler: identify,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the handler takes any server of Fastify.
    handler: fastifyApolloHandler(apollo, {
      context: async (request) => createContext(store.db!, request.caller, request.record.id, config.maxCost),
    }) as (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
  });

  const live = new LiveServer(app, apollo, schema, config, log, store);
  if (db) live.use(db);

  const home = await readFile(new URL('../../../src/app/http/home.html', import.meta.url), 'utf8');
  const policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'";
  app.get('/', (_, reply) => reply.type('text/html; charset=utf-8').header('content-security-policy', policy).send(home));
  app.get('/health/live', () => ({ status: 'live' }));
  app.get('/health/ready', async (_, reply) => {
    const answer = await readiness(store.db, store.state, store.waiting);
    return reply.code(answer.status === 'ready' ? 200 : 503).send(answer);
  });

  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await Promise.all([app.close(), apollo.stop()]);
    throw listenError(error, config);
  }
  const [address] = app.addresses();
  const port = typeof address === 'object' ? address.port : config.port;
  const host = isLoopback(config.host) || !['0.0.0.0', '::'].includes(config.host) ? config.host : 'localhost';
  return {
    app,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    use(nextDb, nextState) {
      if (nextDb === store.db) return void (store.state = nextState);
      Object.assign(store, { db: nextDb, state: nextState, keys: new KeyRing(nextDb) });
      live.use(nextDb);
    },
    wait: (reason) => void (store.waiting = reason),
    async close() {
      await drain(() => live.end());
      await apollo.stop();
    },
  };
}

async function startApollo(config: Config, schema: GraphQLSchema, log: Log, state: () => StoreState): Promise<ApolloServer<Context>> {
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stringifyResult,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: config.maxTokens },
    // Apollo's own maxRecursiveSelections would send this rule behind GraphQL's; it counts the fields of fragments itself.
    validationRules: [documentLimits(config)],
    formatError: (_, error) => answerError(error, schema),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      // It would wrap each resolver of the schema, to work out a header that we know.
      ApolloServerPluginCacheControlDisabled(),
      gatePlugin(config, state),
      ...(config.jit ? [jitPlugin(schema) as ApolloServerPlugin<Context>] : []),
    ],
    logger: log,
  });
  await apollo.start();
  return apollo;
}

/** A large answer has no text yet: its body is written while it is sent. */
function stringifyResult(result: object): string {
  const record = requests.getStore();
  if (!record?.large) return `${JSON.stringify(result)}\n`;
  record.body = result;
  return '';
}

function createApp(config: Config, log: Log, schema: GraphQLSchema): FastifyInstance {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our logger is of a narrower type than Fastify's.
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => requestIdFrom(request.headers['x-request-id']),
    bodyLimit: config.maxBody,
    requestTimeout: 60_000,
    trustProxy: config.trustedProxies ?? false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // An address that cannot be decoded comes to no hook and no handler.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its type is that of the narrower logger.
    frameworkErrors: (error, _, reply) => void (reply as unknown as FastifyReply).code(400).send({ errors: [httpError(error, config)] }),
  }) as unknown as FastifyInstance;
  app.decorateRequest('record');
  app.decorateRequest('caller');

  app.addHook('onRequest', async (request, reply) => {
    // As nginx passes calls on where nothing else is said: without any header that tells.
    if (request.raw.httpVersion === '1.0') request.headers.via ??= 'HTTP/1.0';
    const record: RequestRecord = { id: request.id, log: log.child({ requestId: request.id }), facts: {} };
    request.record = record;
    reply.raw.once('close', () => endRecord(record));
    reply.headers({
      'x-request-id': request.id,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });
  answerOtherSites(app, config);
  readUtf8(app, config.maxBody);
  // Only here, when the body has been read: the events of a body lose what was entered before.
  app.addHook('preHandler', (request, _, done) => requests.run(request.record, done));
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.record.refused && String(reply.getHeader('content-type')).startsWith('application/json')) reply.code(200);
    // Node's server destroys a connection on which nothing has moved for so long.
    request.raw.socket.setTimeout(unsent.patienceMs);
    return request.record.body ? Readable.from(bodyOf(request.record.body)) : payload;
  });
  compressAnswers(app);
  app.addHook('onResponse', async (request, reply) => {
    const { log: line, facts } = request.record;
    // The path without its query, which may be a whole GraphQL document with somebody's data in it.
    const health = request.url.startsWith('/health/');
    line[health ? 'debug' : 'info'](
      {
        method: request.method,
        path: request.url.split('?')[0],
        status: reply.statusCode,
        client: request.ip,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ...facts,
      },
      'request',
    );
  });

  app.setErrorHandler((error: FastifyError, request, reply) =>
    requests.run(request.record, () => {
      // The client left while its large answer was sent: there is nobody to answer.
      if (request.record.closed) return reply.hijack();
      delete request.record.body;
      const body = httpError(error, config);
      const answer = body ?? answerError(error, schema);
      const status = body ? error.statusCode! : statusOf(answer);
      if (status === 401) reply.header('www-authenticate', 'Bearer');
      const retryAfter = retryAfterOf([answer]);
      if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
      return reply.code(status).send({ errors: [answer] });
    }),
  );
  app.setNotFoundHandler((request, reply) => {
    const known = request.url.split('?')[0] === '/graphql';
    if (known) reply.header('allow', 'GET, POST');
    return reply.code(known ? 405 : 404).send({
      errors: [
        known
          ? {
              message: `/graphql takes POST and GET, not ${request.method}.`,
              extensions: { code: 'INVALID', value: request.method, allowed: ['GET', 'POST'] },
            }
          : {
              message:
                'There is nothing at this path. GraphQL is at /graphql, server-sent events at /graphql/stream, the state of the server at /health/ready.',
              extensions: { code: 'NOT_FOUND' },
            },
      ],
    });
  });
  return app;
}

function listenError(error: unknown, { host, port }: Config): unknown {
  const code = codeOf(error);
  if (code === 'EADDRINUSE')
    return new ListenError(
      `Port ${port} on ${host} is in use: another Waybill or another program listens there. Choose another with WAYBILL_PORT or --port.`,
    );
  if (code === 'EACCES')
    return new ListenError(`Port ${port} may not be used by this user: choose one above 1023 with WAYBILL_PORT or --port.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new ListenError(`WAYBILL_HOST is ${JSON.stringify(host)}, which is no address of this machine.`);
  return error;
}

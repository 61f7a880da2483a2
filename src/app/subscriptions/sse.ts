import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { Config } from '../../platform/config.js';
import { lastCursors } from '../../live/last-cursors.js';
import { createContext } from '../../platform/read/context.js';
import { invalid } from '../../platform/errors.js';
import { identifyAgain, identifySubscriber, type SubscriptionCount } from './callers.js';
import { answered, prepare, run, told, type Asked } from './operations.js';
import type { LiveStore } from './subscription-server.js';
import { Unavailable } from '../../platform/errors.js';
import { textAt } from '../../platform/text-at.js';

const pingMs = 12_000;

/**
 * Subscriptions as server-sent events, each a request of its own: what `graphql-sse` calls distinct connections. Written here, since that
 * package's server keeps whatever a slow client has not read yet.
 */
export class LiveStreams {
  readonly #open = new Set<ServerResponse>();

  constructor(
    readonly schema: GraphQLSchema,
    readonly config: Config,
    readonly store: LiveStore,
    readonly counted: SubscriptionCount,
  ) {}

  route(app: FastifyInstance): void {
    app.route({
      method: ['GET', 'POST'],
      url: '/graphql/stream',
      bodyLimit: this.config.maxBody,
      handler: (request, reply) => this.#answer(request, reply),
    });
  }

  /** Ends all streams without the word that they are complete: clients come again by themselves, after their last cursor. */
  close(): void {
    for (const response of this.#open) response.end();
  }

  async #answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { keys, db, state, waiting } = this.store;
    if (!keys) throw new Unavailable(waiting);
    const identify = () => identifySubscriber(keys, request.headers, this.config);
    const caller = await identify();
    request.record.facts.actor = caller.actor;
    const context = createContext(db!, caller, request.record.id, this.config.maxCost);
    const { 'last-event-id': last } = request.headers;
    if (typeof last === 'string' && last) lastCursors.set(context, last);
    const args = prepare(asked(request), this.schema, this.config, state ?? { kind: 'ready' }, context);
    const subscriber = { client: `${request.ip} ${caller.actor}`, caller: caller.actor, address: request.ip };
    const results = Array.isArray(args) ? { errors: args } : await run(args, () => this.counted.add(subscriber));

    reply.hijack();
    const response = reply.raw;
    const headers = Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]));
    // The last one asks nginx not to wait for more.
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    const pings = setInterval(() => response.write(':\n\n'), pingMs);
    const enough = identifyAgain(identify, () => response.end());
    const leave = () => {
      enough();
      clearInterval(pings);
      this.#open.delete(response);
      if (Symbol.asyncIterator in results) void results.return();
    };
    response.once('close', leave);
    this.#open.add(response);
    // Gone already, while all this was looked up.
    if (response.closed || response.destroyed) return leave();
    try {
      // Some browsers wait for the first bytes.
      await write(response, ':\n\n');
      if (Symbol.asyncIterator in results) for await (const result of results) await this.#tell(request, response, result);
      else await this.#tell(request, response, results);
      await write(response, 'event: complete\ndata: \n\n');
    } catch (error) {
      const errors = told([error], this.schema, request.record);
      await write(response, `event: next\ndata: ${JSON.stringify({ errors })}\n\nevent: complete\ndata: \n\n`);
    }
    response.end();
  }

  #tell(request: FastifyRequest, response: ServerResponse, result: ExecutionResult): Promise<void> {
    const cursor = textAt(Object.values(result.data ?? {})[0], 'cursor');
    // A browser's EventSource comes again with it by itself.
    const id = typeof cursor === 'string' ? `id: ${cursor}\n` : '';
    return write(response, `event: next\n${id}data: ${JSON.stringify(answered(result, this.schema, request.record))}\n\n`);
  }
}

/** Written when it is on its way: a slow reader makes its subscription wait. */
const write = (response: ServerResponse, text: string): Promise<void> =>
  new Promise((resolve) => {
    if (response.writableEnded || response.destroyed) return resolve();
    response.once('close', resolve);
    response.write(text, () => {
      response.off('close', resolve);
      resolve();
    });
  });

/** The parameters of GraphQL over HTTP: in the body, or in the address. */
function asked({ method, body, query }: FastifyRequest): Asked {
  if (method === 'POST') {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw invalid('The request body must be a JSON object with a query.', { argument: 'query' });
    return body;
  }
  const { variables, ...rest }: Record<string, unknown> = { ...(typeof query === 'object' ? query : {}) };
  if (typeof variables !== 'string' || !variables) return rest;
  try {
    return { ...rest, variables: JSON.parse(variables) as unknown };
  } catch {
    throw invalid('variables is not valid JSON.', { argument: 'variables' });
  }
}

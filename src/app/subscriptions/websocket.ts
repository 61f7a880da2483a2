import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import type { ApolloServer } from '@apollo/server';
import proxyAddr from '@fastify/proxy-addr';
import { GraphQLError, parse, type GraphQLSchema } from 'graphql';
import { handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Config } from '../../platform/config.js';
import { createContext, type Caller, type Context } from '../../platform/read/context.js';
import { DomainError, Unavailable } from '../../platform/errors.js';
import { endRecord, requestIdFrom, requests, type Log, type RequestRecord } from '../log.js';
import { identifyAgain, identifySubscriber, type Subscriber, type SubscriptionCount } from './callers.js';
import { answerOperation, FormattedError, isSubscription } from './answer-operation.js';
import { answered, asGraphQLError, contextOf, prepare, run, told } from './operations.js';
import { nextMessage, sendTo, type Send } from './send-messages.js';
import type { LiveStore } from './subscription-server.js';
import { asError } from '../../platform/text-at.js';

interface Extra {
  socket: WebSocket;
  send: Send;
  request: IncomingMessage;
  /** The client's address, as trusted proxies say it. */
  address: string;
  record: RequestRecord;
  caller?: Caller;
  /** Queries and mutations that run. */
  running: Map<RequestRecord, Promise<unknown>>;
  /** Why no more of them are taken: the connection is about to be closed. */
  leaving?: string;
}

/** Close codes: of RFC 6455, and of the protocol graphql-transport-ws. */
const codes = { restart: 1012, later: 1013, refused: { UNAUTHENTICATED: 4401, FORBIDDEN: 4403, INVALID: 4400 } as Record<string, number> };
const maxReasonBytes = 123;
const pingMs = 12_000;
const patienceMs = 2_000;
/** How long queries and mutations may run on when the connection is to be closed. */
const drainMs = 10_000;

/** What graphql-ws is told to run when a query or mutation was answered: a subscription without events. */
const answeredAlready = parse('subscription { answered }');
async function* noEvents(): AsyncGenerator<never, void, void> {}

/** A reason must be short. */
function shortened(text: string): string {
  let short = text;
  while (Buffer.byteLength(short) > maxReasonBytes) short = `${short.slice(0, -2)}…`;
  return short;
}

/** Operations by WebSocket: protocol graphql-transport-ws, several of them on one connection. */
export class LiveSockets {
  readonly #server: WebSocketServer;
  readonly #protocol;
  readonly #all = new Set<Extra>();
  /** Who has each subscription. */
  readonly #subscribers = new WeakMap<Context, Subscriber>();

  constructor(
    readonly apollo: ApolloServer<Context>,
    readonly schema: GraphQLSchema,
    readonly config: Config,
    readonly log: Log,
    readonly store: LiveStore,
    readonly counted: SubscriptionCount,
  ) {
    this.#server = new WebSocketServer({ noServer: true, maxPayload: config.maxBody, handleProtocols });
    this.#protocol = makeServer<Record<string, unknown>, Extra>({
      onConnect: (ctx) => this.#identify(ctx.extra, ctx.connectionParams),
      onSubscribe: async ({ extra, subscriptions }, id, payload) => {
        const { socket, address, record, caller } = extra;
        const { db, state } = this.store;
        if (!isSubscription(payload, config)) {
          const errors = await this.#answer(extra, id, payload, () => id in subscriptions);
          return errors ?? { schema, document: answeredAlready };
        }
        const context = createContext(db!, caller!, record.id, config.maxCost);
        this.#subscribers.set(context, { client: socket, caller: caller!.actor, address });
        return prepare(payload, schema, config, state ?? { kind: 'ready' }, context);
      },
      subscribe: (args) =>
        args.document === answeredAlready ? noEvents() : run(args, () => this.counted.add(this.#subscribers.get(contextOf(args))!)),
      onNext: ({ extra }, _id, _payload, _args, result) => answered(result, schema, extra.record),
      onError: ({ extra }, _id, _payload, errors) => told(errors, schema, extra.record),
    });
  }

  accept(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, stream, head, (socket) => this.#open(socket, request));
  }

  /** Ends all connections; clients come again by themselves, after their last cursor. */
  async close(reason: string): Promise<void> {
    await Promise.all(
      [...this.#all].map(async (extra) => {
        extra.leaving = reason;
        await Promise.race([Promise.allSettled(extra.running.values()), sleep(drainMs, undefined, { ref: false })]);
        // An answer is followed by the word that it is complete.
        await immediate();
        await closed(extra.socket, codes.restart, reason);
      }),
    );
  }

  #open(socket: WebSocket, request: IncomingMessage): void {
    const id = requestIdFrom(request.headers['x-request-id']);
    const address = proxyAddr(request, this.config.trustedProxies ?? []);
    const record: RequestRecord = { id, log: this.log.child({ requestId: id, client: address }), facts: {} };
    // Too large a message, or no WebSocket at all: `ws` closes the connection with a code of its own.
    socket.on('error', (error) => record.log.warn({ err: error }, 'a WebSocket broke'));
    let alive = true;
    socket.on('pong', () => (alive = true));
    const pings = setInterval(() => {
      if (!alive) return socket.terminate();
      alive = false;
      socket.ping();
    }, pingMs);
    const extra: Extra = { socket, send: sendTo(socket), request, address, record, running: new Map() };
    this.#all.add(extra);
    const gone = this.#protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => extra.send([text]),
        close: (code, reason) => socket.close(code, shortened(reason ?? '')),
        onMessage: (receive) =>
          socket.on('message', (data: Buffer) =>
            requests.run(record, () =>
              receive(data.toString()).catch((error: unknown) => {
                record.log.error({ err: error }, 'unexpected error of a WebSocket');
                socket.close(1011, 'Something went wrong on our side.');
              }),
            ),
          ),
      },
      extra,
    );
    socket.once('close', (code, reason) => {
      clearInterval(pings);
      this.#all.delete(extra);
      for (const each of extra.running.keys()) endRecord(each);
      gone(code, reason.toString()).catch((error: unknown) => record.log.error({ err: error }, 'unexpected error of a WebSocket'));
    });
  }

  /** Answers a query or mutation; or what is wrong with it, where nothing of it ran. */
  async #answer(extra: Extra, id: string, payload: SubscribePayload, isAwaited: () => boolean): Promise<GraphQLError[] | undefined> {
    const { running, leaving, caller, address, send } = extra;
    const max = this.config.maxSubscriptions;
    if (leaving) return [asGraphQLError(new Unavailable(leaving))];
    if (running.size >= max)
      return [
        asGraphQLError(
          new DomainError('CONFLICT', `A connection may have ${max} queries and mutations running; wait for one of them.`, {
            limit: 'maxSubscriptions',
            value: running.size + 1,
            allowed: { max },
          }),
        ),
      ];
    const requestId = requestIdFrom(`${extra.record.id}:${id}`);
    const record: RequestRecord = {
      id: requestId,
      log: this.log.child({ requestId, client: address }),
      facts: { actor: caller!.actor },
    };
    const context = createContext(this.store.db!, caller!, requestId, this.config.maxCost);
    const work = requests.run(record, async () => {
      const result = await answerOperation(this.apollo, payload, context, record);
      if (result.data === undefined) return result.errors!.map((error) => new FormattedError(error));
      if (isAwaited()) await send(nextMessage(id, result, record));
    });
    running.set(record, work);
    try {
      return await work;
    } catch (error) {
      return [asGraphQLError(error)];
    } finally {
      running.delete(record);
      endRecord(record);
    }
  }

  async #identify(extra: Extra, params: Readonly<Record<string, unknown>> | undefined): Promise<boolean> {
    const { socket, request, record } = extra;
    try {
      if (!this.store.keys) {
        socket.close(codes.later, shortened(this.store.waiting));
        return false;
      }
      const identify = () => identifySubscriber(this.store.keys!, request.headers, this.config, params);
      extra.caller = await identify();
      const enough = identifyAgain(identify, (error) => socket.close(codes.refused[error.code], shortened(error.message)));
      socket.once('close', enough);
      return true;
    } catch (error) {
      const [answer] = told([new GraphQLError(String(error), { originalError: asError(error) })], this.schema, record);
      const code = error instanceof DomainError ? codes.refused[error.code] : undefined;
      socket.close(code ?? codes.later, shortened(answer!.message));
      return false;
    }
  }
}

async function closed(socket: WebSocket, code: number, reason: string): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  const gone = new Promise((resolve) => socket.once('close', resolve));
  const impatience = setTimeout(() => socket.terminate(), patienceMs);
  socket.close(code, reason);
  await gone;
  clearTimeout(impatience);
}

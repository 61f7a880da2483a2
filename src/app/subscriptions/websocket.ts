import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import proxyAddr from '@fastify/proxy-addr';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { handleProtocols, makeServer } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Config } from '../../platform/config.js';
import { createContext, type Caller, type Context } from '../../platform/read/context.js';
import { DomainError } from '../../platform/errors.js';
import { requestIdFrom, requests, type Log, type RequestRecord } from '../log.js';
import { identifyAgain, identifySubscriber, type Subscriber, type SubscriptionCount } from './callers.js';
import { answered, contextOf, prepare, run, told } from './operations.js';
import type { LiveStore } from './subscription-server.js';
import { asError } from '../../platform/text-at.js';

interface Extra {
  socket: WebSocket;
  request: IncomingMessage;
  /** The client's address, as trusted proxies say it. */
  address: string;
  record: RequestRecord;
  caller?: Caller;
}

/** Close codes: of RFC 6455, and of the protocol graphql-transport-ws. */
const codes = { restart: 1012, later: 1013, refused: { UNAUTHENTICATED: 4401, FORBIDDEN: 4403, INVALID: 4400 } as Record<string, number> };
const maxReasonBytes = 123;
const pingMs = 12_000;
const patienceMs = 2_000;

/** A reason must be short. */
function shortened(text: string): string {
  let short = text;
  while (Buffer.byteLength(short) > maxReasonBytes) short = `${short.slice(0, -2)}…`;
  return short;
}

/** Subscriptions by WebSocket: protocol graphql-transport-ws, any number of them on one connection. */
export class LiveSockets {
  readonly #server: WebSocketServer;
  readonly #protocol;
  /** Who has each subscription. */
  readonly #subscribers = new WeakMap<Context, Subscriber>();

  constructor(
    readonly schema: GraphQLSchema,
    readonly config: Config,
    readonly log: Log,
    readonly store: LiveStore,
    readonly counted: SubscriptionCount,
  ) {
    this.#server = new WebSocketServer({ noServer: true, maxPayload: config.maxBody, handleProtocols });
    this.#protocol = makeServer<Record<string, unknown>, Extra>({
      onConnect: (ctx) => this.#identify(ctx.extra, ctx.connectionParams),
      onSubscribe: ({ extra: { socket, address, record, caller } }, _id, payload) => {
        const { db, state } = this.store;
        const context = createContext(db!, caller!, record.id);
        this.#subscribers.set(context, { client: socket, caller: caller!.actor, address });
        return prepare(payload, schema, config, state ?? { kind: 'ready' }, context);
      },
      subscribe: (args) => run(args, () => this.counted.add(this.#subscribers.get(contextOf(args))!)),
      onNext: ({ extra }, _id, _payload, _args, result) => answered(result, schema, extra.record),
      onError: ({ extra }, _id, _payload, errors) => told(errors, schema, extra.record),
    });
  }

  accept(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, stream, head, (socket) => this.#open(socket, request));
  }

  /** Ends all connections; clients come again by themselves, after their last cursor. */
  async close(reason: string): Promise<void> {
    await Promise.all([...this.#server.clients].map((socket) => closed(socket, codes.restart, reason)));
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
    const gone = this.#protocol.opened(
      {
        protocol: socket.protocol,
        // Told when it is on its way: a slow reader makes its subscriptions wait.
        send: (text) =>
          new Promise((resolve) => {
            if (socket.readyState === socket.OPEN) socket.send(text, () => resolve());
            else resolve();
          }),
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
      { socket, request, address, record },
    );
    socket.once('close', (code, reason) => {
      clearInterval(pings);
      gone(code, reason.toString()).catch((error: unknown) => record.log.error({ err: error }, 'unexpected error of a WebSocket'));
    });
  }

  async #identify(extra: Extra, params: Readonly<Record<string, unknown>> | undefined): Promise<boolean> {
    const { socket, request, record } = extra;
    try {
      if (!this.store.keys) {
        socket.close(codes.later, shortened(this.store.waiting));
        return false;
      }
      const identify = () => identifySubscriber(this.store.keys!, request.headers, this.config.host, params);
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

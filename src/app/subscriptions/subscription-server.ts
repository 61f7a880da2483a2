import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { KeyRing } from '../../actor/api-keys.js';
import { announceChanges } from '../../live/feed.js';
import type { Config } from '../../platform/config.js';
import type { Context } from '../../platform/read/context.js';
import type { Database } from '../../platform/database.js';
import type { Log } from '../log.js';
import { SubscriptionCount } from './callers.js';
import { LiveStreams } from './sse.js';
import { LiveSockets } from './websocket.js';
import type { StoreState } from '../store/migrate.js';

/** The store as the server has it at present. */
export interface LiveStore {
  db?: Database | undefined;
  state?: StoreState | undefined;
  keys?: KeyRing | undefined;
  waiting: string;
}

/** Lets a server answer subscriptions: by WebSocket on /graphql, with queries and mutations beside them, and as server-sent events from /graphql/stream. */
export class LiveServer {
  readonly #counted: SubscriptionCount;
  readonly #sockets: LiveSockets;
  readonly #streams: LiveStreams;
  #ending = false;

  constructor(
    app: FastifyInstance,
    apollo: ApolloServer<Context>,
    schema: GraphQLSchema,
    readonly config: Config,
    readonly log: Log,
    store: LiveStore,
  ) {
    this.#counted = new SubscriptionCount(config);
    this.#sockets = new LiveSockets(apollo, schema, config, log, store, this.#counted);
    this.#streams = new LiveStreams(schema, config, store, this.#counted);
    this.#streams.route(app);
    const { server } = app;
    // Clients may offer other upgrades, such as HTTP/2, with a request that is to be answered as it is.
    Object.assign(server, { shouldUpgradeCallback: ({ headers }: IncomingMessage) => /^websocket$/i.test(headers.upgrade ?? '') });
    server.on('upgrade', (request, stream, head) => this.#upgrade(request, stream, head));
  }

  /** From now on, and from this store. */
  use(db: Database): void {
    announceChanges(db, { pollMs: this.config.pollMs, onError: (error) => this.log.warn({ err: error }, 'polling for changes failed') });
    // Those who subscribed to another one subscribe anew.
    void this.#sockets.close('The store is another one now. Connect again.');
    this.#streams.close();
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const refuse = (status: string, reason: string) =>
      stream.end(
        `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${reason.length}\r\n\r\n${reason}`,
      );
    stream.on('error', () => undefined);
    if (this.#ending) refuse('503 Service Unavailable', 'The server is shutting down. Try again in a moment.');
    else if (request.url?.split('?')[0] !== '/graphql') refuse('404 Not Found', 'WebSockets are answered at /graphql.');
    else this.#sockets.accept(request, stream, head);
  }

  /** Ends all subscriptions, for good. */
  async end(): Promise<void> {
    this.#ending = true;
    this.#streams.close();
    await this.#sockets.close('The server stops. Connect again, and go on after your last cursor.');
    // Each says in the log that it has ended.
    for (let i = 0; i < 50 && this.#counted.all; i++) await sleep(10);
  }
}

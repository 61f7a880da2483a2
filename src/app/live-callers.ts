import type { IncomingHttpHeaders } from 'node:http';
import type { KeyRing } from '../actor/api-key.service.js';
import { identifyCaller } from '../actor/caller.js';
import type { Caller } from '../platform/context.js';
import { DomainError, forbidden } from '../platform/errors.js';

/**
 * Who subscribes: as with any other request. A browser's page can set no headers for a WebSocket, so they may come with its first message; and it
 * may open one to any host, so that a page of another site needs a key.
 */
export async function identifySubscriber(
  keys: KeyRing,
  headers: IncomingHttpHeaders,
  listensOn: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<Caller> {
  const given: IncomingHttpHeaders = { ...headers };
  if (typeof params.authorization === 'string') given.authorization = params.authorization;
  // As it would be in a header: bytes read as Latin-1.
  if (typeof params.actor === 'string') given['waybill-actor'] = Buffer.from(params.actor).toString('latin1');
  const { origin } = headers;
  const foreign = origin === undefined ? String(headers['sec-fetch-site']).endsWith('-site') : !isOwn(origin, headers.host);
  if (given.authorization === undefined && foreign)
    throw forbidden(`A page of ${origin ?? 'another site'} may subscribe only with an API key.`, {
      argument: 'Origin',
      value: origin ?? null,
    });
  return identifyCaller(keys, given, listensOn);
}

const againMs = 3_000;

/** Asks again from time to time who subscribes, until the answer is called: a key may be revoked, or the first one made. */
export function identifyAgain(identify: () => Promise<Caller>, refused: (error: DomainError) => void): () => void {
  const timer = setInterval(() => {
    identify().catch((error: unknown) => error instanceof DomainError && refused(error));
  }, againMs);
  timer.unref();
  return () => clearInterval(timer);
}

function isOwn(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** How many subscriptions each client has, and all together. */
export class SubscriptionCount {
  #all = 0;
  readonly #of = new Map<unknown, number>();

  constructor(readonly limits: { maxSubscriptions: number; maxAllSubscriptions: number }) {}

  /** Counts one more, until the answer is called. @throws CONFLICT, naming the limit */
  add(client: unknown): () => void {
    const { maxSubscriptions, maxAllSubscriptions } = this.limits;
    const own = this.#of.get(client) ?? 0;
    const refuse = (message: string, limit: string, max: number) =>
      new DomainError('CONFLICT', message, { limit, value: max + 1, allowed: { max } });
    if (own >= maxSubscriptions)
      throw refuse(`A client may have ${maxSubscriptions} subscriptions at once; end one first.`, 'maxSubscriptions', maxSubscriptions);
    if (this.#all >= maxAllSubscriptions)
      throw refuse(
        `This server takes ${maxAllSubscriptions} subscriptions at once, and has them; try another one, or later.`,
        'maxAllSubscriptions',
        maxAllSubscriptions,
      );
    this.#all++;
    this.#of.set(client, own + 1);
    let counted = true;
    return () => {
      if (!counted) return;
      counted = false;
      this.#all--;
      const left = this.#of.get(client)! - 1;
      if (left) this.#of.set(client, left);
      else this.#of.delete(client);
    };
  }
}

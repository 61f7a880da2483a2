import type { IncomingHttpHeaders } from 'node:http';
import { isIPv6 } from 'node:net';
import type { KeyRing } from '../../actor/api-keys.js';
import { identifyCaller, type Openness } from '../../actor/caller.js';
import type { Config } from '../../platform/config.js';
import type { Caller } from '../../platform/read/context.js';
import { DomainError } from '../../platform/errors.js';

/** Who subscribes: as with any other request. A browser's page can set no headers for a WebSocket, so they may come with its first message. */
export async function identifySubscriber(
  keys: KeyRing,
  headers: IncomingHttpHeaders,
  openness: Openness,
  params: Readonly<Record<string, unknown>> = {},
): Promise<Caller> {
  const given: IncomingHttpHeaders = { ...headers };
  // In any case, as names of headers are.
  const authorization = Object.entries(params).find(([name, value]) => /^authorization$/i.test(name) && typeof value === 'string');
  if (authorization) given.authorization = String(authorization[1]);
  // As it would be in a header: bytes read as Latin-1.
  if (typeof params.actor === 'string') given['waybill-actor'] = Buffer.from(params.actor).toString('latin1');
  return identifyCaller(keys, given, openness);
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

/** Who has a subscription: `client` is a connection, or what stands for one; the same caller, or the same address, may have several. */
export interface Subscriber {
  client: unknown;
  caller: string;
  address: string;
}

/** The first half of an address of IPv6 is its network; the other half its owner changes at will. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [front = [], back] = plain.split('::').map((part) => (part ? part.split(':') : []));
  const zeros = Array.from({ length: 8 - front.length - (back?.length ?? 0) }, () => '0');
  return [...front, ...(back ? [...zeros, ...back] : [])]
    .slice(0, 4)
    .map((group) => parseInt(group, 16))
    .join(':');
}

/** Whoever has fewer than these may have one of the places that are kept for others. */
const few = 10;

type Limits = Pick<Config, 'maxSubscriptions' | 'maxCallerSubscriptions' | 'maxAddressSubscriptions' | 'maxAllSubscriptions'>;

/** How many subscriptions each client, caller and address has, and all together. */
export class SubscriptionCount {
  #all = 0;
  readonly #of = new Map<unknown, number>();

  constructor(readonly limits: Limits) {}

  get all(): number {
    return this.#all;
  }

  /** Counts one more, until the answer is called. @throws CONFLICT, naming the limit */
  add({ client, caller, address }: Subscriber): () => void {
    const { limits } = this;
    const network = networkOf(address);
    const keys = [client, `caller ${caller}`, `address ${network}`];
    const [ofClient = 0, ofCaller = 0, ofAddress = 0] = keys.map((key) => this.#of.get(key));
    const check = (has: number, limit: keyof Limits, message: (max: number) => string, max = limits[limit]) => {
      if (has >= max) throw new DomainError('CONFLICT', message(limits[limit]), { limit, value: has + 1, allowed: { max } });
    };
    check(ofClient, 'maxSubscriptions', (max) => `A client may have ${max} subscriptions at once; end one first.`);
    check(ofCaller, 'maxCallerSubscriptions', (max) => `The caller ${caller} may have ${max} subscriptions at once; end one first.`);
    check(ofAddress, 'maxAddressSubscriptions', (max) => `The address ${network} may have ${max} subscriptions at once; end one first.`);
    check(
      this.#all,
      'maxAllSubscriptions',
      (max) => `This server takes ${max} subscriptions at once, and has them; try another one, or later.`,
    );
    if (Math.max(ofCaller, ofAddress) >= few)
      check(
        this.#all,
        'maxAllSubscriptions',
        (max) =>
          `This server takes ${max} subscriptions at once; the last tenth is reserved for callers and addresses with fewer than ${few}. End one first.`,
        limits.maxAllSubscriptions - Math.floor(limits.maxAllSubscriptions / 10),
      );
    this.#all++;
    for (const key of keys) this.#of.set(key, (this.#of.get(key) ?? 0) + 1);
    let counted = true;
    return () => {
      if (!counted) return;
      counted = false;
      this.#all--;
      for (const key of keys) {
        const left = this.#of.get(key)! - 1;
        if (left) this.#of.set(key, left);
        else this.#of.delete(key);
      }
    };
  }
}

import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../platform/config.js';
import type { Caller } from '../platform/read/context.js';
import { forbidden, unauthenticated } from '../platform/errors.js';
import { checkActorName, type KeyRing } from './api-keys.js';

const makeKey = 'npm run key -- create --actor NAME --role read|write|admin';

/** Whether only this machine can reach an address: what may be listened on, and called by, without keys. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);

const hostOf = (header: string | undefined) => (header ?? '').replace(/:\d+$/, '');

/** Node reads header bytes as Latin-1; what is UTF-8 was meant so. */
function headerText(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  const text = bytes.toString('utf8');
  return text.includes('�') ? value : text;
}

/** Whether a page of another site sends this; a browser says so, other programs say nothing. */
function isForeign({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return String(site).endsWith('-site');
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

/** What decides who may call. */
export type Openness = Pick<Config, 'host' | 'corsOrigins'>;

/** The header by which a proxy says that it forwards the call of another client. */
const proxyHeader = (headers: IncomingHttpHeaders): string | undefined =>
  Object.keys(headers).find((name) =>
    /^(forwarded|via|x-real-ip|(x|true|cf)-(client|connecting)-ip|cdn-loop|x-envoy-external-address|x-(original-)?forwarded(-.*)?)$/.test(
      name,
    ),
  );

/**
 * Who calls, by HTTP and by WebSocket. With at least one key in the store every call needs one; with none, only this machine may call, and says
 * its name itself.
 * @throws UNAUTHENTICATED without a key that is valid, FORBIDDEN where without a key a page of another site or a proxy stands behind the call, or
 * a page of a site that is not among those listed.
 */
export async function identifyCaller(
  keys: KeyRing,
  headers: IncomingHttpHeaders,
  { host: listensOn, corsOrigins }: Openness,
): Promise<Caller> {
  const { authorization, origin } = headers;
  if (corsOrigins && origin !== undefined && !corsOrigins.includes(origin) && isForeign(headers))
    throw forbidden(`Pages of ${origin} may not call this server: WAYBILL_CORS_ORIGINS does not list that origin.`, {
      argument: 'Origin',
      value: origin,
    });
  if (authorization !== undefined) {
    const [, key] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
    if (!key)
      throw unauthenticated('The header Authorization must be "Bearer KEY", with a key made by `npm run key`.', {
        argument: 'Authorization',
        allowed: 'Bearer KEY',
      });
    const caller = await keys.find(key);
    if (!caller) throw unauthenticated('This API key is wrong or was revoked.', { argument: 'Authorization' });
    return caller;
  }
  if (isForeign(headers)) {
    throw forbidden(`A page of ${origin ?? 'another site'} may call this server only with an API key.`, {
      argument: 'Origin',
      value: origin ?? null,
    });
  }
  if ((await keys.any()) || !isLoopback(listensOn))
    throw unauthenticated(
      `This server asks for an API key: send the header "Authorization: Bearer KEY" with a key made by \`${makeKey}\`.`,
      { argument: 'Authorization', allowed: 'Bearer KEY' },
    );

  // Each client of the proxy would be taken for a caller on this machine.
  const proxy = proxyHeader(headers);
  if (proxy) {
    const name = proxy.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
    throw forbidden(`A call through a proxy (${name}) needs a key: \`${makeKey}\`.`, { argument: name, value: headers[proxy] });
  }
  // A page in a browser can have its own host name point to this machine; its calls then carry that name.
  const host = hostOf(headers.host);
  if (!isLoopback(host))
    throw forbidden(`Without API keys this server answers to localhost and 127.0.0.1 only, not to ${JSON.stringify(host)}.`, {
      argument: 'Host',
      value: host,
    });

  const given = headers['waybill-actor'];
  if (given === undefined) return { actor: 'anonymous', role: 'admin' };
  const actor = headerText(String(given)).trim();
  checkActorName(actor, 'Waybill-Actor');
  return { actor, role: 'admin' };
}

/** Whether a server is open to more than its own machine, for which there must be keys. */
export const needsKeys = ({ host, corsOrigins }: Openness): boolean => !isLoopback(host) || corsOrigins !== undefined;

/** Why the server may not listen as it is configured, or nothing if it may. */
export async function refusalToListen(keys: Pick<KeyRing, 'any'>, { host, corsOrigins }: Openness): Promise<string | undefined> {
  if (!needsKeys({ host, corsOrigins }) || (await keys.any())) return undefined;
  if (corsOrigins)
    return `WAYBILL_CORS_ORIGINS lets pages of other sites call, and there are no API keys: make one first with \`${makeKey}\`, or leave the setting out.`;
  return `WAYBILL_HOST is ${JSON.stringify(host)}, which other machines can reach, and there are no API keys: make one first with \`${makeKey}\`, or listen on 127.0.0.1.`;
}

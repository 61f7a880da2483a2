import { X509Certificate } from 'node:crypto';
import { userInfo } from 'node:os';
import { createSecureContext, type ConnectionOptions as TlsOptions } from 'node:tls';
import type pg from 'pg';
import { parse, type ConnectionOptions } from 'pg-connection-string';
import { ConfigError } from './errors.js';
import { codeOf, messageOf, textAt } from './text-at.js';

/** The parts of a database's address, for `pg.Client` and `pg.Pool`: all that the driver would otherwise take from the environment. */
export interface DatabaseAddress extends pg.ClientConfig {
  host: string;
  port: number;
  user: string;
  database: string;
  ssl: false | TlsOptions;
  application_name: string;
  connectionTimeoutMillis: number;
}

export const addressForm = 'a PostgreSQL address like postgres://user:password@host:5432/database';

const defaultConnectSeconds = 10;
const sslModes = ['disable', 'no-verify', 'require', 'verify-ca', 'verify-full'];

/** What of an address libpq's variables say where the address leaves it out. */
const variables = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  database: 'PGDATABASE',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslnegotiation: 'PGSSLNEGOTIATION',
  channel_binding: 'PGCHANNELBINDING',
  options: 'PGOPTIONS',
  application_name: 'PGAPPNAME',
  connect_timeout: 'PGCONNECT_TIMEOUT',
} as const;

/** The parameters of an address that count: `?sslmode=require`. */
export const addressParameters: string[] = [...Object.keys(variables), 'dbname', 'sslpassword', 'ssl', 'client_encoding', 'uselibpqcompat'];

/** Parameters of an address that nobody reads; a misspelled sslmode is one. */
export const unknownParameters = (text: string): string[] =>
  [...new URLSearchParams(/\?(.*)$/s.exec(text)?.[1] ?? '').keys()].filter((name) => !addressParameters.includes(name));

/** A sentence about what is wrong with an address. It never holds the address: where that is malformed, no part of it is known to be no secret. */
const wrong = (name: string, why: string) => new ConfigError(`${name} must be ${addressForm}: ${why}.`);

const encoding = 'characters such as / : ? # @ % in a user name or password are written percent-encoded, @ as %40';

/** What the library answers; besides, all parameters after `?` as text. */
interface Parsed extends Pick<ConnectionOptions, 'host' | 'port' | 'user' | 'password' | 'database' | 'options' | 'application_name'> {
  ssl?: boolean | string | { ca?: string; cert?: string; key?: string };
  sslnegotiation?: string;
  dbname?: string;
  sslmode?: string;
  sslrootcert?: string;
  sslpassword?: string;
  connect_timeout?: string;
  channel_binding?: string;
}

function read(text: string, name: string): Parsed {
  if (!/^postgres(ql)?:\/\//.test(text))
    throw wrong(
      name,
      /\b(host|hostaddr|dbname|user|password|service) *=/.test(text)
        ? 'libpq\'s form "host=… dbname=…" is not supported'
        : 'it does not start with postgres://',
    );
  if (/%(?![\da-f]{2})/i.test(text)) throw wrong(name, `a % in it is not followed by two hexadecimal digits; ${encoding}`);
  // The library's own rules for sslmode are not used, see `tlsOf`; but these are the ones that print no warning.
  const library = text.replaceAll(' ', '%20').replace(/([?&])(uselibpqcompat=[^&]*|sslrootcert=system)(?=&|$)/g, '$1');
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library hands on each parameter of an address as text.
    const parsed = parse(library, { useLibpqCompat: true }) as Parsed;
    if (/[?&]sslrootcert=system(&|$)/.test(text)) parsed.sslrootcert = 'system';
    return { ...parsed, database: parsed.dbname || parsed.database };
  } catch (error) {
    const [code, path, message] = [codeOf(error), textAt(error, 'path'), messageOf(error)];
    if (message.startsWith('SECURITY WARNING')) throw wrong(name, 'sslmode=verify-ca needs a sslrootcert');
    if (path && code) throw wrong(name, `its certificate or key file ${JSON.stringify(path)} cannot be read (${code})`);
    throw wrong(name, `it cannot be read; ${encoding}`);
  }
}

/** The address, completed by libpq's variables where it leaves something out, as psql does. */
export function completeAddress(text: string, env: NodeJS.ProcessEnv, name = 'DATABASE_URL'): string {
  const stated = read(text, name);
  // `ssl=true`, as other drivers write it, says all about TLS.
  const known: Record<string, unknown> = {
    ...stated,
    sslmode: stated.sslmode ?? (typeof stated.ssl === 'object' ? undefined : stated.ssl),
  };
  return Object.entries(variables)
    .filter(([key, variable]) => env[variable] && (known[key] === undefined || known[key] === null || known[key] === ''))
    .reduce(
      (url, [key, variable]) =>
        `${url}${url.includes('?') ? '&' : '?'}${key === 'database' ? 'dbname' : key}=${encodeURIComponent(env[variable]!)}`,
      text,
    );
}

/**
 * Reads an address; the one place that does, for all connections. TLS is as in libpq, but for the defaults: without `sslmode` it is off, unless
 * there is a certificate, and then `verify-full`; `verify-full` without `sslrootcert` trusts the authorities that Node knows; files below
 * `~/.postgresql` are not looked for. `prefer` and `allow` are refused: they promise nothing, and the driver cannot fall back.
 * @throws ConfigError with one sentence, without the address, that begins with `name`
 */
export function databaseAddress(text: string, name = 'DATABASE_URL'): DatabaseAddress {
  const parsed = read(text, name);
  const host = parsed.host || 'localhost';
  if (host.includes(',')) throw wrong(name, 'it names several hosts, and only one is supported');
  const port = Number(parsed.port || 5432);
  if (!(Number.isInteger(port) && port > 0 && port < 65536)) throw wrong(name, 'its port is not a whole number from 1 to 65535');
  const user = parsed.user || systemUser();
  if (!user) throw wrong(name, 'it names no user');
  if (!parsed.database) throw wrong(name, 'it names no database');
  const ssl = tlsOf(parsed, host, name);
  const direct = parsed.sslnegotiation === 'direct';
  if (direct && !ssl) throw wrong(name, 'sslnegotiation=direct needs an sslmode other than disable');
  const seconds = Number(parsed.connect_timeout ?? 0);
  return {
    host,
    port,
    user,
    ...(parsed.password ? { password: parsed.password } : {}),
    database: parsed.database,
    ssl,
    sslnegotiation: direct ? 'direct' : 'postgres',
    client_encoding: 'UTF8',
    application_name: parsed.application_name || 'waybill',
    ...(parsed.options ? { options: parsed.options } : {}),
    connectionTimeoutMillis: (seconds > 0 ? seconds : defaultConnectSeconds) * 1000,
    ...(['prefer', 'require'].includes(parsed.channel_binding ?? '') ? { enableChannelBinding: true } : {}),
  };
}

/** In a container the process's user may have no name. */
function systemUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER;
  }
}

function modeOf({ sslmode, ssl, sslrootcert }: Parsed): string {
  if (sslmode) return sslmode;
  if (sslrootcert || ssl === true || typeof ssl === 'object') return 'verify-full';
  return ssl === undefined || ssl === false || ssl === 'false' ? 'disable' : ssl;
}

function tlsOf(parsed: Parsed, host: string, name: string): false | TlsOptions {
  const mode = modeOf(parsed);
  if (!sslModes.includes(mode))
    throw wrong(name, `its sslmode (or PGSSLMODE) is ${JSON.stringify(mode)}, but must be one of ${sslModes.join(', ')}`);
  if (parsed.sslrootcert === 'system' && mode !== 'verify-full') throw wrong(name, 'sslrootcert=system needs sslmode=verify-full');
  // As in libpq: a socket file is not encrypted, whatever the mode.
  if (mode === 'disable' || host.startsWith('/')) return false;
  const { ca, cert, key } = typeof parsed.ssl === 'object' ? parsed.ssl : {};
  const passphrase = parsed.sslpassword;
  const files: TlsOptions = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(passphrase ? { passphrase } : {}),
  };
  try {
    // Throws where there is no certificate in it; Node would then trust the authorities that it knows.
    if (ca !== undefined) void new X509Certificate(ca);
    createSecureContext(files);
  } catch (error) {
    throw wrong(name, `its sslrootcert, sslcert or sslkey cannot be used (${codeOf(error) ?? 'unknown format'})`);
  }
  if (mode === 'no-verify' || (mode === 'require' && ca === undefined)) return { ...files, rejectUnauthorized: false };
  if (mode === 'verify-ca' && ca === undefined) throw wrong(name, 'sslmode=verify-ca needs a sslrootcert');
  if (mode === 'verify-full') return { ...files, host }; // Node compares the certificate with it; of an IP address the driver does not tell it.
  return { ...files, checkServerIdentity: () => undefined };
}

import { Unavailable } from '../../platform/errors.js';
import { withoutSecrets } from '../../platform/config.js';
import { StartError } from '../start-error.js';

/** Why the database serves no request at present. */
export interface Outage {
  /** For the caller. */
  message: string;
  reason: 'UNREACHABLE' | 'BUSY' | 'DISK_FULL' | 'RESOURCES' | 'STORAGE' | 'REFUSED';
  retryAfterSeconds: number;
}

const unreachable: Outage = {
  message: 'The database cannot be reached at present. Try again in a moment.',
  reason: 'UNREACHABLE',
  retryAfterSeconds: 1,
};
const refused: Outage = {
  message: "The database refuses this server at present. The server's log has the reason.",
  reason: 'REFUSED',
  retryAfterSeconds: 10,
};

/** By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html) or the system's code. The first that fits counts. */
const outages: readonly (readonly [RegExp, Outage])[] = [
  [/^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/, unreachable],
  // A connection failed, or the server ends it: it stops, starts, drops the database, or the session was idle for longer than allowed.
  [/^(08...|57P0\d|25P03)$/, unreachable],
  [
    /^53100$/,
    { message: 'The disk of the database is full. Nothing was changed; try again later.', reason: 'DISK_FULL', retryAfterSeconds: 30 },
  ],
  [
    /^53300$/,
    { message: 'The database has as many connections as it allows. Try again in a moment.', reason: 'BUSY', retryAfterSeconds: 5 },
  ],
  [
    /^53[02]00$/,
    { message: 'The database has not enough memory for this at present. Try again later.', reason: 'RESOURCES', retryAfterSeconds: 5 },
  ],
  [
    /^58...$/,
    { message: 'The database cannot read or write its files at present. Try again later.', reason: 'STORAGE', retryAfterSeconds: 30 },
  ],
  // Another password, another certificate or a dropped database while the server runs.
  [/^(28...|3D000)$/, refused],
];
const unreachableTexts =
  /^(timeout exceeded when trying to connect|timeout expired|Query read timeout|Connection terminated|Client has encountered a connection error|Cannot use a pool after)/;
const tls =
  /^(ERR_TLS|ERR_SSL|CERT_|.*_(CERT|CERTIFICATE|SIGNATURE|CHAIN|ISSUER\w*)$)|^The server does not support SSL|establishing an SSL connection/;

interface DriverError {
  code?: unknown;
  message?: unknown;
  syscall?: unknown;
  errors?: unknown;
}
const isTls = ({ code, message }: DriverError) => tls.test(String(code)) || tls.test(String(message));

/** Why the database does not serve, if that is what the driver says in one of its many ways. */
export function outageOf(error: unknown): Outage | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const found = error as DriverError;
  // Of a socket file, not of any file.
  if (found.code === 'ENOENT' || found.code === 'EACCES') return found.syscall === 'connect' ? unreachable : undefined;
  if (unreachableTexts.test(String(found.message))) return unreachable;
  if (isTls(found)) return refused;
  const known = outages.find(([codes]) => codes.test(String(found.code)))?.[1];
  // One error for each address of a host name.
  return known ?? (Array.isArray(found.errors) ? found.errors.map(outageOf).find((one) => one !== undefined) : undefined);
}

/** Whether waiting helps: the database is away, or has trouble that passes. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof Unavailable) return true;
  const outage = outageOf(error);
  return outage !== undefined && outage !== refused;
}

/** What a database answers to an address that is wrong, as a sentence for the person who starts a program; other errors as they are. */
export function startError(error: unknown, url: string): unknown {
  if (typeof error !== 'object' || error === null || error instanceof StartError) return error;
  const { code, message, severity } = error as { code?: string; message?: string; severity?: string };
  const at = withoutSecrets(url);
  if (code === '28P01' || code === '28000' || message?.startsWith('SASL'))
    return new StartError(`The database ${at} refuses this user or password: ${message}. Check DATABASE_URL.`);
  if (code === '3D000') return new StartError(`There is no such database: ${at}. Make it (\`createdb\`), or check DATABASE_URL.`);
  if (code === '42501') return new StartError(`The user of the database ${at} may not do what is needed: ${message}.`);
  if (isTls(error))
    return new StartError(
      `There is no TLS connection to the database ${at}: ${message || code}. Check DATABASE_URL, its sslmode and sslrootcert.`,
    );
  if (severity === 'FATAL') return new StartError(`The database ${at} refuses the connection: ${message}.`);
  return isUnavailable(error) ? new StartError(`The database ${at} cannot be used at present: ${message || code}.`) : error;
}

import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suggestionList } from 'graphql/jsutils/suggestionList.js';
import { z } from 'zod';
import { addressForm, addressParameters, completeAddress, databaseAddress, unknownParameters } from './database-address.js';
import { ConfigError } from './errors.js';
import { count, isOrigin, isProxy, list, setting, whole, type Setting } from './setting.js';

/** Holds from `src/` and from `dist/` alike. */
const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Every setting there is. The table in docs/configuration.md is this list. */
export const settings = {
  databaseUrl: setting(
    'DATABASE_URL',
    undefined,
    // Read below, where what it leaves out is added, and what is wrong with it is a sentence of its own.
    z.string(),
    addressForm,
    'The PostgreSQL database to use. Without it Waybill runs a PostgreSQL of its own in the data folder.',
  ),
  listenUrl: setting(
    'WAYBILL_LISTEN_URL',
    undefined,
    z.string(),
    addressForm,
    'The address of the same database without the pooler, if DATABASE_URL is that of a pooler: the server waits for changes there (LISTEN) and does not poll.',
  ),
  host: setting(
    'WAYBILL_HOST',
    '127.0.0.1',
    z.string().regex(/^[\w.:-]+$/),
    'an address or host name of this machine, such as 127.0.0.1 or 0.0.0.0',
    'The address to listen on. Any other than a loopback address needs at least one API key (`npm run key`).',
  ),
  trustedProxies: list(
    'WAYBILL_TRUSTED_PROXIES',
    isProxy,
    'addresses or networks with commas between them, such as 127.0.0.1, 10.0.0.0/8',
    "Trusted proxies: their `X-Forwarded-For` supplies the client's address for logs and limits.",
  ),
  corsOrigins: list(
    'WAYBILL_CORS_ORIGINS',
    isOrigin,
    'exact origins with commas between them, such as https://app.example:8443',
    'Origins whose pages may call this server, with an API key, by HTTP, server-sent events and WebSocket; all other pages are refused. Needs an API key (`npm run key`).',
  ),
  port: setting(
    'WAYBILL_PORT',
    '4000',
    whole(0, 65535),
    'a whole number from 0 to 65535 (0 takes any free port)',
    'The port to listen on.',
  ),
  dataDir: setting(
    'WAYBILL_DATA_DIR',
    '.waybill/data',
    z.string().transform((path) => resolve(projectRoot, path)),
    'a folder',
    "The folder of Waybill's own PostgreSQL; a relative one is below the project. Not used with DATABASE_URL.",
  ),
  logLevel: setting(
    'WAYBILL_LOG_LEVEL',
    'info',
    z.enum(logLevels),
    `one of ${logLevels.join(', ')}`,
    'The least severe log lines that are written.',
  ),
  poolSize: count('WAYBILL_POOL_SIZE', 10, 1, 1000, 'Connections to the database for reads, at most.'),
  writePoolSize: count(
    'WAYBILL_WRITE_POOL_SIZE',
    10,
    1,
    1000,
    'Connections to the database for writes, at most. Two more look after the others and wait for changes.',
  ),
  lockTimeout: count(
    'WAYBILL_LOCK_TIMEOUT',
    10_000,
    1,
    3_600_000,
    'Milliseconds that a write waits for another transaction that changes the same record.',
  ),
  statementTimeout: count('WAYBILL_STATEMENT_TIMEOUT', 30_000, 1, 3_600_000, 'Milliseconds that one SQL statement may take.'),
  maxBody: count('WAYBILL_MAX_BODY', 4 * 1024 * 1024, 1024, 256 * 1024 * 1024, 'Bytes of a GraphQL request body, at most.'),
  maxTokens: count('WAYBILL_MAX_TOKENS', 50_000, 100, 10_000_000, 'Tokens of a GraphQL document, at most.'),
  maxDepth: count('WAYBILL_MAX_DEPTH', 15, 1, 1000, 'How deep the fields of a query may nest; introspection is not counted.'),
  maxAliases: count('WAYBILL_MAX_ALIASES', 500, 0, 100_000, 'Aliases of a query, at most.'),
  maxSelections: count('WAYBILL_MAX_SELECTIONS', 5_000, 10, 1_000_000, 'Fields of a query with its fragments written out, at most.'),
  maxCost: count(
    'WAYBILL_MAX_COST',
    500_000,
    1,
    2_000_000_000,
    'Objects in the answer of a query, at most, as estimated before it runs and as counted while it does.',
  ),
  sweepSeconds: count(
    'WAYBILL_SWEEP_SECONDS',
    15,
    0,
    86_400,
    'Seconds between two sweeps, which abandon runs and release files whose lease expired; 0 for no sweeps: then the next start, the next claim or an operator does it.',
  ),
  maxSubscriptions: count(
    'WAYBILL_MAX_SUBSCRIPTIONS',
    100,
    1,
    100_000,
    'Subscriptions of one connection, at most; of a WebSocket also the queries and mutations that run at once.',
  ),
  maxCallerSubscriptions: count('WAYBILL_MAX_CALLER_SUBSCRIPTIONS', 500, 1, 1_000_000, 'Subscriptions of one caller, at most.'),
  maxAddressSubscriptions: count(
    'WAYBILL_MAX_ADDRESS_SUBSCRIPTIONS',
    1_000,
    1,
    1_000_000,
    'Subscriptions from one address (of IPv6: one /64 network), at most.',
  ),
  maxAllSubscriptions: count(
    'WAYBILL_MAX_ALL_SUBSCRIPTIONS',
    2_000,
    1,
    1_000_000,
    'Subscriptions of one server, at most. The last tenth is reserved for callers and addresses with fewer than 10.',
  ),
  pooler: setting(
    'WAYBILL_POOLER',
    'auto',
    z.enum(['auto', 'none', 'transaction']),
    'auto, none or transaction',
    'Whether DATABASE_URL leads to a pooler in transaction mode, such as PgBouncer. auto finds out at the start.',
  ),
  pollMs: count(
    'WAYBILL_POLL_MS',
    1_000,
    20,
    60_000,
    'Milliseconds between two polls for changes by other clients, such as the Python one, while there are subscribers.',
  ),
  jit: setting(
    'WAYBILL_JIT',
    'true',
    z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1'),
    'true or false',
    'Whether repeated queries are compiled, which makes them faster.',
  ),
} as const;

type Settings = typeof settings;
type Values = { [K in keyof Settings]: z.output<Settings[K]['accepts']> };
export type Config = Omit<Values, 'databaseUrl' | 'listenUrl' | 'trustedProxies' | 'corsOrigins'> & {
  databaseUrl?: string | undefined;
  listenUrl?: string | undefined;
  trustedProxies?: string[] | undefined;
  corsOrigins?: string[] | undefined;
  /** What looks like a mistake but stops nothing. */
  warnings: string[];
};

const entries = Object.entries<Setting<unknown>>(settings);

/** The flag that stands for a variable: `--port` for WAYBILL_PORT, `--database-url` for DATABASE_URL. */
export const flagOf = (variable: string): string =>
  `--${variable
    .replace(/^WAYBILL_/, '')
    .toLowerCase()
    .replaceAll('_', '-')}`;

const nearest = (given: string, known: string[]) => {
  const [best] = suggestionList(given, known);
  return best ? `; did you mean ${best}?` : `; known are ${known.join(', ')}.`;
};

function readFlags(argv: readonly string[]): Map<string, string> {
  const known = entries.map(([, { variable }]) => flagOf(variable));
  const given = new Map<string, string>();
  for (let i = 0; i < argv.length; i++) {
    const [, flag = argv[i]!, inline] = /^(--[^=]+)=(.*)$/s.exec(argv[i]!) ?? [];
    if (!known.includes(flag)) throw new ConfigError(`There is no flag ${JSON.stringify(withoutSecrets(flag))}${nearest(flag, known)}`);
    const value = inline ?? argv[++i];
    if (value === undefined)
      throw new ConfigError(
        `The flag ${flag} has no value; it must be ${entries.find(([, s]) => flagOf(s.variable) === flag)![1].allowed}.`,
      );
    given.set(flag, value);
  }
  return given;
}

/** A database address without its password; also a text that only looks like one. */
export const withoutSecrets = (url: string): string =>
  url
    .replace(/^((?:[^:/?#@]*:\/\/)?[^:/?#@]*):(?!\/\/).*@/s, '$1:***@')
    .replace(/((?:^|[?&\s])(?:password|sslpassword)\s*=)[^&]*/gi, '$1***');

/**
 * Reads the configuration, once, at the start: flags before environment before defaults. An empty variable counts as not given.
 * @throws ConfigError naming the variable or flag, the value given and what is allowed.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env, argv: readonly string[] = process.argv.slice(2)): Config {
  const flags = readFlags(argv);
  const known = entries.map(([, { variable }]) => variable);
  const values: Record<string, unknown> = {};
  for (const [key, { variable, accepts, allowed, default: initial }] of entries) {
    const flag = flagOf(variable);
    const text = flags.get(flag) ?? (env[variable] || initial);
    if (text === undefined) continue;
    if (key === 'databaseUrl' || key === 'listenUrl') {
      const name = flags.has(flag) ? flag : variable;
      const address = completeAddress(text, env, name);
      databaseAddress(address, name);
      values[key] = address;
      continue;
    }
    const result = accepts.safeParse(text);
    if (!result.success || text === '') {
      const [issue] = result.error?.issues ?? [];
      const item = issue?.code === 'custom' && issue.message !== JSON.stringify(text) ? `; ${issue.message} is wrong` : '';
      throw new ConfigError(`${flags.has(flag) ? flag : variable} is ${JSON.stringify(text)}, but it must be ${allowed}${item}.`);
    }
    values[key] = result.data;
  }
  const strange = Object.keys(env).filter((name) => name.startsWith('WAYBILL_') && !known.includes(name));
  const warnings = strange.map((name) => `The environment variable ${name} is not known to Waybill${nearest(name, known)}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was read by its setting above.
  const config = { ...values, warnings } as Config;
  if (env.DATABASE_URL === '' && !config.databaseUrl)
    warnings.push(`DATABASE_URL is empty: Waybill uses a PostgreSQL of its own in ${config.dataDir}.`);
  for (const [name, url] of [
    ['DATABASE_URL', config.databaseUrl],
    ['WAYBILL_LISTEN_URL', config.listenUrl],
  ] as const)
    for (const parameter of unknownParameters(url ?? ''))
      warnings.push(`The parameter ${parameter} of ${name} is not known to Waybill${nearest(parameter, addressParameters)}`);
  return config;
}

/** The configuration as it may be logged. */
export const printable = ({ warnings: _, databaseUrl, listenUrl, ...rest }: Config): Record<string, unknown> => ({
  ...(databaseUrl ? { databaseUrl: withoutSecrets(databaseUrl) } : {}),
  ...(listenUrl ? { listenUrl: withoutSecrets(listenUrl) } : {}),
  ...rest,
  ...(databaseUrl ? { dataDir: undefined } : {}),
});

/** The settings as text, for `--help`. */
export const help = (): string =>
  entries
    .map(([, s]) => `  ${flagOf(s.variable)}  (${s.variable}${s.default === undefined ? '' : `, default ${s.default}`})\n      ${s.does}`)
    .join('\n');

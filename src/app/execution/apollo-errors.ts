import { GraphQLError, Kind, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { DomainError, shownMessage, shownValue, Unavailable } from '../../platform/errors.js';
import { withNearest } from '../../platform/nearest.js';
import { tokenRefusal } from './limits.js';
import { factsOf } from './mistakes.js';
import { requests, type Log } from '../log.js';
import { outageOf, type Outage } from '../store/database-errors.js';
import { codeOf } from '../../platform/text-at.js';

/** What Apollo and GraphQL call the mistakes of a caller. Their name stays in `extensions.reason`. */
const callersMistakes = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'INVALID',
]);

/** SQL states that a caller can do something about. */
const sqlStates: Record<string, { code: string; message: string }> = {
  '57014': {
    code: 'TIMEOUT',
    message: 'The request took longer than one statement may take. Ask for less at once: smaller pages, fewer levels, a lower limit.',
  },
  // The role's own limit for a whole transaction.
  '25P04': {
    code: 'TIMEOUT',
    message: 'The request took longer than one transaction may take. Ask for less at once: smaller pages, fewer levels, a lower limit.',
  },
  '53400': {
    code: 'INVALID',
    message:
      'The request needs more than the database allows one request. Ask for less at once: smaller pages, fewer levels, a lower limit.',
  },
  '54001': { code: 'INVALID', message: 'The request is too complex for the database. Ask for less at once.' },
  '40001': { code: 'CONFLICT', message: 'Other changes came in between again and again. Nothing was changed; try again.' },
  '40P01': { code: 'CONFLICT', message: 'Other changes came in between again and again. Nothing was changed; try again.' },
  '22021': { code: 'INVALID', message: 'A text in the request holds a character that cannot be stored (NUL, or half a surrogate pair).' },
  '22P05': { code: 'INVALID', message: 'A text in the request holds a character that cannot be stored (NUL, or half a surrogate pair).' },
  '22003': { code: 'INVALID', message: 'A number in the request is larger than the store can hold.' },
  '22009': { code: 'INVALID', message: 'A time in the request has an offset from UTC that the store does not take.' },
  '22008': { code: 'INVALID', message: 'A time in the request is outside the range that the store can hold.' },
};

const cause = (error: unknown): unknown => (error instanceof GraphQLError && error.originalError ? cause(error.originalError) : error);

/**
 * Variables and arguments that are missing or wrong, whatever a scalar threw about them: GraphQL throws them while it executes. An error of a
 * resolver has a field for its node.
 */
const isArgumentError = (error: unknown): error is GraphQLError =>
  error instanceof GraphQLError && !!error.nodes?.length && error.nodes[0]!.kind !== Kind.FIELD;

const reportMs = 30_000;
const reported = new Map<Outage['reason'], number>();

/** While the database is away every request fails: its log line says so, and the cause is logged now and then. */
function report(log: Log, { reason }: Outage, error: unknown): void {
  const now = Date.now();
  if (now - (reported.get(reason) ?? -Infinity) < reportMs) return;
  reported.set(reason, now);
  log.warn({ err: error, reason }, 'the database cannot be used at present');
}

/** The message of GraphQL about a value, which shows a long value only in part. */
const withShortValues = (message: string) =>
  message
    .replace(/(?<= got invalid value ).+?(?=(?: at "[^"]*")?; )/s, (value) => String(shownValue(value)))
    .replace(/(?<= cannot represent [^:]{1,40}: ).+$/s, (value) => String(shownValue(value)));

/** Where server-sent events are, for a client that asks for them at /graphql. */
const streamHint = (message: string) =>
  /^An 'accept' header was|not subscription operations$/.test(message) ? 'Server-sent events are at /graphql/stream.' : '';

/**
 * Turns whatever went wrong into what a caller is told: the message and the facts of a DomainError, GraphQL's own text for a request
 * that is wrong, and for anything else one sentence and the request's id, while the log has the rest. Used by Apollo, by compiled
 * queries and by the HTTP server alike.
 */
export function answerError(error: unknown, schema?: GraphQLSchema): GraphQLFormattedError {
  const request = requests.getStore();
  const { path, locations } = error instanceof GraphQLError ? error : ({} as Partial<GraphQLError>);
  const told = (message: string, extensions: Record<string, unknown>): GraphQLFormattedError => ({
    message: shownMessage(message),
    ...(locations?.length ? { locations } : {}),
    ...(path ? { path } : {}),
    extensions: 'value' in extensions ? { ...extensions, value: shownValue(extensions.value) } : extensions,
  });

  const root = cause(error);
  if (root instanceof DomainError) {
    const { message, details } = withNearest(root);
    return told(message, { ...details, code: root.code });
  }
  if (root instanceof Unavailable) {
    const { reason, waitedFor, heldBy } = root.details;
    // Why the database is away is known already; a lock is news each time.
    if (waitedFor) request?.log.warn({ reason, waitedFor, heldBy }, 'a write waited too long for a lock');
    return told(root.message, { ...root.details, code: 'UNAVAILABLE', retryAfterSeconds: root.retryAfterSeconds });
  }
  const outage = outageOf(root);
  if (outage) {
    if (request) report(request.log, outage, root);
    const { message, reason, retryAfterSeconds } = outage;
    return told(message, { reason, code: 'UNAVAILABLE', retryAfterSeconds });
  }

  const reason = error instanceof GraphQLError ? error.extensions?.code : undefined;
  // GraphQL reads documents and variables by recursion, of as many levels as they have.
  if (root instanceof RangeError && root.message.startsWith('Maximum call stack'))
    return told('The request nests too deeply to be read.', { code: 'INVALID', reason });
  const mistake = error instanceof GraphQLError && callersMistakes.has(String(reason)) ? error : [error, root].find(isArgumentError);
  if (mistake) {
    const tooLong = tokenRefusal(mistake);
    if (tooLong) return told(tooLong.message, { ...tooLong.extensions, reason });
    const { http: _, code, stacktrace: __, ...facts } = mistake.extensions;
    const { now, hint = streamHint(mistake.message), ...found } = factsOf(mistake, schema);
    const text = withShortValues(mistake.message);
    const message =
      now === undefined
        ? hint
          ? `${text.replace(/[^.?!]$/, '$&.')} ${hint}`
          : text
        : `${text.replace(/ Did you mean .*$/s, '')} Use ${JSON.stringify(now)}.`;
    return told(message, {
      ...found,
      ...facts,
      code: 'INVALID',
      reason: code === 'INVALID' ? undefined : (code ?? 'BAD_USER_INPUT'),
    });
  }

  const known = sqlStates[codeOf(root) ?? ''];
  if (known) {
    request?.log.warn({ err: root }, known.code.toLowerCase());
    return told(known.message, { code: known.code });
  }
  request?.log.error({ err: root, path }, 'unexpected error');
  return told(`Something went wrong on our side. The server's log has the details${request ? ` under request ${request.id}` : ''}.`, {
    code: 'INTERNAL',
    ...(request ? { requestId: request.id } : {}),
  });
}

const statuses: Record<string, number> = {
  INVALID: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  TIMEOUT: 503,
  UNAVAILABLE: 503,
};

/** When to try again, for the header Retry-After, if one of the errors says so. */
export const retryAfterOf = (errors: readonly GraphQLFormattedError[]): number | undefined => {
  const seconds = errors.flatMap(({ extensions }) =>
    extensions?.code === 'UNAVAILABLE' ? [Number(extensions.retryAfterSeconds ?? 1)] : [],
  );
  return seconds.length ? Math.max(...seconds) : undefined;
};

/** The HTTP status of an answer that is nothing but this error. */
export const statusOf = (error: GraphQLFormattedError): number => statuses[String(error.extensions?.code)] ?? 500;

import { codeOf, textAt } from './text-at.js';

/** What a caller can be told: one of five codes, and the facts by which the request can be repaired. */
export type ErrorCode = 'NOT_FOUND' | 'INVALID' | 'CONFLICT' | 'FORBIDDEN' | 'UNAUTHENTICATED';

export interface ErrorDetails {
  /** Path of the argument that is wrong, as in `input.contacts.0.email`. */
  argument?: string;
  /** The value that was given. */
  value?: unknown;
  /** The values, or the rule, that would have been accepted. */
  allowed?: unknown;
  /** Known names that a misspelt one may stand for, the likeliest first. */
  nearest?: readonly string[];
  [fact: string]: unknown;
}

/** An error that is safe to show: its message speaks to the caller, its details become GraphQL `extensions`. */
export class DomainError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
    this.name = 'DomainError';
  }
}

const maxValue = 200;
const maxMessage = 2000;

const start = (text: string, length: number) => (text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text);

/** A refused value as an error shows it: not as a whole where it is long. */
export function shownValue(value: unknown): unknown {
  if (typeof value === 'string') return start(value, maxValue);
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : '';
  return text.length > maxValue ? start(text, maxValue) : value;
}

/** A message as an error shows it. A long value stands in the middle of it, between the argument and the reason. */
export const shownMessage = (message: string): string =>
  message.length > maxMessage ? `${start(message, maxMessage * 0.7)} … ${message.slice(-maxMessage * 0.3).toWellFormed()}` : message;

/** The request cannot be answered at present, by no fault of the caller; a later attempt may succeed. */
export class Unavailable extends Error {
  override name = 'Unavailable';

  constructor(
    message: string,
    /** Facts for the caller, such as `reason` and `waitedFor`; they become GraphQL `extensions`. */
    readonly details: Readonly<Record<string, unknown>> = {},
    /** When to try again, as the header Retry-After says. */
    readonly retryAfterSeconds = 1,
  ) {
    super(message);
  }
}

/** A wrong setting: its message is one sentence for the person who starts the program. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const of =
  (code: ErrorCode) =>
  (message: string, details?: ErrorDetails): DomainError =>
    new DomainError(code, message, details);

export const notFound = of('NOT_FOUND');
export const invalid = of('INVALID');
export const conflict = of('CONFLICT');
export const forbidden = of('FORBIDDEN');
export const unauthenticated = of('UNAUTHENTICATED');

/** What is wrong with a request, as data; what is wrong with us is thrown on. */
export function orError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  throw error;
}

/** What `work` answers, or what is wrong with the request. */
export function attempt<T>(work: () => T): T | DomainError {
  try {
    return work();
  } catch (error) {
    return orError(error);
  }
}

/** The value. @throws the error that stands in its place */
export function orThrow<T>(value: T | DomainError): T {
  if (value instanceof DomainError) throw value;
  return value;
}

/** The DETAIL, which is JSON, of an error that a function of the store raises with this SQLSTATE; undefined for any other error. */
export const raisedAs = (error: unknown, sqlState: string): ErrorDetails | undefined =>
  codeOf(error) === sqlState ? JSON.parse(textAt(error, 'detail') || '{}') : undefined;

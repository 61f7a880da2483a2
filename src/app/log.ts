import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { destination, pino, type DestinationStream, type Logger } from 'pino';

export type Log = Logger;

/** One JSON object a line, on standard error: standard output is for the person who starts the program. */
export const createLog = (level: string, to: DestinationStream = destination({ dest: 2, sync: true })): Log =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } }, to);

/** What is known of the request at work: its log line is made of it when it is answered. */
export interface RequestRecord {
  id: string;
  log: Log;
  /** Facts for the log line: actor, operation, cost … */
  facts: Record<string, unknown>;
  /** A well-formed GraphQL request that was refused before it ran: status 200 where the answer is `application/json`. */
  refused?: boolean;
  /** The answer may be large: its body is sent as a stream. */
  large?: { end(): void };
  /** What that stream is made of. */
  body?: object;
  /** Called when the client has its answer, or is gone. */
  release?: () => void;
  /** The client has its answer, or is gone. */
  closed?: boolean;
}

/** The client has its answer, or is gone: what was kept for it is given back. */
export function endRecord(record: RequestRecord): void {
  record.closed = true;
  record.large?.end();
  record.release?.();
}

/** Carries the request's record to where errors are turned into answers, which know no context. */
export const requests = new AsyncLocalStorage<RequestRecord>();

/** Takes a caller's request id over if it is harmless in a log and a header. */
export const requestIdFrom = (given: unknown): string =>
  typeof given === 'string' && /^[\w.:+/=@-]{1,128}$/.test(given) ? given : randomUUID();

import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../../platform/config.js';

/** Headers that the server reads; `apollo-require-preflight` and `x-apollo-operation-name` are what some clients add to a GET. */
const allowedHeaders = [
  'authorization',
  'content-type',
  'content-encoding',
  'idempotency-key',
  'last-event-id',
  'waybill-actor',
  'x-request-id',
  'apollo-require-preflight',
  'x-apollo-operation-name',
];

/** A day: https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Access-Control-Max-Age tells what browsers make of it. */
const maxAgeSeconds = 86_400;

/**
 * Lets browsers hand answers to pages of the listed origins. Whether such a page gets more than a refusal is for `identifyCaller`: it needs a
 * key, in a header, so that cookies have no part in it.
 */
export function answerOtherSites(app: FastifyInstance, { corsOrigins }: Pick<Config, 'corsOrigins'>): void {
  if (!corsOrigins) return;
  app.register(cors, {
    origin: corsOrigins,
    methods: ['GET', 'POST'],
    allowedHeaders,
    exposedHeaders: ['retry-after', 'x-request-id'],
    maxAge: maxAgeSeconds,
    // An OPTIONS that asks for nothing is answered all the same, as its own text would not be one of our errors.
    strictPreflight: false,
  });
}

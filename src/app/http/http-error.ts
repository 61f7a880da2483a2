import type { FastifyError } from 'fastify';
import type { Config } from '../../platform/config.js';
import { DomainError } from '../../platform/errors.js';

const mebibytes = (bytes: number) => `${Number((bytes / 1024 / 1024).toFixed(2))} MiB (${bytes} bytes)`;

/** What is wrong with a request before GraphQL sees it, in our words. */
export function httpError(error: FastifyError, config: Config) {
  if (error instanceof DomainError || !error.statusCode || error.statusCode >= 500) return undefined;
  const message =
    error.statusCode === 413
      ? `The request body is larger than the limit of ${mebibytes(config.maxBody)}.`
      : error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE'
        ? 'The request body must be JSON, with the header Content-Type: application/json.'
        : error instanceof SyntaxError || /JSON/.test(error.code ?? '')
          ? `The request body is not valid JSON: ${error.message}`
          : error.message;
  return {
    message,
    extensions: {
      code: 'INVALID',
      reason: error.code,
      ...('details' in error && typeof error.details === 'object' ? error.details : {}),
      ...(error.statusCode === 413 ? { limit: 'maxBody', allowed: { max: config.maxBody } } : {}),
    },
  };
}

import { withoutSecrets } from '../platform/config.js';
import { codeOf } from '../platform/text-at.js';

export class ExampleError extends Error {
  override name = 'ExampleError';
}

/** Sends one operation to a server and answers its data. */
export type Ask = <Data = Record<string, unknown>>(query: string, variables?: Record<string, unknown>) => Promise<Data>;

/**
 * Asks the server at `url`, until `signal` says to stop.
 * @throws ExampleError with a sentence where it does not answer, or answers with an error.
 */
export function askAt(url: string, key?: string, signal?: AbortSignal): Ask {
  const endpoint = url.replace(/\/+$/, '').replace(/(\/graphql)?$/, '/graphql');
  const shown = withoutSecrets(endpoint);
  return async <Data>(query: string, variables?: Record<string, unknown>) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(key ? { authorization: `Bearer ${key}` } : { 'waybill-actor': 'example' }),
      },
      body: JSON.stringify({ query, variables }),
      signal: signal ?? null,
    }).catch((error: Error) => {
      if (signal?.aborted) throw signal.reason;
      throw new ExampleError(`No server answers on ${shown} (${codeOf(error.cause) ?? withoutSecrets(error.message)}). Is it running?`);
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what our own API answers to the document.
    const body = (await response.json().catch(() => ({}))) as { data?: Data; errors?: { message: string }[] };
    if (body.errors?.length) throw new ExampleError(body.errors.map(({ message }) => message).join('\n'));
    if (!body.data) throw new ExampleError(`What answers on ${shown} is not Waybill (status ${response.status}).`);
    return body.data;
  };
}

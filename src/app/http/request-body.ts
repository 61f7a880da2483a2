import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { codeOf } from '../../platform/text-at.js';

/** What is wrong with the bytes of a request, with the HTTP status that says so. */
class BodyError extends Error {
  constructor(
    readonly statusCode: 400 | 413 | 415,
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

const decoders = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress) };
const isDecoder = (name: string): name is keyof typeof decoders => Object.hasOwn(decoders, name);

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** JSON is UTF-8 between systems: https://www.rfc-editor.org/rfc/rfc8259#section-8.1 */
function refuseOtherCharsets({ headers }: FastifyRequest): void {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headers['content-type'] ?? '') ?? [];
  if (!/^utf-?8$/i.test(charset))
    throw new BodyError(415, 'CHARSET', `The request body must be UTF-8, not ${charset.slice(0, 60)}.`, {
      argument: 'Content-Type',
      value: charset,
      allowed: ['utf-8'],
    });
}

/** The body without its Content-Encoding; at most `limit` bytes are decoded. */
async function decoded({ headers }: FastifyRequest, body: Buffer, limit: number): Promise<Buffer> {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return body;
  if (!isDecoder(encoding))
    throw new BodyError(415, 'CONTENT_ENCODING', `The request body has the Content-Encoding ${encoding.slice(0, 60)}.`, {
      argument: 'Content-Encoding',
      value: encoding,
      allowed: Object.keys(decoders),
    });
  try {
    return await decoders[encoding](body, { maxOutputLength: limit });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw new BodyError(413, 'BODY_TOO_LARGE', '');
    throw new BodyError(400, 'CONTENT_ENCODING', `The request body is not valid ${encoding}.`, {
      argument: 'Content-Encoding',
      value: encoding,
    });
  }
}

function textOf(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new BodyError(400, 'UTF8', 'The request body is not valid UTF-8.');
  }
}

/**
 * Reads the bodies and the addresses of requests as UTF-8 and nothing else: bytes that are not would become replacement characters, and two
 * names one. Bodies may be compressed; the limit counts what they are decoded to.
 */
export function readUtf8(app: FastifyInstance, limit: number): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const text = async () => {
      refuseOtherCharsets(request);
      return textOf(await decoded(request, typeof body === 'string' ? Buffer.from(body) : body, limit));
    };
    text().then(
      (found) => void parseJson(request, found, done),
      (error: Error) => done(error),
    );
  });
  app.addHook('onRequest', async ({ url }) => {
    try {
      decodeURIComponent(url);
    } catch {
      throw new BodyError(400, 'UTF8', 'The address is not valid UTF-8, percent-encoded.');
    }
  });
}

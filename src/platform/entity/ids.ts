import { invalid } from '../errors.js';
import { withArticle } from '../words.js';

/** Global ids are opaque to callers: base64url of `Type:number`. */
export const globalId = (type: string, id: number): string => Buffer.from(`${type}:${id}`).toString('base64url');

const shape = /^([A-Za-z]+):([1-9]\d{0,15})$/;

const large = new Set<string>();

/** Lets ids of a type have numbers of 64 bits: its key is a `bigint`. */
export const allowLargeIds = (type: string): Set<string> => large.add(type);

/**
 * Reads a global id back.
 * @throws INVALID naming `argument` if the text is no id of ours.
 */
export function decodeId(id: string, argument = 'id'): { type: string; id: number } {
  const [, type, number] = shape.exec(Buffer.from(id, 'base64url').toString()) ?? [];
  if (!type || Number(number) > (large.has(type) ? Number.MAX_SAFE_INTEGER : 2_147_483_647))
    throw invalid(`\`${argument}\` is not an id of this API. It must be the \`id\` of a record as this API answers it, not its name.`, {
      argument,
      value: id,
      allowed: 'an id answered by this API',
    });
  return { type, id: Number(number) };
}

/**
 * The number in a global id of one of the types given.
 * @throws INVALID naming `argument` if it is no id, or the id of another type.
 */
export function idOf(id: string, types: string | readonly string[], argument = 'id'): number {
  const wanted = typeof types === 'string' ? [types] : types;
  const decoded = decodeId(id, argument);
  if (!wanted.includes(decoded.type))
    throw invalid(`${argument} is the id of ${withArticle(decoded.type)}; expected the id of ${wanted.map(withArticle).join(' or ')}.`, {
      argument,
      value: id,
      allowed: wanted,
    });
  return decoded.id;
}

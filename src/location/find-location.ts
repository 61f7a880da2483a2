import type { Tx } from '../platform/database.js';
import { DomainError, invalid, raisedAs } from '../platform/errors.js';
import { maskAddress } from '../platform/mask-secrets.js';
import { below as path, resolveRef } from '../platform/read/references.js';
import { said } from '../platform/write/reports.js';
import { given } from '../platform/checks.js';
import { locationRefs } from './location-naming.js';
import { describePath, knownSchemes } from './location-path.js';
import type { FileLocationInput } from './location-ref.input.js';
import { messageOf } from '../platform/text-at.js';

export interface NewLocation {
  path: string;
  name?: string | null;
  type?: string | null;
  bucket?: string | null;
  maxAttempts?: number | null;
  retryDelaySeconds?: number | null;
}

/**
 * The location with a path, created if missing.
 * @throws INVALID for an invalid path, or one that does not show its type; CONFLICT where the path has another name, or the name another path
 */
export async function putLocation(tx: Tx, location: NewLocation, argument: string): Promise<{ id: number; created: boolean }> {
  const { path, type, bucket, names } = describePath(location.path, `${argument}.path`);
  checkBucket(location.bucket, bucket, path, argument);
  const name = location.name && maskAddress(location.name);
  const wanted = { ...location, name, path, type: location.type ?? type, bucket: location.bucket ?? bucket, names };
  if (!wanted.type)
    throw invalid('The type of the location is missing: its path does not show it.', {
      argument: `${argument}.type`,
      value: null,
      allowed: ['a type of location', ...knownSchemes.map((scheme) => `a path with ${scheme}://`)],
    });
  const [row] = await tx
    .query<{ id: number; created: boolean }>('select id, created from process_tracker.put_location($1::jsonb)', [
      JSON.stringify(said(wanted)),
    ])
    .catch((error: unknown) => below(error, argument));
  return row!;
}

/** @throws INVALID for a bucket that is another than the one in the path */
export function checkBucket(given: string | null | undefined, inPath: string | null, path: string, argument: string): void {
  if (given && inPath !== null && given !== inPath)
    throw invalid(`The path ${JSON.stringify(path)} lies in the bucket ${JSON.stringify(inPath)}, not in ${JSON.stringify(given)}.`, {
      argument: `${argument}.bucket`,
      value: given,
      allowed: [inPath],
    });
}

/** Errors of the function on `path` and `name`, with the arguments as the caller knows them. */
function below(error: unknown, argument: string): never {
  const details = raisedAs(error, 'WB409');
  if (!details) throw error;
  throw new DomainError('CONFLICT', messageOf(error), {
    ...details,
    ...(details.argument ? { argument: `${argument}.${details.argument}` } : {}),
  });
}

/** The location of files, created if its path is new. @throws INVALID, NOT_FOUND or CONFLICT */
export async function fileLocation(tx: Tx, { type, ...ref }: FileLocationInput, argument: string): Promise<number> {
  if (ref.path && !given(ref.id) && !given(ref.databaseId))
    return (await putLocation(tx, { path: ref.path, name: ref.name ?? null, type: type ?? null }, argument)).id;
  return (await resolveRef(tx, locationRefs, ref, { at: path(argument) })).id;
}

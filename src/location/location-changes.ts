import { Int } from 'type-graphql';
import { refuseBlanks } from '../platform/checks.js';
import type { Tx } from '../platform/database.js';
import { conflict, invalid } from '../platform/errors.js';
import { maskAddress } from '../platform/mask-secrets.js';
import { below, resolveRef } from '../platform/read/references.js';
import { Name } from '../platform/entity/text.js';
import { updateRecord, type RecordChange, type RecordField } from '../platform/write/record-changes.js';
import { checkBucket, putLocation, type NewLocation } from './find-location.js';
import { locationKind } from './location-kind.js';
import { locationRefs } from './location-naming.js';
import type { LocationRef } from './location-ref.input.js';
import { describePath } from './location-path.js';
import { LocationType } from './location-type.entity.js';

/** The fields of a location beside its name. */
export const locationFields: readonly RecordField[] = [
  {
    name: 'path',
    doc: 'Path or URI, unique in all its spellings (see `canonicalPath`), without `..`. A password in it is not stored.',
    type: () => Name,
    required: true,
  },
  {
    name: 'type',
    doc: 'Type of location, created if missing. Default: by the scheme of the path; a local path has `local filesystem`.',
    property: 'typeId',
    lookup: LocationType,
    required: true,
  },
  {
    name: 'bucket',
    doc: 'Name of the bucket. It must be the one in the path, which is also the default.',
    type: () => Name,
  },
  {
    name: 'maxAttempts',
    doc: 'Maximum number of attempts on a version of its files; default 5. After that, a file waits for `retryFile`.',
    type: () => Int,
    min: 1,
  },
  {
    name: 'retryDelaySeconds',
    doc: 'Seconds between the first failed attempt and the next; default 60. Each further failure doubles them, up to a day.',
    type: () => Int,
    min: 0,
  },
];

/** Creates a location, or finds the one that has the path. @throws CONFLICT where that has another name, or the name another path */
export async function createLocation(tx: Tx, input: NewLocation): Promise<{ id: number; created: boolean }> {
  const values: Readonly<Record<string, unknown>> = { ...input };
  for (const { name, min } of locationFields) {
    const value = values[name];
    if (min !== undefined && typeof value === 'number' && value < min)
      throw invalid(`${name} must be at least ${min}, not ${value}.`, { argument: `input.${name}`, value, allowed: { min } });
  }
  const location = await putLocation(tx, input, 'input');
  if (location.created && input.name) refuseBlanks(input.name, 'input.name');
  return location;
}

export interface LocationChange extends RecordChange {
  location: LocationRef;
  path?: string | null;
  type?: string | null;
  bucket?: string | null;
}

/** Changes a location. With another path come its type and its bucket, unless they are given. @throws CONFLICT where another one has the path */
export async function updateLocation(tx: Tx, given: LocationChange): Promise<{ id: number; warnings: string[] }> {
  const input = typeof given.newName === 'string' ? { ...given, newName: maskAddress(given.newName) } : given;
  if (typeof input.path !== 'string' && typeof input.bucket !== 'string') return updateRecord(tx, locationKind, locationFields, input);
  const row = await resolveRef(tx, locationRefs, input.location, {
    at: below('input.location'),
    lock: 'update',
    read: ['name', 'path', 'bucket'],
  });
  const was = describedOrNot(row.path);
  if (typeof input.path !== 'string') {
    if (was) checkBucket(input.bucket, was.bucket, was.path, 'input');
    return updateRecord(tx, locationKind, locationFields, input);
  }
  const now = describePath(input.path, 'input.path');
  checkBucket(input.bucket, now.bucket, now.path, 'input');
  const changes: LocationChange = { ...input, path: now.path };
  if (input.type === undefined && now.type && now.type !== was?.type) changes.type = now.type;
  if (input.bucket === undefined && now.bucket !== (was?.bucket ?? null)) changes.bucket = now.bucket;
  await tx.query('select process_tracker.lock_place(process_tracker.canonical_path($1))', [now.path]);
  const [other] = await tx.query<{ name: string }>(
    `select process_tracker.mask_address(location_name) as name
     from location_lkup l
     where canonical_path = process_tracker.canonical_path($1) and location_id <> $2
       and not exists (select from location_lkup o where o.location_id = $2 and o.canonical_path = l.canonical_path)
     order by location_id
     limit 1`,
    [now.path, row.id],
  );
  if (other)
    throw conflict(
      `The path ${JSON.stringify(now.path)} is that of the location ${JSON.stringify(other.name)}, so ${JSON.stringify(row.name)} cannot have it.`,
      { argument: 'input.path', value: now.path, name: other.name, wanted: row.name },
    );
  return updateRecord(tx, locationKind, locationFields, changes);
}

/** Facts of a stored path, which another client may have written in any form. */
function describedOrNot(path: string) {
  try {
    return describePath(path, 'path');
  } catch {
    return undefined;
  }
}

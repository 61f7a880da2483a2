import { given } from '../platform/checks.js';
import { idOf } from '../platform/entity/ids.js';
import { maskAddress } from '../platform/mask-secrets.js';
import { isGiven } from '../platform/read/missing-record.js';
import { idByNameSql, type Naming } from '../platform/read/naming.js';
import { checkOneWay } from '../platform/read/one-way.js';
import type { RefKind } from '../platform/read/references.js';
import { LocationAlias } from './location-alias.entity.js';
import { describePath } from './location-path.js';
import type { LocationRef } from './location-ref.input.js';
import { Location } from './location.entity.js';

export const locationNaming = { entity: Location, alias: { entity: LocationAlias } } satisfies Naming<Location>;

/**
 * SQL of the number of the location of a path, in any spelling. A store may have several for one place: then that with this spelling, or the oldest. A
 * store that is not to be changed has no canonical paths: there, and only there, each path is looked at.
 */
export function idByPathSql(path: string): string {
  const canonical = `process_tracker.canonical_path(${path})`;
  const first = (where: string) =>
    `(select location_id from location_lkup
      where ${where}
      order by location_path in (${path}, ${path} || '/') desc, location_id
      limit 1)`;
  return `coalesce(
    ${first(`canonical_path = ${canonical}`)},
    ${first(`canonical_path is null and process_tracker.canonical_path(location_path) = ${canonical}`)})`;
}

/** A reference as errors show it. */
export const shownRef = <T extends { path?: string | null }>(ref: T): T => (ref.path ? { ...ref, path: maskAddress(ref.path) } : ref);

const ways = [['id'], ['databaseId'], ['name'], ['path']];

export const locationRefs: RefKind<LocationRef, Location> = {
  entity: Location,
  columns: 'id int, name text, path text',
  wanted(ref, at) {
    checkOneWay('Location', ways, ref, at, [], shownRef(ref));
    return {
      id: given(ref.id) ? idOf(ref.id, 'Location', at('id')) : ref.databaseId,
      name: ref.name,
      path: given(ref.path) ? describePath(ref.path, at('path')).path : undefined,
    };
  },
  idSql: () =>
    `coalesce(w.id, ${idByNameSql(locationNaming, () => 'w.name')}, case when w.path is not null then ${idByPathSql('w.path')} end)`,
  naming: { entity: Location },
  by: (ref) => ['id', 'databaseId', 'name'].find((each) => isGiven(ref, each)) ?? 'path',
  shown: shownRef,
};

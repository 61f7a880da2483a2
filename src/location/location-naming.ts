import type { Naming } from '../platform/write/naming.js';
import { Location } from './location.entity.js';

export const locationNaming: Naming<Location> = { entity: Location, alias: { table: 'location_alias' } };

/**
 * SQL of the number of the location of a path, in any spelling. A store may have several for one place: then that with this spelling, or the oldest. A
 * store that is not to be changed has no canonical paths: there, and only there, each path is looked at.
 */
export function idByPath(path: string): string {
  const canonical = `process_tracker.canonical_path(${path})`;
  const first = (where: string) =>
    `(select location_id from location_lkup where ${where} order by location_path in (${path}, ${path} || '/') desc, location_id limit 1)`;
  return `coalesce(${first(`canonical_path = ${canonical}`)}, ${first(`canonical_path is null and process_tracker.canonical_path(location_path) = ${canonical}`)})`;
}

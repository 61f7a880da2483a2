import type { Naming } from '../platform/naming.js';
import { Location } from './location.entity.js';

export const locationNaming: Naming = { entity: Location, alias: { table: 'location_alias' } };

/** SQL of the condition that a location is the place of `path`, in any spelling. A store that is only read has no canonical paths. */
const isPlaceSql = (path: string, location = 'location_lkup'): string =>
  `(${location}.canonical_path = process_tracker.canonical_path(${path}) or ${location}.canonical_path is null and process_tracker.canonical_path(${location}.location_path) = process_tracker.canonical_path(${path}))`;

/** SQL of the number of the location of a path, as `describePath` writes it. A store may have several for one place: then that with this spelling, or the oldest. */
export const idByPath = (path: string): string =>
  `(select location_id from location_lkup where ${isPlaceSql(path)} order by location_path in (${path}, ${path} || '/') desc, location_id limit 1)`;

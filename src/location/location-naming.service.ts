import type { Naming } from '../platform/naming.js';
import { Location } from './location.entity.js';

export const locationNaming: Naming = { entity: Location, alias: { table: 'location_alias' } };

/** SQL of the number of the location with this path, as `describePath` writes it. Other clients may have left a slash at its end. */
export const idByPath = (path: string): string =>
  `(select location_id from location_lkup where location_path in (${path}, ${path} || '/') order by location_path limit 1)`;

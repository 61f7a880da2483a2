import type { Naming } from '../platform/naming.js';
import { Location } from './location.entity.js';

export const locationNaming: Naming = { entity: Location, alias: { table: 'location_alias' } };

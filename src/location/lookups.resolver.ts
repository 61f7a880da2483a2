import { lookup } from '../platform/write/lookup.js';
import { LocationType } from './location-type.entity.js';

export const locationLookups = lookup({ entity: LocationType, plural: 'locationTypes', noun: 'a kind of location' });

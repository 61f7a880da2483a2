import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const LocationType = lookupEntity({
  name: 'LocationType',
  table: 'location_type_lkup',
  key: 'location_type_id',
  label: 'location_type_name',
  doc: 'The kind of a location, such as local filesystem or s3.',
});
export type LocationType = InstanceType<typeof LocationType>;

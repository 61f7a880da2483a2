import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const DataType = lookupEntity({
  name: 'DataType',
  table: 'data_type_lkup',
  key: 'data_type_id',
  label: 'data_type',
  doc: 'The data type of an attribute, by its name.',
});
export type DataType = InstanceType<typeof DataType>;

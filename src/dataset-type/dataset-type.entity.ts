import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const DatasetType = lookupEntity({
  name: 'DatasetType',
  table: 'dataset_type_lkup',
  key: 'dataset_type_id',
  label: 'dataset_type',
  nullable: true,
  doc: 'A category of data, such as customer or sales. Processes, sources, objects and files carry any number of them.',
});
export type DatasetType = InstanceType<typeof DatasetType>;

import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const CompressionType = lookupEntity({
  name: 'CompressionType',
  table: 'extract_compression_type_lkup',
  key: 'extract_compression_type_id',
  label: 'extract_compression_type',
  doc: 'The way a file is compressed, such as zip.',
});
export type CompressionType = InstanceType<typeof CompressionType>;

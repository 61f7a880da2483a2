import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const SourceType = lookupEntity({
  name: 'SourceType',
  table: 'source_type_lkup',
  key: 'source_type_id',
  label: 'source_type_name',
  doc: 'Kind of a source: Undefined, Database, Internal, External, or a custom one.',
});
export type SourceType = InstanceType<typeof SourceType>;

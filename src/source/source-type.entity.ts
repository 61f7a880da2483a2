import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const SourceType = lookupEntity({
  name: 'SourceType',
  table: 'source_type_lkup',
  key: 'source_type_id',
  label: 'source_type_name',
  doc: 'The kind of a source: Undefined, Database, Internal, External, or one of your own.',
});
export type SourceType = InstanceType<typeof SourceType>;

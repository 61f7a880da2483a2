import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const ExtractStatus = lookupEntity({
  name: 'ExtractStatus',
  table: 'extract_status_lkup',
  key: 'extract_status_id',
  label: 'extract_status_name',
  doc: 'The state of a file: initializing, ready, loading, loaded, archived, deleted, error, or one of your own.',
});
export type ExtractStatus = InstanceType<typeof ExtractStatus>;

import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const FileStatus = lookupEntity({
  name: 'FileStatus',
  table: 'extract_status_lkup',
  key: 'extract_status_id',
  label: 'extract_status_name',
  doc: 'The state of a file: initializing, ready, loading, loaded, archived, deleted, error, or a custom one.',
});
export type FileStatus = InstanceType<typeof FileStatus>;

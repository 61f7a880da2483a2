import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const ProcessStatus = lookupEntity({
  name: 'ProcessStatus',
  table: 'process_status_lkup',
  key: 'process_status_id',
  label: 'process_status_name',
  doc: 'Stored status of a run: running, completed, failed, on hold, unknown, skipped, or a custom one.',
});
export type ProcessStatus = InstanceType<typeof ProcessStatus>;

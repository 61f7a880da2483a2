import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const ProcessType = lookupEntity({
  name: 'ProcessType',
  table: 'process_type_lkup',
  key: 'process_type_id',
  label: 'process_type_name',
  doc: 'The kind of a process: File, Load, or a custom one.',
});
export type ProcessType = InstanceType<typeof ProcessType>;

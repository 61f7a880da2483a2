import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const ErrorType = lookupEntity({
  name: 'ErrorType',
  table: 'error_type_lkup',
  key: 'error_type_id',
  label: 'error_type_name',
  doc: 'Type of an error of a run: File Error, Data Error, Process Error, or a custom one.',
});
export type ErrorType = InstanceType<typeof ErrorType>;

import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const DependencyType = lookupEntity({
  name: 'DependencyType',
  table: 'dependency_type_lkup',
  key: 'dependency_type_id',
  label: 'dependency_type_name',
  doc: 'How strictly a dependency between processes or files is meant. Hard ones hold the child back; Undefined counts as Hard.',
});
export type DependencyType = InstanceType<typeof DependencyType>;

import { Text } from '../../platform/entity/columns.js';
import { lookupEntity } from '../../platform/entity/lookup-entity.js';

export const FilterType = lookupEntity({
  name: 'FilterType',
  table: 'filter_type_lkup',
  key: 'filter_type_id',
  label: 'filter_type_name',
  doc: 'The operator of a filter of a process.',
  extra: {
    code: Text('filter_type_code', {
      doc: "ProcessTracker's code of the operator, such as `gte`. The operator of its code `lke` is `contains`.",
    }),
  },
  unique: ['code'],
});
export type FilterType = InstanceType<typeof FilterType>;

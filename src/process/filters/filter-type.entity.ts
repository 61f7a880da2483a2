import { Text } from '../../platform/entity/columns.js';
import { lookupEntity } from '../../platform/entity/lookup-entity.js';

export const FilterType = lookupEntity({
  name: 'FilterType',
  table: 'filter_type_lkup',
  key: 'filter_type_id',
  label: 'filter_type_name',
  doc: 'The comparison that a filter of a process makes.',
  extra: {
    code: Text('filter_type_code', { doc: 'Short form: eq, lt, gt, lte, gte, not, lke or in, or one of your own.' }),
  },
  unique: ['code'],
});
export type FilterType = InstanceType<typeof FilterType>;

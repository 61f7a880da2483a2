import { Text } from '../platform/entity/columns.js';
import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const SystemSetting = lookupEntity({
  name: 'SystemSetting',
  table: 'system_lkup',
  key: 'system_id',
  label: 'system_key',
  doc: 'Fact about the store itself, such as the version of the ProcessTracker tables in it.',
  extra: {
    value: Text('system_value', { doc: 'Value of the fact.' }),
  },
});
export type SystemSetting = InstanceType<typeof SystemSetting>;

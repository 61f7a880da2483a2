import { Text } from '../platform/entity/columns.js';
import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const SystemSetting = lookupEntity({
  name: 'SystemSetting',
  table: 'system_lkup',
  key: 'system_id',
  label: 'system_key',
  doc: 'A fact that the store keeps of itself for its clients, such as the version of ProcessTracker whose tables it has.',
  extra: {
    value: Text('system_value', { doc: 'What is said of it.' }),
  },
});
export type SystemSetting = InstanceType<typeof SystemSetting>;

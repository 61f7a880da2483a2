import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const Actor = lookupEntity({
  name: 'Actor',
  table: 'actor_lkup',
  key: 'actor_id',
  label: 'actor_name',
  doc: 'A person, service or scheduler that starts runs and changes the store.',
});
export type Actor = InstanceType<typeof Actor>;

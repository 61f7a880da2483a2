import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const Actor = lookupEntity({
  name: 'Actor',
  table: 'actor_lkup',
  key: 'actor_id',
  label: 'actor_name',
  doc: 'Who or what starts runs and changes the store: a person, a service, a scheduler.',
});
export type Actor = InstanceType<typeof Actor>;

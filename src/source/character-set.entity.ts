import { lookupEntity } from '../platform/entity/lookup-entity.js';

export const CharacterSet = lookupEntity({
  name: 'CharacterSet',
  table: 'character_set_lkup',
  key: 'character_set_id',
  label: 'character_set_name',
  doc: 'The character set in which a source or an object keeps its text.',
});
export type CharacterSet = InstanceType<typeof CharacterSet>;

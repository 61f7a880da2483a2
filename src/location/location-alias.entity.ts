import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { TextKey } from '../platform/entity/text-key.js';
import { Location } from './location.entity.js';

/** An alias: a name that a location had before. */
@Index({ properties: ['locationId'] })
@Entity({ tableName: 'location_alias' })
export class LocationAlias {
  @TextKey('name')
  name!: string;

  @Reference(() => Location, 'location_id', { onDelete: 'cascade' })
  locationId!: number;
}

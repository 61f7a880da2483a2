import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { SourceObject } from './source-object.entity.js';
import { Location } from '../location/location.entity.js';

@Index({ properties: ['locationId'] })
@Entity({ tableName: 'source_object_location' })
export class SourceObjectLocation extends Audited {
  @Reference(() => SourceObject, 'source_object_id', { primary: true })
  objectId!: number;

  @Reference(() => Location, 'location_id', { primary: true })
  locationId!: number;
}

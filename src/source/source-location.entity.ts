import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { Source } from './source.entity.js';
import { Location } from '../location/location.entity.js';

@Index({ properties: ['locationId'] })
@Entity({ tableName: 'source_location' })
export class SourceLocation extends Audited {
  @Reference(() => Source, 'source_id', { primary: true })
  sourceId!: number;

  @Reference(() => Location, 'location_id', { primary: true })
  locationId!: number;
}

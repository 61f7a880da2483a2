import { Check, Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { InstantColumn, Key, Reference, Text, Whole } from '../platform/entity/columns.js';
import { Audited, Node } from '../platform/entity/node.js';
import { LocationType } from './location-type.entity.js';

const masked = { sql: (column: string) => `process_tracker.mask_address(${column})`, nullable: false as const };

@ObjectType('Location', { implements: [Node, Audited], description: 'A directory, a bucket or a part of one, where files lie.' })
@Unique({ properties: ['name'] })
@Unique({ properties: ['path'] })
@Index({ properties: ['typeId'] })
@Index({ properties: ['canonicalPath'] })
@Index({ name: 'location_lkup_retired_index', properties: ['id'], where: 'retired_at is not null' })
@Check({ name: 'location_lkup_max_attempts_check', expression: 'max_attempts > 0' })
@Check({ name: 'location_lkup_retry_delay_seconds_check', expression: 'retry_delay_seconds >= 0' })
@Entity({ tableName: 'location_lkup' })
export class Location extends Audited {
  @Key('location_id')
  id!: number;

  @Text('location_name', { doc: 'Its name, unique. Made from the path where none was given.' })
  name!: string;

  @Text('location_path', { shownAs: masked, doc: 'Path or URI as it was first given, unique. A password in it is masked.' })
  path!: string;

  /** A trigger fills it, whoever writes. */
  @Text('canonical_path', {
    nullable: true,
    doc: 'The one path that all spellings of the place have, such as `s3://lake/in` for `s3a://lake/in/`. Locations are found by each of them. Null only in a store that is read as ProcessTracker made it.',
  })
  canonicalPath!: string | null;

  @Reference(() => LocationType, 'location_type_id')
  typeId!: number;

  @Whole('location_file_count', { nullable: true, doc: 'How many files lay there when the location was last listed.' })
  fileCount!: number | null;

  @Text('location_bucket_name', { nullable: true, doc: 'Name of the bucket, where the location lies in one.' })
  bucket!: string | null;

  @InstantColumn('retired_at', {
    nullable: true,
    doc: 'When it was retired: hidden from lists, no new links. Null while it is in use.',
  })
  retiredAt!: string | null;

  @Whole('max_attempts', {
    nullable: true,
    doc: 'How often a version of its files is tried before it is given up until a person says retry. Null: 5 times.',
  })
  maxAttempts!: number | null;

  @Whole('retry_delay_seconds', {
    nullable: true,
    doc: 'Seconds after a failed first attempt before the next; each further failure doubles them, up to a day. Null: 60.',
  })
  retryDelaySeconds!: number | null;
}

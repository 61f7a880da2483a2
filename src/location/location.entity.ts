import { Check, Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { InstantColumn, Key, Reference, Text, Whole } from '../platform/entity/columns.js';
import { Audited, Node } from '../platform/entity/node.js';
import { LocationType } from './location-type.entity.js';

const masked = { sql: (column: string) => `process_tracker.mask_address(${column})`, nullable: false as const };

@ObjectType('Location', { implements: [Node, Audited], description: 'A place of files: a directory, a bucket or a part of one.' })
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

  @Text('location_name', { doc: 'Unique name. Without one, it is made from the path.' })
  name!: string;

  @Text('location_path', { shownAs: masked, doc: 'Unique path or URI, in its first spelling. A password in it is masked.' })
  path!: string;

  /** A trigger fills it, for all clients. */
  @Text('canonical_path', {
    nullable: true,
    doc: 'Canonical path of all spellings of the place, such as `s3://lake/in` for `s3a://lake/in/`. A location is found by each of them. Null only in a store of ProcessTracker that is read without migration.',
  })
  canonicalPath!: string | null;

  @Reference(() => LocationType, 'location_type_id')
  typeId!: number;

  @Whole('location_file_count', { nullable: true, doc: 'Number of files there when the location was last listed; null if it never was.' })
  fileCount!: number | null;

  @Text('location_bucket_name', { nullable: true, doc: 'Name of the bucket; null if it is not in one.' })
  bucket!: string | null;

  @InstantColumn('retired_at', {
    nullable: true,
    doc: 'Time of its retirement, after which lists hide it and new links are refused. Null while it is in use.',
  })
  retiredAt!: string | null;

  @Whole('max_attempts', {
    nullable: true,
    doc: 'Maximum number of attempts on a version of its files; null means 5. After that, a file waits for `retryFile`.',
  })
  maxAttempts!: number | null;

  @Whole('retry_delay_seconds', {
    nullable: true,
    doc: 'Seconds between the first failed attempt and the next; null means 60. Each further failure doubles them, up to a day.',
  })
  retryDelaySeconds!: number | null;
}

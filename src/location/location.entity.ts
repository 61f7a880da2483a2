import { Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { InstantColumn, Key, Reference, Text, Whole } from '../platform/columns.js';
import { Audited, Node } from '../platform/node.js';
import { LocationType } from './location-type.entity.js';

@ObjectType('Location', { implements: [Node, Audited], description: 'A directory, a bucket or a part of one, where files lie.' })
@Unique({ properties: ['name'] })
@Unique({ properties: ['path'] })
@Index({ properties: ['typeId'] })
@Index({ name: 'location_lkup_retired_index', properties: ['id'], where: 'retired_at is not null' })
@Entity({ tableName: 'location_lkup' })
export class Location extends Audited {
  @Key('location_id')
  id!: number;

  @Text('location_name', { doc: 'Its name, unique. Made from the path where none was given.' })
  name!: string;

  @Text('location_path', { doc: 'Path or URI, unique.' })
  path!: string;

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
}

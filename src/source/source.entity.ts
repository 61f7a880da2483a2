import { Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { InstantColumn, Key, Reference, Text } from '../platform/entity/columns.js';
import { Links, type Link } from '../platform/entity/links.js';
import { Audited, Node } from '../platform/entity/node.js';
import { CharacterSet } from './character-set.entity.js';
import { SourceType } from './source-type.entity.js';

@ObjectType('Source', {
  implements: [Node, Audited],
  description:
    'A system that processes read from or write to: a database, a warehouse, a site, a bucket. A target is a source that is written to.',
})
@Unique({ properties: ['name'] })
@Index({ properties: ['typeId'] })
@Index({ properties: ['characterSetId'] })
@Index({ name: 'source_lkup_retired_index', properties: ['id'], where: 'retired_at is not null' })
@Entity({ tableName: 'source_lkup' })
export class Source extends Audited {
  @Key('source_id')
  id!: number;

  @Text('source_name', { doc: 'Its name, unique and case-sensitive.' })
  name!: string;

  @Reference(() => SourceType, 'source_type_id', { default: '1' })
  typeId!: number;

  @Reference(() => CharacterSet, 'character_set_id', { nullable: true })
  characterSetId!: number | null;

  @Text('description', { nullable: true, doc: 'Purpose of the system.' })
  description!: string | null;

  @Links('Links to pages about it, such as a console or a wiki')
  links!: Link[];

  @InstantColumn('retired_at', {
    nullable: true,
    doc: 'Time of its retirement; null while it is in use. A retired record is hidden from lists and gets no new links.',
  })
  retiredAt!: string | null;
}

import { Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { emptyIfNull, InstantColumn, Key, Reference, Text } from '../platform/entity/columns.js';
import { Links, type Link } from '../platform/entity/links.js';
import { Audited, Node } from '../platform/entity/node.js';
import { CharacterSet } from './character-set.entity.js';
import { Source } from './source.entity.js';

@ObjectType('SourceObject', {
  implements: [Node, Audited],
  description: 'A part of a source that processes read or write: a table, a view, a file set, a report.',
})
@Unique({ properties: ['sourceId', 'name'] })
@Index({ properties: ['characterSetId'] })
@Index({ name: 'source_object_lkup_retired_index', properties: ['id'], where: 'retired_at is not null' })
@Entity({ tableName: 'source_object_lkup' })
export class SourceObject extends Audited {
  @Key('source_object_id')
  id!: number;

  @Reference(() => Source, 'source_id')
  sourceId!: number;

  @Text('source_object_name', {
    nullable: true,
    shownAs: emptyIfNull,
    doc: 'Its name, unique within the source and case-sensitive; empty if another client set none.',
  })
  name!: string;

  @Reference(() => CharacterSet, 'character_set_id', { nullable: true })
  characterSetId!: number | null;

  @Text('description', { nullable: true, doc: 'Meaning of one row or item.' })
  description!: string | null;

  @Links('Links to pages about it, such as a dashboard or a contract of its data')
  links!: Link[];

  @InstantColumn('retired_at', {
    nullable: true,
    doc: 'Time of its retirement; null while it is in use. A retired record is hidden from lists and gets no new links.',
  })
  retiredAt!: string | null;
}

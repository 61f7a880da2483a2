import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Int, Query, Resolver } from 'type-graphql';
import type { Context } from '../platform/read/context.js';
import { listField, listQuery, referenceField } from '../platform/read/fields.js';
import type { Row } from '../platform/entity/node.js';
import type { ListSource } from '../platform/read/paging.js';
import { byName, findRow } from '../platform/read/find-row.js';
import { Name } from '../platform/entity/text.js';
import { CharacterSet } from './character-set.entity.js';
import { DataType } from './data-type.entity.js';
import { objectNaming, sourceNaming } from './source-naming.js';
import { SourceObjectAttribute } from './source-object-attribute.entity.js';
import { SourceObject } from './source-object.entity.js';
import { SourceType } from './source-type.entity.js';
import { Source } from './source.entity.js';

const sources: ListSource = { name: 'Source.name', entity: Source, order: ['name', 'id'], retirable: true };
const objects: ListSource = {
  name: 'SourceObject.name',
  entity: SourceObject,
  order: ['name', 'id'],
  where: 't.source_object_name is not null',
  retirable: true,
};
const attributes: ListSource = {
  name: 'SourceObjectAttribute.name',
  entity: SourceObjectAttribute,
  order: ['name', 'id'],
  retirable: true,
};

@Resolver()
class SourceQueries {
  @Query(() => Source, { nullable: true, description: 'The source with this name or number, or null.' })
  source(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('name', () => Name, { nullable: true, description: 'Its name, exactly.' }) name?: string,
    @Arg('databaseId', () => Int, { nullable: true, description: "ProcessTracker's number of it." }) id?: number,
  ): Promise<Row<Source> | null> {
    return findRow(ctx, info, Source, { name, id }, { name: byName(sourceNaming) });
  }

  @Query(() => SourceObject, { nullable: true, description: 'The object with this name in this source, or with this number; or null.' })
  sourceObject(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('source', () => Name, { nullable: true, description: 'Name of the source.' }) source?: string,
    @Arg('name', () => Name, { nullable: true, description: 'Name of the object in the source.' }) name?: string,
    @Arg('databaseId', () => Int, { nullable: true, description: "ProcessTracker's number of it." }) id?: number,
  ): Promise<Row<SourceObject> | null> {
    return findRow(ctx, info, SourceObject, { 'source and name': [source, name], id }, { 'source and name': byName(objectNaming) });
  }
}

export const sourceResolvers = [
  SourceQueries,
  ...listQuery('sources', Source, 'All sources, ordered by name.', sources),
  ...listQuery('sourceObjects', SourceObject, 'All objects of all sources, ordered by name.', objects),
  ...listQuery('sourceObjectAttributes', SourceObjectAttribute, 'All attributes of all objects, ordered by name.', attributes),
  referenceField(Source, 'type', 'typeId', SourceType, 'What kind of source it is.'),
  referenceField(Source, 'characterSet', 'characterSetId', CharacterSet, 'Character set of its text, where it was said.'),
  ...listField(Source, 'objects', SourceObject, 'Its objects, ordered by name.', {
    ...objects,
    name: 'Source.objects',
    parent: 't.source_id',
  }),
  referenceField(SourceObject, 'source', 'sourceId', Source, 'The source that it lies in.', false),
  referenceField(SourceObject, 'characterSet', 'characterSetId', CharacterSet, 'Character set of its text, where it was said.'),
  ...listField(
    SourceObject,
    'attributes',
    SourceObjectAttribute,
    'Its attributes, ordered by their place where it is known, then by name.',
    {
      name: 'SourceObject.attributes',
      entity: SourceObjectAttribute,
      parent: 't.source_object_id',
      order: ['place', 'name', 'id'],
      extra: { place: { sql: 'coalesce(t.ordinal, 2147483647)', cast: 'int' } },
      retirable: true,
    },
  ),
  referenceField(SourceObjectAttribute, 'object', 'objectId', SourceObject, 'The object that it belongs to.'),
  referenceField(SourceObjectAttribute, 'dataType', 'dataTypeId', DataType, 'Its data type, where it was said.'),
];

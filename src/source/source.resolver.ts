import { listField, listQuery, referenceField } from '../platform/read/fields.js';
import type { ListSource } from '../platform/read/paging.js';
import { finder } from '../platform/read/find-row.js';
import { AttributeRef, SourceObjectRef, SourceRef } from './source-refs.input.js';
import { attributeRefs, objectRefs, sourceRefs } from './source-naming.js';
import { CharacterSet } from './character-set.entity.js';
import { DataType } from './data-type.entity.js';
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

export const sourceResolvers = [
  finder('source', SourceRef, sourceRefs),
  finder('sourceObject', SourceObjectRef, objectRefs),
  finder('sourceObjectAttribute', AttributeRef, attributeRefs),
  ...listQuery('sources', Source, 'All sources, ordered by name.', sources),
  ...listQuery('sourceObjects', SourceObject, 'All objects of all sources, ordered by name.', objects),
  ...listQuery('sourceObjectAttributes', SourceObjectAttribute, 'All attributes of all objects, ordered by name.', attributes),
  referenceField(Source, 'type', 'typeId', SourceType, 'Kind of the source.'),
  referenceField(Source, 'characterSet', 'characterSetId', CharacterSet, 'Character set of its text; null if unknown.'),
  ...listField(Source, 'objects', SourceObject, 'Its objects, ordered by name.', {
    ...objects,
    name: 'Source.objects',
    parent: 't.source_id',
  }),
  referenceField(SourceObject, 'source', 'sourceId', Source, 'The source that it belongs to.', false),
  referenceField(SourceObject, 'characterSet', 'characterSetId', CharacterSet, 'Character set of its text; null if unknown.'),
  ...listField(SourceObject, 'attributes', SourceObjectAttribute, 'Its attributes, ordered by position if known, then by name.', {
    name: 'SourceObject.attributes',
    entity: SourceObjectAttribute,
    parent: 't.source_object_id',
    order: ['place', 'name', 'id'],
    extra: { place: { sql: 'coalesce(t.ordinal, 2147483647)', cast: 'int' } },
    retirable: true,
  }),
  referenceField(SourceObjectAttribute, 'object', 'objectId', SourceObject, 'The object that it belongs to.'),
  referenceField(SourceObjectAttribute, 'dataType', 'dataTypeId', DataType, 'Its data type; null if unknown.'),
];

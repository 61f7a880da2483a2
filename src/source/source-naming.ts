import type { Naming } from '../platform/write/naming.js';
import { SourceObjectAttribute } from './source-object-attribute.entity.js';
import { SourceObject } from './source-object.entity.js';
import { Source } from './source.entity.js';

export const sourceNaming: Naming<Source> = { entity: Source, alias: { table: 'source_alias' } };

export const objectNaming: Naming<SourceObject> = {
  entity: SourceObject,
  within: { naming: sourceNaming, property: 'sourceId', argument: 'source' },
  alias: { table: 'source_object_alias', scope: { column: 'source_id' } },
};

export const attributeNaming: Naming<SourceObjectAttribute> = {
  entity: SourceObjectAttribute,
  within: { naming: objectNaming, property: 'objectId', argument: 'object' },
  alias: { table: 'source_object_attribute_alias', scope: { column: 'source_object_id' } },
};

import type { Naming } from '../platform/read/naming.js';
import { namedRefs } from '../platform/read/references.js';
import { SourceAlias } from './source-alias.entity.js';
import { SourceObjectAlias } from './source-object-alias.entity.js';
import { SourceObjectAttributeAlias } from './source-object-attribute-alias.entity.js';
import { SourceObjectAttribute } from './source-object-attribute.entity.js';
import { SourceObject } from './source-object.entity.js';
import { Source } from './source.entity.js';

export const sourceNaming = { entity: Source, alias: { entity: SourceAlias } } satisfies Naming<Source>;

export const objectNaming = {
  entity: SourceObject,
  within: { naming: sourceNaming, property: 'sourceId', argument: 'source' },
  alias: { entity: SourceObjectAlias, scope: { property: 'sourceId' } },
} satisfies Naming<SourceObject>;

export const attributeNaming = {
  entity: SourceObjectAttribute,
  within: { naming: objectNaming, property: 'objectId', argument: 'object' },
  alias: { entity: SourceObjectAttributeAlias, scope: { property: 'objectId' } },
} satisfies Naming<SourceObjectAttribute>;

export const sourceRefs = namedRefs(sourceNaming);
export const objectRefs = namedRefs(objectNaming);
export const attributeRefs = namedRefs(attributeNaming);

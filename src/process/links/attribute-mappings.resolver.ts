import { Field, ObjectType } from 'type-graphql';
import { listField, referenceField } from '../../platform/read/fields.js';
import { filterByReference } from '../../platform/read/filters.js';
import type { Row } from '../../platform/entity/node.js';
import type { ListSource } from '../../platform/read/paging.js';
import { SourceObjectAttribute } from '../../source/source-object-attribute.entity.js';
import { ProcessAttributeMapping } from './process-attribute-mapping.entity.js';
import { Process } from '../process.entity.js';

@ObjectType({ description: 'A mapping: an attribute that a process derives from another one.' })
class AttributeMapping {
  /** The numbers of the attributes and of the process, which are read by them. */
  readAttributeId!: number;
  writtenAttributeId!: number;
  processId!: number;
  @Field(() => SourceObjectAttribute, { description: 'The attribute that feeds the other.' }) from!: Row<SourceObjectAttribute>;
  @Field(() => SourceObjectAttribute, { description: 'The derived attribute.' }) to!: Row<SourceObjectAttribute>;
  @Field(() => Process, { description: 'The process that derives it.' }) process!: Row<Process>;
  @Field(() => String, { nullable: true, description: 'Expression by which it is derived.' }) expression!: string | null;
  @Field(() => String, { nullable: true, description: 'Kind of transformation, such as `identity` or `aggregation`.' }) transformation!:
    string | null;
}

const mappings = (name: string, parent: string): ListSource => ({ name, entity: ProcessAttributeMapping, parent, order: ['id'] });

filterByReference(ProcessAttributeMapping, 'from', 'readAttributeId', SourceObjectAttribute);
filterByReference(ProcessAttributeMapping, 'to', 'writtenAttributeId', SourceObjectAttribute);
filterByReference(ProcessAttributeMapping, 'process', 'processId', Process);

export const attributeMappings = [
  referenceField(AttributeMapping, 'from', 'readAttributeId', SourceObjectAttribute, 'The attribute that feeds the other.', false),
  referenceField(AttributeMapping, 'to', 'writtenAttributeId', SourceObjectAttribute, 'The derived attribute.', false),
  referenceField(AttributeMapping, 'process', 'processId', Process, 'The process that derives it.', false),
  ...listField(
    Process,
    'attributeMappings',
    AttributeMapping,
    'The mappings from attributes that it reads to attributes that it writes, in the order of their creation.',
    mappings('Process.attributeMappings', 't.process_id'),
  ),
  ...listField(
    SourceObjectAttribute,
    'feeds',
    AttributeMapping,
    'The mappings by which processes derive other attributes from it.',
    mappings('SourceObjectAttribute.feeds', 't.source_object_attribute_id'),
  ),
  ...listField(
    SourceObjectAttribute,
    'madeFrom',
    AttributeMapping,
    'The mappings by which processes derive it from other attributes.',
    mappings('SourceObjectAttribute.madeFrom', 't.target_object_attribute_id'),
  ),
];

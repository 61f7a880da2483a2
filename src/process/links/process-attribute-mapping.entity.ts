import { Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { Key, Reference, Text } from '../../platform/entity/columns.js';
import { SourceObjectAttribute } from '../../source/source-object-attribute.entity.js';
import { Process } from '../process.entity.js';

/** Says that a process makes one attribute from another, and how: the edges of lineage between attributes. */
@Unique({ properties: ['processId', 'readAttributeId', 'writtenAttributeId'] })
@Index({ properties: ['readAttributeId'] })
@Index({ properties: ['writtenAttributeId'] })
@Entity({ tableName: 'process_attribute_mapping' })
export class ProcessAttributeMapping {
  @Key('mapping_id')
  id!: number;

  @Reference(() => Process, 'process_id', { onDelete: 'cascade' })
  processId!: number;

  @Reference(() => SourceObjectAttribute, 'source_object_attribute_id', { onDelete: 'cascade' })
  readAttributeId!: number;

  @Reference(() => SourceObjectAttribute, 'target_object_attribute_id', { onDelete: 'cascade' })
  writtenAttributeId!: number;

  @Text('expression', { nullable: true })
  expression!: string | null;

  @Text('transformation', { nullable: true })
  transformation!: string | null;
}

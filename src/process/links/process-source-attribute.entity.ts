import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference, Text } from '../../platform/entity/columns.js';
import { Audited } from '../../platform/entity/node.js';
import { SourceObjectAttribute } from '../../source/source-object-attribute.entity.js';
import { Process } from '../process.entity.js';

/** An attribute that a process reads. */
@Index({ properties: ['attributeId', 'processId'] })
@Entity({ tableName: 'process_source_object_attribute' })
export class ProcessSourceAttribute extends Audited {
  @Reference(() => Process, 'process_id', { primary: true })
  processId!: number;

  @Reference(() => SourceObjectAttribute, 'source_object_attribute_id', { primary: true })
  attributeId!: number;

  @Text('source_object_attribute_alias', { nullable: true })
  alias!: string | null;

  @Text('source_object_attribute_expression', { nullable: true })
  expression!: string | null;
}

import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Reference, Text } from '../../platform/entity/columns.js';
import { Audited } from '../../platform/entity/node.js';
import { SourceObjectAttribute } from '../../source/source-object-attribute.entity.js';
import { Process } from '../process.entity.js';

/** An attribute that a process writes. */
@Index({ properties: ['attributeId', 'processId'] })
@Entity({ tableName: 'process_target_object_attribute' })
export class ProcessTargetAttribute extends Audited {
  @Reference(() => Process, 'process_id', { primary: true })
  processId!: number;

  @Reference(() => SourceObjectAttribute, 'target_object_attribute_id', { primary: true })
  attributeId!: number;

  @Text('target_object_attribute_alias', { nullable: true })
  alias!: string | null;

  @Text('target_object_attribute_expression', { nullable: true })
  expression!: string | null;
}

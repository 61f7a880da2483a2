import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Key, Numeric, Reference, Text } from '../platform/columns.js';
import { Audited } from '../platform/node.js';
import { SourceObjectAttribute } from '../source/source-object-attribute.entity.js';
import { FilterType } from './filter-type.entity.js';
import { Process } from './process.entity.js';

/** One condition of a process on an attribute that it reads. Several of one kind on one attribute are allowed, other than in ProcessTracker. */
@Index({ properties: ['processId', 'attributeId', 'typeId'] })
@Index({ properties: ['attributeId'] })
@Index({ properties: ['typeId'] })
@Entity({ tableName: 'process_filter' })
export class ProcessFilter extends Audited {
  @Key('process_filter_id')
  id!: number;

  @Reference(() => Process, 'process_id')
  processId!: number;

  @Reference(() => SourceObjectAttribute, 'source_object_attribute_id')
  attributeId!: number;

  @Reference(() => FilterType, 'filter_type_id')
  typeId!: number;

  @Text('filter_value_string', { nullable: true })
  valueText!: string | null;

  @Numeric('filter_value_numeric', { nullable: true })
  valueNumber!: string | null;
}

import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Key, Numeric, Reference, Text, Whole } from '../../platform/entity/columns.js';
import { Audited, Node } from '../../platform/entity/node.js';
import { SourceObjectAttribute } from '../../source/source-object-attribute.entity.js';
import { FilterType } from './filter-type.entity.js';
import { Process } from '../process.entity.js';

@ObjectType('ProcessFilter', {
  implements: [Node, Audited],
  description: 'A condition by which a process selects rows: an attribute, an operator, and one or several values.',
})
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

  /** Of a list, its rendering: ProcessTracker's clients know no other place for it. */
  @Text('filter_value_string', { nullable: true })
  valueText!: string | null;

  @Numeric('filter_value_numeric', { nullable: true })
  valueNumber!: string | null;

  @Whole('group_number', {
    default: '1',
    doc: 'Number of its group. The conditions of one group are combined by and, the groups of a process by or.',
  })
  group!: number;
}

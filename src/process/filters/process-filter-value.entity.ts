import { Entity, PrimaryKey } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Numeric, Reference, Text } from '../../platform/entity/columns.js';
import { ProcessFilter } from './process-filter.entity.js';

/** One of the values that an `in` compares with. A condition with one value has it in its own row. */
@ObjectType({ description: 'A value that a filter compares: a text or a number.' })
@Entity({ tableName: 'process_filter_value' })
export class ProcessFilterValue {
  @Reference(() => ProcessFilter, 'process_filter_id', { primary: true, onDelete: 'cascade' })
  filterId!: number;

  @PrimaryKey({ fieldName: 'position', type: 'number', columnType: 'int' })
  position!: number;

  @Text('filter_value_string', { nullable: true, doc: 'The value, where it is a text.' })
  text!: string | null;

  @Numeric('filter_value_numeric', { nullable: true, doc: 'The value, where it is a number.' })
  number!: string | null;
}

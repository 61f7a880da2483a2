import { Check, Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Flag, InstantColumn, Key, Numeric, Reference, Stored, Text, Whole } from '../platform/entity/columns.js';
import { Audited, Node } from '../platform/entity/node.js';
import { DataType } from './data-type.entity.js';
import { SourceObject } from './source-object.entity.js';

@ObjectType('SourceObjectAttribute', {
  implements: [Node, Audited],
  description: 'A column of a table, a field of a message, an element of a file.',
})
@Unique({ properties: ['objectId', 'name'] })
@Check({ name: 'source_object_attribute_lkup_data_type_origin_check', expression: "data_type_origin in ('read', 'write', 'person')" })
@Index({ properties: ['dataTypeId'] })
@Index({ name: 'source_object_attribute_lkup_retired_index', properties: ['id'], where: 'retired_at is not null' })
@Entity({ tableName: 'source_object_attribute_lkup' })
export class SourceObjectAttribute extends Audited {
  @Key('source_object_attribute_id')
  id!: number;

  @Text('source_object_attribute_name', { doc: 'Its name, unique within the object and case-sensitive.' })
  name!: string;

  @Reference(() => SourceObject, 'source_object_id', { nullable: true })
  objectId!: number | null;

  @Text('attribute_path', { nullable: true, doc: 'Path in a nested object, such as `order.lines.price`.' })
  path!: string | null;

  @Reference(() => DataType, 'data_type_id', { nullable: true })
  dataTypeId!: number | null;

  /** Who declared the type, without a foreign key: see migrations/0013-declared-types.sql. */
  @Stored('data_type_process_id', 'int', { nullable: true, unread: true })
  dataTypeProcessId!: number | null;

  @Stored('data_type_origin', 'text', { nullable: true, unread: true })
  dataTypeOrigin!: string | null;

  @Whole('data_length', { nullable: true, doc: 'Largest length of a value, in characters of a text or digits of a number.' })
  length!: number | null;

  @Whole('data_decimal', { nullable: true, doc: 'Number of digits after the decimal point.' })
  decimals!: number | null;

  @Flag('is_pii', { default: 'false', doc: 'Whether its values are personal data (PII).' })
  isPii!: boolean;

  @Text('default_value_string', { nullable: true, doc: 'Default value of a text attribute.' })
  defaultText!: string | null;

  @Numeric('default_value_number', { nullable: true, doc: 'Default value of a numeric attribute.' })
  defaultNumber!: string | null;

  @Flag('is_key', { default: 'false', doc: 'Whether it is part of the key of a row.' })
  isKey!: boolean;

  @Flag('is_filter', { default: 'false', doc: 'Whether readers are expected to select rows by it.' })
  isFilter!: boolean;

  @Flag('is_partition', { default: 'false', doc: 'Whether the object is partitioned by it.' })
  isPartition!: boolean;

  @Text('description', { nullable: true, doc: 'Meaning of a value.' })
  description!: string | null;

  @Whole('ordinal', { nullable: true, doc: 'Position in the object, from 1.' })
  ordinal!: number | null;

  @Text('reported_type', { nullable: true, doc: 'Data type in the words of the system that reported it.' })
  reportedType!: string | null;

  @InstantColumn('retired_at', {
    nullable: true,
    doc: 'Time of its retirement; null while it is in use. A retired record is hidden from lists and gets no new links.',
  })
  retiredAt!: string | null;
}

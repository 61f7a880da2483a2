import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { InstantColumn, Key, LocalTime, Reference, Text } from '../platform/entity/columns.js';
import { Audited, Node } from '../platform/entity/node.js';
import { ErrorType } from './error-type.entity.js';
import { Run } from './run.entity.js';

@ObjectType('RunError', { implements: [Node, Audited], description: 'Error that a run raised. An error does not imply a failure.' })
@Index({ properties: ['runId', 'typeId'] })
@Index({ properties: ['typeId'] })
@Index({ properties: ['occurredAt'] })
@Entity({ tableName: 'error_tracking' })
export class RunError extends Audited {
  @Key('error_tracking_id')
  id!: number;

  @Reference(() => ErrorType, 'error_type_id')
  typeId!: number;

  @Reference(() => Run, 'process_tracking_id')
  runId!: number;

  @Text('error_description', { nullable: true, doc: 'Error message; null without one.' })
  description!: string | null;

  @InstantColumn('occurred_at', { nullable: true, shownAs: { sql: (column) => column, nullable: false }, doc: 'Time of the error.' })
  occurredAt!: string;

  @LocalTime('error_occurrence_date_time')
  occurredLocal!: string;
}

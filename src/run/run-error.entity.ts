import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { InstantColumn, Key, LocalTime, Reference, Text } from '../platform/entity/columns.js';
import { Audited, Node } from '../platform/entity/node.js';
import { ErrorType } from './error-type.entity.js';
import { Run } from './run.entity.js';

@ObjectType('RunError', { implements: [Node, Audited], description: 'An error that a run raised. Not every error makes its run fail.' })
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

  @Text('error_description', { nullable: true, doc: 'What went wrong, in the words of who raised it; null if nothing was said.' })
  description!: string | null;

  @InstantColumn('occurred_at', { nullable: true, shownAs: { sql: (column) => column, nullable: false }, doc: 'When it happened.' })
  occurredAt!: string;

  @LocalTime('error_occurrence_date_time')
  occurredLocal!: string;
}

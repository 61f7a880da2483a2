import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Key, LocalTime, Reference, Text } from '../platform/columns.js';
import { Audited } from '../platform/node.js';
import { ErrorType } from './error-type.entity.js';
import { ProcessRun } from './process-run.entity.js';

/** An error that a run raised. */
@Index({ properties: ['runId', 'typeId'] })
@Index({ properties: ['typeId'] })
@Entity({ tableName: 'error_tracking' })
export class RunError extends Audited {
  @Key('error_tracking_id')
  id!: number;

  @Reference(() => ErrorType, 'error_type_id')
  typeId!: number;

  @Reference(() => ProcessRun, 'process_tracking_id')
  runId!: number;

  @Text('error_description', { nullable: true })
  description!: string | null;

  @LocalTime('error_occurrence_date_time')
  occurredAt!: string;
}

import { Check, Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { Actor } from '../actor/actor.entity.js';
import { Big, Flag, Key, LocalTime, Reference, Text, Whole } from '../platform/columns.js';
import { Audited } from '../platform/node.js';
import { Process } from '../process/process.entity.js';
import { ProcessStatus } from './process-status.entity.js';

/**
 * One run of a process. Old clients pick numbers, check for a running run and mark the latest one by themselves,
 * so the rules on them are unique indexes. Reported runs may overlap: only commanded ones are held to one at a time.
 */
@Unique({ properties: ['name'] })
@Unique({ properties: ['processId', 'runNumber'] })
@Unique({ name: 'process_tracking_one_running', properties: ['processId'], where: "process_status_id = 1 and origin = 'command'" })
@Unique({ name: 'process_tracking_one_latest', properties: ['processId'], where: 'is_latest_run' })
@Index({ properties: ['processId', 'statusId'] })
@Index({ properties: ['startedAt', 'endedAt'] })
@Index({ properties: ['lowAt', 'highAt'] })
@Index({ properties: ['statusId'] })
@Index({ properties: ['actorId'] })
@Check({ name: 'process_tracking_origin_check', expression: "origin in ('command', 'observed')" })
@Entity({ tableName: 'process_tracking' })
export class ProcessRun extends Audited {
  @Key('process_tracking_id')
  id!: number;

  @Reference(() => Process, 'process_id')
  processId!: number;

  @Reference(() => ProcessStatus, 'process_status_id')
  statusId!: number;

  @Whole('process_run_id', { default: '0' })
  runNumber!: number;

  @LocalTime('process_run_low_date_time', { nullable: true })
  lowAt!: string | null;

  @LocalTime('process_run_high_date_time', { nullable: true })
  highAt!: string | null;

  @LocalTime('process_run_start_date_time')
  startedAt!: string;

  @LocalTime('process_run_end_date_time', { nullable: true })
  endedAt!: string | null;

  @Big('process_run_record_count', { nullable: true, default: '0' })
  recordCount!: string | null;

  @Reference(() => Actor, 'process_run_actor_id', { nullable: true })
  actorId!: number | null;

  @Flag('is_latest_run', { nullable: true, default: 'false' })
  isLatest!: boolean | null;

  @Text('process_run_name', { nullable: true })
  name!: string | null;

  @Big('process_run_insert_count', { default: '0' })
  insertCount!: string;

  @Big('process_run_update_count', { default: '0' })
  updateCount!: string;

  @Text('origin', { default: "'command'" })
  origin!: 'command' | 'observed';

  @Text('end_reason', { nullable: true })
  endReason!: string | null;
}

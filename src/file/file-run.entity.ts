import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { InstantColumn, Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { ProcessRun } from '../run/run.entity.js';
import { ExtractStatus } from './file-status.entity.js';
import { Extract } from './file.entity.js';

/** That a run touched a file, and the status it last gave it. */
@Index({ properties: ['extractId', 'runId'] })
@Index({ properties: ['statusId'] })
@Entity({ tableName: 'extract_process_tracking' })
export class ExtractRun extends Audited {
  @Reference(() => ProcessRun, 'process_tracking_id', { primary: true })
  runId!: number;

  @Reference(() => Extract, 'extract_tracking_id', { primary: true })
  extractId!: number;

  @InstantColumn('extract_process_event_date_time')
  at!: string;

  /** Python clients insert the row without a status and set it in the next transaction. */
  @Reference(() => ExtractStatus, 'extract_process_status_id', { nullable: true })
  statusId!: number | null;
}

import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { InstantColumn, Reference } from '../platform/entity/columns.js';
import { Audited } from '../platform/entity/node.js';
import { Run } from '../run/run.entity.js';
import { FileStatus } from './file-status.entity.js';
import { File } from './file.entity.js';

/** A run that processed a file, and the last status that it gave the file. */
@Index({ properties: ['fileId', 'runId'] })
@Index({ properties: ['statusId'] })
@Entity({ tableName: 'extract_process_tracking' })
export class FileRun extends Audited {
  @Reference(() => Run, 'process_tracking_id', { primary: true })
  runId!: number;

  @Reference(() => File, 'extract_tracking_id', { primary: true })
  fileId!: number;

  @InstantColumn('extract_process_event_date_time')
  at!: string;

  /** Python clients insert the row without a status and set it in the next transaction. */
  @Reference(() => FileStatus, 'extract_process_status_id', { nullable: true })
  statusId!: number | null;
}

import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { Flag, InstantColumn, Reference, Text } from '../../platform/entity/columns.js';
import { Process } from '../../process/process.entity.js';

/** When a scheduled process is due next, with what that was computed from (keep-due.sql). Processes without a schedule and retired ones have none. */
@Index({ properties: ['lateFrom', 'processId'] })
@Index({ name: 'process_due_pending_index', properties: ['processId'], where: 'pending' })
@Entity({ tableName: 'process_due' })
export class ProcessDue {
  @Reference(() => Process, 'process_id', { primary: true, onDelete: 'cascade' })
  processId!: number;

  @Text('cron', { nullable: true })
  cron!: string | null;

  @Text('zone')
  zone!: string;

  /** When its last completed run started, or when the process was created, whichever is later. */
  @InstantColumn('base')
  base!: string;

  @InstantColumn('last_started_at', { nullable: true })
  lastStartedAt!: string | null;

  /** While `pending`: by the schedule frequency, which decides where the cron text cannot be read. */
  @InstantColumn('due_at', { nullable: true })
  dueAt!: string | null;

  /** The process is late if this is past. Null while `pending`. */
  @InstantColumn('late_from', { nullable: true })
  lateFrom!: string | null;

  /** The cron text has not been read yet, which SQL cannot do: a server does it. */
  @Flag('pending')
  pending!: boolean;
}

import { Check, Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Tool } from '../actor/tool.entity.js';
import { Big, InstantColumn, Key, LocalTime, never, Reference, Text, Whole } from '../platform/entity/columns.js';
import { Links, type Link } from '../platform/entity/links.js';
import { Audited, Node } from '../platform/entity/node.js';
import { ProcessType } from './process-type.entity.js';
import { ScheduleFrequency } from './schedule-frequency.entity.js';

/** ProcessTracker's way to say that it never happened. */
const NEVER = "'1900-01-01 00:00:00'";

@ObjectType('Process', {
  implements: [Node, Audited],
  description: 'A repeated job that reads and writes data: a task, a query, the refresh of a report. Each execution is a run.',
})
@Unique({ properties: ['name'] })
@Unique({ name: 'process_namespace_job_name_unique', properties: ['namespace', 'jobName'], where: 'job_name is not null' })
@Index({ properties: ['typeId'] })
@Index({ properties: ['toolId'] })
@Index({ properties: ['scheduleFrequencyId'] })
@Index({ name: 'process_retired_index', properties: ['id'], where: 'retired_at is not null' })
@Check({ name: 'process_failure_limit_check', expression: 'failure_limit >= 0' })
@Check({ name: 'process_run_time_limit_seconds_check', expression: 'run_time_limit_seconds > 0' })
@Check({ name: 'process_lease_seconds_check', expression: 'lease_seconds > 0' })
@Entity({ tableName: 'process' })
export class Process extends Audited {
  @Key('process_id')
  id!: number;

  @Text('process_name', { doc: 'Its name, unique and case-sensitive. A job that was reported is named namespace:job.' })
  name!: string;

  @Text('namespace', { default: "''", doc: 'Namespace of the reported job; empty for a process that was registered by name.' })
  namespace!: string;

  @Text('job_name', {
    nullable: true,
    doc: 'Name of the reported job within its namespace; null for a process that was registered by name.',
  })
  jobName!: string | null;

  @Text('description', { nullable: true, doc: 'Purpose of the process.' })
  description!: string | null;

  @Reference(() => ProcessType, 'process_type_id', { nullable: true })
  typeId!: number | null;

  @Reference(() => Tool, 'process_tool_id', { nullable: true })
  toolId!: number | null;

  @Reference(() => ScheduleFrequency, 'schedule_frequency_id', { default: '0' })
  scheduleFrequencyId!: number;

  @Big('total_record_count', { default: '0', doc: 'Records that all its runs have handled so far.' })
  totalRecordCount!: string;

  @LocalTime('last_failed_run_date_time', { default: NEVER, shownAs: never, doc: 'When a run of it last failed; null if none ever did.' })
  lastFailedAt!: string | null;

  @LocalTime('last_completed_run_date_time', {
    default: NEVER,
    shownAs: never,
    doc: 'When a run of it was last completed; null if none ever was.',
  })
  lastCompletedAt!: string | null;

  @LocalTime('last_errored_run_date_time', {
    default: NEVER,
    shownAs: never,
    doc: 'When a run of it last raised an error; null if none ever did.',
  })
  lastErroredAt!: string | null;

  @Links('Links to pages about it, such as its code or a runbook')
  links!: Link[];

  @InstantColumn('retired_at', {
    nullable: true,
    doc: 'Time of its retirement; null while it is in use. A retired record is hidden from lists and gets no new links.',
  })
  retiredAt!: string | null;

  @Whole('failure_limit', {
    nullable: true,
    doc: 'Number of consecutive failures after which the next start puts it on hold; 0 for never, null for the default of 5.',
  })
  failureLimit!: number | null;

  @Whole('run_time_limit_seconds', {
    nullable: true,
    doc: 'Seconds after which a run of it is stuck: one with a lease is abandoned, one without a lease is only listed; null for no limit.',
  })
  runTimeLimitSeconds!: number | null;

  @Whole('lease_seconds', { nullable: true, doc: 'Lease of its runs in seconds, unless their start specifies another; null for no lease.' })
  leaseSeconds!: number | null;

  @Text('cron', {
    nullable: true,
    doc: "When it is meant to start, as a cron text in the store's time zone; decides instead of the schedule frequency whether it is late.",
  })
  cron!: string | null;
}

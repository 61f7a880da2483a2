import { Check, Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Actor } from '../actor/actor.entity.js';
import { Big, Flag, InstantColumn, Key, LocalTime, Reference, Stored, Text, Whole } from '../platform/entity/columns.js';
import { Links, type Link } from '../platform/entity/links.js';
import { Audited, Node } from '../platform/entity/node.js';
import { Process } from '../process/process.entity.js';
import { ProcessStatus } from './process-status.entity.js';
import { RunEndReason, RunOrigin, knownEndReasonAs } from './run-enums.js';
import { RunGroup } from './run-group.entity.js';

/** A trigger fills it for clients that write only ProcessTracker's column (keep-instants.sql). */
const always = { sql: (column: string) => column, nullable: false as const };
const zero = { sql: (column: string) => `coalesce(${column}, 0)`, nullable: false as const };

/**
 * One run of a process. Old clients pick numbers, check for a running run and mark the latest one by themselves,
 * so the rules on them are unique indexes. Recorded and reported runs may overlap: only commanded ones are held to one at a time.
 */
@ObjectType('Run', {
  implements: [Node, Audited],
  description: 'One run of a process: times, actor, state, record counts, and the objects it read and wrote.',
})
@Unique({ properties: ['name'] })
@Unique({ properties: ['processId', 'number'] })
// Conditions of indexes take constants: 1 is `running`, 2 `completed`.
@Unique({ name: 'process_tracking_one_running', properties: ['processId'], where: "process_status_id = 1 and origin = 'command'" })
@Unique({ name: 'process_tracking_one_latest', properties: ['processId'], where: 'is_latest_run' })
@Unique({ name: 'process_tracking_idempotency_key', properties: ['processId', 'idempotencyKey'], where: 'idempotency_key is not null' })
@Unique({ name: 'process_tracking_external_id', properties: ['processId', 'externalId'], where: 'external_id is not null' })
@Index({ properties: ['processId', 'statusId'] })
@Index({ properties: ['startedLocal', 'endedLocal'] })
@Index({ properties: ['startedAt'] })
@Index({ properties: ['endedAt'] })
@Index({ name: 'process_tracking_open_index', properties: ['processId'], where: 'ended_at is null' })
@Index({
  name: 'process_tracking_completed_index',
  properties: ['processId', 'startedAt'],
  where: "process_status_id = 2 and end_reason is distinct from 'released'",
})
// The order of commands and of recorded runs (latest-runs.sql): neither is looked for among the others.
@Index({ name: 'process_tracking_command_index', properties: ['processId', 'number'], where: "origin = 'command'" })
@Index({ name: 'process_tracking_recorded_index', properties: ['processId', 'startedAt', 'number'], where: "origin = 'recorded'" })
@Index({ name: 'process_tracking_group_id_index', properties: ['groupId'], where: 'group_id is not null' })
@Index({ name: 'process_tracking_parent_run_id_index', properties: ['parentRunId'], where: 'parent_run_id is not null' })
@Index({ properties: ['lowWatermark', 'highWatermark'] })
@Index({ properties: ['statusId'] })
@Index({ properties: ['actorId'] })
@Check({ name: 'process_tracking_origin_check', expression: "origin in ('command', 'recorded', 'observed')" })
@Entity({ tableName: 'process_tracking' })
export class Run extends Audited {
  @Key('process_tracking_id')
  id!: number;

  @Reference(() => Process, 'process_id')
  processId!: number;

  @Reference(() => ProcessStatus, 'process_status_id')
  statusId!: number;

  @Whole('process_run_id', { default: '0', doc: 'Number of the run among those of its process, from 1.' })
  number!: number;

  @Text('process_run_name', { nullable: true, doc: 'Name, unique among all runs; null without one.' })
  name!: string | null;

  @Flag('is_latest_run', { nullable: true, default: 'false' })
  isLatest!: boolean | null;

  @InstantColumn('started_at', { nullable: true, shownAs: always, doc: 'Start of the run.' })
  startedAt!: string;

  @InstantColumn('ended_at', { nullable: true, doc: 'End of the run; null while it is open.' })
  endedAt!: string | null;

  @InstantColumn('taken_up_at', {
    nullable: true,
    doc: 'Time when it was last resumed: reopened, moved back to running, or reported on after its lease had expired. The time limit of its process counts from then; if null, from `startedAt`.',
  })
  resumedAt!: string | null;

  @LocalTime('process_run_start_date_time')
  startedLocal!: string;

  @LocalTime('process_run_end_date_time', { nullable: true })
  endedLocal!: string | null;

  @Text('end_reason', {
    nullable: true,
    as: () => RunEndReason,
    shownAs: knownEndReasonAs,
    doc: 'Reason of its end; null if the status needs none, or another client wrote a reason that is not listed.',
  })
  endReason!: string | null;

  @LocalTime('process_run_low_date_time', { nullable: true, doc: 'Low watermark of the data that it handled.' })
  lowWatermark!: string | null;

  @LocalTime('process_run_high_date_time', { nullable: true, doc: 'High watermark of the data that it handled.' })
  highWatermark!: string | null;

  @Big('process_run_record_count', { nullable: true, default: '0', shownAs: zero, doc: 'Number of records handled.' })
  recordCount!: string;

  @Big('process_run_insert_count', { default: '0', doc: 'Number of records inserted.' })
  insertCount!: string;

  @Big('process_run_update_count', { default: '0', doc: 'Number of records updated.' })
  updateCount!: string;

  @Reference(() => Actor, 'process_run_actor_id', { nullable: true })
  actorId!: number | null;

  @Text('origin', {
    default: "'command'",
    as: () => RunOrigin,
    doc: 'Way by which the run came into the store.',
  })
  origin!: 'command' | 'recorded' | 'observed';

  @Text('external_id', { nullable: true, doc: 'Id of the run in the system that ran it, unique in its process; null without one.' })
  externalId!: string | null;

  @Links('Links to pages about it, such as its log')
  links!: Link[];

  @Reference(() => RunGroup, 'group_id', { nullable: true, onDelete: 'set null' })
  groupId!: number | null;

  @Reference(() => Run, 'parent_run_id', { nullable: true, onDelete: 'set null' })
  parentRunId!: number | null;

  @Big('fencing_token', {
    nullable: true,
    doc: 'Fencing token that the lease owner sends with each report. It increases whenever the run gets a new owner. Not a secret. Null for runs of other clients.',
  })
  fencingToken!: string | null;

  @Whole('lease_seconds', { nullable: true, doc: 'Lease in seconds, renewed by each report; null for a run without a lease.' })
  leaseSeconds!: number | null;

  @InstantColumn('lease_until', {
    nullable: true,
    doc: 'Time when its lease expires unless a report renews it; null for a run without a lease.',
  })
  leaseUntil!: string | null;

  @InstantColumn('heartbeat_at', { nullable: true, doc: 'Time of the last heartbeat; null for runs of other clients.' })
  heartbeatAt!: string | null;

  @Text('idempotency_key', { nullable: true, doc: 'Idempotency key of its start; null without one.' })
  idempotencyKey!: string | null;

  @Stored('idempotency_input', 'jsonb', { nullable: true, unread: true })
  idempotencyInput!: unknown;
}

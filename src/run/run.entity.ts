import { Check, Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Actor } from '../actor/actor.entity.js';
import { Big, Flag, InstantColumn, Key, LocalTime, Reference, Stored, Text, Whole } from '../platform/entity/columns.js';
import { Audited, Node } from '../platform/entity/node.js';
import { Process } from '../process/process.entity.js';
import { ProcessStatus } from './process-status.entity.js';
import { RunEndReason, RunOrigin } from './run-enums.js';
import { RunGroup } from './run-group.entity.js';

/** A trigger fills it for whoever writes only ProcessTracker's column (keep-instants.sql). */
const always = { sql: (column: string) => column, nullable: false as const };
const zero = { sql: (column: string) => `coalesce(${column}, 0)`, nullable: false as const };

/**
 * One run of a process. Old clients pick numbers, check for a running run and mark the latest one by themselves,
 * so the rules on them are unique indexes. Reported runs may overlap: only commanded ones are held to one at a time.
 */
@ObjectType('Run', {
  implements: [Node, Audited],
  description: 'One run of a process: when, by whom, how it went, how much it handled, and what it read and wrote.',
})
@Unique({ properties: ['name'] })
@Unique({ properties: ['processId', 'number'] })
// Conditions of indexes take constants: 1 is `running`, 2 `completed`.
@Unique({ name: 'process_tracking_one_running', properties: ['processId'], where: "process_status_id = 1 and origin = 'command'" })
@Unique({ name: 'process_tracking_one_latest', properties: ['processId'], where: 'is_latest_run' })
@Unique({ name: 'process_tracking_idempotency_key', properties: ['processId', 'idempotencyKey'], where: 'idempotency_key is not null' })
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
@Index({ name: 'process_tracking_group_id_index', properties: ['groupId'], where: 'group_id is not null' })
@Index({ name: 'process_tracking_parent_run_id_index', properties: ['parentRunId'], where: 'parent_run_id is not null' })
@Index({ properties: ['lowWatermark', 'highWatermark'] })
@Index({ properties: ['statusId'] })
@Index({ properties: ['actorId'] })
@Check({ name: 'process_tracking_origin_check', expression: "origin in ('command', 'observed')" })
@Entity({ tableName: 'process_tracking' })
export class Run extends Audited {
  @Key('process_tracking_id')
  id!: number;

  @Reference(() => Process, 'process_id')
  processId!: number;

  @Reference(() => ProcessStatus, 'process_status_id')
  statusId!: number;

  @Whole('process_run_id', { default: '0', doc: 'Its number among the runs of its process: 1, 2, 3, …' })
  number!: number;

  @Text('process_run_name', { nullable: true, doc: 'Its name, unique among all runs; null if it has none.' })
  name!: string | null;

  @Flag('is_latest_run', { nullable: true, default: 'false' })
  isLatest!: boolean | null;

  @InstantColumn('started_at', { nullable: true, shownAs: always, doc: 'When it started.' })
  startedAt!: string;

  @InstantColumn('ended_at', { nullable: true, doc: 'When it ended; null while it has not.' })
  endedAt!: string | null;

  @InstantColumn('taken_up_at', {
    nullable: true,
    doc: 'When it was last taken up again: reopened, resumed from another status, or reported on after its lease had expired. The time limit of its process counts from then. Null: from `startedAt`.',
  })
  takenUpAt!: string | null;

  @LocalTime('process_run_start_date_time')
  startedLocal!: string;

  @LocalTime('process_run_end_date_time', { nullable: true })
  endedLocal!: string | null;

  @Text('end_reason', {
    nullable: true,
    as: () => RunEndReason,
    doc: 'Reason of its end; null where the status says it all, or another client wrote its own.',
  })
  endReason!: string | null;

  @LocalTime('process_run_low_date_time', { nullable: true, doc: 'The lowest date in the data that it handled.' })
  lowWatermark!: string | null;

  @LocalTime('process_run_high_date_time', { nullable: true, doc: 'The highest date in the data that it handled.' })
  highWatermark!: string | null;

  @Big('process_run_record_count', { nullable: true, default: '0', shownAs: zero, doc: 'Records that it handled.' })
  recordCount!: string;

  @Big('process_run_insert_count', { default: '0', doc: 'Records that it inserted.' })
  insertCount!: string;

  @Big('process_run_update_count', { default: '0', doc: 'Records that it updated.' })
  updateCount!: string;

  @Reference(() => Actor, 'process_run_actor_id', { nullable: true })
  actorId!: number | null;

  @Text('origin', {
    default: "'command'",
    as: () => RunOrigin,
    doc: 'Way by which the run came into the store.',
  })
  origin!: 'command' | 'observed';

  @Reference(() => RunGroup, 'group_id', { nullable: true, onDelete: 'set null' })
  groupId!: number | null;

  @Reference(() => Run, 'parent_run_id', { nullable: true, onDelete: 'set null' })
  parentRunId!: number | null;

  @Big('fencing_token', {
    nullable: true,
    doc: 'What whoever holds the run shows with each report. A higher one is given whenever the run is taken from its holder. No secret. Null for runs of other clients.',
  })
  fencingToken!: string | null;

  @Whole('lease_seconds', { nullable: true, doc: 'Seconds by which each report prolongs the lease; null for a run without lease.' })
  leaseSeconds!: number | null;

  @InstantColumn('lease_until', {
    nullable: true,
    doc: 'When its lease is over unless a report comes before; null for a run without lease.',
  })
  leaseUntil!: string | null;

  @InstantColumn('heartbeat_at', { nullable: true, doc: 'When its holder was last heard of; null for runs of other clients.' })
  heartbeatAt!: string | null;

  @Text('idempotency_key', { nullable: true, doc: 'The key that its start was asked for with; null if there was none.' })
  idempotencyKey!: string | null;

  @Stored('idempotency_input', 'jsonb', { nullable: true })
  idempotencyInput!: unknown;
}

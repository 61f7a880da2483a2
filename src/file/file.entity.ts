import { Check, Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Location } from '../location/location.entity.js';
import { Big, InstantColumn, Key, LocalTime, Numeric, Reference, Text, Whole } from '../platform/entity/columns.js';
import { Audited, Node } from '../platform/entity/node.js';
import { Run } from '../run/run.entity.js';
import { CompressionType } from './compression-type.entity.js';
import { FileStatus } from './file-status.entity.js';
import { FileSizeType } from './file-size-type.entity.js';
import { FileType } from './file-type.entity.js';

@ObjectType('File', {
  implements: [Node, Audited],
  description:
    'A file, known by its location and its name there: who made it, who works on it, and how far it has come. Its contents over time are its versions.',
})
@Unique({ properties: ['locationId', 'fileName'] })
@Index({ properties: ['fileName'] })
@Index({ properties: ['statusId'] })
@Index({ properties: ['runId'] })
@Index({ properties: ['compressionTypeId'] })
@Index({ properties: ['fileTypeId'] })
@Index({ properties: ['sizeTypeId'] })
@Index({ properties: ['registeredAt'] })
@Index({ name: 'extract_tracking_owner_index', properties: ['owner'], where: 'owner is not null' })
@Index({ name: 'extract_tracking_lease_until_index', properties: ['leaseUntil'], where: 'lease_until is not null' })
@Index({ name: 'extract_tracking_claim_run_id_index', properties: ['claimRunId'], where: 'claim_run_id is not null' })
@Check({ name: 'extract_tracking_size_bytes_check', expression: 'size_bytes >= 0' })
@Entity({ tableName: 'extract_tracking' })
export class File extends Audited {
  @Key('extract_id')
  id!: number;

  @Text('extract_filename', { doc: 'Its name, unique within its location.' })
  fileName!: string;

  @Reference(() => Location, 'extract_location_id')
  locationId!: number;

  /** Nothing of ProcessTracker's own writes it. */
  @Reference(() => Run, 'extract_process_run_id', { nullable: true })
  runId!: number | null;

  /** Python clients insert the row without a status and set it in the next transaction. */
  @Reference(() => FileStatus, 'extract_status_id', { nullable: true })
  statusId!: number | null;

  /** A trigger fills it for whoever writes only ProcessTracker's column. */
  @InstantColumn('registered_at', {
    nullable: true,
    shownAs: { sql: (column) => column, nullable: false },
    doc: 'When it was first registered. Rows of a Python client carry the moment that client was started.',
  })
  registeredAt!: string;

  @LocalTime('extract_registration_date_time')
  registeredLocal!: string;

  @LocalTime('extract_write_low_date_time', { nullable: true, doc: 'The lowest date in what was written into it.' })
  writeLowWatermark!: string | null;

  @LocalTime('extract_write_high_date_time', { nullable: true, doc: 'The highest date in what was written into it.' })
  writeHighWatermark!: string | null;

  @Big('extract_write_record_count', { nullable: true, doc: 'Records that were written into it.' })
  writeRecordCount!: string | null;

  @LocalTime('extract_load_low_date_time', { nullable: true, doc: 'The lowest date in what was loaded from it.' })
  loadLowWatermark!: string | null;

  @LocalTime('extract_load_high_date_time', { nullable: true, doc: 'The highest date in what was loaded from it.' })
  loadHighWatermark!: string | null;

  @Big('extract_load_record_count', { nullable: true, doc: 'Records that were loaded from it.' })
  loadRecordCount!: string | null;

  @Reference(() => CompressionType, 'extract_compression_type_id', { nullable: true })
  compressionTypeId!: number | null;

  @Reference(() => FileType, 'extract_filetype_id', { nullable: true })
  fileTypeId!: number | null;

  @Numeric('extract_filesize', { nullable: true, doc: 'Its size in the unit `sizeUnit`; null if nobody said.' })
  size!: string | null;

  @Reference(() => FileSizeType, 'extract_filesize_type_id', { nullable: true })
  sizeTypeId!: number | null;

  @Big('size_bytes', { nullable: true, doc: 'Its size in bytes; null if nobody said.' })
  sizeBytes!: string | null;

  @Text('owner', { nullable: true, doc: 'The worker that holds it; null while nobody does.' })
  owner!: string | null;

  @Reference(() => Run, 'claim_run_id', { nullable: true, onDelete: 'set null' })
  claimRunId!: number | null;

  @InstantColumn('claimed_at', { nullable: true, doc: 'When its holder claimed it; null while nobody holds it.' })
  claimedAt!: string | null;

  @Big('fencing_token', {
    nullable: true,
    doc: 'What its holder shows with each change. A higher one is given with each claim. No secret. Null if it was never claimed.',
  })
  fencingToken!: string | null;

  /** What its holder may repeat the claim by. */
  @Text('claim_key', { nullable: true })
  claimKey!: string | null;

  @Whole('lease_seconds', { nullable: true, doc: 'Seconds by which each heartbeat prolongs the lease; null while nobody holds it.' })
  leaseSeconds!: number | null;

  @InstantColumn('lease_until', {
    nullable: true,
    doc: 'When its lease is over unless a heartbeat comes before; null while nobody holds it.',
  })
  leaseUntil!: string | null;

  @InstantColumn('heartbeat_at', { nullable: true, doc: 'When its holder was last heard of; null if it was never claimed.' })
  heartbeatAt!: string | null;

  @Whole('attempt', { default: '0', doc: 'How often its current version was claimed.' })
  attempt!: number;

  @InstantColumn('next_attempt_at', {
    nullable: true,
    doc: 'When it may be tried again after a failure; null where it did not fail, or was given up until a person says retry.',
  })
  nextAttemptAt!: string | null;
}

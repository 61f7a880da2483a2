import { Check, Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Location } from '../location/location.entity.js';
import { Big, InstantColumn, Key, LocalTime, Numeric, Reference, Text, Whole } from '../platform/entity/columns.js';
import { Links, type Link } from '../platform/entity/links.js';
import { Audited, Node } from '../platform/entity/node.js';
import { Run } from '../run/run.entity.js';
import { CompressionType } from './compression-type.entity.js';
import { FileStatus } from './file-status.entity.js';
import { FileSizeType } from './file-size-type.entity.js';
import { FileType } from './file-type.entity.js';

@ObjectType('File', {
  implements: [Node, Audited],
  description:
    'A file, identified by its location and its name there. ProcessTracker calls it an extract. Its contents over time are its `versions`.',
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

  @Text('extract_filename', { doc: 'Name, unique within its location.' })
  fileName!: string;

  @Reference(() => Location, 'extract_location_id')
  locationId!: number;

  /** ProcessTracker's own clients do not write it. */
  @Reference(() => Run, 'extract_process_run_id', { nullable: true })
  runId!: number | null;

  /** Python clients insert the row without a status and set it in the next transaction. */
  @Reference(() => FileStatus, 'extract_status_id', { nullable: true })
  statusId!: number | null;

  /** A trigger fills it for clients that write only ProcessTracker's column. */
  @InstantColumn('registered_at', {
    nullable: true,
    shownAs: { sql: (column) => column, nullable: false },
    doc: 'Time of its first registration. For rows of a Python client, the time at which that client started.',
  })
  registeredAt!: string;

  @LocalTime('extract_registration_date_time')
  registeredLocal!: string;

  @LocalTime('extract_write_low_date_time', { nullable: true, doc: 'Low watermark of the data written into it; null if not reported.' })
  writeLowWatermark!: string | null;

  @LocalTime('extract_write_high_date_time', { nullable: true, doc: 'High watermark of the data written into it; null if not reported.' })
  writeHighWatermark!: string | null;

  @Big('extract_write_record_count', { nullable: true, doc: 'Number of records written into it; null if not reported.' })
  writeRecordCount!: string | null;

  @LocalTime('extract_load_low_date_time', { nullable: true, doc: 'Low watermark of the data loaded from it; null if not reported.' })
  loadLowWatermark!: string | null;

  @LocalTime('extract_load_high_date_time', { nullable: true, doc: 'High watermark of the data loaded from it; null if not reported.' })
  loadHighWatermark!: string | null;

  @Big('extract_load_record_count', { nullable: true, doc: 'Number of records loaded from it; null if not reported.' })
  loadRecordCount!: string | null;

  @Reference(() => CompressionType, 'extract_compression_type_id', { nullable: true })
  compressionTypeId!: number | null;

  @Reference(() => FileType, 'extract_filetype_id', { nullable: true })
  fileTypeId!: number | null;

  @Numeric('extract_filesize', { nullable: true, doc: 'Size in the unit `sizeUnit`; null if not reported.' })
  size!: string | null;

  @Reference(() => FileSizeType, 'extract_filesize_type_id', { nullable: true })
  sizeTypeId!: number | null;

  @Big('size_bytes', { nullable: true, doc: 'Size in bytes; null if not reported.' })
  sizeBytes!: string | null;

  @Links('Links to pages about it, such as the log of its load')
  links!: Link[];

  @Text('owner', { nullable: true, doc: 'Worker that owns the lease on it; null while there is no lease owner.' })
  owner!: string | null;

  @Reference(() => Run, 'claim_run_id', { nullable: true, onDelete: 'set null' })
  claimRunId!: number | null;

  @InstantColumn('claimed_at', { nullable: true, doc: 'Time of the claim by its lease owner; null while there is none.' })
  claimedAt!: string | null;

  @Big('fencing_token', {
    nullable: true,
    doc: 'Token that the lease owner sends with each change. Each claim issues a higher one. It is not a secret. Null if the file was never claimed.',
  })
  fencingToken!: string | null;

  /** By which its lease owner may repeat the claim. */
  @Text('claim_key', { nullable: true })
  claimKey!: string | null;

  @Whole('lease_seconds', { nullable: true, doc: 'Seconds by which each heartbeat extends the lease; null while there is no lease owner.' })
  leaseSeconds!: number | null;

  @InstantColumn('lease_until', {
    nullable: true,
    doc: 'Time at which its lease expires without a heartbeat; null while there is no lease.',
  })
  leaseUntil!: string | null;

  @InstantColumn('heartbeat_at', {
    nullable: true,
    doc: 'Time of the last heartbeat of a lease owner; null if the file was never claimed.',
  })
  heartbeatAt!: string | null;

  @Whole('attempt', { default: '0', doc: 'Number of claims of its current version.' })
  attempt!: number;

  @InstantColumn('next_attempt_at', {
    nullable: true,
    doc: 'Earliest time of the next attempt after a failure. Null if it did not fail, or has to wait for `retryFile`.',
  })
  nextAttemptAt!: string | null;
}

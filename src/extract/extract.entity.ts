import { Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { Location } from '../location/location.entity.js';
import { Big, Key, LocalTime, Numeric, Reference, Text } from '../platform/columns.js';
import { Audited } from '../platform/node.js';
import { ProcessRun } from '../run/process-run.entity.js';
import { CompressionType } from './compression-type.entity.js';
import { ExtractStatus } from './extract-status.entity.js';
import { FileSizeType } from './file-size-type.entity.js';
import { FileType } from './file-type.entity.js';

/** A file, known by its location and its name there. */
@Unique({ properties: ['locationId', 'fileName'] })
@Index({ properties: ['fileName'] })
@Index({ properties: ['statusId'] })
@Index({ properties: ['runId'] })
@Index({ properties: ['compressionTypeId'] })
@Index({ properties: ['fileTypeId'] })
@Index({ properties: ['sizeTypeId'] })
@Entity({ tableName: 'extract_tracking' })
export class Extract extends Audited {
  @Key('extract_id')
  id!: number;

  @Text('extract_filename')
  fileName!: string;

  @Reference(() => Location, 'extract_location_id')
  locationId!: number;

  /** Nothing of ProcessTracker's own writes it. */
  @Reference(() => ProcessRun, 'extract_process_run_id', { nullable: true })
  runId!: number | null;

  /** Python clients insert the row without a status and set it in the next transaction. */
  @Reference(() => ExtractStatus, 'extract_status_id', { nullable: true })
  statusId!: number | null;

  @LocalTime('extract_registration_date_time')
  registeredAt!: string;

  @LocalTime('extract_write_low_date_time', { nullable: true })
  writeLowAt!: string | null;

  @LocalTime('extract_write_high_date_time', { nullable: true })
  writeHighAt!: string | null;

  @Big('extract_write_record_count', { nullable: true })
  writeRecordCount!: string | null;

  @LocalTime('extract_load_low_date_time', { nullable: true })
  loadLowAt!: string | null;

  @LocalTime('extract_load_high_date_time', { nullable: true })
  loadHighAt!: string | null;

  @Big('extract_load_record_count', { nullable: true })
  loadRecordCount!: string | null;

  @Reference(() => CompressionType, 'extract_compression_type_id', { nullable: true })
  compressionTypeId!: number | null;

  @Reference(() => FileType, 'extract_filetype_id', { nullable: true })
  fileTypeId!: number | null;

  @Numeric('extract_filesize', { nullable: true })
  size!: string | null;

  @Reference(() => FileSizeType, 'extract_filesize_type_id', { nullable: true })
  sizeTypeId!: number | null;
}

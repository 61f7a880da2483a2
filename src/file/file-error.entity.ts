import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Flag, InstantColumn, Key, Reference, Text, Whole } from '../platform/entity/columns.js';
import { Node } from '../platform/entity/node.js';
import { ErrorType } from '../run/error-type.entity.js';
import { Run } from '../run/run.entity.js';
import { FileVersion } from './file-version.entity.js';
import { File } from './file.entity.js';

@ObjectType('FileError', { implements: [Node], description: 'A failed attempt on a file. A later one does not overwrite it.' })
@Index({ properties: ['fileId'] })
@Index({ name: 'extract_error_extract_version_id_index', properties: ['versionId'], where: 'extract_version_id is not null' })
@Index({ properties: ['typeId'] })
@Index({ properties: ['occurredAt'] })
@Index({ name: 'extract_error_process_tracking_id_index', properties: ['runId'], where: 'process_tracking_id is not null' })
@Entity({ tableName: 'extract_error' })
export class FileError {
  @Key('extract_error_id')
  id!: number;

  @Reference(() => File, 'extract_id', { onDelete: 'cascade' })
  fileId!: number;

  @Reference(() => FileVersion, 'extract_version_id', { nullable: true, onDelete: 'set null' })
  versionId!: number | null;

  @Reference(() => ErrorType, 'error_type_id')
  typeId!: number;

  @Whole('attempt', { default: '0', doc: 'Number of the attempt on the version, counted from 1.' })
  attempt!: number;

  @Text('message', { nullable: true, doc: 'Message of the worker, with passwords and keys masked; null if not reported.' })
  message!: string | null;

  @Flag('retryable', { default: 'true', doc: 'Whether the worker reported the error as retryable.' })
  retryable!: boolean;

  @InstantColumn('occurred_at', { doc: 'Time of the error.' })
  occurredAt!: string;

  @Text('owner', { nullable: true, doc: 'Worker that owned the lease on the file; null if there was none.' })
  owner!: string | null;

  @Reference(() => Run, 'process_tracking_id', { nullable: true, onDelete: 'set null' })
  runId!: number | null;
}

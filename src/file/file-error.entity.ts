import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Flag, InstantColumn, Key, Reference, Text, Whole } from '../platform/entity/columns.js';
import { Node } from '../platform/entity/node.js';
import { ErrorType } from '../run/error-type.entity.js';
import { Run } from '../run/run.entity.js';
import { FileVersion } from './file-version.entity.js';
import { File } from './file.entity.js';

@ObjectType('FileError', { implements: [Node], description: 'A failed attempt on a file. None is ever overwritten by a later one.' })
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

  @Whole('attempt', { default: '0', doc: 'Which attempt on the version it was, counted from 1.' })
  attempt!: number;

  @Text('message', { nullable: true, doc: 'What went wrong, in the words of the worker; what looks like a secret is masked.' })
  message!: string | null;

  @Flag('retryable', { default: 'true', doc: 'Whether trying again may help, as the worker said.' })
  retryable!: boolean;

  @InstantColumn('occurred_at', { doc: 'When it happened.' })
  occurredAt!: string;

  @Text('owner', { nullable: true, doc: 'The worker that held the file.' })
  owner!: string | null;

  @Reference(() => Run, 'process_tracking_id', { nullable: true, onDelete: 'set null' })
  runId!: number | null;
}

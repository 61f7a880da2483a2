import { Check, Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Big, Flag, InstantColumn, Key, Reference, Text } from '../platform/entity/columns.js';
import { Node } from '../platform/entity/node.js';
import { SourceObject } from '../source/source-object.entity.js';
import { FileStatus } from './file-status.entity.js';
import { File } from './file.entity.js';

@ObjectType('FileVersion', {
  implements: [Node],
  description: 'One content of a file, identified by its generation, its etag or its hash. An overwritten file gets another version.',
})
@Unique({ name: 'extract_version_one_current', properties: ['fileId'], where: 'is_current' })
@Unique({ name: 'extract_version_version', properties: ['fileId', 'version'], where: 'version is not null' })
@Unique({ name: 'extract_version_hash', properties: ['fileId', 'hashAlgorithm', 'hash'], where: 'version is null' })
@Index({ name: 'extract_version_hash_index', properties: ['hash'], where: 'hash is not null' })
@Index({ properties: ['finishedAt'] })
@Index({ properties: ['statusId'] })
@Index({ name: 'extract_version_target_object_id_index', properties: ['targetObjectId'], where: 'target_object_id is not null' })
@Check({ name: 'extract_version_size_bytes_check', expression: 'size_bytes >= 0' })
@Entity({ tableName: 'extract_version' })
export class FileVersion {
  @Key('extract_version_id')
  id!: number;

  @Reference(() => File, 'extract_id', { onDelete: 'cascade' })
  fileId!: number;

  @Text('version', {
    nullable: true,
    doc: 'Generation or etag in the store of the file; null if only its hash is known, or neither.',
  })
  version!: string | null;

  @Text('hash_algorithm', {
    nullable: true,
    doc: 'Algorithm of its hash, such as md5 or sha256. Hashes of different algorithms are never compared.',
  })
  hashAlgorithm!: string | null;

  @Text('hash', { nullable: true, doc: 'Hash of its content; null if not reported.' })
  hash!: string | null;

  @Big('size_bytes', { nullable: true, doc: 'Size in bytes; null if not reported.' })
  sizeBytes!: string | null;

  @InstantColumn('modified_at', { nullable: true, doc: 'Time of the last modification in the store of the file; null if not reported.' })
  modifiedAt!: string | null;

  @InstantColumn('first_seen_at', { default: 'current_timestamp', doc: 'Time at which it was first reported.' })
  firstSeenAt!: string;

  @Flag('is_current', { default: 'false', doc: 'Whether it is the current content of the file.' })
  isCurrent!: boolean;

  @Reference(() => FileStatus, 'extract_status_id', { nullable: true })
  statusId!: number | null;

  @InstantColumn('finished_at', { nullable: true, doc: 'Time at which it was loaded; null if it is not.' })
  finishedAt!: string | null;

  @Big('rows_read', { nullable: true, doc: 'Number of rows read from it; null if not reported.' })
  rowsRead!: string | null;

  @Big('rows_written', { nullable: true, doc: 'Number of rows written from it; null if not reported.' })
  rowsWritten!: string | null;

  @Big('rows_rejected', { nullable: true, doc: 'Number of its rows that were rejected; null if not reported.' })
  rowsRejected!: string | null;

  @Text('output_hash', { nullable: true, doc: 'Hash of the output made from it; null if not reported.' })
  outputHash!: string | null;

  @Reference(() => SourceObject, 'target_object_id', { nullable: true, onDelete: 'set null' })
  targetObjectId!: number | null;
}

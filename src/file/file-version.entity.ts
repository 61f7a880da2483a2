import { Check, Entity, Index, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Big, Flag, InstantColumn, Key, Reference, Text } from '../platform/entity/columns.js';
import { Node } from '../platform/entity/node.js';
import { SourceObject } from '../source/source-object.entity.js';
import { FileStatus } from './file-status.entity.js';
import { File } from './file.entity.js';

@ObjectType('FileVersion', {
  implements: [Node],
  description: 'One content of a file, told by its generation, its etag or its hash. A file that is overwritten gets another version.',
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
    doc: 'Its generation or etag, as the store of the file calls it; null where only its hash is known, or nothing.',
  })
  version!: string | null;

  @Text('hash_algorithm', {
    nullable: true,
    doc: 'By what its hash was made, such as md5 or sha256. Hashes of different algorithms are never compared.',
  })
  hashAlgorithm!: string | null;

  @Text('hash', { nullable: true, doc: 'Hash of its content.' })
  hash!: string | null;

  @Big('size_bytes', { nullable: true, doc: 'Its size in bytes.' })
  sizeBytes!: string | null;

  @InstantColumn('modified_at', { nullable: true, doc: 'When the file was last modified, as its store says.' })
  modifiedAt!: string | null;

  @InstantColumn('first_seen_at', { default: 'current_timestamp', doc: 'When it was first heard of.' })
  firstSeenAt!: string;

  @Flag('is_current', { default: 'false', doc: 'Whether it is the content that the file has now.' })
  isCurrent!: boolean;

  @Reference(() => FileStatus, 'extract_status_id', { nullable: true })
  statusId!: number | null;

  @InstantColumn('finished_at', { nullable: true, doc: 'When work on it was finished; null if it was not.' })
  finishedAt!: string | null;

  @Big('rows_read', { nullable: true, doc: 'Rows that were read from it.' })
  rowsRead!: string | null;

  @Big('rows_written', { nullable: true, doc: 'Rows that were written from it.' })
  rowsWritten!: string | null;

  @Big('rows_rejected', { nullable: true, doc: 'Rows of it that were rejected.' })
  rowsRejected!: string | null;

  @Text('output_hash', { nullable: true, doc: 'Hash of what was made from it.' })
  outputHash!: string | null;

  @Reference(() => SourceObject, 'target_object_id', { nullable: true, onDelete: 'set null' })
  targetObjectId!: number | null;
}

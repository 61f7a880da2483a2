import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, Field, FieldResolver, Info, ObjectType, Resolver, Root } from 'type-graphql';
import { DatasetType } from '../../dataset-type/dataset-type.entity.js';
import { joinPath } from '../../location/location-path.js';
import { Location } from '../../location/location.entity.js';
import type { Context } from '../../platform/read/context.js';
import { listField, referenceField } from '../../platform/read/fields.js';
import type { Row } from '../../platform/entity/node.js';
import type { ListSource } from '../../platform/read/paging.js';
import { selectList } from '../../platform/entity/rows.js';
import { DateTime } from '../../platform/entity/scalars.js';
import { Reads, selectedProperties } from '../../platform/read/selection.js';
import { DependencyType } from '../../process/dependency-type.entity.js';
import { ErrorType } from '../../run/error-type.entity.js';
import { Run } from '../../run/run.entity.js';
import { SourceObject } from '../../source/source-object.entity.js';
import { Source } from '../../source/source.entity.js';
import { CompressionType } from '../compression-type.entity.js';
import { FileError } from '../file-error.entity.js';
import { FileStatus } from '../file-status.entity.js';
import { FileVersion } from '../file-version.entity.js';
import { File } from '../file.entity.js';
import { FileSizeType } from '../file-size-type.entity.js';
import { FileType } from '../file-type.entity.js';

@ObjectType({ description: 'A run that processed a file.' })
class FileRunLink {
  /** The number of the status, by which it is read. */
  linkStatusId!: number | null;
  @Field(() => Run, { description: 'Run that processed the file.' }) run!: Row<Run>;
  @Field(() => DateTime, { description: 'Time at which the run last set the status of the file, or was linked to it.' }) at!: string;
}

@ObjectType({ description: 'A file at the other end of a dependency.' })
class FileDependencyLink {
  /** The number of the type, by which it is read. */
  dependencyTypeId!: number;
  @Field(() => File, { description: 'File at the other end.' }) file!: Row<File>;
}

// Each row of these lists is the record at the other end, with the facts of the link beside it.
@Resolver(() => FileRunLink)
class FileRunLinkResolver {
  @FieldResolver()
  run(@Root() row: Row<Run>): Row<Run> {
    return row;
  }
}
@Resolver(() => FileDependencyLink)
class FileDependencyLinkResolver {
  @FieldResolver()
  file(@Root() row: Row<File>): Row<File> {
    return row;
  }
}

@Resolver(() => File)
class FileResolver {
  @FieldResolver(() => String, { description: 'Full path: the path of its location and its name.' })
  @Reads(File, 'locationId')
  async path(@Root() row: Row<File, 'locationId'> & { fileName?: string }, @Ctx() ctx: Context): Promise<string> {
    // A file may be asked for by its location alone, so that its name has not been read.
    const [location, file] = await Promise.all([
      ctx.loaders.byId(Location, row.locationId, new Set(['id', 'path'])),
      row.fileName === undefined ? ctx.loaders.byId(File, row.id, new Set(['id', 'fileName'])) : { fileName: row.fileName },
    ]);
    return joinPath(location!.path, file!.fileName);
  }

  @FieldResolver(() => FileVersion, { nullable: true, description: 'Its current content; null if no version was reported.' })
  currentVersion(@Root() row: Row<File, 'id'>, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<FileVersion> | null> {
    const columns = selectList(FileVersion, selectedProperties(info, FileVersion));
    return ctx.loaders
      .get<number, Row<FileVersion> | null>(`File.currentVersion (${columns})`, async (ids) => {
        const rows = await ctx.db.query<Row<FileVersion>>(
          `select ${columns}
           from extract_version t
           where t.extract_id = any($1::int[]) and t.is_current`,
          [ids],
        );
        const byFile = new Map(rows.map((each) => [each.fileId, each]));
        return ids.map((each) => byFile.get(each) ?? null);
      })
      .load(row.id);
  }

  @FieldResolver(() => Boolean, {
    description: 'Whether it is loading with an expired lease. Computed on request, by the clock of the database.',
  })
  stuck(@Root() row: Row<File, 'id'>, @Ctx() ctx: Context): Promise<boolean> {
    return ctx.loaders
      .get<number, boolean>('File.stuck', async (ids) => {
        const rows = await ctx.db.query<{ id: number }>(
          `select t.extract_id as id
           from extract_tracking t
           join extract_status_lkup s using (extract_status_id)
           where t.extract_id = any($1::int[])
             and s.extract_status_name = 'loading' and t.lease_until <= process_tracker.waybill_now()`,
          [ids],
        );
        const stuck = new Set(rows.map(({ id }) => id));
        return ids.map((id) => stuck.has(id));
      })
      .load(row.id);
  }
}

const below = (name: string, entity: ListSource['entity'], from: string, more: Partial<ListSource> = {}): ListSource => ({
  name: `File.${name}`,
  entity,
  from,
  parent: 'l.extract_id',
  order: ['name', 'id'],
  ...more,
});

/** Links to sources, also by way of an object: a Python client links nothing else where its process is known by its objects. */
const sourceLinks =
  '(select extract_id, source_id from extract_source union select f.extract_id, o.source_id from extract_source_object f join source_object_lkup o using (source_object_id) where o.source_id is not null)';

const runs = below('runs', Run, 'extract_process_tracking l join process_tracking t on t.process_tracking_id = l.process_tracking_id', {
  parent: 'l.extract_tracking_id',
  order: ['at', 'id'],
  descending: true,
  extra: {
    at: {
      sql: 'l.extract_process_event_date_time',
      cast: 'timestamptz',
      read: 'process_tracker.instant_text(l.extract_process_event_date_time)',
    },
    linkStatusId: { sql: 'l.extract_process_status_id' },
  },
  inside: 'run',
});

const dependencies = (name: string, other: string, mine: string): ListSource =>
  below(name, File, `extract_dependency l join extract_tracking t on t.extract_id = l.${other}`, {
    parent: `l.${mine}`,
    order: ['fileName', 'id'],
    extra: { dependencyTypeId: { sql: 'l.dependency_type_id' } },
    inside: 'file',
  });

const newestFirst = (name: string, entity: ListSource['entity'], by: string, parent = 't.extract_id'): ListSource => ({
  name,
  entity,
  parent,
  order: [by, 'id'],
  descending: true,
});

export const fileFields = [
  FileResolver,
  FileRunLinkResolver,
  FileDependencyLinkResolver,
  referenceField(File, 'location', 'locationId', Location, 'Location of the file.', false),
  referenceField(File, 'status', 'statusId', FileStatus, 'Stored status; null only if another client did not set one.'),
  referenceField(
    File,
    'compression',
    'compressionTypeId',
    CompressionType,
    'Compression; null if it is not compressed or the compression is unknown.',
  ),
  referenceField(File, 'fileType', 'fileTypeId', FileType, 'Format; null if it is unknown.'),
  referenceField(File, 'sizeUnit', 'sizeTypeId', FileSizeType, 'Unit of `size`; null if not reported.'),
  referenceField(File, 'run', 'runId', Run, 'Run that registered it; null if it was registered without a run, or by a Python client.'),
  referenceField(File, 'claimRun', 'claimRunId', Run, 'Run for which its lease owner claimed it; null while there is none.'),
  referenceField(FileRunLink, 'status', 'linkStatusId', FileStatus, 'Status that the run last gave the file.'),
  referenceField(FileDependencyLink, 'type', 'dependencyTypeId', DependencyType, 'Type of the dependency.', false),
  ...listField(File, 'runs', FileRunLink, 'Runs that processed it, each with the status that it last gave the file, newest first.', runs),
  ...listField(
    File,
    'versions',
    FileVersion,
    'Its contents over time, newest first.',
    newestFirst('File.versions', FileVersion, 'firstSeenAt'),
  ),
  ...listField(File, 'errors', FileError, 'Failed attempts on it, newest first.', newestFirst('File.errors', FileError, 'occurredAt')),
  ...listField(
    File,
    'sources',
    Source,
    'Sources that it comes from, directly or by their objects, ordered by name.',
    below('sources', Source, `${sourceLinks} l join source_lkup t on t.source_id = l.source_id`),
  ),
  ...listField(
    File,
    'sourceObjects',
    SourceObject,
    'Objects that it comes from, ordered by name.',
    below('sourceObjects', SourceObject, 'extract_source_object l join source_object_lkup t on t.source_object_id = l.source_object_id', {
      where: 't.source_object_name is not null',
    }),
  ),
  ...listField(
    File,
    'datasetTypes',
    DatasetType,
    'Dataset types of the processes whose runs it is linked to, ordered by name.',
    below('datasetTypes', DatasetType, 'extract_dataset_type l join dataset_type_lkup t on t.dataset_type_id = l.dataset_type_id'),
  ),
  ...listField(
    File,
    'parents',
    FileDependencyLink,
    'Files that it depends on, ordered by name. They are loaded before it.',
    dependencies('parents', 'parent_extract_id', 'child_extract_id'),
  ),
  ...listField(
    File,
    'children',
    FileDependencyLink,
    'Files that depend on it, ordered by name.',
    dependencies('children', 'child_extract_id', 'parent_extract_id'),
  ),
  referenceField(FileVersion, 'file', 'fileId', File, 'File with this content.', false),
  referenceField(FileVersion, 'status', 'statusId', FileStatus, 'Status of this content; null if not reported.'),
  referenceField(FileVersion, 'targetObject', 'targetObjectId', SourceObject, 'Object that it was loaded into; null if not reported.'),
  ...listField(
    FileVersion,
    'errors',
    FileError,
    'Failed attempts on it, newest first.',
    newestFirst('FileVersion.errors', FileError, 'occurredAt', 't.extract_version_id'),
  ),
  referenceField(FileError, 'file', 'fileId', File, 'File of the attempt.', false),
  referenceField(FileError, 'version', 'versionId', FileVersion, 'Content of the attempt; null if no version was known.'),
  referenceField(FileError, 'type', 'typeId', ErrorType, 'Type of the error.', false),
  referenceField(FileError, 'run', 'runId', Run, 'Run of the attempt; null if there was none.'),
];

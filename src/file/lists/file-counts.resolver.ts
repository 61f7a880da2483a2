import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, Info, Int, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import { checkWindow, type Window } from '../../platform/checks.js';
import { connectionOf } from '../../platform/read/connections.js';
import { locationRefs } from '../../location/location-naming.js';
import { LocationRef } from '../../location/location-ref.input.js';
import { below, resolveRef } from '../../platform/read/references.js';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import { type Where } from '../../platform/read/filter-sql.js';
import { WhereField } from '../../platform/read/filters.js';
import { page, PageArgs, type Page } from '../../platform/read/paging.js';
import { DateTime } from '../../platform/entity/scalars.js';
import { within } from '../../process/run-settings.js';
import { countFiles, FileCountKey, topErrors, type ErrorCount, type FileCount } from './file-counts.js';
import { FileError } from '../file-error.entity.js';
import { File } from '../file.entity.js';

registerEnumType(FileCountKey, {
  name: 'FileCountKey',
  description: 'Key by which files are counted.',
  valuesConfig: {
    STATUS: { description: 'The stored status.' },
    DAY: { description: "Day of the registration in the store's time zone, as `2026-01-31`." },
    DATASET_TYPE: { description: 'Dataset type. A file with several is counted for each, a file without one for none.' },
    LOCATION: { description: 'Name of the location.' },
  },
});

@ArgsType()
class WindowArgs implements Window {
  @Field(() => DateTime, { nullable: true, description: 'Start of the period, inclusive. Omit for no lower limit.' })
  from?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'End of the period, exclusive. Omit for no upper limit.' })
  to?: string | null;
}

@ArgsType()
class FileCountArgs extends WindowArgs {
  @Field(() => FileCountKey, { defaultValue: FileCountKey.STATUS, description: 'Key by which files are counted; default STATUS.' })
  by!: FileCountKey;
  @Field(() => LocationRef, { nullable: true, description: 'Only files in this location. NOT_FOUND if there is no such location.' })
  location?: LocationRef | null;
}

@ArgsType()
class TopErrorArgs extends WindowArgs {
  @Field(() => Int, { defaultValue: 10, description: 'Number of error types: 1 to 100, default 10.' }) first!: number;
}

@ObjectType({ description: 'Number of files with one status.' })
class FileStatusCount {
  @Field(() => String, { description: 'The stored status.' }) status!: string;
  @Field(() => Int, { description: 'Number of files.' }) count!: number;
}

@ObjectType('FileCount', { description: 'Number of files with one status, day, dataset type or location.' })
class FileCountView {
  @Field(() => String, { description: 'Status, day, dataset type or location.' }) key!: string;
  @Field(() => Int, { description: 'Number of files.' }) count!: number;
  @Field(() => [FileStatusCount], { description: 'Number of them per status.' }) statuses!: FileStatusCount[];
}

@ObjectType({ description: 'An error type, with the number of its errors of files.' })
class FileErrorCount {
  /** The number of the file, by which it is read. */
  lastFileId!: number;
  @Field(() => String, { description: 'Name of the error type.' }) type!: string;
  @Field(() => Int, { description: 'Number of errors.' }) count!: number;
  @Field(() => Int, { description: 'Number of files with these errors.' }) fileCount!: number;
  @Field(() => DateTime, { description: 'Time of the last error.' }) lastAt!: string;
  @Field(() => String, { nullable: true, description: 'Message of the last error; null if not reported.' }) lastMessage!: string | null;
}

@ArgsType()
class FileErrorArgs extends PageArgs {
  @WhereField(FileError)
  where?: Where | null;
}

const errors = connectionOf(FileError);

const locationNumber = async (ctx: Context, ref: LocationRef) =>
  (await resolveRef(ctx.db, locationRefs, ref, { at: below('location') })).id;

@Resolver()
class FileCountQueries {
  @Query(() => [FileCountView], {
    description:
      'Number of files per status, day of registration, dataset type or location, ordered by this key. `from` and `to` limit the time of registration.',
  })
  async fileCounts(@Ctx() ctx: Context, @Args(() => FileCountArgs) { by, location, ...window }: FileCountArgs): Promise<FileCount[]> {
    checkWindow(window);
    return countFiles(ctx.db, by, window, location ? await locationNumber(ctx, location) : undefined);
  }

  @Query(() => [FileErrorCount], { description: 'Most frequent error types of files, the most frequent first.' })
  topFileErrors(@Ctx() ctx: Context, @Args(() => TopErrorArgs) { first, ...window }: TopErrorArgs): Promise<ErrorCount[]> {
    checkWindow(window);
    within(1, 100)(first, 'first');
    return topErrors(ctx.db, window, first);
  }

  @Query(() => errors.type, { description: 'Errors of all files, newest first.' })
  fileErrors(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => FileErrorArgs) args: FileErrorArgs): Promise<Page> {
    const list = { name: 'FileError.occurredAt', entity: FileError, order: ['occurredAt', 'id'], descending: true };
    return page(ctx, info, list, args);
  }
}

export const fileCountResolvers = [
  FileCountQueries,
  ...errors.resolvers,
  referenceField(FileErrorCount, 'lastFile', 'lastFileId', File, 'File with the last error.', false),
];

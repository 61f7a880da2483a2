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
import { LongText, Name } from '../../platform/entity/text.js';
import type { Condition } from '../../platform/read/values.js';
import { within } from '../../process/run-settings.js';
import { countFiles, FileCountKey, topErrors, type ErrorCount, type FileCount } from './file-counts.js';
import { FileError } from '../file-error.entity.js';
import { File } from '../file.entity.js';
import { stuckFrom, stuckWhere } from '../sweep-files.js';

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
  @Field(() => LongText, {
    nullable: true,
    description: 'Only errors whose message contains this text, literally and ignoring case.',
  })
  messageContains?: string | null;
}

@ArgsType()
class HeldFileArgs extends PageArgs {
  @Field(() => Name, { description: 'Name of the worker.' }) owner!: string;
}

@ArgsType()
class StuckFileArgs extends PageArgs {
  @Field(() => Name, { nullable: true, description: 'Only files whose lease this worker owns.' }) owner?: string | null;
  @Field(() => LocationRef, { nullable: true, description: 'Only files in this location. NOT_FOUND if there is no such location.' })
  location?: LocationRef | null;
}

const errors = connectionOf(FileError);
const files = connectionOf(File);

const heldBy = (owner: string | null | undefined): Condition | undefined =>
  typeof owner === 'string'
    ? { key: `owner ${JSON.stringify(owner)}`, sql: (values) => `t.owner = ${values.add(owner, 'text')}` }
    : undefined;

const contains = (text: string | null | undefined): Condition | undefined =>
  text
    ? { key: `contains ${JSON.stringify(text)}`, sql: (values) => `position(lower(${values.add(text, 'text')}) in lower(t.message)) > 0` }
    : undefined;

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
    return page(ctx, info, list, args, { where: [contains(args.messageContains)] });
  }

  @Query(() => files.type, {
    description: 'Files whose lease a worker owns, the earliest claimed first. A restarted worker finds its unfinished work here.',
  })
  heldFiles(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => HeldFileArgs) args: HeldFileArgs): Promise<Page> {
    const list = {
      name: 'heldFiles',
      entity: File,
      from: stuckFrom,
      where: `s.extract_status_name = 'loading' and t.claimed_at is not null`,
      order: ['claimedAt', 'id'],
    };
    return page(ctx, info, list, args, { where: [heldBy(args.owner)] });
  }

  @Query(() => files.type, {
    description: 'Files whose lease has expired, the earliest first. The next claim takes them, or the sweeper of the server does.',
  })
  async stuckFiles(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => StuckFileArgs) args: StuckFileArgs): Promise<Page> {
    const list = { name: 'stuckFiles', entity: File, from: stuckFrom, where: stuckWhere, order: ['leaseUntil', 'id'] };
    const location = args.location ? await locationNumber(ctx, args.location) : undefined;
    const there = location === undefined ? undefined : { key: `location ${location}`, sql: () => `t.extract_location_id = ${location}` };
    return page(ctx, info, list, args, { where: [heldBy(args.owner), there] });
  }
}

export const fileCountResolvers = [
  FileCountQueries,
  ...errors.resolvers,
  ...files.resolvers,
  referenceField(FileErrorCount, 'lastFile', 'lastFileId', File, 'File with the last error.', false),
];

import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, Info, Int, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import { checkWindow, type Window } from '../../platform/checks.js';
import { connectionOf } from '../../platform/read/connections.js';
import { locationRefs } from '../../location/location-naming.js';
import { LocationRef } from '../../location/location-ref.input.js';
import { below, resolveRef } from '../../platform/read/references.js';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import { filterLimits, type Where } from '../../platform/read/filter-sql.js';
import { whereOf } from '../../platform/read/filters.js';
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
  description: 'By what files are counted.',
  valuesConfig: {
    STATUS: { description: 'By their status.' },
    DAY: { description: "By the day of their registration in the store's time zone, as `2026-01-31`." },
    DATASET_TYPE: { description: 'By their dataset types; a file with several is counted for each, one without for none.' },
    LOCATION: { description: 'By the name of their location.' },
  },
});

@ArgsType()
class WindowArgs implements Window {
  @Field(() => DateTime, { nullable: true, description: 'From this moment on; from the beginning, if not said.' })
  from?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Before this moment; until now, if not said.' })
  to?: string | null;
}

@ArgsType()
class FileCountArgs extends WindowArgs {
  @Field(() => FileCountKey, { defaultValue: FileCountKey.STATUS, description: 'By what they are counted.' }) by!: FileCountKey;
  @Field(() => LocationRef, { nullable: true, description: 'Only files in this location. NOT_FOUND if there is no such location.' })
  location?: LocationRef | null;
}

@ArgsType()
class TopErrorArgs extends WindowArgs {
  @Field(() => Int, { defaultValue: 10, description: 'How many kinds: 1 to 100.' }) first!: number;
}

@ObjectType({ description: 'How many files are in one status.' })
class FileStatusCount {
  @Field(() => String, { description: 'The status.' }) status!: string;
  @Field(() => Int, { description: 'How many files.' }) count!: number;
}

@ObjectType('FileCount', { description: 'How many files there are of one status, day, dataset type or location.' })
class FileCountView {
  @Field(() => String, { description: 'The status, day, dataset type or location.' }) key!: string;
  @Field(() => Int, { description: 'How many files.' }) count!: number;
  @Field(() => [FileStatusCount], { description: 'How many of them are in which status.' }) statuses!: FileStatusCount[];
}

@ObjectType({ description: 'A kind of error, and how often files had it.' })
class FileErrorCount {
  /** The number of the file, which is read by it. */
  lastFileId!: number;
  @Field(() => String, { description: 'The kind.' }) type!: string;
  @Field(() => Int, { description: 'How many errors.' }) count!: number;
  @Field(() => Int, { description: 'How many files had them.' }) fileCount!: number;
  @Field(() => DateTime, { description: 'When the last one was.' }) lastAt!: string;
  @Field(() => String, { nullable: true, description: 'What the last one said.' }) lastMessage!: string | null;
}

const errorWhere = whereOf(FileError);

@ArgsType()
class FileErrorArgs extends PageArgs {
  @Field(() => errorWhere, {
    nullable: true,
    description: `Only those that meet these conditions. A filter may nest ${filterLimits.depth} levels deep and have ${filterLimits.conditions} conditions.`,
  })
  where?: Where | null;
  @Field(() => LongText, {
    nullable: true,
    description: 'Only those whose message holds this text, literally, in capital or small letters.',
  })
  messageContains?: string | null;
}

@ArgsType()
class HeldFileArgs extends PageArgs {
  @Field(() => Name, { description: 'The worker.' }) owner!: string;
}

@ArgsType()
class StuckFileArgs extends PageArgs {
  @Field(() => Name, { nullable: true, description: 'Only those that this worker holds.' }) owner?: string | null;
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
      'How many files there are by status, day of registration, dataset type or location, ordered by these; registered in a time, if `from` or `to` say so.',
  })
  async fileCounts(@Ctx() ctx: Context, @Args(() => FileCountArgs) { by, location, ...window }: FileCountArgs): Promise<FileCount[]> {
    checkWindow(window);
    return countFiles(ctx.db, by, window, location ? await locationNumber(ctx, location) : undefined);
  }

  @Query(() => [FileErrorCount], { description: 'The kinds of errors that files had most often, the most frequent first.' })
  topFileErrors(@Ctx() ctx: Context, @Args(() => TopErrorArgs) { first, ...window }: TopErrorArgs): Promise<ErrorCount[]> {
    checkWindow(window);
    within(1, 100)(first, 'first');
    return topErrors(ctx.db, window, first);
  }

  @Query(() => errors.type, { description: 'The errors of all files, newest first.' })
  fileErrors(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => FileErrorArgs) args: FileErrorArgs): Promise<Page> {
    const list = { name: 'FileError.occurredAt', entity: FileError, order: ['occurredAt', 'id'], descending: true };
    return page(ctx, info, list, args, { where: [contains(args.messageContains)] });
  }

  @Query(() => files.type, {
    description: 'What a worker holds, the longest held first: what it was about before it was started again.',
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
    description:
      'Files whose holders were not heard of in time, the longest first. The next claim takes them, or the sweeper of the server does.',
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
  referenceField(FileErrorCount, 'lastFile', 'lastFileId', File, 'The file that had the last one.', false),
];

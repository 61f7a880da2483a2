import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Int, ObjectType, Query, registerEnumType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { invalid } from '../../platform/errors.js';
import { referenceField } from '../../platform/read/fields.js';
import { checkInstant, checkWindow } from '../../platform/checks.js';
import { below, resolveRef, type NamedRef } from '../../platform/read/references.js';
import type { Row } from '../../platform/entity/node.js';
import { DateTime } from '../../platform/entity/scalars.js';
import { Reads } from '../../platform/read/selection.js';
import { within } from '../../process/run-settings.js';
import { Run } from '../../run/run.entity.js';
import { objectRefs } from '../../source/source-naming.js';
import { SourceObjectRef } from '../../source/source-refs.input.js';
import { DayEntryKind, dayOf, statusesAt, whatHappened, type DayEntry } from './file-history.js';
import { FileStatus } from '../file-status.entity.js';
import { File } from '../file.entity.js';

registerEnumType(DayEntryKind, {
  name: 'ObjectDayEntryKind',
  description: 'What happened.',
  valuesConfig: {
    FILE_STATUS: { description: 'A file came into a status: `from`, `to`, `reason`, `actor`.' },
    FILE_ERROR: { description: 'An attempt on a file failed: `attempt`, `errorType`, `message`; `actor` is the worker.' },
    RUN_STARTED: { description: 'A run started; `actor` started it.' },
    RUN_ENDED: { description: 'A run ended, as `to` says.' },
    RUN_ERROR: { description: 'A run raised an error: `errorType`, `message`.' },
  },
});

@ObjectType({ description: 'Something that happened to a file or to a run.' })
class ObjectDayEntry {
  /** The numbers of the file and of the run, which are read by them. */
  fileId!: number | null;
  runId!: number | null;
  @Field(() => DayEntryKind, { description: 'What happened.' }) kind!: DayEntryKind;
  @Field(() => DateTime, { description: 'When it happened.' }) at!: string;
  @Field(() => String, { nullable: true, description: 'The status it had.' }) from!: string | null;
  @Field(() => String, { nullable: true, description: 'The status it has since, or how it ended.' }) to!: string | null;
  @Field(() => Int, { nullable: true, description: 'Which attempt on the file it was, counted from 1.' }) attempt!: number | null;
  @Field(() => String, { nullable: true, description: 'Kind of the error.' }) errorType!: string | null;
  @Field(() => String, { nullable: true, description: 'What the error said.' }) message!: string | null;
  @Field(() => String, { nullable: true, description: 'Who did it; null where nobody said.' }) actor!: string | null;
  @Field(() => String, { nullable: true, description: 'Why, where somebody said.' }) reason!: string | null;
}

@ObjectType({ description: 'What happened to an object in a time.' })
class ObjectDay {
  @Field(() => DateTime, { description: 'From this moment on.' }) from!: string;
  @Field(() => DateTime, { description: 'Before this moment.' }) to!: string;
  @Field(() => [ObjectDayEntry], { description: 'What happened, in the order of time.' }) entries!: DayEntry[];
  @Field(() => Boolean, { description: 'Whether that is all. If not, ask again from the last moment on.' }) complete!: boolean;
}

@ArgsType()
class ObjectDayArgs {
  @Field(() => SourceObjectRef, { description: 'The object, such as a table. NOT_FOUND if there is no such object.' }) object!: NamedRef;
  @Field(() => String, { nullable: true, description: "A day in the store's time zone, as `2026-01-31`. Instead of `from` and `to`." })
  date?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'From this moment on, together with `to`.' }) from?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Before this moment, together with `from`.' }) to?: string | null;
  @Field(() => Int, { defaultValue: 1000, description: 'How many entries at most: 1 to 5000.' }) first!: number;
}

@Resolver()
class ObjectDayQuery {
  @Query(() => ObjectDay, {
    description:
      'What happened to an object on a day: to the files that were loaded into it or are linked to it, and to the runs that wrote it or dealt with those files, each attempt, error and change of status.',
  })
  async objectDay(@Ctx() ctx: Context, @Args(() => ObjectDayArgs) { object, date, from, to, first }: ObjectDayArgs): Promise<ObjectDay> {
    within(1, 5000)(first, 'first');
    if (date ? from || to : !from || !to)
      throw invalid('Say when: either date, or from and to.', { argument: 'date', value: date ?? null, allowed: 'date, or from and to' });
    if (date) {
      if (!/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(date))
        throw invalid(`date is no day: ${JSON.stringify(date)}.`, { argument: 'date', value: date, allowed: 'a day such as 2026-01-31' });
      checkInstant(date, 'date');
      // Its beginning and its end are moments of other days elsewhere.
      if (date < '0001-01-02' || date > '9999-12-30')
        throw invalid(`date is not between 0001-01-02 and 9999-12-30: ${date}.`, {
          argument: 'date',
          value: date,
          allowed: { min: '0001-01-02', max: '9999-12-30' },
        });
    } else checkWindow({ from: from!, to: to! });
    const { id } = await resolveRef(ctx.db, objectRefs, object, { at: below('object') });
    const window = date ? await dayOf(ctx.db, date) : { from: from!, to: to! };
    const entries = await whatHappened(ctx.db, id, window.from, window.to, first + 1);
    return { ...window, complete: entries.length <= first, entries: entries.slice(0, first) };
  }
}

enum FileState {
  NEW = 'NEW',
  PROCESSING = 'PROCESSING',
  SUCCESS = 'SUCCESS',
  ERROR = 'ERROR',
}
registerEnumType(FileState, {
  name: 'FileState',
  description: 'How far a file has come, in four words.',
  valuesConfig: {
    NEW: { description: 'Its status is initializing or ready.' },
    PROCESSING: { description: 'Its status is loading.' },
    SUCCESS: { description: 'Its status is loaded or archived.' },
    ERROR: { description: 'Its status is error.' },
  },
});

const states: Readonly<Record<string, FileState>> = {
  initializing: FileState.NEW,
  ready: FileState.NEW,
  loading: FileState.PROCESSING,
  loaded: FileState.SUCCESS,
  archived: FileState.SUCCESS,
  error: FileState.ERROR,
};

@Resolver(() => File)
class FileStateResolver {
  @FieldResolver(() => FileState, {
    nullable: true,
    description: 'How far it has come, in four words; null where it is deleted or in a status of your own. `status` says it exactly.',
  })
  @Reads(File, 'statusId')
  async state(@Root() row: Row<File, 'statusId'>, @Ctx() ctx: Context): Promise<FileState | null> {
    const status = await ctx.loaders.byId(FileStatus, row.statusId, new Set(['id', 'name']));
    return states[status?.name ?? 'initializing'] ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Its status at a past moment, by its history; null where it was not known yet. Of what a store held before Waybill kept a history, the present one.',
  })
  statusAt(
    @Root() row: Row<File, 'id'>,
    @Ctx() ctx: Context,
    @Arg('at', () => DateTime, { description: 'The moment.' }) at: string,
  ): Promise<string | null> {
    checkInstant(at, 'at');
    return ctx.loaders.get<number, string | null>(`File.statusAt ${at}`, (ids) => statusesAt(ctx.db, ids, at)).load(row.id);
  }
}

export const fileHistoryResolvers = [
  ObjectDayQuery,
  FileStateResolver,
  referenceField(ObjectDayEntry, 'file', 'fileId', File, 'The file that it happened to; null where it was a run, or the file was deleted.'),
  referenceField(ObjectDayEntry, 'run', 'runId', Run, 'The run that it happened to, or for which the file was tried.'),
];

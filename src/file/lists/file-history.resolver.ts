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
import { FileState, statesOfStatus } from '../file-state.js';

registerEnumType(DayEntryKind, {
  name: 'ObjectDayEntryKind',
  description: 'Kind of an event of a file or a run.',
  valuesConfig: {
    FILE_STATUS: { description: 'The status of a file changed: `from`, `to`, `reason`, `actor`.' },
    FILE_ERROR: { description: 'An attempt on a file failed: `attempt`, `errorType`, `message`; `actor` is the worker.' },
    RUN_STARTED: { description: 'A run started; `actor` started it.' },
    RUN_ENDED: { description: 'A run ended; `to` is the status or the reason of its end.' },
    RUN_ERROR: { description: 'A run raised an error: `errorType`, `message`.' },
  },
});

@ObjectType({ description: 'An event of a file or a run.' })
class ObjectDayEntry {
  /** The numbers of the file and of the run, by which they are read. */
  fileId!: number | null;
  runId!: number | null;
  @Field(() => DayEntryKind, { description: 'Kind of the event.' }) kind!: DayEntryKind;
  @Field(() => DateTime, { description: 'Time of the event.' }) at!: string;
  @Field(() => String, { nullable: true, description: 'Status before the event; null if there was none.' }) from!: string | null;
  @Field(() => String, { nullable: true, description: 'Status after the event, or the reason of the end of a run; null for other kinds.' })
  to!: string | null;
  @Field(() => Int, { nullable: true, description: 'Number of the attempt on the file, counted from 1; null for other kinds.' }) attempt!:
    number | null;
  @Field(() => String, { nullable: true, description: 'Type of the error; null for other kinds.' }) errorType!: string | null;
  @Field(() => String, { nullable: true, description: 'Message of the error; null if not reported.' }) message!: string | null;
  @Field(() => String, { nullable: true, description: 'Actor of the change; null if unknown.' }) actor!: string | null;
  @Field(() => String, { nullable: true, description: 'Reason of the change; null if not reported.' }) reason!: string | null;
}

@ObjectType({ description: 'Events of an object in a period.' })
class ObjectDay {
  @Field(() => DateTime, { description: 'Start of the period, inclusive.' }) from!: string;
  @Field(() => DateTime, { description: 'End of the period, exclusive.' }) to!: string;
  @Field(() => [ObjectDayEntry], { description: 'Events in the order of time.' }) entries!: DayEntry[];
  @Field(() => Boolean, { description: 'Whether these are all events of the period. If not, continue from the time of the last one.' })
  complete!: boolean;
}

@ArgsType()
class ObjectDayArgs {
  @Field(() => SourceObjectRef, { description: 'The object, such as a table. NOT_FOUND if there is no such object.' }) object!: NamedRef;
  @Field(() => String, { nullable: true, description: "Day in the store's time zone, as `2026-01-31`, instead of `from` and `to`." })
  date?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Start of the period, inclusive; together with `to`.' }) from?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'End of the period, exclusive; together with `from`.' }) to?: string | null;
  @Field(() => Int, { defaultValue: 1000, description: 'Maximum number of entries: 1 to 5000, default 1000.' }) first!: number;
}

@Resolver()
class ObjectDayQuery {
  @Query(() => ObjectDay, {
    description:
      'Events of an object on a day or in a period. They are the attempts, errors and status changes of files that were loaded into it or are linked to it, and of runs that wrote it or processed those files.',
  })
  async objectDay(@Ctx() ctx: Context, @Args(() => ObjectDayArgs) { object, date, from, to, first }: ObjectDayArgs): Promise<ObjectDay> {
    within(1, 5000)(first, 'first');
    if (date ? from || to : !from || !to)
      throw invalid('Either `date`, or `from` and `to` must be given.', {
        argument: 'date',
        value: date ?? null,
        allowed: 'date, or from and to',
      });
    if (date) {
      if (!/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(date))
        throw invalid(`\`date\` must be a day such as 2026-01-31, not ${JSON.stringify(date)}.`, {
          argument: 'date',
          value: date,
          allowed: 'a day such as 2026-01-31',
        });
      checkInstant(date, 'date');
      // In UTC its start and its end may be on other days.
      if (date < '0001-01-02' || date > '9999-12-30')
        throw invalid(`\`date\` must be between 0001-01-02 and 9999-12-30, not ${date}.`, {
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

@Resolver(() => File)
class FileStateResolver {
  @FieldResolver(() => FileState, {
    nullable: true,
    description: 'Computed state; null if the file is deleted or has a custom status. `status` is the stored word.',
  })
  @Reads(File, 'statusId')
  async state(@Root() row: Row<File, 'statusId'>, @Ctx() ctx: Context): Promise<FileState | null> {
    const status = await ctx.loaders.byId(FileStatus, row.statusId, new Set(['id', 'name']));
    return statesOfStatus[status?.name ?? 'initializing'] ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Status at a past time, by its history; null if it was not registered yet. Before the first recorded change, the status before that change.',
  })
  statusAt(
    @Root() row: Row<File, 'id'>,
    @Ctx() ctx: Context,
    @Arg('at', () => DateTime, { description: 'The past time.' }) at: string,
  ): Promise<string | null> {
    checkInstant(at, 'at');
    return ctx.loaders.get<number, string | null>(`File.statusAt ${at}`, (ids) => statusesAt(ctx.db, ids, at)).load(row.id);
  }
}

export const fileHistoryResolvers = [
  ObjectDayQuery,
  FileStateResolver,
  referenceField(ObjectDayEntry, 'file', 'fileId', File, 'File of the event; null for an event of a run, and if the file was deleted.'),
  referenceField(ObjectDayEntry, 'run', 'runId', Run, 'Run of the event, or of the attempt on the file; null if there is none.'),
];

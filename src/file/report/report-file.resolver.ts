import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { ItemError, itemErrorField } from '../../platform/write/item-error.js';
import { checkLength } from '../../platform/lists.js';
import type { Row } from '../../platform/entity/node.js';
import { attemptEach, ofInput, type Reported } from '../../platform/write/reports.js';
import { recordOf } from '../../platform/record-queues.js';
import { File } from '../file.entity.js';
import { blockersOf, FileBlocker, fileBlockerFields, reportPayload } from '../report-file.payload.js';
import { ReportFileInput, ReportFilesInput } from './report-file.input.js';
import { itemOf, reportFile, reportFiles } from './report-files.js';
import { maxFiles } from '../register/register-files.input.js';

@ObjectType({ description: 'What became of one of several reports: a file, or an error.' })
class ReportFileResult {
  @Field(() => File, { nullable: true, description: 'The file as it is now; null if there is an error.' }) file!: Row<File> | null;
  @Field(() => Boolean, {
    description: 'True when this report changed the file; false where it was already as reported, and with an error.',
  })
  changed!: boolean;
  @Field(() => ItemError, { nullable: true, description: 'What is wrong with this report; null if it was written.' })
  error!: ItemError | null;
  @Field(() => [FileBlocker], { description: 'The files that it has to wait for, where they are what is wrong.' })
  blockers!: FileBlocker[];
}

@ObjectType({ description: 'What became of several reports.' })
class ReportFilesPayload {
  @Field(() => [ReportFileResult], { description: 'One result a report, in the order given.' }) results!: ReportFileResult[];
}

const payload = reportPayload('reportFile');

@Resolver()
class ReportFileResolver {
  @Mutation(() => payload.type, {
    description:
      'Says how far a file has come: status, counts, dates, errors and the run that dealt with it, in one call and one transaction. A file that waits for others is a CONFLICT that names them.',
  })
  async reportFile(
    @Ctx() ctx: Context,
    @Arg('input', () => ReportFileInput, { description: 'The file and what is to be said of it.' }) input: ReportFileInput,
  ): Promise<{ id: number; changed: boolean }> {
    const item = await ofInput(() => itemOf(input));
    return ctx.write((tx) => reportFile(tx, input.file, item, { run: input.run }), input.reason, [recordOf('File', input.file)]);
  }

  @Mutation(() => ReportFilesPayload, {
    description: 'Reports on many files, each for itself: what is wrong with one is told in its result, the others stand.',
  })
  async reportFiles(
    @Ctx() ctx: Context,
    @Arg('input', () => ReportFilesInput, { description: 'The reports.' }) { reports }: ReportFilesInput,
  ): Promise<{ results: Reported[] }> {
    checkLength(reports, 'reports', maxFiles);
    const items = await attemptEach(reports, itemOf);
    const files = reports.map(({ file }) => file);
    const runs = reports.map(({ run }) => run);
    const records = files.map((file) => recordOf('File', file));
    return { results: await ctx.write((tx) => reportFiles(tx, files, items, runs), null, records) };
  }
}

@Resolver(() => ReportFileResult)
class ReportFileResultResolver {
  @FieldResolver()
  file(@Root() root: Reported, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<File> | null> {
    return ctx.load(File, 'error' in root ? null : root.id, info);
  }
  @FieldResolver()
  changed(@Root() root: Reported): boolean {
    return 'changed' in root && root.changed;
  }
  @FieldResolver()
  blockers(@Root() root: Reported): FileBlocker[] {
    return 'error' in root ? blockersOf(root.error) : [];
  }
}

export const reportFileResolvers = [
  ReportFileResolver,
  ReportFileResultResolver,
  itemErrorField(ReportFileResult),
  payload.file,
  ...fileBlockerFields,
];

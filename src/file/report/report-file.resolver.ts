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

@ObjectType({ description: 'Result of one report of several: a file, or an error.' })
class ReportFileResult {
  @Field(() => File, { nullable: true, description: 'The file after the call; null with an error.' }) file!: Row<File> | null;
  @Field(() => Boolean, {
    description:
      'Whether this report changed a fact of the file; false if all was as reported, as with a heartbeat alone, and with an error.',
  })
  changed!: boolean;
  @Field(() => ItemError, { nullable: true, description: 'Why the report was refused; null if it was not.' })
  error!: ItemError | null;
  @Field(() => [FileBlocker], { description: 'Files that must be loaded before, if they are the cause of the error.' })
  blockers!: FileBlocker[];
}

@ObjectType({ description: 'Result of `reportFiles`.' })
class ReportFilesPayload {
  @Field(() => [ReportFileResult], { description: 'One result per report, in the order of the input.' }) results!: ReportFileResult[];
}

const payload = reportPayload('reportFile');

@Resolver()
class ReportFileResolver {
  @Mutation(() => payload.type, {
    description:
      'Reports the status, counts, watermarks and errors of a file, and the run that processed it, in one transaction. CONFLICT with the blocking files if it depends on files that are not loaded yet.',
  })
  async reportFile(
    @Ctx() ctx: Context,
    @Arg('input', () => ReportFileInput, { description: 'The file and its new values.' }) input: ReportFileInput,
  ): Promise<{ id: number; changed: boolean }> {
    const item = await ofInput(() => itemOf(input));
    return ctx.write((tx) => reportFile(tx, input.file, item, { run: input.run }), input.reason, [recordOf('File', input.file)]);
  }

  @Mutation(() => ReportFilesPayload, {
    description: 'Reports on many files, each on its own. An invalid report has an error in its result; the valid ones are committed.',
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

import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { ItemError, itemErrorField } from '../../platform/write/item-error.js';
import { checkLength } from '../../platform/lists.js';
import type { Row } from '../../platform/entity/node.js';
import { attemptEach, ofInput, type Reported } from '../../platform/write/reports.js';
import { recordOf } from '../../platform/record-queues.js';
import { Extract } from '../file.entity.js';
import { blockersOf, ExtractBlocker, ReportExtractPayload, reportExtractPayload } from '../report-file.payload.js';
import { ReportExtractInput, ReportExtractsInput } from './report-file.input.js';
import { itemOf, reportExtract, reportExtracts } from './report-files.js';
import { maxFiles } from '../register/register-files.input.js';

@ObjectType({ description: 'What became of one of several reports: a file, or an error.' })
class ReportExtractResult {
  @Field(() => Extract, { nullable: true, description: 'The file as it is now; null if there is an error.' }) extract!: Row<Extract> | null;
  @Field(() => Boolean, { description: 'Whether the file was already as reported; false with an error.' }) done!: boolean;
  @Field(() => ItemError, { nullable: true, description: 'What is wrong with this report; null if it was written.' })
  error!: ItemError | null;
  @Field(() => [ExtractBlocker], { description: 'The files that it has to wait for, where they are what is wrong.' })
  blockers!: ExtractBlocker[];
}

@ObjectType({ description: 'What became of several reports.' })
class ReportExtractsPayload {
  @Field(() => [ReportExtractResult], { description: 'One result a report, in the order given.' }) results!: ReportExtractResult[];
}

@Resolver()
class ReportExtractResolver {
  @Mutation(() => ReportExtractPayload, {
    description:
      'Says how far a file has come: status, counts, dates, errors and the run that dealt with it, in one call and one transaction. A file that waits for others is a CONFLICT that names them.',
  })
  async reportExtract(
    @Ctx() ctx: Context,
    @Arg('input', () => ReportExtractInput, { description: 'The file and what is to be said of it.' }) input: ReportExtractInput,
  ): Promise<{ id: number; done: boolean }> {
    const item = await ofInput(() => itemOf(input));
    return ctx.write((tx) => reportExtract(tx, input.extract, item, { run: input.run }), input.reason, [
      recordOf('Extract', input.extract),
    ]);
  }

  @Mutation(() => ReportExtractsPayload, {
    description: 'Reports on many files, each for itself: what is wrong with one is told in its result, the others stand.',
  })
  async reportExtracts(
    @Ctx() ctx: Context,
    @Arg('input', () => ReportExtractsInput, { description: 'The reports.' }) { reports }: ReportExtractsInput,
  ): Promise<{ results: Reported[] }> {
    checkLength(reports, 'reports', maxFiles);
    const items = await attemptEach(reports, itemOf);
    const files = reports.map(({ extract }) => extract);
    const runs = reports.map(({ run }) => run);
    const records = files.map((file) => recordOf('Extract', file));
    return { results: await ctx.write((tx) => reportExtracts(tx, files, items, runs), null, records) };
  }
}

@Resolver(() => ReportExtractResult)
class ReportExtractResultResolver {
  @FieldResolver()
  extract(@Root() root: Reported, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Extract> | null> {
    return ctx.load(Extract, 'error' in root ? null : root.id, info);
  }
  @FieldResolver()
  done(@Root() root: Reported): boolean {
    return 'done' in root && root.done;
  }
  @FieldResolver()
  blockers(@Root() root: Reported): ExtractBlocker[] {
    return 'error' in root ? blockersOf(root.error) : [];
  }
}

export const reportExtractResolvers = [
  ReportExtractResolver,
  ReportExtractResultResolver,
  itemErrorField(ReportExtractResult),
  ...reportExtractPayload,
];

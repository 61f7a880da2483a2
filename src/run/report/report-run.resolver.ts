import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import type { BulkForm } from '../../platform/write/bulk-forms.js';
import { ItemError, itemErrorField } from '../../platform/write/item-error.js';
import { checkLength } from '../../platform/lists.js';
import type { Row } from '../../platform/entity/node.js';
import { attemptEach, ofInput, onlyReport, type Reported } from '../../platform/write/reports.js';
import { recordOf } from '../../platform/record-queues.js';
import { Run } from '../run.entity.js';
import { RaiseRunErrorInput, ReportRunInput, ReportRunsInput } from './report-run.input.js';
import { itemOf, maxReports, reportEach, reportRun, reportRuns, type RunItem } from './report-runs.js';
import { runPayload } from './run-payload.js';

@ObjectType({ description: 'Result of one of several reports: a run, or an error.' })
class ReportRunResult {
  @Field(() => Run, { nullable: true, description: 'The run after the change; null with an error.' })
  run!: Row<Run> | null;
  @Field(() => Boolean, {
    description:
      'True when this report changed a fact of the run; false where all was already as reported, as with a heartbeat alone, and with an error.',
  })
  changed!: boolean;
  @Field(() => ItemError, { nullable: true, description: 'Error of this report; null if it was written.' })
  error!: ItemError | null;
}

@ObjectType({ description: 'Result of `reportRuns`.' })
class ReportRunsPayload {
  @Field(() => [ReportRunResult], { description: 'One result for each report, in the order given.' }) results!: ReportRunResult[];
}

/** `raiseRunError` has at its top what a report has in its list of errors. */
const raisedNames = { 'errors.0.type': 'type', 'errors.0.occurredAt': 'occurredAt', endedAt: 'occurredAt', status: 'failRun' };

async function raisedItem(input: RaiseRunErrorInput): Promise<RunItem> {
  const { type, createType, description, occurredAt, failRun, ...held } = input;
  const item = await itemOf({
    ...held,
    createStatus: false,
    errors: [{ type, createType, description: description ?? null, occurredAt: occurredAt ?? null }],
    ...(failRun ? { status: 'failed', endedAt: occurredAt ?? null } : {}),
  });
  return { ...item, mustMove: failRun };
}

const raise = (ctx: Context, inputs: readonly RaiseRunErrorInput[], reason?: string | null): Promise<Reported[]> =>
  reportEach(ctx, inputs, raisedItem, raisedNames, reason);

const reported = runPayload('reportRun');
const raised = runPayload('raiseRunError');

@Resolver()
class ReportRunResolver {
  @Mutation(() => reported.type, {
    description:
      'Reports the progress or the end of a run: status, counts, watermarks, errors and parameters in one transaction. Each report renews the lease of the run.',
  })
  async reportRun(
    @Ctx() ctx: Context,
    @Arg('input', () => ReportRunInput, { description: 'The run and its new values.' }) input: ReportRunInput,
  ): Promise<{ id: number; changed: boolean }> {
    const item = await ofInput(() => itemOf(input));
    return ctx.write((tx) => reportRun(tx, input.run, item), item.reason, [recordOf('Run', input.run)]);
  }

  @Mutation(() => ReportRunsPayload, {
    description: 'Reports on many runs. An invalid report has an error in its result; the valid ones are committed.',
  })
  async reportRuns(
    @Ctx() ctx: Context,
    @Arg('input', () => ReportRunsInput, { description: 'The reports.' }) { reports }: ReportRunsInput,
  ): Promise<{ results: Reported[] }> {
    checkLength(reports, 'reports', maxReports);
    const items = await attemptEach(reports, itemOf);
    const runs = reports.map(({ run }) => run);
    const records = runs.map((run) => recordOf('Run', run));
    return { results: await ctx.write((tx) => reportRuns(tx, runs, items), null, records) };
  }

  @Mutation(() => raised.type, {
    description: 'Adds an error to a run, which fails with `failRun: true`. A run that has ended may get errors too.',
  })
  async raiseRunError(
    @Ctx() ctx: Context,
    @Arg('input', () => RaiseRunErrorInput, { description: 'The run and the error.' }) input: RaiseRunErrorInput,
  ): Promise<{ id: number; changed: boolean }> {
    return onlyReport(await raise(ctx, [input], input.reason));
  }
}

@Resolver(() => ReportRunResult)
class ReportRunResultResolver {
  @FieldResolver()
  run(@Root() root: Reported, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Run> | null> {
    return ctx.load(Run, 'error' in root ? null : root.id, info);
  }
  @FieldResolver()
  changed(@Root() root: Reported): boolean {
    return !('error' in root) && root.changed;
  }
}

const raiseForm: BulkForm<RaiseRunErrorInput> = {
  ...{ of: 'raiseRunError', name: 'raiseRunErrors', list: 'errors' },
  together: { max: maxReports, write: raise },
};
export const reportRunForms: readonly BulkForm[] = [raiseForm];
export const reportRunResolvers = [
  ReportRunResolver,
  ReportRunResultResolver,
  itemErrorField(ReportRunResult),
  ...reported.resolvers,
  ...raised.resolvers,
];

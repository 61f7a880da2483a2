import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { invalid } from '../../platform/errors.js';
import type { ReportItem } from '../../platform/write/reports.js';
import { recordOf } from '../../platform/record-queues.js';
import { ExtractByPersonInput } from './claim-holder.input.js';
import { ReportExtractPayload } from '../report-file.payload.js';
import { reportExtract } from './report-files.js';

/** What a person does to a file: no token is needed, and whoever holds it loses it. */
function byPerson(ctx: Context, { extract, reason, rowVersion: version }: ExtractByPersonInput, item: ReportItem) {
  if (!reason.trim()) throw invalid('Say why.', { argument: 'input.reason', value: reason, allowed: 'a sentence' });
  const said = { version, reason, byPerson: true, mustMove: true, fence: true, attempt: 0, ...item };
  return ctx.write((tx) => reportExtract(tx, extract, said, { names: { status: 'extract' } }), reason, [recordOf('Extract', extract)]);
}

/** What people do to files: each with a reason, which the history keeps. */
@Resolver()
class MoveByPersonResolver {
  @Mutation(() => ReportExtractPayload, {
    description: 'Lets a file that failed be tried again at once, also one that was given up. Its attempts are counted anew.',
  })
  retryExtract(
    @Ctx() ctx: Context,
    @Arg('input', () => ExtractByPersonInput, { description: 'The file, and why.' }) input: ExtractByPersonInput,
  ): Promise<{ id: number; done: boolean }> {
    return byPerson(ctx, input, { to: 'ready', onlyFrom: ['error'] });
  }

  @Mutation(() => ReportExtractPayload, {
    description:
      'Says that a file is not to be loaded: its status is skipped, claims of this version answer ALREADY_DONE, and what depends on it does not wait for it. A file that somebody holds has to be released before. Doing it again changes nothing.',
  })
  skipExtract(
    @Ctx() ctx: Context,
    @Arg('input', () => ExtractByPersonInput, { description: 'The file, and why.' }) input: ExtractByPersonInput,
  ): Promise<{ id: number; done: boolean }> {
    return byPerson(ctx, input, { to: 'skipped', createStatus: true, mustMove: false });
  }

  @Mutation(() => ReportExtractPayload, {
    description:
      'Lets a file that is done be loaded again: one that is loaded, archived or skipped becomes ready. Its attempts are counted anew.',
  })
  reprocessExtract(
    @Ctx() ctx: Context,
    @Arg('input', () => ExtractByPersonInput, { description: 'The file, and why.' }) input: ExtractByPersonInput,
  ): Promise<{ id: number; done: boolean }> {
    return byPerson(ctx, input, { to: 'ready', onlyFrom: ['loaded', 'archived', 'skipped'] });
  }
}

export const moveByPersonResolvers = [MoveByPersonResolver];

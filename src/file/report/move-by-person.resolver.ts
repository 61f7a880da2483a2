import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { invalid } from '../../platform/errors.js';
import type { ReportItem } from '../../platform/write/reports.js';
import { recordOf } from '../../platform/record-queues.js';
import { FileByPersonInput } from './claim-holder.input.js';
import { ReportFilePayload } from '../report-file.payload.js';
import { reportFile } from './report-files.js';

/** What a person does to a file: no token is needed, and whoever holds it loses it. */
function byPerson(ctx: Context, { file, reason, rowVersion: version }: FileByPersonInput, item: ReportItem) {
  if (!reason.trim()) throw invalid('Say why.', { argument: 'input.reason', value: reason, allowed: 'a sentence' });
  const said = { version, reason, byPerson: true, mustMove: true, fence: true, attempt: 0, ...item };
  return ctx.write((tx) => reportFile(tx, file, said, { names: { status: 'file' } }), reason, [recordOf('File', file)]);
}

/** What people do to files: each with a reason, which the history keeps. */
@Resolver()
class MoveByPersonResolver {
  @Mutation(() => ReportFilePayload, {
    description: 'Lets a file that failed be tried again at once, also one that was given up. Its attempts are counted anew.',
  })
  retryFile(
    @Ctx() ctx: Context,
    @Arg('input', () => FileByPersonInput, { description: 'The file, and why.' }) input: FileByPersonInput,
  ): Promise<{ id: number; changed: boolean }> {
    return byPerson(ctx, input, { to: 'ready', onlyFrom: ['error'] });
  }

  @Mutation(() => ReportFilePayload, {
    description:
      'Says that a file is not to be loaded: its status is skipped, claims of this version answer ALREADY_DONE, and what depends on it does not wait for it. A file that somebody holds has to be released before. Doing it again changes nothing.',
  })
  skipFile(
    @Ctx() ctx: Context,
    @Arg('input', () => FileByPersonInput, { description: 'The file, and why.' }) input: FileByPersonInput,
  ): Promise<{ id: number; changed: boolean }> {
    return byPerson(ctx, input, { to: 'skipped', createStatus: true, mustMove: false });
  }

  @Mutation(() => ReportFilePayload, {
    description:
      'Lets a file that is done be loaded again: one that is loaded, archived or skipped becomes ready. Its attempts are counted anew.',
  })
  reprocessFile(
    @Ctx() ctx: Context,
    @Arg('input', () => FileByPersonInput, { description: 'The file, and why.' }) input: FileByPersonInput,
  ): Promise<{ id: number; changed: boolean }> {
    return byPerson(ctx, input, { to: 'ready', onlyFrom: ['loaded', 'archived', 'skipped'] });
  }
}

export const moveByPersonResolvers = [MoveByPersonResolver];

import { Arg, Ctx, Field, InputType, Int, Mutation, Resolver, type ClassType } from 'type-graphql';
import { LongText } from '../../platform/entity/text.js';
import type { Context } from '../../platform/read/context.js';
import { conflict, invalid, orError } from '../../platform/errors.js';
import type { ReportItem } from '../../platform/write/reports.js';
import { recordOf } from '../../platform/record-queues.js';
import { FileRef } from '../file-ref.input.js';
import { reportPayload } from '../report-file.payload.js';
import { reportFile } from './report-files.js';
import { upperFirst } from '../../platform/words.js';

/** A mutation by which an operator moves a file, with a reason that the history keeps. It needs no token, and the lease owner loses the file. */
function operatorMutation(
  mutation: string,
  description: string,
  { onlyFrom, ...item }: ReportItem & { onlyFrom?: readonly string[] },
): ClassType[] {
  const payload = reportPayload(mutation);

  @InputType(`${upperFirst(mutation)}Input`, { description: `Input of \`${mutation}\`. It needs no fencing token.` })
  class Input {
    @Field(() => FileRef, { description: 'The file.' }) file!: FileRef;
    @Field(() => Int, { nullable: true, description: 'The expected `rowVersion`; CONFLICT if the file has another one.' })
    rowVersion?: number | null;
    @Field(() => LongText, { description: 'Reason, kept in the history.' }) reason!: string;
  }

  @Resolver()
  class OperatorResolver {
    @Mutation(() => payload.type, { name: mutation, description })
    move(
      @Ctx() ctx: Context,
      @Arg('input', () => Input, { description: 'The file and the reason.' }) { file, reason, rowVersion: version }: Input,
    ): Promise<{ id: number; changed: boolean }> {
      if (!reason.trim())
        throw invalid('`reason` must not be empty.', { argument: 'input.reason', value: reason, allowed: 'a text that is not blank' });
      const report = { version, reason, byPerson: true, fence: true, attempt: 0, onlyFrom, ...item };
      return ctx
        .write((tx) => reportFile(tx, file, report, { names: { status: 'file' } }), reason, [recordOf('File', file)])
        .catch((error: unknown) => {
          const { code, message, details } = orError(error);
          const isState = code === 'CONFLICT' && details.argument === 'input.file' && onlyFrom;
          throw isState ? conflict(message, { ...details, allowed: onlyFrom }) : error;
        });
    }
  }
  return [OperatorResolver, payload.file];
}

export const moveByPersonResolvers = [
  ...operatorMutation(
    'retryFile',
    'Makes a failed file ready for another attempt at once, also after its last one. Its attempts are counted from 0 again. Repeating the call changes nothing.',
    { to: 'ready', onlyFrom: ['error'] },
  ),
  ...operatorMutation(
    'skipFile',
    'Marks a file as not to be loaded. Its status becomes skipped, claims of this version answer ALREADY_DONE, and files that depend on it do not wait for it. A file with a lease owner must be released first. Repeating the call changes nothing.',
    { to: 'skipped', createStatus: true },
  ),
  ...operatorMutation(
    'reprocessFile',
    'Makes a finished file ready to be loaded again: one that is loaded, archived or skipped. Its attempts are counted from 0 again. Repeating the call changes nothing.',
    { to: 'ready', onlyFrom: ['loaded', 'archived', 'skipped'] },
  ),
];

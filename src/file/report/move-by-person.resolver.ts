import { Arg, Ctx, Field, InputType, Int, Mutation, Resolver, type ClassType } from 'type-graphql';
import { LongText } from '../../platform/entity/text.js';
import type { Context } from '../../platform/read/context.js';
import { conflict, invalid } from '../../platform/errors.js';
import type { BulkForm } from '../../platform/write/bulk-forms.js';
import { onlyReport, renamed, writeEach, type Reported, type ReportItem } from '../../platform/write/reports.js';
import { recordOf } from '../../platform/record-queues.js';
import { FileRef } from '../file-ref.input.js';
import { maxFiles } from '../register/register-files.input.js';
import { reportPayload } from '../report-file.payload.js';
import { reportFiles } from './report-files.js';
import { upperFirst } from '../../platform/words.js';

/**
 * A mutation by which an operator moves a file, with a reason that the history keeps, and its bulk form. It needs no token, and the lease owner
 * loses the file.
 */
function operatorMutation(
  mutation: string,
  bulkName: string,
  description: string,
  { onlyFrom, ...item }: ReportItem & { onlyFrom?: readonly string[] },
): { resolvers: ClassType[]; bulk: BulkForm } {
  const payload = reportPayload(mutation);

  @InputType(`${upperFirst(mutation)}Input`, { description: `Input of \`${mutation}\`. It needs no fencing token.` })
  class Input {
    @Field(() => FileRef, { description: 'The file.' }) file!: FileRef;
    @Field(() => Int, { nullable: true, description: 'The expected `rowVersion`; CONFLICT if the file has another one.' })
    rowVersion?: number | null;
    @Field(() => LongText, { description: 'Reason, kept in the history.' }) reason!: string;
  }

  const itemOf = ({ reason, rowVersion: version }: Input): ReportItem => {
    if (!reason.trim())
      throw invalid('`reason` must not be empty.', { argument: 'reason', value: reason, allowed: 'a text that is not blank' });
    return { version, reason, byPerson: true, fence: true, attempt: 0, onlyFrom, ...item };
  };

  /** A file in a state from which it may not be moved is refused with those that it may be in. */
  const withStates = (outcome: Reported): Reported => {
    if (!('error' in outcome)) return outcome;
    const { code, message, details } = outcome.error;
    const isState = code === 'CONFLICT' && details.argument === 'file' && onlyFrom;
    return isState ? { error: conflict(message, { ...details, allowed: onlyFrom }) } : outcome;
  };

  const move = async (ctx: Context, inputs: readonly Input[], reason?: string): Promise<Reported[]> => {
    const files = inputs.map(({ file }) => file);
    const records = files.map((file) => recordOf('File', file));
    const outcomes = await writeEach(ctx, inputs, itemOf, (tx, items) => reportFiles(tx, files, items), { reason, records });
    return renamed(outcomes, { status: 'file' }).map(withStates);
  };

  @Resolver()
  class OperatorResolver {
    @Mutation(() => payload.type, { name: mutation, description })
    async move(
      @Ctx() ctx: Context,
      @Arg('input', () => Input, { description: 'The file and the reason.' }) input: Input,
    ): Promise<{ id: number; changed: boolean }> {
      return onlyReport(await move(ctx, [input], input.reason));
    }
  }
  return {
    resolvers: [OperatorResolver, payload.file],
    bulk: { of: mutation, name: bulkName, list: 'files', together: { max: maxFiles, write: move } },
  };
}

const moves = [
  operatorMutation(
    'retryFile',
    'retryFiles',
    'Makes a failed file ready for another attempt at once, also after its last one. Its attempts are counted from 0 again. Repeating the call changes nothing.',
    { to: 'ready', onlyFrom: ['error'] },
  ),
  operatorMutation(
    'skipFile',
    'skipFiles',
    'Marks a file as not to be loaded. Its status becomes skipped, claims of this version answer ALREADY_DONE, and files that depend on it do not wait for it. A file with a lease owner must be released first. Repeating the call changes nothing.',
    { to: 'skipped', createStatus: true },
  ),
  operatorMutation(
    'reprocessFile',
    'reprocessFiles',
    'Makes a finished file ready to be loaded again: one that is loaded, archived or skipped. Its attempts are counted from 0 again. Repeating the call changes nothing.',
    { to: 'ready', onlyFrom: ['loaded', 'archived', 'skipped'] },
  ),
];
export const moveByPersonResolvers = moves.flatMap(({ resolvers }) => resolvers);
export const moveByPersonForms: readonly BulkForm[] = moves.map(({ bulk }) => bulk);

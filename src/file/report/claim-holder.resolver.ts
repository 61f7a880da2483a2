import { Arg, Ctx, Field, Mutation, registerEnumType, Resolver, type ClassType } from 'type-graphql';
import { checkCounts, checkInstants, checkToken } from '../../platform/checks.js';
import { keptLinks } from '../../platform/entity/links.js';
import { invalid } from '../../platform/errors.js';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import { recordOf } from '../../platform/record-queues.js';
import { textAt } from '../../platform/text-at.js';
import type { BulkForm } from '../../platform/write/bulk-forms.js';
import { PayloadOf } from '../../platform/write/payload.js';
import { onlyReport, renamed, writeEach, type ReportItem } from '../../platform/write/reports.js';
import { runSettings, within } from '../../process/run-settings.js';
import { File } from '../file.entity.js';
import { maxFiles } from '../register/register-files.input.js';
import { FailFileInput, FinishFileInput, HeartbeatFileInput, ReleaseFileInput } from './claim-holder.input.js';
import { LeaseOutcome, reportByHolders, type Held, type HolderAnswer } from './report-by-holders.js';
import { keptError } from './report-files.js';

registerEnumType(LeaseOutcome, {
  name: 'LeaseOutcome',
  description: 'Whether the caller still owned the lease on the file.',
  valuesConfig: {
    DONE: { description: 'The call took effect.' },
    LOST_CLAIM: {
      description:
        'The caller no longer owns the lease: it expired and another worker took the file, or an operator did. Nothing was changed.',
    },
  },
});

/** Names of arguments of these mutations, for those that reports name otherwise. */
const names = { 'errors.0.type': 'errorType', status: 'file' };
const maxRetrySeconds = 366 * 24 * 3600;

/**
 * A mutation of the lease owner of a file, and its bulk form. `itemOf` says what an input reports, and throws INVALID for what is wrong whatever
 * the store holds.
 */
function holderMutation<I extends Held>(
  name: string,
  inputType: ClassType<I>,
  inputDoc: string,
  description: string,
  itemOf: (input: I) => ReportItem | Promise<ReportItem>,
): { resolvers: ClassType[]; bulk: BulkForm<I> } {
  @PayloadOf(name)
  class Payload {
    /** The number of the file, by which it is read. */
    id!: number;
    @Field(() => LeaseOutcome, { description: 'Whether the caller still owned the lease.' }) outcome!: LeaseOutcome;
  }

  const report = async (ctx: Context, inputs: readonly I[], reason?: string | null) => {
    const records = inputs.map(({ file }) => recordOf('File', file));
    return renamed(await writeEach(ctx, inputs, itemOf, (tx, items) => reportByHolders(tx, inputs, items), { reason, records }), names);
  };

  @Resolver()
  class HolderResolver {
    @Mutation(() => Payload, { name, description })
    async report(@Ctx() ctx: Context, @Arg('input', () => inputType, { description: inputDoc }) input: I): Promise<HolderAnswer> {
      return onlyReport(await report(ctx, [input], textAt(input, 'reason')));
    }
  }
  return {
    resolvers: [HolderResolver, referenceField(Payload, 'file', 'id', File, 'The file after the call.', false)],
    bulk: { of: name, name: `${name}s`, list: 'files', together: { max: maxFiles, write: report } },
  };
}

const heartbeat = holderMutation(
  'heartbeatFile',
  HeartbeatFileInput,
  'The file and its token.',
  'Sends a heartbeat for a claimed file, which extends its lease.',
  ({ fencingToken: token, leaseSeconds }) => {
    checkToken(token);
    if (typeof leaseSeconds === 'number') runSettings.leaseSeconds.check(leaseSeconds, 'leaseSeconds');
    return { token, leaseSeconds, heartbeat: true };
  },
);

const finish = holderMutation(
  'finishFile',
  FinishFileInput,
  'The file, its token and its results.',
  'Reports a claimed file as loaded, with its results. Repeating the call changes nothing.',
  ({ fencingToken: token, outputHash, loadLowWatermark, loadHighWatermark, links, ...counts }) => {
    const { rowsRead, rowsWritten, rowsRejected, loadRecordCount } = counts;
    checkToken(token);
    checkCounts({ rowsRead, rowsWritten, rowsRejected, loadRecordCount });
    checkInstants({ loadLowWatermark, loadHighWatermark });
    return {
      ...{ rowsRead, rowsWritten, rowsRejected, loadRecordCount: loadRecordCount ?? rowsWritten },
      ...{ outputHash, loadLowWatermark, loadHighWatermark, links: keptLinks(links, 'links') },
      ...{ to: 'loaded', token, heartbeat: true },
    };
  },
);

const fail = holderMutation(
  'failFile',
  FailFileInput,
  'The file, its token and the error.',
  'Reports a claimed file as failed. It can be claimed again later, by the policy of its location, until its attempts are used up. Repeating the call changes nothing.',
  async ({ fencingToken: token, errorType: type, message, retryable, retryAfterSeconds, links }) => {
    checkToken(token);
    if (typeof retryAfterSeconds === 'number') {
      within(0, maxRetrySeconds)(retryAfterSeconds, 'retryAfterSeconds');
      if (!retryable)
        throw invalid('`retryAfterSeconds` and `retryable: false` exclude each other.', {
          argument: 'retryAfterSeconds',
          value: retryAfterSeconds,
          allowed: 'null with retryable: false',
        });
    }
    const errors = [await keptError({ type, message: message ?? null, retryable, createType: false })];
    return { to: 'error', token, heartbeat: true, errors, links: keptLinks(links, 'links'), retryable, retryAfterSeconds };
  },
);

const release = holderMutation(
  'releaseFile',
  ReleaseFileInput,
  'The file, and its token or the reason.',
  'Returns a claimed file: it is ready again, and the attempt does not count. Called by the lease owner with the token, or by an operator with a reason, who also takes the file from a client without leases.',
  ({ fencingToken: token, reason }) => {
    const back = { to: 'ready', fence: true, untried: true, reason };
    if (token) {
      checkToken(token);
      return { ...back, token };
    }
    if (!reason?.trim())
      throw invalid('`fencingToken` is missing; without it, an operator must give a `reason`.', {
        argument: 'reason',
        value: reason ?? null,
        allowed: 'a text that is not blank',
      });
    return { ...back, byPerson: true, mustMove: true, onlyFrom: ['loading'] };
  },
);

const holderMutations = [heartbeat, finish, fail, release];
export const claimHolderResolvers = holderMutations.flatMap(({ resolvers }) => resolvers);
export const claimHolderForms: readonly BulkForm[] = holderMutations.map(({ bulk }) => bulk as BulkForm);

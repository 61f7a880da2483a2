import { Arg, Ctx, Field, Mutation, registerEnumType, Resolver, type ClassType } from 'type-graphql';
import { checkCounts, checkInstants, checkToken } from '../../platform/checks.js';
import type { Context } from '../../platform/read/context.js';
import type { Tx } from '../../platform/database.js';
import { keptLinks } from '../../platform/entity/links.js';
import { DomainError, invalid } from '../../platform/errors.js';
import { referenceField } from '../../platform/read/fields.js';
import { below, inEach, resolveRef, resolveRefs, type NamedRef } from '../../platform/read/references.js';
import { ofInput, type ReportItem } from '../../platform/write/reports.js';
import { recordOf } from '../../platform/record-queues.js';
import { runSettings, within } from '../../process/run-settings.js';
import { objectRefs } from '../../source/source-naming.js';
import { FailFileInput, FinishFileInput, HeartbeatFileInput, ReleaseFileInput } from './claim-holder.input.js';
import type { FileRef } from '../file-ref.input.js';
import { fileRefs } from '../file-refs.js';
import { File } from '../file.entity.js';
import { keptError, reportFile } from './report-files.js';
import { textAt } from '../../platform/text-at.js';
import { PayloadOf } from '../../platform/write/payload.js';

enum LeaseOutcome {
  DONE = 'DONE',
  LOST_CLAIM = 'LOST_CLAIM',
}
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

/** The payload of a mutation of the lease owner of a file, and the resolver of its `file`. */
function holderPayload(mutation: string): { type: ClassType; file: ClassType } {
  @PayloadOf(mutation)
  class Payload {
    /** The number of the file, by which it is read. */
    id!: number;
    @Field(() => LeaseOutcome, { description: 'Whether the caller still owned the lease.' }) outcome!: LeaseOutcome;
  }
  return { type: Payload, file: referenceField(Payload, 'file', 'id', File, 'The file after the call.', false) };
}
const heartbeatPayload = holderPayload('heartbeatFile');
const finishPayload = holderPayload('finishFile');
const failPayload = holderPayload('failFile');
const releasePayload = holderPayload('releaseFile');

/** Names of arguments of a mutation, for those that reports name otherwise. */
const names = { 'errors.0.type': 'errorType' };
const maxRetrySeconds = 366 * 24 * 3600;

interface Answer {
  id: number;
  outcome: LeaseOutcome;
}

/** @throws CONFLICT for a retired object */
const refuseObject = (tx: Tx, id: number) =>
  tx.query(
    `select process_tracker.refuse_retired('SourceObject', source_object_id, source_object_name, retired_at)
     from source_object_lkup
     where source_object_id = $1`,
    [id],
  );

/** A report of the lease owner of a file. A lost lease is an outcome, not an error. */
async function byHolder(
  ctx: Context,
  file: FileRef,
  makeItem: () => ReportItem | Promise<ReportItem>,
  target?: NamedRef | null,
): Promise<Answer> {
  const item = await ofInput(makeItem, names);
  return ctx.write(
    async (tx) => {
      const object = target && (await resolveRef(tx, objectRefs, target, { at: below('input.targetObject'), read: ['retiredAt'] }));
      try {
        const { id, changed } = await reportFile(tx, file, { ...item, targetObject: object?.id, byHolder: true }, { names });
        // A repeated call links nothing new.
        if (changed && object?.retiredAt) await refuseObject(tx, object.id);
        return { id, outcome: LeaseOutcome.DONE };
      } catch (error) {
        // The token is stale, or the file has another status than its lease owner left.
        if (!(error instanceof DomainError)) throw error;
        // The input of a lease owner has no `createType`.
        if (error.code === 'INVALID')
          throw new DomainError(error.code, error.message.replace(/; `createType: true`[^.]*/, ''), error.details);
        if (error.code !== 'CONFLICT') throw error;
        const [found] = await resolveRefs(tx, fileRefs, [file], { at: inEach('input.file') });
        if (found instanceof DomainError || !found) throw error;
        return { id: found.id, outcome: LeaseOutcome.LOST_CLAIM };
      }
    },
    textAt(item, 'reason'),
    [recordOf('File', file)],
  );
}

@Resolver()
class ClaimHolderResolver {
  @Mutation(() => heartbeatPayload.type, { description: 'Sends a heartbeat for a claimed file, which extends its lease.' })
  heartbeatFile(
    @Ctx() ctx: Context,
    @Arg('input', () => HeartbeatFileInput, { description: 'The file and its token.' })
    { file, fencingToken: token, leaseSeconds }: HeartbeatFileInput,
  ): Promise<Answer> {
    return byHolder(ctx, file, () => {
      checkToken(token);
      if (typeof leaseSeconds === 'number') runSettings.leaseSeconds.check(leaseSeconds, 'leaseSeconds');
      return { token, leaseSeconds, heartbeat: true };
    });
  }

  @Mutation(() => finishPayload.type, {
    description: 'Reports a claimed file as loaded, with its results. Repeating the call changes nothing.',
  })
  finishFile(
    @Ctx() ctx: Context,
    @Arg('input', () => FinishFileInput, { description: 'The file, its token and its results.' })
    { file, fencingToken: token, targetObject, ...results }: FinishFileInput,
  ): Promise<Answer> {
    return byHolder(
      ctx,
      file,
      () => {
        const { rowsRead, rowsWritten, rowsRejected, outputHash, loadRecordCount, loadLowWatermark, loadHighWatermark } = results;
        checkToken(token);
        checkCounts({ rowsRead, rowsWritten, rowsRejected, loadRecordCount });
        checkInstants({ loadLowWatermark, loadHighWatermark });
        const counts = { rowsRead, rowsWritten, rowsRejected, loadRecordCount: loadRecordCount ?? rowsWritten };
        const links = keptLinks(results.links, 'links');
        return { ...counts, outputHash, loadLowWatermark, loadHighWatermark, links, to: 'loaded', token, heartbeat: true };
      },
      targetObject,
    );
  }

  @Mutation(() => failPayload.type, {
    description:
      'Reports a claimed file as failed. It can be claimed again later, by the policy of its location, until its attempts are used up. Repeating the call changes nothing.',
  })
  failFile(
    @Ctx() ctx: Context,
    @Arg('input', () => FailFileInput, { description: 'The file, its token and the error.' }) input: FailFileInput,
  ): Promise<Answer> {
    const { file, fencingToken: token, errorType: type, message, retryable, retryAfterSeconds } = input;
    return byHolder(ctx, file, async () => {
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
      const links = keptLinks(input.links, 'links');
      return { to: 'error', token, heartbeat: true, errors, links, retryable, retryAfterSeconds };
    });
  }

  @Mutation(() => releasePayload.type, {
    description:
      'Returns a claimed file: it is ready again, and the attempt does not count. Called by the lease owner with the token, or by an operator with a reason, who also takes the file from a client without leases.',
  })
  async releaseFile(
    @Ctx() ctx: Context,
    @Arg('input', () => ReleaseFileInput, { description: 'The file, and its token or the reason.' }) input: ReleaseFileInput,
  ): Promise<Answer> {
    const { file, fencingToken: token, reason } = input;
    const back = { to: 'ready', fence: true, untried: true, reason };
    if (token)
      return byHolder(ctx, file, () => {
        checkToken(token);
        return { ...back, token };
      });
    if (!reason?.trim())
      throw invalid('`fencingToken` is missing; without it, an operator must give a `reason`.', {
        argument: 'input.reason',
        value: reason ?? null,
        allowed: 'a text that is not blank',
      });
    const { id } = await ctx.write(
      (tx) => reportFile(tx, file, { ...back, byPerson: true, mustMove: true, onlyFrom: ['loading'] }, { names: { status: 'file' } }),
      reason,
      [recordOf('File', file)],
    );
    return { id, outcome: LeaseOutcome.DONE };
  }
}

export const claimHolderResolvers = [
  ClaimHolderResolver,
  ...[heartbeatPayload, finishPayload, failPayload, releasePayload].map(({ file }) => file),
];

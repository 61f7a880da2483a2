import { Arg, Ctx, Field, Mutation, ObjectType, registerEnumType, Resolver, type ClassType } from 'type-graphql';
import { checkCounts, checkInstants, checkToken } from '../../platform/checks.js';
import type { Context } from '../../platform/read/context.js';
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
import { typeName } from '../report-file.payload.js';
import { keptError, reportFile } from './report-files.js';
import { textAt } from '../../platform/text-at.js';

enum HolderOutcome {
  DONE = 'DONE',
  LOST_CLAIM = 'LOST_CLAIM',
}
registerEnumType(HolderOutcome, {
  name: 'HolderOutcome',
  description: 'Whether the caller still held the file.',
  valuesConfig: {
    DONE: { description: 'It is as the caller says.' },
    LOST_CLAIM: {
      description: 'The caller holds it no more: its lease was over and somebody else took it, or a person did. Nothing was changed.',
    },
  },
});

/** The payload of a mutation of the lease owner of a file, and the resolver of its `file`. */
function holderPayload(mutation: string): { type: ClassType; file: ClassType } {
  @ObjectType(typeName(mutation, 'Payload'), { description: `Result of \`${mutation}\`.` })
  class Payload {
    /** The number of the file, by which it is read. */
    id!: number;
    @Field(() => HolderOutcome, { description: 'Whether the caller still owned the lease.' }) outcome!: HolderOutcome;
  }
  return { type: Payload, file: referenceField(Payload, 'file', 'id', File, 'The file after the call.', false) };
}
const heartbeatPayload = holderPayload('heartbeatFile');
const finishPayload = holderPayload('finishFile');
const failPayload = holderPayload('failFile');
const releasePayload = holderPayload('releaseFile');

/** What a mutation calls what reports call otherwise. */
const names = { 'errors.type': 'errorType' };
const maxRetrySeconds = 366 * 24 * 3600;

interface Answer {
  id: number;
  outcome: HolderOutcome;
}

/** What its holder says of a file. That it is the holder no more is no error, but what it has to know. */
async function byHolder(
  ctx: Context,
  file: FileRef,
  makeItem: () => ReportItem | Promise<ReportItem>,
  target?: NamedRef | null,
): Promise<Answer> {
  const item = await ofInput(makeItem, names);
  return ctx.write(
    async (tx) => {
      const targetObject = target ? (await resolveRef(tx, objectRefs, target, { at: below('input.targetObject') })).id : undefined;
      try {
        const { id } = await reportFile(tx, file, { ...item, targetObject, byHolder: true }, { names });
        return { id, outcome: HolderOutcome.DONE };
      } catch (error) {
        // The token is not the live one, or the file is not what its holder left.
        if (!(error instanceof DomainError) || error.code !== 'CONFLICT') throw error;
        const [found] = await resolveRefs(tx, fileRefs, [file], { at: inEach('input.file') });
        if (found instanceof DomainError || !found) throw error;
        return { id: found.id, outcome: HolderOutcome.LOST_CLAIM };
      }
    },
    textAt(item, 'reason'),
    [recordOf('File', file)],
  );
}

@Resolver()
class ClaimHolderResolver {
  @Mutation(() => heartbeatPayload.type, { description: 'Says that the holder of a file is alive: its lease begins anew.' })
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
    description: 'Says that a file is loaded, and what came of it. Its holder says so; saying it again changes nothing.',
  })
  finishFile(
    @Ctx() ctx: Context,
    @Arg('input', () => FinishFileInput, { description: 'The file, its token, and what came of it.' })
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
        return { ...counts, outputHash, loadLowWatermark, loadHighWatermark, to: 'loaded', token, heartbeat: true };
      },
      targetObject,
    );
  }

  @Mutation(() => failPayload.type, {
    description:
      'Says that a file could not be loaded. It may be tried again later, as its location says, until its attempts are used up. Its holder says so; saying it again changes nothing.',
  })
  failFile(
    @Ctx() ctx: Context,
    @Arg('input', () => FailFileInput, { description: 'The file, its token, and what went wrong.' }) input: FailFileInput,
  ): Promise<Answer> {
    const { file, fencingToken: token, errorType: type, message, retryable, retryAfterSeconds } = input;
    return byHolder(ctx, file, async () => {
      checkToken(token);
      if (typeof retryAfterSeconds === 'number') {
        within(0, maxRetrySeconds)(retryAfterSeconds, 'retryAfterSeconds');
        if (!retryable)
          throw invalid('retryAfterSeconds says when it is tried again, retryable: false that it is not.', {
            argument: 'retryAfterSeconds',
            value: retryAfterSeconds,
            allowed: 'nothing beside retryable: false',
          });
      }
      const errors = [await keptError({ type, message: message ?? null, retryable, createType: false })];
      return { to: 'error', token, heartbeat: true, errors, retryable, retryAfterSeconds };
    });
  }

  @Mutation(() => releasePayload.type, {
    description:
      'Gives a file back as it was before its claim: it is ready, and this attempt does not count. By its holder, or by a person, who takes it from whoever has it, also from a client that takes no leases.',
  })
  async releaseFile(
    @Ctx() ctx: Context,
    @Arg('input', () => ReleaseFileInput, { description: 'The file, and its token or why.' }) input: ReleaseFileInput,
  ): Promise<Answer> {
    const { file, fencingToken: token, reason } = input;
    const back = { to: 'ready', fence: true, untried: true, reason };
    if (token)
      return byHolder(ctx, file, () => {
        checkToken(token);
        return { ...back, token };
      });
    if (!reason?.trim())
      throw invalid('Show the token, or say why the file is taken from its holder.', {
        argument: 'input.reason',
        value: reason ?? null,
        allowed: 'a sentence',
      });
    const { id } = await ctx.write(
      (tx) => reportFile(tx, file, { ...back, byPerson: true, mustMove: true, onlyFrom: ['loading'] }, { names: { status: 'file' } }),
      reason,
      [recordOf('File', file)],
    );
    return { id, outcome: HolderOutcome.DONE };
  }
}

export const claimHolderResolvers = [
  ClaimHolderResolver,
  ...[heartbeatPayload, finishPayload, failPayload, releasePayload].map(({ file }) => file),
];

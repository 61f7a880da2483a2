import { Field, InputType, Int } from 'type-graphql';
import { LinkInput } from '../../platform/entity/links.js';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { LongText, Name } from '../../platform/entity/text.js';
import type { NamedRef } from '../../platform/read/references.js';
import { maxLeaseSeconds } from '../../process/run-settings.js';
import { SourceObjectRef } from '../../source/source-refs.input.js';
import { FileRef } from '../file-ref.input.js';
import { defaultErrorType } from './report-file.input.js';

@InputType({ description: 'A file whose lease the caller owns.' })
class HeldFileInput {
  @Field(() => FileRef, { description: 'The file.' }) file!: FileRef;
  @Field(() => BigIntText, { description: 'Token from the claim.' }) fencingToken!: string;
}

@InputType({ description: 'Input of `heartbeatFile`.' })
export class HeartbeatFileInput extends HeldFileInput {
  @Field(() => Int, { nullable: true, description: `Seconds of lease from now on: 1 to ${maxLeaseSeconds}. Default: as before.` })
  leaseSeconds?: number | null;
}

@InputType({ description: 'Input of `finishFile`: a loaded file and its results.' })
export class FinishFileInput extends HeldFileInput {
  @Field(() => BigIntText, { nullable: true, description: 'Number of rows read from it, at least 0.' }) rowsRead?: string | null;
  @Field(() => BigIntText, { nullable: true, description: 'Number of rows written from it, at least 0.' }) rowsWritten?: string | null;
  @Field(() => BigIntText, { nullable: true, description: 'Number of its rows that were rejected, at least 0.' }) rowsRejected?:
    string | null;
  @Field(() => SourceObjectRef, { nullable: true, description: 'Object that it was loaded into, such as a table.' })
  targetObject?: NamedRef | null;
  @Field(() => Name, { nullable: true, description: 'Hash of the output made from it.' }) outputHash?: string | null;
  @Field(() => BigIntText, { nullable: true, description: 'Number of records loaded from it, at least 0. Default: `rowsWritten`.' })
  loadRecordCount?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Low watermark of the data loaded from it. The lowest reported one is kept.' })
  loadLowWatermark?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'High watermark of the data loaded from it. The highest reported one is kept.' })
  loadHighWatermark?: string | null;
  @Field(() => [LinkInput], { nullable: true, description: 'Links to add to the file; one with a known label gets the new address.' })
  links?: LinkInput[] | null;
}

@InputType({ description: 'Input of `failFile`: a file that could not be loaded, and the error.' })
export class FailFileInput extends HeldFileInput {
  @Field(() => Name, { defaultValue: defaultErrorType, description: 'Type of the error: one of `errorTypes`. Default `File Error`.' })
  errorType!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Message of the error. Passwords and keys in it are masked; text beyond 1000000 bytes is truncated, with a mark.',
  })
  message?: string | null;
  @Field(() => Boolean, {
    defaultValue: true,
    description: 'Whether another attempt may succeed; default true. If false, the file waits for `retryFile`.',
  })
  retryable!: boolean;
  @Field(() => Int, {
    nullable: true,
    description:
      'Seconds until the next attempt, at least 0. Default: by the policy of its location. Not together with `retryable: false`.',
  })
  retryAfterSeconds?: number | null;
  @Field(() => [LinkInput], { nullable: true, description: 'Links to add to the file; one with a known label gets the new address.' })
  links?: LinkInput[] | null;
}

@InputType({ description: 'Input of `releaseFile`. The lease owner sends the token, an operator the reason.' })
export class ReleaseFileInput {
  @Field(() => FileRef, { description: 'The file.' }) file!: FileRef;
  @Field(() => BigIntText, {
    nullable: true,
    description: 'Token from the claim. Omit it to take the file from its lease owner, as an operator.',
  })
  fencingToken?: string | null;
  @Field(() => LongText, { nullable: true, description: 'Reason, kept in the history. Required without a token.' }) reason?: string | null;
}

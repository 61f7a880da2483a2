import { Field, InputType, Int } from 'type-graphql';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { LongText, Name } from '../../platform/entity/text.js';
import type { NamedRef } from '../../platform/read/references.js';
import { maxLeaseSeconds } from '../../process/run-settings.js';
import { SourceObjectRef } from '../../source/source-refs.input.js';
import { FileRef } from '../file-ref.input.js';
import { defaultErrorType } from './report-file.input.js';

@InputType({ description: 'A file that the caller holds.' })
class HeldFileInput {
  @Field(() => FileRef, { description: 'The file.' }) file!: FileRef;
  @Field(() => BigIntText, { description: 'The token that the claim answered.' }) fencingToken!: string;
}

@InputType({ description: 'A sign of life of the holder of a file.' })
export class HeartbeatFileInput extends HeldFileInput {
  @Field(() => Int, { nullable: true, description: `Seconds of lease from now on: 1 to ${maxLeaseSeconds}. Left out: as before.` })
  leaseSeconds?: number | null;
}

@InputType({ description: 'A file that its holder has loaded, and what came of it.' })
export class FinishFileInput extends HeldFileInput {
  @Field(() => BigIntText, { nullable: true, description: 'Rows that were read from it, from 0.' }) rowsRead?: string | null;
  @Field(() => BigIntText, { nullable: true, description: 'Rows that were written from it, from 0.' }) rowsWritten?: string | null;
  @Field(() => BigIntText, { nullable: true, description: 'Rows of it that were rejected, from 0.' }) rowsRejected?: string | null;
  @Field(() => SourceObjectRef, { nullable: true, description: 'The object that it was loaded into, such as a table.' })
  targetObject?: NamedRef | null;
  @Field(() => Name, { nullable: true, description: 'Hash of what was made from it.' }) outputHash?: string | null;
  @Field(() => BigIntText, { nullable: true, description: 'Records that were loaded from it, from 0. Left out: `rowsWritten`.' })
  loadRecordCount?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'A low date in what was loaded from it; the lowest one is kept.' })
  loadLowWatermark?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'A high date in what was loaded from it; the highest one is kept.' })
  loadHighWatermark?: string | null;
}

@InputType({ description: 'A file that its holder could not load, and why.' })
export class FailFileInput extends HeldFileInput {
  @Field(() => Name, { defaultValue: defaultErrorType, description: 'Kind of the error: one of `errorTypes`.' }) errorType!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'What went wrong. What looks like a password or a key in it is masked; what is longer than 1000000 bytes is cut, with a mark.',
  })
  message?: string | null;
  @Field(() => Boolean, {
    defaultValue: true,
    description: 'Whether trying again may help. If not, it is tried again only after a person says retry.',
  })
  retryable!: boolean;
  @Field(() => Int, {
    nullable: true,
    description:
      'Seconds before it may be tried again, from 0. Left out: by the policy of its location. Not together with `retryable: false`.',
  })
  retryAfterSeconds?: number | null;
}

@InputType({ description: 'A file to be given back untouched: by its holder, who shows the token, or by a person, who says why.' })
export class ReleaseFileInput {
  @Field(() => FileRef, { description: 'The file.' }) file!: FileRef;
  @Field(() => BigIntText, {
    nullable: true,
    description: 'The token that the claim answered. Left out: a person takes it from its holder.',
  })
  fencingToken?: string | null;
  @Field(() => LongText, { nullable: true, description: 'Why: kept in the history. Needed without a token.' }) reason?: string | null;
}

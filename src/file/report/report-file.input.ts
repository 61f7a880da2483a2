import { Field, InputType, Int } from 'type-graphql';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { LongText, Name } from '../../platform/entity/text.js';
import { RunRef } from '../../run/run-ref.input.js';
import { FileRef } from '../file-ref.input.js';

export const defaultErrorType = 'File Error';

@InputType({ description: 'What went wrong with a file.' })
export class FileErrorInput {
  @Field(() => Name, { defaultValue: defaultErrorType, description: 'Its kind: one of `errorTypes`.' }) type!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'What went wrong. What looks like a password or a key in it is masked; what is longer than 1000000 bytes is cut, with a mark.',
  })
  message?: string | null;
  @Field(() => Boolean, { defaultValue: true, description: 'Whether trying again may help.' }) retryable!: boolean;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether a kind that is not known is made.' }) createType!: boolean;
}

@InputType({ description: 'What is to be said of a file. What is left out stays as it is.' })
export class ReportFileInput {
  @Field(() => FileRef, { description: 'The file.' }) file!: FileRef;
  @Field(() => BigIntText, {
    nullable: true,
    description:
      'The token that its claim answered. Needed while somebody holds the file by a lease; where it is given, it must be the live one.',
  })
  fencingToken?: string | null;
  @Field(() => Int, { nullable: true, description: 'The `rowVersion` that the caller has seen: anything else is a CONFLICT.' })
  rowVersion?: number | null;
  @Field(() => LongText, { nullable: true, description: 'Why: kept in the history.' }) reason?: string | null;
  @Field(() => Name, {
    nullable: true,
    description:
      'Its status from now on: initializing, ready, loading, loaded, archived, deleted, error, or one of your own (`fileStatuses`). NEW, PROCESSING, SUCCESS and ERROR ' +
      'stand for ready, loading, loaded and error where no status has that name. What comes to error without a token, or by an error that is not retryable, is tried again only after `retryFile`. Where it has this status already, the whole report is answered as done and nothing is written. ' +
      'To loading comes only a file whose parents are loaded, or are brought to loading or loaded by an earlier report of the same call.',
  })
  status?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether a status that is not known is made.' }) createStatus!: boolean;
  @Field(() => RunRef, {
    nullable: true,
    description: 'A run that dealt with the file: both are linked, with the status that the file has then.',
  })
  run?: RunRef | null;
  @Field(() => BigIntText, {
    nullable: true,
    description: 'Records that were written into it, from 0: in the place of what was said before.',
  })
  writeRecordCount?: string | null;
  @Field(() => BigIntText, {
    nullable: true,
    description: 'Records that were loaded from it, from 0: in the place of what was said before.',
  })
  loadRecordCount?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'A low date in what was written into it; the lowest one is kept.' })
  writeLowWatermark?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'A high date in what was written into it; the highest one is kept.' })
  writeHighWatermark?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'A low date in what was loaded from it; the lowest one is kept.' })
  loadLowWatermark?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'A high date in what was loaded from it; the highest one is kept.' })
  loadHighWatermark?: string | null;
  @Field(() => [FileErrorInput], { nullable: true, description: 'Errors to add to those it had. They alone do not bring it to error.' })
  errors?: FileErrorInput[] | null;
}

@InputType({ description: 'Several reports, each for itself.' })
export class ReportFilesInput {
  @Field(() => [ReportFileInput], {
    description: 'The reports: 1 to 10000. Several of one file are written in the order given, the second of each after the first of all.',
  })
  reports!: ReportFileInput[];
}

import { Field, InputType, Int } from 'type-graphql';
import { LinkInput } from '../../platform/entity/links.js';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { LongText, Name } from '../../platform/entity/text.js';
import { RunRef } from '../../run/run-ref.input.js';
import { FileRef } from '../file-ref.input.js';

export const defaultErrorType = 'File Error';

@InputType({ description: 'An error of a file.' })
export class FileErrorInput {
  @Field(() => Name, { defaultValue: defaultErrorType, description: 'Type of the error: one of `errorTypes`. Default `File Error`.' })
  type!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Message of the error. Passwords and keys in it are masked; text beyond 1000000 bytes is truncated, with a mark.',
  })
  message?: string | null;
  @Field(() => Boolean, { defaultValue: true, description: 'Whether another attempt may succeed; default true.' }) retryable!: boolean;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether to create the type if missing.' }) createType!: boolean;
}

@InputType({ description: 'Input of `reportFile`: a file and its new values. An omitted field keeps its value.' })
export class ReportFileInput {
  @Field(() => FileRef, { description: 'The file.' }) file!: FileRef;
  @Field(() => BigIntText, {
    nullable: true,
    description: 'Token from the claim. Required while the file has a lease owner. It must be the current one.',
  })
  fencingToken?: string | null;
  @Field(() => Int, { nullable: true, description: 'The expected `rowVersion`; CONFLICT if the file has another one.' })
  rowVersion?: number | null;
  @Field(() => LongText, { nullable: true, description: 'Reason, kept in the history.' }) reason?: string | null;
  @Field(() => Name, {
    nullable: true,
    description:
      'New status: initializing, ready, loading, loaded, archived, deleted, error, or a custom one of `fileStatuses`. NEW, PROCESSING, SUCCESS and ERROR ' +
      'stand for ready, loading, loaded and error where no status has that name. A file set to error without a token, or with an error that is not retryable, waits for `retryFile`. If the file already has the status, the whole report changes nothing. ' +
      'Only a file whose parents are loaded can be set to loading; an earlier report of the call may load them.',
  })
  status?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: 'Whether to create the status if missing.' }) createStatus!: boolean;
  @Field(() => RunRef, {
    nullable: true,
    description: 'Run that processed the file; both are linked, with the resulting status of the file.',
  })
  run?: RunRef | null;
  @Field(() => BigIntText, {
    nullable: true,
    description: 'Number of records written into it, at least 0. It replaces an earlier value.',
  })
  writeRecordCount?: string | null;
  @Field(() => BigIntText, {
    nullable: true,
    description: 'Number of records loaded from it, at least 0. It replaces an earlier value.',
  })
  loadRecordCount?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Low watermark of the data written into it. The lowest reported one is kept.' })
  writeLowWatermark?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'High watermark of the data written into it. The highest reported one is kept.' })
  writeHighWatermark?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Low watermark of the data loaded from it. The lowest reported one is kept.' })
  loadLowWatermark?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'High watermark of the data loaded from it. The highest reported one is kept.' })
  loadHighWatermark?: string | null;
  @Field(() => [LinkInput], { nullable: true, description: 'Links to add; one with a known label gets the new address.' }) links?:
    LinkInput[] | null;
  @Field(() => [FileErrorInput], { nullable: true, description: 'Errors to add to the file. They do not change its status.' })
  errors?: FileErrorInput[] | null;
}

@InputType({ description: 'Input of `reportFiles`: several reports, each on its own.' })
export class ReportFilesInput {
  @Field(() => [ReportFileInput], {
    description:
      'The reports: 1 to 10000. Several reports on one file are written in the order of the input, the second of each file after the first of all files.',
  })
  reports!: ReportFileInput[];
}

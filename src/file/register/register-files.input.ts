import { Field, InputType, Int } from 'type-graphql';
import { FileLocationInput } from '../../location/location-ref.input.js';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { LongText } from '../../platform/entity/text.js';
import { RunRef } from '../../run/run-ref.input.js';

export const maxFiles = 10_000;

// Texts are checked one by one, so that a bad one is an error of its file alone.
@InputType({ description: 'A file to register. A file that already exists is not changed.' })
export class RegisterFileInput {
  @Field(() => String, {
    description:
      'Exact name in the location: 1 to 2000 bytes, without control characters and without `..` between slashes. The key of an object in a bucket may have slashes.',
  })
  fileName!: string;

  @Field(() => String, {
    defaultValue: 'initializing',
    description: 'Its status, which must exist unless `createStatus` is true. Default `initializing`.',
  })
  status!: string;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether to create the status if missing.' }) createStatus!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'Name of its compression, which must exist unless `createCompression` is true. Default: the existing one that matches the file name extension, if any.',
  })
  compression?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether to create the compression if missing.' })
  createCompression!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'Format: full name or code of an existing one. Default: the one whose code is the file name extension, ignoring case and the extension of a compression; none if there is no such format.',
  })
  fileType?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Size as a number with a unit, such as `2.2 GB`. Units are B, KB, MB, GB, TB of 1000, and KiB, MiB, GiB, TiB of 1024.',
  })
  size?: string | null;

  @Field(() => BigIntText, { nullable: true, description: 'Size in bytes, instead of `size`.' }) sizeBytes?: string | null;

  @Field(() => String, { nullable: true, description: 'Generation or etag of its content in the store of the file: at most 1000 bytes.' })
  version?: string | null;

  @Field(() => String, { nullable: true, description: 'Algorithm of `hash`: md5, sha256 or another known one.' })
  hashAlgorithm?: string | null;

  @Field(() => String, { nullable: true, description: 'Hash of its content in hexadecimal or Base64, together with `hashAlgorithm`.' })
  hash?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Time of the last modification in the store of the file. Needs `version` or `hash`.',
  })
  modifiedAt?: string | null;
}

@InputType({ description: 'Input of `registerFiles`: files of one location.' })
export class RegisterFilesInput {
  @Field(() => FileLocationInput, { description: 'Location of the files, created if missing.' }) location!: FileLocationInput;

  @Field(() => RunRef, {
    nullable: true,
    description:
      'Run that registers the files. They are linked to it and to the sources, objects and dataset types of its process; the location is linked to the sources and objects.',
  })
  run?: RunRef | null;

  @Field(() => [RegisterFileInput], { description: `The files: 1 to ${maxFiles}.` }) files!: RegisterFileInput[];

  @Field(() => LongText, { nullable: true, description: 'Reason, kept in the history.' }) reason?: string | null;
}

@InputType({ description: 'Input of `registerLocationFiles`: the file names in a location.' })
export class RegisterLocationFilesInput {
  @Field(() => FileLocationInput, { description: 'The location, created if missing.' }) location!: FileLocationInput;

  @Field(() => [String], {
    description: `Names of the files there: 0 to ${maxFiles}. A name with a slash is a subfolder, or a file in one, and is skipped: register it in its own location.`,
  })
  fileNames!: string[];

  @Field(() => Int, {
    nullable: true,
    description: 'Total number of files there, if `fileNames` is only a part of them. Default: the number of `fileNames`.',
  })
  fileCount?: number | null;

  @Field(() => RunRef, { nullable: true, description: 'Run that registers the files; see `RegisterFilesInput.run`.' })
  run?: RunRef | null;

  @Field(() => LongText, { nullable: true, description: 'Reason, kept in the history.' }) reason?: string | null;
}

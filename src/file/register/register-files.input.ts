import { Field, InputType, Int } from 'type-graphql';
import { FileLocationInput } from '../../location/location-ref.input.js';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { LongText } from '../../platform/entity/text.js';
import { RunRef } from '../../run/run-ref.input.js';

export const maxFiles = 10_000;

// Texts are checked one by one, so that a bad one is told in the result of its file.
@InputType({ description: 'A file to register. Of a file that is known already, all but its name is left as it is.' })
export class RegisterFileInput {
  @Field(() => String, {
    description:
      'Its name in the location, exactly: 1 to 2000 bytes, without control characters, not leading upwards by `..`. The key of an object in a bucket may have slashes.',
  })
  fileName!: string;

  @Field(() => String, {
    defaultValue: 'initializing',
    description: 'Its status, which must be known unless `createStatus` says otherwise.',
  })
  status!: string;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether to make the status where it is new.' }) createStatus!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'Name of its compression, which must be known unless `createCompression` says otherwise. Left out, the one that the extension tells, if the store knows it.',
  })
  compression?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether to make the compression where it is new.' })
  createCompression!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'Its format: full name or code of a known one. Left out, the one whose code is its extension, in any case and without that of a compression; none where the store knows no such format.',
  })
  fileType?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its size as a number with a unit, such as `2.2 GB`: B, KB, MB, GB, TB of 1000, or KiB, MiB, GiB, TiB of 1024.',
  })
  size?: string | null;

  @Field(() => BigIntText, { nullable: true, description: 'Its size in bytes, instead of `size`.' }) sizeBytes?: string | null;

  @Field(() => String, { nullable: true, description: 'Generation or etag of its content, as its store calls it: at most 1000 bytes.' })
  version?: string | null;

  @Field(() => String, { nullable: true, description: 'By what `hash` was made: md5, sha256 or another known one.' })
  hashAlgorithm?: string | null;

  @Field(() => String, { nullable: true, description: 'Hash of its content in hexadecimal or Base64, together with `hashAlgorithm`.' })
  hash?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was last modified, as its store says; kept with its version.' })
  modifiedAt?: string | null;
}

@InputType({ description: 'Files of one location to register.' })
export class RegisterFilesInput {
  @Field(() => FileLocationInput, { description: 'Where the files lie.' }) location!: FileLocationInput;

  @Field(() => RunRef, {
    nullable: true,
    description:
      'The run that registers them. They are linked to it, and get the sources, objects and dataset types of its process; so does the location with the sources and objects.',
  })
  run?: RunRef | null;

  @Field(() => [RegisterFileInput], { description: `The files: 1 to ${maxFiles}.` }) files!: RegisterFileInput[];

  @Field(() => LongText, { nullable: true, description: 'Why, for the history.' }) reason?: string | null;
}

@InputType({ description: 'What a location holds.' })
export class RegisterLocationFilesInput {
  @Field(() => FileLocationInput, { description: 'The location.' }) location!: FileLocationInput;

  @Field(() => [String], {
    description: `Names of what lies there: 0 to ${maxFiles}. One with a slash in it is a sub-folder, or a file in one, and left out: register it in its own location.`,
  })
  fileNames!: string[];

  @Field(() => Int, {
    nullable: true,
    description: 'How many files lie there altogether, where `fileNames` is only a part of them. Left out, as many as `fileNames` has.',
  })
  fileCount?: number | null;

  @Field(() => RunRef, { nullable: true, description: 'The run that registers them; see `RegisterFilesInput.run`.' })
  run?: RunRef | null;

  @Field(() => LongText, { nullable: true, description: 'Why, for the history.' }) reason?: string | null;
}

import { Field, InputType, Int } from 'type-graphql';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { Name } from '../../platform/entity/text.js';
import { maxLeaseSeconds } from '../../process/run-settings.js';
import { RunRef } from '../../run/run-ref.input.js';
import { FileRef } from '../file-ref.input.js';

@InputType({ description: 'Hash of the content of a file.' })
export class HashInput {
  @Field(() => Name, {
    description: 'Algorithm: md5, sha256 or another known one. Hashes of different algorithms are never compared.',
  })
  algorithm!: string;
  @Field(() => Name, { description: 'Hash in hexadecimal or Base64. It is compared as text, so always use the same form.' }) value!: string;
}

@InputType({ description: 'Input of `claimFile`: a file and the worker that claims it.' })
export class ClaimFileInput {
  @Field(() => FileRef, {
    description: 'The file. With `fileName` it is created if missing, and so is the location of a `path`.',
  })
  file!: FileRef;
  @Field(() => Name, {
    nullable: true,
    description:
      'Version of the content in the store of the file: its generation, which is a growing number, or its etag. Without it the `hash` identifies the version; without both, the current version is claimed.',
  })
  version?: string | null;
  @Field(() => HashInput, { nullable: true, description: 'Hash of its content.' }) hash?: HashInput | null;
  @Field(() => BigIntText, { nullable: true, description: 'Size in bytes.' }) sizeBytes?: string | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Time of the last modification in the store of the file. It orders versions that are not numbers.',
  })
  modifiedAt?: string | null;
  @Field(() => Name, { description: 'Name of the worker, unique among the workers of that time.' }) owner!: string;
  @Field(() => Int, {
    defaultValue: 300,
    description: `Seconds until the lease expires without a heartbeat: 1 to ${maxLeaseSeconds}, default 300.`,
  })
  leaseSeconds!: number;
  @Field(() => Name, {
    nullable: true,
    description:
      'Key that makes the call repeatable when its answer was lost. The same owner with the same key gets the same token while it owns the lease. Use another key for another claim.',
  })
  claimKey?: string | null;
  @Field(() => RunRef, { nullable: true, description: 'Run that processes the file; both are linked.' }) run?: RunRef | null;
}

@InputType({ description: 'Input of `claimFiles`: several claims, each on its own.' })
export class ClaimFilesInput {
  @Field(() => [ClaimFileInput], { description: 'The claims: 1 to 10000. Several claims of one file are made in the order of the input.' })
  claims!: ClaimFileInput[];
}

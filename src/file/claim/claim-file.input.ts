import { Field, InputType, Int } from 'type-graphql';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { Name } from '../../platform/entity/text.js';
import { maxLeaseSeconds } from '../../process/run-settings.js';
import { RunRef } from '../../run/run-ref.input.js';
import { FileRef } from '../file-ref.input.js';

@InputType({ description: 'Hash of the content of a file.' })
export class HashInput {
  @Field(() => Name, {
    description: 'By what it was made: md5, sha256 or another known one. Hashes of different algorithms are never compared.',
  })
  algorithm!: string;
  @Field(() => Name, { description: 'The hash in hexadecimal or Base64, always written the same way.' }) value!: string;
}

@InputType({ description: 'A file that a worker wants to work on.' })
export class ClaimFileInput {
  @Field(() => FileRef, {
    description: 'The file. By `location` or `path` and `fileName` it is made where it is new, and so is the location of a `path`.',
  })
  file!: FileRef;
  @Field(() => Name, {
    nullable: true,
    description:
      'Which version of it, as its store says: its generation, which is a number that grows, or its etag. Without it the `hash` tells the version; without both, whatever is there is taken for the version that is known.',
  })
  version?: string | null;
  @Field(() => HashInput, { nullable: true, description: 'Hash of its content.' }) hash?: HashInput | null;
  @Field(() => BigIntText, { nullable: true, description: 'Its size in bytes.' }) sizeBytes?: string | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was last modified, as its store says. Tells which of two versions that are no numbers is the newer one.',
  })
  modifiedAt?: string | null;
  @Field(() => Name, { description: 'The worker, by a name that no other worker has at the same time.' }) owner!: string;
  @Field(() => Int, {
    defaultValue: 300,
    description: `Seconds from now on after which the file is free again unless a heartbeat comes: 1 to ${maxLeaseSeconds}.`,
  })
  leaseSeconds!: number;
  @Field(() => Name, {
    nullable: true,
    description:
      'Lets the claim be repeated when its answer was lost: the same owner with the same key gets the same token as long as it holds the file. Another claim takes another key.',
  })
  claimKey?: string | null;
  @Field(() => RunRef, { nullable: true, description: 'The run that works on it: both are linked.' }) run?: RunRef | null;
}

@InputType({ description: 'Several claims, each for itself.' })
export class ClaimFilesInput {
  @Field(() => [ClaimFileInput], { description: 'The claims: 1 to 10000. Of several of one file, the first comes first.' })
  claims!: ClaimFileInput[];
}

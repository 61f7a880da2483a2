import { Arg, Ctx, Field, FieldResolver, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { DomainError } from '../../platform/errors.js';
import { ItemError, itemErrorField } from '../../platform/write/item-error.js';
import { checkLength } from '../../platform/lists.js';
import { belowInput } from '../../platform/write/reports.js';
import { recordOf } from '../../platform/record-queues.js';
import { ClaimFileInput, ClaimFilesInput } from './claim-file.input.js';
import { claimType } from './claim-file.payload.js';
import { claimFiles, type Claim } from './claim-files.js';
import { maxFiles } from '../register/register-files.input.js';

const payload = claimType('ClaimFilePayload', 'Result of `claimFile`.');
const fileClaim = claimType('FileClaim', 'A claim of a file and its outcome, with the facts of that moment.');

@ObjectType({ description: 'Result of one claim of several.' })
class ClaimFileResult {
  @Field(() => fileClaim.type, { nullable: true, description: 'The claim; null if it was refused.' }) claim!: Claim | null;
  @Field(() => ItemError, { nullable: true, description: 'Why it was refused; null if it was not.' }) error!: ItemError | null;
}

@ObjectType({ description: 'Result of `claimFiles`.' })
class ClaimFilesPayload {
  @Field(() => [ClaimFileResult], { description: 'One result per claim, in the order of the input.' }) results!: ClaimFileResult[];
}

interface Result {
  claim?: Claim;
  error?: DomainError;
}

@Resolver()
class ClaimFileResolver {
  @Mutation(() => payload.type, {
    description:
      'Claims a file for a worker: of all concurrent calls exactly one succeeds. The file is created if missing. The outcome says why a claim did not succeed. With a `claimKey` the call can be repeated.',
  })
  claimFile(
    @Ctx() ctx: Context,
    @Arg('input', () => ClaimFileInput, { description: 'The file and the worker.' }) input: ClaimFileInput,
  ): Promise<Claim> {
    return ctx.write(
      async (tx) => {
        const [claim] = await claimFiles(tx, [input]);
        if (claim instanceof DomainError) throw belowInput(claim);
        return claim!;
      },
      null,
      [recordOf('File', input.file)],
    );
  }

  @Mutation(() => ClaimFilesPayload, {
    description: 'Claims many files, each on its own. An invalid claim has an error in its result; the valid ones are committed.',
  })
  async claimFiles(
    @Ctx() ctx: Context,
    @Arg('input', () => ClaimFilesInput, { description: 'The claims.' }) { claims }: ClaimFilesInput,
  ): Promise<{ results: Result[] }> {
    checkLength(claims, 'claims', maxFiles);
    const records = claims.map(({ file }) => recordOf('File', file));
    const answers = await ctx.write((tx) => claimFiles(tx, claims), null, records);
    // An error in a list would be thrown, not returned.
    return { results: answers.map((answer) => (answer instanceof DomainError ? { error: answer } : { claim: answer })) };
  }
}

@Resolver(() => ClaimFileResult)
class ClaimFileResultResolver {
  @FieldResolver()
  claim(@Root() root: Result): Claim | null {
    return root.claim ?? null;
  }
}

export const claimFileResolvers = [
  ClaimFileResolver,
  ClaimFileResultResolver,
  itemErrorField(ClaimFileResult),
  ...payload.resolvers,
  ...fileClaim.resolvers,
];

import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, Field, FieldResolver, Info, Int, ObjectType, registerEnumType, Resolver, Root, type ClassType } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import type { Row } from '../../platform/entity/node.js';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { ClaimOutcome, type Claim } from './claim-files.js';
import { FileVersion } from '../file-version.entity.js';
import { File } from '../file.entity.js';
import { FileBlocker } from '../report-file.payload.js';
import { filesOfSameContent, maxSameContent } from './same-content.js';

registerEnumType(ClaimOutcome, {
  name: 'ClaimOutcome',
  description: 'Outcome of a claim.',
  valuesConfig: {
    CLAIMED: { description: 'The caller owns the lease on the file until `leaseUntil`.' },
    ALREADY_DONE: { description: 'This version is already loaded, or was skipped: see `finishedAt`.' },
    BUSY: {
      description:
        'Another worker owns the lease: `owner`, until `leaseUntil`. Without an owner the file is not ready: it is still being written, is held by a client without leases, or has a custom status.',
    },
    FAILED_PERMANENT: {
      description:
        'The file failed permanently: its attempts are used up, or the error is not retryable. An operator can make it ready with `retryFile`.',
    },
    RETRY_LATER: { description: 'The file failed and can be claimed again from `notBefore` on.' },
    SUPERSEDED: { description: 'A newer version of the file is known.' },
    BLOCKED: { description: 'Files that it depends on are not loaded yet: `blockers`.' },
  },
});

/** A fact that goes with some outcomes only: a row may hold it from before. */
const factOf = <F extends keyof Claim>(claim: Claim, fact: F, ...outcomes: ClaimOutcome[]): NonNullable<Claim[F]> | null =>
  (outcomes.includes(claim.outcome) ? claim[fact] : null) ?? null;

/** A type for the outcome of a claim with the facts of that moment, and its resolvers: the payload of one claim, and a part of many. */
export function claimType(name: string, description: string): { type: ClassType; resolvers: ClassType[] } {
  @ObjectType(name, { description })
  class ClaimFacts {
    /** The numbers of the file and of its version, by which they are read. */
    id!: number;
    version!: number | null;
    @Field(() => ClaimOutcome, { description: 'Outcome of the claim.' }) outcome!: ClaimOutcome;
    @Field(() => Boolean, { description: 'Whether the claim created the file.' }) created!: boolean;
    @Field(() => BigIntText, {
      nullable: true,
      description: 'Token that the caller sends with each later change; null unless CLAIMED. It is not a secret.',
    })
    fencingToken!: string | null;
    @Field(() => Int, { description: 'Number of claims of the current version, including this one.' }) attempt!: number;
    @Field(() => String, { nullable: true, description: 'Owner of the lease; null unless CLAIMED or BUSY.' }) owner!: string | null;
    @Field(() => DateTime, {
      nullable: true,
      description: 'Time at which the lease expires without a heartbeat; null unless CLAIMED or BUSY.',
    })
    leaseUntil!: string | null;
    @Field(() => DateTime, { nullable: true, description: 'Earliest time of the next attempt; null unless RETRY_LATER.' })
    notBefore!: string | null;
    @Field(() => DateTime, {
      nullable: true,
      description: 'Time at which the file was loaded; null unless ALREADY_DONE, and for a skipped file.',
    })
    finishedAt!: string | null;
    @Field(() => [FileBlocker], { description: 'Files that must be loaded before; empty unless BLOCKED.' }) blockers!: FileBlocker[];
  }

  @Resolver(() => ClaimFacts)
  class ClaimFactsResolver {
    @FieldResolver()
    fencingToken(@Root() claim: Claim): string | null {
      return factOf(claim, 'token', ClaimOutcome.CLAIMED);
    }
    @FieldResolver()
    owner(@Root() claim: Claim): string | null {
      return factOf(claim, 'owner', ClaimOutcome.CLAIMED, ClaimOutcome.BUSY);
    }
    @FieldResolver()
    leaseUntil(@Root() claim: Claim): string | null {
      return factOf(claim, 'leaseUntil', ClaimOutcome.CLAIMED, ClaimOutcome.BUSY);
    }
    @FieldResolver()
    notBefore(@Root() claim: Claim): string | null {
      return factOf(claim, 'notBefore', ClaimOutcome.RETRY_LATER);
    }
    @FieldResolver()
    finishedAt(@Root() claim: Claim): string | null {
      return factOf(claim, 'finishedAt', ClaimOutcome.ALREADY_DONE);
    }
    @FieldResolver()
    blockers(@Root() claim: Claim): FileBlocker[] {
      return claim.blockers ?? [];
    }
    @FieldResolver(() => [File], {
      description: `Other files that had the same content before, the earliest first. They have a version with the same hash by the same algorithm; at most ${maxSameContent} are returned.`,
    })
    sameContent(@Root() { id, hash }: Claim, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<File>[]> {
      return hash ? filesOfSameContent(ctx, info, id, hash) : Promise.resolve([]);
    }
  }
  return {
    type: ClaimFacts,
    resolvers: [
      ClaimFactsResolver,
      referenceField(ClaimFacts, 'file', 'id', File, 'The file after the claim.', false),
      referenceField(ClaimFacts, 'currentVersion', 'version', FileVersion, 'Its current version; null if none is known.'),
    ],
  };
}

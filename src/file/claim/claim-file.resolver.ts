import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, Int, Mutation, ObjectType, registerEnumType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import { DomainError } from '../../platform/errors.js';
import { referenceField } from '../../platform/read/fields.js';
import { ItemError, itemErrorField } from '../../platform/write/item-error.js';
import { checkLength } from '../../platform/lists.js';
import type { Row } from '../../platform/entity/node.js';
import { belowInput } from '../../platform/write/reports.js';
import { selectList } from '../../platform/entity/rows.js';
import { BigIntText, DateTime } from '../../platform/entity/scalars.js';
import { selectedProperties } from '../../platform/read/selection.js';
import { recordOf } from '../../platform/record-queues.js';
import { ClaimFileInput, ClaimFilesInput } from './claim-file.input.js';
import { claimFiles, ClaimOutcome, type Claim } from './claim-files.js';
import { FileVersion } from '../file-version.entity.js';
import { File } from '../file.entity.js';
import { FileBlocker } from '../report-file.payload.js';
import { maxFiles } from '../register/register-files.input.js';

registerEnumType(ClaimOutcome, {
  name: 'ClaimOutcome',
  description: 'What became of a claim.',
  valuesConfig: {
    CLAIMED: { description: 'The caller holds the file, until its lease is over.' },
    ALREADY_DONE: { description: 'This version was loaded already, or was skipped: see `finishedAt`.' },
    BUSY: {
      description:
        'Somebody else holds the file: `owner`, until `leaseUntil`. Without an owner it is not ready: written still, held by a client that takes no leases, or in a status of your own.',
    },
    FAILED_PERMANENT: {
      description:
        'It failed for good: for as often as it may be tried, or by an error that trying again does not help. A person may say retry.',
    },
    RETRY_LATER: { description: 'It failed, and may be tried again from `notBefore` on.' },
    SUPERSEDED: { description: 'A newer version of the file is known.' },
    BLOCKED: { description: 'Files that it depends on are not loaded yet: `blockers`.' },
  },
});

@ObjectType({ description: 'What became of the claim of a file, with the facts of that moment.' })
class FileClaim {
  /** The numbers of the file and of its version, which are read by them. */
  id!: number;
  version!: number | null;
  @Field(() => ClaimOutcome, { description: 'What became of it.' }) outcome!: ClaimOutcome;
  @Field(() => Boolean, { description: 'Whether the file was not known before.' }) created!: boolean;
  @Field(() => BigIntText, { nullable: true, description: 'With CLAIMED: what the caller shows with each change. No secret.' })
  fencingToken!: string | null;
  @Field(() => Int, { description: 'How often its current version was claimed, this claim included.' }) attempt!: number;
  @Field(() => String, { nullable: true, description: 'With CLAIMED and BUSY: who holds it.' }) owner!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'With CLAIMED and BUSY: when the lease is over unless a heartbeat comes before.' })
  leaseUntil!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'With RETRY_LATER: when it may be tried again.' }) notBefore!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'With ALREADY_DONE: when it was loaded; null for what was skipped.' }) finishedAt!:
    string | null;
  @Field(() => [FileBlocker], { description: 'With BLOCKED: the files that have to be loaded before.' }) blockers!: FileBlocker[];
}

@ObjectType({ description: 'What became of one of several claims.' })
class ClaimFileResult {
  @Field(() => FileClaim, { nullable: true, description: 'What became of it; null if there is an error.' }) claim!: Claim | null;
  @Field(() => ItemError, { nullable: true, description: 'What is wrong with this claim; null if nothing is.' }) error!: ItemError | null;
}

@ObjectType({ description: 'What became of several claims.' })
class ClaimFilesPayload {
  @Field(() => [ClaimFileResult], { description: 'One result a claim, in the order given.' }) results!: ClaimFileResult[];
}

interface Result {
  claim?: Claim;
  error?: DomainError;
}

@Resolver()
class ClaimFileResolver {
  @Mutation(() => FileClaim, {
    description:
      'Claims a file for a worker: however many ask at the same instant, one gets it. A file that is new is made. What the others have to branch on is the outcome. With a `claimKey` the claim can be repeated.',
  })
  claimFile(
    @Ctx() ctx: Context,
    @Arg('input', () => ClaimFileInput, { description: 'The file and who wants it.' }) input: ClaimFileInput,
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
    description: 'Claims many files, each for itself: what is wrong with one is told in its result, the others stand.',
  })
  async claimFiles(
    @Ctx() ctx: Context,
    @Arg('input', () => ClaimFilesInput, { description: 'The claims.' }) { claims }: ClaimFilesInput,
  ): Promise<{ results: Result[] }> {
    checkLength(claims, 'claims', maxFiles);
    const records = claims.map(({ file }) => recordOf('File', file));
    const answers = await ctx.write((tx) => claimFiles(tx, claims), null, records);
    // An error in a list would be thrown, not told.
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

/** The number of a version comes after no other: it is the largest that its column holds. */
const afterAllVersions = 2_147_483_647;
const maxSameContent = 100;

/** A fact that goes with some outcomes only: a row may hold it from before. */
const factOf = <F extends keyof Claim>(claim: Claim, fact: F, ...outcomes: ClaimOutcome[]): NonNullable<Claim[F]> | null =>
  (outcomes.includes(claim.outcome) ? claim[fact] : null) ?? null;

@Resolver(() => FileClaim)
class FileClaimResolver {
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
    description: `Other files that had the same content before: a version with the same hash by the same algorithm, the earliest first, at most ${maxSameContent}. Whether that matters is up to the caller.`,
  })
  sameContent(@Root() { id, hash }: Claim, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<File>[]> {
    if (!hash) return Promise.resolve([]);
    const columns = selectList(File, selectedProperties(info, File));
    return ctx.loaders
      .get<string, Row<File>[]>(`File.sameContent (${columns})`, async (keys) => {
        const rows = await ctx.db.query<Row<File> & { __place: number }>(
          `select n.i::int as "__place", x.*
           from jsonb_array_elements($1::jsonb) with ordinality n(x, i)
           cross join lateral (select (n.x ->> 0)::int as id, n.x ->> 1 as algorithm, n.x ->> 2 as hash) f
           cross join lateral (
             select ${columns}
             from (
               select v.extract_id, min(v.extract_version_id) as first
               from extract_version v
               where v.hash = f.hash and v.hash_algorithm = f.algorithm and v.extract_id <> f.id
               group by v.extract_id
             ) s
             join extract_tracking t on t.extract_id = s.extract_id
             where s.first < coalesce((
               select min(o.extract_version_id)
               from extract_version o
               where o.extract_id = f.id and o.hash = f.hash and o.hash_algorithm = f.algorithm), ${afterAllVersions})
             order by s.first
             limit ${maxSameContent}
           ) x`,
          [`[${keys.join(',')}]`],
        );
        const lists: Row<File>[][] = keys.map(() => []);
        for (const { __place, ...row } of rows) lists[__place - 1]!.push(row);
        return lists;
      })
      .load(JSON.stringify([id, hash.algorithm, hash.value]));
  }
}

export const claimFileResolvers = [
  ClaimFileResolver,
  ClaimFileResultResolver,
  itemErrorField(ClaimFileResult),
  FileClaimResolver,
  referenceField(FileClaim, 'file', 'id', File, 'The file as it is now.', false),
  referenceField(FileClaim, 'currentVersion', 'version', FileVersion, 'The version that it has now; null if none is known.'),
];

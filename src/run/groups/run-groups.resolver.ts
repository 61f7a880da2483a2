import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Info,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  type ClassType,
} from 'type-graphql';
import { connectionOf } from '../../platform/read/connections.js';
import type { Context } from '../../platform/read/context.js';
import { referenceField } from '../../platform/read/fields.js';
import { filterLimits, type Where } from '../../platform/read/filter-sql.js';
import { whereOf } from '../../platform/read/filters.js';
import { finder } from '../../platform/read/find-row.js';
import { RunGroupRef } from '../group-ref.input.js';
import { groupRefs } from '../group-refs.js';
import { grouped } from '../../platform/read/loaders.js';
import type { Row } from '../../platform/entity/node.js';
import { orderedBy, orderInputOf, type OrderBy } from '../../platform/read/ordering.js';
import { page, PageArgs, type ListSource, type Page } from '../../platform/read/paging.js';
import { LongText, Name } from '../../platform/entity/text.js';
import { Run } from '../run.entity.js';
import { closeGroup, openGroup, reopenGroup, type ChangedGroup, type GroupToOpen, type OpenedGroup } from './run-groups.js';
import { childProgress, groupProgress, progressOf, RunProgress, type ProgressRow } from './run-groups-progress.js';
import { RunGroup } from '../run-group.entity.js';

const connection = connectionOf(RunGroup);
const where = whereOf(RunGroup);
const orders = { KEY: 'key', CREATED_AT: 'createdAt', UPDATED_AT: 'updatedAt' };
const GroupOrder = orderInputOf('RunGroup', orders);
const newest: ListSource = { name: 'RunGroup.createdAt', entity: RunGroup, order: ['createdAt', 'id'], descending: true };

@ArgsType()
class RunGroupArgs extends PageArgs {
  @Field(() => where, {
    nullable: true,
    description: `Only those that meet these conditions. A filter may nest ${filterLimits.depth} levels deep and have ${filterLimits.conditions} conditions.`,
  })
  where?: Where | null;
  @Field(() => GroupOrder, { nullable: true, description: 'The order of the list; newest first if not said. Cursors belong to one order.' })
  orderBy?: OrderBy | null;
}

@Resolver()
class RunGroupQueries {
  @Query(() => connection.type, { description: 'All groups of runs, those made last first if nothing else is said.' })
  runGroups(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => RunGroupArgs) args: RunGroupArgs): Promise<Page> {
    return page(ctx, info, orderedBy(newest, orders, args.orderBy), args);
  }
}

@InputType({ description: 'A group of runs to open, and what is known of it.' })
class OpenRunGroupInput implements GroupToOpen {
  @Field(() => Name, { description: 'What the group is told by: a date, a batch number.' }) key!: string;
  @Field(() => Name, { nullable: true, description: 'What people call it. Left out it stays as it is; null takes it away.' })
  name?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'How many processes will run in it, from 0. Left out it stays as it is; null takes it away.',
  })
  expectedTotal?: number | null;
  @Field(() => LongText, { nullable: true, description: 'Why: kept in the history.' }) reason?: string | null;
}

@InputType({ description: 'Which group to close.' })
class CloseRunGroupInput {
  @Field(() => RunGroupRef, { description: 'The group.' }) group!: RunGroupRef;
  @Field(() => LongText, { nullable: true, description: 'Why: kept in the history.' }) reason?: string | null;
}

@InputType({ description: 'Which group to open again, and why.' })
class ReopenRunGroupInput {
  @Field(() => RunGroupRef, { description: 'The group.' }) group!: RunGroupRef;
  @Field(() => LongText, { description: 'Why: kept in the history. It must not be empty.' }) reason!: string;
}

const groupDoc = 'The group after the change.';

@ObjectType({ description: 'Result of `openRunGroup`.' })
class OpenRunGroupPayload {
  /** The number of the group, which is read by it. */
  groupId!: number;
  @Field(() => Boolean, { description: 'False where there was a group with the key.' }) created!: boolean;
}

/** The payload of a mutation that closes or opens a group, under its own name. Answers `type` and the resolver that it needs. */
function changedGroup(mutation: string): { type: ClassType; resolver: ClassType } {
  @ObjectType(`${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Payload`, { description: `Result of \`${mutation}\`.` })
  class ChangedGroupPayload {
    /** The number of the group, which is read by it. */
    groupId!: number;
    @Field(() => Boolean, { description: 'True when this call changed the group; false where it was already as requested.' })
    changed!: boolean;
  }
  return { type: ChangedGroupPayload, resolver: referenceField(ChangedGroupPayload, 'group', 'groupId', RunGroup, groupDoc, false) };
}
const closed = changedGroup('closeRunGroup');
const reopened = changedGroup('reopenRunGroup');

@Resolver()
class RunGroupMutations {
  @Mutation(() => OpenRunGroupPayload, {
    description:
      'Makes a group of runs, or finds the one with the key, whose name and expected total it sets where they are given. A group that was closed stays closed: see `reopenRunGroup`.',
  })
  openRunGroup(
    @Ctx() ctx: Context,
    @Arg('input', () => OpenRunGroupInput, { description: 'The group.' }) input: OpenRunGroupInput,
  ): Promise<OpenedGroup> {
    return ctx.write((tx) => openGroup(tx, input), input.reason);
  }

  @Mutation(() => closed.type, {
    description: 'Closes a group: no run starts in it since, and those that go on end as they would. Doing it again changes nothing.',
  })
  closeRunGroup(
    @Ctx() ctx: Context,
    @Arg('input', () => CloseRunGroupInput, { description: 'The group.' }) input: CloseRunGroupInput,
  ): Promise<ChangedGroup> {
    return ctx.write((tx) => closeGroup(tx, input.group), input.reason);
  }

  @Mutation(() => reopened.type, { description: 'Opens a closed group again, so that runs start in it. Doing it again changes nothing.' })
  reopenRunGroup(
    @Ctx() ctx: Context,
    @Arg('input', () => ReopenRunGroupInput, { description: 'The group, and why.' }) input: ReopenRunGroupInput,
  ): Promise<ChangedGroup> {
    return ctx.write((tx) => reopenGroup(tx, input.group, input.reason), input.reason);
  }
}

/** Progress of all groups (or parent runs) asked for, in one statement. */
const progress = (ctx: Context, name: string, sql: string, id: number): Promise<RunProgress> =>
  ctx.loaders
    .get<number, RunProgress>(name, async (ids) => grouped(ids, await ctx.db.query<ProgressRow>(sql, [ids])).map(progressOf))
    .load(id);

@Resolver(() => RunGroup)
class GroupProgressResolver {
  @FieldResolver(() => RunProgress, { description: 'How far its runs have come. A process that was tried again counts by its latest run.' })
  progress(@Root() row: Row<RunGroup, 'id'>, @Ctx() ctx: Context): Promise<RunProgress> {
    return progress(ctx, 'RunGroup.progress', groupProgress, row.id);
  }
}

@Resolver(() => Run)
class ChildProgressResolver {
  @FieldResolver(() => RunProgress, {
    nullable: true,
    description: 'How far its children have come, each run counted; they count as closed once it goes on no more. Null if it has none.',
  })
  async childProgress(@Root() row: Row<Run, 'id'>, @Ctx() ctx: Context): Promise<RunProgress | null> {
    const all = await progress(ctx, 'Run.childProgress', childProgress, row.id);
    return all.total ? all : null;
  }
}

export const runGroupResolvers = [
  finder('runGroup', RunGroupRef, groupRefs),
  RunGroupQueries,
  RunGroupMutations,
  GroupProgressResolver,
  ChildProgressResolver,
  ...connection.resolvers,
  referenceField(OpenRunGroupPayload, 'group', 'groupId', RunGroup, groupDoc, false),
  closed.resolver,
  reopened.resolver,
];

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
import { type Where } from '../../platform/read/filter-sql.js';
import { filterByChoice, WhereField } from '../../platform/read/filters.js';
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
import {
  childProgress,
  groupProgress,
  groupStateSql,
  progressOf,
  RunGroupState,
  RunProgress,
  type ProgressRow,
} from './run-groups-progress.js';
import { RunGroup } from '../run-group.entity.js';
import { textsSql } from '../../platform/read/values.js';
import type { BulkForm } from '../../platform/write/bulk-forms.js';
import { PayloadOf } from '../../platform/write/payload.js';

const connection = connectionOf(RunGroup);
const orders = { KEY: 'key', CREATED_AT: 'createdAt', UPDATED_AT: 'updatedAt' };
const GroupOrder = orderInputOf('RunGroup', orders);
const newest: ListSource = { name: 'RunGroup.createdAt', entity: RunGroup, order: ['createdAt', 'id'], descending: true };

filterByChoice(RunGroup, 'state', RunGroupState, (states) => `${groupStateSql('t')} in (${textsSql(states)})`);

@ArgsType()
class RunGroupArgs extends PageArgs {
  @WhereField(RunGroup)
  where?: Where | null;
  @Field(() => GroupOrder, { nullable: true, description: 'Order of the list, default newest first. Cursors belong to one order.' })
  orderBy?: OrderBy | null;
}

@Resolver()
class RunGroupQueries {
  @Query(() => connection.type, { description: 'All run groups, newest first by default.' })
  async runGroups(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => RunGroupArgs) args: RunGroupArgs): Promise<Page> {
    return page(ctx, info, await orderedBy(ctx.loaders, newest, orders, args), args);
  }
}

@InputType({ description: 'The run group to open.' })
class OpenRunGroupInput implements GroupToOpen {
  @Field(() => Name, { description: 'Key of the group, such as a date or a batch number.' }) key!: string;
  @Field(() => Name, { nullable: true, description: 'Display name. Omit to keep it; null removes it.' })
  name?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Expected number of processes that run in it, from 0. Omit to keep it; null removes it.',
  })
  expectedTotal?: number | null;
  @Field(() => LongText, { nullable: true, description: 'Reason, kept in the history.' }) reason?: string | null;
}

@InputType({ description: 'The run group to close.' })
class CloseRunGroupInput {
  @Field(() => RunGroupRef, { description: 'The run group.' }) group!: RunGroupRef;
  @Field(() => LongText, { nullable: true, description: 'Reason, kept in the history.' }) reason?: string | null;
}

@InputType({ description: 'The run group to reopen, and the reason.' })
class ReopenRunGroupInput {
  @Field(() => RunGroupRef, { description: 'The run group.' }) group!: RunGroupRef;
  @Field(() => LongText, { description: 'Reason, kept in the history. It must not be empty.' }) reason!: string;
}

const groupDoc = 'The run group after the change.';

@ObjectType({ description: 'Result of `openRunGroup`.' })
class OpenRunGroupPayload {
  /** The number of the group, which is read by it. */
  groupId!: number;
  @Field(() => Boolean, { description: 'False where a group with the key existed.' }) created!: boolean;
}

/** The payload of a mutation that closes or opens a group, under its own name. Answers `type` and the resolver that it needs. */
function changedGroup(mutation: string): { type: ClassType; resolver: ClassType } {
  @PayloadOf(mutation)
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
      'Creates a run group, or finds the one with the key and sets its given name and expected total. A closed group stays closed: see `reopenRunGroup`.',
  })
  openRunGroup(
    @Ctx() ctx: Context,
    @Arg('input', () => OpenRunGroupInput, { description: 'The run group.' }) input: OpenRunGroupInput,
  ): Promise<OpenedGroup> {
    return ctx.write((tx) => openGroup(tx, input), input.reason);
  }

  @Mutation(() => closed.type, {
    description: 'Closes a run group: no further run starts in it; running ones continue. A repetition changes nothing.',
  })
  closeRunGroup(
    @Ctx() ctx: Context,
    @Arg('input', () => CloseRunGroupInput, { description: 'The run group.' }) input: CloseRunGroupInput,
  ): Promise<ChangedGroup> {
    return ctx.write((tx) => closeGroup(tx, input.group), input.reason);
  }

  @Mutation(() => reopened.type, { description: 'Reopens a closed run group, so that runs can start in it. A repetition changes nothing.' })
  reopenRunGroup(
    @Ctx() ctx: Context,
    @Arg('input', () => ReopenRunGroupInput, { description: 'The run group and the reason.' }) input: ReopenRunGroupInput,
  ): Promise<ChangedGroup> {
    return ctx.write((tx) => reopenGroup(tx, input.group, input.reason), input.reason);
  }
}

/** Progress of all groups (or parent runs) requested, in one statement. */
const progress = (ctx: Context, name: string, sql: string, id: number): Promise<RunProgress> =>
  ctx.loaders
    .get<number, RunProgress>(name, async (ids) => grouped(ids, await ctx.db.query<ProgressRow>(sql, [ids])).map(progressOf))
    .load(id);

@Resolver(() => RunGroup)
class GroupProgressResolver {
  @FieldResolver(() => RunGroupState, {
    description:
      'State of the group, computed from the latest run of each process there. It has no event of its own in the history: `changes` delivers those of its runs.',
  })
  state(@Root() row: Row<RunGroup, 'id'>, @Ctx() ctx: Context): Promise<RunGroupState> {
    return ctx.loaders
      .get<number, RunGroupState>('RunGroup.state', async (ids) => {
        const rows = await ctx.db.query<{ id: number; state: RunGroupState }>(
          `select t.run_group_id as id, ${groupStateSql('t')} as state
           from run_group t
           where t.run_group_id = any($1::int[])`,
          [ids],
        );
        const byId = new Map(rows.map(({ id, state }) => [id, state]));
        return ids.map((id) => byId.get(id)!);
      })
      .load(row.id);
  }
  @FieldResolver(() => RunProgress, { description: 'Progress of its runs. A process with several runs counts by its latest one.' })
  progress(@Root() row: Row<RunGroup, 'id'>, @Ctx() ctx: Context): Promise<RunProgress> {
    return progress(ctx, 'RunGroup.progress', groupProgress, row.id);
  }
}

@Resolver(() => Run)
class ChildProgressResolver {
  @FieldResolver(() => RunProgress, {
    nullable: true,
    description: 'Progress of its child runs, each counted; they count as closed when this run has ended. Null without children.',
  })
  async childProgress(@Root() row: Row<Run, 'id'>, @Ctx() ctx: Context): Promise<RunProgress | null> {
    const all = await progress(ctx, 'Run.childProgress', childProgress, row.id);
    return all.total ? all : null;
  }
}

export const runGroupForms: readonly BulkForm[] = [
  { of: 'closeRunGroup', name: 'closeRunGroups', list: 'groups' },
  { of: 'reopenRunGroup', name: 'reopenRunGroups', list: 'groups' },
];
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

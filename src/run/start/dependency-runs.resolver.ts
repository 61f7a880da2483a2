import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import { connectionOf } from '../../platform/read/connections.js';
import type { Context } from '../../platform/read/context.js';
import type { Where } from '../../platform/read/filter-sql.js';
import { whereOf } from '../../platform/read/filters.js';
import type { Row } from '../../platform/entity/node.js';
import { page, PageArgs, type ListSource, type Page } from '../../platform/read/paging.js';
import { Process } from '../../process/process.entity.js';

const rule =
  'if, as for a start outside a run group, no run is open, no hold is set or due for consecutive failures, and no hard parent blocks it';

/** The rules themselves, not a copy of them. */
const mayStart = (process: string) =>
  `${process}.retired_at is null and process_tracker.judge_start(${process}.process_id, null) ->> 'outcome' = 'STARTED'`;

@Resolver(() => Process)
class MayStart {
  @FieldResolver(() => Boolean, {
    description: `Whether the process may start now. It may ${rule}. False for a retired process. Together with \`executionOrder\` it shows which of a set may start.`,
  })
  mayStart(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context): Promise<boolean> {
    return ctx.loaders
      .get<number, boolean>('Process.mayStart', async (ids) => {
        const rows = await ctx.db.query<{ id: number }>(
          `select p.process_id as id
           from process p
           where p.process_id = any($1::int[]) and ${mayStart('p')}`,
          [ids],
        );
        const those = new Set(rows.map(({ id }) => id));
        return ids.map((id) => those.has(id));
      })
      .load(row.id);
  }
}

@ArgsType()
class StartableArgs extends PageArgs {
  @Field(() => whereOf(Process), { nullable: true, description: 'Only processes that meet these conditions.' }) where?: Where | null;
}

const startable: ListSource = { name: 'startableProcesses', entity: Process, order: ['name', 'id'], where: mayStart('t') };

@Resolver()
class StartableProcesses {
  @Query(() => connectionOf(Process).type, { description: `Processes that may start now, ordered by name. A process may ${rule}.` })
  startableProcesses(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => StartableArgs) args: StartableArgs): Promise<Page> {
    return page(ctx, info, startable, args);
  }
}

export const dependencyRuns = [MayStart, StartableProcesses];

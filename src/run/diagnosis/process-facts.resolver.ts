import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import type { Row } from '../../platform/entity/node.js';
import { Process } from '../../process/process.entity.js';
import { RunState } from '../run-state.js';
import { isBlockedSql, mayStartSql, onHoldSql, stateSql } from './process-conditions.js';

/** A computed fact of processes: of all that are asked for, in one statement. */
const factOf = <T>(ctx: Context, name: string, sql: string, { id }: Row<Process, 'id'>): Promise<T> =>
  ctx.loaders
    .get<number, T>(`Process.${name}`, async (ids) => {
      const rows = await ctx.db.query<{ id: number; fact: T }>(
        `select t.process_id as id, ${sql} as fact
         from process t
         where t.process_id = any($1::int[])`,
        [ids],
      );
      const byId = new Map(rows.map((row) => [row.id, row.fact]));
      return ids.map((each) => byId.get(each)!);
    })
    .load(id);

@Resolver(() => Process)
class ProcessFacts {
  @FieldResolver(() => RunState, { nullable: true, description: 'State of its `latestRun`; null if it never ran.' })
  state(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context): Promise<RunState | null> {
    return factOf(ctx, 'state', stateSql, row);
  }
  @FieldResolver(() => Boolean, { description: 'Whether a hold is set: no start succeeds until an operator releases it.' })
  onHold(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context): Promise<boolean> {
    return factOf(ctx, 'onHold', onHoldSql, row);
  }
  @FieldResolver(() => Boolean, {
    description:
      'Whether a hard parent blocks a start outside a run group: its last run is open, failed, or a hold. `whyBlocked` has the causes.',
  })
  blocked(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context): Promise<boolean> {
    return factOf(ctx, 'blocked', isBlockedSql, row);
  }
  @FieldResolver(() => Boolean, {
    description:
      'Whether the process may start now. It may if, as for a start outside a run group, no run is open, no hold is set or due for consecutive failures, and no hard parent blocks it. False for a retired process. Together with `executionOrder` it shows which of a set may start.',
  })
  mayStart(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context): Promise<boolean> {
    return factOf(ctx, 'mayStart', mayStartSql, row);
  }
}

export const processFacts = [ProcessFacts];

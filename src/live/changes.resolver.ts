import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Query, Resolver, Root, Subscription } from 'type-graphql';
import { boundary, currentSnapshot, encodePlace, type FeedEvent } from '../history/event-feed.js';
import type { Context } from '../platform/read/context.js';
import { invalid } from '../platform/errors.js';
import type { Row } from '../platform/entity/node.js';
import { stamped } from '../platform/read/stamped.js';
import { entityNamed } from '../platform/entity/rows.js';
import { readFilter } from './change-filter.js';
import { changesOf, seatNow, type ChangeRow } from './change-stream.js';
import { lastCursors } from './last-cursors.js';
import { Change, ChangesArgs } from './changes.type.js';
import { feedsOf } from './feed.js';

/** Checks the arguments of a subscription, and answers the changes from then on. */
async function subscribeToChanges(args: ChangesArgs, ctx: Context): Promise<AsyncIterableIterator<ChangeRow>> {
  const { db } = ctx;
  const feeds = feedsOf(db);
  const feed = await feeds.enter();
  try {
    // In this order: what the snapshot does not see will be in pages from this seat on.
    const seat = seatNow(feed);
    const now = await currentSnapshot(db);
    const { filter, after } = await readFilter(db, args, lastCursors.get(ctx) ?? args.after, now);
    const leaving = new AbortController();
    const changes = changesOf({
      db,
      feed,
      filter,
      seat: after ? { at: after } : seat,
      seen: after ? undefined : now,
      signal: leaving.signal,
    });
    const leave = async (): Promise<IteratorResult<ChangeRow, undefined>> => {
      if (!leaving.signal.aborted) {
        leaving.abort();
        await feeds.leave();
      }
      return { done: true, value: undefined };
    };
    // A generator that waits would see the end only with the next change.
    const delivered: AsyncIterableIterator<ChangeRow, undefined> = {
      async next(): Promise<IteratorResult<ChangeRow, undefined>> {
        const result = await changes.next();
        return result.done || leaving.signal.aborted ? leave() : result;
      },
      return: leave,
      [Symbol.asyncIterator]: () => delivered,
    };
    return delivered;
  } catch (error) {
    await feeds.leave();
    throw error;
  }
}

@Resolver()
class ChangesSubscription {
  @Subscription(() => Change, {
    description:
      'Delivers each change of a value or of links exactly once, whichever client made it. Changes of one record come in their order, as soon as no older transaction is running.',
    subscribe: ({ args, context }: { args: ChangesArgs; context: Context }) => subscribeToChanges(args, context),
  })
  changes(@Root() change: ChangeRow | undefined, @Ctx() ctx: Context, @Args(() => ChangesArgs) _args: ChangesArgs): ChangeRow {
    if (!change)
      throw invalid(
        'Subscriptions need a WebSocket at /graphql (protocol graphql-transport-ws), or server-sent events from /graphql/stream.',
      );
    // What was read for earlier changes may be old by now.
    if (change.event === change.batch[0]) {
      ctx.loaders.clear();
      ctx.budget.reset();
    }
    return change;
  }

  @Query(() => String, {
    description:
      'Cursor of the present end of changes. Read it first, then the data, then subscribe to `changes` after it: no change is missed. Changes that were committed before come again if an older transaction was running, in any database of the PostgreSQL server.',
  })
  async changesCursor(@Ctx() { db }: Context): Promise<string> {
    return encodePlace(boundary((await currentSnapshot(db)).min));
  }
}

@Resolver(() => Change)
class ChangeResolver {
  @FieldResolver()
  event(@Root() { event }: ChangeRow): FeedEvent {
    return event;
  }
  @FieldResolver()
  cursor(@Root() { place }: ChangeRow): string {
    return encodePlace(place);
  }
  @FieldResolver()
  async subject(@Root() { event, batch }: ChangeRow, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    const load = ({ subjectKind, subjectId }: FeedEvent) => {
      const entity = entityNamed(subjectKind);
      return entity && info.schema.getType(subjectKind) ? ctx.load(entity, Number(subjectId), info) : Promise.resolve(null);
    };
    // All of the batch in one statement: the loaders keep what its other changes will ask for.
    if (event === batch[0]) await Promise.all(batch.map(load));
    const row = await load(event);
    return row && stamped(row, event.subjectKind);
  }
}

export const changesResolvers = [ChangesSubscription, ChangeResolver];

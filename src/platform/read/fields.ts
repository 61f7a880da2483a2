import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Extensions, Field, FieldResolver, Info, Query, Resolver, Root, type ClassType } from 'type-graphql';
import { connectionOf } from './connections.js';
import type { Context } from './context.js';
import { filteredAs, type Where } from './filter-sql.js';
import { filterByList, filterByReference, WhereField } from './filters.js';
import type { Row } from '../entity/node.js';
import { orderedBy, orderInputOf, type OrderBy, type Orders } from './ordering.js';
import { page, PageArgs, type ListSource, type Page } from './paging.js';
import { type EntityClass } from '../entity/rows.js';
import { referredRow, type FieldReads } from './selection.js';
import type { Condition } from './values.js';

// Fields of one type are told apart by the names of their methods, hence the computed ones.

/**
 * Adds to `owner` a field that answers the row a foreign key points to, and a condition on it to the filter of `owner`. `property` is the
 * key's; the field is null where the key is.
 */
export function referenceField<P extends string>(
  owner: EntityClass<Record<NoInfer<P>, number | null | undefined>>,
  field: string,
  property: P,
  to: EntityClass,
  description: string,
  nullable = true,
): ClassType {
  filterByReference(owner, field, property, to);
  @Resolver(() => owner)
  class ReferenceResolver {
    @FieldResolver(() => to, { nullable, description })
    @Extensions({ readsOnly: [property], refersTo: to } satisfies FieldReads)
    [field](
      @Root() row: Record<P, number | null | undefined>,
      @Ctx() ctx: Context,
      @Info() info: GraphQLResolveInfo,
    ): Row | null | Promise<Row | null> {
      const referred = referredRow(row, info, to);
      return referred === undefined ? ctx.load(to, row[property], info) : referred;
    }
  }
  return ReferenceResolver;
}

/** What a list can be asked beside its page. */
interface ListArguments extends PageArgs {
  where?: Where | null;
  includeRetired?: boolean;
}

/** The arguments of a list. */
function argumentsOf(list: ListSource): new () => ListArguments {
  @ArgsType()
  class ListArgs extends PageArgs {
    @WhereField(filteredAs(list))
    where?: Where | null;
  }
  if (list.retirable)
    Field(() => Boolean, { defaultValue: false, description: 'Whether retired records are included.' })(
      ListArgs.prototype,
      'includeRetired',
    );
  return ListArgs;
}

const inUse = (list: ListSource, args: ListArguments): Condition | undefined =>
  list.retirable && !args.includeRetired ? { key: 'in use', sql: () => 't.retired_at is null' } : undefined;

/** Adds to `owner` a field that answers a list below it, in pages, and conditions on it to its filter. `node` is the type of its rows. */
export function listField(owner: EntityClass, field: string, node: ClassType, description: string, list: ListSource): ClassType[] {
  filterByList(owner, field, list);
  const connection = connectionOf(node);
  const ListArgs = argumentsOf(list);
  @Resolver(() => owner)
  class ListResolver {
    @FieldResolver(() => connection.type, { description })
    @Extensions({ readsOnly: [] } satisfies FieldReads)
    [field](
      @Root() row: Row,
      @Ctx() ctx: Context,
      @Info() info: GraphQLResolveInfo,
      @Args(() => ListArgs) args: ListArguments,
    ): Promise<Page> {
      return page(ctx, info, list, args, { parent: row.id, where: [inUse(list, args)] });
    }
  }
  return [ListResolver, ...connection.resolvers];
}

/** Adds the query `field`: all rows of an entity in pages, ordered by name, or by one of `orders` where the caller asks for it. */
export function listQuery(field: string, entity: EntityClass, description: string, list: ListSource, orders: Orders = {}): ClassType[] {
  const connection = connectionOf(entity);
  const ListArgs = argumentsOf(list);
  @ArgsType()
  class ListQueryArgs extends ListArgs {
    orderBy?: OrderBy | null;
  }
  if (Object.keys(orders).length) {
    const order = orderInputOf(entity.name, orders);
    Field(() => order, { nullable: true, description: 'Order of the list; default by name. A cursor is valid for one order.' })(
      ListQueryArgs.prototype,
      'orderBy',
    );
  }
  @Resolver()
  class ListQueryResolver {
    @Query(() => connection.type, { name: field, description })
    async list(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => ListQueryArgs) args: ListQueryArgs): Promise<Page> {
      return page(ctx, info, await orderedBy(ctx.loaders, list, orders, args), args, { where: [inUse(list, args)] });
    }
  }
  return [ListQueryResolver, ...connection.resolvers];
}

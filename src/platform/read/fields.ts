import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Extensions, Field, FieldResolver, Info, Query, Resolver, Root, type ClassType } from 'type-graphql';
import { connectionOf } from './connections.js';
import type { Context } from './context.js';
import { invalid } from '../errors.js';
import { type Where } from './filter-sql.js';
import { filterByList, filterByReference, WhereField } from './filters.js';
import type { Row } from '../entity/node.js';
import { orderedBy, orderInputOf, type OrderBy, type Orders } from './ordering.js';
import { page, PageArgs, type ListSource, type Page } from './paging.js';
import { columnOf, shapeOf, type EntityClass } from '../entity/rows.js';
import { referredRow, type FieldReads } from './selection.js';
import { LongText, Name } from '../entity/text.js';
import type { Condition } from './values.js';
import { textAt } from '../text-at.js';

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
    @WhereField(list.entity)
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

interface ListQueryOptions {
  /** Orders that can be asked for, beside the list's own. */
  orders?: Orders;
  /** Arguments that choose the rows of a look-up by its name, which must be known. */
  named?: Readonly<Record<string, { property: string; of: EntityClass; doc: string }>>;
}

/** Adds the query `field`: all rows of an entity in pages, ordered by name unless asked otherwise, or those that the arguments choose. */
export function listQuery(
  field: string,
  entity: EntityClass,
  description: string,
  list: ListSource,
  { orders = {}, named = {} }: ListQueryOptions = {},
): ClassType[] {
  const connection = connectionOf(entity);
  const ListArgs = argumentsOf(list);
  @ArgsType()
  class ListQueryArgs extends ListArgs {
    @Field(() => LongText, { nullable: true, description: 'Text that the name contains, literally and case-sensitive.' })
    nameContains?: string | null;
    orderBy?: OrderBy | null;
  }
  if (Object.keys(orders).length) {
    const order = orderInputOf(entity.name, orders);
    Field(() => order, { nullable: true, description: 'Order of the list; default by name. A cursor is valid for one order.' })(
      ListQueryArgs.prototype,
      'orderBy',
    );
  }
  for (const [name, { doc }] of Object.entries(named))
    Field(() => Name, { nullable: true, description: doc })(ListQueryArgs.prototype, name);
  @Resolver()
  class ListQueryResolver {
    @Query(() => connection.type, { name: field, description })
    async list(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => ListQueryArgs) args: ListQueryArgs): Promise<Page> {
      const ofLookups = await Promise.all(
        Object.entries(named).map(([name, { property, of }]) => rowsNamed(ctx, entity, property, of, name, textAt(args, name))),
      );
      return page(ctx, info, orderedBy(list, orders, args.orderBy), args, {
        where: [nameContains(entity, args.nameContains), inUse(list, args), ...ofLookups],
      });
    }
  }
  return [ListQueryResolver, ...connection.resolvers];
}

/** Rows that point to the row of a look-up with this name. @throws INVALID with the known names where there is none. */
async function rowsNamed(
  ctx: Context,
  entity: EntityClass,
  property: string,
  of: EntityClass,
  argument: string,
  value: string | null | undefined,
): Promise<Condition | undefined> {
  if (value === null || value === undefined) return undefined;
  const { name: type, table, key, columns } = shapeOf(of);
  const label = columns.get('name')!.column;
  const [row] = await ctx.db.query<Row>(`select ${key} as id from ${table} where ${label} = $1`, [value]);
  if (row) return { key: `${argument} ${row.id}`, sql: (values) => `${columnOf(entity, property)} = ${values.add(row.id, 'int')}` };
  const known = await ctx.db.query<{ name: string }>(
    `select ${label} as name from ${table}
     where ${label} is not null
     order by 1
     limit 100`,
  );
  throw invalid(`There is no ${type} ${JSON.stringify(value)}.`, { argument, value, allowed: known.map(({ name }) => name) });
}

/** Rows whose name holds this text, literally. */
const nameContains = (entity: EntityClass, text: string | null | undefined): Condition | undefined =>
  text
    ? {
        key: `contains ${JSON.stringify(text)}`,
        sql: (values) => `position(${values.add(text, 'text')} in ${columnOf(entity, 'name')}) > 0`,
      }
    : undefined;

import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Query, Resolver, Root, type ClassType } from 'type-graphql';
import type { Context } from './context.js';
import type { Row } from './node.js';
import { connectionOf, page, PageArgs, type Condition, type ListSource, type Page } from './paging.js';
import { columnOf, type EntityClass } from './rows.js';
import { LongText } from './text.js';

// Fields of one type are told apart by the names of their methods, hence the computed ones.

/** Adds to `owner` a field that answers the row a foreign key points to. `property` is the key's; null where the key is. */
export function referenceField(
  owner: EntityClass,
  field: string,
  property: string,
  to: EntityClass,
  description: string,
  nullable = true,
): ClassType {
  @Resolver(() => owner as ClassType)
  class ReferenceResolver {
    @FieldResolver(() => to as ClassType, { nullable, description })
    [field](@Root() row: Row, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
      return ctx.load(to, row[property] as number | null, info);
    }
  }
  return ReferenceResolver;
}

/** Gives a method that answers a list the argument by which retired rows come too, as its parameter at `index`. */
const retiredArgument = (list: ListSource, target: object, method: string, index: number) => {
  if (list.retirable)
    Arg('includeRetired', () => Boolean, { defaultValue: false, description: 'Whether retired ones are shown too.' })(target, method, index);
};

const inUse = (list: ListSource, includeRetired: boolean | undefined): Condition | undefined =>
  list.retirable && !includeRetired ? { key: 'in use', sql: () => 't.retired_at is null' } : undefined;

/** Adds to `owner` a field that answers a list below it, in pages. `node` is the type of its rows. */
export function listField(owner: EntityClass, field: string, node: ClassType, description: string, list: ListSource): ClassType[] {
  const connection = connectionOf(node);
  @Resolver(() => owner as ClassType)
  class ListResolver {
    @FieldResolver(() => connection.type, { description })
    [field](
      @Root() row: Row,
      @Ctx() ctx: Context,
      @Info() info: GraphQLResolveInfo,
      @Args(() => PageArgs) args: PageArgs,
      includeRetired?: boolean,
    ): Promise<Page> {
      return page(ctx, info, list, args, { parent: row.id, where: [inUse(list, includeRetired)] });
    }
  }
  retiredArgument(list, ListResolver.prototype, field, 4);
  return [ListResolver, ...connection.resolvers];
}

/** Adds the query `field`: all rows of an entity in pages, ordered by name, or those whose name holds a text. */
export function listQuery(field: string, entity: EntityClass, description: string, list: ListSource): ClassType[] {
  const connection = connectionOf(entity as ClassType);
  @Resolver()
  class ListQueryResolver {
    @Query(() => connection.type, { name: field, description })
    list(
      @Ctx() ctx: Context,
      @Info() info: GraphQLResolveInfo,
      @Args(() => PageArgs) args: PageArgs,
      @Arg('nameContains', () => LongText, {
        nullable: true,
        description: 'Only those whose name holds this text, literally and case-sensitive.',
      })
      text?: string | null,
      includeRetired?: boolean,
    ): Promise<Page> {
      return page(ctx, info, list, args, { where: [nameContains(entity, text), inUse(list, includeRetired)] });
    }
  }
  retiredArgument(list, ListQueryResolver.prototype, 'list', 4);
  return [ListQueryResolver, ...connection.resolvers];
}

/** Rows whose name holds this text, literally. */
const nameContains = (entity: EntityClass, text: string | null | undefined): Condition | undefined =>
  text
    ? {
        key: `contains ${JSON.stringify(text)}`,
        sql: (values) => `position(${values.add(text, 'text')} in ${columnOf(entity, 'name')}) > 0`,
      }
    : undefined;

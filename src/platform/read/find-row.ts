import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, Info, Query, Resolver, type ClassType } from 'type-graphql';
import type { Context } from './context.js';
import type { Row } from '../entity/node.js';
import { shapeOf } from '../entity/rows.js';
import { below, idOfRef, type RefKind } from './references.js';
import { readingFor } from './selection.js';

/**
 * The one record that the arguments of a query identify, or null; one statement.
 * @throws INVALID if they identify none or several
 */
async function findRow<R extends object, E extends object>(
  ctx: Context,
  info: GraphQLResolveInfo,
  kind: RefKind<R, E>,
  ref: R,
): Promise<Row<E> | null> {
  const { table, key } = shapeOf(kind.entity);
  const { sql, value } = idOfRef(kind, ref, below(''));
  const { columns, joins } = readingFor(info, kind.entity);
  const [row] = await ctx.db.query<Row<E>>(
    `select ${columns}
     from ${table} t${joins}
     where t.${key} = ${sql}`,
    [value],
  );
  return row ?? null;
}

/** Adds the query `field`, which answers one record by the fields of its reference, or null. */
export function finder<R extends object, E extends object>(field: string, ref: ClassType<R>, kind: RefKind<R, E>): ClassType {
  @Resolver()
  class FinderResolver {
    @Query(() => kind.entity, {
      name: field,
      nullable: true,
      description: `The ${kind.entity.name} that the arguments identify in exactly one way, as those of \`${ref.name}\`; null if there is none.`,
    })
    one(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => ref) args: R): Promise<Row<E> | null> {
      return findRow(ctx, info, kind, args);
    }
  }
  return FinderResolver;
}

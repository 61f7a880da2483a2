import type { GraphQLResolveInfo } from 'graphql';
import type { ComplexityEstimatorArgs } from 'graphql-query-complexity';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import type { Context } from './context.js';
import { invalid } from '../errors.js';
import { decodeId, globalId } from '../entity/ids.js';
import { Audited, Node, type Row } from '../entity/node.js';
import { entityNamed } from '../entity/rows.js';
import { stamped } from './stamped.js';
import { ReadsOnly } from './selection.js';
import { withArticle } from '../words.js';

const maxIds = 500;
const nodesCost = ({ args, childComplexity }: ComplexityEstimatorArgs): number =>
  1 + (Array.isArray(args.ids) ? args.ids.length : maxIds) * childComplexity;

/** The record with this global id, or null. @throws INVALID naming `argument` for a text that is no id of a type of the API */
async function nodeOf(ctx: Context, info: GraphQLResolveInfo, id: string, argument: string): Promise<Row | null> {
  const { type, id: number } = decodeId(id, argument);
  const entity = entityNamed(type);
  if (!entity || !info.schema.getType(type))
    throw invalid(`${argument} is the id of ${withArticle(type)}, which is no type of this API.`, { argument, value: id });
  return stamped(await ctx.load(entity, number, info), type);
}

@Resolver(() => Node)
export class NodeResolver {
  @FieldResolver(() => ID, { name: 'id' })
  @ReadsOnly(Node)
  globalId(@Root() row: Row, @Info() info: GraphQLResolveInfo): string {
    return globalId(info.parentType.name, row.id);
  }

  @Query(() => Node, { nullable: true, description: 'The record with this global id; null if it does not exist.' })
  async node(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID, { description: 'Global id.' }) id: string,
  ): Promise<Row | null> {
    return nodeOf(ctx, info, id, 'id');
  }

  @Query(() => [Node], {
    nullable: 'items',
    complexity: nodesCost,
    description: `The records with these global ids, in their order; null for each that does not exist. At most ${maxIds}.`,
  })
  async nodes(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('ids', () => [ID], { description: 'Global ids.' }) ids: string[],
  ): Promise<(Row | null)[]> {
    if (ids.length > maxIds)
      throw invalid(`ids must have at most ${maxIds} entries, not ${ids.length}.`, {
        argument: 'ids',
        value: ids.length,
        allowed: { max: maxIds },
      });
    return Promise.all(ids.map((id, i) => nodeOf(ctx, info, id, `ids.${i}`)));
  }
}

@Resolver(() => Audited)
export class AuditedResolver {
  @FieldResolver(() => Int)
  @ReadsOnly(Audited)
  databaseId(@Root() row: Row): number {
    return row.id;
  }
}

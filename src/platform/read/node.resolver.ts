import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import type { Context } from './context.js';
import { invalid } from '../errors.js';
import { decodeId, globalId } from '../entity/ids.js';
import { Audited, Node, type Row } from '../entity/node.js';
import { entityNamed } from '../entity/rows.js';
import { stamped } from './stamped.js';
import { ReadsOnly } from './selection.js';

@Resolver(() => Node)
export class NodeResolver {
  @FieldResolver(() => ID, { name: 'id' })
  @ReadsOnly(Node)
  globalId(@Root() row: Row, @Info() info: GraphQLResolveInfo): string {
    return globalId(info.parentType.name, row.id);
  }

  @Query(() => Node, { nullable: true, description: 'Anything by its global id; null if it is no longer there.' })
  async node(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID, { description: 'Global id.' }) id: string,
  ): Promise<Row | null> {
    const { type, id: number } = decodeId(id);
    const entity = entityNamed(type);
    const shown = info.schema.getType(type);
    if (!entity || !shown) throw invalid(`id is the id of a ${type}, which is no type of this API.`, { argument: 'id', value: id });
    return stamped(await ctx.load(entity, number, info), type);
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

import type { GraphQLResolveInfo } from 'graphql';
import type { ComplexityEstimatorArgs } from 'graphql-query-complexity';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Query, Resolver, Root, type ClassType } from 'type-graphql';
import type { Context } from '../platform/read/context.js';
import { invalid } from '../platform/errors.js';
import { globalId } from '../platform/entity/ids.js';
import type { Row } from '../platform/entity/node.js';
import type { EntityClass } from '../platform/entity/rows.js';
import { defaultNodes, type TraversalNode } from '../platform/read/traversal.js';
import { stamped } from '../platform/read/stamped.js';
import { Process } from '../process/process.entity.js';
import { SourceObject } from '../source/source-object.entity.js';
import { Source } from '../source/source.entity.js';
import { edgesOf } from './lineage-edges.js';
import { Lineage, LineageArgs, LineageNode, maxRoots, type LineageEdge } from './lineage.type.js';
import { resolveRoots } from './resolve-roots.js';
import { kinds, walkLineage, type Walk } from './walk-lineage.js';

/** The entities of the kinds of nodes. */
const entities: readonly EntityClass<{ id: number }>[] = [Process, Source, SourceObject];

/** How many nodes are counted for a traversal below another object that does not say how many: few are that large, and what arrives is counted. */
const nestedNodes = 50;

/** A traversal costs the nodes that it may answer. */
const lineageCost = ({ args, node, type, childComplexity }: ComplexityEstimatorArgs): number => {
  const isSaid = type.name === 'Query' || node.arguments?.some(({ name }) => name.value === 'maxNodes');
  return (isSaid ? Number(args.maxNodes ?? defaultNodes) : nestedNodes) + childComplexity;
};

@Resolver()
class LineageQuery {
  @Query(() => Lineage, { complexity: lineageCost, description: 'The lineage of processes, sources and objects, upstream or downstream.' })
  async lineage(
    @Ctx() ctx: Context,
    @Arg('roots', () => [ID], { description: `Global ids of the processes, sources or objects to start from: 1 to ${maxRoots}.` })
    roots: string[],
    @Args(() => LineageArgs) args: LineageArgs,
  ): Promise<Walk> {
    const [walk] = await walkLineage(ctx.db, [await checkedRoots(ctx, roots)], args);
    ctx.budget.take(walk!.nodes.length);
    return walk!;
  }
}

/** The numbers of the roots by kind. @throws INVALID for too many, or the id of a type without lineage; NOT_FOUND for what is not there. */
async function checkedRoots(ctx: Context, roots: readonly string[]): Promise<number[][]> {
  if (!roots.length || roots.length > maxRoots)
    throw invalid(`roots must have 1 to ${maxRoots} ids, not ${roots.length}.`, {
      argument: 'roots',
      value: roots.length,
      allowed: { min: 1, max: maxRoots },
    });
  return resolveRoots(ctx.db, roots, (i) => `roots.${i}`);
}

/** Adds `lineage` to a type that can be a root. */
function lineageField(owner: ClassType): ClassType {
  const kind = kinds.findIndex((each) => each === owner.name);
  @Resolver(() => owner)
  class LineageField {
    @FieldResolver(() => Lineage, { complexity: lineageCost, description: 'Its lineage, upstream or downstream.' })
    async lineage(@Root() row: Row, @Ctx() ctx: Context, @Args(() => LineageArgs) args: LineageArgs): Promise<Walk> {
      const walk = await ctx.loaders
        .get<number, Walk>(`lineage ${owner.name} ${JSON.stringify(args)}`, (ids) => {
          const walks = ids.map((id) => kinds.map((_, i) => (i === kind ? [id] : [])));
          return walkLineage(ctx.db, walks, args);
        })
        .load(row.id);
      ctx.budget.take(walk.nodes.length);
      return walk;
    }
  }
  return LineageField;
}

@Resolver(() => Lineage)
class LineageResolver {
  @FieldResolver()
  edges(@Root() walk: Walk, @Ctx() ctx: Context): Promise<LineageEdge[]> {
    return ctx.loaders.get<Walk, LineageEdge[]>(`edges ${walk.granularity}`, (walks) => edgesOf(ctx.db, walks)).load(walk);
  }
  @FieldResolver()
  complete(@Root() walk: Walk): boolean {
    return walk.truncatedBy === null;
  }
  @FieldResolver()
  visitedNodes(@Root() walk: Walk): number {
    return walk.before.length + walk.nodes.length;
  }
}

@Resolver(() => LineageNode)
class LineageNodeResolver {
  @FieldResolver()
  subjectId(@Root() node: TraversalNode): string {
    return globalId(kinds[node.kind]!, node.id);
  }
  @FieldResolver()
  async subject(@Root() node: TraversalNode, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    return stamped(await ctx.load(entities[node.kind]!, node.id, info), kinds[node.kind]!);
  }
}

export const lineageResolvers = [
  LineageQuery,
  lineageField(Process),
  lineageField(Source),
  lineageField(SourceObject),
  LineageResolver,
  LineageNodeResolver,
];

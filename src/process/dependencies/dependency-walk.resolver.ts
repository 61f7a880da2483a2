import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, FieldResolver, Info, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import type { Row } from '../../platform/entity/node.js';
import { defaultNodes, maxNodes } from '../../platform/read/traversal.js';
import { TraversalLimit } from '../../platform/read/traversal-limit.js';
import { dependencies, DependencyKind } from '../dependency-kind.js';
import { Process } from '../process.entity.js';
import { kindsOf, walkDependencies, type DependencyNode as Node, type DependencyTraversal as Walk } from './walk-dependencies.js';

@ArgsType()
class DependencyWalkArgs {
  @Field(() => [DependencyKind], { defaultValue: dependencies, description: 'Kinds of the links to follow.' }) kinds!: DependencyKind[];
  @Field(() => Int, { nullable: true, description: 'Largest distance from the process; omit for no limit.' }) depth?: number | null;
  @Field(() => Int, {
    defaultValue: defaultNodes,
    description: `Largest number of processes in the answer, the nearest first: 1 to ${maxNodes}.`,
  })
  maxNodes!: number;
  @Field(() => String, {
    nullable: true,
    description: 'Continues a truncated answer: its `endCursor`, with the same other arguments.',
  })
  after?: string | null;
}

@ObjectType({ description: 'A node of a dependency graph.' })
class DependencyNode {
  @Field(() => Process, { nullable: true, description: 'The process; null if it was deleted while the answer was computed.' })
  process!: Row<Process> | null;
  @Field(() => Int, { description: 'Number of steps by the shortest path; 1 for a direct parent or child.' }) distance!: number;
  @Field(() => [DependencyKind], { description: 'Kinds of its links to processes one step nearer.' })
  kinds!: DependencyKind[];
}

@ObjectType({ description: 'The ancestors or descendants of a process, complete or truncated.' })
class DependencyTraversal {
  @Field(() => [DependencyNode], {
    description:
      'The visited processes, ordered by distance, each once. The process itself is never included, even if it is part of a cycle.',
  })
  nodes!: Node[];
  @Field(() => Boolean, { description: 'Whether all processes are in this answer or in earlier ones.' }) complete!: boolean;
  @Field(() => TraversalLimit, { nullable: true, description: 'The limit that truncated the answer; null if it is complete.' })
  truncatedBy!: TraversalLimit | null;
  @Field(() => Int, { description: 'Number of visited processes, including those of earlier answers.' })
  visitedNodes!: number;
  @Field(() => Int, {
    description:
      'Number of processes at the frontier of a truncated answer that were visited but not followed; 0 if it is complete. With `truncatedBy` NODES they are not in the answer.',
  })
  frontier!: number;
  @Field(() => String, {
    nullable: true,
    description: 'Cursor to continue with as `after`; null if the answer is complete or truncated by depth.',
  })
  endCursor!: string | null;
}

async function walkOf(ctx: Context, row: Row<Process, 'id'>, upward: boolean, args: DependencyWalkArgs): Promise<Walk> {
  const walk = await ctx.loaders
    .get<number, Walk>(`dependencies ${upward} ${JSON.stringify(args)}`, (roots) => walkDependencies(ctx.db, roots, upward, args))
    .load(row.id);
  ctx.budget.take(walk.nodes.length);
  return walk;
}

@Resolver(() => Process)
class DependencyWalks {
  @FieldResolver(() => DependencyTraversal, { description: 'All processes that it depends on, directly or indirectly.' })
  ancestors(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context, @Args(() => DependencyWalkArgs) args: DependencyWalkArgs): Promise<Walk> {
    return walkOf(ctx, row, true, args);
  }
  @FieldResolver(() => DependencyTraversal, { description: 'All processes that depend on it, directly or indirectly.' })
  descendants(
    @Root() row: Row<Process, 'id'>,
    @Ctx() ctx: Context,
    @Args(() => DependencyWalkArgs) args: DependencyWalkArgs,
  ): Promise<Walk> {
    return walkOf(ctx, row, false, args);
  }
}

@Resolver(() => DependencyTraversal)
class DependencyWalkResolver {
  @FieldResolver()
  complete(@Root() walk: Walk): boolean {
    return walk.truncatedBy === null;
  }
  @FieldResolver()
  visitedNodes(@Root() walk: Walk): number {
    return walk.before.length + walk.nodes.length;
  }
}

@Resolver(() => DependencyNode)
class DependencyNodeResolver {
  @FieldResolver()
  process(@Root() node: Node, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<Row<Process> | null> {
    return ctx.load(Process, node.id, info);
  }
  @FieldResolver()
  kinds(@Root() node: Node, @Ctx() ctx: Context): Promise<DependencyKind[]> {
    const { upward, kinds } = node.walk;
    return ctx.loaders.get<Node, DependencyKind[]>(`kinds ${upward} ${kinds.join()}`, (nodes) => kindsOf(ctx.db, nodes)).load(node);
  }
}

export const dependencyWalks = [DependencyWalks, DependencyWalkResolver, DependencyNodeResolver];

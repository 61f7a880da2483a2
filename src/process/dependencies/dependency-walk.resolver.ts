import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, FieldResolver, Info, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/read/context.js';
import type { Row } from '../../platform/entity/node.js';
import { defaultNodes, maxNodes } from '../../platform/read/traversal.js';
import { TraversalLimit } from '../../platform/read/traversal-limit.js';
import { dependencies, DependencyKind } from '../dependency-kind.js';
import { Process } from '../process.entity.js';
import { kindsOf, walkDependencies, type DependencyNode as Node, type DependencyWalk as Walk } from './walk-dependencies.js';

@ArgsType()
class DependencyWalkArgs {
  @Field(() => [DependencyKind], { defaultValue: dependencies, description: 'Over links of which kinds to go.' }) kinds!: DependencyKind[];
  @Field(() => Int, { nullable: true, description: 'How many steps to go at most. Left out: as far as it goes.' }) depth?: number | null;
  @Field(() => Int, {
    defaultValue: defaultNodes,
    description: `How many processes to answer at most, the nearest first: 1 to ${maxNodes}.`,
  })
  maxNodes!: number;
  @Field(() => String, {
    nullable: true,
    description: 'Goes on behind an answer that was truncated: its `endCursor`, with the same other arguments.',
  })
  after?: string | null;
}

@ObjectType({ description: 'A process that a walk over dependencies met.' })
class DependencyNode {
  @Field(() => Process, { nullable: true, description: 'The process; null if it was deleted while the answer was made.' })
  process!: Row<Process> | null;
  @Field(() => Int, { description: 'How many steps away it is, by the shortest way; a direct parent or child is at 1.' }) distance!: number;
  @Field(() => [DependencyKind], { description: 'The kinds of the links by which it hangs on processes one step nearer.' })
  kinds!: DependencyKind[];
}

@ObjectType({ description: 'The ancestors or descendants of a process; says itself whether it is complete.' })
class DependencyWalk {
  @Field(() => [DependencyNode], {
    description: 'The processes met, ordered by distance, each once. Never the process itself, even where others have written a cycle.',
  })
  nodes!: Node[];
  @Field(() => Boolean, { description: 'Whether all are in the answer (or in those before it).' }) complete!: boolean;
  @Field(() => TraversalLimit, { nullable: true, description: 'What truncated the answer; null if it is complete.' })
  truncatedBy!: TraversalLimit | null;
  @Field(() => Int, { description: 'How many processes the walk has met so far, those of the answers before this one included.' })
  visitedNodes!: number;
  @Field(() => Int, {
    description:
      'How many processes at the rim of an answer that was truncated were met, but not followed (or, where `truncatedBy` is NODES, not answered); 0 if it is complete.',
  })
  frontier!: number;
  @Field(() => String, {
    nullable: true,
    description: 'Cursor to go on with as `after`; null if the answer is complete, or truncated by depth.',
  })
  endCursor!: string | null;
}

const walkOf = (ctx: Context, row: Row<Process, 'id'>, upward: boolean, args: DependencyWalkArgs): Promise<Walk> =>
  ctx.loaders
    .get<number, Walk>(`dependencies ${upward} ${JSON.stringify(args)}`, (roots) => walkDependencies(ctx.db, roots, upward, args))
    .load(row.id);

@Resolver(() => Process)
class DependencyWalks {
  @FieldResolver(() => DependencyWalk, { description: 'All that it depends on, directly or through others.' })
  ancestors(@Root() row: Row<Process, 'id'>, @Ctx() ctx: Context, @Args(() => DependencyWalkArgs) args: DependencyWalkArgs): Promise<Walk> {
    return walkOf(ctx, row, true, args);
  }
  @FieldResolver(() => DependencyWalk, { description: 'All that depend on it, directly or through others.' })
  descendants(
    @Root() row: Row<Process, 'id'>,
    @Ctx() ctx: Context,
    @Args(() => DependencyWalkArgs) args: DependencyWalkArgs,
  ): Promise<Walk> {
    return walkOf(ctx, row, false, args);
  }
}

@Resolver(() => DependencyWalk)
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

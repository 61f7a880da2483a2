import type { Database } from '../../platform/database.js';
import { refuseEmpty } from '../../platform/lists.js';
import { checkLimits, timeLimitMs, traverse, unlimited } from '../../platform/read/traversal.js';
import type { Level, Traversal, TraversalArgs, TraversalNode } from '../../platform/read/traversal.js';
import { dependencyLinks, type DependencyKind } from '../dependency-kind.js';

export interface WalkOptions extends TraversalArgs {
  kinds: DependencyKind[];
}

/** The ancestors (`upward`) or descendants of one process. */
export interface DependencyTraversal extends Traversal {
  root: number;
  upward: boolean;
  kinds: DependencyKind[];
  nodes: DependencyNode[];
}

export interface DependencyNode extends TraversalNode {
  walk: DependencyTraversal;
}

const graph = { kinds: 1, name: 'walk', cursorOf: 'process, direction and kinds' };

/**
 * Walks from each of the roots, breadth first, each process once at its shortest distance (walk-dependencies.sql); all walks are one statement.
 * @throws INVALID for options out of range and for a cursor that is none
 */
export async function walkDependencies(
  db: Database,
  roots: readonly number[],
  upward: boolean,
  options: WalkOptions,
): Promise<DependencyTraversal[]> {
  checkLimits(options);
  const { kinds, depth, maxNodes, after } = options;
  refuseEmpty(kinds, 'kinds');
  const orders = roots.map((root) => [root, upward, [...new Set(kinds)].sort()]);
  const traversals = await traverse(graph, orders, after || null, (last) =>
    db.query<Level>(
      `select r.traversal::int, w.distance, json_build_array(w.processes) as ids, w.cut as "truncatedBy", w.frontier
       from unnest($1::int[]) with ordinality r(root, traversal)
       cross join lateral process_tracker.walk_dependencies(r.root, $2, $3::text[], $4, $5, $6, $7, $8) w
       order by r.traversal, w.distance`,
      [roots, upward, kinds, depth ?? unlimited, maxNodes, timeLimitMs, last?.distance ?? null, last?.id ?? null],
    ),
  );
  return traversals.map((traversal, i) => {
    const walk: DependencyTraversal = { ...traversal, root: roots[i]!, upward, kinds, nodes: [] };
    walk.nodes = traversal.nodes.map((node) => ({ ...node, walk }));
    return walk;
  });
}

/** Distance of every process that a walk has met, and of its root. */
const distancesOf = ({ root, before, nodes }: DependencyTraversal): Map<number, number> =>
  new Map([[root, 0], ...[...before, ...nodes].map(({ id, distance }) => [id, distance] as const)]);

/** The kinds of the links by which each process hangs on those one step nearer to its root; one statement for all. */
export async function kindsOf(db: Database, nodes: readonly DependencyNode[]): Promise<DependencyKind[][]> {
  const { upward, kinds } = nodes[0]!.walk;
  const distances = new Map([...new Set(nodes.map(({ walk }) => walk))].map((walk) => [walk, distancesOf(walk)]));
  const near = new Set([...distances.values()].flatMap((ofWalk) => [...ofWalk.keys()]));
  const links = await db.query<{ far: number; near: number; kind: DependencyKind }>(
    `select distinct ${upward ? 'parent as far, child as near' : 'child as far, parent as near'}, kind
     from ${dependencyLinks} l
     where ${upward ? 'parent' : 'child'} = any($1::int[]) and ${upward ? 'child' : 'parent'} = any($2::int[])
       and kind = any($3::text[])`,
    [[...new Set(nodes.map(({ id }) => id))], [...near], kinds],
  );
  const byFar = Map.groupBy(links, ({ far }) => far);
  return nodes.map(({ id, distance, walk }) => {
    const ofWalk = distances.get(walk)!;
    const met = new Set((byFar.get(id) ?? []).filter((link) => ofWalk.get(link.near) === distance - 1).map(({ kind }) => kind));
    return kinds.filter((kind, i) => met.has(kind) && kinds.indexOf(kind) === i);
  });
}

import { createHash } from 'node:crypto';
import type { Database } from '../../platform/database.js';
import { isWhole } from '../../platform/checks.js';
import { invalid } from '../../platform/errors.js';
import { refuseEmpty } from '../../platform/lists.js';
import type { WalkCut } from '../../platform/read/walk-cut.js';
import { dependencyLinks, type DependencyKind } from '../dependency-kind.js';

export const maxNodes = 100_000;
/** How long a statement may walk, in milliseconds. */
const timeLimit = 5000;
/** More steps than any graph has processes: as far as it goes. */
const unlimited = 2_147_483_647;

export interface WalkOptions {
  kinds: DependencyKind[];
  depth?: number | null;
  maxNodes: number;
  after?: string | null;
}

/** The ancestors (`upward`) or descendants of one process. */
export interface DependencyWalk {
  root: number;
  upward: boolean;
  kinds: DependencyKind[];
  nodes: DependencyNode[];
  /** Distance of every process met, with those of the answers before this one and the root. */
  distances: Map<number, number>;
  cut: WalkCut | null;
  frontier: number;
  endCursor: string | null;
}

export interface DependencyNode {
  id: number;
  distance: number;
  walk: DependencyWalk;
}

type Edge = [distance: number, id: number, walk: string];

/** Names the order of a walk's nodes: a cursor of another walk is refused. How far it goes does not matter. */
const markOf = (root: number, upward: boolean, kinds: readonly DependencyKind[]): string =>
  createHash('sha1')
    .update(JSON.stringify([root, upward, [...new Set(kinds)].sort()]))
    .digest('base64url')
    .slice(0, 8);

/** @throws INVALID for a text that is no cursor of each of these walks. */
function decodeCursor(cursor: string, marks: readonly string[]): Edge {
  try {
    const edge: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(edge) && edge.length === 3) {
      const [distance, id, walk]: unknown[] = edge;
      const isPlace = isWhole(distance, 1, unlimited) && isWhole(id, 1, unlimited);
      if (isPlace && typeof walk === 'string' && marks.every((mark) => mark === walk)) return [distance, id, walk];
    }
  } catch {
    // Not JSON: refused below like any other text that is no cursor.
  }
  throw invalid('after is not a cursor of this walk.', {
    argument: 'after',
    value: cursor,
    allowed: 'an endCursor of the same process, direction and kinds',
  });
}

/** @throws INVALID for a negative depth, a number of nodes out of range, and no kinds. */
function checkOptions({ depth, maxNodes: nodes, kinds }: WalkOptions): void {
  if (typeof depth === 'number' && depth < 0)
    throw invalid(`depth must not be negative, and is ${depth}.`, { argument: 'depth', value: depth, allowed: { min: 0 } });
  if (nodes < 1 || nodes > maxNodes)
    throw invalid(`maxNodes must be between 1 and ${maxNodes}, not ${nodes}.`, {
      argument: 'maxNodes',
      value: nodes,
      allowed: { min: 1, max: maxNodes },
    });
  refuseEmpty(kinds, 'kinds');
}

/**
 * Walks from each of the roots, breadth first, each process once at its shortest distance (walk-dependencies.sql); all walks are one statement.
 * @throws INVALID for options out of range and for a cursor that is none
 */
export async function walkDependencies(
  db: Database,
  roots: readonly number[],
  upward: boolean,
  options: WalkOptions,
): Promise<DependencyWalk[]> {
  checkOptions(options);
  const { kinds } = options;
  const marks = roots.map((root) => markOf(root, upward, kinds));
  const after = options.after ? decodeCursor(options.after, marks) : undefined;
  const levels = await db.query<{ root: number; distance: number | null; processes: number[]; cut: WalkCut; frontier: number }>(
    `select r.root, w.distance, to_json(w.processes) as processes, w.cut, w.frontier
     from unnest($1::int[]) r(root) cross join lateral process_tracker.walk_dependencies(r.root, $2, $3::text[], $4, $5, $6, $7, $8) w
     order by r.root, w.distance`,
    [roots, upward, kinds, options.depth ?? unlimited, options.maxNodes, timeLimit, after?.[0] ?? null, after?.[1] ?? null],
  );
  const walks = new Map<number, DependencyWalk>(
    roots.map((root) => [
      root,
      { root, upward, kinds, nodes: [], distances: new Map([[root, 0]]), cut: null, frontier: 0, endCursor: null },
    ]),
  );
  for (const { root, distance, processes, cut, frontier } of levels) {
    const walk = walks.get(root)!;
    if (distance === null) Object.assign(walk, { cut, frontier });
    else
      for (const id of processes) {
        walk.distances.set(id, distance);
        if (!after || (distance - after[0] || id - after[1]) > 0) walk.nodes.push({ id, distance, walk });
      }
  }
  return roots.map((root, i) => {
    const walk = walks.get(root)!;
    const last = walk.nodes.at(-1);
    if (last && walk.cut && walk.cut !== 'depth') {
      const edge: Edge = [last.distance, last.id, marks[i]!];
      walk.endCursor = Buffer.from(JSON.stringify(edge)).toString('base64url');
    }
    return walk;
  });
}

/** The kinds of the links by which each process hangs on those one step nearer to its root; one statement for all. */
export async function kindsOf(db: Database, nodes: readonly DependencyNode[]): Promise<DependencyKind[][]> {
  const { upward, kinds } = nodes[0]!.walk;
  const near = new Set<number>();
  for (const walk of new Set(nodes.map((node) => node.walk))) for (const id of walk.distances.keys()) near.add(id);
  const links = await db.query<{ far: number; near: number; kind: DependencyKind }>(
    `select distinct ${upward ? 'parent as far, child as near' : 'child as far, parent as near'}, kind from ${dependencyLinks} l
     where ${upward ? 'parent' : 'child'} = any($1::int[]) and ${upward ? 'child' : 'parent'} = any($2::int[]) and kind = any($3::text[])`,
    [[...new Set(nodes.map(({ id }) => id))], [...near], kinds],
  );
  const byFar = Map.groupBy(links, ({ far }) => far);
  return nodes.map(({ id, distance, walk }) => {
    const met = new Set((byFar.get(id) ?? []).filter((link) => walk.distances.get(link.near) === distance - 1).map(({ kind }) => kind));
    return kinds.filter((kind, i) => met.has(kind) && kinds.indexOf(kind) === i);
  });
}

import type { Database } from '../platform/database.js';
import { checkLimits, timeLimitMs, traverse, unlimited } from '../platform/read/traversal.js';
import type { Level, Traversal, TraversalArgs, TraversalNode } from '../platform/read/traversal.js';
import { LineageDirection, LineageGranularity, type LineageArgs } from './lineage.type.js';

/** Kinds of nodes, in the order in which a level has them. */
export const kinds = ['Process', 'Source', 'SourceObject'] as const;

/** What a walk has met. */
export interface Walk extends Traversal {
  granularity: LineageGranularity;
}

/** Roots of one walk: their numbers by kind, in the order of `kinds`. */
export type Roots = readonly (readonly number[])[];

type Way = Pick<LineageArgs, 'direction' | 'granularity'>;
const graph = { kinds: kinds.length, name: 'lineage', cursorOf: 'roots, direction and granularity' };

/**
 * Walks from roots, breadth first, each node once at its shortest distance (walk-lineage.sql). Several walks are one statement.
 * @throws INVALID for limits out of range and for a cursor that is none
 */
export async function walkLineage(
  db: Database,
  rootsOfWalks: readonly Roots[],
  args: Way & TraversalArgs,
  milliseconds: number = timeLimitMs,
): Promise<Walk[]> {
  checkLimits(args);
  const { direction, granularity, depth, maxNodes } = args;
  const walks = rootsOfWalks.map((roots) => roots.map((ids) => [...new Set(ids)].sort((a, b) => a - b)));
  const orders = walks.map((roots) => [direction, granularity, roots]);
  const limits = { depth: depth ?? unlimited, maxNodes, milliseconds };
  const traversals = await traverse(graph, orders, args.after, (after) => readLevels(db, walks, args, limits, after));
  return traversals.map((traversal) => ({ ...traversal, granularity }));
}

/** The levels of each walk from its roots (ordered, each once) or behind a node; one statement. */
export async function readLevels(
  db: Database,
  walks: readonly Roots[],
  { direction, granularity }: Way,
  limits: { depth: number; maxNodes: number; milliseconds: number },
  after?: TraversalNode,
): Promise<Level[]> {
  // The arrays come through subqueries: their lengths would make a plan for each call look better than it is.
  return db.query<Level>(
    `select r.traversal::int, w.distance, json_build_array(w.processes, w.sources, w.objects) as ids,
       w.cut as "truncatedBy", w.frontier
     from unnest((select $1::text[]), (select $2::text[]), (select $3::text[])) with ordinality r(p, s, o, traversal)
     cross join lateral process_tracker.walk_lineage(
       r.p::int[], r.s::int[], r.o::int[], $4, $5, $6, $7, $8, $9, $10, $11, $12) w
     order by r.traversal, w.distance`,
    [
      // An array of arrays must be rectangular, so each list of roots travels as the text of an array.
      ...kinds.map((_, kind) => walks.map((roots) => `{${roots[kind]!.join()}}`)),
      direction !== LineageDirection.UPSTREAM,
      direction !== LineageDirection.DOWNSTREAM,
      granularity === LineageGranularity.SOURCE,
      limits.depth,
      limits.maxNodes,
      limits.milliseconds,
      after?.distance ?? null,
      after?.kind ?? null,
      after?.id ?? null,
    ],
  );
}

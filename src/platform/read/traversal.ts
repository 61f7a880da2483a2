import { createHash } from 'node:crypto';
import { isWhole } from '../checks.js';
import { invalid } from '../errors.js';
import { inTurns } from '../turns.js';
import { TraversalLimit } from './traversal-limit.js';

// Traversals of a graph are functions of the store that answer level by level; what their arguments, cursors and answers share is here.

export const defaultNodes = 10_000;
export const maxNodes = 100_000;
/** How long a statement may take for its traversals. */
export const timeLimitMs = 5000;
/** More steps than any graph has nodes: as far as it goes. */
export const unlimited = 2_147_483_647;

export interface TraversalArgs {
  depth?: number | null;
  maxNodes: number;
  after?: string | null;
}

/** A node: its kind by number, its key, and its distance. The order of an answer is by distance, kind and key. */
export interface TraversalNode {
  kind: number;
  id: number;
  distance: number;
}

/** What a traversal has met: the nodes of this answer, and before them those of the answers before. */
export interface Traversal {
  nodes: TraversalNode[];
  before: TraversalNode[];
  truncatedBy: TraversalLimit | null;
  frontier: number;
  endCursor: string | null;
}

/** A level of one of several traversals; the last row of one that was truncated has no distance, and says by what. */
export interface Level {
  /** Place of the traversal, from 1. */
  traversal: number;
  distance: number | null;
  /** The keys of its nodes by kind, each ordered. */
  ids: number[][];
  truncatedBy: TraversalLimit;
  frontier: number;
}

/** What is traversed: how many kinds of nodes it has, and how an error names it and what a cursor goes with. */
interface Graph {
  kinds: number;
  name: string;
  cursorOf: string;
}

/** What the order of a traversal's nodes depends on: a cursor of another order is refused. How far it goes does not matter. */
type Order = readonly unknown[];

const markOf = (order: Order): string => createHash('sha1').update(JSON.stringify(order)).digest('base64url').slice(0, 8);

/** @throws INVALID for a negative depth or a number of nodes out of range. */
export function checkLimits({ depth, maxNodes: nodes }: TraversalArgs): void {
  if (typeof depth === 'number' && depth < 0)
    throw invalid(`depth must not be negative, and is ${depth}.`, { argument: 'depth', value: depth, allowed: { min: 0 } });
  if (nodes < 1 || nodes > maxNodes)
    throw invalid(`\`maxNodes\` must be between 1 and ${maxNodes}, not ${nodes}.`, {
      argument: 'maxNodes',
      value: nodes,
      allowed: { min: 1, max: maxNodes },
    });
}

const encodeCursor = ({ distance, kind, id }: TraversalNode, order: Order): string =>
  Buffer.from(JSON.stringify([distance, kind, id, markOf(order)])).toString('base64url');

/** @throws INVALID for a text that is no cursor of each of these traversals. */
function decodeCursor(cursor: string, { kinds, name, cursorOf }: Graph, orders: readonly Order[]): TraversalNode {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === 4) {
      const [distance, kind, id, ofTraversal]: unknown[] = parts;
      const isPlace = isWhole(distance, 0, unlimited) && isWhole(kind, 0, kinds - 1) && isWhole(id, 0, unlimited);
      if (isPlace && orders.every((order) => markOf(order) === ofTraversal)) return { distance, kind, id };
    }
  } catch {
    // Not JSON: refused below like any other text that is no cursor.
  }
  throw invalid(`after is not a cursor of this ${name}.`, {
    argument: 'after',
    value: cursor,
    allowed: `an endCursor of the same ${cursorOf}`,
  });
}

/**
 * Answers traversals of one graph, each with its order, from the levels that `read` finds for all of them.
 * @param read takes the last node of the answer before this one
 * @throws INVALID for a cursor that is none
 */
export async function traverse(
  graph: Graph,
  orders: readonly Order[],
  cursor: string | null | undefined,
  read: (after: TraversalNode | undefined) => Promise<readonly Level[]>,
): Promise<Traversal[]> {
  const after = typeof cursor === 'string' ? decodeCursor(cursor, graph, orders) : undefined;
  const traversals = orders.map((): Traversal => ({ nodes: [], before: [], truncatedBy: null, frontier: 0, endCursor: null }));
  for (const { traversal, distance, ids, truncatedBy, frontier } of await read(after)) {
    const answer = traversals[traversal - 1]!;
    if (distance === null) {
      Object.assign(answer, { truncatedBy, frontier });
      continue;
    }
    for (const [kind, level] of ids.entries()) {
      if (!level.length) continue;
      await inTurns(level, (id) => {
        const isOld = after && (distance - after.distance || kind - after.kind || id - after.id) <= 0;
        (isOld ? answer.before : answer.nodes).push({ kind, id, distance });
      });
    }
  }
  for (const [i, answer] of traversals.entries()) {
    const last = answer.nodes.at(-1);
    if (last && answer.truncatedBy && answer.truncatedBy !== TraversalLimit.DEPTH) answer.endCursor = encodeCursor(last, orders[i]!);
  }
  return traversals;
}

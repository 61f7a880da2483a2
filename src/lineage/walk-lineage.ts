import { createHash } from 'node:crypto';
import type { Database } from '../platform/database.js';
import { isWhole } from '../platform/checks.js';
import { invalid } from '../platform/errors.js';
import { inTurns } from '../platform/turns.js';
import { WalkCut } from '../platform/read/walk-cut.js';
import { LineageDirection, LineageGrain, maxNodes, type LineageArgs } from './lineage.type.js';

/** Kinds of nodes, in the order in which a level has them. */
export const kinds = ['Process', 'Source', 'SourceObject'] as const;

/** How long a statement may walk, in milliseconds. */
const timeLimit = 5000;
/** More steps than any graph has nodes: as far as it goes. */
const unlimited = 2_147_483_647;

/** A node of a walk: its kind by number, its key, and its distance. */
export interface WalkNode {
  kind: number;
  id: number;
  distance: number;
}

/** What a walk has met: the nodes of this answer, and before them those of the answers before. */
export interface Walk {
  grain: LineageGrain;
  nodes: WalkNode[];
  before: WalkNode[];
  cut: WalkCut | null;
  frontier: number;
  endCursor: string | null;
}

/** Roots of one walk: their numbers by kind, in the order of `kinds`. */
export type Roots = readonly (readonly number[])[];

type WalkArgs = Pick<LineageArgs, 'direction' | 'grain' | 'depth' | 'maxNodes' | 'after'>;
/** The last node of an answer, and a mark of the walk that it belongs to. */
type Edge = [distance: number, kind: number, id: number, walk: string];

/** Names the order of a walk's nodes: a cursor of another walk is refused. How far it goes does not matter. */
const markOf = (roots: Roots, { direction, grain }: WalkArgs): string =>
  createHash('sha1')
    .update(JSON.stringify([direction, grain, roots]))
    .digest('base64url')
    .slice(0, 8);

/** @throws INVALID for a text that is no cursor of each of these walks. */
function decodeCursor(cursor: string, walks: readonly Roots[], args: WalkArgs): Edge {
  try {
    const edge: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(edge) && edge.length === 4) {
      const [distance, kind, id, walk]: unknown[] = edge;
      const isPlace = isWhole(distance, 0, unlimited) && isWhole(kind, 0, kinds.length - 1) && isWhole(id, 0, unlimited);
      if (isPlace && typeof walk === 'string' && walks.every((roots) => markOf(roots, args) === walk)) return [distance, kind, id, walk];
    }
  } catch {
    // Not JSON: refused below like any other text that is no cursor.
  }
  throw invalid('after is not a cursor of this lineage.', {
    argument: 'after',
    value: cursor,
    allowed: 'an endCursor of the same roots, direction and grain',
  });
}

/** @throws INVALID for a negative depth or a number of nodes out of range. */
function checkLimits({ depth, maxNodes: nodes }: WalkArgs): void {
  if (typeof depth === 'number' && depth < 0)
    throw invalid(`depth must not be negative, and is ${depth}.`, { argument: 'depth', value: depth, allowed: { min: 0 } });
  if (nodes < 1 || nodes > maxNodes)
    throw invalid(`maxNodes must be between 1 and ${maxNodes}, not ${nodes}.`, {
      argument: 'maxNodes',
      value: nodes,
      allowed: { min: 1, max: maxNodes },
    });
}

/** A level of one of the walks; the last row of one that was cut says by what. */
interface Level {
  walk: number;
  distance: number | null;
  processes: number[];
  data: number[];
  cut: WalkCut;
  frontier: number;
}

/**
 * Walks from roots, breadth first, each node once at its shortest distance (walk-lineage.sql). Several walks are one statement.
 * @throws INVALID for limits out of range and for a cursor that is none
 */
export async function walkLineage(
  db: Database,
  rootsOfWalks: readonly Roots[],
  args: WalkArgs,
  milliseconds: number = timeLimit,
): Promise<Walk[]> {
  checkLimits(args);
  const walks = rootsOfWalks.map((roots) => roots.map((ids) => [...new Set(ids)].sort((a, b) => a - b)));
  const after = typeof args.after === 'string' ? decodeCursor(args.after, walks, args) : undefined;
  const atSource = args.grain === LineageGrain.SOURCE;
  // The arrays come through subqueries: their lengths would make a plan for each call look better than it is.
  const levels = await db.query<Level>(
    `select r.walk::int, w.distance, to_json(w.processes) as processes, to_json(w.data) as data, w.cut, w.frontier
     from unnest((select $1::text[]), (select $2::text[]), (select $3::text[])) with ordinality r(p, s, o, walk)
     cross join lateral process_tracker.walk_lineage(r.p::int[], r.s::int[], r.o::int[], $4, $5, $6, $7, $8, $9, $10, $11, $12) w
     order by r.walk, w.distance`,
    [
      // An array of arrays must be rectangular, so each list of roots travels as the text of an array.
      ...kinds.map((_, kind) => walks.map((roots) => `{${roots[kind]!.join()}}`)),
      args.direction !== LineageDirection.UPSTREAM,
      args.direction !== LineageDirection.DOWNSTREAM,
      atSource,
      args.depth ?? unlimited,
      args.maxNodes,
      milliseconds,
      ...(after ? [after[0], after[1] > 0, after[1] === 1 && !atSource ? after[2] | signBit : after[2]] : [null, null, null]),
    ],
  );
  const answers = walks.map((): Walk => ({ grain: args.grain, nodes: [], before: [], cut: null, frontier: 0, endCursor: null }));
  for (const { walk, distance, processes, data, cut, frontier } of levels) {
    const answer = answers[walk - 1]!;
    if (distance === null) {
      answer.cut = cut;
      answer.frontier = frontier;
      continue;
    }
    const add = (kind: number, id: number) => {
      const old = after && (distance - after[0] || kind - after[1] || id - after[2]) <= 0;
      (old ? answer.before : answer.nodes).push({ kind, id, distance });
    };
    await inTurns(processes, (id) => add(0, id));
    await inTurns(data, (id) => add(atSource || id < 0 ? 1 : 2, id & ~signBit));
  }
  for (const [i, answer] of answers.entries()) {
    const last = answer.nodes.at(-1);
    if (last && answer.cut && answer.cut !== WalkCut.DEPTH) {
      const edge: Edge = [last.distance, last.kind, last.id, markOf(walks[i]!, args)];
      answer.endCursor = Buffer.from(JSON.stringify(edge)).toString('base64url');
    }
  }
  return answers;
}

/** Set in the id of a source that stands among objects. */
const signBit = 0x8000_0000;

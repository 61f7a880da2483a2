import type { Database } from '../platform/database.js';
import { invalid } from '../platform/errors.js';
import { LineageCut, LineageDirection, LineageGrain, maxNodes, type LineageArgs } from './lineage.type.js';

/** Kinds of nodes, by the number that walk-lineage.sql gives them. */
export const kinds = ['Process', 'Source', 'SourceObject'] as const;

/** How long a walk may take, in milliseconds. */
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
  cut: LineageCut | null;
  frontier: number;
  endCursor: string | null;
}

type Edge = [distance: number, kind: number, id: number];

function decodeCursor(cursor: string): Edge {
  try {
    const edge: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(edge) && edge.length === 3 && edge.every((each) => Number.isSafeInteger(each) && each >= 0 && each <= unlimited))
      return edge as Edge;
  } catch {
    // Not JSON: refused below like any other text that is no cursor.
  }
  throw invalid('after is not a cursor of a lineage answer.', { argument: 'after', value: cursor, allowed: 'an endCursor of this field' });
}

/** @throws INVALID for a negative depth or a number of nodes out of range. */
function checkLimits({ depth, maxNodes: nodes }: LineageArgs): void {
  if (typeof depth === 'number' && depth < 0)
    throw invalid(`depth must not be negative, and is ${depth}.`, { argument: 'depth', value: depth, allowed: { min: 0 } });
  if (nodes < 1 || nodes > maxNodes)
    throw invalid(`maxNodes must be between 1 and ${maxNodes}, not ${nodes}.`, {
      argument: 'maxNodes',
      value: nodes,
      allowed: { min: 1, max: maxNodes },
    });
}

/** Roots of one walk: their numbers by kind, in the order of `kinds`. */
export type Roots = readonly (readonly number[])[];

/**
 * Walks from roots, breadth first, each node once at its shortest distance (walk-lineage.sql). Several walks are one statement.
 * @throws INVALID for limits out of range and for a cursor that is none
 */
export async function walkLineage(db: Database, walks: readonly Roots[], args: LineageArgs): Promise<Walk[]> {
  checkLimits(args);
  const after = args.after ? decodeCursor(args.after) : undefined;
  const { direction, grain } = args;
  const rows = await db.query<{ distances: number[]; kinds: number[]; ids: number[]; cut: string | null; frontier: number }>(
    `select w.* from unnest($1::text[], $2::text[], $3::text[]) with ordinality r(p, s, o, i)
     cross join lateral ${db.functions}.walk_lineage(r.p::int[], r.s::int[], r.o::int[], $4, $5, $6, $7, $8, $9, $10, $11, $12) w order by r.i`,
    [
      // An array of arrays must be rectangular, so each list of roots travels as the text of an array.
      ...kinds.map((_, kind) => walks.map((roots) => `{${roots[kind]!.join()}}`)),
      direction !== LineageDirection.UPSTREAM,
      direction !== LineageDirection.DOWNSTREAM,
      grain === LineageGrain.SOURCE,
      args.depth ?? unlimited,
      args.maxNodes,
      timeLimit,
      ...(after ?? [null, null, null]),
    ],
  );
  return rows.map(({ distances, kinds: kindsMet, ids, cut, frontier }) => {
    const all = ids.map((id, i) => ({ id, kind: kindsMet[i]!, distance: distances[i]! }));
    const start = after ? all.filter((node) => compare([node.distance, node.kind, node.id], after) <= 0).length : 0;
    const nodes = all.slice(start);
    const last = nodes.at(-1);
    return {
      grain,
      nodes,
      before: all.slice(0, start),
      cut: cut ? LineageCut[cut.toUpperCase() as LineageCut] : null,
      frontier,
      endCursor:
        cut && cut !== 'depth' && last ? Buffer.from(JSON.stringify([last.distance, last.kind, last.id])).toString('base64url') : null,
    };
  });
}

const compare = (a: Edge, b: Edge): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

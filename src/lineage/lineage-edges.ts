import type { Database } from '../platform/database.js';
import { globalId } from '../platform/ids.js';
import type { LineageEdge } from './lineage.type.js';
import { LineageGrain } from './lineage.type.js';
import { kinds, type Walk, type WalkNode } from './walk-lineage.js';

/** Where the links of a grain stand: table, column of the data, kind of the data, and whether the process writes it. */
const links = {
  [LineageGrain.OBJECT]: [
    ['process_source_object', 'source_object_id', 2, false, 'true'],
    ['process_target_object', 'target_object_id', 2, true, 'true'],
    ['process_source', 'source_id', 1, false, 'not implied'],
    ['process_target', 'target_source_id', 1, true, 'not implied'],
  ],
  [LineageGrain.SOURCE]: [
    ['process_source', 'source_id', 1, false, 'true'],
    ['process_target', 'target_source_id', 1, true, 'true'],
  ],
} as const;

/**
 * The edges of each walk: among the nodes of its answer, and between them and those of the answers before it.
 * The walks are of one grain; all their edges are one statement.
 */
export async function edgesOf(db: Database, walks: readonly Walk[]): Promise<LineageEdge[][]> {
  const idsOf = (kind: number) => [
    ...new Set(walks.flatMap(({ nodes, before }) => [...nodes, ...before]).flatMap((node) => (node.kind === kind ? [node.id] : []))),
  ];
  const parts = links[walks[0]!.grain].map(
    ([table, column, kind, writes, where]) =>
      `select process_id as p, ${column} as d, ${kind} as kind, ${writes} as writes from ${table}
       where process_id = any($1::int[]) and ${column} = any($${kind + 1}::int[]) and ${where}`,
  );
  const rows = await db.query<{ p: number; d: number; kind: number; writes: boolean }>(
    `select * from (${parts.join(' union all ')}) e where cardinality($3::int[]) >= 0 order by p, writes, kind, d`,
    [idsOf(0), idsOf(1), idsOf(2)],
  );
  return walks.map(({ nodes, before }) => {
    const here = new Set(nodes.map(keyOf));
    const there = new Set(before.map(keyOf));
    return rows
      .filter(({ p, d, kind }) => {
        const process = keyOf({ kind: 0, id: p });
        const data = keyOf({ kind, id: d });
        return (here.has(process) && (here.has(data) || there.has(data))) || (there.has(process) && here.has(data));
      })
      .map(({ p, d, kind, writes }) => {
        const process = globalId('Process', p);
        const data = globalId(kinds[kind]!, d);
        return writes ? { from: process, to: data } : { from: data, to: process };
      });
  });
}

const keyOf = ({ kind, id }: Pick<WalkNode, 'kind' | 'id'>): number => id * kinds.length + kind;

import type { Database } from '../platform/database.js';
import { globalId } from '../platform/ids.js';
import { inTurns } from '../platform/turns.js';
import type { LineageEdge } from './lineage.type.js';
import { LineageGrain } from './lineage.type.js';
import { kinds, type Walk, type WalkNode } from './walk-lineage.js';

/** Where the links of a grain stand: table, column of the data, kind of the data, whether the process writes it, and which links count. */
const links = {
  [LineageGrain.OBJECT]: [
    ['process_source', 'source_id', 1, false, 'not implied'],
    ['process_source_object', 'source_object_id', 2, false, 'true'],
    ['process_target', 'target_source_id', 1, true, 'not implied'],
    ['process_target_object', 'target_object_id', 2, true, 'true'],
  ],
  [LineageGrain.SOURCE]: [
    ['process_source', 'source_id', 1, false, 'true'],
    ['process_target', 'target_source_id', 1, true, 'true'],
  ],
} as const;

/** What a process reads or writes, of one kind. */
interface Side {
  process: number;
  kind: number;
  writes: boolean;
  data: number[];
}

/**
 * The edges of each walk: among the nodes of its answer, and between them and those of the answers before it.
 * The walks are of one grain; all their edges are one statement.
 */
export async function edgesOf(db: Database, walks: readonly Walk[]): Promise<LineageEdge[][]> {
  const processes = new Set<number>();
  for (const { nodes, before } of walks)
    for (const list of [before, nodes]) await inTurns(list, ({ kind, id }) => void (kind === 0 && processes.add(id)));
  const parts = links[walks[0]!.grain].map(
    ([table, column, kind, writes, where]) =>
      `select process_id as process, ${kind} as kind, ${writes} as writes, json_agg(${column} order by ${column}) as data
       from ${table} where process_id = any ($1::text::int[]) and ${where} group by process_id`,
  );
  // As text: the driver would look at each number. Which of the data were met is sorted out here: to PostgreSQL both ends would be long lists, and it would
  // compare each link with one of them.
  const rows = await db.query<Side>(parts.join(' union all '), [`{${[...processes].join()}}`]);
  const sides = new Map<number, Side[]>();
  await inTurns(rows, (side) => {
    const known = sides.get(side.process);
    if (known) known.push(side);
    else sides.set(side.process, [side]);
  });
  const answers: LineageEdge[][] = [];
  for (const { nodes, before } of walks) {
    const ids = new Map<number, string>();
    const old = new Set<number>();
    await inTurns(before, (node) => void old.add(keyOf(node)));
    for (const list of [before, nodes]) await inTurns(list, (node) => void ids.set(keyOf(node), globalId(kinds[node.kind]!, node.id)));
    const edges: LineageEdge[] = [];
    const addEdges = (node: WalkNode) => {
      if (node.kind > 0) return;
      const key = keyOf(node);
      const process = ids.get(key)!;
      for (const { kind, writes, data } of sides.get(node.id) ?? [])
        for (const id of data) {
          const other = keyOf({ kind, id });
          const end = ids.get(other);
          // An edge between two nodes of the answers before was in one of those.
          if (end && !(old.has(key) && old.has(other))) edges.push(writes ? { from: process, to: end } : { from: end, to: process });
        }
    };
    for (const list of [before, nodes]) await inTurns(list, addEdges);
    answers.push(edges);
  }
  return answers;
}

const keyOf = ({ kind, id }: Pick<WalkNode, 'kind' | 'id'>): number => id * kinds.length + kind;

import type { Database } from '../platform/database.js';
import { globalId } from '../platform/entity/ids.js';
import type { TraversalNode } from '../platform/read/traversal.js';
import { inTurns } from '../platform/turns.js';
import type { LineageEdge } from './lineage.type.js';
import { LineageGranularity } from './lineage.type.js';
import { kinds, type Walk } from './walk-lineage.js';

/** Where the links of a granularity stand: table, column of the data, kind of the data, whether the process writes it, and which links count. */
const links = {
  [LineageGranularity.OBJECT]: [
    ['process_source', 'source_id', 1, false, 'not implied'],
    ['process_source_object', 'source_object_id', 2, false, 'true'],
    ['process_target', 'target_source_id', 1, true, 'not implied'],
    ['process_target_object', 'target_object_id', 2, true, 'true'],
  ],
  [LineageGranularity.SOURCE]: [
    ['process_source', 'source_id', 1, false, 'true'],
    ['process_target', 'target_source_id', 1, true, 'true'],
  ],
} as const;

/** The links of one kind, ordered by process: link by link its process and its data, and where those of a process begin. */
interface Side {
  kind: number;
  writes: boolean;
  processes: number[];
  data: number[];
  first: Map<number, number>;
}

/** Some thousand links of one kind as two lists in JSON, in the order of the processes. */
interface Links {
  /** Place in the list of kinds of links. */
  side: number;
  part: number;
  processes: string;
  data: string;
}
const linksInRow = 2_000;

const numbersOf = (json: string): number[] => JSON.parse(json);

/**
 * The edges of each walk: among the nodes of its answer, and between them and those of the answers before it.
 * The walks are of one granularity; all their edges are one statement.
 */
export async function edgesOf(db: Database, walks: readonly Walk[]): Promise<LineageEdge[][]> {
  const processes = new Set<number>();
  for (const { nodes, before } of walks)
    for (const list of [before, nodes]) await inTurns(list, ({ kind, id }) => void (kind === 0 && processes.add(id)));
  const kindsOfLinks = links[walks[0]!.granularity];
  const parts = kindsOfLinks.map(
    ([table, column, , , where], side) =>
      `select ${side} as side, part,
         json_agg(process order by process, id)::text as processes, json_agg(id order by process, id)::text as data
       from (
         select process_id as process, ${column} as id,
           (row_number() over (order by process_id, ${column}) / ${linksInRow})::int as part
         from ${table}
         where process_id = any ($1::text::int[]) and ${where}
       ) l
       group by part`,
  );
  // As text: the driver would look at each number, and it reads all that has come in one go. Which of the data were met is sorted out here: to PostgreSQL
  // both ends would be long lists, and it would compare each link with one of them.
  const rows = await db.query<Links>(`${parts.join(' union all ')} order by side, part`, [`{${[...processes].join()}}`]);
  const sides = kindsOfLinks.map(([, , kind, writes]): Side => ({ kind, writes, processes: [], data: [], first: new Map() }));
  for (const row of rows) {
    const side = sides[row.side]!;
    await inTurns(numbersOf(row.processes), (process) => {
      if (!side.first.has(process)) side.first.set(process, side.processes.length);
      side.processes.push(process);
    });
    await inTurns(numbersOf(row.data), (id) => void side.data.push(id));
  }
  const answers: LineageEdge[][] = [];
  for (const { nodes, before } of walks) {
    const ids = new Map<number, string>();
    const old = new Set<number>();
    await inTurns(before, (node) => void old.add(keyOf(node)));
    for (const list of [before, nodes]) await inTurns(list, (node) => void ids.set(keyOf(node), globalId(kinds[node.kind]!, node.id)));
    const edges: LineageEdge[] = [];
    const addEdges = (node: TraversalNode) => {
      if (node.kind > 0) return;
      const key = keyOf(node);
      const process = ids.get(key)!;
      for (const { kind, writes, processes: ofLinks, data, first } of sides)
        for (let at = first.get(node.id) ?? data.length; ofLinks[at] === node.id; at++) {
          const other = keyOf({ kind, id: data[at]! });
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

const keyOf = ({ kind, id }: Pick<TraversalNode, 'kind' | 'id'>): number => id * kinds.length + kind;

import fc from 'fast-check';
import { decodeId } from '../../src/platform/entity/ids.js';
import type { Api } from './api.js';

export const directions = ['UPSTREAM', 'DOWNSTREAM', 'BOTH'] as const;
export const grains = ['SOURCE', 'OBJECT'] as const;
type Direction = (typeof directions)[number];
type Grain = (typeof grains)[number];

/** What a process names on one side: numbers of sources, objects and attributes. */
interface Side {
  sources: number[];
  objects: number[];
  attributes: number[];
}

/** A graph as it was declared. Things are named by their numbers in the store. */
export interface Graph {
  sources: number[];
  /** Object → its source. */
  objects: Map<number, number>;
  /** Attribute → its object. */
  attributes: Map<number, number>;
  processes: Map<number, { reads: Side; writes: Side }>;
}

/** The kinds of nodes, as their ids name them and in the order of an answer. */
const kinds = ['Process', 'Source', 'SourceObject'];
/** A node: `kind:number`, the kind as an index of `kinds`. */
export type NodeKey = string;
/** The node that an id of the API names. */
export const keyOf = (id: string): NodeKey => {
  const { type, id: number } = decodeId(id);
  return `${kinds.indexOf(type)}:${number}`;
};
export const idOf = (key: NodeKey): string => {
  const [kind, number] = key.split(':');
  return Buffer.from(`${kinds[Number(kind)]}:${number}`).toString('base64url');
};

// The numbers of each graph are its own, so that many share a store.
let last = 1000;

/** Small graphs with everything that hurts: cycles, diamonds, processes that read what they write, all grains mixed, things that nothing touches. */
export const graphs: fc.Arbitrary<Graph> = fc
  .record({
    sources: fc.integer({ min: 1, max: 4 }),
    objects: fc.array(fc.nat(3), { maxLength: 9 }),
    attributes: fc.array(fc.nat(8), { maxLength: 5 }),
    processes: fc.array(fc.record({ reads: sideOf(), writes: sideOf() }), { maxLength: 9 }),
  })
  .map((shape) => {
    const number = () => ++last;
    const sources = Array.from({ length: shape.sources }, number);
    const objects = new Map(shape.objects.map((source) => [number(), sources[source % sources.length]!]));
    const objectIds = [...objects.keys()];
    const attributes = new Map(objectIds.length ? shape.attributes.map((object) => [number(), objectIds[object % objectIds.length]!]) : []);
    const pick = (picks: number[], from: number[]) => [...new Set(from.length ? picks.map((each) => from[each % from.length]!) : [])];
    const side = (picked: Side): Side => ({
      sources: pick(picked.sources, sources),
      objects: pick(picked.objects, objectIds),
      attributes: pick(picked.attributes, [...attributes.keys()]),
    });
    return {
      sources,
      objects,
      attributes,
      processes: new Map(shape.processes.map(({ reads, writes }) => [number(), { reads: side(reads), writes: side(writes) }])),
    };
  });

function sideOf(): fc.Arbitrary<Side> {
  const few = (max: number, maxLength: number) => fc.array(fc.nat(max), { maxLength });
  return fc.record({ sources: few(3, 1), objects: few(8, 2), attributes: few(4, 1) });
}

/** Puts a graph into the store as a Python client would: plain rows, each at the granularity at which it was declared. */
export async function store(api: Api, graph: Graph): Promise<void> {
  const rows: Record<string, unknown[][]> = {
    'source_lkup (source_id, source_name)': graph.sources.map((id) => [id, `source ${id}`]),
    'source_object_lkup (source_object_id, source_object_name, source_id)': [...graph.objects].map(([id, source]) => [
      id,
      `object ${id}`,
      source,
    ]),
    'source_object_attribute_lkup (source_object_attribute_id, source_object_attribute_name, source_object_id)': [...graph.attributes].map(
      ([id, object]) => [id, `attribute ${id}`, object],
    ),
    'process (process_id, process_name)': [...graph.processes.keys()].map((id) => [id, `process ${id}`]),
  };
  const processes = [...graph.processes];
  const links = (side: 'reads' | 'writes', granularity: keyof Side) =>
    processes.flatMap(([process, sides]) => sides[side][granularity].map((id) => [process, id]));
  rows['process_source_object_attribute (process_id, source_object_attribute_id)'] = links('reads', 'attributes');
  rows['process_target_object_attribute (process_id, target_object_attribute_id)'] = links('writes', 'attributes');
  rows['process_source (process_id, source_id)'] = links('reads', 'sources');
  rows['process_target (process_id, target_source_id)'] = links('writes', 'sources');
  rows['process_source_object (process_id, source_object_id)'] = links('reads', 'objects');
  rows['process_target_object (process_id, target_object_id)'] = links('writes', 'objects');
  const values = (row: unknown[]) => `(${row.map((value) => (typeof value === 'number' ? value : `'${String(value)}'`)).join()})`;
  // A row that a finer one has added already is not added again.
  const inserts = Object.entries(rows).map(([into, list]) =>
    list.length ? `insert into ${into} values ${list.map(values).join()} on conflict do nothing;` : '',
  );
  await api.sql(inserts.join('\n'));
}

/** The edges at one granularity, from where the data comes to where it goes. A coarser link counts where no finer one of its side stands below it. */
function edgesAt(graph: Graph, granularity: Grain): [NodeKey, NodeKey][] {
  const nodes = ({ sources, objects, attributes }: Side): NodeKey[] => {
    const allObjects = new Set([...objects, ...attributes.map((id) => graph.attributes.get(id)!)]);
    const implied = new Set([...allObjects].map((id) => graph.objects.get(id)!));
    if (granularity === 'SOURCE') return [...new Set([...sources, ...implied])].map((id) => `1:${id}`);
    return [...sources.filter((id) => !implied.has(id)).map((id) => `1:${id}`), ...[...allObjects].map((id) => `2:${id}`)];
  };
  return [...graph.processes].flatMap(([id, { reads, writes }]) => [
    ...nodes(reads).map((from): [NodeKey, NodeKey] => [from, `0:${id}`]),
    ...nodes(writes).map((to): [NodeKey, NodeKey] => [`0:${id}`, to]),
  ]);
}

/** What the roots stand for at a granularity. */
function rootsAt(graph: Graph, granularity: Grain, roots: NodeKey[]): NodeKey[] {
  return roots.flatMap((root) => {
    const [kind, number] = root.split(':').map(Number);
    if (granularity === 'SOURCE' && kind === 2) return [`1:${graph.objects.get(number!)}`];
    if (granularity === 'OBJECT' && kind === 1)
      return [root, ...[...graph.objects].filter(([, source]) => source === number).map(([id]) => `2:${id}`)];
    return [root];
  });
}

/** The plainest breadth-first search: the distance of each node that can be reached. */
function distances(edges: [NodeKey, NodeKey][], roots: NodeKey[], upstream: boolean): Map<NodeKey, number> {
  const met = new Map(roots.map((root) => [root, 0]));
  const queue = [...met.keys()];
  for (const node of queue)
    for (const [from, to] of edges) {
      const [here, next] = upstream ? [to, from] : [from, to];
      if (here !== node || met.has(next)) continue;
      met.set(next, met.get(node)! + 1);
      queue.push(next);
    }
  return met;
}

/** An answer of the API, all of it. */
export interface Answer {
  nodes: { subjectId: string; distance: number }[];
  edges: { from: string; to: string }[];
  complete: boolean;
  truncatedBy: string | null;
  visitedNodes: number;
  frontier: number;
  endCursor: string | null;
}

/** What it was asked for. */
export interface Args {
  roots: NodeKey[];
  direction?: Direction;
  granularity?: Grain;
  depth?: number;
  maxNodes?: number;
  after?: string;
}

export const rank = (key: NodeKey) => key.split(':').map(Number) as [number, number];
const edgeText = ([from, to]: readonly [NodeKey, NodeKey]) => `${from}→${to}`;

/** The pages that a walk must have, from a search in memory. */
export function expectedPages(graph: Graph, args: Args & { direction: Direction; granularity: Grain }) {
  const { direction, granularity, depth = Infinity, maxNodes = Infinity } = args;
  const edges = edgesAt(graph, granularity);
  const roots = rootsAt(graph, granularity, args.roots);
  const ways = [
    ...(direction === 'DOWNSTREAM' ? [] : [distances(edges, roots, true)]),
    ...(direction === 'UPSTREAM' ? [] : [distances(edges, roots, false)]),
  ];
  const all = new Map<NodeKey, number>();
  for (const [key, distance] of ways.flatMap((way) => [...way])) all.set(key, Math.min(distance, all.get(key) ?? Infinity));
  const order = ([a, near]: [NodeKey, number], [b, far]: [NodeKey, number]) =>
    near - far || rank(a)[0] - rank(b)[0] || rank(a)[1] - rank(b)[1];
  const whole = [...all].sort(order);
  const within = whole.filter(([, distance]) => distance <= depth);
  const rim = new Set(ways.flatMap((way) => [...way].filter(([, distance]) => distance === depth).map(([key]) => key)));
  const pages = [];
  for (let start = 0; start < within.length; start += maxNodes) {
    const end = Math.min(start + maxNodes, within.length);
    const [met, before] = [new Set(within.slice(0, end).map(([key]) => key)), new Set(within.slice(0, start).map(([key]) => key))];
    const more = within.slice(end);
    const cut = more.length ? 'NODES' : within.length < whole.length ? 'DEPTH' : null;
    pages.push({
      nodes: within.slice(start, end),
      edges: edges
        .filter((ends) => ends.every((key) => met.has(key)) && !ends.every((key) => before.has(key)))
        .map(edgeText)
        .sort(),
      complete: cut === null,
      truncatedBy: cut,
      visitedNodes: end,
      frontier: cut === 'NODES' ? more.filter(([, distance]) => distance === more[0]![1]).length : cut === 'DEPTH' ? rim.size : 0,
    });
  }
  return pages;
}

/** An answer in the words of `expectedPages`. */
export const readable = ({ nodes, edges, endCursor: _, ...rest }: Answer) => ({
  nodes: nodes.map(({ subjectId, distance }) => [keyOf(subjectId), distance]),
  edges: edges.map(({ from, to }) => edgeText([keyOf(from), keyOf(to)])).sort(),
  ...rest,
});

/** All that a walk can start from. */
export const nodesOf = (graph: Graph): NodeKey[] => [
  ...[...graph.processes.keys()].map((id) => `0:${id}`),
  ...graph.sources.map((id) => `1:${id}`),
  ...[...graph.objects.keys()].map((id) => `2:${id}`),
];

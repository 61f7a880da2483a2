import type { Database } from '../../platform/database.js';
import { cycleAmong, type Link } from '../../platform/find-cycles.js';
import { dependencyLinks, type DependencyKind } from '../dependency-kind.js';

/** Processes with the links between them: place by place, `children[i]` depends on `parents[i]`. */
export interface DependencyGraph {
  processes: readonly number[];
  children: readonly number[];
  parents: readonly number[];
}

export interface Order {
  /** Each layer needs nothing but the layers before it. */
  layers: number[][];
  /** Those that are in no layer, since they stand on a cycle or behind one. */
  unordered: number[];
  /** One cycle, if there is any: each process depends on the next, the last is the first again. */
  cycle: number[] | null;
}

/** The processes given (or all) with everything that they depend on, and the links between them; one statement. */
export async function readDependencies(
  db: Database,
  ids: readonly number[] | null,
  kinds: readonly DependencyKind[],
): Promise<DependencyGraph> {
  const links = `select child, parent
       from ${dependencyLinks} l
       where kind = any($1::text[])`;
  const needed = `with processes as materialized (
       select unnest(process_tracker.with_ancestors($2::int[], $1::text[])) as id
     ), links as (
       select d.*
       from processes
       cross join lateral (${links} and child = processes.id) d
     )`;
  const all = `with processes as (select process_id as id from process), links as (${links})`;
  const [graph] = await db.query<DependencyGraph>(
    `${ids ? needed : all}
     select (select coalesce(json_agg(id order by id), '[]') from processes) as processes,
       coalesce(json_agg(child order by child, parent), '[]') as children,
       coalesce(json_agg(parent order by child, parent), '[]') as parents
     from links`,
    ids ? [kinds, ids] : [kinds],
  );
  return graph!;
}

/**
 * Puts the chosen processes of a graph into layers: as early as what they depend on allows. What was not chosen is gone through, but takes no layer:
 * two processes that are linked through a third keep their order.
 */
export function layersOf({ processes, children, parents }: DependencyGraph, isChosen: (id: number) => boolean): Order {
  const dependents = new Map<number, number[]>();
  /** How many links of a process lead to parents that have no layer yet. */
  const open = new Map(processes.map((id) => [id, 0]));
  for (const [i, child] of children.entries()) {
    const parent = parents[i]!;
    const list = dependents.get(parent);
    if (list) list.push(child);
    else dependents.set(parent, [child]);
    open.set(child, open.get(child)! + 1);
  }
  const layers: number[][] = [];
  /** The first layer that a process may stand in. */
  const earliest = new Map<number, number>();
  const ready = processes.filter((id) => !open.get(id));
  for (const id of ready) {
    let layer = earliest.get(id) ?? 0;
    if (isChosen(id)) (layers[layer++] ??= []).push(id);
    for (const child of dependents.get(id) ?? []) {
      earliest.set(child, Math.max(layer, earliest.get(child) ?? 0));
      const left = open.get(child)! - 1;
      open.set(child, left);
      if (!left) ready.push(child);
    }
  }
  for (const layer of layers) layer.sort((a, b) => a - b);
  const stuck = new Set(processes.filter((id) => open.get(id)));
  return { layers, unordered: [...stuck].filter(isChosen), cycle: stuck.size ? cycleAmong(linksAmong(stuck, children, parents)) : null };
}

/** Each of these processes has a parent among them. */
const linksAmong = (stuck: ReadonlySet<number>, children: readonly number[], parents: readonly number[]): Link[] =>
  children.map((child, i) => ({ child, parent: parents[i]! })).filter(({ child, parent }) => stuck.has(child) && stuck.has(parent));

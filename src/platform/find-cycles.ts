/** Something that depends on another of its kind, by their numbers. */
export interface Link {
  child: number;
  parent: number;
}

type Graph = Map<number, number[]>;

const add = (graph: Graph, { child, parent }: Link) => {
  const parents = graph.get(child);
  if (parents) parents.push(parent);
  else graph.set(child, [parent]);
};

/** Nodes that lie on a cycle, or on a way between two: what is left when everything without parents, and then without children, is taken away. */
function knotted(links: readonly Link[]): Set<number> {
  const nodes = new Set(links.flatMap(({ child, parent }) => [child, parent]));
  for (const [from, to] of [
    ['child', 'parent'],
    ['parent', 'child'],
  ] as const) {
    const count = new Map<number, number>();
    const back: Graph = new Map();
    for (const link of links) {
      if (!nodes.has(link.child) || !nodes.has(link.parent)) continue;
      count.set(link[from], (count.get(link[from]) ?? 0) + 1);
      add(back, { child: link[to], parent: link[from] });
    }
    const free = [...nodes].filter((node) => !count.get(node));
    for (let node = free.pop(); node !== undefined; node = free.pop()) {
      nodes.delete(node);
      for (const next of back.get(node) ?? []) {
        const left = count.get(next)! - 1;
        count.set(next, left);
        if (!left) free.push(next);
      }
    }
  }
  return nodes;
}

/** The shortest way from a node upwards to another, both with it; undefined if there is none. */
function way(graph: Graph, from: number, to: number): number[] | undefined {
  const cameFrom = new Map([[from, from]]);
  const queue = [from];
  for (const node of queue) {
    if (node === to) {
      const found = [to];
      while (found[0] !== from) found.unshift(cameFrom.get(found[0]!)!);
      return found;
    }
    for (const next of graph.get(node) ?? [])
      if (!cameFrom.has(next)) {
        cameFrom.set(next, node);
        queue.push(next);
      }
  }
  return undefined;
}

/**
 * Of links that are to come to those that stand, in their order, which cannot: each with the cycle that it would close, from its child back to it.
 * Linear where none does.
 */
export function closedCycles(standing: readonly Link[], coming: readonly Link[]): (number[] | null)[] {
  const knot = knotted([...standing, ...coming]);
  const inKnot = ({ child, parent }: Link) => knot.has(child) && knot.has(parent);
  const graph: Graph = new Map();
  for (const link of standing) if (inKnot(link)) add(graph, link);
  return coming.map((link) => {
    if (!inKnot(link)) return null;
    const back = way(graph, link.parent, link.child);
    if (back) return [link.child, ...back];
    add(graph, link);
    return null;
  });
}

/** The cycle to which the way up from the lowest child leads, by the first parent of each; every parent of these links is a child of one, too. */
export function cycleAmong(links: readonly Link[]): number[] {
  const parentOf = new Map<number, number>();
  for (const { child, parent } of links) if (!parentOf.has(child)) parentOf.set(child, parent);
  const met = new Set<number>();
  let at = Math.min(...parentOf.keys());
  for (; !met.has(at); at = parentOf.get(at)!) met.add(at);
  const passed = [...met];
  return [...passed.slice(passed.indexOf(at)), at];
}

import { deepStrictEqual } from 'node:assert/strict';
import { Database } from '../dist/platform/database.js';
import { walkLineage } from '../dist/lineage/walk-lineage.js';
import { islandNodes } from './graph.js';
import { ask } from './servers.js';
import { brief, compare, spread, sum } from './statistics.js';

const sides = {
  DOWNSTREAM: { reads: ['process_source_object', 'source_object_id'], writes: ['process_target_object', 'target_object_id'] },
  UPSTREAM: { reads: ['process_target_object', 'target_object_id'], writes: ['process_source_object', 'source_object_id'] },
};

/**
 * The bench's own walk: from an object to processes to objects, a statement a level, what was met in the program's memory. Answers the
 * nodes as [distance, kind, number].
 */
async function walkByLoop(client, root, direction, depth) {
  const { reads, writes } = sides[direction];
  const steps = [
    { kind: 'Process', sql: `select distinct process_id from ${reads[0]} where ${reads[1]} = any($1)` },
    { kind: 'SourceObject', sql: `select distinct ${writes[1]} from ${writes[0]} where process_id = any($1)` },
  ].map((step) => ({ ...step, name: `${direction} ${step.kind}`, met: new Set() }));
  steps[1].met.add(root);
  const nodes = [[0, 'SourceObject', root]];
  let front = [root];
  for (let distance = 1; front.length && distance <= depth; distance++) {
    const { kind, sql, name, met } = steps[(distance - 1) % 2];
    const { rows } = await client.query({ name, text: sql, values: [front], rowMode: 'array' });
    front = [];
    for (const [id] of rows) {
      if (met.has(id)) continue;
      met.add(id);
      front.push(id);
      nodes.push([distance, kind, id]);
    }
  }
  return nodes;
}

const kinds = ['Process', 'Source', 'SourceObject'];
const sorted = (nodes) => nodes.toSorted((a, b) => a[0] - b[0] || a[1].localeCompare(b[1]) || a[2] - b[2]);

async function walkByProduct(db, root, direction, depth, maxNodes = 100_000) {
  const args = { direction, granularity: 'OBJECT', depth: Number.isFinite(depth) ? depth : null, maxNodes, after: null };
  const [walk] = await walkLineage(db, [[[], [], [root]]], args);
  return walk.nodes;
}

/** Walks through the product's function against the bench's loop, both over one pool of the same driver. */
export async function measureWalking({ pool, roots, quick, log }) {
  const db = new Database(pool);
  const client = await pool.connect();
  const results = [];
  for (const direction of ['DOWNSTREAM', 'UPSTREAM'])
    for (const [depth, rounds] of [
      [3, 60],
      [10, 30],
      [Infinity, 7],
    ]) {
      const measure = `lineage ${direction.toLowerCase()}, 5 roots, ${depth === Infinity ? 'unlimited' : `depth ${depth}`}`;
      log(measure);
      const sizes = [];
      for (const root of roots[direction]) {
        const nodes = await walkByLoop(client, root, direction, depth);
        const ours = await walkByProduct(db, root, direction, depth);
        deepStrictEqual(sorted(ours.map(({ distance, kind, id }) => [distance, kinds[kind], id])), sorted(nodes));
        sizes.push(nodes.length);
      }
      const times = await compare(
        quick ? 4 : rounds,
        roots[direction],
        (root) => walkByProduct(db, root, direction, depth),
        (root) => walkByLoop(client, root, direction, depth),
      );
      const ratios = times.ours.map((each, i) => each / times.theirs[i]);
      results.push({
        measure,
        value: sum(times.ours) / sum(times.theirs),
        unit: 'times its time',
        against: "the bench's own frontier loop, one statement a level",
        target: { atMost: 1 },
        note: `${brief(sum(times.ours))} against ${brief(sum(times.theirs))} ms for ${brief(sum(sizes))} nodes; each root's ratio ${spread(ratios)}`,
      });
    }
  client.release();
  return results;
}

const answerQuery = `query($name: String!, $source: String!) { sourceObject(source: $source, name: $name) { lineage(direction: DOWNSTREAM, maxNodes: 100) {
  nodes { subjectId distance subject { ... on Process { name } ... on SourceObject { name source { name } } } } edges { from to } complete } } }`;

/** An answer of a hundred nodes, on the large graph against on the small one. */
export async function measureAnswer({ large, small, quick, log }) {
  const results = [];
  const walk = async ({ db }, root) => (await walkByProduct(db, root, 'DOWNSTREAM', Infinity, islandNodes)).length;
  const islands = 'all nodes of an island of one shape';
  for (const { measure, note, answer } of [
    { measure: 'the walk', note: islands, answer: (store, n) => walk(store, store.roots.islands[n]) },
    { measure: 'the walk, cut there', note: 'the first of many nodes', answer: (store, n) => walk(store, store.roots.cut[n]) },
    {
      measure: 'over HTTP, with subjects and edges',
      note: islands,
      answer: async ({ server, islandNames }, n) =>
        (await ask(server, { query: answerQuery, variables: islandNames[n] })).sourceObject.lineage.nodes.length,
    },
  ]) {
    log(`lineage answer: ${measure}`);
    const on = (store) => async (n) => deepStrictEqual(await answer(store, n), islandNodes);
    const times = await compare(quick ? 20 : 80, [0, 1, 2, 3, 4], on(large), on(small));
    results.push({
      measure: `lineage answer of 100 nodes: ${measure}`,
      value: sum(times.ours) / sum(times.theirs),
      unit: 'times its time',
      against: `the same on ${brief(small.links)} links instead of ${brief(large.links)}`,
      target: { atMost: 1.3 },
      note: `${spread(times.ours)} against ${spread(times.theirs)} ms; ${note}`,
    });
  }
  return results;
}

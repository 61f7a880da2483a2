import { deepStrictEqual } from 'node:assert/strict';
import { Database } from '../dist/platform/database.js';
import { walkLineage } from '../dist/lineage/walk-lineage.js';
import { islandNodes } from './graph.js';
import { ask } from './servers.js';
import { alternate, brief, median, spread, sum, timed } from './statistics.js';

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
  const args = { direction, grain: 'OBJECT', depth: Number.isFinite(depth) ? depth : null, maxNodes, after: null };
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
      [3, 30],
      [10, 20],
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
      const times = { ours: [], theirs: [] };
      const oneSide = (side, walk) => async (round) => {
        const { ms } = await timed(async () => {
          for (const root of roots[direction]) await walk(root);
        });
        if (round > 0) times[side].push(ms);
      };
      await alternate(
        quick ? 4 : rounds,
        oneSide('ours', (root) => walkByProduct(db, root, direction, depth)),
        oneSide('theirs', (root) => walkByLoop(client, root, direction, depth)),
      );
      const ratios = times.ours.map((each, i) => each / times.theirs[i]);
      results.push({
        measure,
        value: median(ratios),
        unit: 'times its time',
        against: "the bench's own frontier loop, one statement a level",
        target: { atMost: 1 },
        note: `${spread(times.ours)} against ${spread(times.theirs)} ms for ${brief(sum(sizes))} nodes; ratios ${spread(ratios)}`,
      });
    }
  client.release();
  return results;
}

const answerQuery = `query($name: Name!, $source: Name!) { sourceObject(source: $source, name: $name) { lineage(direction: DOWNSTREAM, maxNodes: 100) {
  nodes { id distance subject { ... on Process { name } ... on SourceObject { name source { name } } } } edges { from to } complete } } }`;

/** An answer of a hundred nodes, on the large graph against on the small one. */
export async function measureAnswer({ large, small, quick, log }) {
  const results = [];
  for (const { measure, work, note } of [
    {
      measure: 'lineage answer of 100 nodes: the walk',
      note: 'all nodes of an island of one shape',
      work: async ({ db, roots: { islands } }) => {
        for (const root of islands) deepStrictEqual((await walkByProduct(db, root, 'DOWNSTREAM', Infinity, 100)).length, islandNodes);
      },
    },
    {
      measure: 'lineage answer of 100 nodes: the walk, cut there',
      note: 'the first of many',
      work: async ({ db, roots }) => {
        for (const root of roots.cut) deepStrictEqual((await walkByProduct(db, root, 'DOWNSTREAM', Infinity, 100)).length, 100);
      },
    },
    {
      measure: 'lineage answer of 100 nodes: over HTTP, with subjects and edges',
      note: 'all nodes of an island of one shape',
      work: async ({ server, islandNames }) => {
        for (const variables of islandNames) {
          const { sourceObject } = await ask(server, { query: answerQuery, variables });
          deepStrictEqual([sourceObject.lineage.nodes.length, sourceObject.lineage.complete], [islandNodes, true]);
        }
      },
    },
  ]) {
    log(measure);
    const times = { ours: [], theirs: [] };
    const oneSide = (side, store) => async (round) => {
      const { ms } = await timed(() => work(store));
      if (round >= 10) times[side].push(ms / 5);
    };
    await alternate(quick ? 20 : 70, oneSide('ours', large), oneSide('theirs', small));
    const ratio = median(times.ours) / median(times.theirs);
    results.push({
      measure,
      value: ratio,
      unit: 'times its time',
      against: `the same on ${small.links.toLocaleString('en')} links instead of ${large.links.toLocaleString('en')}`,
      target: { atMost: 1.3 },
      note: `${spread(times.ours)} against ${spread(times.theirs)} ms an answer; ${note}`,
    });
  }
  return results;
}

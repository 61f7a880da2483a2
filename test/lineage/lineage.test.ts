import fc from 'fast-check';
import { LineageDirection, LineageGranularity } from '../../src/lineage/lineage.type.js';
import { walkLineage } from '../../src/lineage/walk-lineage.js';
import { TraversalLimit } from '../../src/platform/read/traversal-limit.js';
import { openApi, type Api } from '../support/api.js';
import {
  directions,
  expectedPages,
  grains,
  graphs,
  idOf,
  keyOf,
  nodesOf,
  rank,
  readable,
  store,
  type Answer,
  type Args,
  type NodeKey,
} from '../support/graph.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('lineage');
});
afterAll(() => api.close());

const fields = 'nodes { subjectId distance } edges { from to } complete truncatedBy visitedNodes frontier endCursor';

async function lineage({ roots, ...args }: Args): Promise<Answer> {
  const data = await api.run(
    `query ($roots: [ID!]!, $direction: LineageDirection, $granularity: LineageGranularity, $depth: Int, $maxNodes: Int, $after: String) {
      lineage(roots: $roots, direction: $direction, granularity: $granularity, depth: $depth, maxNodes: $maxNodes, after: $after) { ${fields} } }`,
    { roots: roots.map(idOf), ...args },
  );
  return data.lineage as Answer;
}

/** All pages of a walk, in order. */
async function pagesOf(args: Args): Promise<Answer[]> {
  const pages = [await lineage(args)];
  while (pages.at(-1)!.endCursor) pages.push(await lineage({ ...args, after: pages.at(-1)!.endCursor! }));
  return pages;
}

const error = async (run: Promise<unknown>) =>
  run.then(
    () => undefined,
    ({ code, details }: { code: string; details: object }) => ({ code, ...details }),
  );

const cases = fc.record({
  graph: graphs,
  picks: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
  depth: fc.option(fc.nat(6), { nil: undefined }),
  maxNodes: fc.integer({ min: 1, max: 12 }),
});

test('L1 answers equal a plain breadth-first search, in all directions, at both grains, to any depth, in pages of any size', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ graph, picks, depth, maxNodes }) => {
      await store(api, graph);
      const nodes = nodesOf(graph);
      const roots = [...new Set(picks.map((pick) => nodes[pick % nodes.length]!))];
      for (const direction of directions)
        for (const granularity of grains) {
          const args = { roots, direction, granularity, depth };
          expect((await pagesOf(args)).map(readable)).toEqual(expectedPages(graph, args));
          expect((await pagesOf({ ...args, maxNodes })).map(readable)).toEqual(expectedPages(graph, { ...args, maxNodes }));
        }
    }),
    { numRuns: 100, interruptAfterTimeLimit: 40_000 },
  );
});

test('L4 an answer that was truncated by time goes on level by level to the whole', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ graph, picks, depth, maxNodes }) => {
      await store(api, graph);
      const nodes = nodesOf(graph);
      const roots = [...new Set(picks.map((pick) => nodes[pick % nodes.length]!))];
      const byKind = [0, 1, 2].map((kind) => roots.map(rank).flatMap(([each, id]) => (each === kind ? [id] : [])));
      for (const direction of directions) {
        const args = { direction: LineageDirection[direction], granularity: LineageGranularity.OBJECT, depth, maxNodes };
        const met: [NodeKey, number][] = [];
        for (let after: string | null | undefined; after !== null;) {
          const [walk] = await walkLineage(api.db, [byKind], { ...args, after }, 0);
          // That there is nothing more can be all that the last answer says.
          expect(walk!.nodes.length > 0 || walk!.endCursor === null).toBe(true);
          met.push(...walk!.nodes.map(({ kind, id, distance }): [NodeKey, number] => [`${kind}:${id}`, distance]));
          if (walk!.truncatedBy === TraversalLimit.TIME) expect(walk!.frontier).toBeGreaterThan(0);
          after = walk!.endCursor;
        }
        const [whole] = expectedPages(graph, { roots, direction, granularity: 'OBJECT', depth });
        expect(met).toEqual(whole!.nodes);
      }
    }),
    { numRuns: 30, interruptAfterTimeLimit: 40_000 },
  );
});

/** A store of its own kind is made by statements with these numbers. */
const made = {
  chain: 1_000_000,
  hub: 2_000_000,
  cycle: 3_000_000,
  wide: 4_000_000,
  names: 5_000_000,
  fan: 6_000_000,
};
const source = (id: number, name = `source ${id}`) => `insert into source_lkup (source_id, source_name) values (${id}, '${name}');`;
const objects = (from: number, count: number, of: number) =>
  `insert into source_object_lkup (source_object_id, source_id, source_object_name) select i, ${of}, 'object ' || i from generate_series(${from}, ${from + count - 1}) i;`;
const processes = (from: number, count: number) =>
  `insert into process (process_id, process_name) select i, 'process ' || i from generate_series(${from}, ${from + count - 1}) i;`;
/** 30 layers. Every process of a layer reads all four objects of it and writes all four of the next: 4 ** 30 ways from end to end. */
const storeLayers = (at: number) =>
  api.sql(`${source(at)} ${objects(at, 31 * 4, at)} ${processes(at, 30 * 4)}
    insert into process_source_object (process_id, source_object_id) select ${at} + p, ${at} + p / 4 * 4 + i from generate_series(0, 119) p, generate_series(0, 3) i;
    insert into process_target_object (process_id, target_object_id) select ${at} + p, ${at} + p / 4 * 4 + 4 + i from generate_series(0, 119) p, generate_series(0, 3) i;`);
/** Three processes that link three sources: only sources; objects on one side; both grains of one source, of which the object counts. */
const storeSources = (at: number) =>
  api.sql(`${source(at)} ${source(at + 1)} ${source(at + 2)} ${objects(at, 1, at)} ${objects(at + 1, 1, at + 1)} ${processes(at, 3)}
    insert into process_source (process_id, source_id) values (${at}, ${at});
    insert into process_target (process_id, target_source_id) values (${at}, ${at + 1}), (${at + 1}, ${at + 2}), (${at + 2}, ${at + 2});
    insert into process_source_object (process_id, source_object_id) values (${at + 1}, ${at + 1}), (${at + 2}, ${at});
    insert into process_source (process_id, source_id) values (${at + 2}, ${at + 1});`);

test('L3 each node comes once, at its shortest distance, in a graph of 30 layers', async () => {
  const at = made.chain;
  await storeLayers(at);
  const { nodes, edges, complete } = await lineage({ roots: [`2:${at}`], direction: 'DOWNSTREAM' });
  expect(complete).toBe(true);
  expect(nodes).toHaveLength(1 + 30 * 8);
  expect(new Set(nodes.map(({ subjectId }) => subjectId)).size).toBe(nodes.length);
  expect(nodes.map(({ subjectId, distance }) => [keyOf(subjectId), distance]).at(-1)).toEqual([`2:${at + 123}`, 60]);
  expect(edges).toHaveLength(4 + 30 * 16 + 29 * 16);
  const short = await lineage({ roots: [`2:${at}`], direction: 'DOWNSTREAM', depth: 59 });
  expect(short).toMatchObject({ complete: false, truncatedBy: 'DEPTH', visitedNodes: 1 + 30 * 8 - 4, frontier: 4, endCursor: null });
});

test('L3 a hub with 20,000 consumers and a way back to it', async () => {
  const at = made.hub;
  await api.sql(`${source(at)} ${objects(at, 1, at)} ${processes(at, 20_000)}
    insert into process_source_object (process_id, source_object_id) select p, ${at} from generate_series(${at}, ${at + 19_999}) p;
    insert into process_target_object (process_id, target_object_id) values (${at + 7}, ${at});`);
  const whole = await lineage({ roots: [`2:${at}`], direction: 'DOWNSTREAM', maxNodes: 100_000 });
  expect(whole).toMatchObject({ complete: true, visitedNodes: 20_001, frontier: 0 });
  expect(whole.edges).toHaveLength(20_001);
  expect(await lineage({ roots: [`2:${at}`], direction: 'DOWNSTREAM' })).toMatchObject({
    truncatedBy: 'NODES',
    visitedNodes: 10_000,
    frontier: 10_001,
  });
  expect(await lineage({ roots: [`2:${at}`], direction: 'DOWNSTREAM', depth: 0 })).toMatchObject({
    truncatedBy: 'DEPTH',
    visitedNodes: 1,
    frontier: 1,
  });
  expect(await lineage({ roots: [`0:${at + 7}`], depth: 2 })).toMatchObject({ complete: true, visitedNodes: 2 });
});

test('L3 three processes with 3,000 links each: every one is an edge', async () => {
  const at = made.fan;
  await api.sql(`${source(at)} ${objects(at, 9_001, at)} ${processes(at, 3)}
    insert into process_source_object (process_id, source_object_id) select p, ${at} from generate_series(${at}, ${at + 2}) p;
    insert into process_target_object (process_id, target_object_id) select ${at} + i / 3000, ${at + 1} + i from generate_series(0, 8999) i;`);
  const { edges } = await lineage({ roots: [`2:${at}`], direction: 'DOWNSTREAM', maxNodes: 100_000 });
  expect(edges).toHaveLength(9_003);
  expect(new Set(edges.map(({ from, to }: { from: string; to: string }) => `${from} ${to}`)).size).toBe(9_003);
});

test('L3 a cycle is walked once, and all of it is known before its end comes round', async () => {
  const at = made.cycle;
  await api.sql(`${source(at)} ${objects(at, 4, at)} ${processes(at, 4)}
    insert into process_source_object (process_id, source_object_id) select ${at} + i, ${at} + i from generate_series(0, 3) i;
    insert into process_target_object (process_id, target_object_id) select ${at} + i, ${at} + (i + 1) % 4 from generate_series(0, 3) i;`);
  const roots = [`2:${at}`];
  for (const direction of ['UPSTREAM', 'DOWNSTREAM'] as const) {
    expect(await lineage({ roots, direction, depth: 6 })).toMatchObject({ complete: false, visitedNodes: 7, frontier: 1 });
    expect(await lineage({ roots, direction, depth: 7 })).toMatchObject({ complete: true, visitedNodes: 8, frontier: 0 });
  }
  expect(await lineage({ roots, direction: 'BOTH', depth: 3 })).toMatchObject({ complete: false, visitedNodes: 7, frontier: 2 });
  expect(await lineage({ roots, direction: 'BOTH', depth: 4 })).toMatchObject({ complete: true, visitedNodes: 8, frontier: 0 });
});

test('L4 a limit of 100 nodes on an answer of 10,000 says so, and going on gives exactly the rest', async () => {
  const at = made.wide;
  // A process that writes 4,999 objects, each read by a process of its own.
  await api.sql(`${source(at)} ${objects(at, 4999, at)} ${processes(at, 5001)}
    insert into process_target_object (process_id, target_object_id) select ${at + 5000}, o from generate_series(${at}, ${at + 4998}) o;
    insert into process_source_object (process_id, source_object_id) select o, o from generate_series(${at}, ${at + 4998}) o;
    insert into process_target (process_id, target_source_id) values (${at}, ${at});`);
  const args: Args = { roots: [`0:${at + 5000}`], direction: 'DOWNSTREAM' };
  const whole = await lineage({ ...args, maxNodes: 100_000 });
  expect(whole).toMatchObject({ complete: true, truncatedBy: null, visitedNodes: 10_000, frontier: 0, endCursor: null });
  const first = await lineage({ ...args, maxNodes: 100 });
  expect(first).toMatchObject({ complete: false, truncatedBy: 'NODES', visitedNodes: 100, frontier: 4900 });
  expect(first.nodes).toEqual(whole.nodes.slice(0, 100));
  const pages = [first, ...(await pagesOf({ ...args, maxNodes: 1300, after: first.endCursor! }))];
  expect(pages).toHaveLength(9);
  expect(pages.flatMap(({ nodes }) => nodes)).toEqual(whole.nodes);
  const all = (edges: Answer['edges']) => edges.map(({ from, to }) => `${from} ${to}`).sort();
  expect(all(pages.flatMap(({ edges }) => edges))).toEqual(all(whole.edges));
  expect(pages.at(-1)).toMatchObject({ complete: true, visitedNodes: 10_000, endCursor: null });
});

const show = ({ nodes }: Answer) => nodes.map(({ subjectId, distance }) => `${distance} ${keyOf(subjectId)}`);

test('L5 a process that declares only sources links its sources to its targets at object granularity', async () => {
  const at = made.names;
  await storeSources(at);
  // A process that reads one object of a source does not read what others write to that source as a whole.
  expect(show(await lineage({ roots: [`1:${at}`], direction: 'DOWNSTREAM' }))).toEqual([
    `0 1:${at}`,
    `0 2:${at}`,
    `1 0:${at}`,
    `1 0:${at + 2}`,
    `2 1:${at + 1}`,
    `2 1:${at + 2}`,
  ]);
  expect(show(await lineage({ roots: [`1:${at}`], direction: 'DOWNSTREAM', granularity: 'SOURCE' }))).toEqual([
    `0 1:${at}`,
    `1 0:${at}`,
    `1 0:${at + 2}`,
    `2 1:${at + 1}`,
    `2 1:${at + 2}`,
    `3 0:${at + 1}`,
  ]);
  expect(show(await lineage({ roots: [`2:${at + 1}`], direction: 'DOWNSTREAM' }))).toEqual([
    `0 2:${at + 1}`,
    `1 0:${at + 1}`,
    `2 1:${at + 2}`,
  ]);
  expect(show(await lineage({ roots: [`0:${at + 2}`] }))).toEqual([
    `0 0:${at + 2}`,
    `1 1:${at + 1}`,
    `1 2:${at}`,
    `2 0:${at}`,
    `3 1:${at}`,
  ]);
});

test('P27 what a Python client writes as attributes alone shows at each granularity', async () => {
  const at = made.names + 100;
  await api.sql(`${source(at)} ${source(at + 1)} ${objects(at, 1, at)} ${objects(at + 1, 1, at + 1)} ${processes(at, 1)}
    insert into source_object_attribute_lkup (source_object_attribute_id, source_object_attribute_name, source_object_id)
    values (${at}, 'read', ${at}), (${at + 1}, 'written', ${at + 1});
    insert into process_source_object_attribute (process_id, source_object_attribute_id) values (${at}, ${at});
    insert into process_target_object_attribute (process_id, target_object_attribute_id) values (${at}, ${at + 1});`);
  expect(show(await lineage({ roots: [`2:${at + 1}`] }))).toEqual([`0 2:${at + 1}`, `1 0:${at}`, `2 2:${at}`]);
  expect(show(await lineage({ roots: [`1:${at + 1}`], granularity: 'SOURCE' }))).toEqual([`0 1:${at + 1}`, `1 0:${at}`, `2 1:${at}`]);
  expect(show(await lineage({ roots: [`2:${at + 1}`], granularity: 'SOURCE' }))).toEqual([`0 1:${at + 1}`, `1 0:${at}`, `2 1:${at}`]);
});

test('L16 the lineage of a list makes as many statements as the lineage of one', async () => {
  const at = made.names + 200;
  await api.sql(`${source(at)} ${objects(at, 1, at)} ${processes(at, 40)}
    insert into process_source_object (process_id, source_object_id) select p, ${at} from generate_series(${at}, ${at + 39}) p;`);
  const ask = (first: number) =>
    api.recorded(() =>
      api.run(`{ processes(first: ${first}, where: { name: { contains: "process ${at / 100}" } }) { nodes { lineage(maxNodes: 50, direction: BOTH) {
        complete nodes { distance subject { __typename ... on Process { name } ... on Source { name } ... on SourceObject { name source { name } } } }
        edges { from to }
      } } } }`),
    );
  const one = await ask(1);
  const many = await ask(40);
  expect(many).toHaveLength(one.length);
  expect(one.length).toBeLessThanOrEqual(7);
});

test('L1 every type that can be a root has the field, and things and ids come out right', async () => {
  const at = made.names + 300;
  await storeSources(at);
  const data = await api.run(
    `query ($process: ID!, $source: ID!, $object: ID!) {
      process: node(id: $process) { ... on Process { lineage { ...lineage } } }
      source: node(id: $source) { ... on Source { lineage(granularity: SOURCE, direction: DOWNSTREAM) { ...lineage } } }
      object: node(id: $object) { ... on SourceObject { lineage(direction: DOWNSTREAM, depth: 1, maxNodes: 2) { ...lineage } } }
    }
    fragment lineage on Lineage { nodes { subjectId subject { __typename ... on Process { id name } ... on Source { id name } ... on SourceObject { id name } } } }`,
    { process: idOf(`0:${at + 2}`), source: idOf(`1:${at + 1}`), object: idOf(`2:${at + 1}`) },
  );
  const names = (key: string) =>
    (data[key].lineage.nodes as { subjectId: string; subject: { __typename: string; id: string; name: string } }[]).map(
      ({ subjectId, subject }) => {
        expect(subject.id).toBe(subjectId);
        return `${subject.__typename} ${subject.name}`;
      },
    );
  expect(names('process')).toEqual([
    `Process process ${at + 2}`,
    `Source source ${at + 1}`,
    `SourceObject object ${at}`,
    `Process process ${at}`,
    `Source source ${at}`,
  ]);
  expect(names('source')).toEqual([
    `Source source ${at + 1}`,
    `Process process ${at + 1}`,
    `Process process ${at + 2}`,
    `Source source ${at + 2}`,
  ]);
  expect(names('object')).toEqual([`SourceObject object ${at + 1}`, `Process process ${at + 1}`]);
});

test('L1 what cannot be walked is refused by its argument', async () => {
  const at = made.names + 400;
  await api.sql(`${source(at)} ${objects(at, 1, at)}`);
  const roots = [`2:${at}`];
  const foreign = Buffer.from('[1,0,5]').toString('base64url');
  expect(await error(lineage({ roots, depth: -1 }))).toMatchObject({ code: 'INVALID', argument: 'depth', value: -1, allowed: { min: 0 } });
  expect(await error(lineage({ roots, maxNodes: 0 }))).toMatchObject({
    code: 'INVALID',
    argument: 'maxNodes',
    allowed: { min: 1, max: 100_000 },
  });
  expect(await error(lineage({ roots, maxNodes: 100_001 }))).toMatchObject({ code: 'INVALID', argument: 'maxNodes', value: 100_001 });
  for (const after of ['', 'x', foreign, '§', 'bnVsbA'])
    expect(await error(lineage({ roots, after }))).toMatchObject({ code: 'INVALID', argument: 'after', value: after });
  expect(await error(lineage({ roots: [] }))).toMatchObject({ code: 'INVALID', argument: 'roots', value: 0 });
  expect(await error(lineage({ roots: Array.from({ length: 101 }, () => roots[0]!) }))).toMatchObject({
    code: 'INVALID',
    argument: 'roots',
    value: 101,
    allowed: { min: 1, max: 100 },
  });
  const nothing = idOf('0:2147483647');
  expect(await error(lineage({ roots: [...roots, '0:2147483647'] }))).toMatchObject({
    code: 'NOT_FOUND',
    argument: 'roots.1',
    value: nothing,
  });
  const contact = Buffer.from('Contact:1').toString('base64url');
  const ask = (id: string) => error(api.run('query ($roots: [ID!]!) { lineage(roots: $roots) { complete } }', { roots: [id] }));
  expect(await ask(contact)).toMatchObject({ code: 'INVALID', argument: 'roots.0', value: contact });
  expect(await ask('nonsense')).toMatchObject({ code: 'INVALID', argument: 'roots.0' });
});

test('L4 a cursor goes with its roots, its direction and its granularity, to any depth and in pages of any size', async () => {
  const at = made.chain + 1000;
  await storeLayers(at);
  const args: Args = { roots: [`2:${at}`], direction: 'DOWNSTREAM', maxNodes: 10 };
  const { endCursor } = await lineage(args);
  const after = endCursor!;
  expect((await lineage({ ...args, depth: 9, maxNodes: 20, after })).nodes).toHaveLength(20);
  for (const other of [{ roots: [`2:${at + 1}`] }, { direction: 'BOTH' as const }, { granularity: 'SOURCE' as const }])
    expect(await error(lineage({ ...args, after, ...other }))).toMatchObject({ code: 'INVALID', argument: 'after', value: after });
});

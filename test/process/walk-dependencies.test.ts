import fc from 'fast-check';
import { openApi, type Api } from '../support/api.js';
import { addDependencies, link, makeProcesses, outcomes, type Link } from '../support/dependencies.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('dependency_walks');
});
afterAll(() => api.close());

const make = (...names: string[]) => makeProcesses(api, ...names);
const add = (links: Link[]) => addDependencies(api, links);
const walk = async (name: string, field: 'ancestors' | 'descendants', args = '') =>
  (
    await api.run(
      `query ($name: String) { process(name: $name) { ${field}${args} { complete truncatedBy visitedNodes frontier endCursor nodes { distance kinds process { name } } } } }`,
      { name },
    )
  ).process[field];
const met = (answer: any): string[] => answer.nodes.map((node: any) => `${node.distance} ${node.process.name} ${node.kinds.join('+')}`);

describe('reading', () => {
  test('P36 L11 ancestors and descendants with their distance and the kinds of links, each once', async () => {
    await make('w0', 'w1', 'w2', 'w3', 'w4');
    await add([
      link('w1', 'w0'),
      link('w2', 'w1', 'SOFT'),
      link('w2', 'w1'),
      link('w3', 'w2'),
      link('w3', 'w0', 'SOFT'),
      link('w4', 'w3', 'CONTROL'),
    ]);
    expect(met(await walk('w3', 'ancestors'))).toEqual(['1 w0 SOFT', '1 w2 HARD', '2 w1 HARD+SOFT']);
    expect(met(await walk('w3', 'ancestors', '(kinds: [HARD])'))).toEqual(['1 w2 HARD', '2 w1 HARD', '3 w0 HARD']);
    expect(met(await walk('w0', 'descendants'))).toEqual(['1 w1 HARD', '1 w3 SOFT', '2 w2 HARD+SOFT']);
    expect(met(await walk('w0', 'descendants', '(kinds: [SOFT, CONTROL])'))).toEqual(['1 w3 SOFT', '2 w4 CONTROL']);
    expect(await walk('w3', 'ancestors', '(depth: 1)')).toMatchObject({
      complete: false,
      truncatedBy: 'DEPTH',
      frontier: 2,
      endCursor: null,
      visitedNodes: 2,
    });
    expect(await walk('w3', 'ancestors', '(depth: 2)')).toMatchObject({ complete: true, truncatedBy: null, frontier: 0 });
    expect(await walk('w3', 'ancestors', '(depth: 0)')).toMatchObject({ truncatedBy: 'DEPTH', nodes: [] });
  });

  test('P36 a walk over a cycle that another client wrote ends, and leaves the process itself out', async () => {
    const [one, two] = await make('loop 1', 'loop 2');
    await api.sql('insert into process_dependency (parent_process_id, child_process_id) values ($1, $2), ($2, $1)', [one, two]);
    expect(met(await walk('loop 1', 'ancestors'))).toEqual(['1 loop 2 HARD']);
  });

  test('P36 a walk agrees with a plain search on random graphs, cycles included; cut by nodes it goes on until it is complete', async () => {
    let graph = 0;
    const nodes = 9;
    const shape = fc.record({
      links: fc.array(fc.record({ child: fc.nat(nodes - 1), parent: fc.nat(nodes - 1), soft: fc.boolean() }), { maxLength: 20 }),
      upward: fc.boolean(),
      depth: fc.option(fc.integer({ min: 1, max: 4 })),
      soft: fc.boolean(),
      size: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ links, upward, depth, soft, size }) => {
        const prefix = `walk ${++graph}`;
        const ids = await make(...Array.from({ length: nodes }, (_, i) => `${prefix} ${i}`));
        const real = links.filter(({ child, parent }) => child !== parent);
        for (const each of real)
          await api.sql(
            each.soft
              ? `insert into process_relation (child_process_id, parent_process_id, kind) values ($1, $2, 'soft') on conflict do nothing`
              : 'insert into process_dependency (child_process_id, parent_process_id) values ($1, $2) on conflict do nothing',
            [ids[each.child], ids[each.parent]],
          );
        const distances = new Map([[0, 0]]);
        for (const at of distances.keys())
          for (const each of real) {
            const [here, next] = upward ? [each.child, each.parent] : [each.parent, each.child];
            if (here === at && (soft || !each.soft) && !distances.has(next) && distances.get(at)! < (depth ?? nodes))
              distances.set(next, distances.get(at)! + 1);
          }
        distances.delete(0);
        const wanted = [...distances].map(([i, distance]) => ({ i, distance })).sort((a, b) => a.distance - b.distance || a.i - b.i);
        const args = `kinds: [HARD${soft ? ', SOFT' : ''}]${depth === null ? '' : `, depth: ${depth}`}`;
        const field = upward ? 'ancestors' : 'descendants';
        const found: string[] = [];
        for (let after = ''; ;) {
          const answer = await walk(`${prefix} 0`, field, `(${args}, maxNodes: ${size}${after})`);
          found.push(...answer.nodes.map((node: any) => `${node.distance} ${node.process.name}`));
          expect(answer.nodes.every(({ kinds }: any) => kinds.length > 0)).toBe(true);
          expect(answer.visitedNodes).toBe(found.length);
          expect(answer.complete).toBe(answer.truncatedBy === null);
          if (!answer.endCursor) {
            expect(answer.truncatedBy).not.toBe('NODES');
            break;
          }
          after = `, after: "${answer.endCursor}"`;
        }
        expect(found).toEqual(wanted.map(({ i, distance }) => `${distance} ${prefix} ${i}`));
      }),
      { numRuns: 60 },
    );
  });

  test('P36 the walks of many processes are one statement, and the kinds of all their links another', async () => {
    await make('many 1', 'many 2', 'many 3');
    await add([link('many 2', 'many 1'), link('many 3', 'many 2', 'SOFT'), link('many 3', 'many 2')]);
    const query =
      '{ processes(first: 20, where: { name: { contains: "many" } }) { nodes { name ancestors { nodes { distance kinds } } } } }';
    const statements = await api.recorded(() => api.run(query));
    expect(statements).toHaveLength(3);
    expect(await api.jit(query)).toEqual({ data: await api.run(query) });
  });

  test('P36 the parents of a process are pages, and processes can be chosen by their parents', async () => {
    await make('paged', ...Array.from({ length: 7 }, (_, i) => `page parent ${i}`));
    await add(Array.from({ length: 7 }, (_, i) => [link('paged', `page parent ${i}`), link('paged', `page parent ${i}`, 'SOFT')]).flat());
    const found: string[] = [];
    for (let after = ''; ;) {
      const { process } = await api.run(
        `{ process(name: "paged") { parents(first: 3${after}) { totalCount pageInfo { hasNextPage endCursor } nodes { kind process { name } } } } }`,
      );
      expect(process.parents.totalCount).toBe(14);
      found.push(...process.parents.nodes.map((node: any) => `${node.process.name} ${node.kind}`));
      if (!process.parents.pageInfo.hasNextPage) break;
      after = `, after: "${process.parents.pageInfo.endCursor}"`;
    }
    expect(found).toEqual(Array.from({ length: 7 }, (_, i) => [`page parent ${i} HARD`, `page parent ${i} SOFT`]).flat());
    const chosen = await api.run('{ processes(where: { parents: { some: { name: { eq: "page parent 3" } } } }) { nodes { name } } }');
    expect(chosen.processes.nodes).toEqual([{ name: 'paged' }]);
  });

  test.each([
    ['depth: -1', 'depth', -1],
    ['maxNodes: 0', 'maxNodes', 0],
    ['maxNodes: 100001', 'maxNodes', 100_001],
    ['kinds: []', 'kinds', []],
    ['after: "x"', 'after', 'x'],
    [`after: "${Buffer.from('[1,1,"x"]').toString('base64url')}"`, 'after', Buffer.from('[1,1,"x"]').toString('base64url')],
  ])('P36 ancestors(%s) is refused', async (args, argument, value) => {
    await make(`refused ${args}`);
    await expect(walk(`refused ${args}`, 'ancestors', `(${args})`)).rejects.toMatchObject({
      code: 'INVALID',
      details: { argument, value },
    });
  });
});

describe('large graphs', () => {
  test('P36 a chain of 10,000 is added at once, checked, and walked from both ends', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `chain ${i}`);
    await make(...names);
    const results = await add(names.slice(1).map((name, i) => link(name, names[i]!)));
    expect(new Set(outcomes(results))).toEqual(new Set(['ADDED']));
    const [closing] = await add([link(names[0]!, names.at(-1)!)]);
    expect(closing.cycle).toHaveLength(10_001);
    expect(outcomes(await add([link(names[5000]!, names[0]!)]))).toEqual(['ADDED']);
    // The way over the shortcut ends in the middle of the chain, upwards at its beginning.
    for (const [end, field, farthest] of [
      [names.at(-1)!, 'ancestors', 9_998],
      [names[0]!, 'descendants', 5_000],
    ] as const) {
      const answer = await walk(end, field);
      expect(answer).toMatchObject({ complete: true, visitedNodes: 9_999 });
      expect(answer.nodes.at(-1).distance).toBe(farthest);
    }
  });

  test('P36 thirty diamonds in a row, with a thousand million ways through, are checked in no time', async () => {
    const diamonds = 30;
    const names = Array.from({ length: diamonds + 1 }, (_, i) => [`joint ${i}`, `left ${i}`, `right ${i}`]);
    await make(...names.flat());
    const links = Array.from({ length: diamonds }, (_, i) => [
      link(`left ${i}`, `joint ${i}`),
      link(`right ${i}`, `joint ${i}`),
      link(`joint ${i + 1}`, `left ${i}`),
      link(`joint ${i + 1}`, `right ${i}`),
    ]);
    await add(links.flat());
    const [closing] = await add([link('joint 0', `joint ${diamonds}`)]);
    expect(closing.cycle).toHaveLength(2 * diamonds + 2);
    expect(await walk('joint 30', 'ancestors')).toMatchObject({ complete: true, visitedNodes: 3 * diamonds });
    // One that takes every way does not end before the time limit of a test.
  });
});

import fc from 'fast-check';
import { layersOf } from '../../src/process/dependencies/execution-order.js';
import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('order');
  await api.run(`mutation { registerProcesses(input: { processes: [
    { name: "file a" }, { name: "file b" }, { name: "load", dependsOn: [{ process: { name: "file a" } }, { process: { name: "file b" } }] },
    { name: "report", dependsOn: [{ process: { name: "load" } }] }, { name: "mail", dependsOn: [{ process: { name: "report" } }, { process: { name: "file a" } }] }, { name: "alone" }
  ] }) { results { created } } }`);
  await api.run(
    'mutation { addDependencies(input: { dependencies: [{ parent: { name: "mail" }, child: { name: "alone" }, kind: SOFT }] }) { results { outcome } } }',
  );
});
afterAll(() => api.close());

const answer = 'outcome layers { number processes { name } } cycle { name } unordered { name }';
const order = async (args = '') => (await api.run(`{ executionOrder${args} { ${answer} } }`)).executionOrder;
const layers = (result: any): string[][] => result.layers.map(({ processes }: any) => processes.map(({ name }: any) => name));
const refs = (...names: string[]) => `[${names.map((name) => `{ name: "${name}" }`).join(', ')}]`;

test('P37 all processes in layers, by hard and soft dependencies or by hard ones alone', async () => {
  const result = await order();
  expect(result).toMatchObject({ outcome: 'ORDERED', cycle: null, unordered: [] });
  expect(result.layers.map(({ number }: any) => number)).toEqual([1, 2, 3, 4, 5]);
  expect(layers(result)).toEqual([['file a', 'file b'], ['load'], ['report'], ['mail'], ['alone']]);
  expect(layers(await order('(kinds: [HARD])'))).toEqual([['alone', 'file a', 'file b'], ['load'], ['report'], ['mail']]);
});

test('P37 a part of them: two that are linked through others keep their order, without the others or with them', async () => {
  expect(layers(await order(`(processes: ${refs('mail', 'file b', 'file a')})`))).toEqual([['file a', 'file b'], ['mail']]);
  expect(layers(await order(`(processes: ${refs('report')}, includeAncestors: true)`))).toEqual([
    ['file a', 'file b'],
    ['load'],
    ['report'],
  ]);
  expect(layers(await order(`(processes: ${refs('alone')}, includeAncestors: true, kinds: [HARD])`))).toEqual([['alone']]);
  const { process } = await api.run('{ process(name: "load") { id } }');
  expect(layers(await order(`(processes: [{ id: "${process.id}" }, { name: "load" }])`))).toEqual([['load']]);
});

test('P37 a cycle that another client wrote is told, and what does not depend on it is ordered', async () => {
  const own = await openApi('order_cycle');
  try {
    await own.sql(`insert into process (process_name) values ('a'), ('b'), ('c'), ('behind'), ('free'), ('above')`);
    const [{ first }] = (await own.sql('select min(process_id) as first from process')) as [{ first: number }];
    const link = (child: number, parent: number) =>
      own.sql('insert into process_dependency (child_process_id, parent_process_id) values ($1, $2)', [first + child, first + parent]);
    for (const [child, parent] of [
      [0, 1],
      [1, 2],
      [2, 0],
      [3, 2],
      [0, 5],
    ] as const)
      await link(child, parent);
    const { executionOrder } = await own.run(`{ executionOrder { ${answer} } }`);
    expect(executionOrder).toEqual({
      outcome: 'CYCLE',
      layers: [{ number: 1, processes: [{ name: 'free' }, { name: 'above' }] }],
      cycle: ['a', 'b', 'c', 'a'].map((name) => ({ name })),
      unordered: ['a', 'b', 'c', 'behind'].map((name) => ({ name })),
    });
    const part = (await own.run(`{ executionOrder(processes: ${refs('behind', 'free')}) { ${answer} } }`)).executionOrder;
    expect(part).toMatchObject({ outcome: 'CYCLE', layers: [{ processes: [{ name: 'free' }] }], unordered: [{ name: 'behind' }] });
    expect((await own.run(`{ executionOrder(processes: ${refs('above', 'free')}) { ${answer} } }`)).executionOrder.outcome).toBe('ORDERED');
  } finally {
    await own.close();
  }
});

test.each([
  ['(processes: [])', 'INVALID', 'processes'],
  ['(processes: [{ name: "load" }, { name: "nobody" }])', 'NOT_FOUND', 'processes.1.name'],
  ['(processes: [{ name: "load", id: "x" }])', 'INVALID', 'processes.0'],
  ['(processes: [{ id: "x" }])', 'INVALID', 'processes.0.id'],
])('P37 executionOrder%s is %s', async (args, code, argument) => {
  await expect(order(args)).rejects.toMatchObject({ code, details: { argument } });
});

test('P37 the statements do not grow with the processes', async () => {
  const query = `{ executionOrder(processes: ${refs('mail', 'report', 'alone')}, includeAncestors: true) { ${answer} } }`;
  expect(await api.recorded(() => api.run(query))).toHaveLength(3);
  expect(await api.jit(query)).toEqual({ data: await api.run(query) });
});

test('P37 100,000 processes with 300,000 links are ordered in seconds', async () => {
  const own = await openApi('order_large');
  try {
    await own.sql(`insert into process (process_name) select 'process ' || i from generate_series(1, 100000) i`);
    // Each depends on three of the hundred before it.
    await own.sql(`insert into process_dependency (child_process_id, parent_process_id)
      select distinct i, i - 1 - (i * k * 37) % least(i - 1, 100) from generate_series(2, 100000) i, generate_series(1, 3) k`);
    const { executionOrder } = await own.run('{ executionOrder { outcome layers { number } } }');
    expect(executionOrder.outcome).toBe('ORDERED');
    expect(executionOrder.layers.length).toBeGreaterThan(1000);
  } finally {
    await own.close();
  }
});

describe('layers', () => {
  const graphs = fc.record({
    size: fc.integer({ min: 1, max: 10 }),
    links: fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 20 }),
    chosen: fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
  });
  const all = (size: number) => Array.from({ length: size }, (_, i) => i);

  test('P37 without a cycle each process stands in the first layer that its longest chain of chosen ancestors allows', () => {
    fc.assert(
      fc.property(graphs, ({ size, links, chosen }) => {
        // From higher to lower numbers only: no cycle.
        const real = links
          .map(([a, b]) => [Math.max(a, b) % size, Math.min(a, b) % size] as const)
          .filter(([child, parent]) => child > parent);
        const { layers, cycle, unordered } = layersOf(
          { processes: all(size), children: real.map(([c]) => c), parents: real.map(([, p]) => p) },
          (id) => chosen[id]!,
        );
        const height = (id: number): number =>
          Math.max(0, ...real.filter(([child]) => child === id).map(([, parent]) => height(parent))) + (chosen[id] ? 1 : 0);
        const wanted: number[][] = [];
        for (const id of all(size).filter((id) => chosen[id])) (wanted[height(id) - 1] ??= []).push(id);
        expect(layers).toEqual(wanted);
        expect({ cycle, unordered }).toEqual({ cycle: null, unordered: [] });
      }),
      { numRuns: 500 },
    );
  });

  test('P37 with or without cycles: what is ordered depends on nothing unordered, and the cycle is one', () => {
    fc.assert(
      fc.property(graphs, ({ size, links }) => {
        const real = links.filter(([child, parent]) => child < size && parent < size && child !== parent);
        const { layers, cycle, unordered } = layersOf(
          { processes: all(size), children: real.map(([c]) => c), parents: real.map(([, p]) => p) },
          () => true,
        );
        expect([...layers.flat(), ...unordered].sort((a, b) => a - b)).toEqual(all(size));
        const layer = new Map(layers.flatMap((ids, i) => ids.map((id) => [id, i] as const)));
        for (const [child, parent] of real) if (layer.has(child)) expect(layer.get(parent)).toBeLessThan(layer.get(child)!);
        const reaches = (from: number, to: number, met = new Set<number>()): boolean =>
          real.some(([child, parent]) => child === from && (parent === to || (!met.has(parent) && reaches(parent, to, met.add(parent)))));
        expect(cycle !== null).toBe(all(size).some((id) => reaches(id, id)));
        for (const id of unordered) expect(all(size).some((on) => reaches(on, on) && (on === id || reaches(id, on)))).toBe(true);
        if (!cycle) return;
        expect(cycle[0]).toBe(cycle.at(-1));
        for (const [i, id] of cycle.slice(1).entries())
          expect(real.some(([child, parent]) => child === cycle[i] && parent === id)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

import fc from 'fast-check';
import { openApi, type Api } from './support/api.js';

let api: Api;
let other: Api;
beforeAll(async () => {
  api = await openApi('dependencies');
  // A second server on the same store.
  other = await openApi('dependencies', api.url);
});
afterAll(async () => {
  await other.close();
  await api.close();
});

type Kind = 'HARD' | 'SOFT' | 'PARENT' | 'CONTROL' | 'DATA';
interface Link {
  parent: { name?: string; id?: string };
  child: { name?: string; id?: string };
  kind?: Kind;
  note?: string;
}

const result = 'results { outcome kind parent { name } child { name } cycle { name } error { code message argument value } }';
const add = (dependencies: Link[], more: object = {}, on = api) =>
  on
    .run(`mutation ($input: AddDependenciesInput!) { addDependencies(input: $input) { ${result} } }`, { input: { dependencies, ...more } })
    .then((data) => data.addDependencies.results as any[]);
const remove = (dependencies: Link[], more: object = {}) =>
  api
    .run(`mutation ($input: RemoveDependenciesInput!) { removeDependencies(input: $input) { ${result} } }`, { input: { dependencies, ...more } })
    .then((data) => data.removeDependencies.results as any[]);
const link = (child: string, parent: string, kind?: Kind): Link => ({ child: { name: child }, parent: { name: parent }, ...(kind ? { kind } : {}) });
const outcomes = (results: any[]) => results.map(({ outcome }) => outcome);
const namesOf = (list: { name: string }[]) => list.map(({ name }) => name);

/** Makes processes with these names; answers their numbers. */
async function make(...names: string[]): Promise<number[]> {
  const rows = await api.sql(
    'insert into process (process_name) select n from unnest($1::text[]) with ordinality u(n, i) order by i returning process_id as id',
    [names],
  );
  return rows.map(({ id }) => id);
}
const idOf = async (name: string): Promise<string> => (await api.run('query ($name: Name) { process(name: $name) { id } }', { name })).process.id;
const linksOf = async (name: string, kinds = '[HARD, SOFT, PARENT, CONTROL, DATA]') => {
  const fields = 'nodes { kind note declaredBy type { name } process { name } }';
  return (
    await api.run(`query ($name: Name) { process(name: $name) { parents(kinds: ${kinds}) { ${fields} } children(kinds: ${kinds}) { ${fields} } } }`, { name })
  ).process;
};
const walk = async (name: string, field: 'ancestors' | 'descendants', args = '', on = api) =>
  (
    await on.run(
      `query ($name: Name) { process(name: $name) { ${field}${args} { complete cut visitedNodes frontier endCursor nodes { distance kinds process { name } } } } }`,
      { name },
    )
  ).process[field];
const met = (answer: any): string[] => answer.nodes.map((node: any) => `${node.distance} ${node.process.name} ${node.kinds.join('+')}`);

describe('adding and removing', () => {
  test('P36 hard and soft dependencies by name and by id, in one call; doing it again changes nothing', async () => {
    await make('load', 'extract', 'report', 'calendar');
    const wanted: Link[] = [
      link('load', 'extract'),
      { child: { id: await idOf('report') }, parent: { name: 'load' }, kind: 'HARD', note: 'reads its table' },
      link('report', 'calendar', 'SOFT'),
      link('load', 'extract'),
    ];
    expect(outcomes(await add(wanted))).toEqual(['ADDED', 'ADDED', 'ADDED', 'KNOWN']);
    expect(outcomes(await add(wanted))).toEqual(['KNOWN', 'KNOWN', 'KNOWN', 'KNOWN']);
    expect((await linksOf('report')).parents.nodes).toEqual([
      { kind: 'SOFT', note: null, declaredBy: 'tester', type: null, process: { name: 'calendar' } },
      { kind: 'HARD', note: 'reads its table', declaredBy: 'tester', type: { name: 'Hard' }, process: { name: 'load' } },
    ]);
    expect(namesOf((await linksOf('load')).children.nodes.map((node: any) => node.process))).toEqual(['report']);
    // Only the hard ones stand where the Python client blocks on every row.
    const rows = await api.sql(`select p.process_name as parent, c.process_name as child from process_dependency d
      join process p on p.process_id = parent_process_id join process c on c.process_id = child_process_id where c.process_name in ('report', 'load') order by 1`);
    expect(rows).toEqual([{ parent: 'extract', child: 'load' }, { parent: 'load', child: 'report' }]);
  });

  test('P36 removing takes the kind that is named, or all; what is not there is no error', async () => {
    await make('r child', 'r parent');
    await add([link('r child', 'r parent'), link('r child', 'r parent', 'SOFT'), link('r child', 'r parent', 'DATA'), link('r child', 'r parent', 'PARENT')]);
    expect(outcomes(await remove([link('r child', 'r parent', 'SOFT'), link('r parent', 'r child')]))).toEqual(['REMOVED', 'ABSENT']);
    expect((await linksOf('r child')).parents.nodes.map((node: any) => node.kind)).toEqual(['DATA', 'HARD', 'PARENT']);
    expect(outcomes(await remove([link('r child', 'r parent')]))).toEqual(['REMOVED']);
    expect(outcomes(await remove([link('r child', 'r parent'), link('r child', 'nobody')]))).toEqual(['ABSENT', 'REFUSED']);
    expect((await linksOf('r child')).parents.nodes).toEqual([]);
  });

  test('P36 what events have reported stays when what people declared is removed, and can be declared', async () => {
    const [child, parent] = await make('seen child', 'seen parent');
    await api.sql(`insert into process_relation (parent_process_id, child_process_id, kind, first_seen, last_seen) values ($1, $2, 'control', now(), now())`, [parent, child]);
    expect(outcomes(await add([link('seen child', 'seen parent', 'CONTROL')]))).toEqual(['ADDED']);
    expect((await linksOf('seen child')).parents.nodes).toMatchObject([{ kind: 'CONTROL', declaredBy: 'tester' }]);
    expect(outcomes(await remove([link('seen child', 'seen parent')]))).toEqual(['REMOVED']);
    expect((await linksOf('seen child')).parents.nodes).toMatchObject([{ kind: 'CONTROL', declaredBy: null }]);
    expect(outcomes(await remove([link('seen child', 'seen parent')]))).toEqual(['ABSENT']);
  });

  test('P36 a row of type Soft that another client wrote is shown as soft, once; type Undefined counts as hard', async () => {
    const [child, soft, hard] = await make('of clients', 'soft parent', 'undefined parent');
    await api.sql('insert into process_dependency (parent_process_id, child_process_id, dependency_type_id) values ($2, $1, 3), ($3, $1, 1)', [child, soft, hard]);
    const shown = [
      { kind: 'SOFT', type: { name: 'Soft' }, process: { name: 'soft parent' } },
      { kind: 'HARD', type: { name: 'Undefined' }, process: { name: 'undefined parent' } },
    ];
    expect((await linksOf('of clients')).parents.nodes).toMatchObject(shown);
    expect(outcomes(await add([link('of clients', 'undefined parent'), link('of clients', 'soft parent', 'SOFT')]))).toEqual(['KNOWN', 'ADDED']);
    expect((await linksOf('of clients')).parents.nodes).toMatchObject(shown);
    // Declared as hard, the row that was there becomes hard; the soft relation is another statement.
    expect(outcomes(await add([link('of clients', 'soft parent')]))).toEqual(['ADDED']);
    expect((await linksOf('of clients', '[HARD]')).parents.nodes).toMatchObject([{ type: { name: 'Hard' }, process: { name: 'soft parent' } }, shown[1]]);
    expect((await linksOf('of clients', '[SOFT]')).parents.nodes).toMatchObject([{ type: null }]);
  });

  test('P36 one bad item does not lose the others: unknown names, wrong ids, retired processes', async () => {
    await make('fine', 'fine too', 'put away');
    await api.sql(`update process set retired_at = now() where process_name = 'put away'`);
    const tool = Buffer.from('Tool:1').toString('base64url');
    const results = await add([
      link('fine', 'nobody'),
      { child: { name: 'fine' }, parent: { id: tool } },
      { child: {}, parent: { name: 'fine' } },
      link('fine', 'put away'),
      link('fine', 'fine too'),
    ]);
    expect(outcomes(results)).toEqual(['REFUSED', 'REFUSED', 'REFUSED', 'REFUSED', 'ADDED']);
    expect(results.map(({ error }) => error && [error.code, error.argument])).toEqual([['NOT_FOUND', 'parent.name'], ['INVALID', 'parent.id'], ['INVALID', 'child'], ['CONFLICT', null], null]);
  });

  test('P36 a process is found by a former name', async () => {
    await make('new name', 'a child of it');
    await api.sql(`insert into process_alias (namespace, name, process_id) select '', 'old name', process_id from process where process_name = 'new name'`);
    expect(await add([link('a child of it', 'old name')])).toMatchObject([{ outcome: 'ADDED', parent: { name: 'new name' } }]);
  });

  test('P36 lists that are empty or too long are refused', async () => {
    const { errors } = await api.execute('mutation { addDependencies(input: { dependencies: [] }) { results { outcome } } }');
    expect(errors![0]!.originalError).toMatchObject({ code: 'INVALID', details: { argument: 'input.dependencies', value: 0 } });
    await expect(add(Array.from({ length: 10_001 }, () => link('a', 'b')))).rejects.toMatchObject({ details: { allowed: { min: 1, max: 10_000 } } });
    const wrong = await api.execute('mutation { addDependencies(input: { dependencies: [{ parent: { name: "a" }, child: { name: "b" }, kind: FIRM }] }) { results { outcome } } }');
    expect(wrong.errors![0]!.message).toContain('FIRM');
  });
});

describe('cycles', () => {
  test('P36 a self-dependency and a cycle are refused with the cycle, over hard, soft and control links together', async () => {
    await make('c1', 'c2', 'c3', 'c4');
    expect(outcomes(await add([link('c2', 'c1'), link('c3', 'c2', 'SOFT'), link('c4', 'c3', 'CONTROL')]))).toEqual(['ADDED', 'ADDED', 'ADDED']);
    const [self, far, near] = await add([link('c1', 'c1'), link('c1', 'c4'), link('c1', 'c2', 'SOFT')]);
    expect(self).toMatchObject({ outcome: 'REFUSED', error: { code: 'CONFLICT' } });
    expect(namesOf(self.cycle)).toEqual(['c1', 'c1']);
    expect(namesOf(far.cycle)).toEqual(['c1', 'c4', 'c3', 'c2', 'c1']);
    expect(far.error.message).toBe('A process cannot depend on itself, also not through others: c1 depends on c4 depends on c3 depends on c2 depends on c1.');
    expect(namesOf(near.cycle)).toEqual(['c1', 'c2', 'c1']);
    // Being a part of something, and reading from it, are no order.
    expect(outcomes(await add([link('c1', 'c4', 'DATA'), link('c1', 'c4', 'PARENT')]))).toEqual(['ADDED', 'ADDED']);
    expect(namesOf((await add([link('c1', 'c1', 'DATA')]))[0].cycle)).toEqual(['c1', 'c1']);
  });

  test('P36 of several in one call that together close a cycle, those that come first are made', async () => {
    await make('b1', 'b2', 'b3');
    const results = await add([link('b1', 'b2'), link('b2', 'b3'), link('b3', 'b1'), link('b3', 'c1')]);
    expect(outcomes(results)).toEqual(['ADDED', 'ADDED', 'REFUSED', 'ADDED']);
    expect(namesOf(results[2].cycle)).toEqual(['b3', 'b1', 'b2', 'b3']);
  });

  test('P36 a registration is checked against soft links too', async () => {
    await make('reg 1', 'reg 2');
    await add([link('reg 2', 'reg 1', 'SOFT')]);
    const { errors } = await api.execute('mutation { registerProcess(input: { name: "reg 1", dependsOn: ["reg 2"] }) { created } }');
    expect(errors![0]!.originalError).toMatchObject({ code: 'CONFLICT', details: { cycle: ['reg 1', 'reg 2', 'reg 1'] } });
  });

  test('P36 a cycle that another client wrote is in nobody else’s way', async () => {
    const [one, two, above] = await make('old 1', 'old 2', 'old above');
    await api.sql('insert into process_dependency (parent_process_id, child_process_id) values ($1, $2), ($2, $1), ($3, $1)', [one, two, above]);
    await make('new below', 'new above');
    expect(outcomes(await add([link('new below', 'old 1'), link('old above', 'new above'), link('new below', 'new above')]))).toEqual(['ADDED', 'ADDED', 'ADDED']);
    expect(namesOf((await add([link('new above', 'new below')]))[0].cycle)).toHaveLength(3);
  });

  test('P36 two servers, twenty rounds: of two additions that together close a cycle one is refused', async () => {
    for (let round = 0; round < 20; round++) {
      const [a, b, c] = ['a', 'b', 'c'].map((letter) => `round ${round} ${letter}`) as [string, string, string];
      await make(a, b, c);
      await add([link(c, b)]);
      const answers = await Promise.all([add([link(a, c, round % 2 ? 'SOFT' : 'HARD')], {}, api), add([link(b, a)], {}, other)]);
      const results = answers.flat();
      expect(outcomes(results).sort()).toEqual(['ADDED', 'REFUSED']);
      expect(new Set(namesOf(results.find(({ outcome }) => outcome === 'REFUSED').cycle))).toEqual(new Set([a, b, c]));
    }
  });

  test('P36 the check agrees with a plain search on random graphs, link by link and all at once', async () => {
    let graph = 0;
    const nodes = 8;
    const links = fc.array(fc.record({ child: fc.nat(nodes - 1), parent: fc.nat(nodes - 1), kind: fc.constantFrom<Kind>('HARD', 'SOFT', 'CONTROL', 'DATA') }), { minLength: 1, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(links, fc.boolean(), async (wanted, atOnce) => {
        const name = (i: number) => `graph ${graph} ${i}`;
        graph++;
        await make(...Array.from({ length: nodes }, (_, i) => name(i)));
        // In memory: taken in order, a link stands if its parent does not depend on its child already.
        const parents = new Map<number, Set<number>>();
        const dependsOn = (from: number, to: number, met = new Set<number>()): boolean =>
          from === to || [...(parents.get(from) ?? [])].some((next) => !met.has(next) && dependsOn(next, to, met.add(next)));
        const stands = wanted.map(({ child, parent, kind }) => {
          if (kind === 'DATA') return child !== parent;
          if (dependsOn(parent, child)) return false;
          parents.set(child, (parents.get(child) ?? new Set()).add(parent));
          return true;
        });
        const items = wanted.map(({ child, parent, kind }) => link(name(child), name(parent), kind));
        const results: any[] = atOnce ? await add(items) : [];
        if (!atOnce) for (const item of items) results.push(...(await add([item])));
        expect(results.map(({ outcome }) => outcome !== 'REFUSED')).toEqual(stands);
        for (const [i, { cycle }] of results.entries())
          if (cycle) {
            expect(cycle[0]).toEqual(cycle.at(-1));
            expect(namesOf(cycle).slice(0, 2)).toEqual([name(wanted[i]!.child), name(wanted[i]!.parent)]);
            expect(new Set(namesOf(cycle)).size).toBe(cycle.length - 1);
          }
      }),
      { numRuns: 60 },
    );
  });
});

describe('large graphs', () => {
  test('P36 a chain of 10,000 is added at once, checked, and walked from both ends', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `chain ${i}`);
    await make(...names);
    const started = Date.now();
    const results = await add(names.slice(1).map((name, i) => link(name, names[i]!)));
    expect(new Set(outcomes(results))).toEqual(new Set(['ADDED']));
    const [closing] = await add([link(names[0]!, names.at(-1)!)]);
    expect(closing.cycle).toHaveLength(10_001);
    expect(outcomes(await add([link(names[5000]!, names[0]!)]))).toEqual(['ADDED']);
    // The way over the shortcut ends in the middle of the chain, upwards at its beginning.
    for (const [end, field, farthest] of [[names.at(-1)!, 'ancestors', 9_998], [names[0]!, 'descendants', 5_000]] as const) {
      const answer = await walk(end, field);
      expect(answer).toMatchObject({ complete: true, visitedNodes: 9_999 });
      expect(answer.nodes.at(-1).distance).toBe(farthest);
    }
    expect(Date.now() - started).toBeLessThan(30_000);
  }, 60_000);

  test('P36 thirty diamonds in a row, with a thousand million ways through, are checked in no time', async () => {
    const diamonds = 30;
    const names = Array.from({ length: diamonds + 1 }, (_, i) => [`joint ${i}`, `left ${i}`, `right ${i}`]);
    await make(...names.flat());
    const links = Array.from({ length: diamonds }, (_, i) => [link(`left ${i}`, `joint ${i}`), link(`right ${i}`, `joint ${i}`), link(`joint ${i + 1}`, `left ${i}`), link(`joint ${i + 1}`, `right ${i}`)]);
    const started = Date.now();
    await add(links.flat());
    const [closing] = await add([link('joint 0', `joint ${diamonds}`)]);
    expect(closing.cycle).toHaveLength(2 * diamonds + 2);
    expect(await walk('joint 30', 'ancestors')).toMatchObject({ complete: true, visitedNodes: 3 * diamonds });
    expect(Date.now() - started).toBeLessThan(5_000);
  });
});

describe('reading', () => {
  test('P36 L11 ancestors and descendants with their distance and the kinds of links, each once', async () => {
    await make('w0', 'w1', 'w2', 'w3', 'w4');
    await add([link('w1', 'w0'), link('w2', 'w1', 'SOFT'), link('w2', 'w1'), link('w3', 'w2'), link('w3', 'w0', 'SOFT'), link('w4', 'w3', 'CONTROL')]);
    expect(met(await walk('w3', 'ancestors'))).toEqual(['1 w0 SOFT', '1 w2 HARD', '2 w1 HARD+SOFT']);
    expect(met(await walk('w3', 'ancestors', '(kinds: [HARD])'))).toEqual(['1 w2 HARD', '2 w1 HARD', '3 w0 HARD']);
    expect(met(await walk('w0', 'descendants'))).toEqual(['1 w1 HARD', '1 w3 SOFT', '2 w2 HARD+SOFT']);
    expect(met(await walk('w0', 'descendants', '(kinds: [SOFT, CONTROL])'))).toEqual(['1 w3 SOFT', '2 w4 CONTROL']);
    expect(await walk('w3', 'ancestors', '(depth: 1)')).toMatchObject({ complete: false, cut: 'DEPTH', frontier: 2, endCursor: null, visitedNodes: 2 });
    expect(await walk('w3', 'ancestors', '(depth: 2)')).toMatchObject({ complete: true, cut: null, frontier: 0 });
    expect(await walk('w3', 'ancestors', '(depth: 0)')).toMatchObject({ cut: 'DEPTH', nodes: [] });
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
            if (here === at && (soft || !each.soft) && !distances.has(next) && distances.get(at)! < (depth ?? nodes)) distances.set(next, distances.get(at)! + 1);
          }
        distances.delete(0);
        const wanted = [...distances].map(([i, distance]) => ({ i, distance })).sort((a, b) => a.distance - b.distance || a.i - b.i);
        const args = `kinds: [HARD${soft ? ', SOFT' : ''}]${depth === null ? '' : `, depth: ${depth}`}`;
        const field = upward ? 'ancestors' : 'descendants';
        const found: string[] = [];
        for (let after = ''; ; ) {
          const answer = await walk(`${prefix} 0`, field, `(${args}, maxNodes: ${size}${after})`);
          found.push(...answer.nodes.map((node: any) => `${node.distance} ${node.process.name}`));
          expect(answer.nodes.every(({ kinds }: any) => kinds.length > 0)).toBe(true);
          expect(answer.visitedNodes).toBe(found.length);
          expect(answer.complete).toBe(answer.cut === null);
          if (!answer.endCursor) {
            expect(answer.cut).not.toBe('NODES');
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
    const query = '{ processes(first: 20, nameContains: "w") { nodes { name ancestors { nodes { distance kinds } } } } }';
    const statements = await api.recorded(() => api.run(query));
    expect(statements).toHaveLength(3);
    expect(await api.jit(query)).toEqual({ data: await api.run(query) });
  });

  test('P36 the parents of a process are pages, and processes can be chosen by their parents', async () => {
    await make('paged', ...Array.from({ length: 7 }, (_, i) => `page parent ${i}`));
    await add(Array.from({ length: 7 }, (_, i) => [link('paged', `page parent ${i}`), link('paged', `page parent ${i}`, 'SOFT')]).flat());
    const found: string[] = [];
    for (let after = ''; ; ) {
      const { process } = await api.run(`{ process(name: "paged") { parents(first: 3${after}) { totalCount pageInfo { hasNextPage endCursor } nodes { kind process { name } } } } }`);
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
    await expect(walk('w0', 'ancestors', `(${args})`)).rejects.toMatchObject({ code: 'INVALID', details: { argument, value } });
  });
});

test('P36 what is added and removed is in the history with actor and reason', async () => {
  await make('told child', 'told parent');
  await add([{ ...link('told child', 'told parent', 'SOFT'), note: 'for the totals' }], { reason: 'agreed in March' });
  await remove([link('told child', 'told parent')], { reason: 'no longer' });
  const { process } = await api.run(
    '{ process(name: "told child") { history(fields: ["parents"]) { nodes { field actor origin reason from to added removed } } } }',
  );
  expect(process.history.nodes).toEqual([
    { field: 'parents', actor: 'tester', origin: 'api', reason: 'no longer', from: '["told parent (Soft): for the totals"]', to: null, added: [], removed: ['told parent (Soft): for the totals'] },
    { field: 'parents', actor: 'tester', origin: 'api', reason: 'agreed in March', from: null, to: '["told parent (Soft): for the totals"]', added: ['told parent (Soft): for the totals'], removed: [] },
  ]);
});

import fc from 'fast-check';
import { openApi, type Api } from '../support/api.js';
import {
  addDependencies,
  link,
  makeProcesses,
  namesOf,
  outcomes,
  removeDependencies,
  type Kind,
  type Link,
} from '../support/dependencies.js';

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

const make = (...names: string[]) => makeProcesses(api, ...names);
const add = (links: Link[], more: object = {}, on = api) => addDependencies(on, links, more);
const remove = (links: Link[], more: object = {}) => removeDependencies(api, links, more);
const idOf = async (name: string): Promise<string> =>
  (await api.run('query ($name: String) { process(name: $name) { id } }', { name })).process.id;
const linksOf = async (name: string, kinds = '[HARD, SOFT, PARENT, CONTROL, DATA]') => {
  const fields = 'nodes { kind note declaredBy type { name } process { name } }';
  return (
    await api.run(
      `query ($name: String) { process(name: $name) { parents(kinds: ${kinds}) { ${fields} } children(kinds: ${kinds}) { ${fields} } } }`,
      { name },
    )
  ).process;
};

describe('adding and removing', () => {
  test('P36 hard and soft dependencies by name and by id, in one call; doing it again changes nothing', async () => {
    await make('load', 'file', 'report', 'calendar');
    const wanted: Link[] = [
      link('load', 'file'),
      { child: { id: await idOf('report') }, parent: { name: 'load' }, kind: 'HARD', note: 'reads its table' },
      link('report', 'calendar', 'SOFT'),
      link('load', 'file'),
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
    expect(rows).toEqual([
      { parent: 'file', child: 'load' },
      { parent: 'load', child: 'report' },
    ]);
  });

  test('P36 removing takes the kind that is named, or all; what is not there is no error', async () => {
    await make('r child', 'r parent');
    await add([
      link('r child', 'r parent'),
      link('r child', 'r parent', 'SOFT'),
      link('r child', 'r parent', 'DATA'),
      link('r child', 'r parent', 'PARENT'),
    ]);
    expect(outcomes(await remove([link('r child', 'r parent', 'SOFT'), link('r parent', 'r child')]))).toEqual(['REMOVED', 'ABSENT']);
    expect((await linksOf('r child')).parents.nodes.map((node: any) => node.kind)).toEqual(['DATA', 'HARD', 'PARENT']);
    expect(outcomes(await remove([link('r child', 'r parent')]))).toEqual(['REMOVED']);
    expect(outcomes(await remove([link('r child', 'r parent'), link('r child', 'nobody')]))).toEqual(['ABSENT', 'REFUSED']);
    expect((await linksOf('r child')).parents.nodes).toEqual([]);
  });

  test('P36 what events have reported stays when what people declared is removed, and can be declared', async () => {
    const [child, parent] = await make('seen child', 'seen parent');
    await api.sql(
      `insert into process_relation (parent_process_id, child_process_id, kind, first_seen, last_seen) values ($1, $2, 'control', '2026-01-01Z', '2026-02-01Z')`,
      [parent, child],
    );
    const seen = await api.run(
      '{ process(name: "seen child") { parents(kinds: [CONTROL]) { nodes { firstSeenAt lastSeenAt declaredAt } } } }',
    );
    expect(seen.process.parents.nodes).toEqual([
      { firstSeenAt: '2026-01-01T00:00:00.000000Z', lastSeenAt: '2026-02-01T00:00:00.000000Z', declaredAt: null },
    ]);
    expect(outcomes(await add([{ ...link('seen child', 'seen parent', 'CONTROL'), note: 'as agreed' }]))).toEqual(['ADDED']);
    expect((await linksOf('seen child')).parents.nodes).toMatchObject([{ kind: 'CONTROL', declaredBy: 'tester', note: 'as agreed' }]);
    expect(outcomes(await remove([link('seen child', 'seen parent')]))).toEqual(['REMOVED']);
    expect((await linksOf('seen child')).parents.nodes).toMatchObject([{ kind: 'CONTROL', declaredBy: null, note: null }]);
    expect(outcomes(await remove([link('seen child', 'seen parent')]))).toEqual(['ABSENT']);
  });

  test('P36 a row of type Soft that another client wrote is shown as soft, once; type Undefined counts as hard', async () => {
    const [child, soft, hard] = await make('of clients', 'soft parent', 'undefined parent');
    await api.sql(
      'insert into process_dependency (parent_process_id, child_process_id, dependency_type_id) values ($2, $1, 3), ($3, $1, 1)',
      [child, soft, hard],
    );
    const shown = [
      { kind: 'SOFT', type: { name: 'Soft' }, process: { name: 'soft parent' } },
      { kind: 'HARD', type: { name: 'Undefined' }, process: { name: 'undefined parent' } },
    ];
    expect((await linksOf('of clients')).parents.nodes).toMatchObject(shown);
    expect(outcomes(await add([link('of clients', 'undefined parent'), link('of clients', 'soft parent', 'SOFT')]))).toEqual([
      'KNOWN',
      'ADDED',
    ]);
    expect((await linksOf('of clients')).parents.nodes).toMatchObject(shown);
    // Declared as hard, the row that was there becomes hard; the soft relation is another statement.
    expect(outcomes(await add([link('of clients', 'soft parent')]))).toEqual(['ADDED']);
    expect((await linksOf('of clients', '[HARD]')).parents.nodes).toMatchObject([
      { type: { name: 'Hard' }, process: { name: 'soft parent' } },
      shown[1],
    ]);
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
      link('put away', 'fine'),
      link('fine', 'fine too'),
    ]);
    expect(outcomes(results)).toEqual(['REFUSED', 'REFUSED', 'REFUSED', 'REFUSED', 'REFUSED', 'ADDED']);
    expect(results.map(({ error }) => error && [error.code, error.argument])).toEqual([
      ['NOT_FOUND', 'parent.name'],
      ['INVALID', 'parent.id'],
      ['INVALID', 'child'],
      ['CONFLICT', 'parent.name'],
      ['CONFLICT', 'child.name'],
      null,
    ]);
  });

  test('P36 a process is found by a former name', async () => {
    await make('new name', 'a child of it');
    await api.sql(
      `insert into process_alias (namespace, name, process_id) select '', 'old name', process_id from process where process_name = 'new name'`,
    );
    expect(await add([link('a child of it', 'old name')])).toMatchObject([{ outcome: 'ADDED', parent: { name: 'new name' } }]);
  });

  test('P36 lists that are empty or too long are refused', async () => {
    const { errors } = await api.execute('mutation { addDependencies(input: { dependencies: [] }) { results { outcome } } }');
    expect(errors![0]!.originalError).toMatchObject({ code: 'INVALID', details: { argument: 'input.dependencies', value: 0 } });
    await expect(add(Array.from({ length: 10_001 }, () => link('a', 'b')))).rejects.toMatchObject({
      details: { allowed: { min: 1, max: 10_000 } },
    });
    const wrong = await api.execute(
      'mutation { addDependencies(input: { dependencies: [{ parent: { name: "a" }, child: { name: "b" }, kind: FIRM }] }) { results { outcome } } }',
    );
    expect(wrong.errors![0]!.message).toContain('FIRM');
  });
});

describe('cycles', () => {
  test('P36 a self-dependency and a cycle are refused with the cycle, over hard, soft and control links together', async () => {
    await make('c1', 'c2', 'c3', 'c4');
    expect(outcomes(await add([link('c2', 'c1'), link('c3', 'c2', 'SOFT'), link('c4', 'c3', 'CONTROL')]))).toEqual([
      'ADDED',
      'ADDED',
      'ADDED',
    ]);
    const [self, far, near] = await add([link('c1', 'c1'), link('c1', 'c4'), link('c1', 'c2', 'SOFT')]);
    expect(self).toMatchObject({ outcome: 'REFUSED', error: { code: 'CONFLICT' } });
    expect(namesOf(self.cycle)).toEqual(['c1', 'c1']);
    expect(namesOf(far.cycle)).toEqual(['c1', 'c4', 'c3', 'c2', 'c1']);
    expect(far.error.message).toBe(
      'A process cannot depend on itself, directly or indirectly: c1 depends on c4 depends on c3 depends on c2 depends on c1.',
    );
    expect(namesOf(near.cycle)).toEqual(['c1', 'c2', 'c1']);
    // Being a part of something, and reading from it, are no order.
    expect(outcomes(await add([link('c1', 'c4', 'DATA'), link('c1', 'c4', 'PARENT')]))).toEqual(['ADDED', 'ADDED']);
    expect(namesOf((await add([link('c1', 'c1', 'DATA')]))[0].cycle)).toEqual(['c1', 'c1']);
  });

  test('P36 of several in one call that together close a cycle, those that come first are made', async () => {
    await make('b1', 'b2', 'b3', 'b4');
    const results = await add([link('b1', 'b2'), link('b2', 'b3'), link('b3', 'b1'), link('b3', 'b4')]);
    expect(outcomes(results)).toEqual(['ADDED', 'ADDED', 'REFUSED', 'ADDED']);
    expect(namesOf(results[2].cycle)).toEqual(['b3', 'b1', 'b2', 'b3']);
  });

  test('P36 a registration is checked against soft links too', async () => {
    await make('reg 1', 'reg 2');
    await add([link('reg 2', 'reg 1', 'SOFT')]);
    const { errors } = await api.execute(
      'mutation { registerProcess(input: { name: "reg 1", dependsOn: [{ process: { name: "reg 2" } }] }) { created } }',
    );
    expect(errors![0]!.originalError).toMatchObject({ code: 'CONFLICT', details: { cycle: ['reg 1', 'reg 2', 'reg 1'] } });
  });

  test('P36 a cycle that another client wrote is in nobody else’s way', async () => {
    const [one, two, above] = await make('old 1', 'old 2', 'old above');
    await api.sql('insert into process_dependency (parent_process_id, child_process_id) values ($1, $2), ($2, $1), ($3, $1)', [
      one,
      two,
      above,
    ]);
    await make('new below', 'new above');
    expect(outcomes(await add([link('new below', 'old 1'), link('old above', 'new above'), link('new below', 'new above')]))).toEqual([
      'ADDED',
      'ADDED',
      'ADDED',
    ]);
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
    const links = fc.array(
      fc.record({ child: fc.nat(nodes - 1), parent: fc.nat(nodes - 1), kind: fc.constantFrom<Kind>('HARD', 'SOFT', 'CONTROL', 'DATA') }),
      { minLength: 1, maxLength: 24 },
    );
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

test('P36 what is added and removed is in the history with actor and reason', async () => {
  await make('told child', 'told parent');
  await add([{ ...link('told child', 'told parent', 'SOFT'), note: 'for the totals' }], { reason: 'agreed in March' });
  await remove([link('told child', 'told parent')], { reason: 'no longer' });
  const { process } = await api.run(
    '{ process(name: "told child") { history(where: { field: { in: ["parents"] } }) { nodes { field actor origin reason from to added removed } } } }',
  );
  expect(process.history.nodes).toEqual([
    {
      field: 'parents',
      actor: 'tester',
      origin: 'API',
      reason: 'no longer',
      from: '["told parent (Soft): for the totals"]',
      to: null,
      added: [],
      removed: ['told parent (Soft): for the totals'],
    },
    {
      field: 'parents',
      actor: 'tester',
      origin: 'API',
      reason: 'agreed in March',
      from: null,
      to: '["told parent (Soft): for the totals"]',
      added: ['told parent (Soft): for the totals'],
      removed: [],
    },
  ]);
});

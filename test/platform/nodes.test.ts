import fc from 'fast-check';
import { partsOf } from '../../src/platform/read/qualified-name.js';
import { openApi, type Api } from '../support/api.js';
import { fillCatalogue } from '../support/catalogue.js';
import { fillRuns } from '../support/runs.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('nodes');
  await fillCatalogue(api, 3);
  await fillRuns(api);
});
afterAll(() => api.close());

const query =
  'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Process { name } ... on Run { number } ... on StatusEvent { field } } }';
const idsOf = async (list: string): Promise<string[]> =>
  (await api.run(`{ ${list} { nodes { id } } }`))[list.split('(')[0]!].nodes.map(({ id }: { id: string }) => id);
const missing = Buffer.from('Process:2000000').toString('base64url');

describe('nodes', () => {
  test('records of several types by their ids, in their order, each as often as it is named; null for one that does not exist', async () => {
    const [[process], [run], [event]] = [
      await idsOf('processes(first: 1)'),
      await idsOf('runs(first: 1)'),
      await idsOf('history(kind: PROCESS, databaseId: 1, first: 1)'),
    ];
    const { nodes } = await api.run(query, { ids: [run, missing, process, event, run] });
    expect(nodes.map((node: any) => node && [node.__typename, node.id])).toEqual([
      ['Run', run],
      null,
      ['Process', process],
      ['StatusEvent', event],
      ['Run', run],
    ]);
    expect(await api.run(query, { ids: [] })).toEqual({ nodes: [] });
  });

  test('one statement a type, however many there are', async () => {
    const [processes, runs] = [await idsOf('processes'), await idsOf('runs(first: 20)')];
    const few = await api.recorded(() => api.run(query, { ids: [processes[0], runs[0]] }));
    const many = await api.recorded(() => api.run(query, { ids: [...processes, ...runs] }));
    expect(many).toHaveLength(2);
    expect(many).toEqual(few);
  });

  test('a text that is no id, and too many, are INVALID', async () => {
    await expect(api.run(query, { ids: [missing, '42'] })).rejects.toMatchObject({
      code: 'INVALID',
      details: { argument: 'ids.1', value: '42' },
    });
    await expect(api.run(query, { ids: Array.from({ length: 501 }, () => missing) })).rejects.toMatchObject({
      code: 'INVALID',
      details: { argument: 'ids', value: 501, allowed: { max: 500 } },
    });
  });
});

describe('qualified names', () => {
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const written = (name: string) => (/^[^".][^.]*$/.test(name) ? fc.constantFrom(name, quoted(name)) : fc.constant(quoted(name)));
  const name = fc.string({ unit: fc.constantFrom('a', 'é', '.', '"', ' ', '\\', "'"), minLength: 1, maxLength: 6 });

  test('any names, quoted where they must be, are read back', () => {
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 4 }).chain((names) => fc.tuple(fc.constant(names), fc.tuple(...names.map(written)))),
        ([names, parts]) => expect(partsOf(parts.join('.'), names, 'qualifiedName')).toEqual(names),
      ),
    );
  });

  test.each(['', '.', 'a', 'a.', '.a', 'a.b.c', '"a.b', 'a."b', 'a."b"c', '"".b'])('%j is no name of two parts', (text) => {
    expect(() => partsOf(text, ['source', 'name'], 'qualifiedName')).toThrow('must have 2 names joined by dots');
  });

  test('an object and an attribute are found by one, also where a name has dots', async () => {
    const sources = [{ name: 'lake', objects: [{ name: 'orders.v2', attributes: [{ name: 'total' }] }] }];
    await api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
      input: { name: 'dotted', sources },
    });
    const { sourceObject, sourceObjectAttribute, none } = await api.run(`{
      sourceObject(qualifiedName: "lake.\\"orders.v2\\"") { name }
      sourceObjectAttribute(qualifiedName: "lake.\\"orders.v2\\".total") { name object { name } }
      none: sourceObject(qualifiedName: "lake.orders") { name }
    }`);
    expect([sourceObject, sourceObjectAttribute, none]).toEqual([
      { name: 'orders.v2' },
      { name: 'total', object: { name: 'orders.v2' } },
      null,
    ]);
  });
});

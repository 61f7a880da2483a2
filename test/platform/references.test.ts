import { globalId } from '../../src/platform/entity/ids.js';
import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('references');
  await api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
    input: {
      name: 'load',
      sources: [
        { name: 'shop', objects: [{ name: 'orders', attributes: [{ name: 'total' }] }, { name: 'lines' }] },
        { name: 'bank', objects: [{ name: 'payments', attributes: [{ name: 'amount' }] }] },
      ],
    },
  });
});
afterAll(() => api.close());

const refusal = async (query: string, variables = {}) => {
  const { errors } = await api.execute(query, variables);
  expect(errors).toHaveLength(1);
  return errors![0]!.originalError as unknown as { code: string; message: string; details: Record<string, unknown> };
};

const id = (type: string) => globalId(type, 1);
/** Each finder with the ways in which its reference can be given, as its arguments. */
const finders: [finder: string, ways: object[]][] = [
  ['actor', [{ id: id('Actor') }, { databaseId: 1 }, { name: 'x' }]],
  ['tool', [{ id: id('Tool') }, { databaseId: 1 }, { name: 'x' }]],
  ['contact', [{ id: id('Contact') }, { databaseId: 1 }, { name: 'x' }]],
  ['cluster', [{ id: id('Cluster') }, { databaseId: 1 }, { name: 'x' }]],
  ['source', [{ id: id('Source') }, { databaseId: 1 }, { name: 'x' }]],
  ['sourceObject', [{ id: id('SourceObject') }, { databaseId: 1 }, { source: 'shop', name: 'orders' }, { qualifiedName: 'shop.orders' }]],
  [
    'sourceObjectAttribute',
    [
      { id: id('SourceObjectAttribute') },
      { databaseId: 1 },
      { source: 'shop', object: 'orders', name: 'total' },
      { qualifiedName: 'shop.orders.total' },
    ],
  ],
  ['process', [{ id: id('Process') }, { databaseId: 1 }, { name: 'load' }, { namespace: 'spark', job: 'load' }]],
  ['run', [{ id: id('Run') }, { databaseId: 1 }, { process: 'load', number: 1 }]],
  ['runGroup', [{ id: id('RunGroup') }, { databaseId: 1 }, { key: 'x' }]],
  ['location', [{ id: id('Location') }, { databaseId: 1 }, { path: '/x' }, { name: 'x' }]],
  ['file', [{ id: id('File') }, { databaseId: 1 }, { path: '/x', fileName: 'y' }]],
];
const literal = (values: object): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ');

test.each(finders)('%s: two ways at once are INVALID, one is not', async (finder, ways) => {
  for (const [i, way] of ways.entries()) {
    expect((await api.execute(`{ ${finder}(${literal(way)}) { __typename } }`)).errors).toBeUndefined();
    for (const other of ways.slice(i + 1))
      expect(await refusal(`{ ${finder}(${literal({ ...way, ...other })}) { __typename } }`)).toMatchObject({ code: 'INVALID' });
  }
});

test('a reference in an input is one way too, and the error names it', async () => {
  expect(
    await refusal('mutation ($input: HoldProcessInput!) { holdProcess(input: $input) { changed } }', {
      input: { process: { id: id('Process'), name: 'load' }, reason: 'x' },
    }),
  ).toMatchObject({ code: 'INVALID', details: { argument: 'input.process', allowed: 'id, databaseId, name, or namespace and job' } });
  expect(
    await refusal('mutation ($input: DeleteToolInput!) { deleteTool(input: $input) { deletedName } }', {
      input: { tool: { databaseId: 1, name: 'x' } },
    }),
  ).toMatchObject({ code: 'INVALID', details: { argument: 'input.tool', allowed: 'id, databaseId, or name' } });
});

describe('the nearest known name', () => {
  const retire = async (subject: object) =>
    (await refusal('mutation ($input: RetireInput!) { retire(input: $input) { changed } }', { input: { subject } })).details;

  test('is one of the same source, or of the same object', async () => {
    expect(await retire({ object: { source: 'shop', name: 'order' } })).toMatchObject({ nearest: ['orders'] });
    expect(await retire({ object: { source: 'bank', name: 'order' } })).not.toHaveProperty('nearest');
    expect(await retire({ object: { qualifiedName: 'shop.payment' } })).not.toHaveProperty('nearest');
    expect(await retire({ attribute: { source: 'shop', object: 'orders', name: 'totl' } })).toMatchObject({ nearest: ['total'] });
    expect(await retire({ attribute: { source: 'shop', object: 'lines', name: 'totl' } })).not.toHaveProperty('nearest');
    expect(await retire({ attribute: { qualifiedName: 'bank.payments.totl' } })).not.toHaveProperty('nearest');
  });

  test('is none for one or two letters, but for another case or blanks', async () => {
    for (const name of ['b', 'Qx'])
      await api.run('mutation ($input: CreateToolInput!) { createTool(input: $input) { created } }', { input: { name } });
    const missing = (name: string) =>
      refusal('mutation ($input: DeleteToolInput!) { deleteTool(input: $input) { deletedName } }', { input: { tool: { name } } });
    expect(await missing('a')).toMatchObject({ message: 'There is no Tool "a".' });
    expect((await missing('a')).details).not.toHaveProperty('nearest');
    expect((await missing('Qy')).details).not.toHaveProperty('nearest');
    expect((await missing('B')).details).toMatchObject({ nearest: ['b'] });
    expect((await missing(' qX ')).details).toMatchObject({ nearest: ['Qx'] });
    expect((await missing('Qxx')).details).toMatchObject({ nearest: ['Qx'] });
  });
});

import { openApi, type Api } from '../support/api.js';
import { fillCatalogue } from '../support/catalogue.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('attributes');
  await fillCatalogue(api, 500);
});
afterAll(() => api.close());

const query = `query ($names: [String!]!) { processes(first: 500, where: { name: { in: $names } }) { nodes {
  name
  sourceAttributes { nodes { alias expression attribute {
    name isKey isFilter isPartition isPii length decimals path defaultText defaultNumber dataType { name } object { name source { name type { name } } }
  } } }
  targetAttributes { nodes { alias expression attribute { name object { name source { name } } } } }
} } }`;

test('P33 the attributes of a process with all that is known of them, sorted by source, object and name', async () => {
  const attributes = [
    {
      name: 'b',
      dataType: 'decimal',
      length: 10,
      decimals: 2,
      defaultNumber: '1.50',
      isFilter: true,
      alias: 'amount',
      expression: 'b * 2',
    },
    { name: 'a', dataType: 'text', length: 40, path: 'order.a', defaultText: 'none', isKey: true, isPii: true, isPartition: true },
  ];
  const input = {
    name: 'all of them',
    sources: [
      { name: 'second', type: 'External', objects: [{ name: 'o', attributes: [{ name: 'z' }] }] },
      {
        name: 'first',
        type: 'Database',
        objects: [
          { name: 'y', attributes },
          { name: 'x', attributes: [{ name: 'c' }] },
        ],
      },
    ],
    targets: [{ name: 'out', objects: [{ name: 't', attributes: [{ name: 'u', alias: 'total', expression: 'sum(amount)' }] }] }],
  };
  await api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', { input });
  const [process] = (await api.run(query, { names: ['all of them'] })).processes.nodes;
  const read = process.sourceAttributes.nodes;
  expect(read.map(({ attribute }: any) => [attribute.object.source.name, attribute.object.name, attribute.name])).toEqual([
    ['first', 'x', 'c'],
    ['first', 'y', 'a'],
    ['first', 'y', 'b'],
    ['second', 'o', 'z'],
  ]);
  expect(read[1]).toMatchObject({
    alias: null,
    attribute: {
      isKey: true,
      isPii: true,
      isPartition: true,
      isFilter: false,
      length: 40,
      path: 'order.a',
      defaultText: 'none',
      dataType: { name: 'text' },
      object: { source: { name: 'first', type: { name: 'Database' } } },
    },
  });
  expect(read[2]).toMatchObject({
    alias: 'amount',
    expression: 'b * 2',
    attribute: { isFilter: true, decimals: 2, defaultNumber: expect.stringMatching(/^1\.50?$/), dataType: { name: 'decimal' } },
  });
  expect(process.targetAttributes.nodes).toEqual([
    { alias: 'total', expression: 'sum(amount)', attribute: { name: 'u', object: { name: 't', source: { name: 'out' } } } },
  ]);
});

test('P33 one process and 500 processes make the same statements', async () => {
  const names = Array.from({ length: 500 }, (_, i) => `process ${String(i + 1).padStart(3, '0')}`);
  const statements = (list: string[]) =>
    api.recorded(async () => expect((await api.run(query, { names: list })).processes.nodes).toHaveLength(list.length));
  expect((await statements(names)).sort()).toEqual((await statements(names.slice(0, 1))).sort());
});

test('L2 a lineage answer makes the same statements whatever its size and the size of the store', async () => {
  const lineage = (name: string) =>
    `{ sourceObject(source: "warehouse", name: "${name}") { lineage { complete nodes { subject { __typename } } edges { from } } } }`;
  const statements = (name: string) => api.recorded(() => api.run(lineage(name)));
  const near = await statements('table 002');
  expect((await statements('table 500')).sort()).toEqual(near.sort());
  const { nodes } = (await api.run(lineage('table 500'))).sourceObject.lineage;
  expect(nodes.length).toBeGreaterThan(1_000);
});

import { addFilters } from '../../src/process/filters/process-filters.js';
import { untilWaiting, withGate } from '../support/gates.js';
import { asPython, at, on, openFilters } from '../support/process-filters.js';

const { api, newProcess, add, predicate, refused, pythonFinder } = await openFilters('process_filters');
afterAll(() => api.close());

const eight: [
  operator: string,
  attribute: string,
  value: Parameters<typeof on>[2],
  text: string | null,
  number: string | null,
  stored: string | null,
  predicate: string,
][] = [
  ['eq', 'name', { text: "O'Neill's" }, "O'Neill's", null, "O'Neill's", "name = 'O''Neill''s'"],
  ['lt', 'rating', { number: '3.50' }, null, '3.5', null, 'rating < 3.5'],
  ['gt', 'founded', { text: '1900-01-01' }, '1900-01-01', null, '1900-01-01', "founded > '1900-01-01'"],
  ['lte', 'year', { number: 2020 }, null, '2020', null, 'year <= 2020'],
  ['gte', 'year', { number: 2000 }, null, '2000', null, 'year >= 2000'],
  ['not', 'lg', { text: '' }, '', null, '', "lg <> ''"],
  ['contains', 'name', { text: '100%\\_' }, '100%\\_', null, '100%\\_', "name like '100%\\_'"],
  ['in', 'lg', { texts: ['NL', 'AL', "A'L"] }, null, null, "('A''L', 'AL', 'NL')", "lg in ('A''L', 'AL', 'NL')"],
];

test.each(eight)('P34 the operator %s on %s', async (operator, attribute, value, text, number, stored, says) => {
  const process = await newProcess(`eight ${operator}`);
  const { added, filters } = await add(`eight ${operator}`, on(attribute, operator, value));
  const values = operator === 'in' ? ["A'L", 'AL', 'NL'].map((each) => ({ text: each, number: null })) : [{ text, number }];
  expect(added).toBe(1);
  expect(filters).toEqual([
    expect.objectContaining({
      operator,
      group: 1,
      values,
      attribute: { name: attribute },
      predicate: `warehouse.teams.${says}`,
    }),
  ]);
  expect(await predicate(`eight ${operator}`)).toBe(`warehouse.teams.${says}`);
  expect(await pythonFinder(process)).toEqual([asPython(attribute, operator === 'contains' ? 'lke' : operator, number, stored)]);
});

test('P34 several conditions on one attribute, in groups joined by or', async () => {
  const process = await newProcess('groups');
  await add(
    'groups',
    on('year', 'lt', { number: 2010, group: 1 }),
    on('lg', 'in', { texts: ['NL', 'AL'] }),
    on('year', 'gte', { number: 2000 }),
    on('year', 'gte', { number: 1995 }),
    on('year', 'in', { numbers: [1890, '1871.0', 1890, 900], group: 7 }),
    on('note', 'eq', { text: 'x', group: 2 }),
  );
  expect(await predicate('groups')).toBe(
    "(warehouse.teams.lg in ('AL', 'NL') and warehouse.teams.year < 2010 and warehouse.teams.year >= 2000 and warehouse.teams.year >= 1995)" +
      " or (warehouse.teams.note = 'x') or (warehouse.teams.year in (900, 1871, 1890))",
  );
  const { process: read } = await api.run(`{ process(name: "groups") { filters { totalCount nodes { group predicate } } } }`);
  expect(read.filters.totalCount).toBe(6);
  expect(read.filters.nodes.map(({ group }: { group: number }) => group)).toEqual([1, 1, 1, 1, 2, 7]);
  expect(await pythonFinder(process)).toEqual([
    asPython('lg', 'in', null, "('AL', 'NL')"),
    asPython('note', 'eq', null, 'x'),
    asPython('year', 'lt', '2010', null),
    asPython('year', 'gte', '2000', null),
    asPython('year', 'gte', '1995', null),
    asPython('year', 'in', null, '(900, 1871, 1890)'),
  ]);
});

test('P34 the same condition again changes nothing, however its number or list is written', async () => {
  await newProcess('again');
  const conditions = (number: unknown, texts: string[]) => [
    on('rating', 'gt', { number }),
    on('lg', 'in', { texts }),
    on('note', 'eq', { number }),
  ];
  const first = await add('again', ...conditions(3, ['AL', 'NL']));
  const events = await api.sql('select count(*)::int as n from status_event');
  const again = await add('again', ...conditions('03.00', ['NL', 'AL', 'NL']));
  expect(again).toEqual({ ...first, added: 0 });
  expect(await api.sql('select count(*)::int as n from status_event')).toEqual(events);
  const twice = await add('again', on('year', 'eq', { number: 1 }), on('year', 'eq', { number: '1.0' }));
  expect(twice.added).toBe(1);
  expect(twice.filters[0].id).toBe(twice.filters[1].id);
  expect((await add('again', on('lg', 'in', { texts: ['AL', 'AL'] }), on('lg', 'in', { texts: ['AL'] }))).added).toBe(1);
});

test('P34 a number for a text is taken as text, with like always; where no type is known it stays what it is', async () => {
  const process = await newProcess('as text');
  await add(
    'as text',
    on('lg', 'eq', { number: 7 }),
    on('note', 'contains', { number: 19 }),
    on('note', 'eq', { number: '1.50' }),
    on('founded', 'gt', { number: 1900 }),
  );
  expect(await pythonFinder(process)).toEqual([
    asPython('founded', 'gt', '1900', null),
    asPython('lg', 'eq', null, '7'),
    asPython('note', 'lke', null, '19'),
    asPython('note', 'eq', '1.5', null),
  ]);
});

describe('P34 what is refused', () => {
  beforeAll(() => newProcess('refusing'));

  test.each([
    [
      'a text for a number',
      on('year', 'eq', { text: 'soon' }),
      '0.text',
      'soon',
      'year has the data type integer, which holds numbers: it cannot be compared with the text "soon"',
    ],
    ['a text of digits for a number', on('year', 'eq', { text: '2000' }), '0.text', '2000', 'integer'],
    [
      'a text for an exact number',
      on('rating', 'in', { number: 1, texts: ['high'] }),
      '1.text',
      'high',
      'rating has the data type NUMBER(4,2)',
    ],
    ['contains on a number', on('year', 'contains', { number: 19 }), '0.number', '19', 'contains compares texts'],
  ])('%s names the attribute, its type and the value', async (_, filter, argument, value, says) => {
    const { code, message, details } = await refused('refusing', on('lg', 'eq', { text: 'AL' }), filter);
    expect({ code, details }).toMatchObject({
      code: 'INVALID',
      details: {
        argument: `input.filters.1.values.${argument}`,
        value,
        attribute: `warehouse.teams.${filter.attribute.name}`,
        dataType: expect.any(String),
      },
    });
    expect(message).toContain(says);
  });

  const operators = ['eq', 'lt', 'gt', 'lte', 'gte', 'not', 'contains', 'in'];
  test.each([
    ['an empty list', on('lg', 'in', { texts: [] }), 'values', []],
    ['a list without in', on('lg', 'eq', { texts: ['AL', 'NL'] }), 'values', [{ text: 'AL' }, { text: 'NL' }]],
    ['an unknown operator', on('lg', '=', { text: 'AL' }), 'operator', '=', expect.arrayContaining(operators)],
    ['a code that has another word', on('lg', 'lke', { text: 'AL' }), 'operator', 'lke', expect.not.arrayContaining(['lke'])],
    ['no value', { ...on('lg', 'eq', {}), values: [{}] }, 'values.0', { text: null, number: null }, ['text', 'number']],
    [
      'two in one value',
      { ...on('lg', 'in', {}), values: [{ text: 'x' }, { text: 'AL', number: 1 }] },
      'values.1',
      { text: 'AL', number: '1' },
    ],
    ['two values', on('lg', 'eq', { text: 'AL', number: 1 }), 'values', expect.anything(), 'one value'],
    ['a group of no number', on('lg', 'eq', { text: 'AL', group: 0 }), 'group', 0],
    ['half a name', { ...on('lg', 'eq', { text: 'AL' }), attribute: { source: 'warehouse' } }, 'attribute', expect.anything()],
    ['a name and an id', { ...on('lg', 'eq', { text: 'AL' }), attribute: { ...at('lg'), id: 'x' } }, 'attribute', expect.anything()],
    [
      'the id of something else',
      { ...on('lg', 'eq', { text: 'AL' }), attribute: { id: Buffer.from('Process:1').toString('base64url') } },
      'attribute.id',
      expect.anything(),
    ],
  ])('%s', async (_, filter, argument, value, allowed: unknown = expect.anything()) => {
    expect(await refused('refusing', filter)).toMatchObject({
      code: 'INVALID',
      details: { argument: `input.filters.0.${argument}`, value, allowed },
    });
  });

  test.each([
    [{ source: 'nowhere', object: 'teams', name: 'lg' }, 'source', 'nowhere', 'Source "nowhere"'],
    [{ source: 'warehouse', object: 'team', name: 'lg' }, 'object', 'team', 'SourceObject "warehouse.team"'],
    [{ source: 'warehouse', object: 'teams', name: 'l g' }, 'name', 'l g', 'SourceObjectAttribute "warehouse.teams.l g"'],
    [{ id: Buffer.from('SourceObjectAttribute:999999').toString('base64url') }, 'id', expect.anything(), 'id'],
  ])('an attribute that is not there: %j', async (attribute, argument, value, says) => {
    const { code, message, details } = await refused('refusing', on('lg', 'eq', { text: 'AL' }), {
      ...on('lg', 'eq', { text: 'AL' }),
      attribute,
    });
    expect({ code, details }).toMatchObject({ code: 'NOT_FOUND', details: { argument: `input.filters.1.attribute.${argument}`, value } });
    expect(message).toContain(says);
  });

  test('a process that is not there, and no filters at all', async () => {
    expect(await refused('nobody', on('lg', 'eq', { text: 'AL' }))).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.process.name', value: 'nobody' },
    });
    expect(await refused('refusing')).toMatchObject({ code: 'INVALID', details: { argument: 'input.filters', value: [] } });
  });
});

test('P34 twenty callers that add the same conditions make one of each', async () => {
  const process = await newProcess('at once');
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      add(
        'at once',
        ...[on('year', 'eq', { number: 1 }), on('lg', 'in', { texts: ['AL', 'NL'] }), on('lg', 'eq', { text: 'AL' })].slice(i % 3),
      ),
    ),
  );
  expect(made.reduce((sum, { added }) => sum + added, 0)).toBe(3);
  expect(await api.sql('select count(*)::int as n from process_filter where process_id = $1', [process])).toEqual([{ n: 3 }]);
});

test('P34 a caller that comes while another adds the same condition waits, and adds none', async () => {
  const process = await newProcess('one behind the other');
  const same = () => add('one behind the other', on('year', 'eq', { number: 1 }));
  const made = await withGate(api, 'before insert on process_filter', async (open) => {
    const both = Promise.all([same(), same()]);
    await untilWaiting(api, 2, both);
    await open();
    return both;
  });
  expect(made.map(({ added }) => added).sort()).toEqual([0, 1]);
  expect(await api.sql('select count(*)::int as n from process_filter where process_id = $1', [process])).toEqual([{ n: 1 }]);
});

test('P34 an attribute is found by its former name, and by its id', async () => {
  await newProcess('renamed');
  await api.sql(
    `insert into source_object_attribute_alias (source_object_id, name, source_object_attribute_id)
     select source_object_id, 'league', source_object_attribute_id from source_object_attribute_lkup where source_object_attribute_name = 'lg'`,
  );
  const { filters } = await add('renamed', on('league', 'eq', { text: 'AL' }));
  expect(filters[0].predicate).toBe("warehouse.teams.lg = 'AL'");
  const { node } = await api.run('query ($id: ID!) { node(id: $id) { ... on ProcessFilter { attribute { id } } } }', { id: filters[0].id });
  expect((await add('renamed', { attribute: { id: node.attribute.id }, operator: 'eq', values: [{ text: 'AL' }] })).added).toBe(0);
});

test('P34 an operator of the users own reads by its name', async () => {
  await newProcess('own operator');
  await api.run('mutation { createLookup(input: { kind: FILTER_TYPE, name: "starts with", code: "stw" }) { created } }');
  const { filters } = await add('own operator', on('name', 'stw', { text: 'New' }));
  expect(filters[0]).toMatchObject({
    operator: 'stw',
    predicate: "warehouse.teams.name starts with 'New'",
    filterType: { name: 'starts with' },
  });
  const { errors } = await api.execute(
    'mutation { deleteLookup(input: { kind: FILTER_TYPE, lookup: { name: "starts with" } }) { deletedName } }',
  );
  expect(errors![0]!.originalError).toMatchObject({ code: 'CONFLICT', details: { blockedBy: [{ by: 'ProcessFilter', count: 1 }] } });
});

test('P34 an attribute tells who filters by it, with which conditions; a filter is found by its id', async () => {
  // Those of the tests before would be told as well.
  await api.sql('delete from process_filter');
  await newProcess('asking b');
  await newProcess('asking a');
  await add('asking b', on('founded', 'gt', { text: '1' }), on('founded', 'lt', { text: '9' }));
  const { filters } = await add('asking a', on('founded', 'eq', { text: '5' }));
  const asFilter = '... on ProcessFilter { predicate process { name } attribute { id } createdBy { name } }';
  const { node } = await api.run(`query ($id: ID!) { node(id: $id) { ${asFilter} } }`, { id: filters[0].id });
  const { id } = node.attribute;
  expect(node).toMatchObject({ predicate: "warehouse.teams.founded = '5'", process: { name: 'asking a' }, createdBy: { name: 'tester' } });
  const read = async (args: string) => {
    const filteredBy = `filteredBy(first: 10) { totalCount nodes { name filters { totalCount } } pageInfo { endCursor } }`;
    const filters = `filters(${args}) { totalCount nodes { process { name } predicate } pageInfo { endCursor } }`;
    return (await api.run(`query ($id: ID!) { node(id: $id) { ... on SourceObjectAttribute { ${filteredBy} ${filters} } } }`, { id })).node;
  };
  const all = await read('first: 10');
  expect(all.filteredBy).toMatchObject({
    totalCount: 2,
    nodes: [
      { name: 'asking a', filters: { totalCount: 1 } },
      { name: 'asking b', filters: { totalCount: 2 } },
    ],
  });
  expect(all.filters.nodes.map((node: any) => `${node.process.name}: ${node.predicate}`)).toEqual([
    "asking a: warehouse.teams.founded = '5'",
    "asking b: warehouse.teams.founded < '9'",
    "asking b: warehouse.teams.founded > '1'",
  ]);
  const { endCursor } = (await read('first: 1')).filters.pageInfo;
  expect((await read(`first: 1, after: "${endCursor}"`)).filters.nodes).toEqual(all.filters.nodes.slice(1, 2));
});

test('P34 five hundred processes make the same statements as one', async () => {
  await newProcess('names the attributes');
  const write = (from: number, to: number) =>
    api.db.write({ actor: 'tester' }, async (tx) => {
      const rows = await tx.query<{ id: number }>(
        `insert into process (process_name) select 'many ' || lpad(n::text, 3, '0') from generate_series($1::int, $2::int) n returning process_id as id`,
        [from, to],
      );
      const filters: any[] = [on('year', 'gte', { number: '2000' }), on('lg', 'in', { texts: ['AL', 'NL'], group: 2 })];
      await addFilters(
        tx,
        rows.map(({ id }) => ({ processId: id, filters, argument: 'input.filters' })),
      );
    });
  const query = `{ processes(first: 500, where: { name: { contains: "many " } }) { nodes { filterPredicate filters { totalCount nodes { operator values { text number } predicate filterType { name } attribute { name filteredBy(first: 1) { totalCount } filters(first: 1) { nodes { predicate } } } } } } } }`;
  const statements: string[][] = [];
  for (const [from, to] of [
    [1, 1],
    [2, 500],
  ] as const) {
    const writing = await api.recorded(() => write(from, to));
    const reading = await api.recorded(async () => {
      const { processes } = await api.run(query);
      expect(processes.nodes).toHaveLength(to);
      for (const { filterPredicate, filters } of processes.nodes)
        expect({ filterPredicate, count: filters.nodes.length }).toEqual({
          filterPredicate: "(warehouse.teams.year >= 2000) or (warehouse.teams.lg in ('AL', 'NL'))",
          count: 2,
        });
    });
    statements.push([...writing, ...reading].sort());
  }
  expect(statements[1]).toEqual(statements[0]);
  expect((await api.jit(query)).errors).toBeUndefined();
});

import fc from 'fast-check';
import { openApi, type Api } from '../support/api.js';
import { fillCatalogue } from '../support/catalogue.js';
import { startHttp } from '../support/http.js';
import { filters, meets } from '../support/filter-model.js';
import { build, catalogueShape, store } from '../support/model.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('filters');
  await fillCatalogue(api, 4);
});
afterAll(() => api.close());

const lists: Record<string, string> = {
  Process: 'processes',
  Source: 'sources',
  SourceObject: 'sourceObjects',
  SourceObjectAttribute: 'sourceObjectAttributes',
  Contact: 'contacts',
};

const names = async (list: string, where: unknown) => {
  const type = Object.keys(lists).find((each) => lists[each] === list) ?? list;
  const data = await api.run(`query ($where: ${type}Where) { list: ${list}(where: $where) { nodes { name } } }`, { where });
  return data.list.nodes.map(({ name }: { name: string }) => name);
};

describe('L15 filters', () => {
  test('L15 find what the same predicate finds in memory: random filters over random catalogues', async () => {
    const random = await openApi('random');
    const ask = fc.constantFrom(...Object.keys(lists)).chain((type) => fc.record({ type: fc.constant(type), where: filters(type) }));
    try {
      await fc.assert(
        fc.asyncProperty(catalogueShape, fc.array(ask, { minLength: 25, maxLength: 25 }), async (shape, asked) => {
          const catalogue = build(shape);
          await store(random, catalogue);
          for (const { type, where } of asked) {
            const query = `query ($where: ${type}Where) { list: ${lists[type]}(where: $where) { totalCount nodes { name } } }`;
            const { list } = await random.run(query, { where });
            const expected = catalogue[type]!.filter((item) => !item.unnamed && meets(type, item, where)).map(({ name }) => name);
            expect({ where, names: list.nodes.map(({ name }: { name: string }) => name).sort() }).toEqual({
              where,
              names: expected.sort(),
            });
            expect(list.totalCount).toBe(expected.length);
          }
        }),
        { numRuns: 25, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: true },
      );
    } finally {
      await random.close();
    }
  });

  test('L15 processes whose source has a contact', async () => {
    expect(
      await names('processes', { sources: { some: { contacts: { some: { contact: { name: { eq: 'landing desk' } } } } } } }),
    ).toHaveLength(4);
    expect(await names('processes', { sources: { some: { contacts: { some: { contact: { name: { eq: 'nobody' } } } } } } })).toEqual([]);
    expect(await names('contacts', { sources: { some: { readBy: { some: { name: { eq: 'process 002' } } } } } })).toEqual(['landing desk']);
    expect(await names('contacts', { processes: { some: { type: { name: { eq: 'Load' } } } } })).toEqual(['team 1', 'team 3']);
  });

  test('L15 rows by their ids, and by who made them', async () => {
    const { processes } = await api.run('{ processes(first: 2, where: { name: { contains: "process 00" } }) { nodes { id databaseId } } }');
    const [first, second] = processes.nodes;
    expect(await names('processes', { id: { in: [first.id, second.id] } })).toEqual(['process 001', 'process 002']);
    expect(await names('processes', { id: { ne: first.id }, databaseId: { lte: second.databaseId } })).toEqual(['process 002']);
    expect(await names('processes', { createdBy: { name: { eq: 'tester' } }, name: { startsWith: 'process' } })).toHaveLength(4);
    expect(await names('sourceTypes', { createdBy: { name: { eq: 'tester' } } }).catch((error: Error) => error.message)).toContain(
      'SourceType',
    );
  });

  test('L15 a filter on a list below something, and a variable inside a filter, by both executors', async () => {
    const query = `query ($name: String!, $where: SourceObjectAttributeWhere) {
      processes(where: { name: { eq: $name } }) { nodes { sourceObjects(where: { attributes: { some: $where } }) { totalCount nodes { name attributes(where: $where) { nodes { name } } } } } }
    }`;
    const variables = { name: 'process 002', where: { or: [{ isKey: { eq: true } }, { dataType: { name: { eq: 'nothing' } } }] } };
    const { data } = await api.execute(query, variables);
    expect(data!.processes.nodes).toEqual([
      { sourceObjects: { totalCount: 1, nodes: [{ name: 'file 002', attributes: { nodes: [{ name: 'column 1' }] } }] } },
    ]);
    expect(await api.jit(query, variables)).toEqual({ data });
    expect((await api.jit(query, { ...variables, where: { isKey: { eq: 'yes' } } })).errors).toHaveLength(1);
  });
});

test('L15 a filter as a variable: left out, null, by default, given, by both executors', async () => {
  const query =
    'query ($where: ProcessWhere = { name: { eq: "process 001" } }, $first: Int = 2) { processes(where: $where, first: $first) { nodes { name } } }';
  for (const [variables, names] of [
    [{}, ['process 001']],
    [{ where: null }, ['process 001', 'process 002']],
    [{ where: { name: { eq: 'process 003' } }, first: 1 }, ['process 003']],
  ] as const) {
    const { data } = await api.execute(query, variables);
    expect(data!.processes.nodes).toEqual(names.map((name) => ({ name })));
    expect(await api.jit(query, variables)).toEqual({ data });
  }
});

test('L15 every counts a row whose condition is null: what is not known does not meet it', async () => {
  await api.run(`mutation { registerProcess(input: { name: "every", targets: [
    { name: "every met", objects: [{ name: "o", attributes: [{ name: "a", ordinal: 1 }, { name: "b", ordinal: 1 }] }] }
    { name: "every unknown", objects: [{ name: "o", attributes: [{ name: "a", ordinal: 1 }, { name: "b" }] }] }
    { name: "every empty", objects: [{ name: "o" }] }
    { name: "every none", objects: [{ name: "o", attributes: [{ name: "a", ordinal: 2 }] }] }
  ] }) { created } }`);
  const found = async (quantifier: string, attributes: object) => {
    const where = { source: { name: { startsWith: 'every ' } }, attributes: { [quantifier]: attributes } };
    const { sourceObjects } = await api.run(
      'query ($where: SourceObjectWhere) { sourceObjects(where: $where) { nodes { source { name } } } }',
      { where },
    );
    return sourceObjects.nodes.map(({ source }: { source: { name: string } }) => source.name.replace('every ', '')).sort();
  };
  expect(await found('every', { ordinal: { eq: 1 } })).toEqual(['empty', 'met']);
  expect(await found('every', { not: { ordinal: { eq: 2 } } })).toEqual(['empty', 'met', 'unknown']);
  expect(await found('every', { dataType: { name: { eq: 'integer' } } })).toEqual(['empty']);
  expect(await found('some', { ordinal: { eq: 1 } })).toEqual(['met', 'unknown']);
  expect(await found('none', { ordinal: { eq: 1 } })).toEqual(['empty', 'none']);
});

test('L15 filters through relations do not see what is retired, as the lists themselves', async () => {
  await api.run(`mutation { registerProcess(input: { name: "gone reader", datasetTypes: ["gone type"]
    sources: [{ name: "gone in", objects: [{ name: "gone object", attributes: [{ name: "gone attribute" }] }] }] }) { created }
    createLocation(input: { name: "gone location", path: "/gone" }) { created }
    onSource: linkLocation(input: { subject: { source: { name: "gone in" } }, location: { name: "gone location" } }) { changed }
    onObject: linkLocation(input: { subject: { object: { source: "gone in", name: "gone object" } }, location: { name: "gone location" } }) { changed } }`);
  // What the filter of a type asks of a list, and what then is retired.
  const relations: [list: string, where: string, target: string][] = [
    ['sources', 'objects: { some: { name: { eq: "gone object" } } }', 'object: { source: "gone in", name: "gone object" }'],
    [
      'sourceObjects',
      'attributes: { some: { name: { eq: "gone attribute" } } }',
      'attribute: { source: "gone in", object: "gone object", name: "gone attribute" }',
    ],
    ['sources', 'locations: { some: { name: { eq: "gone location" } } }', 'location: { name: "gone location" }'],
    ['sourceObjects', 'locations: { some: { name: { eq: "gone location" } } }', 'location: { name: "gone location" }'],
    ['locations', 'sources: { some: { name: { eq: "gone in" } } }', 'source: { name: "gone in" }'],
    ['locations', 'objects: { some: { name: { eq: "gone object" } } }', 'object: { source: "gone in", name: "gone object" }'],
    ['datasetTypes', 'processes: { some: { name: { eq: "gone reader" } } }', 'process: { name: "gone reader" }'],
    ['datasetTypes', 'sources: { some: { name: { eq: "gone in" } } }', 'source: { name: "gone in" }'],
    ['datasetTypes', 'objects: { some: { name: { eq: "gone object" } } }', 'object: { source: "gone in", name: "gone object" }'],
  ];
  for (const [list, where, target] of relations) {
    const count = async (condition: string) => (await api.run(`{ ${list}(where: { ${condition} }) { totalCount } }`))[list].totalCount;
    const none = where.replace('some', 'none');
    const [seen, others] = [await count(where), await count(none)];
    expect([where, seen]).toEqual([where, 1]);
    await api.run(`mutation { retire(input: { subject: { ${target} } }) { changed } }`);
    expect([where, await count(where), await count(none)]).toEqual([where, 0, others + 1]);
    await api.run(`mutation { restore(input: { subject: { ${target} } }) { changed } }`);
  }
  // Lists of facts keep showing it, and so do their filters.
  await api.run('mutation { retire(input: { subject: { source: { name: "gone in" } } }) { changed } }');
  const { processes } = await api.run('{ processes(where: { sources: { some: { name: { eq: "gone in" } } } }) { nodes { name } } }');
  expect(processes.nodes).toEqual([{ name: 'gone reader' }]);
});

test('L17 one field twice with different arguments gives each its own answer', async () => {
  await api.run(
    `mutation { registerProcess(input: { name: "many targets", targets: [{ name: "t1", description: "x" }, { name: "t2" }, { name: "t3" }] }) { created } }`,
  );
  const query = `{ process(name: "many targets") { a: targets(first: 1) { totalCount nodes { name } } b: targets(where: { description: { isNull: true } }) { totalCount nodes { name } } c: targets(last: 1, where: { description: { isNull: true } }) { nodes { name } } } }`;
  const { data } = await api.execute(query);
  expect(data!.process).toEqual({
    a: { totalCount: 3, nodes: [{ name: 't1' }] },
    b: { totalCount: 2, nodes: [{ name: 't2' }, { name: 't3' }] },
    c: { nodes: [{ name: 't3' }] },
  });
  expect(await api.jit(query)).toEqual({ data });
});

test('P35 processes by schedule frequency: the seven defaults', async () => {
  const defaults = ['annually', 'daily', 'hourly', 'monthly', 'quarterly', 'unscheduled', 'weekly'];
  for (const frequency of defaults)
    await api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
      input: { name: `runs ${frequency}`, scheduleFrequency: frequency },
    });
  for (const frequency of defaults)
    expect(await names('processes', { scheduleFrequency: { name: { eq: frequency } }, name: { startsWith: 'runs' } })).toEqual([
      `runs ${frequency}`,
    ]);
  expect(await names('processes', { scheduleFrequency: {}, name: { startsWith: 'runs' } })).toHaveLength(7);
});

test('L19 one query says where an attribute is read, written and filtered', async () => {
  await api.run(`mutation { registerProcess(input: {
    name: "reader", targets: [{ name: "mart", objects: [{ name: "copy", attributes: [{ name: "id" }] }] }]
    sources: [{ name: "warehouse", objects: [{ name: "table 001", attributes: [{ name: "column 1" }] }] }]
    filters: [{ attribute: { source: "warehouse", object: "table 001", name: "column 1" }, operator: "eq", values: [{ text: "x" }] }]
  }) { created } }`);
  const query = `query ($where: SourceObjectAttributeWhere) { sourceObjectAttributes(where: $where) { nodes { name object { name } readBy { nodes { name } } writtenBy { nodes { name } } filteredBy { nodes { name } } } } }`;
  const where = { name: { eq: 'column 1' }, object: { name: { eq: 'table 001' }, source: { name: { eq: 'warehouse' } } } };
  const { sourceObjectAttributes } = await api.run(query, { where });
  expect(sourceObjectAttributes.nodes).toEqual([
    {
      name: 'column 1',
      object: { name: 'table 001' },
      readBy: { nodes: [{ name: 'reader' }] },
      writtenBy: { nodes: [{ name: 'process 001' }] },
      filteredBy: { nodes: [{ name: 'reader' }] },
    },
  ]);
  const found = async (where: unknown) =>
    (await api.run(query, { where })).sourceObjectAttributes.nodes.map((each: any) => `${each.object.name}.${each.name}`).sort();
  expect(await found({ readBy: { some: { name: { eq: 'reader' } } } })).toEqual(['table 001.column 1']);
  expect(await found({ filteredBy: { some: { name: { eq: 'reader' } } } })).toEqual(['table 001.column 1']);
  expect(await found({ writtenBy: { some: { name: { eq: 'reader' } } } })).toEqual(['copy.id']);
  expect(
    await found({
      isKey: { eq: true },
      isPii: { eq: false },
      dataType: { name: { eq: 'integer' } },
      object: { source: { name: { eq: 'landing zone 1' } } },
    }),
  ).toEqual(['file 001.column 1', 'file 004.column 1']);
});

describe('L15 what is wrong with a filter is INVALID', () => {
  const refused = async (where: string, list = 'processes') => {
    const { errors } = await api.execute(`{ ${list}(where: ${where}) { nodes { name } } }`);
    expect(errors).toHaveLength(1);
    const { code, details } = (errors![0]!.originalError ?? {}) as { code?: string; details?: Record<string, unknown> };
    return { message: errors![0]!.message, code, details };
  };
  const nested = (levels: number): string => (levels ? `{ not: ${nested(levels - 1)} }` : '{}');

  test('an unknown operator, field, a wrong type: GraphQL says so', async () => {
    expect((await refused('{ name: { like: "a%" } }')).message).toContain('"like"');
    expect((await refused('{ colour: { eq: "red" } }')).message).toContain('"colour"');
    expect((await refused('{ name: { eq: 1 } }')).message).toContain('String cannot represent');
    expect((await refused('{ isKey: { eq: "yes" } }', 'sourceObjectAttributes')).message).toContain('Boolean');
    expect((await refused('{ createdAt: { gt: "yesterday" } }')).message).toContain('DateTime');
    expect((await refused('{ name: { isNull: true } }')).message).toContain('"isNull"');
    expect((await refused('{ name: { contains: "a\\u0000" } }')).message).toContain('U+0000');
  });
  test.each([
    ['{ name: { in: [] } }', 'where.name.in', 'must not be empty'],
    ['{ not: { name: { notIn: [] } } }', 'where.not.name.notIn', 'must not be empty'],
    ['{ and: [] }', 'where.and', 'must not be empty'],
    ['{ or: [{ or: [] }] }', 'where.or.0.or', 'must not be empty'],
    ['{ name: { eq: null } }', 'where.name.eq', 'must not be null'],
    ['{ name: null }', 'where.name', 'must not be null'],
    ['{ sources: { some: null } }', 'where.sources.some', 'must not be null'],
    ['{ type: null }', 'where.type', 'must not be null'],
    ['{ id: { eq: null } }', 'where.id.eq', 'must not be null'],
    ['{ id: { eq: "x" } }', 'where.id.eq', 'not an id'],
    ['{ id: { in: ["U291cmNlOjE"] } }', 'where.id.in.0', 'id of a Source'],
  ])('%s', async (where, argument, says) => {
    expect(await refused(where)).toMatchObject({ code: 'INVALID', message: expect.stringContaining(says), details: { argument } });
  });
  test('a null variable does not widen what is found', async () => {
    const { errors } = await api.execute('query ($n: String) { processes(where: { name: { eq: $n } }) { totalCount } }', { n: null });
    expect(errors![0]!.originalError).toMatchObject({ code: 'INVALID', details: { argument: 'where.name.eq' } });
    expect(
      (await api.run('query ($w: ProcessWhere) { processes(where: $w) { totalCount } }', { w: null })).processes.totalCount,
    ).toBeGreaterThan(0);
  });
  test('too deep, too many conditions: the limit is named', async () => {
    await api.run(`{ processes(where: ${nested(9)}) { totalCount } }`);
    expect(await refused(nested(10))).toMatchObject({ code: 'INVALID', details: { limit: 'maxFilterDepth', allowed: { max: 10 } } });
    const or = (count: number) => `{ or: [${Array.from({ length: count }, (_, i) => `{ name: { eq: "${i}" } }`).join(' ')}] }`;
    await api.run(`{ processes(where: ${or(200)}) { totalCount } }`);
    expect(await refused(or(201))).toMatchObject({ code: 'INVALID', details: { limit: 'maxFilterConditions', allowed: { max: 200 } } });
    expect(await refused(`{ or: [${'{} '.repeat(201)}] }`)).toMatchObject({ code: 'INVALID', details: { limit: 'maxFilterConditions' } });
  });
});

test('L15 a filter of many thousand levels is refused, whoever reads it first', async () => {
  const server = await startHttp({ db: api.db, schema: api.schema });
  try {
    for (const levels of [11, 3_000, 30_000]) {
      const where = `${'{"not":'.repeat(levels)}{}${'}'.repeat(levels)}`;
      const body = `{ "query": "query ($where: ProcessWhere) { processes(where: $where) { totalCount } }", "variables": { "where": ${where} } }`;
      // The third time it is compiled.
      for (let time = 1; time <= 3; time++) {
        const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        const { errors } = (await response.json()) as { errors: { extensions: unknown }[] };
        expect(errors).toMatchObject([{ extensions: { code: 'INVALID' } }]);
      }
    }
    expect((await server.ask('{ processes(first: 1) { nodes { name } } }')).status).toBe(200);
  } finally {
    await server.close();
  }
});

test('L16 one process and 500 make the same statements, filters and nested lists included', async () => {
  const [one, many] = await Promise.all([openApi('one'), openApi('fivehundred')]);
  try {
    await Promise.all([fillCatalogue(one, 1), fillCatalogue(many, 500)]);
    const query = `{
      processes(first: 500, where: { name: { startsWith: "process" } }) {
        totalCount
        nodes {
          name
          contacts(where: { contact: { name: { contains: "team" } } }) { totalCount nodes { contact { name } } }
          sources(where: { objects: { some: { readBy: { none: { name: { eq: "nobody" } } } } } }) { totalCount nodes { name objects(first: 1, where: { name: { ne: "calendar" } }) { totalCount nodes { name } } } }
          sourceAttributes(where: { isKey: { eq: true } }) { nodes { attribute { name readBy(where: { not: { name: { eq: "nobody" } } }) { nodes { name } } } } }
        }
      }
    }`;
    const statements = await Promise.all(
      [one, many].map(async (each) => (await each.recorded(async () => expect((await each.execute(query)).errors).toBeUndefined())).sort()),
    );
    expect(statements[1]).toEqual(statements[0]);
    expect(statements[0]).toHaveLength(10);
  } finally {
    await Promise.all([one.close(), many.close()]);
  }
});

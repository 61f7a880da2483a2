import fc from 'fast-check';
import pg from 'pg';
import { createOrm } from '../../src/app/store/orm.js';
import { readOnlyShadow } from '../../src/app/store/takeover.js';
import { connectionOptions } from '../../src/platform/database.js';
import { plainNumber } from '../../src/process/filters/process-filter-checks.js';
import { conditionsOf } from '../../src/process/filters/process-filter-conditions.js';
import { parseList, renderCondition, renderList, renderPredicate } from '../../src/process/filters/process-filter-predicate.js';
import { closeAll, old, work } from '../support/old-store.js';
import { on, openFilters } from '../support/process-filters.js';

const { api, newProcess, add, predicate } = await openFilters('process_filter_predicates');
afterAll(() => api.close());

describe('P34 what a Python client wrote', () => {
  const ids = new Map<string, number>();
  const rows: [attribute: string, type: number, text: string | null, number: number | null, says: string][] = [
    ['lg', 8, 'AL,NL', null, "warehouse.teams.lg in ('AL,NL')"],
    ['lg', 8, "'AL', 'N''L'", null, "warehouse.teams.lg in ('AL', 'N''L')"],
    ['lg', 8, '(1, -2.5)', null, 'warehouse.teams.lg in (1, -2.5)'],
    ['year', 8, null, 3, 'warehouse.teams.year in (3)'],
    ['year', 5, '', 2000, 'warehouse.teams.year >= 2000'],
    ['year', 1, null, null, 'warehouse.teams.year is null'],
    ['year', 6, null, null, 'warehouse.teams.year is not null'],
    ['year', 2, null, null, 'warehouse.teams.year < null'],
    ['year', 8, null, null, 'warehouse.teams.year in ()'],
    ['name', 1, '', null, "warehouse.teams.name = ''"],
    ['lonely', 1, 'x', null, "lonely = 'x'"],
  ];
  let process: number;
  beforeAll(async () => {
    process = await newProcess('python');
    await api.sql(`insert into source_object_attribute_lkup (source_object_attribute_name) values ('lonely')`);
    for (const { id, name } of await api.sql(
      'select source_object_attribute_id as id, source_object_attribute_name as name from source_object_attribute_lkup',
    ))
      ids.set(name, id);
  });
  afterEach(() => api.sql('delete from process_filter where process_id = $1', [process]));
  const write = (attribute: string, type: number, text: string | null, number: number | null) =>
    api.sql(
      'insert into process_filter (process_id, source_object_attribute_id, filter_type_id, filter_value_string, filter_value_numeric) values ($1, $2, $3, $4, $5)',
      [process, ids.get(attribute), type, text, number],
    );

  test.each(rows)('%s, type %i, %j, %j', async (attribute, type, text, number, says) => {
    await write(attribute, type, text, number);
    expect(await predicate('python')).toBe(says);
    const { process: read } = await api.run('{ process(name: "python") { filters { nodes { predicate group attribute { name } } } } }');
    expect(read.filters.nodes).toEqual([{ predicate: says, group: 1, attribute: { name: attribute } }]);
  });

  test('is the same condition where it says the same, and is changed and removed like others', async () => {
    await write('lg', 8, "('AL', 'NL')", null);
    await write('year', 8, null, 3);
    const { added, filters } = await add('python', on('lg', 'in', { texts: ['NL', 'AL'] }));
    expect(added).toBe(0);
    const update = 'mutation ($input: UpdateProcessFilterInput!) { updateProcessFilter(input: $input) { filter { predicate } } }';
    const changed = await api.run(update, { input: { id: filters[0].id, group: 4 } });
    expect(changed.updateProcessFilter.filter).toEqual({ predicate: "warehouse.teams.lg in ('AL', 'NL')" });
    const removed = await api.run('mutation ($id: ID!) { removeProcessFilters(input: { filterIds: [$id] }) { removed } }', {
      id: filters[0].id,
    });
    expect(removed.removeProcessFilters.removed).toBe(1);
    expect(await predicate('python')).toBe('warehouse.teams.year in (3)');
  });

  test('its clients may empty the table', async () => {
    await add('python', on('lg', 'in', { texts: ['AL'] }));
    await api.sql('delete from process_filter where process_id = $1', [process]);
    expect(await predicate('python')).toBeNull();
  });
});

test('P34 filters of a store that ProcessTracker made can be read before it is taken over', async () => {
  const url = await old(work);
  const client = new pg.Client({ connectionString: url, options: connectionOptions('UTC') });
  await client.connect();
  try {
    const db = { query: async (sql: string, values?: unknown[]) => (await client.query(sql, values)).rows as never[] };
    await client.query(await readOnlyShadow(db, createOrm(url).getMetadata()));
    expect(renderPredicate(await conditionsOf(db, 'process_id', [1]))).toBe("crm.customers.id = 'x'");
  } finally {
    await client.end();
    await closeAll();
  }
});

describe('P34 predicates', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => ({ text, number: null })),
    fc.constantFrom("'", "''", "', '", ')', '\\', '$1', ';--', '\n').map((text) => ({ text, number: null })),
    fc
      .tuple(fc.bigInt(), fc.option(fc.nat()))
      .map(([whole, fraction]) => ({ text: null, number: plainNumber(fraction === null ? String(whole) : `${whole}.${fraction}`) })),
  );

  test('a list that is written out reads back as it was', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), (values) => expect(parseList(renderList(values))).toEqual(values)),
    );
  });

  test('texts are quoted as PostgreSQL reads them', async () => {
    const texts = fc
      .sample(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom("it's", "'; drop table process; --", '\\', "\\'", '$$')), 200)
      .filter((text) => !text.includes('\0') && text.isWellFormed());
    const condition = (text: string) =>
      renderCondition({ group: 1, code: 'eq', type: 'equal to', path: [null, null, 'at'], values: [{ text, number: null }] });
    const [row] = await api.sql(
      `select ${texts.map((text) => `(select at from unnest($1::text[]) at where ${condition(text)} limit 1)`).join(" || '|' || ")} as all`,
      [texts],
    );
    expect(row!.all).toBe(texts.join('|'));
  });

  test('names that are not one word are quoted, groups come in their order', () => {
    const condition = {
      group: 1,
      code: 'eq',
      type: 'equal to',
      path: ['land.ing', 'file "1"', 'prix_€'],
      values: [{ text: null, number: '1' }],
    };
    expect(renderCondition(condition)).toBe('"land.ing"."file ""1"""."prix_€" = 1');
    expect(renderPredicate([])).toBeNull();
    expect(renderPredicate([{ ...condition, path: ['s', 'o', 'größe'] }])).toBe('s.o.größe = 1');
  });

  test('a number is written in one way', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.nat(), fc.nat({ max: 5 }), fc.nat({ max: 5 }), (whole, fraction, before, behind) => {
        const sign = whole < 0n ? '-' : '';
        const digits = String(whole).replace('-', '');
        const padded = `${sign}${'0'.repeat(before)}${digits}.${fraction}${'0'.repeat(behind)}`;
        const plain = plainNumber(padded);
        expect(plain).toMatch(/^(0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d*[1-9])$/);
        expect(plainNumber(plain)).toBe(plain);
        if (whole !== 0n) expect(plain.startsWith(sign + digits)).toBe(true);
      }),
    );
    expect(['-0', '0.0', '007', '-1.50', '10'].map(plainNumber)).toEqual(['0', '0', '7', '-1.5', '10']);
  });
});

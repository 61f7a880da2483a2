import type { Tx } from '../../src/platform/database.js';
import { addFilters, replaceFilters } from '../../src/process/filters/process-filters.js';
import { at, on, openFilters, valued } from '../support/process-filters.js';

const { api, newProcess, add, predicate, failure } = await openFilters('process_filter_changes');
afterAll(() => api.close());

describe('P34 a filter is changed', () => {
  const update = `mutation ($input: UpdateProcessFilterInput!) { updateProcessFilter(input: $input) { filter { id predicate group rowVersion } } }`;
  const change = async (id: string, more: Parameters<typeof valued>[0]) =>
    (await api.run(update, { input: { id, ...valued(more) } })).updateProcessFilter.filter;

  test('in each of its parts, and kept in the others', async () => {
    await newProcess('changing');
    const { filters } = await add('changing', on('year', 'eq', { number: 2000 }), on('lg', 'in', { texts: ['AL', 'NL'] }));
    const [year, lg] = filters.map(({ id }: { id: string }) => id);
    expect(await change(year, { number: 2001 })).toEqual({ id: year, predicate: 'warehouse.teams.year = 2001', group: 1, rowVersion: 2 });
    expect(await change(year, { operator: 'in' })).toMatchObject({ predicate: 'warehouse.teams.year in (2001)' });
    expect(await change(year, { numbers: [3, 1] })).toMatchObject({ predicate: 'warehouse.teams.year in (1, 3)' });
    expect(await change(year, { operator: 'gt', number: 5, group: 3 })).toMatchObject({ predicate: 'warehouse.teams.year > 5', group: 3 });
    expect(await change(year, { attribute: at('rating') })).toMatchObject({
      predicate: 'warehouse.teams.rating > 5',
      group: 3,
      rowVersion: 6,
    });
    expect(await change(year, { attribute: at('rating'), number: '5.0' })).toMatchObject({ rowVersion: 6 });
    expect(await change(lg, { group: 2 })).toMatchObject({ predicate: "warehouse.teams.lg in ('AL', 'NL')", rowVersion: 2 });
    expect(
      await api.sql(
        'select count(*)::int as n from process_filter_value v join process_filter using (process_filter_id) join process using (process_id) where process_name = $1',
        ['changing'],
      ),
    ).toEqual([{ n: 2 }]);
  });

  test('also from a text to a number, and back, where the attribute says nothing of its type', async () => {
    await newProcess('changing kinds');
    const { filters } = await add('changing kinds', on('note', 'eq', { text: 'x' }));
    const [{ id }] = filters;
    expect(await change(id, { number: 5 })).toEqual({ id, predicate: 'warehouse.teams.note = 5', group: 1, rowVersion: 2 });
    expect(await change(id, { number: 5 })).toMatchObject({ rowVersion: 2 });
    expect(await change(id, { text: 'y' })).toMatchObject({ predicate: "warehouse.teams.note = 'y'", rowVersion: 3 });
  });

  test('unless it would not fit, is there already, or is not there', async () => {
    await newProcess('not changing');
    const { filters } = await add(
      'not changing',
      on('year', 'eq', { number: 1 }),
      on('year', 'eq', { number: 2 }),
      on('lg', 'in', { texts: ['AL', 'NL'] }),
    );
    const [one, two, list] = filters.map(({ id }: { id: string }) => id);
    expect(await failure(update, valued({ id: one, attribute: at('year'), text: 'x' }))).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.values.0.text' },
    });
    expect(await failure(update, { id: one, operator: 'contains' })).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.values.0.number', value: '1' },
    });
    expect(await failure(update, { id: one, operator: 'max' })).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.operator', value: 'max' },
    });
    expect(await failure(update, { id: list, operator: 'eq' })).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.values', allowed: 'one value' },
    });
    expect(await failure(update, { id: list, attribute: at('year') })).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.values.0.text' },
    });
    expect(await failure(update, valued({ id: two, number: 1 }))).toMatchObject({ code: 'CONFLICT', details: { filter: one } });
    expect(await failure(update, valued({ id: Buffer.from('ProcessFilter:999999').toString('base64url'), number: 1 }))).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.id' },
    });
  });
});

describe('P34 filters are removed', () => {
  const remove = `mutation ($input: RemoveProcessFiltersInput!) { removeProcessFilters(input: $input) { removed processes { name filterPredicate } } }`;
  const run = async (input: object) => (await api.run(remove, { input })).removeProcessFilters;

  test('by their ids, or by what they say; what is not there is no error', async () => {
    await newProcess('removing');
    const { filters } = await add(
      'removing',
      on('year', 'eq', { number: 1 }),
      on('year', 'eq', { number: 2 }),
      on('lg', 'in', { texts: ['AL', 'NL'] }),
      on('name', 'eq', { text: 'x', group: 2 }),
    );
    const filterIds = [filters[0].id, filters[3].id];
    expect(await run({ filterIds })).toEqual({
      removed: 2,
      processes: [{ name: 'removing', filterPredicate: "warehouse.teams.lg in ('AL', 'NL') and warehouse.teams.year = 2" }],
    });
    expect(await run({ filterIds })).toEqual({ removed: 0, processes: [] });
    const conditions = [
      on('lg', 'in', { texts: ['NL', 'AL'] }),
      on('year', 'eq', { number: 2, group: 2 }),
      on('year', 'eq', { number: '2.0' }),
    ];
    expect(await run({ process: { name: 'removing' }, filters: conditions })).toEqual({
      removed: 2,
      processes: [{ name: 'removing', filterPredicate: null }],
    });
    expect(await run({ process: { name: 'removing' }, filters: conditions })).toEqual({ removed: 0, processes: [] });
    expect(
      await api.sql(
        'select * from process_filter_value v where not exists (select from process_filter f where f.process_filter_id = v.process_filter_id)',
      ),
    ).toEqual([]);
  });

  test('but never all of them by an empty list or by none', async () => {
    for (const input of [
      {},
      { filterIds: [] },
      { process: { name: 'eight eq' } },
      { process: { name: 'eight eq' }, filters: [] },
      { filterIds: [], filters: [] },
      { filters: [on('lg', 'eq', { text: 'x' })] },
    ])
      expect(await failure(remove, input)).toMatchObject({ code: 'INVALID' });
  });
});

test('P34 what is added, changed and removed is in the history of the process, once for each statement', async () => {
  const process = await newProcess('history');
  const events = async (work: () => Promise<unknown>) => {
    const [last] = await api.sql('select coalesce(max(event_id), 0) as id from status_event');
    const answer = await work();
    const rows = await api.sql(
      'select subject_kind, subject_id, field, from_value, to_value, actor from status_event where event_id > $1 order by event_id',
      [last!.id],
    );
    for (const row of rows)
      expect(row).toMatchObject({ subject_kind: 'Process', subject_id: String(process), field: 'filters', actor: 'tester' });
    return { answer: answer as any, changes: rows.map(({ from_value: from, to_value: to }) => [JSON.parse(from), JSON.parse(to)]) };
  };
  const { answer, changes } = await events(() =>
    add('history', on('year', 'gt', { number: 2000 }), on('lg', 'in', { texts: ['AL', 'NL'], group: 2 })),
  );
  expect(changes).toEqual([[null, ["warehouse.teams.lg in ('AL', 'NL') (group 2)", 'warehouse.teams.year gt 2000']]]);
  const id = answer.filters[0].id;
  const changed = await events(() =>
    api.run('mutation ($id: ID!) { updateProcessFilter(input: { id: $id, group: 2 }) { filter { id } } }', { id }),
  );
  expect(changed.changes).toEqual([[['warehouse.teams.year gt 2000'], ['warehouse.teams.year gt 2000 (group 2)']]]);
  const removed = await events(() =>
    api.run('mutation ($id: ID!) { removeProcessFilters(input: { filterIds: [$id] }) { removed } }', { id }),
  );
  expect(removed.changes).toEqual([[['warehouse.teams.year gt 2000 (group 2)'], null]]);
});

test('P34 filters of one process are replaced, of several in one go; rows that stay keep their numbers', async () => {
  const [one, two] = [await newProcess('replaced 1'), await newProcess('replaced 2')];
  const filters = (...list: any[]) => list;
  const write = <T>(work: (tx: Tx) => Promise<T>) => api.db.write({ actor: 'tester' }, work);
  const argument = 'input.filters';
  const made = await write((tx) =>
    addFilters(tx, [
      { processId: one, argument, filters: filters(on('year', 'eq', { number: '1' }), on('lg', 'in', { texts: ['AL'] })) },
      { processId: two, argument, filters: filters(on('year', 'eq', { number: '1' })) },
    ]),
  );
  expect(made.map((each) => each.map(({ added }) => added))).toEqual([[true, true], [true]]);
  const replaced = await write((tx) =>
    replaceFilters(tx, [
      { processId: one, argument, filters: filters(on('year', 'eq', { number: '2' }), on('lg', 'in', { texts: ['AL'] })) },
      { processId: two, argument, filters: [] },
    ]),
  );
  expect(replaced).toEqual([
    [
      { id: expect.any(Number), added: true },
      { id: made[0]![1]!.id, added: false },
    ],
    [],
  ]);
  expect([await predicate('replaced 1'), await predicate('replaced 2')]).toEqual([
    "warehouse.teams.lg in ('AL') and warehouse.teams.year = 2",
    null,
  ]);
  expect(await write((tx) => addFilters(tx, [{ processId: one, argument, filters: [] }]))).toEqual([[]]);
});

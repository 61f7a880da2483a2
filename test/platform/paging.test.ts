import fc from 'fast-check';
import { openApi, type Api } from '../support/api.js';
import { fillCatalogue } from '../support/catalogue.js';

let api: Api;
let made = 0;
beforeAll(async () => {
  api = await openApi('paging');
  await fillCatalogue(api, 30);
  // Times as old clients and runs leave them: some processes never ran, some ended in the same second, some in the hour that comes twice.
  await api.sql(
    `update process set last_completed_run_date_time = timestamp '2026-10-25 02:30:00.000001' + (process_id % 3) * interval '1 hour' where process_id % 4 <> 0`,
  );
  await api.sql(`update source_object_attribute_lkup set ordinal = null where source_object_attribute_id % 3 = 0`);
  for (const name of ['one', 'two', 'three']) {
    await api.sql(`insert into contact_lkup (contact_name) values ($1)`, [name]);
    await api.sql(`insert into process_contact (process_id, contact_id) select 1, contact_id from contact_lkup where contact_name = $1`, [
      name,
    ]);
    await api.sql(
      `insert into source_contact (source_id, contact_id) select source_id, contact_id from source_lkup, contact_lkup where contact_name = $1`,
      [name],
    );
  }
});
afterAll(() => api.close());

interface List {
  /** The query around the list, whose arguments stand at `$$`. */
  query: string;
  at: string[];
  /** What tells the rows of the list apart. */
  node: string;
  /** A row more, anywhere in the list. */
  insert(name: string): Promise<unknown>;
}

const register = (input: object) =>
  api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', { input });
const processes = (orderBy = ''): List => ({
  query: `{ processes(${orderBy} $$) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { name } edges { cursor } } }`,
  at: ['processes'],
  node: 'name',
  insert: (name) => register({ name: `process ${name}` }),
});
const lists: Record<string, List> = {
  processes: processes(),
  'processes with a filter': {
    ...processes('where: { not: { type: { name: { eq: "Load" } } } }'),
  },
  ...Object.fromEntries(
    ['NAME', 'CREATED_AT', 'UPDATED_AT', 'LAST_COMPLETED_AT'].flatMap((by) =>
      ['ASC', 'DESC'].map((direction) => [
        `processes by ${by} ${direction}`,
        processes(`orderBy: { field: ${by}, direction: ${direction} }`),
      ]),
    ),
  ),
  'objects of a source': {
    query: `{ source(name: "warehouse") { objects($$) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { name } edges { cursor } } } }`,
    at: ['source', 'objects'],
    node: 'name',
    insert: (name) => register({ name: 'process 001', targets: [{ name: 'warehouse', objects: [{ name: `table ${name}` }] }] }),
  },
  'attributes of an object, some without a place': {
    query: `{ sourceObject(source: "warehouse", name: "wide") { attributes($$) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { name } edges { cursor } } } }`,
    at: ['sourceObject', 'attributes'],
    node: 'name',
    insert: (name) =>
      register({
        name: 'process 001',
        targets: [{ name: 'warehouse', objects: [{ name: 'wide', attributes: [{ name, ordinal: made % 3 ? made : null }] }] }],
      }),
  },
  'contacts of a process, several times the same one': {
    query: `{ process(name: "process 001") { contacts($$) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { origin contact { name } source { name } object { name } } edges { cursor } } } }`,
    at: ['process', 'contacts'],
    node: 'row',
    insert: (name) => register({ name: 'process 001', contacts: [{ name }] }),
  },
};

const ask = async (
  { query, at, node }: List,
  args: string,
): Promise<Record<'pageInfo' | 'totalCount' | 'edges', any> & { rows: string[] }> => {
  const data = await api.run(query.replace('$$', args));
  const list: any = at.reduce((value, key) => value[key], data);
  return { ...list, rows: list.nodes.map((each: any) => (node === 'row' ? JSON.stringify(each) : each[node])) as string[] };
};

/** Reads a list to its end in pages of these sizes, in turn; between two pages something may happen. */
async function walk(list: List, backwards: boolean, sizes: number[], between: (page: number) => Promise<unknown>): Promise<string[]> {
  const rows: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 500; page++) {
    const size = sizes[page % sizes.length]!;
    const place = cursor ? `, ${backwards ? 'before' : 'after'}: "${cursor}"` : '';
    const { rows: found, pageInfo } = await ask(list, `${backwards ? 'last' : 'first'}: ${size}${place}`);
    rows[backwards ? 'unshift' : 'push'](...found);
    expect(found.length).toBeLessThanOrEqual(size);
    if (!(backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return rows;
    cursor = backwards ? pageInfo.startCursor : pageInfo.endCursor;
    await between(page);
  }
  throw new Error('the list has no end');
}

describe('L14 pages of any size, in both directions, give each row once', () => {
  beforeAll(async () => {
    for (made = 1; made <= 12; made++) await lists['attributes of an object, some without a place']!.insert(`column ${made}`);
  });

  test.each(Object.keys(lists))('L14 %s', async (name) => {
    const list = lists[name]!;
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.constantFrom('', '0', '9', 'a', 'zz'), { maxLength: 3 }),
        async (backwards, sizes, inserts) => {
          const { rows: before, totalCount } = await ask(list, 'first: 500');
          expect(totalCount).toBe(before.length);
          expect(new Set(before).size).toBe(before.length);
          const rows = await walk(list, backwards, sizes, async (page) => {
            if (page < inserts.length) await list.insert(`${inserts[page]}${++made}`);
          });
          const { rows: after } = await ask(list, 'first: 500');
          // Each row that was there comes once, at its place; one that came in between comes once or not at all.
          expect(new Set(rows).size).toBe(rows.length);
          expect(rows.filter((row) => before.includes(row))).toEqual(before);
          expect(rows).toEqual(after.filter((row) => rows.includes(row)));
        },
      ),
      { numRuns: 6 },
    );
  });

  test('L14 hasPreviousPage and hasNextPage say what lies on either side of a page, both ways', async () => {
    const list = processes('where: { name: { startsWith: "side " } }');
    for (const name of ['1', '2', '3', '4', '5']) await register({ name: `side ${name}` });
    const { edges } = await ask(list, 'first: 500');
    const [one, two, , four, five] = edges.map(({ cursor }: { cursor: string }) => cursor);
    const expected: [args: string, rows: string, previous: boolean, next: boolean][] = [
      ['first: 5', '12345', false, false],
      ['last: 5', '12345', false, false],
      ['first: 4', '1234', false, true],
      ['last: 4', '2345', true, false],
      [`first: 2, after: "${one}"`, '23', true, true],
      [`first: 2, after: "${two}"`, '34', true, true],
      [`first: 4, after: "${one}"`, '2345', true, false],
      [`last: 2, before: "${five}"`, '34', true, true],
      [`last: 2, before: "${four}"`, '23', true, true],
      [`last: 4, before: "${five}"`, '1234', false, true],
      [`first: 2, after: "${five}"`, '', true, false],
      [`last: 2, before: "${one}"`, '', false, true],
      ['first: 0', '', false, true],
      ['last: 0', '', true, false],
    ];
    for (const [args, names, previous, next] of expected) {
      const { rows, pageInfo } = await ask(list, args);
      expect([args, rows.map((name) => name.replace('side ', '')).join(''), pageInfo.hasPreviousPage, pageInfo.hasNextPage]).toEqual([
        args,
        names,
        previous,
        next,
      ]);
    }
    // Below a parent, where the pages of all parents are one statement.
    const below = lists['objects of a source']!;
    const { edges: objects, rows: all } = await ask(below, 'first: 500');
    const cursor = objects[2].cursor;
    for (const [args, names, previous, next] of [
      ['first: 1', all.slice(0, 1), false, true],
      ['last: 1', all.slice(-1), true, false],
      [`first: 1, after: "${cursor}"`, all.slice(3, 4), true, true],
      [`last: 1, before: "${cursor}"`, all.slice(1, 2), true, true],
      [`last: 2, before: "${cursor}"`, all.slice(0, 2), false, true],
      [`first: 500, after: "${cursor}"`, all.slice(3), true, false],
    ] as const)
      expect(await ask(below, args)).toMatchObject({ rows: names, pageInfo: { hasPreviousPage: previous, hasNextPage: next } });
  });

  test('L14 a cursor stands for the place of its row, even where the row is gone', async () => {
    const list = lists.processes!;
    await register({ name: 'process 005 and a bit' });
    const { edges, rows } = await ask(list, 'first: 20');
    const gone = rows.indexOf('process 005 and a bit');
    await api.sql(`delete from process where process_name = 'process 005 and a bit'`);
    expect((await ask(list, `first: 1, after: "${edges[gone].cursor}"`)).rows).toEqual([rows[gone + 1]]);
    expect((await ask(list, `last: 1, before: "${edges[gone].cursor}"`)).rows).toEqual([rows[gone - 1]]);
  });

  test('L14 totalCount is counted where it is asked for, and nowhere else', async () => {
    const counts = async (query: string) => (await api.recorded(() => api.run(query))).filter((sql) => sql.includes('count(*)')).length;
    expect(await counts('{ processes { nodes { name sources { nodes { name } } } } }')).toBe(0);
    expect(await counts('{ processes { totalCount nodes { name sources { nodes { name } } } } }')).toBe(1);
    expect(await counts('{ processes { nodes { name sources { totalCount nodes { name } } } } }')).toBe(1);
  });
});

describe('L14 orders', () => {
  const order = async (by: string, direction: string) =>
    (
      await api.run(
        `{ processes(first: 500, orderBy: { field: ${by}, direction: ${direction} }) { nodes { name databaseId lastCompletedAt } } }`,
      )
    ).processes.nodes as {
      name: string;
      databaseId: number;
      lastCompletedAt: string | null;
    }[];

  test('L14 what was never completed is first, and last the other way round', async () => {
    const rows = await order('LAST_COMPLETED_AT', 'ASC');
    const sorted = [...rows].sort((a, b) => {
      const [x, y] = [a.lastCompletedAt ?? '', b.lastCompletedAt ?? ''];
      return x < y ? -1 : x > y ? 1 : a.databaseId - b.databaseId;
    });
    expect(rows).toEqual(sorted);
    expect(rows[0]!.lastCompletedAt).toBeNull();
    expect(rows.at(-1)!.lastCompletedAt).not.toBeNull();
    expect(await order('LAST_COMPLETED_AT', 'DESC')).toEqual([...rows].reverse());
    expect((await order('NAME', 'DESC')).map(({ name }) => name)).toEqual((await ask(lists.processes!, 'first: 500')).rows.reverse());
  });

  test('L14 a cursor belongs to its order, and to its list', async () => {
    const cursorOf = async (args: string) =>
      (await api.run(`{ processes(first: 1 ${args}) { pageInfo { endCursor } } }`)).processes.pageInfo.endCursor;
    const refused = async (args: string, cursor: string) =>
      (await api.execute(`{ processes(first: 1 ${args}, after: "${cursor}") { nodes { name } } }`)).errors?.[0]?.originalError;
    const invalid = { code: 'INVALID', details: { argument: 'after' } };
    const byName = await cursorOf('');
    const byTime = await cursorOf('orderBy: { field: UPDATED_AT, direction: DESC }');
    expect(await refused('orderBy: { field: UPDATED_AT }', byName)).toMatchObject(invalid);
    expect(await refused('orderBy: { field: UPDATED_AT }', byTime)).toMatchObject(invalid);
    expect(await refused('', byTime)).toMatchObject({ ...invalid, message: expect.stringContaining('Process.name by UPDATED_AT DESC') });
    expect(await refused('orderBy: { field: UPDATED_AT, direction: DESC }', byTime)).toBeUndefined();
    // The same cursor goes with any filter.
    expect(await refused('where: { name: { contains: "1" } }', byName)).toBeUndefined();
    const forged = (values: unknown[]) => Buffer.from(JSON.stringify(['Process.name by UPDATED_AT DESC', ...values])).toString('base64url');
    for (const values of [
      [],
      [1, 1],
      ['2026-01-01', '1'],
      ['2026-01-01T00:00:00.000000Z', 1.5],
      ['2026-01-01T00:00:00.000000Z', 2 ** 40],
      ['2026-01-01', 1, 1],
      ['soon', 1],
      ['2026-13-01T00:00:00.000000Z', 1],
    ])
      expect(await refused('orderBy: { field: UPDATED_AT, direction: DESC }', forged(values))).toMatchObject(invalid);
  });

  test('an order that there is not', async () => {
    expect((await api.execute('{ processes(orderBy: { field: COLOUR }) { totalCount } }')).errors![0]!.message).toContain('COLOUR');
    expect((await api.execute('{ processes(orderBy: { field: NAME, direction: UP }) { totalCount } }')).errors![0]!.message).toContain(
      'UP',
    );
    expect((await api.execute('{ processes(orderBy: {}) { totalCount } }')).errors![0]!.message).toContain('ProcessOrder.field');
  });
});

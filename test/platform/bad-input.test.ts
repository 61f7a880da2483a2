import { openApi, type Api } from '../support/api.js';
import { fillCatalogue } from '../support/catalogue.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('bad');
  await fillCatalogue(api, 3);
});
afterAll(() => api.close());

/** All rows of the store, so that a refusal can be seen to have changed nothing. */
const everything = async () => {
  const tables = await api.sql<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'process_tracker' and table_type = 'BASE TABLE' order by 1`,
  );
  const sums = tables.map(
    ({ name }) => `select '${name}' as name, count(*) as rows, coalesce(sum(hashtext(t::text)), 0) as sum from process_tracker.${name} t`,
  );
  return api.sql(`${sums.join(' union all ')} order by 1`);
};

const refused = async (query: string, variables: Record<string, unknown> = {}) => {
  const before = await everything();
  const { errors } = await api.execute(query, variables);
  expect(await everything()).toEqual(before);
  expect(errors).toHaveLength(1);
  const { message, originalError } = errors![0]!;
  expect(message).not.toMatch(/select |insert |update |relation|column|syntax/i);
  const { code, details } = (originalError ?? {}) as { code?: string; details?: Record<string, unknown> };
  return { message, code, details };
};

const register = 'mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }';
const id = (text: string) => Buffer.from(text).toString('base64url');

describe('ids', () => {
  test.each(['', 'nonsense', id('Process'), id('Process:0'), id('Process:-1'), id('Process:99999999999'), id("Process:1'--")])(
    '%j is no id',
    async (value) => {
      expect(await refused('query ($id: ID!) { node(id: $id) { id } }', { id: value })).toMatchObject({
        code: 'INVALID',
        details: { argument: 'id', value },
      });
    },
  );
  test('an id of another type', async () => {
    expect(await refused('query ($id: ID!) { lineage(roots: [$id]) { complete } }', { id: id('Tool:1') })).toMatchObject({
      code: 'INVALID',
      details: { argument: 'roots.0', allowed: expect.arrayContaining(['Process']) },
    });
    expect(
      await refused('mutation ($id: ID!) { deleteTool(input: { tool: { id: $id } }) { deletedName } }', { id: id('Process:1') }),
    ).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.tool.id' },
    });
    expect(await refused('query ($id: ID!) { node(id: $id) { id } }', { id: id('Nothing:1') })).toMatchObject({ code: 'INVALID' });
  });
  test('what is not there', async () => {
    expect(await refused('query ($id: ID!) { lineage(roots: [$id]) { complete } }', { id: id('Process:999999') })).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect((await api.run('query ($id: ID!) { node(id: $id) { id } }', { id: id('Process:999999') })).node).toBeNull();
  });
});

describe('pages', () => {
  test.each([
    ['first: -1', 'first', -1],
    ['first: 501', 'first', 501],
    ['first: 2000000000', 'first', 2_000_000_000],
    ['last: -5', 'last', -5],
    ['first: 1, last: 1', 'last', 1],
    ['first: 1, before: "x"', 'before', 'x'],
    ['last: 1, after: "x"', 'after', 'x'],
    ['after: "x"', 'after', 'x'],
    [`after: "${id('["Source.name","a",1]')}"`, 'after', id('["Source.name","a",1]')],
    [`after: "${id('["Process.name","a"]')}"`, 'after', id('["Process.name","a"]')],
    [`after: "${id('["Process.name",1,"a"]')}"`, 'after', id('["Process.name",1,"a"]')],
    [`after: "${id('{"a":1}')}"`, 'after', id('{"a":1}')],
  ])('processes(%s)', async (args, argument, value) => {
    expect(await refused(`{ processes(${args}) { nodes { name } } }`)).toMatchObject({ code: 'INVALID', details: { argument, value } });
  });
  test('a cursor of another list, a nested one included', async () => {
    const { sources } = await api.run('{ sources(first: 1) { pageInfo { endCursor } } }');
    const cursor = sources.pageInfo.endCursor;
    expect(await refused('query ($c: String) { processes(after: $c) { nodes { name } } }', { c: cursor })).toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('Source.name'),
    });
    expect(
      await refused('query ($c: String) { process(name: "process 001") { sources(after: $c) { nodes { name } } } }', { c: cursor }),
    ).toMatchObject({ code: 'INVALID' });
  });
  test('a first of nothing is a page of nothing', async () => {
    const { processes } = await api.run(
      '{ processes(first: 0, where: { name: { contains: "process 00" } }) { totalCount nodes { name } pageInfo { hasNextPage endCursor } } }',
    );
    expect(processes).toEqual({
      totalCount: 3,
      nodes: [],
      pageInfo: { hasNextPage: true, endCursor: null },
    });
  });
});

describe('text', () => {
  test.each([
    ['2,001 bytes', 'x'.repeat(2001), 'at most 2000 bytes, this has 2001'],
    ['2,001 bytes of long characters', 'é'.repeat(1001), 'at most 2000 bytes, this has 2002'],
    ['U+0000', 'a\u0000b', 'U+0000'],
    ['half a character', 'a\ud800', 'surrogate'],
    ['nothing', '', 'must not be empty'],
    ['blanks', '   ', 'must not be empty'],
  ])('a name of %s', async (_, name, says) => {
    const { message, details } = await refused(register, { input: { name } });
    expect(details).toMatchObject({ argument: 'input.name' });
    expect(message).toContain(says);
    expect(await refused(register, { input: { name: 'good', sources: [{ name: 'good', objects: [{ name }] }] } })).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.sources.0.objects.0.name' },
    });
  });
  test('2,000 bytes are a name', async () => {
    const name = 'é'.repeat(1000);
    expect((await api.run(register, { input: { name } })).registerProcess.created).toBe(true);
    expect((await api.run('query ($name: String) { process(name: $name) { name } }', { name })).process).toEqual({ name });
  });
  test('SQL in a name is only a name', async () => {
    const name = `'); drop table process; -- "$1"`;
    await api.run(register, { input: { name, contacts: [{ name, role: name }] } }, { actor: name });
    expect(
      (await api.run('query ($name: String) { process(name: $name) { name createdBy { name } contacts { nodes { roles } } } }', { name }))
        .process,
    ).toEqual({
      name,
      createdBy: { name },
      contacts: { nodes: [{ roles: [name] }] },
    });
  });
});

describe('shape', () => {
  test('P28 a string where a list is meant, a missing name, an unknown field, an unknown enum', async () => {
    expect((await refused(register, { input: { name: 'p', sources: [{ name: 's', objects: 'table' }] } })).message).toContain(
      'input.sources[0].objects',
    );
    expect((await refused(register, { input: { name: 'p', sources: { name: 's', objects: [{ name: 1 }] } } })).message).toContain(
      'input.sources.objects[0].name',
    );
    expect((await refused(register, { input: { type: 'Load' } })).message).toContain('name');
    expect((await refused(register, { input: { name: 'p', colour: 'red' } })).message).toContain('colour');
    expect((await refused('{ process(name: "process 001") { lineage(direction: SIDEWAYS) { complete } } }')).message).toContain('SIDEWAYS');
    expect((await refused('{ process { name } }')).message).toContain('by `id`, by `databaseId`, by `name`');
    expect((await refused('{ process(name: "a", databaseId: 1) { name } }')).message).toBe(
      'Specify one way, not two, to identify a Process: `databaseId` and `name`.',
    );
    expect((await refused('{ source { name } }')).message).toContain('databaseId');
  });
  test('numbers out of range', async () => {
    expect((await refused('{ process(databaseId: 99999999999) { name } }')).message).toContain('99999999999');
    const attribute = (more: object) => ({
      input: { name: 'p', sources: [{ name: 's', objects: [{ name: 'o', attributes: [{ name: 'a', ...more }] }] }] },
    });
    expect((await refused(register, attribute({ length: 1e12 }))).message).toContain('length');
    expect((await refused(register, attribute({ defaultNumber: 'twelve' }))).message).toContain('twelve');
  });
  test('an unknown schedule frequency names the known ones, an unknown parent is named, a cycle too', async () => {
    expect(await refused(register, { input: { name: 'p', scheduleFrequency: 'fortnightly' } })).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.scheduleFrequency', value: 'fortnightly', allowed: expect.arrayContaining(['daily', 'unscheduled']) },
    });
    expect(await refused(register, { input: { name: 'p', dependsOn: [{ process: { name: 'nobody' } }] } })).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.dependsOn.0.process.name', value: 'nobody' },
    });
    expect(await refused(register, { input: { name: 'p', dependsOn: [{ process: { name: 'p' } }] } })).toMatchObject({
      code: 'CONFLICT',
      details: { cycle: ['p', 'p'] },
    });
    expect(await refused(register, { input: { name: 'process 001', dependsOn: [{ process: { name: 'process 003' } }] } })).toMatchObject({
      code: 'CONFLICT',
      details: { cycle: ['process 001', 'process 003', 'process 002', 'process 001'] },
    });
  });
});

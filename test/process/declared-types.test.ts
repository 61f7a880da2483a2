import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('declared_types');
});
afterAll(() => api.close());

type Side = 'sources' | 'targets';
const column = (object: string, type: string, more = '') =>
  `[{ name: "s", objects: [{ name: "${object}", attributes: [{ name: "c", dataType: "${type}" ${more} }] }] }]`;
const warning = 'code declared kept message keptProcess { name } attribute { name }';
async function register(name: string, side: Side, object: string, type: string, more = '') {
  const { registerProcess } = await api.run(
    `mutation { registerProcess(input: { name: "${name}", ${side}: ${column(object, type, more)} }) { warnings { ${warning} } } }`,
  );
  return registerProcess.warnings as { declared: string; kept: string; message: string; keptProcess: { name: string } | null }[];
}
const typeOf = async (object: string) => {
  const ref = `source: "s", object: "${object}", name: "c"`;
  const { sourceObjectAttribute } = await api.run(`{ sourceObjectAttribute(${ref}) { dataType { name } length rowVersion } }`);
  return sourceObjectAttribute as { dataType: { name: string } | null; length: number | null; rowVersion: number };
};
const nameOf = async (object: string) => (await typeOf(object)).dataType?.name;

test('who writes outranks who reads, and who declared a type may change it; otherwise the known one stays, with a warning of both', async () => {
  expect(await register('reader', 'sources', 'o', 'text', ', length: 5')).toEqual([]);
  // Another reader.
  expect(await register('other reader', 'sources', 'o', 'varchar', ', length: 9')).toEqual([
    {
      code: 'DATA_TYPE_KEPT',
      declared: 'varchar',
      kept: 'text',
      keptProcess: { name: 'reader' },
      attribute: { name: 'c' },
      message: expect.stringMatching(/"other reader".*"varchar".*"text".*"reader"/),
    },
  ]);
  expect(await typeOf('o')).toMatchObject({ dataType: { name: 'text' }, length: 5 });
  expect(await register('reader', 'sources', 'o', 'char')).toEqual([]);
  expect(await nameOf('o')).toBe('char');
  // A writer, then its reader, another writer, and itself.
  expect(await register('writer', 'targets', 'o', 'int')).toEqual([]);
  expect(await nameOf('o')).toBe('int');
  expect(await register('reader', 'sources', 'o', 'char')).toMatchObject([{ kept: 'int', keptProcess: { name: 'writer' } }]);
  expect(await register('other writer', 'targets', 'o', 'long')).toMatchObject([{ kept: 'int', keptProcess: { name: 'writer' } }]);
  const before = await typeOf('o');
  expect(await register('other writer', 'targets', 'o', 'long')).toHaveLength(1);
  expect(await typeOf('o')).toEqual(before);
  expect(await register('writer', 'targets', 'o', 'bigint')).toEqual([]);
  expect(await nameOf('o')).toBe('bigint');
  // Whose process is gone gives way.
  await api.run(`mutation { registerProcess(input: { name: "short", targets: ${column('gone', 'int')} }) { created } }`);
  await api.sql(`delete from process_target_object_attribute; delete from process_target_object; delete from process_target`);
  await api.run('mutation { deleteProcess(input: { process: { name: "short" } }) { deleted } }');
  expect(await register('reader', 'sources', 'gone', 'text')).toEqual([]);
  expect(await nameOf('gone')).toBe('text');
});

test('a writer that agrees with a reader is the one who declares from then on', async () => {
  await register('reader', 'sources', 'agreed', 'text');
  await register('writer', 'targets', 'agreed', 'text');
  expect(await register('reader', 'sources', 'agreed', 'char')).toMatchObject([{ kept: 'text', keptProcess: { name: 'writer' } }]);
});

test('a type that a person set stays; one that another client wrote gives way to a writer alone', async () => {
  await register('reader', 'sources', 'person', 'text');
  const attribute = 'attribute: { source: "s", object: "person", name: "c" }';
  await api.run(`mutation { updateSourceObjectAttribute(input: { ${attribute}, dataType: "date" }) { warnings } }`);
  expect(await register('writer', 'targets', 'person', 'int')).toMatchObject([{ kept: 'date', keptProcess: null }]);
  expect(await nameOf('person')).toBe('date');
  await api.run(`mutation { updateSourceObjectAttribute(input: { ${attribute}, dataType: null }) { warnings } }`);
  expect(await register('reader', 'sources', 'person', 'text')).toEqual([]);

  await api.sql(
    `update source_object_attribute_lkup a set data_type_id = d.data_type_id from data_type_lkup d, source_object_lkup o
     where d.data_type = 'char' and o.source_object_id = a.source_object_id and o.source_object_name = 'person'`,
  );
  expect(await register('reader', 'sources', 'person', 'text')).toMatchObject([{ kept: 'char', keptProcess: null }]);
  expect(await register('writer', 'targets', 'person', 'int')).toEqual([]);
  expect(await nameOf('person')).toBe('int');
});

test('in one call that registers many, and in one process that contradicts itself', async () => {
  const process = (name: string, side: Side, type: string) => `{ name: "${name}", ${side}: ${column('bulk', type)} }`;
  const items = [process('reader', 'sources', 'text'), process('writer', 'targets', 'int'), process('other', 'sources', 'date')];
  const { registerProcesses } = await api.run(
    `mutation { registerProcesses(input: { processes: [${items.join()}] }) { failedCount results { warnings { declared kept } } } }`,
  );
  expect(registerProcesses.failedCount).toBe(0);
  expect(await nameOf('bulk')).toBe('int');
  expect(registerProcesses.results.at(-1)).toEqual({ warnings: [{ declared: 'date', kept: 'int' }] });
  const both = `mutation { registerProcess(input: { name: "both", sources: ${column('bulk', 'text')}, targets: ${column('bulk', 'int')} }) { created } }`;
  await expect(api.run(both)).rejects.toMatchObject({ code: 'INVALID' });
});

test('a reader and a writer at once, twenty times: the type of the writer', async () => {
  for (let round = 0; round < 20; round++) {
    const object = `round ${round}`;
    const calls = [() => register('reader', 'sources', object, 'text'), () => register('writer', 'targets', object, 'int')];
    await Promise.all((round % 2 ? calls : calls.toReversed()).map((call) => call()));
    expect(await nameOf(object)).toBe('int');
  }
});

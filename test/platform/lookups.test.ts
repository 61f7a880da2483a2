import { openApi, type Api } from '../support/api.js';

let api: Api;
/** A store to which no test writes. */
let unused: Api;
beforeAll(async () => {
  api = await openApi('lookups');
  unused = await openApi('unused_lookups');
});
afterAll(async () => {
  await api.close();
  await unused.close();
});

/** Type, list, defaults, and what more a new one needs. */
const lookups: [type: string, plural: string, defaults: string[], more?: Record<string, string>][] = [
  ['Actor', 'actors', []],
  ['Tool', 'tools', []],
  ['Contact', 'contacts', []],
  ['DatasetType', 'datasetTypes', []],
  ['LocationType', 'locationTypes', []],
  ['DataType', 'dataTypes', []],
  ['CharacterSet', 'characterSets', []],
  ['SourceType', 'sourceTypes', ['Database', 'External', 'Internal', 'Undefined']],
  ['ProcessType', 'processTypes', ['Extract', 'Load']],
  ['DependencyType', 'dependencyTypes', ['Hard', 'Soft', 'Undefined']],
  ['ScheduleFrequency', 'scheduleFrequencies', ['annually', 'daily', 'hourly', 'monthly', 'quarterly', 'unscheduled', 'weekly']],
  [
    'FilterType',
    'filterTypes',
    ['equal to', 'greater than', 'greater than or equal', 'in set', 'less than', 'less than or equal', 'like', 'not equal'],
    { code: 'xx' },
  ],
  ['ProcessStatus', 'processStatuses', ['completed', 'failed', 'on hold', 'running', 'skipped', 'unknown']],
  ['ErrorType', 'errorTypes', ['Data Error', 'File Error', 'Process Error']],
  ['FileStatus', 'fileStatuses', ['archived', 'deleted', 'error', 'initializing', 'loaded', 'loading', 'ready']],
  ['CompressionType', 'compressionTypes', ['zip']],
  ['FileType', 'fileTypes', ['Comma Separated Values'], { code: 'xx' }],
  ['Cluster', 'clusters', []],
  ['SystemSetting', 'systemSettings', ['version'], { value: 'xx' }],
  ['FileSizeType', 'fileSizeTypes', ['bytes', 'gigabytes', 'kilobytes', 'megabytes'], { code: 'xx' }],
];

const failure = async (query: string, input: unknown) => {
  const { errors, data } = await api.execute(query, { input });
  expect(data ?? null).toBeNull();
  return errors![0]!.originalError as unknown as { code: string; message: string; details: Record<string, unknown> };
};

describe.each(lookups)('%s', (type, plural, defaults, more = {}) => {
  const one = type.charAt(0).toLowerCase() + type.slice(1);
  const create = `mutation ($input: Create${type}Input!) { create${type}(input: $input) { created ${one} { id name createdBy { name } } } }`;
  const update = `mutation ($input: Update${type}Input!) { update${type}(input: $input) { ${one} { id name rowVersion } } }`;
  const remove = `mutation ($input: Delete${type}Input!) { delete${type}(input: $input) { deletedName } }`;
  const names = async (store = api) =>
    (await store.run(`{ ${plural} { nodes { name } } }`))[plural].nodes.map(({ name }: { name: string }) => name);

  test('P49 is listed with its defaults, created once, renamed and deleted', async () => {
    const before = await names();
    expect(before).toEqual(expect.arrayContaining(defaults));
    const first = await api.run(create, { input: { name: 'Something new', ...more } });
    expect(first[`create${type}`]).toMatchObject({ created: true, [one]: { name: 'Something new', createdBy: { name: 'tester' } } });
    const again = await api.run(create, { input: { name: 'Something new', ...more } });
    expect(again[`create${type}`]).toEqual({ ...first[`create${type}`], created: false });
    expect(await api.run(`{ ${one}(name: "Something new") { id } }`)).toEqual({ [one]: { id: first[`create${type}`][one].id } });
    const renamed = await api.run(update, { input: { name: 'Something new', newName: 'Something else' } });
    expect(renamed[`update${type}`][one]).toEqual({ id: first[`create${type}`][one].id, name: 'Something else', rowVersion: 2 });
    await api.run(remove, { input: { id: first[`create${type}`][one].id } });
    // The first write has made the one who writes.
    expect(await names()).toEqual(type === 'Actor' && !before.includes('tester') ? [...before, 'tester'].sort() : before);
  });

  const keeps = defaults.length ? 'keeps its defaults' : 'has no defaults: a new store has no row of it';
  test(`P49 ${keeps}`, async () => {
    if (!defaults.length) expect(await names(unused)).toEqual([]);
    for (const name of defaults) {
      expect(await failure(update, { name, newName: 'Mine' })).toMatchObject({
        code: 'FORBIDDEN',
        details: { argument: 'input.name', value: name },
      });
      expect(await failure(remove, { name })).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining(JSON.stringify(name)) });
    }
    expect(await names()).toEqual(expect.arrayContaining(defaults));
  });

  test('P49 says what is missing, and what is there already', async () => {
    expect(await failure(update, { name: 'No such thing', newName: 'Mine' })).toMatchObject({
      code: 'NOT_FOUND',
      details: { value: 'No such thing' },
    });
    expect(await failure(remove, { name: 'No such thing' })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failure(remove, {})).toMatchObject({ code: 'INVALID' });
    await api.run(create, { input: { name: 'One', ...more } });
    await api.run(create, { input: { name: 'Two', ...Object.fromEntries(Object.keys(more).map((key) => [key, 'yy'])) } });
    expect(await failure(update, { name: 'One', newName: 'Two' })).toMatchObject({ code: 'CONFLICT', details: { value: 'Two' } });
    await api.run(remove, { input: { name: 'One' } });
    await api.run(remove, { input: { name: 'Two' } });
  });
});

test('P49 what is in use is not deleted, and the counts of its users are told', async () => {
  await api.run(
    `mutation { registerProcess(input: { name: "Uses it", type: "Load", tool: "the tool", contacts: [{ name: "the desk", role: "owner" }] }) { created } }`,
  );
  await api.run(`mutation { registerProcess(input: { name: "Uses it too", type: "Load", tool: "the tool" }) { created } }`);
  const tool = await failure('mutation ($input: DeleteToolInput!) { deleteTool(input: $input) { deletedName } }', { name: 'the tool' });
  expect(tool).toMatchObject({ code: 'CONFLICT', details: { blockedBy: [{ by: 'Process', count: 2 }] } });
  const contact = await failure('mutation ($input: DeleteContactInput!) { deleteContact(input: $input) { deletedName } }', {
    name: 'the desk',
  });
  expect(contact).toMatchObject({ code: 'CONFLICT', details: { blockedBy: [{ by: 'ProcessContact', count: 1 }] } });
  expect((await api.run('{ tool(name: "the tool") { name } }')).tool).toEqual({ name: 'the tool' });
});

test('P49 twenty callers that create the same name make one row', async () => {
  const made = await Promise.all(
    Array.from({ length: 20 }, () => api.run('mutation { createTool(input: { name: "at once" }) { created tool { id } } }')),
  );
  expect(made.filter(({ createTool }) => createTool.created)).toHaveLength(1);
  expect(new Set(made.map(({ createTool }) => createTool.tool.id)).size).toBe(1);
});

test('P51 who made and who changed a row is true, and a change that changes nothing leaves it as it was', async () => {
  const read = `{ tool(name: "audited") { createdBy { name } updatedBy { name } createdAt updatedAt rowVersion } }`;
  await api.run('mutation { createTool(input: { name: "audited 0" }) { created } }', {}, { actor: 'first' });
  await api.run('mutation { updateTool(input: { name: "audited 0", newName: "audited" }) { tool { id } } }', {}, { actor: 'second' });
  const { tool } = await api.run(read);
  expect(tool).toMatchObject({ createdBy: { name: 'first' }, updatedBy: { name: 'second' }, rowVersion: 2 });
  await api.run('mutation { updateTool(input: { name: "audited", newName: "audited" }) { tool { id } } }', {}, { actor: 'third' });
  expect((await api.run(read)).tool).toEqual(tool);
});

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
  // Some have mutations of their own, under their own word; the other tables share theirs, and are told apart by a kind.
  const isOwn = ['Actor', 'Tool', 'Contact', 'Cluster'].includes(type);
  const [what, word] = isOwn ? [type, type.toLowerCase()] : ['Lookup', 'lookup'];
  const kind = isOwn ? {} : { kind: type.replaceAll(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase() };
  const fields = (more: string) => (isOwn ? `{ id name ${more} }` : `{ ... on ${type} { id name ${more} } }`);
  const create = `mutation ($input: Create${what}Input!) { it: create${what}(input: $input) { created ${word} ${fields('createdBy { name }')} } }`;
  const update = `mutation ($input: Update${what}Input!) { it: update${what}(input: $input) { ${word} ${fields('rowVersion')} } }`;
  const remove = `mutation ($input: Delete${what}Input!) { it: delete${what}(input: $input) { deletedName } }`;
  const created = async (name: string, values = more) => (await api.run(create, { input: { ...kind, name, ...values } })).it;
  const at = (ref: object, values: object = {}) => ({ ...kind, [word]: ref, ...values });
  const names = async (store = api) =>
    (await store.run(`{ ${plural} { nodes { name } } }`))[plural].nodes.map(({ name }: { name: string }) => name);

  test('P49 is listed with its defaults, created once, renamed and deleted', async () => {
    const before = await names();
    expect(before).toEqual(expect.arrayContaining(defaults));
    const first = await created('Something new');
    expect(first).toMatchObject({ created: true, [word]: { name: 'Something new', createdBy: { name: 'tester' } } });
    expect(await created('Something new')).toEqual({ ...first, created: false });
    const { id } = first[word];
    const { node } = await api.run(`query ($id: ID!) { node(id: $id) { ... on ${type} { name } } }`, { id });
    expect(node).toEqual({ name: 'Something new' });
    if (isOwn) expect(await api.run(`{ ${word}(name: "Something new") { id } }`)).toEqual({ [word]: { id } });
    const renamed = await api.run(update, { input: at({ name: 'Something new' }, { newName: 'Something else' }) });
    expect(renamed.it[word]).toEqual({ id, name: 'Something else', rowVersion: 2 });
    await api.run(remove, { input: at({ id }) });
    // The first write has made the one who writes.
    expect(await names()).toEqual(type === 'Actor' && !before.includes('tester') ? [...before, 'tester'].sort() : before);
  });

  const keeps = defaults.length ? 'keeps its defaults' : 'has no defaults: a new store has no row of it';
  test(`P49 ${keeps}`, async () => {
    if (!defaults.length) expect(await names(unused)).toEqual([]);
    for (const name of defaults) {
      expect(await failure(update, at({ name }, { newName: 'Mine' }))).toMatchObject({
        code: 'FORBIDDEN',
        details: { argument: `input.${word}.name`, value: name },
      });
      expect(await failure(remove, at({ name }))).toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringContaining(JSON.stringify(name)),
      });
    }
    expect(await names()).toEqual(expect.arrayContaining(defaults));
  });

  test('P49 says what is missing, and what is there already', async () => {
    expect(await failure(update, at({ name: 'No such thing' }, { newName: 'Mine' }))).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: `input.${word}.name`, value: 'No such thing' },
    });
    expect(await failure(remove, at({ name: 'No such thing' }))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failure(remove, at({}))).toMatchObject({ code: 'INVALID', details: { argument: `input.${word}` } });
    await created('One');
    await created('Two', Object.fromEntries(Object.keys(more).map((key) => [key, 'yy'])));
    expect(await failure(update, at({ name: 'One' }, { newName: 'Two' }))).toMatchObject({
      code: 'CONFLICT',
      message: `Another ${type} has the new name "Two".`,
      details: { argument: 'input.newName', value: 'Two' },
    });
    await api.run(remove, { input: at({ name: 'One' }) });
    await api.run(remove, { input: at({ name: 'Two' }) });
  });
});

test('P49 what is in use is not deleted, and the counts of its users are told', async () => {
  await api.run(
    `mutation { registerProcess(input: { name: "Uses it", type: "Load", tool: "the tool", contacts: [{ name: "the desk", role: "owner" }] }) { created } }`,
  );
  await api.run(`mutation { registerProcess(input: { name: "Uses it too", type: "Load", tool: "the tool" }) { created } }`);
  const tool = await failure('mutation ($input: DeleteToolInput!) { deleteTool(input: $input) { deletedName } }', {
    tool: { name: 'the tool' },
  });
  expect(tool).toMatchObject({
    code: 'CONFLICT',
    message: 'Tool "the tool" is in use by 2 records of Process.',
    details: { argument: 'input.tool', value: 'the tool', blockedBy: [{ by: 'Process', count: 2 }] },
  });
  const contact = await failure('mutation ($input: DeleteContactInput!) { deleteContact(input: $input) { deletedName } }', {
    contact: { name: 'the desk' },
  });
  expect(contact).toMatchObject({
    code: 'CONFLICT',
    message: 'Contact "the desk" is in use by 1 record of ProcessContact.',
    details: { argument: 'input.contact', value: 'the desk', blockedBy: [{ by: 'ProcessContact', count: 1 }] },
  });
  expect((await api.run('{ tool(name: "the tool") { name } }')).tool).toEqual({ name: 'the tool' });
});

test.each([
  ['a value that the table has not', 'kind: DATA_TYPE, name: "x", code: "y"', 'input.code', 'y'],
  ['a value that it needs', 'kind: FILE_TYPE, name: "x"', 'input.code', null],
])('P49 %s is INVALID', async (_, input, argument, value) => {
  const { errors } = await api.execute(`mutation { createLookup(input: { ${input} }) { created } }`);
  expect(errors![0]!.originalError).toMatchObject({ code: 'INVALID', details: { argument, value } });
});

test.each(['', ' ', 'x'.repeat(2001), 'x\0'])('P49 a code that is no name is INVALID: %j', async (code) => {
  for (const kind of ['FILE_TYPE', 'FILE_SIZE_TYPE', 'FILTER_TYPE'])
    expect(
      await failure('mutation ($input: CreateLookupInput!) { createLookup(input: $input) { created } }', { kind, name: `${kind} x`, code }),
    ).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.code', value: code.length > 60 ? expect.stringMatching(/^x{60}…/) : code },
    });
  expect(
    await failure('mutation ($input: UpdateLookupInput!) { updateLookup(input: $input) { lookup { __typename } } }', {
      kind: 'FILE_TYPE',
      lookup: { name: 'Comma Separated Values' },
      code,
    }),
  ).toMatchObject({ code: 'INVALID', details: { argument: 'input.code' } });
});

test('P49 null for a column that the table lacks is as if it were left out', async () => {
  const { createLookup } = await api.run(
    'mutation { createLookup(input: { kind: DATA_TYPE, name: "without a code", code: null, value: null }) { created } }',
  );
  expect(createLookup).toEqual({ created: true });
  const { updateLookup } = await api.run(
    'mutation { updateLookup(input: { kind: DATA_TYPE, lookup: { name: "without a code" }, newName: "renamed", code: null }) { lookup { ... on DataType { name } } } }',
  );
  expect(updateLookup).toEqual({ lookup: { name: 'renamed' } });
});

test('P49 a code may be as long as a name', async () => {
  for (const kind of ['FILE_TYPE', 'FILE_SIZE_TYPE', 'FILTER_TYPE'])
    expect(
      await api.run('mutation ($input: CreateLookupInput!) { createLookup(input: $input) { created } }', {
        input: { kind, name: 'long code', code: 'x'.repeat(2000) },
      }),
    ).toEqual({ createLookup: { created: true } });
});

describe('P49 a name that is known already', () => {
  const createContact = 'mutation ($input: CreateContactInput!) { createContact(input: $input) { created contact { email } } }';
  const createCluster =
    'mutation ($input: CreateClusterInput!) { createCluster(input: $input) { created cluster { maxMemory maxMemoryUnit } } }';
  const createLookup =
    'mutation ($input: CreateLookupInput!) { createLookup(input: $input) { created lookup { ... on FileType { code } } } }';

  test('with other values is a CONFLICT that names the value kept', async () => {
    await api.run(createContact, { input: { name: 'known', email: 'known@example.org' } });
    expect(await failure(createContact, { name: 'known', email: 'other@example.org' })).toMatchObject({
      code: 'CONFLICT',
      message: 'The Contact "known" exists with the `email` "known@example.org". Use `updateContact` to change it.',
      details: { argument: 'input.email', value: 'other@example.org', kept: 'known@example.org' },
    });
    await api.run(createContact, { input: { name: 'bare' } });
    expect(await failure(createContact, { name: 'bare', email: 'bare@example.org' })).toMatchObject({
      code: 'CONFLICT',
      message: 'The Contact "bare" exists without `email`. Use `updateContact` to change it.',
      details: { argument: 'input.email', value: 'bare@example.org', kept: null },
    });
    await api.run(createCluster, { input: { name: 'known', maxMemory: 64, maxMemoryUnit: 'GB' } });
    expect(await failure(createCluster, { name: 'known', maxMemory: 128, maxMemoryUnit: 'GB' })).toMatchObject({
      code: 'CONFLICT',
      details: { argument: 'input.maxMemory', value: 128, kept: 64 },
    });
    expect(await failure(createLookup, { kind: 'FILE_TYPE', name: 'Comma Separated Values', code: 'tsv' })).toMatchObject({
      code: 'CONFLICT',
      message: 'The FileType "Comma Separated Values" exists with the `code` "csv". Use `updateLookup` to change it.',
      details: { argument: 'input.code', value: 'tsv', kept: 'csv' },
    });
  });

  test('with the same values, or none, is found', async () => {
    for (const values of [{ email: 'known@example.org' }, {}, { email: null }])
      expect((await api.run(createContact, { input: { name: 'known', ...values } })).createContact).toEqual({
        created: false,
        contact: { email: 'known@example.org' },
      });
    for (const values of [{ maxMemory: 64, maxMemoryUnit: 'GB' }, { maxMemory: 64 }, {}])
      expect((await api.run(createCluster, { input: { name: 'known', ...values } })).createCluster).toEqual({
        created: false,
        cluster: { maxMemory: 64, maxMemoryUnit: 'GB' },
      });
    expect(
      (await api.run(createLookup, { input: { kind: 'FILE_TYPE', name: 'Comma Separated Values', code: 'csv' } })).createLookup,
    ).toEqual({
      created: false,
      lookup: { code: 'csv' },
    });
  });

  test('by twenty callers with two values: one value is kept, and those with the other are told', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => api.execute(createCluster, { input: { name: 'at once', maxMemory: 1 + (i % 2) } })),
    );
    const good = answers.filter(({ errors }) => !errors).map(({ data }) => (data as any).createCluster);
    expect(good).toHaveLength(10);
    expect(good.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(good.map(({ cluster }) => cluster.maxMemory)).size).toBe(1);
    for (const { errors } of answers)
      if (errors) expect(errors[0]!.originalError).toMatchObject({ code: 'CONFLICT', details: { argument: 'input.maxMemory' } });
  });
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
  await api.run(
    'mutation { updateTool(input: { tool: { name: "audited 0" }, newName: "audited" }) { tool { id } } }',
    {},
    { actor: 'second' },
  );
  const { tool } = await api.run(read);
  expect(tool).toMatchObject({ createdBy: { name: 'first' }, updatedBy: { name: 'second' }, rowVersion: 2 });
  await api.run(
    'mutation { updateTool(input: { tool: { name: "audited" }, newName: "audited" }) { tool { id } } }',
    {},
    { actor: 'third' },
  );
  expect((await api.run(read)).tool).toEqual(tool);
});

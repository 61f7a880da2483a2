import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('dataset_types');
});
afterAll(() => api.close());

const register = (input: object) =>
  api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { process { id } } }', { input });
const link = async (input: object) =>
  (
    await api.run(
      'mutation ($input: LinkDatasetTypeInput!) { linkDatasetType(input: $input) { changed datasetType { name } subject { __typename } } }',
      { input },
    )
  ).linkDatasetType;
const unlink = async (input: object) =>
  (await api.run('mutation ($input: UnlinkDatasetTypeInput!) { unlinkDatasetType(input: $input) { changed } }', { input }))
    .unlinkDatasetType.changed;

/** Everything that carries the type, by name. */
const carriers = async (name: string) => {
  const { datasetTypes } = await api.run(
    'query ($name: String!) { datasetTypes(where: { name: { eq: $name } }) { nodes { processes { nodes { name } } sources { nodes { name } } objects { nodes { name source { name } } } } } }',
    { name },
  );
  const [datasetType] = datasetTypes.nodes;
  return {
    processes: datasetType.processes.nodes.map((each: { name: string }) => each.name),
    sources: datasetType.sources.nodes.map((each: { name: string }) => each.name),
    objects: datasetType.objects.nodes.map((each: { name: string; source: { name: string } }) => `${each.source.name}.${each.name}`).sort(),
  };
};

test('P30 the types of a process reach what it reads and writes, at each granularity', async () => {
  await register({
    name: 'grains',
    datasetTypes: ['customer', 'sales'],
    sources: [
      { name: 'by source' },
      { name: 'by object', objects: [{ name: 'o' }] },
      { name: 'by attribute', objects: [{ name: 'a', attributes: [{ name: 'x' }] }] },
    ],
    targets: [
      { name: 'to source' },
      { name: 'to object', objects: [{ name: 'to' }] },
      { name: 'to attribute', objects: [{ name: 'ta', attributes: [{ name: 'x' }] }] },
    ],
  });
  const all = {
    processes: ['grains'],
    sources: ['by attribute', 'by object', 'by source', 'to attribute', 'to object', 'to source'],
    objects: ['by attribute.a', 'by object.o', 'to attribute.ta', 'to object.to'],
  };
  expect(await carriers('customer')).toEqual(all);
  expect(await carriers('sales')).toEqual(all);
  expect(
    await api.run(
      '{ process(name: "grains") { datasetTypes { nodes { name } } } source(name: "to source") { datasetTypes { totalCount nodes { name } } } sourceObject(source: "by attribute", name: "a") { datasetTypes { nodes { name } } } }',
    ),
  ).toEqual({
    process: { datasetTypes: { nodes: [{ name: 'customer' }, { name: 'sales' }] } },
    source: { datasetTypes: { totalCount: 2, nodes: [{ name: 'customer' }, { name: 'sales' }] } },
    sourceObject: { datasetTypes: { nodes: [{ name: 'customer' }, { name: 'sales' }] } },
  });
});

test('P30 a type that comes later reaches what exists, and what is linked later gets the types that are there', async () => {
  await register({ name: 'later', sources: [{ name: 'early source', objects: [{ name: 'o', attributes: [{ name: 'x' }] }] }] });
  await register({ name: 'later', datasetTypes: ['late'] });
  expect(await carriers('late')).toEqual({ processes: ['later'], sources: ['early source'], objects: ['early source.o'] });
  await register({ name: 'later', targets: [{ name: 'late target', objects: [{ name: 'o', attributes: [{ name: 'x' }] }] }] });
  expect(await carriers('late')).toEqual({
    processes: ['later'],
    sources: ['early source', 'late target'],
    objects: ['early source.o', 'late target.o'],
  });
  expect(await link({ subject: { process: { name: 'later' } }, datasetType: { name: 'later still' } })).toEqual({
    changed: true,
    datasetType: { name: 'later still' },
    subject: { __typename: 'Process' },
  });
  expect(await carriers('later still')).toEqual(await carriers('late'));
  // A Python client writes attribute rows alone.
  await api.sql(`
    insert into source_lkup (source_name) values ('by python');
    insert into source_object_lkup (source_id, source_object_name) select source_id, 'o' from source_lkup where source_name = 'by python';
    insert into source_object_attribute_lkup (source_object_id, source_object_attribute_name) select source_object_id, 'x' from source_object_lkup join source_lkup using (source_id) where source_name = 'by python';
    insert into process_source_object_attribute (process_id, source_object_attribute_id)
      select (select process_id from process where process_name = 'later'), source_object_attribute_id from source_object_attribute_lkup join source_object_lkup using (source_object_id)
      join source_lkup using (source_id) where source_name = 'by python'`);
  expect(await carriers('late')).toMatchObject({
    sources: ['by python', 'early source', 'late target'],
    objects: ['by python.o', 'early source.o', 'late target.o'],
  });
});

test('P30 a type is linked to a source or an object alone, unlinked, and comes back only for a reason', async () => {
  await register({ name: 'single', sources: [{ name: 'single', objects: [{ name: 'o' }] }] });
  expect(await link({ subject: { object: { source: 'single', name: 'o' } }, datasetType: { name: 'lone' } })).toMatchObject({
    changed: true,
    subject: { __typename: 'SourceObject' },
  });
  expect(await link({ subject: { object: { source: 'single', name: 'o' } }, datasetType: { name: 'lone' } })).toMatchObject({
    changed: false,
  });
  expect(await carriers('lone')).toEqual({ processes: [], sources: [], objects: ['single.o'] });
  await link({ subject: { process: { name: 'single' } }, datasetType: { name: 'lone' } });
  expect(await unlink({ subject: { source: { name: 'single' } }, datasetType: { name: 'lone' } })).toBe(true);
  expect(await unlink({ subject: { source: { name: 'single' } }, datasetType: { name: 'lone' } })).toBe(false);
  await register({ name: 'single', sources: [{ name: 'single', objects: [{ name: 'o' }] }], datasetTypes: ['lone'] });
  expect(await carriers('lone')).toEqual({ processes: ['single'], sources: [], objects: ['single.o'] });
  expect(await unlink({ subject: { process: { name: 'single' } }, datasetType: { name: 'lone' } })).toBe(true);
  const failure = async (input: object, mutation = 'LinkDatasetType') =>
    (
      await api.execute(
        `mutation ($input: ${mutation}Input!) { ${mutation.charAt(0).toLowerCase()}${mutation.slice(1)}(input: $input) { changed } }`,
        { input },
      )
    ).errors![0]!.originalError;
  expect(
    await failure({ subject: { source: { name: 'single' } }, datasetType: { name: 'unheard of' } }, 'UnlinkDatasetType'),
  ).toMatchObject({ code: 'NOT_FOUND', details: { argument: 'input.datasetType.name' } });
  expect(await failure({ subject: { source: { name: 'single' } }, datasetType: { name: 'lone', databaseId: 1 } })).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.datasetType' },
  });
  expect(await failure({ subject: { process: { name: 'nobody' } }, datasetType: { name: 'lone' } })).toMatchObject({
    code: 'NOT_FOUND',
    details: { argument: 'input.subject.process.name', value: 'nobody' },
  });
  expect(await failure({ subject: {}, datasetType: { name: 'lone' } })).toMatchObject({
    code: 'INVALID',
    details: { allowed: ['id', 'process', 'source', 'object'] },
  });
  expect(
    await failure({ subject: { process: { name: 'single' }, source: { name: 'single' } }, datasetType: { name: 'lone' } }),
  ).toMatchObject({ code: 'INVALID' });
});

test('P30 the history tells of every type that came, with its actor', async () => {
  await register({ name: 'told', sources: [{ name: 'told' }] });
  await api.sql('delete from status_event');
  await api.run(
    'mutation { linkDatasetType(input: { subject: { process: { name: "told" } }, datasetType: { name: "news" } }) { changed } }',
    {},
    { actor: 'anna' },
  );
  expect(
    await api.sql(
      `select subject_kind as kind, field, to_value as "to", actor from status_event where subject_name = 'told' order by kind`,
    ),
  ).toEqual([
    { kind: 'Process', field: 'datasetTypes', to: '["news"]', actor: 'anna' },
    { kind: 'Source', field: 'datasetTypes', to: '["news"]', actor: 'anna' },
  ]);
});

test('P30 many registrations at once, with the same types and crossing sources, fill everything and never fail', async () => {
  const names = ['s1', 's2', 's3', 's4'];
  const input = (i: number, types: string[]) => ({
    name: `crossing ${i}`,
    datasetTypes: types,
    sources: [{ name: names[i % 4], objects: [{ name: 'o' }] }, { name: names[(i + 1) % 4] }],
    targets: [{ name: names[(i + 2) % 4], objects: [{ name: 'o' }] }, { name: names[(i + 3) % 4] }],
  });
  const [before] = await api.sql('select deadlocks::int from pg_stat_database where datname = current_database()');
  await Promise.all(Array.from({ length: 12 }, (_, i) => register(input(i, ['cross a']))));
  await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      register({ ...input(i + 1, i % 2 ? ['cross b', 'cross c'] : ['cross c']), name: `crossing ${i}` }),
    ),
  );
  expect(await carriers('cross a')).toMatchObject({ sources: names, objects: ['s1.o', 's2.o', 's3.o', 's4.o'] });
  expect(await carriers('cross c')).toMatchObject({ sources: names, objects: ['s1.o', 's2.o', 's3.o', 's4.o'] });
  await api.sql('select pg_stat_clear_snapshot()');
  expect(await api.sql('select deadlocks::int from pg_stat_database where datname = current_database()')).toEqual([before]);
});

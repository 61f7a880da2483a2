import { openApi, type Api } from '../support/api.js';

let api: Api;
let ids: Record<'process' | 'x' | 'u', { id: string; databaseId: number }>;
beforeAll(async () => {
  api = await openApi('references');
  for (const name of ['one', 'two']) await register({ name });
  await register({ name: 'maker', ...links });
  const { process, x, u } = await api.run(`{ process(name: "one") { id databaseId }
    x: sourceObjectAttribute(qualifiedName: "in.a.x") { id databaseId } u: sourceObjectAttribute(qualifiedName: "out.t.u") { id databaseId } }`);
  ids = { process, x, u };
});
afterAll(() => api.close());

const registration = 'mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }';
const register = (input: object) => api.run(registration, { input });
const refused = async (input: object) =>
  (await api.execute(registration, { input })).errors![0]!.originalError as unknown as { code: string; details: object };
const links = {
  sources: [{ name: 'in', objects: [{ name: 'a', attributes: [{ name: 'x' }, { name: 'y' }] }] }],
  targets: [{ name: 'out', objects: [{ name: 't', attributes: [{ name: 'u' }] }] }],
};
const parents = async (name: string): Promise<string[]> => {
  const { process } = await api.run(
    'query ($name: String) { process(name: $name) { parents(kinds: [HARD, SOFT, CONTROL, DATA]) { nodes { kind process { name } } } } }',
    { name },
  );
  return process.parents.nodes.map((each: any) => `${each.kind} ${each.process.name}`);
};
const mappings = async (name: string): Promise<string[]> => {
  const { process } = await api.run(
    'query ($name: String) { process(name: $name) { attributeMappings { nodes { from { name } to { name } } } } }',
    { name },
  );
  return process.attributeMappings.nodes.map((each: any) => `${each.from.name} ${each.to.name}`);
};

test('P36 dependsOn identifies a process in each way, hard where no kind is given; again it changes nothing', async () => {
  for (const [i, process] of [{ id: ids.process.id }, { databaseId: ids.process.databaseId }, { name: 'one' }].entries()) {
    const input = { name: `way ${i}`, dependsOn: [{ process }, { process: { name: 'two' }, kind: 'SOFT' }] };
    await register(input);
    expect(await parents(`way ${i}`)).toEqual(['HARD one', 'SOFT two']);
    const events = await api.sql('select count(*) from status_event');
    await register(input);
    expect(await api.sql('select count(*) from status_event')).toEqual(events);
  }
});

test('P36 REPLACE removes hard dependencies and those of the kinds that the list names; what events reported stays', async () => {
  const on = (name: string, kind: string) => ({ process: { name }, kind });
  await register({
    name: 'turned',
    dependsOn: [on('one', 'HARD'), on('one', 'SOFT'), on('two', 'SOFT'), on('two', 'CONTROL'), on('one', 'DATA')],
  });
  await api.sql(`update process_relation set last_seen = now(), first_seen = now()
    where kind = 'soft' and child_process_id = (select process_id from process where process_name = 'turned')
      and parent_process_id = (select process_id from process where process_name = 'two')`);
  await register({ name: 'turned', mode: 'REPLACE', dependsOn: [on('two', 'DATA'), on('maker', 'SOFT')] });
  expect(await parents('turned')).toEqual(['SOFT maker', 'CONTROL two', 'DATA two', 'SOFT two']);
  const [reported] = await api.sql(`select declared_at from process_relation where last_seen is not null`);
  expect(reported).toEqual({ declared_at: null });
});

test('P36 a cycle through a soft dependency is refused', async () => {
  await register({ name: 'before' });
  await register({ name: 'behind', dependsOn: [{ process: { name: 'before' }, kind: 'SOFT' }] });
  expect(await refused({ name: 'before', dependsOn: [{ process: { name: 'behind' }, kind: 'CONTROL' }] })).toMatchObject({
    code: 'CONFLICT',
    details: { argument: 'input.dependsOn', cycle: ['before', 'behind', 'before'] },
  });
  expect(await refused({ name: 'before', dependsOn: [{ process: { name: 'before' }, kind: 'DATA' }] })).toMatchObject({
    code: 'CONFLICT',
    details: { cycle: ['before', 'before'] },
  });
});

test('P36 a parent by name and kind, and by an alias, is found', async () => {
  await register({ name: 'was called so' });
  await api.run('mutation { updateProcess(input: { process: { name: "was called so" }, newName: "is called so" }) { warnings } }');
  await register({
    name: 'asks for both',
    dependsOn: [
      { process: { name: 'was called so' } },
      { process: { name: 'is called so' } },
      { process: { name: 'is called so' }, kind: 'SOFT' },
    ],
  });
  expect(await parents('asks for both')).toEqual(['HARD is called so', 'SOFT is called so']);
});

test('P29 mappings identify attributes in each way', async () => {
  const ways = [
    [{ id: ids.x.id }, { databaseId: ids.u.databaseId }],
    [{ qualifiedName: 'in.a.x' }, { qualifiedName: 'out.t.u' }],
    [{ source: 'in', object: 'a', name: 'x' }, { id: ids.u.id }],
  ];
  for (const [i, [from, to]] of ways.entries()) {
    await register({ name: `mapper ${i}`, ...links, mappings: [{ from, to }] });
    expect(await mappings(`mapper ${i}`)).toEqual(['x u']);
  }
});

test('P29 a mapping by id needs links like one by name, and an attribute of an object', async () => {
  const to = { id: ids.u.id };
  expect(await refused({ name: 'no links', mappings: [{ from: { id: ids.x.id }, to }] })).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.mappings.0.from', value: { id: ids.x.id } },
  });
  const [loose] = await api.sql(
    `insert into source_object_attribute_lkup (source_object_attribute_name) values ('loose') returning source_object_attribute_id as id`,
  );
  expect(await refused({ name: 'maker', mappings: [{ from: { databaseId: loose!.id }, to }] })).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.mappings.0.from' },
  });
});

test.each([
  [{ dependsOn: [{ process: { name: 'two' } }, { process: { name: 'nobody' } }] }, 'NOT_FOUND', 'dependsOn.1.process.name', 'nobody'],
  [{ dependsOn: [{ process: { databaseId: 99_999 } }] }, 'NOT_FOUND', 'dependsOn.0.process.databaseId', 99_999],
  [{ dependsOn: [{ process: { namespace: 'n', job: 'j' } }] }, 'NOT_FOUND', 'dependsOn.0.process.job', 'j'],
  [{ dependsOn: [{ process: {} }] }, 'INVALID', 'dependsOn.0.process', {}],
  [{ mappings: [{ from: { qualifiedName: 'in.a' }, to: {} }] }, 'INVALID', 'mappings.0.from.qualifiedName', 'in.a'],
  [{ mappings: [{ from: { qualifiedName: 'in.a.x' }, to: { name: 'u' } }] }, 'INVALID', 'mappings.0.to', { name: 'u' }],
  [{ mappings: [{ from: { databaseId: 99_999 }, to: { qualifiedName: 'out.t.u' } }] }, 'NOT_FOUND', 'mappings.0.from.databaseId', 99_999],
])('P31 a reference that is none: %j', async (more, code, argument, value) => {
  const error = await refused({ name: 'refused', ...more });
  expect(error).toMatchObject({ code, details: { argument: `input.${argument}`, value } });
  expect((await api.run('{ process(name: "refused") { name } }')).process).toBeNull();
});

import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('modes');
});
afterAll(() => api.close());

const register = 'mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }';
const registerMany = `mutation ($input: RegisterProcessesInput!) { registerProcesses(input: $input) {
  results { created process { name } error { code message argument value allowed } } } }`;
const unlink = 'mutation ($input: UnlinkProcessInput!) { unlinkProcess(input: $input) { removed process { name } } }';

const linksOf = async (name: string) => {
  const { process } = await api.run(
    `query ($name: String) { process(name: $name) {
      sources { nodes { name } } sourceObjects { nodes { name } } sourceAttributes { nodes { attribute { name } } }
      targets { nodes { name } } targetObjects { nodes { name } } targetAttributes { nodes { attribute { name } } }
      contacts { nodes { roles contact { name } } } parents { nodes { process { name } } } datasetTypes { nodes { name } }
      filterPredicate
      attributeMappings { nodes { from { name } to { name } expression transformation } }
    } }`,
    { name },
  );
  const names = (list: { nodes: { name?: string; attribute?: { name: string } }[] }) =>
    list.nodes.map((node) => node.name ?? node.attribute?.name);
  return {
    reads: [names(process.sources), names(process.sourceObjects), names(process.sourceAttributes)],
    writes: [names(process.targets), names(process.targetObjects), names(process.targetAttributes)],
    contacts: process.contacts.nodes.map((node: any) => [node.contact.name, ...node.roles]),
    parents: process.parents.nodes.map((node: any) => node.process.name),
    datasetTypes: names(process.datasetTypes),
    filters: process.filterPredicate,
    mappings: process.attributeMappings.nodes.map((node: any) => [node.from.name, node.to.name, node.expression, node.transformation]),
  };
};
const object = (name: string, ...attributes: string[]) => ({
  name,
  ...(attributes.length ? { attributes: attributes.map((each) => ({ name: each })) } : {}),
});
const attribute = (source: string, objectName: string, name: string) => ({ source, object: objectName, name });

const full = (name: string) => ({
  name,
  sources: [{ name: 'in', objects: [object('a', 'x', 'y'), object('b')] }, { name: 'whole' }],
  targets: [{ name: 'out', objects: [object('t', 'u', 'v')] }],
  contacts: [
    { name: 'desk', role: 'owner' },
    { name: 'night', role: 'on call' },
  ],
  dependsOn: [{ process: { name: 'parent one' } }, { process: { name: 'parent two' } }],
  datasetTypes: ['sales'],
  mappings: [{ from: attribute('in', 'a', 'x'), to: attribute('out', 't', 'u'), expression: 'upper(x)', transformation: 'identity' }],
  filters: [{ attribute: attribute('in', 'a', 'x'), operator: 'gte', values: [{ number: 2000 }] }],
});
beforeAll(async () => {
  for (const name of ['parent one', 'parent two']) await api.run(register, { input: { name } });
});

test('P27 the finest granularity given is stored with every coarser one, on both sides', async () => {
  await api.run(register, { input: full('grains') });
  expect(await linksOf('grains')).toMatchObject({
    reads: [
      ['in', 'whole'],
      ['a', 'b'],
      ['x', 'y'],
    ],
    writes: [['out'], ['t'], ['u', 'v']],
  });
});

test('P29 mappings say which attribute feeds which, with expression and transformation; what is left out stays', async () => {
  await api.run(register, { input: full('mapped') });
  await api.run(register, {
    input: {
      name: 'mapped',
      mappings: [
        { from: attribute('in', 'a', 'x'), to: attribute('out', 't', 'u') },
        { from: attribute('in', 'a', 'y'), to: attribute('out', 't', 'v'), transformation: 'aggregation' },
      ],
    },
  });
  expect((await linksOf('mapped')).mappings).toEqual([
    ['x', 'u', 'upper(x)', 'identity'],
    ['y', 'v', null, 'aggregation'],
  ]);
  const { sourceObject } = await api.run(
    `{ sourceObject(source: "out", name: "t") { attributes { nodes { name madeFrom { nodes { process { name } from { name object { name } } } } } } } }`,
  );
  expect(sourceObject.attributes.nodes[1]).toEqual({
    name: 'v',
    madeFrom: { nodes: [{ process: { name: 'mapped' }, from: { name: 'y', object: { name: 'a' } } }] },
  });
});

test('P29 a mapping from what the process does not read, or to what it does not write, is refused', async () => {
  const refused = async (from: object, to: object) =>
    (
      await api.execute(register, {
        input: {
          ...full('refused'),
          mappings: [
            { from: attribute('in', 'a', 'x'), to: attribute('out', 't', 'u') },
            { from, to },
          ],
        },
      })
    ).errors![0]!.originalError;
  expect(await refused(attribute('in', 'a', 'z'), attribute('out', 't', 'u'))).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.mappings.1.from', value: attribute('in', 'a', 'z'), allowed: 'an attribute that the process reads' },
  });
  expect(await refused(attribute('in', 'a', 'x'), attribute('in', 'a', 'y'))).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.mappings.1.to', value: attribute('in', 'a', 'y'), allowed: 'an attribute that the process writes' },
  });
  expect(
    await api.run('{ process(name: "refused") { name } sourceObject(source: "in", name: "a") { attributes { nodes { name } } } }'),
  ).toEqual({
    process: null,
    sourceObject: { attributes: { nodes: [{ name: 'x' }, { name: 'y' }] } },
  });
});

test('P31 ADD keeps what a registration leaves out', async () => {
  await api.run(register, { input: full('added') });
  const before = await linksOf('added');
  await api.run(register, { input: { name: 'added', sources: [{ name: 'more' }], mode: 'ADD' } });
  expect(await linksOf('added')).toEqual({
    ...before,
    reads: [
      ['in', 'more', 'whole'],
      ['a', 'b'],
      ['x', 'y'],
    ],
  });
});

test('P31 REPLACE unlinks what a given list leaves out, and leaves the other lists alone', async () => {
  await api.run(register, { input: full('replaced') });
  const before = await linksOf('replaced');
  await api.run(register, { input: { name: 'replaced', mode: 'REPLACE', sources: [{ name: 'in', objects: [object('a', 'y')] }] } });
  expect(await linksOf('replaced')).toEqual({ ...before, reads: [['in'], ['a'], ['y']], mappings: [] });
  await api.run(register, {
    input: { name: 'replaced', mode: 'REPLACE', sources: [{ name: 'in', objects: [object('b')] }], targets: [{ name: 'elsewhere' }] },
  });
  expect(await linksOf('replaced')).toMatchObject({ reads: [['in'], ['b'], []], writes: [['elsewhere'], [], []] });
  await api.run(register, {
    input: {
      name: 'replaced',
      mode: 'REPLACE',
      contacts: [{ name: 'desk', role: 'steward' }],
      dependsOn: [{ process: { name: 'parent two' } }],
      datasetTypes: ['people'],
    },
  });
  expect(await linksOf('replaced')).toMatchObject({ contacts: [['desk', 'steward']], parents: ['parent two'], datasetTypes: ['people'] });
  // The same again changes nothing.
  const [version] = await api.sql('select max(event_id) from process_tracker.status_event');
  await api.run(register, {
    input: {
      name: 'replaced',
      mode: 'REPLACE',
      sources: [{ name: 'in', objects: [object('b')] }],
      targets: [{ name: 'elsewhere' }],
      contacts: [{ name: 'desk', role: 'steward' }],
    },
  });
  expect(await api.sql('select max(event_id) from process_tracker.status_event')).toEqual([version]);
});

test('P31 REPLACE of dependsOn leaves what a Python client wrote as soft', async () => {
  await api.run(register, { input: { name: 'half soft', dependsOn: [{ process: { name: 'parent one' } }] } });
  await api.sql(
    `insert into process_dependency (parent_process_id, child_process_id, dependency_type_id)
     select p.process_id, c.process_id, t.dependency_type_id from process p, process c, dependency_type_lkup t
     where p.process_name = 'parent two' and c.process_name = 'half soft' and t.dependency_type_name = 'Soft'`,
  );
  await api.run(register, { input: { name: 'third parent' } });
  await api.run(register, { input: { name: 'half soft', mode: 'REPLACE', dependsOn: [{ process: { name: 'third parent' } }] } });
  const { process } = await api.run('{ process(name: "half soft") { parents { nodes { kind process { name } } } } }');
  expect(process.parents.nodes).toEqual([
    { kind: 'SOFT', process: { name: 'parent two' } },
    { kind: 'HARD', process: { name: 'third parent' } },
  ]);
});

test('P34 filters are registered with the process; ADD adds to them, REPLACE replaces them', async () => {
  await api.run(register, { input: full('filtered') });
  expect((await linksOf('filtered')).filters).toBe('in.a.x >= 2000');
  const filters = [{ attribute: attribute('in', 'a', 'y'), operator: 'in', values: [{ text: 'NL' }, { text: 'AL' }] }];
  await api.run(register, { input: { name: 'filtered', filters } });
  expect((await linksOf('filtered')).filters).toBe("in.a.x >= 2000 and in.a.y in ('AL', 'NL')");
  await api.run(register, { input: { name: 'filtered', mode: 'REPLACE', filters } });
  expect((await linksOf('filtered')).filters).toBe("in.a.y in ('AL', 'NL')");
});

test('P31 what REPLACE took away is in the history', async () => {
  await api.run(register, { input: full('told') });
  await api.run(
    register,
    { input: { name: 'told', mode: 'REPLACE', sources: [{ name: 'in', objects: [object('b')] }] } },
    { actor: 'curator' },
  );
  const events = await api.sql(
    `select field, from_value, actor from process_tracker.status_event where subject_kind = 'Process' and subject_name = 'told' and from_value is not null order by event_id`,
  );
  expect(events).toEqual(
    expect.arrayContaining([
      { field: 'sourceAttributes', from_value: '["in.a.x", "in.a.y"]', actor: 'curator' },
      { field: 'sources', from_value: '["whole"]', actor: 'curator' },
    ]),
  );
});

test.each(['sources', 'targets', 'contacts', 'dependsOn', 'datasetTypes', 'mappings', 'filters'])(
  'P31 REPLACE with an empty list of %s is refused',
  async (list) => {
    await api.run(register, { input: full('kept') });
    const before = await linksOf('kept');
    const { errors } = await api.execute(register, { input: { name: 'kept', mode: 'REPLACE', [list]: [] } });
    expect(errors![0]!.originalError).toMatchObject({ code: 'INVALID', details: { argument: `input.${list}` } });
    expect(await linksOf('kept')).toEqual(before);
  },
);

describe('unlinkProcess', () => {
  test.each([
    [{ name: 'nowhere', objects: [{ name: 'a', attributes: ['x'] }] }, 'There is no Source "nowhere".'],
    [{ name: 'in', objects: [{ name: 'gone', attributes: ['x'] }] }, 'There is no SourceObject "in.gone".'],
    [{ name: 'in', objects: [{ name: 'a', attributes: ['gone'] }] }, 'There is no SourceObjectAttribute "in.a.gone".'],
  ])('P31 names the first that is missing: %j', async (source, message) => {
    await api.run(register, { input: full('nothing to unlink') });
    const { errors } = await api.execute(unlink, { input: { process: { name: 'nothing to unlink' }, sources: [source] } });
    expect(errors).toEqual([expect.objectContaining({ message })]);
  });

  test('P31 takes attributes, objects or sources; what was only added for a finer link goes with the last of them', async () => {
    await api.run(register, { input: full('unlinked') });
    expect(
      (
        await api.run(unlink, {
          input: { process: { name: 'unlinked' }, sources: [{ name: 'in', objects: [{ name: 'a', attributes: ['x'] }] }] },
        })
      ).unlinkProcess.removed,
    ).toBe(1);
    expect(await linksOf('unlinked')).toMatchObject({ reads: [['in', 'whole'], ['a', 'b'], ['y']], mappings: [] });
    await api.run(unlink, {
      input: { process: { name: 'unlinked' }, sources: [{ name: 'in', objects: [{ name: 'a', attributes: ['y'] }] }] },
    });
    expect(await linksOf('unlinked')).toMatchObject({ reads: [['in', 'whole'], ['b'], []] });
    await api.run(unlink, {
      input: {
        process: { name: 'unlinked' },
        sources: [{ name: 'in' }, { name: 'whole' }],
        targets: [{ name: 'out', objects: [{ name: 't' }] }],
      },
    });
    expect(await linksOf('unlinked')).toMatchObject({ reads: [[], [], []], writes: [[], [], []] });
    expect((await api.run(unlink, { input: { process: { name: 'unlinked' }, sources: [{ name: 'in' }] } })).unlinkProcess.removed).toBe(0);
  });
  test('P31 keepCoarser keeps the object of the last attribute', async () => {
    await api.run(register, { input: full('coarse') });
    await api.run(unlink, {
      input: {
        process: { name: 'coarse' },
        keepCoarser: true,
        targets: [{ name: 'out', objects: [{ name: 't', attributes: ['u', 'v'] }] }],
      },
    });
    expect(await linksOf('coarse')).toMatchObject({ writes: [['out'], ['t'], []] });
  });
  test('P31 keepCoarser keeps the source of the last object', async () => {
    await api.run(register, { input: full('coarser') });
    await api.run(unlink, {
      input: { process: { name: 'coarser' }, keepCoarser: true, targets: [{ name: 'out', objects: [{ name: 't' }] }] },
    });
    expect(await linksOf('coarser')).toMatchObject({ writes: [['out'], [], []] });
  });
  test('P31 says what does not exist, and changes nothing', async () => {
    await api.run(register, { input: full('known') });
    const before = await linksOf('known');
    const refused = async (input: object) =>
      (await api.execute(unlink, { input: { process: { name: 'known' }, ...input } })).errors![0]!.originalError;
    expect(await refused({ sources: [{ name: 'in' }, { name: 'nowhere' }] })).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.sources.1.name', value: 'nowhere' },
    });
    expect(await refused({ sources: [{ name: 'in', objects: [{ name: 'a', attributes: ['q'] }] }] })).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.sources.0.objects.0.attributes.0', value: 'q' },
    });
    expect(await refused({ targets: [{ name: 'out', objects: [{ name: 't' }, { name: 'tt', attributes: ['u'] }] }] })).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.targets.0.objects.1.name', value: 'tt' },
    });
    expect(await refused({})).toMatchObject({ code: 'INVALID' });
    expect(await linksOf('known')).toEqual(before);
  });
});

describe('registerProcesses', () => {
  test('P31 answers per item: a bad one does not lose the others, and parents may stand behind their children', async () => {
    const processes = [
      { name: 'bulk child', dependsOn: [{ process: { name: 'bulk parent' } }] },
      { name: 'bulk bad', dependsOn: [{ process: { name: 'nobody at all' } }] },
      { name: 'bulk parent', sources: [{ name: 'in' }] },
      { name: 'bulk often', scheduleFrequency: 'fortnightly' },
      { name: 'bulk loop', dependsOn: [{ process: { name: 'bulk loop' } }] },
    ];
    const { results } = (await api.run(registerMany, { input: { processes } })).registerProcesses;
    expect(results).toMatchObject([
      { created: true, process: { name: 'bulk child' }, error: null },
      { created: false, process: null, error: { code: 'NOT_FOUND', argument: 'dependsOn.0.process.name', value: 'nobody at all' } },
      { created: true, process: { name: 'bulk parent' }, error: null },
      {
        created: false,
        process: null,
        error: { code: 'INVALID', argument: 'scheduleFrequency', value: 'fortnightly', allowed: expect.arrayContaining(['daily']) },
      },
      { created: false, process: null, error: { code: 'CONFLICT' } },
    ]);
    expect(await linksOf('bulk child')).toMatchObject({ parents: ['bulk parent'] });
    expect((await api.run('{ process(name: "bulk bad") { name } }')).process).toBeNull();
  });
  test('a number of items out of range is refused', async () => {
    for (const processes of [[], Array.from({ length: 2001 }, (_, i) => ({ name: `p${i}` }))]) {
      const { errors } = await api.execute(registerMany, { input: { processes } });
      expect(errors![0]!.originalError).toMatchObject({
        code: 'INVALID',
        details: { argument: 'input.processes', value: processes.length },
      });
    }
  });
});

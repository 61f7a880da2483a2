import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('changes');
});
afterAll(() => api.close());

const register = (input: object, actor = 'tester') =>
  api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created process { id } } }', { input }, { actor });
const refused = async (query: string, variables: Record<string, unknown> = {}) => {
  const { errors } = await api.execute(query, variables);
  expect(errors).toHaveLength(1);
  const { message, originalError } = errors![0]!;
  expect(message).not.toMatch(/select |insert |update |relation |constraint|syntax/i);
  return { message, ...(originalError as unknown as { code: string; details: Record<string, unknown> }) };
};
/** The history of a kind of thing since the last call, as it can be told apart. */
const events = async (kind: string) =>
  api.sql(
    `delete from status_event where subject_kind = $1 returning field, from_value as was, to_value as "now", actor, reason, subject_name as name`,
    [kind],
  );

describe('making and changing', () => {
  const attribute = `mutation ($input: CreateSourceObjectAttributeInput!) { createSourceObjectAttribute(input: $input) { created attribute {
    name path dataType { name } length decimals ordinal reportedType description isKey isFilter isPartition isPii defaultText defaultNumber object { name } } } }`;
  const facts = {
    path: 'order.total',
    length: 12,
    decimals: 2,
    ordinal: 3,
    reportedType: 'NUMBER(12,2)',
    description: 'With tax.',
    isKey: false,
    isFilter: true,
    isPartition: false,
    isPii: true,
    defaultText: 'none',
    defaultNumber: '0.50',
  };
  /** Creates a source, its object `orders`, and the attribute `total` with all facts. */
  const createShop = async (source: string) => {
    await api.run(
      'mutation ($source: String!) { createSource(input: { name: $source }) { created } createSourceObject(input: { source: { name: $source }, name: "orders" }) { created } }',
      { source },
    );
    await api.run(attribute, { input: { object: { source, name: 'orders' }, name: 'total', dataType: 'number', ...facts } });
  };

  test('P31 a source, an object and an attribute are made once, with all that can be said of them', async () => {
    const source =
      'mutation ($input: CreateSourceInput!) { createSource(input: $input) { created source { id name description type { name } characterSet { name } createdBy { name } } } }';
    const input = { name: 'shop', type: 'Database', characterSet: 'UTF-8', description: 'Sells things.' };
    const first = (await api.run(source, { input }, { actor: 'anna' })).createSource;
    expect(first).toEqual({
      created: true,
      source: {
        id: expect.any(String),
        name: 'shop',
        description: 'Sells things.',
        type: { name: 'Database' },
        characterSet: { name: 'UTF-8' },
        createdBy: { name: 'anna' },
      },
    });
    const again = (await api.run(source, { input: { name: 'shop', type: 'Ledger', description: 'Other.' } })).createSource;
    expect(again).toEqual({ ...first, created: false });

    const object =
      'mutation ($input: CreateSourceObjectInput!) { createSourceObject(input: $input) { created object { id name description source { name } characterSet { name } } } }';
    const made = (
      await api.run(object, {
        input: { source: { name: 'shop' }, name: 'orders', characterSet: 'Latin-1', description: 'One row an order.' },
      })
    ).createSourceObject;
    expect(made).toMatchObject({
      created: true,
      object: { name: 'orders', source: { name: 'shop' }, characterSet: { name: 'Latin-1' }, description: 'One row an order.' },
    });
    expect((await api.run(object, { input: { source: { id: first.source.id }, name: 'orders' } })).createSourceObject).toEqual({
      ...made,
      created: false,
    });

    const total = await api.run(attribute, {
      input: { object: { source: 'shop', name: 'orders' }, name: 'total', dataType: 'number', ...facts },
    });
    expect(total.createSourceObjectAttribute).toEqual({
      created: true,
      attribute: { name: 'total', dataType: { name: 'number' }, ...facts, object: { name: 'orders' } },
    });
    expect(
      (await api.run(attribute, { input: { object: { id: made.object.id }, name: 'total' } })).createSourceObjectAttribute.created,
    ).toBe(false);
  });

  test('P31 an update changes what it says, takes away by null, and leaves the rest; with a reason', async () => {
    const update = `mutation ($input: UpdateSourceObjectAttributeInput!) { updateSourceObjectAttribute(input: $input) { warnings attribute {
      name path dataType { name } length decimals ordinal isPii defaultNumber rowVersion } } }`;
    await createShop('changed shop');
    await events('SourceObjectAttribute');
    const told = { attribute: { qualifiedName: 'changed shop.orders.total' } };
    const changed = await api.run(
      update,
      { input: { ...told, dataType: null, length: 20, isPii: false, reason: 'as agreed' } },
      { actor: 'ben' },
    );
    expect(changed.updateSourceObjectAttribute).toEqual({
      warnings: [],
      attribute: {
        name: 'total',
        path: 'order.total',
        dataType: null,
        length: 20,
        decimals: 2,
        ordinal: 3,
        isPii: false,
        defaultNumber: '0.50',
        rowVersion: 2,
      },
    });
    expect(await events('SourceObjectAttribute')).toEqual(
      expect.arrayContaining([
        { field: 'dataType', was: 'number', now: null, actor: 'ben', reason: 'as agreed', name: 'total' },
        { field: 'length', was: '12', now: '20', actor: 'ben', reason: 'as agreed', name: 'total' },
        { field: 'isPii', was: 'true', now: 'false', actor: 'ben', reason: 'as agreed', name: 'total' },
      ]),
    );
    expect((await api.run(update, { input: { ...told, length: 20 } })).updateSourceObjectAttribute.attribute.rowVersion).toBe(2);
    await register({ name: 'Load orders' });
    const process =
      'mutation ($input: UpdateProcessInput!) { updateProcess(input: $input) { process { type { name } tool { name } scheduleFrequency { name } description } } }';
    const input = { process: { name: 'Load orders' }, type: 'Load', tool: 'cron', scheduleFrequency: 'weekly', description: 'Fetches.' };
    expect((await api.run(process, { input })).updateProcess.process).toEqual({
      type: { name: 'Load' },
      tool: { name: 'cron' },
      scheduleFrequency: { name: 'weekly' },
      description: 'Fetches.',
    });
    expect(
      (await api.run(process, { input: { process: { name: 'Load orders' }, tool: null, description: null } })).updateProcess.process,
    ).toEqual({
      type: { name: 'Load' },
      tool: null,
      scheduleFrequency: { name: 'weekly' },
      description: null,
    });
  });

  test('P31 bad input is told with its argument', async () => {
    await createShop('refusing shop');
    await register({ name: 'Load returns' });
    const update = 'mutation ($input: UpdateSourceObjectAttributeInput!) { updateSourceObjectAttribute(input: $input) { warnings } }';
    const names = { source: 'refusing shop', object: 'orders', name: 'total' };
    const told = { attribute: names };
    expect(await refused(update, { input: { ...told, isKey: null } })).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.isKey' },
    });
    expect(await refused(update, { input: { ...told, ordinal: 0 } })).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.ordinal', value: 0, allowed: { min: 1 } },
    });
    expect(await refused(update, { input: { attribute: { name: 'total' } } })).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.attribute', allowed: 'id, databaseId, qualifiedName, or source, object and name' },
    });
    expect(await refused(update, { input: { attribute: { ...names, name: 'tax' } } })).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.attribute.name', value: 'tax' },
    });
    expect(await refused(update, { input: { attribute: { ...names, object: 'nothing' } } })).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.attribute.object', value: 'nothing' },
    });
    expect(await refused(update, { input: { attribute: { ...names, source: 'nowhere' } } })).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.attribute.source', value: 'nowhere' },
    });
    expect(await refused('mutation { createSourceObject(input: { source: { name: "nowhere" }, name: "x" }) { created } }')).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.source.name' },
    });
    expect(await refused('mutation { createSourceObject(input: { source: {}, name: "x" }) { created } }')).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.source' },
    });
    expect(
      await refused(
        'mutation { updateProcess(input: { process: { name: "Load returns" }, scheduleFrequency: "fortnightly" }) { warnings } }',
      ),
    ).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.scheduleFrequency', value: 'fortnightly', allowed: expect.arrayContaining(['weekly']) },
    });
    expect(await refused('mutation { createLocation(input: { name: "x", path: "zz://x" }) { created } }')).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.type' },
    });
  });

  test('P31 a location is made, linked to a source and an object, unlinked', async () => {
    await createShop('located shop');
    const create =
      'mutation ($input: CreateLocationInput!) { createLocation(input: $input) { created location { name path bucket type { name } } } }';
    expect((await api.run(create, { input: { name: 'landing', path: 's3://lake/in' } })).createLocation).toEqual({
      created: true,
      location: { name: 'landing', path: 's3://lake/in', bucket: 'lake', type: { name: 's3' } },
    });
    expect((await api.run(create, { input: { name: 'disk', path: '/data/s3_export' } })).createLocation.location).toMatchObject({
      bucket: null,
      type: { name: 'local filesystem' },
    });
    expect(await refused(create, { input: { name: 'other', path: 's3://lake/in' } })).toMatchObject({
      code: 'CONFLICT',
      details: { argument: 'input.path' },
    });
    const link =
      'mutation ($input: LinkLocationInput!) { linkLocation(input: $input) { changed location { name } subject { __typename ... on Source { locations { nodes { name } } } } } }';
    expect(
      (await api.run(link, { input: { subject: { source: { name: 'located shop' } }, location: { name: 'landing' } } })).linkLocation,
    ).toEqual({
      changed: true,
      location: { name: 'landing' },
      subject: { __typename: 'Source', locations: { nodes: [{ name: 'landing' }] } },
    });
    expect(
      (await api.run(link, { input: { subject: { source: { name: 'located shop' } }, location: { name: 'landing' } } })).linkLocation
        .changed,
    ).toBe(false);
    expect(
      (
        await api.run(link, {
          input: { subject: { object: { qualifiedName: 'located shop.orders' } }, location: { path: '/data/s3_export' } },
        })
      ).linkLocation,
    ).toMatchObject({
      changed: true,
      subject: { __typename: 'SourceObject' },
    });
    expect(
      await api.run(
        '{ sourceObject(source: "located shop", name: "orders") { locations { nodes { name } } } location(name: "disk") { objects { totalCount nodes { name } } sources { totalCount } } }',
      ),
    ).toEqual({
      sourceObject: { locations: { nodes: [{ name: 'disk' }] } },
      location: { objects: { totalCount: 1, nodes: [{ name: 'orders' }] }, sources: { totalCount: 0 } },
    });
    const unlink = 'mutation ($input: UnlinkLocationInput!) { unlinkLocation(input: $input) { changed } }';
    expect(
      (await api.run(unlink, { input: { subject: { source: { name: 'located shop' } }, location: { name: 'landing' } } })).unlinkLocation
        .changed,
    ).toBe(true);
    expect(
      (await api.run(unlink, { input: { subject: { source: { name: 'located shop' } }, location: { name: 'landing' } } })).unlinkLocation
        .changed,
    ).toBe(false);
    expect(await refused(link, { input: { subject: { source: { name: 'located shop' } }, location: { name: 'nowhere' } } })).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.location.name', value: 'nowhere' },
    });
    expect(await refused(link, { input: { subject: { process: { name: 'x' } }, location: { name: 'disk' } } })).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.subject', value: ['process'], allowed: ['id', 'source', 'object'] },
    });
    const source = { name: 'located shop' };
    for (const subject of [{}, { source: null }, { source, object: { source: 'located shop', name: 'orders' } }, { source, id: 'x' }])
      expect(await refused(link, { input: { subject, location: { name: 'disk' } } })).toMatchObject({
        code: 'INVALID',
        details: { argument: 'input.subject', allowed: ['id', 'source', 'object'] },
      });
    const { tool } = (await api.run('mutation { createTool(input: { name: "t" }) { tool { id } } }')).createTool;
    expect(await refused(link, { input: { subject: { id: tool.id }, location: { name: 'disk' } } })).toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.subject.id', allowed: ['Source', 'SourceObject'] },
    });
  });
});

/** How each kind is told, made by a name, and found. */
const kinds = {
  Process: {
    word: 'process',
    telling: (name: string) => ({ process: { name } }),
    make: (name: string) => register({ name }),
    find: (name: string) => [`{ it: process(name: ${JSON.stringify(name)}) { id name aliases } }`],
  },
  Source: {
    word: 'source',
    telling: (name: string) => ({ source: { name } }),
    make: (name: string) => api.run('mutation ($name: String!) { createSource(input: { name: $name }) { created } }', { name }),
    find: (name: string) => [`{ it: source(name: ${JSON.stringify(name)}) { id name aliases } }`],
  },
  SourceObject: {
    word: 'object',
    telling: (name: string) => ({ object: { source: 'home', name } }),
    make: (name: string) =>
      api.run('mutation ($name: String!) { createSourceObject(input: { source: { name: "home" }, name: $name }) { created } }', { name }),
    find: (name: string) => [`{ it: sourceObject(source: "home", name: ${JSON.stringify(name)}) { id name aliases } }`],
  },
  SourceObjectAttribute: {
    word: 'attribute',
    telling: (name: string) => ({ attribute: { source: 'home', object: 'place', name } }),
    make: (name: string) =>
      api.run(
        'mutation ($name: String!) { createSourceObjectAttribute(input: { object: { source: "home", name: "place" }, name: $name }) { created } }',
        { name },
      ),
    find: (name: string) => [
      `{ it: sourceObjectAttribute(source: "home", object: "place", name: ${JSON.stringify(name)}) { id name aliases } }`,
    ],
  },
  Location: {
    word: 'location',
    telling: (name: string) => ({ location: { name } }),
    make: (name: string) =>
      api.run('mutation ($name: String!, $path: String!) { createLocation(input: { name: $name, path: $path }) { created } }', {
        name,
        path: `/${name}`,
      }),
    find: (name: string) => [`{ it: location(name: ${JSON.stringify(name)}) { id name aliases } }`],
  },
} as const;
type Kind = keyof typeof kinds;
const kindNames = Object.keys(kinds) as Kind[];

const found = async (kind: Kind, name: string) => {
  const { data } = await api.execute(kinds[kind].find(name)[0]!);
  return data?.it ?? null;
};
const renaming = (kind: Kind) =>
  `mutation ($input: Update${kind}Input!) { update${kind}(input: $input) { warnings ${kinds[kind].word} { id name aliases } } }`;
const rename = async (kind: Kind, name: string, newName: string, more: object = {}) =>
  (await api.run(renaming(kind), { input: { ...kinds[kind].telling(name), newName, ...more } }, { actor: 'anna' }))[`update${kind}`];

describe.each(kindNames)('%s', (kind) => {
  beforeAll(async () => {
    await kinds.Source.make('home');
    await kinds.SourceObject.make('place');
  });

  test('P31 is renamed: the id stays, the old name is an alias with a warning, and renaming back takes it away', async () => {
    await kinds[kind].make('old');
    await kinds[kind].make('other');
    const { id } = await found(kind, 'old');
    await events(kind);
    const renamed = await rename(kind, 'old', 'new', { reason: 'merger' });
    expect(renamed).toEqual({
      warnings: [expect.stringMatching(/"old".*Python client/)],
      [kinds[kind].word]: { id, name: 'new', aliases: ['old'] },
    });
    expect(await events(kind)).toEqual(
      expect.arrayContaining([
        { field: 'name', was: 'old', now: 'new', actor: 'anna', reason: 'merger', name: 'new' },
        { field: 'aliases', was: null, now: expect.stringContaining('old'), actor: 'anna', reason: 'merger', name: 'new' },
      ]),
    );
    expect(await found(kind, 'old')).toEqual({ id, name: 'new', aliases: ['old'] });
    expect(await found(kind, 'new')).toEqual({ id, name: 'new', aliases: ['old'] });
    // Told by its old name, and made again by it: the same thing.
    expect((await rename(kind, 'old', 'newer'))[kinds[kind].word]).toEqual({ id, name: 'newer', aliases: ['new', 'old'] });
    const made = await kinds[kind].make('old');
    expect(Object.values(made)[0].created).toBe(false);
    expect(await refused(renaming(kind), { input: { ...kinds[kind].telling('newer'), newName: 'other' } })).toMatchObject({
      code: 'CONFLICT',
      details: { argument: 'input.newName', value: 'other' },
    });
    expect(await refused(renaming(kind), { input: { ...kinds[kind].telling('other'), newName: 'old' } })).toMatchObject({
      code: 'CONFLICT',
      details: { argument: 'input.newName', aliasOf: 'newer' },
    });
    expect((await rename(kind, 'newer', 'old'))[kinds[kind].word]).toEqual({ id, name: 'old', aliases: ['new', 'newer'] });
    const remove = `mutation ($input: RemoveAliasInput!) { removeAlias(input: $input) { changed subject { __typename } } }`;
    expect((await api.run(remove, { input: { subject: { id }, alias: 'new' } })).removeAlias).toEqual({
      changed: true,
      subject: { __typename: kind },
    });
    expect((await api.run(remove, { input: { subject: { id }, alias: 'new' } })).removeAlias.changed).toBe(false);
    expect((await rename(kind, 'other', 'new')).warnings).toHaveLength(1);
    expect((await found(kind, 'old')).id).toBe(id);
    expect((await found(kind, 'new')).id).not.toBe(id);
  });

  test('P31 the present name wins over an alias: what another client made anew by the old name is found', async () => {
    await kinds[kind].make('first');
    await rename(kind, 'first', 'second');
    const inserts: Record<Kind, string> = {
      Process: `insert into process (process_name, schedule_frequency_id) values ('first', 0)`,
      Source: `insert into source_lkup (source_name) values ('first')`,
      SourceObject: `insert into source_object_lkup (source_id, source_object_name) select source_id, 'first' from source_lkup where source_name = 'home'`,
      SourceObjectAttribute: `insert into source_object_attribute_lkup (source_object_id, source_object_attribute_name) select source_object_id, 'first' from source_object_lkup where source_object_name = 'place'`,
      Location: `insert into location_lkup (location_name, location_path, location_type_id) select 'first', '/elsewhere', min(location_type_id) from location_type_lkup`,
    };
    await api.sql(inserts[kind]);
    expect((await found(kind, 'first')).name).toBe('first');
    expect((await found(kind, 'second')).aliases).toEqual(['first']);
  });

  test('P31 of ten that take one name at once, one gets it', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `racer ${i}`);
    for (const name of names) await kinds[kind].make(name);
    const results = await Promise.all(
      names.map((name) => api.execute(renaming(kind), { input: { ...kinds[kind].telling(name), newName: 'winner' } })),
    );
    const failed = results.flatMap(({ errors }) => errors ?? []).map(({ originalError }) => originalError);
    expect(failed).toHaveLength(9);
    for (const error of failed) expect(error).toMatchObject({ code: 'CONFLICT', details: { argument: 'input.newName' } });
    expect((await found(kind, 'winner')).aliases).toHaveLength(1);
  });

  test('P31 is retired and restored: hidden from lists unless asked for, found by name and id, in the history with actor and reason', async () => {
    await kinds[kind].make('pensioner');
    const { id } = await found(kind, 'pensioner');
    const plural = {
      Process: 'processes',
      Source: 'sources',
      SourceObject: 'sourceObjects',
      SourceObjectAttribute: 'sourceObjectAttributes',
      Location: 'locations',
    }[kind];
    const listed = async (more = '') =>
      (await api.run(`{ ${plural}(first: 500${more}) { nodes { name } } }`))[plural].nodes.filter(
        ({ name }: { name: string }) => name === 'pensioner',
      ).length;
    expect(await listed()).toBe(1);
    await events(kind);
    const retire = 'mutation ($input: RetireInput!) { retire(input: $input) { changed subject { __typename ... on Node { id } } } }';
    expect((await api.run(retire, { input: { subject: { id }, reason: 'sold' } }, { actor: 'ben' })).retire).toEqual({
      changed: true,
      subject: { __typename: kind, id },
    });
    expect((await api.run(retire, { input: { subject: kinds[kind].telling('pensioner') } })).retire.changed).toBe(false);
    expect(await events(kind)).toEqual([
      { field: 'retiredAt', was: null, now: expect.stringMatching(/^\d{4}-/), actor: 'ben', reason: 'sold', name: 'pensioner' },
    ]);
    expect([await listed(), await listed(', includeRetired: true')]).toEqual([0, 1]);
    expect((await found(kind, 'pensioner')).id).toBe(id);
    const { node } = await api.run(`query ($id: ID!) { node(id: $id) { ... on ${kind} { retiredAt } } }`, { id });
    expect(node.retiredAt).toMatch(/Z$/);
    const restore = 'mutation ($input: RestoreInput!) { restore(input: $input) { changed } }';
    expect((await api.run(restore, { input: { subject: { id } } })).restore.changed).toBe(true);
    expect((await api.run(restore, { input: { subject: { id } } })).restore.changed).toBe(false);
    expect(await listed()).toBe(1);
    expect(await refused(retire, { input: { subject: { id: Buffer.from(`${kind}:999999`).toString('base64url') } } })).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.subject.id' },
    });
  });
});

describe('registration', () => {
  /** Gives a source, its object `table` and the attribute `a` of that new names. */
  const renameTable = async (source: string, newName: string) => {
    const run = (kind: Kind, input: object) => api.run(renaming(kind), { input });
    await run('Source', { source: { name: source }, newName });
    await run('SourceObject', { object: { source: newName, name: 'table' }, newName: 'relation' });
    await run('SourceObjectAttribute', { attribute: { source: newName, object: 'relation', name: 'a' }, newName: 'alpha' });
  };

  test('P31 finds what it names by former names too, at each level, and what it says twice adds up', async () => {
    await register({
      name: 'reg',
      sources: [{ name: 'reg in', objects: [{ name: 'table', attributes: [{ name: 'a' }, { name: 'b' }] }] }],
      targets: [{ name: 'reg out', objects: [{ name: 'table', attributes: [{ name: 'c' }] }] }],
    });
    await register({ name: 'reg parent' });
    await rename('Process', 'reg parent', 'reg mother');
    await rename('Process', 'reg', 'reg new');
    await renameTable('reg in', 'reg inward');
    const before = await api.sql(
      'select (select count(*) from process) as p, (select count(*) from source_lkup) as s, (select count(*) from source_object_lkup) as o, (select count(*) from source_object_attribute_lkup) as a',
    );
    const many =
      'mutation ($input: RegisterProcessesInput!) { registerProcesses(input: $input) { results { created process { name } error { message } } } }';
    const processes = [
      {
        name: 'reg',
        description: 'By the old name.',
        dependsOn: [{ process: { name: 'reg parent' } }],
        datasetTypes: ['sales'],
        sources: [
          {
            name: 'reg in',
            description: 'old',
            objects: [
              { name: 'table', attributes: [{ name: 'a', alias: 'x' }, { name: 'alpha', expression: 'x + 1', length: 5 }, { name: 'b' }] },
            ],
          },
          {
            name: 'reg inward',
            type: 'External',
            objects: [{ name: 'relation', description: 'One row each.', attributes: [{ name: 'alpha', decimals: 2 }] }],
          },
        ],
        targets: [{ name: 'reg out', objects: [{ name: 'table', attributes: [{ name: 'c' }] }] }],
        mappings: [{ from: { source: 'reg in', object: 'table', name: 'a' }, to: { source: 'reg out', object: 'table', name: 'c' } }],
      },
      { name: 'reg new', tool: 'cron', contacts: [{ name: 'desk', role: 'owner' }], dependsOn: [{ process: { name: 'reg mother' } }] },
    ];
    for (let time = 0; time < 2; time++)
      expect((await api.run(many, { input: { processes } })).registerProcesses.results).toEqual([
        { created: false, process: { name: 'reg new' }, error: null },
        { created: false, process: { name: 'reg new' }, error: null },
      ]);
    expect(
      await api.run(`{ process(name: "reg") { name description tool { name } aliases contacts { nodes { contact { name } roles } } parents { nodes { process { name } } }
        sources { nodes { name type { name } description } } sourceObjects { nodes { name description } } sourceAttributes { nodes { alias expression attribute { name length decimals } } } } }`),
    ).toEqual({
      process: {
        name: 'reg new',
        description: 'By the old name.',
        tool: { name: 'cron' },
        aliases: ['reg'],
        contacts: { nodes: [{ contact: { name: 'desk' }, roles: ['owner'] }] },
        parents: { nodes: [{ process: { name: 'reg mother' } }] },
        sources: { nodes: [{ name: 'reg inward', type: { name: 'External' }, description: 'old' }] },
        sourceObjects: { nodes: [{ name: 'relation', description: 'One row each.' }] },
        sourceAttributes: {
          nodes: [
            { alias: 'x', expression: 'x + 1', attribute: { name: 'alpha', length: 5, decimals: 2 } },
            { alias: null, expression: null, attribute: { name: 'b', length: null, decimals: null } },
          ],
        },
      },
    });
    expect(
      await api.sql(
        'select (select count(*) from process) as p, (select count(*) from source_lkup) as s, (select count(*) from source_object_lkup) as o, (select count(*) from source_object_attribute_lkup) as a',
      ),
    ).toEqual(before);
  });

  test('P31 what it leaves out is told by present names when the old ones were given', async () => {
    const sources = (...attributes: string[]) => [
      { name: 'left in', objects: [{ name: 'table', attributes: attributes.map((name) => ({ name })) }] },
    ];
    await register({ name: 'left', sources: sources('a', 'b') });
    await renameTable('left in', 'left inward');
    await register({ name: 'left', mode: 'REPLACE', sources: sources('a') });
    const { process } = await api.run('{ process(name: "left") { sourceAttributes { nodes { attribute { name } } } } }');
    expect(process.sourceAttributes.nodes).toEqual([{ attribute: { name: 'alpha' } }]);
  });

  test('P31 an alias of an object may lead into another source', async () => {
    await register({ name: 'near', sources: [{ name: 'near in', objects: [{ name: 'table', attributes: [{ name: 'a' }] }] }] });
    await renameTable('near in', 'near inward');
    await kinds.Source.make('far in');
    await api.sql(`insert into source_object_alias (source_id, name, source_object_id)
      select (select source_id from source_lkup where source_name = 'far in'), 'moved', source_object_id
      from source_object_lkup join source_lkup using (source_id) where source_name = 'near inward' and source_object_name = 'relation'`);
    await register({ name: 'reg far', sources: [{ name: 'far in', objects: [{ name: 'moved', attributes: [{ name: 'a' }] }] }] });
    expect(
      await api.run(
        '{ process(name: "reg far") { sources { nodes { name } } sourceAttributes { nodes { attribute { name } } } } sourceObject(source: "far in", name: "moved") { name source { name } } }',
      ),
    ).toEqual({
      process: { sources: { nodes: [{ name: 'near inward' }] }, sourceAttributes: { nodes: [{ attribute: { name: 'alpha' } }] } },
      sourceObject: { name: 'relation', source: { name: 'near inward' } },
    });
  });

  test('P31 while names change to and fro, registrations by either name neither fail nor make rows', async () => {
    const input = (i: number) => ({
      name: `swinger ${i}`,
      sources: [{ name: i % 2 ? 'swing in' : 'swing in 2', objects: [{ name: 'o' }] }],
    });
    await register({ name: 'swing 2', sources: input(0).sources });
    await register(input(0));
    await rename('Process', 'swing 2', 'swing');
    await rename('Source', 'swing in 2', 'swing in');
    let over = false;
    const renaming = (async () => {
      for (let i = 0; i < 8; i++) {
        const [was, becomes] = i % 2 ? [' 2', ''] : ['', ' 2'];
        await rename('Source', `swing in${was}`, `swing in${becomes}`);
        await rename('Process', `swing${was}`, `swing${becomes}`);
        // A pause as people make: a registration is tried again, but not for ever.
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      over = true;
    })();
    const registering = Array.from({ length: 4 }, async (_, i) => {
      while (!over) await register(i ? input(i) : { name: 'swing 2', sources: input(i).sources });
    });
    await Promise.all([renaming, ...registering]);
    const [rows] = await api.sql(
      `select (select count(*)::int from process where process_name like 'swing%') as processes, (select count(*)::int from source_lkup where source_name like 'swing%') as sources`,
    );
    expect(rows).toEqual({ processes: 5, sources: 1 });
  });
});

describe('what is retired', () => {
  const retire = (subject: object) =>
    api.run('mutation ($input: RetireInput!) { retire(input: $input) { changed } }', { input: { subject } });
  const restore = (subject: object) =>
    api.run('mutation ($input: RestoreInput!) { restore(input: $input) { changed } }', { input: { subject } });
  const registration = 'mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }';

  /** A process that reads two attributes of a source, and a location. */
  const create = async (name: string) => {
    await register({ name, sources: [{ name: `${name} in`, objects: [{ name: 'o', attributes: [{ name: 'a' }, { name: 'b' }] }] }] });
    await api.run('mutation ($name: String!, $path: String!) { createLocation(input: { name: $name, path: $path }) { created } }', {
      name: `${name} location`,
      path: `/${name}`,
    });
  };

  test('P31 gets no new links from Waybill, at any granularity; those it has stay, and so do its readers', async () => {
    await create('ret');
    await retire({ source: { name: 'ret in' } });
    const lines = {
      code: 'CONFLICT',
      message: expect.stringMatching(/Source "ret in" is retired.*restore/),
      details: { kind: 'Source', value: 'ret in' },
    };
    expect(await refused(registration, { input: { name: 'ret 2', sources: [{ name: 'ret in' }] } })).toMatchObject(lines);
    expect(
      await refused(registration, { input: { name: 'ret 2', targets: [{ name: 'ret in', objects: [{ name: 'o' }] }] } }),
    ).toMatchObject(lines);
    expect(
      await refused(registration, {
        input: { name: 'ret 2', sources: [{ name: 'ret in', objects: [{ name: 'o', attributes: [{ name: 'a' }] }] }] },
      }),
    ).toMatchObject(lines);
    expect(
      await refused(registration, { input: { name: 'ret 2', sources: [{ name: 'ret in', objects: [{ name: 'new' }] }] } }),
    ).toMatchObject(lines);
    expect(await refused('mutation { createSourceObject(input: { source: { name: "ret in" }, name: "x" }) { created } }')).toMatchObject(
      lines,
    );
    expect(
      await refused(
        'mutation { linkLocation(input: { subject: { source: { name: "ret in" } }, location: { name: "ret location" } }) { changed } }',
      ),
    ).toMatchObject(lines);
    // Saying again what is there adds nothing: a job that runs each night goes on.
    expect(
      (await register({ name: 'ret', sources: [{ name: 'ret in', objects: [{ name: 'o', attributes: [{ name: 'a' }] }] }] }))
        .registerProcess.created,
    ).toBe(false);
    expect(
      await api.run(
        '{ process(name: "ret") { sources { nodes { name retiredAt } } sourceObjects { nodes { name } } lineage(direction: UPSTREAM) { nodes { subjectId } } } }',
      ),
    ).toMatchObject({
      process: {
        sources: { nodes: [{ name: 'ret in', retiredAt: expect.any(String) }] },
        sourceObjects: { nodes: [{ name: 'o' }] },
        lineage: { nodes: { length: 2 } },
      },
    });
    await restore({ source: { name: 'ret in' } });
    await register({ name: 'ret 2', sources: [{ name: 'ret in' }] });
  });

  test('P31 objects, attributes, locations and processes too; other clients go on', async () => {
    await create('pen');
    await register({ name: 'pen child' });
    await api.run('mutation { createContact(input: { name: "pen contact" }) { created } }');
    await retire({ attribute: { source: 'pen in', object: 'o', name: 'b' } });
    expect(
      await refused(registration, {
        input: { name: 'pen 3', sources: [{ name: 'pen in', objects: [{ name: 'o', attributes: [{ name: 'b' }] }] }] },
      }),
    ).toMatchObject({ code: 'CONFLICT', details: { kind: 'SourceObjectAttribute', value: 'b' } });
    await retire({ object: { source: 'pen in', name: 'o' } });
    expect(
      await refused(registration, {
        input: { name: 'pen 3', sources: [{ name: 'pen in', objects: [{ name: 'o', attributes: [{ name: 'a' }] }] }] },
      }),
    ).toMatchObject({ code: 'CONFLICT', details: { kind: 'SourceObject', value: 'o' } });
    await retire({ location: { name: 'pen location' } });
    expect(
      await refused(
        'mutation { linkLocation(input: { subject: { source: { name: "pen in" } }, location: { name: "pen location" } }) { changed } }',
      ),
    ).toMatchObject({
      code: 'CONFLICT',
      details: { kind: 'Location' },
    });
    await retire({ process: { name: 'pen' } });
    const process = (argument: string) => ({ code: 'CONFLICT', details: { kind: 'Process', value: 'pen', argument } });
    expect(await refused(registration, { input: { name: 'pen' } })).toMatchObject(process('input.name'));
    expect(await refused(registration, { input: { name: 'pen child', dependsOn: [{ process: { name: 'pen' } }] } })).toMatchObject(
      process('input.dependsOn.0.process.name'),
    );
    const { id } = await found('Process', 'pen');
    expect(
      await refused('mutation ($id: ID!) { linkContact(input: { subject: { id: $id }, contact: { name: "pen contact" } }) { changed } }', {
        id,
      }),
    ).toMatchObject({ code: 'CONFLICT', details: { kind: 'Process', value: id, name: 'pen', argument: 'input.subject.id' } });
    await api.sql(
      `insert into process_dependency (parent_process_id, child_process_id) select p.process_id, c.process_id from process p, process c where p.process_name = 'pen' and c.process_name = 'pen child'`,
    );
    await restore({ id });
    expect((await register({ name: 'pen child', dependsOn: [{ process: { name: 'pen' } }] })).registerProcess.created).toBe(false);
  });
});

test('P31 each kind is refused new links, also where it is the only retired record of the store', async () => {
  const own = await openApi('only_retired');
  try {
    const registration = (more: string) => `mutation { registerProcess(input: { name: "other", ${more} }) { created } }`;
    await own.run(`mutation { registerProcess(input: { name: "p", sources: [{ name: "s", objects: [{ name: "o", attributes: [{ name: "a" }] }] }] }) { created }
      createLocation(input: { name: "l", path: "/l" }) { created } }`);
    const kinds: [kind: string, target: string, link: string, argument: string][] = [
      ['Process', 'process: { name: "p" }', registration('dependsOn: [{ process: { name: "p" } }]'), 'input.dependsOn.0.process.name'],
      ['Source', 'source: { name: "s" }', registration('sources: [{ name: "s" }]'), 'input.sources.0.name'],
      [
        'SourceObject',
        'object: { source: "s", name: "o" }',
        registration('sources: [{ name: "s", objects: [{ name: "o" }] }]'),
        'input.sources.0.objects.0.name',
      ],
      [
        'SourceObjectAttribute',
        'attribute: { source: "s", object: "o", name: "a" }',
        registration('sources: [{ name: "s", objects: [{ name: "o", attributes: [{ name: "a" }] }] }]'),
        'input.sources.0.objects.0.attributes.0.name',
      ],
      [
        'Location',
        'location: { name: "l" }',
        'mutation { linkLocation(input: { subject: { source: { name: "s" } }, location: { name: "l" } }) { changed } }',
        'input.location.name',
      ],
    ];
    for (const [kind, target, link, argument] of kinds) {
      await own.run(`mutation { retire(input: { subject: { ${target} } }) { changed } }`);
      const { errors } = await own.execute(link);
      expect([kind, errors?.[0]?.originalError]).toMatchObject([kind, { code: 'CONFLICT', details: { kind, argument } }]);
      await own.run(`mutation { restore(input: { subject: { ${target} } }) { changed } }`);
    }
    for (const [, , link] of kinds) await own.run(link);
  } finally {
    await own.close();
  }
});

test('P31 several changes in one request: each answers what is there after it', async () => {
  await api.run('mutation { createSource(input: { name: "changed twice", description: "new" }) { created } }');
  const change = (description: string) =>
    `updateSource(input: { source: { name: "changed twice" }, description: "${description}" }) { source { description } }`;
  expect(await api.run(`mutation { a: ${change('once')} b: ${change('twice')} }`)).toEqual({
    a: { source: { description: 'once' } },
    b: { source: { description: 'twice' } },
  });
});

describe('deleting', () => {
  const remove = (kind: Kind) =>
    `mutation ($input: Delete${kind}Input!) { delete${kind}(input: $input) { name deleted cascades { by count } blockedBy { by count } } }`;

  test('P31 a process goes with its links, in the history with actor and reason; what it read stays', async () => {
    const input = {
      name: 'del',
      contacts: [{ name: 'del desk', role: 'owner' }],
      datasetTypes: ['del type'],
      dependsOn: [{ process: { name: 'del parent' } }],
      sources: [{ name: 'del in', objects: [{ name: 'o', attributes: [{ name: 'a' }, { name: 'b' }] }] }],
      targets: [{ name: 'del out' }],
    };
    await register({ name: 'del parent' });
    await register(input);
    await rename('Process', 'del', 'del 2');
    const goes = [
      { by: 'ProcessAlias', count: 1 },
      { by: 'ProcessContact', count: 1 },
      { by: 'ProcessDatasetType', count: 1 },
      { by: 'ProcessDependency', count: 1 },
      { by: 'ProcessSource', count: 1 },
      { by: 'ProcessSourceAttribute', count: 2 },
      { by: 'ProcessSourceObject', count: 1 },
      { by: 'ProcessTarget', count: 1 },
    ];
    expect((await api.run(remove('Process'), { input: { process: { name: 'del 2' }, dryRun: true } })).deleteProcess).toEqual({
      name: 'del 2',
      deleted: false,
      cascades: goes,
      blockedBy: [],
    });
    expect(await found('Process', 'del 2')).not.toBeNull();
    await events('Process');
    expect(
      (await api.run(remove('Process'), { input: { process: { name: 'del 2' }, reason: 'gone' } }, { actor: 'ben' })).deleteProcess,
    ).toEqual({
      name: 'del 2',
      deleted: true,
      cascades: goes,
      blockedBy: [],
    });
    expect(await events('Process')).toEqual(
      expect.arrayContaining([
        { field: 'deleted', was: 'del 2', now: null, actor: 'ben', reason: 'gone', name: 'del 2' },
        expect.objectContaining({ field: 'sourceAttributes', was: '["del in.o.a", "del in.o.b"]', now: null, actor: 'ben', name: 'del 2' }),
      ]),
    );
    expect(await found('Process', 'del')).toBeNull();
    expect((await found('Source', 'del in')).name).toBe('del in');
    // The name is free again.
    expect((await register({ name: 'del' })).registerProcess.created).toBe(true);
  });

  test('P31 what is used stays: CONFLICT with counts, told before by a dry run', async () => {
    await register({ name: 'use', sources: [{ name: 'use in', objects: [{ name: 'o', attributes: [{ name: 'a' }] }] }] });
    await register({ name: 'use child', dependsOn: [{ process: { name: 'use' } }] });
    await api.sql(`insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, process_run_actor_id, is_latest_run)
      select process_id, 2, 1, now(), (select min(actor_id) from actor_lkup), true from process where process_name = 'use'`);
    const uses = async (kind: Kind, input: object) => {
      const { code, details } = await refused(remove(kind), { input });
      const [preview] = Object.values(await api.run(remove(kind), { input: { ...input, dryRun: true } }));
      expect(preview).toMatchObject({ deleted: false, blockedBy: details.blockedBy });
      expect(code).toBe('CONFLICT');
      return details.blockedBy;
    };
    expect(await uses('Process', { process: { name: 'use' } })).toEqual([
      { by: 'ProcessDependency', count: 1 },
      { by: 'Run', count: 1 },
    ]);
    expect(await uses('Source', { source: { name: 'use in' } })).toEqual([
      { by: 'ProcessSource', count: 1 },
      { by: 'SourceObject', count: 1 },
    ]);
    expect(await uses('SourceObject', { object: { source: 'use in', name: 'o' } })).toEqual([
      { by: 'ProcessSourceAttribute', count: 1 },
      { by: 'ProcessSourceObject', count: 1 },
    ]);
    expect(await uses('SourceObjectAttribute', { attribute: { source: 'use in', object: 'o', name: 'a' } })).toEqual([
      { by: 'ProcessSourceAttribute', count: 1 },
    ]);
    await api.run(
      'mutation { createLocation(input: { name: "use location", path: "/use" }) { created } linkLocation(input: { subject: { source: { name: "use in" } }, location: { name: "use location" } }) { changed } }',
    );
    await api.sql(
      `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time) select 'f.csv', location_id, now() from location_lkup where location_name = 'use location'`,
    );
    expect(await uses('Location', { location: { name: 'use location' } })).toEqual([{ by: 'File', count: 1 }]);
    expect(await refused(remove('Location'), { input: { location: { name: 'nowhere' } } })).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: 'input.location.name' },
    });
  });

  test('P31 an object goes with its attributes, a source when its objects are gone, a location with its links', async () => {
    await register({ name: 'keeper', sources: [{ name: 'kept', objects: [{ name: 'o' }] }] });
    await api.run(`mutation { a: createSourceObjectAttribute(input: { object: { source: "kept", name: "o" }, name: "z" }) { created } b: createSource(input: { name: "empty" }) { created }
      c: createSourceObject(input: { source: { name: "empty" }, name: "e" }) { created } d: createSourceObjectAttribute(input: { object: { source: "empty", name: "e" }, name: "1" }) { created }
      e: createSourceObjectAttribute(input: { object: { source: "empty", name: "e" }, name: "2" }) { created } f: createLocation(input: { name: "shed", path: "/shed" }) { created }
      g: linkLocation(input: { subject: { object: { source: "empty", name: "e" } }, location: { name: "shed" } }) { changed } h: linkLocation(input: { subject: { source: { name: "empty" } }, location: { name: "shed" } }) { changed }
      i: updateSourceObjectAttribute(input: { attribute: { source: "empty", object: "e", name: "1" }, newName: "one" }) { warnings } }`);
    expect(
      (await api.run(remove('SourceObjectAttribute'), { input: { attribute: { source: 'kept', object: 'o', name: 'z' } } }))
        .deleteSourceObjectAttribute.deleted,
    ).toBe(true);
    expect((await api.run(remove('SourceObject'), { input: { object: { source: 'empty', name: 'e' } } })).deleteSourceObject).toEqual({
      name: 'e',
      deleted: true,
      cascades: [
        { by: 'SourceObjectAttribute', count: 2 },
        { by: 'SourceObjectAttributeAlias', count: 1 },
        { by: 'SourceObjectLocation', count: 1 },
      ],
      blockedBy: [],
    });
    expect((await api.run(remove('Location'), { input: { location: { name: 'shed' } } })).deleteLocation).toMatchObject({
      deleted: true,
      cascades: [{ by: 'SourceLocation', count: 1 }],
    });
    expect((await api.run(remove('Source'), { input: { source: { name: 'empty' } } })).deleteSource).toMatchObject({
      deleted: true,
      cascades: [],
    });
    expect(await found('Source', 'empty')).toBeNull();
  });

  test('P31 a deletion against links that come at the same time: either is told, and nothing hangs in the air', async () => {
    for (let round = 0; round < 15; round++) {
      const name = `contested ${round}`;
      await kinds.Source.make(name);
      const [removed, ...registered] = await Promise.all([
        api.execute(remove('Source'), { input: { source: { name } } }),
        ...[1, 2, 3].map((i) =>
          api.execute('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
            input: { name: `contender ${i}`, sources: [{ name }] },
          }),
        ),
      ]);
      expect(registered.flatMap(({ errors }) => errors ?? [])).toEqual([]);
      for (const error of removed.errors ?? []) expect(error.originalError).toMatchObject({ code: 'CONFLICT' });
      const [links] = await api.sql(
        `select count(*)::int as count from process_source join source_lkup using (source_id) where source_name = $1`,
        [name],
      );
      expect(links!.count).toBe(3);
    }
  });
});

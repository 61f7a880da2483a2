import { openApi, type Api } from '../support/api.js';

let api: Api;
let ids: Record<'process' | 'source' | 'object' | 'attribute', string>;
beforeAll(async () => {
  api = await openApi('contacts');
  ids = await register('Load', 'in', 'out');
  for (const name of ['Night shift', 'Data desk'])
    await api.run('mutation ($name: String!) { createContact(input: { name: $name }) { created } }', { name });
});
afterAll(() => api.close());

/** The ids of a new process and of the source, the object and the attribute that it reads. */
async function register(name: string, source: string, target: string) {
  const { process } = (
    await api.run(
      `mutation ($name: String!, $source: String!, $target: String!) { registerProcess(input: {
        name: $name, sources: [{ name: $source, objects: [{ name: "file", attributes: [{ name: "key" }] }] }], targets: [{ name: $target }]
      }) { process { id sources { nodes { id } } sourceObjects { nodes { id } } sourceAttributes { nodes { attribute { id } } } } } }`,
      { name, source, target },
    )
  ).registerProcess;
  return {
    process: process.id,
    source: process.sources.nodes[0].id,
    object: process.sourceObjects.nodes[0].id,
    attribute: process.sourceAttributes.nodes[0].attribute.id,
  };
}

const link = 'mutation ($input: LinkContactInput!) { linkContact(input: $input) { changed contact { name } subject { __typename } } }';
const unlink = 'mutation ($input: UnlinkContactInput!) { unlinkContact(input: $input) { changed } }';

test('P50 a contact is created, changed, and found by its new e-mail', async () => {
  await api.run('mutation { createContact(input: { name: "Desk", email: "desk@example.org" }) { created } }');
  const changed = await api.run(
    'mutation { updateContact(input: { contact: { name: "Desk" }, email: "new-desk@example.org" }) { contact { name email } } }',
  );
  expect(changed.updateContact.contact).toEqual({ name: 'Desk', email: 'new-desk@example.org' });
  await api.run('mutation { updateContact(input: { contact: { name: "Desk" }, email: null }) { contact { email } } }');
  expect((await api.run('{ contact(name: "Desk") { email } }')).contact).toEqual({ email: null });
});

test('a contact has a phone, a chat, a pager and a page beside its mailbox, which two may share', async () => {
  const values = {
    email: 'shared@example.org',
    phone: '+1 555 0100',
    chat: '#night',
    pager: 'night-shift',
    url: 'https://oncall.example.org',
  };
  const create = `mutation ($input: CreateContactInput!) {
    createContact(input: $input) { created contact { email phone chat pager url } }
  }`;
  const update = 'mutation ($input: UpdateContactInput!) { updateContact(input: $input) { contact { email phone chat pager url } } }';
  for (const name of ['Night', 'Day'])
    expect((await api.run(create, { input: { name, ...values } })).createContact).toEqual({ created: true, contact: values });
  expect((await api.run(create, { input: { name: 'Night', ...values } })).createContact).toEqual({ created: false, contact: values });
  const secret = 'https://bot:geheim@chat.example.org';
  for (const field of ['chat', 'pager'])
    await expect(api.run(update, { input: { contact: { name: 'Night' }, [field]: secret } })).rejects.toMatchObject({
      code: 'INVALID',
      details: { argument: `input.${field}`, value: secret.replace('geheim', '***') },
    });
  const registration = { name: 'with a contact', type: 'Load', tool: 'dbt', contacts: [{ name: 'Night', chat: secret }] };
  await expect(
    api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', { input: registration }),
  ).rejects.toMatchObject({ code: 'INVALID', details: { argument: 'input.contacts.0.chat' } });
  const cleared = await api.run(update, { input: { contact: { name: 'Night' }, pager: null, url: null, chat: '#nights' } });
  expect(cleared.updateContact.contact).toEqual({ ...values, pager: null, url: null, chat: '#nights' });
  const [{ history }] = (
    await api.run('{ contacts(where: { chat: { eq: "#nights" } }) { nodes { history { nodes { field from to } } } } }')
  ).contacts.nodes;
  expect(history.nodes).toEqual(
    expect.arrayContaining([
      { field: 'chat', from: '#night', to: '#nights' },
      { field: 'pager', from: 'night-shift', to: null },
      { field: 'url', from: values.url, to: null },
    ]),
  );
  const input = { contact: { name: 'Day' } };
  for (const [field, value] of [
    ['url', 'javascript:alert(1)'],
    ['url', 'https://me:***@host/'],
    ['phone', ' '],
    ['pager', ''],
  ] as const) {
    const { errors } = await api.execute(update, { input: { ...input, [field]: value.replace('***', 'secret') } });
    expect(errors![0]!.originalError).toMatchObject({ code: 'INVALID', details: { argument: `input.${field}`, value } });
  }
});

test.each(['process', 'source', 'object', 'attribute'] as const)(
  'P50 a contact is linked to a %s in two roles, and unlinked',
  async (level) => {
    const subject = ids[level];
    const roles = async () => {
      const { node } = await api.run(
        `query ($id: ID!) { node(id: $id) { ... on Process { contacts { nodes { roles contact { name } } } } ... on Source { contacts { nodes { roles contact { name } } } }
        ... on SourceObject { contacts { nodes { roles contact { name } } } } ... on SourceObjectAttribute { contacts { nodes { roles contact { name } } } } } }`.replaceAll(
          '... on Process { contacts',
          '... on Process { own: contacts',
        ),
        { id: subject },
      );
      return (node.own ?? node.contacts).nodes;
    };
    const input = { subject: { id: subject }, contact: { name: 'Night shift' } };
    expect((await api.run(link, { input: { ...input, role: 'owner' } })).linkContact).toMatchObject({
      changed: true,
      contact: { name: 'Night shift' },
    });
    expect((await api.run(link, { input: { ...input, role: 'on call' } })).linkContact.changed).toBe(true);
    expect((await api.run(link, { input: { ...input, role: 'on call' } })).linkContact.changed).toBe(false);
    // With a role it is linked already.
    expect((await api.run(link, { input })).linkContact.changed).toBe(false);
    expect(await roles()).toEqual([{ contact: { name: 'Night shift' }, roles: ['on call', 'owner'] }]);
    expect((await api.run(unlink, { input: { ...input, role: 'owner' } })).unlinkContact.changed).toBe(true);
    expect(await roles()).toEqual([{ contact: { name: 'Night shift' }, roles: ['on call'] }]);
    expect((await api.run(unlink, { input: { ...input, role: 'owner' } })).unlinkContact.changed).toBe(false);
    // With its last role the link is removed.
    expect((await api.run(unlink, { input: { ...input, role: 'on call' } })).unlinkContact.changed).toBe(true);
    expect(await roles()).toEqual([]);
    // Also one that was there before it had a role.
    expect((await api.run(link, { input })).linkContact.changed).toBe(true);
    expect((await api.run(unlink, { input: { ...input, role: 'owner' } })).unlinkContact.changed).toBe(false);
    expect(await roles()).toEqual([{ contact: { name: 'Night shift' }, roles: [] }]);
    await api.run(link, { input: { ...input, role: 'owner' } });
    expect((await api.run(unlink, { input: { ...input, role: 'owner' } })).unlinkContact.changed).toBe(true);
    expect(await roles()).toEqual([]);
    // Without a role, the link with all its roles.
    for (const role of ['owner', 'on call']) await api.run(link, { input: { ...input, role } });
    expect((await api.run(unlink, { input })).unlinkContact.changed).toBe(true);
    expect((await api.run(unlink, { input })).unlinkContact.changed).toBe(false);
    expect(await roles()).toEqual([]);
    // Two callers that remove the last two roles at once leave no link, and one of another contact is left alone.
    await api.run(link, { input: { ...input, contact: { name: 'Data desk' } } });
    for (let round = 0; round < 10; round++) {
      for (const role of ['owner', 'on call']) await api.run(link, { input: { ...input, role } });
      await Promise.all(['owner', 'on call'].map((role) => api.run(unlink, { input: { ...input, role } })));
      expect(await roles()).toEqual([{ contact: { name: 'Data desk' }, roles: [] }]);
    }
    await api.run(unlink, { input: { ...input, contact: { name: 'Data desk' } } });
  },
);

test('P50 a contact has each of its subjects once, however many roles it has there', async () => {
  for (const subject of [ids.source, ids.object, ids.attribute])
    for (const role of ['owner', 'on call', 'steward'])
      await api.run(link, { input: { subject: { id: subject }, contact: { name: 'Night shift' }, role } });
  const list = '{ totalCount nodes { name } }';
  expect((await api.run(`{ contact(name: "Night shift") { sources ${list} objects ${list} attributes ${list} } }`)).contact).toEqual({
    sources: { totalCount: 1, nodes: [{ name: 'in' }] },
    objects: { totalCount: 1, nodes: [{ name: 'file' }] },
    attributes: { totalCount: 1, nodes: [{ name: 'key' }] },
  });
  for (const subject of [ids.source, ids.object, ids.attribute])
    await api.run(unlink, { input: { subject: { id: subject }, contact: { name: 'Night shift' } } });
});

test('P50 an unknown contact, an unknown subject and an id of another type are told', async () => {
  const failure = async (input: object) => (await api.execute(link, { input })).errors![0]!.originalError;
  expect(await failure({ subject: { process: { name: 'Load' } }, contact: { name: 'Nobody' } })).toMatchObject({
    code: 'NOT_FOUND',
    details: { argument: 'input.contact.name', value: 'Nobody' },
  });
  const { tool } = (await api.run('mutation { createTool(input: { name: "t" }) { tool { id } } }')).createTool;
  expect(await failure({ subject: { id: tool.id }, contact: { name: 'Data desk' } })).toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.subject.id', allowed: ['Process', 'Source', 'SourceObject', 'SourceObjectAttribute'] },
  });
  const gone = Buffer.from('Process:999999').toString('base64url');
  expect(await failure({ subject: { id: gone }, contact: { name: 'Data desk' } })).toMatchObject({ code: 'NOT_FOUND' });
});

test('P32 the contacts of a process are its own, its sources and its targets, each once an origin, with roles', async () => {
  const own = await register('Many contacts', 'asked', 'filled');
  await api.run(link, { input: { subject: { id: own.process }, contact: { name: 'Data desk' }, role: 'owner' } });
  await api.run(link, { input: { subject: { source: { name: 'asked' } }, contact: { name: 'Data desk' }, role: 'steward' } });
  await api.run(link, {
    input: { subject: { object: { qualifiedName: 'asked.file' } }, contact: { name: 'Night shift' }, role: 'on call' },
  });
  await api.run(
    'mutation { registerProcess(input: { name: "Many contacts", targets: [{ name: "filled", contacts: [{ name: "Data desk" }] }] }) { created } }',
  );
  const { process } = await api.run(
    '{ process(name: "Many contacts") { contacts { totalCount nodes { origin roles contact { name } source { name } object { name } } } } }',
  );
  expect(process.contacts).toEqual({
    totalCount: 4,
    nodes: [
      { origin: 'PROCESS', roles: ['owner'], contact: { name: 'Data desk' }, source: null, object: null },
      { origin: 'SOURCE', roles: ['steward'], contact: { name: 'Data desk' }, source: { name: 'asked' }, object: null },
      { origin: 'SOURCE', roles: ['on call'], contact: { name: 'Night shift' }, source: { name: 'asked' }, object: { name: 'file' } },
      { origin: 'TARGET', roles: [], contact: { name: 'Data desk' }, source: { name: 'filled' }, object: null },
    ],
  });
  const pages: string[] = [];
  for (let after: string | null = null; ;) {
    const page: any = (
      await api.run(
        'query ($after: String) { process(name: "Many contacts") { contacts(first: 1, after: $after) { nodes { origin } pageInfo { endCursor hasNextPage } } } }',
        { after },
      )
    ).process.contacts;
    pages.push(...page.nodes.map(({ origin }: { origin: string }) => origin));
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  expect(pages).toEqual(['PROCESS', 'SOURCE', 'SOURCE', 'TARGET']);
});

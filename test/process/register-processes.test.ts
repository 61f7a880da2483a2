import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeEach(async () => {
  api = await openApi('registration');
});
afterEach(() => api.close());

const register = `mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created process { id name type { name } } } }`;

const input = {
  name: 'Load Teams',
  type: 'Load',
  tool: 'cron',
  scheduleFrequency: 'daily',
  description: 'Loads the teams.',
  sources: [
    {
      name: 'files',
      type: 'Internal',
      objects: [
        {
          name: 'teams.csv',
          attributes: [
            { name: 'id', dataType: 'integer', isKey: true, ordinal: 1 },
            { name: 'name', dataType: 'text', ordinal: 2, alias: 'team' },
          ],
        },
        { name: 'extra.csv' },
      ],
      contacts: [{ name: 'Data desk', email: 'data-desk@example.org', role: 'owner' }],
    },
    { name: 'ftp' },
  ],
  targets: [
    {
      name: 'warehouse',
      type: 'Database',
      objects: [{ name: 'teams', attributes: [{ name: 'id' }], contacts: [{ name: 'Warehouse team', role: 'steward' }] }],
    },
  ],
  contacts: [
    { name: 'Night shift', email: 'night@example.org', role: 'on call' },
    { name: 'Night shift', role: 'owner' },
  ],
};

test('registers a process with everything it names, once', async () => {
  const first = await api.run(register, { input });
  expect(first.registerProcess).toMatchObject({ created: true, process: { name: 'Load Teams', type: { name: 'Load' } } });
  const counts = () =>
    api.sql(`select (select count(*) from process_tracker.process) p, (select count(*) from process_tracker.source_object_attribute_lkup) a,
      (select count(*) from process_tracker.process_source) s, (select count(*) from process_tracker.process_source_object) so, (select count(*) from process_tracker.status_event) e,
      (select sum(row_version) from process_tracker.process) v`);
  const before = await counts();
  const second = await api.run(register, { input });
  expect(second.registerProcess).toEqual({ ...first.registerProcess, created: false });
  expect(await counts()).toEqual(before);
});

test('answers what was registered', async () => {
  await api.run(register, { input });
  const data = await api.run(`{ process(name: "Load Teams") {
    name description scheduleFrequency { name } tool { name } createdBy { name } rowVersion
    sources { nodes { name type { name } } } targets { nodes { name } }
    sourceObjects { nodes { name source { name } } } targetObjects { nodes { name } }
    sourceAttributes { totalCount nodes { alias attribute { name isKey dataType { name } object { name } } } }
    targetAttributes { nodes { attribute { name } } }
    contacts { nodes { origin roles contact { name email } source { name } object { name } } }
  } }`);
  expect(data).toMatchInlineSnapshot(`
   {
     "process": {
       "contacts": {
         "nodes": [
           {
             "contact": {
               "email": "night@example.org",
               "name": "Night shift",
             },
             "object": null,
             "origin": "PROCESS",
             "roles": [
               "on call",
               "owner",
             ],
             "source": null,
           },
           {
             "contact": {
               "email": "data-desk@example.org",
               "name": "Data desk",
             },
             "object": null,
             "origin": "SOURCE",
             "roles": [
               "owner",
             ],
             "source": {
               "name": "files",
             },
           },
           {
             "contact": {
               "email": null,
               "name": "Warehouse team",
             },
             "object": {
               "name": "teams",
             },
             "origin": "TARGET",
             "roles": [
               "steward",
             ],
             "source": {
               "name": "warehouse",
             },
           },
         ],
       },
       "createdBy": {
         "name": "tester",
       },
       "description": "Loads the teams.",
       "name": "Load Teams",
       "rowVersion": 1,
       "scheduleFrequency": {
         "name": "daily",
       },
       "sourceAttributes": {
         "nodes": [
           {
             "alias": null,
             "attribute": {
               "dataType": {
                 "name": "integer",
               },
               "isKey": true,
               "name": "id",
               "object": {
                 "name": "teams.csv",
               },
             },
           },
           {
             "alias": "team",
             "attribute": {
               "dataType": {
                 "name": "text",
               },
               "isKey": false,
               "name": "name",
               "object": {
                 "name": "teams.csv",
               },
             },
           },
         ],
         "totalCount": 2,
       },
       "sourceObjects": {
         "nodes": [
           {
             "name": "extra.csv",
             "source": {
               "name": "files",
             },
           },
           {
             "name": "teams.csv",
             "source": {
               "name": "files",
             },
           },
         ],
       },
       "sources": {
         "nodes": [
           {
             "name": "files",
             "type": {
               "name": "Internal",
             },
           },
           {
             "name": "ftp",
             "type": {
               "name": "Undefined",
             },
           },
         ],
       },
       "targetAttributes": {
         "nodes": [
           {
             "attribute": {
               "name": "id",
             },
           },
         ],
       },
       "targetObjects": {
         "nodes": [
           {
             "name": "teams",
           },
         ],
       },
       "targets": {
         "nodes": [
           {
             "name": "warehouse",
           },
         ],
       },
       "tool": {
         "name": "cron",
       },
     },
   }
  `);
  expect(
    (await api.jit(`{ processes { totalCount nodes { id name sources { edges { cursor node { name } } } } } }`)).errors,
  ).toBeUndefined();
});

test('lineage goes both ways at object granularity', async () => {
  await api.run(register, { input });
  await api.run(register, {
    input: {
      name: 'Report',
      sources: [{ name: 'warehouse', objects: [{ name: 'teams' }] }],
      targets: [{ name: 'reports' }],
      dependsOn: [{ process: { name: 'Load Teams' } }],
    },
  });
  const data = await api.run(
    `{ sourceObject(source: "warehouse", name: "teams") { lineage(direction: BOTH) { complete truncatedBy visitedNodes frontier nodes { distance subject { __typename ... on Process { name } ... on Source { name } ... on SourceObject { name } } } edges { from to } } } }`,
  );
  expect(data).toMatchInlineSnapshot(`
   {
     "sourceObject": {
       "lineage": {
         "complete": true,
         "edges": [
           {
             "from": "U291cmNlOjI",
             "to": "UHJvY2Vzczox",
           },
           {
             "from": "U291cmNlT2JqZWN0OjE",
             "to": "UHJvY2Vzczox",
           },
           {
             "from": "U291cmNlT2JqZWN0OjI",
             "to": "UHJvY2Vzczox",
           },
           {
             "from": "UHJvY2Vzczox",
             "to": "U291cmNlT2JqZWN0OjM",
           },
           {
             "from": "U291cmNlT2JqZWN0OjM",
             "to": "UHJvY2Vzczoy",
           },
           {
             "from": "UHJvY2Vzczoy",
             "to": "U291cmNlOjQ",
           },
         ],
         "frontier": 0,
         "nodes": [
           {
             "distance": 0,
             "subject": {
               "__typename": "SourceObject",
               "name": "teams",
             },
           },
           {
             "distance": 1,
             "subject": {
               "__typename": "Process",
               "name": "Load Teams",
             },
           },
           {
             "distance": 1,
             "subject": {
               "__typename": "Process",
               "name": "Report",
             },
           },
           {
             "distance": 2,
             "subject": {
               "__typename": "Source",
               "name": "ftp",
             },
           },
           {
             "distance": 2,
             "subject": {
               "__typename": "Source",
               "name": "reports",
             },
           },
           {
             "distance": 2,
             "subject": {
               "__typename": "SourceObject",
               "name": "extra.csv",
             },
           },
           {
             "distance": 2,
             "subject": {
               "__typename": "SourceObject",
               "name": "teams.csv",
             },
           },
         ],
         "truncatedBy": null,
         "visitedNodes": 7,
       },
     },
   }
  `);
});

test('a registration that says one fact of an attribute leaves its others as they are', async () => {
  const facts = {
    dataType: 'decimal',
    length: 9,
    decimals: 2,
    path: 'a.b',
    isKey: true,
    isFilter: true,
    isPartition: true,
    isPii: true,
    defaultText: 'x',
    defaultNumber: '1',
    description: 'Old.',
    ordinal: 4,
  };
  const attribute = (said: object) =>
    api.run(register, {
      input: { name: 'facts', sources: [{ name: 'facts', objects: [{ name: 'o', attributes: [{ name: 'a', ...said }] }] }] },
    });
  await attribute(facts);
  await attribute({ description: 'New.' });
  const { process } = await api.run(
    `{ process(name: "facts") { sourceAttributes { nodes { attribute {
      dataType { name } length decimals path isKey isFilter isPartition isPii defaultText defaultNumber description ordinal } } } } }`,
  );
  expect(process.sourceAttributes.nodes).toEqual([{ attribute: { ...facts, dataType: { name: 'decimal' }, description: 'New.' } }]);
});

test('a registration that names a contact without an e-mail keeps the known one', async () => {
  const email = async () => (await api.run('{ contact(name: "Known desk") { email rowVersion } }')).contact;
  await api.run(register, { input: { name: 'Called', contacts: [{ name: 'Known desk', email: 'known@example.org' }] } });
  const known = await email();
  expect(known).toEqual({ email: 'known@example.org', rowVersion: 1 });
  // At each place where a registration names contacts.
  await api.run(register, { input: { name: 'Called', contacts: [{ name: 'Known desk', role: 'owner' }] } });
  await api.run(register, { input: { name: 'Called', sources: [{ name: 'called', contacts: [{ name: 'Known desk' }] }] } });
  await api.run(register, {
    input: { name: 'Called', targets: [{ name: 'called', objects: [{ name: 'o', contacts: [{ name: 'Known desk', email: null }] }] }] },
  });
  expect(await email()).toEqual(known);
  await api.run(register, { input: { name: 'Called', contacts: [{ name: 'Known desk', email: 'new@example.org' }] } });
  expect(await email()).toEqual({ email: 'new@example.org', rowVersion: 2 });
});

test('each address of a contact is that of the last registration that gave one, and a mailbox may be shared', async () => {
  const first = { email: 'desk@example.org', phone: '+49 30 1', chat: '#desk', pager: 'desk', url: 'https://desk.example.org' };
  const input = {
    name: 'Mailed',
    contacts: [
      { name: 'First desk', ...first },
      { name: 'Second desk', email: first.email },
    ],
  };
  const read = async () =>
    (await api.run('{ contacts(where: { email: { eq: "desk@example.org" } }) { nodes { name email phone chat pager url rowVersion } } }'))
      .contacts.nodes;
  for (const _ of [1, 2]) await api.run(register, { input });
  const second = { name: 'Second desk', email: first.email, phone: null, chat: null, pager: null, url: null, rowVersion: 1 };
  expect(await read()).toEqual([{ name: 'First desk', ...first, rowVersion: 1 }, second]);
  await api.run(register, { input: { name: 'Mailed', contacts: [{ name: 'First desk', pager: 'night', phone: null }] } });
  expect(await read()).toEqual([{ name: 'First desk', ...first, pager: 'night', rowVersion: 2 }, second]);
  const { errors } = await api.execute(register, { input: { name: 'Mailed', contacts: [{ name: 'x' }, { name: 'y', url: 'ftp://y' }] } });
  expect(errors![0]!.originalError).toMatchObject({ code: 'INVALID', details: { argument: 'input.contacts.1.url', value: 'ftp://y' } });
});

import fc from 'fast-check';
import { linkFields } from '../../src/history/link-fields.js';
import { SubjectKind } from '../../src/history/subject-kind.js';
import { openApi, type Api } from '../support/api.js';
import { eventNumber } from '../support/live.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('history_query');
});
afterAll(() => api.close());

const event = 'nodes { field actor origin reason from to added removed }';
const register = (input: object, actor = 'operator') =>
  api
    .run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { process { id databaseId } } }', { input }, { actor })
    .then((data) => data.registerProcess.process as { id: string; databaseId: number });
const historyOf = async (subject: string, args = '') =>
  (
    await api.run(
      `query ($subject: ID) { history(subject: $subject${args}) { totalCount pageInfo { hasNextPage hasPreviousPage endCursor startCursor } ${event} } }`,
      { subject },
    )
  ).history;
const short = (events: any[]) => events.map(({ field, from, to }) => `${field}: ${from} → ${to}`);

test('P31 each change of a process and of its links leaves history: who, when, by what way, from, to', async () => {
  const { id } = await register({
    name: 'load',
    description: 'first',
    sources: [{ name: 'in', objects: [{ name: 'file' }] }],
    contacts: [{ name: 'Desk', role: 'owner' }],
  });
  await register({ name: 'load', description: 'second', targets: [{ name: 'out' }] }, 'ben');
  await api.sql(`update process set description = 'third' where process_name = 'load'`);
  const { node } = await api.run(
    'query ($id: ID!) { node(id: $id) { ... on Process { history { nodes { subjectKind subjectName at id field actor origin from to } } } } }',
    { id },
  );
  const events: any[] = node.history.nodes;
  expect(events.slice(0, 3)).toMatchObject([
    { subjectKind: 'PROCESS', subjectName: 'load', field: 'description', actor: null, origin: 'SQL', from: 'second', to: 'third' },
    { field: 'targets', actor: 'ben', origin: 'API', from: null, to: '["out"]' },
    { field: 'description', actor: 'ben', origin: 'API', from: 'first', to: 'second' },
  ]);
  expect(new Set(events.slice(3).map(({ field, actor }) => `${field} ${actor}`))).toEqual(
    new Set(['created operator', 'sourceObjects operator', 'contacts operator']),
  );
  const numbers = events.map((each) => Number(eventNumber(each.id)));
  expect(numbers).toEqual(numbers.toSorted((a, b) => b - a));
  for (const { at } of events) expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
});

test('P31 an event is found by its id; of API keys no caller sees one', async () => {
  await register({ name: 'with an event' });
  const { history } = await api
    .run('{ process(name: "with an event") { history(first: 1) { nodes { id field to } } } }')
    .then((all) => all.process);
  const query = 'query ($id: ID!) { node(id: $id) { id __typename ... on StatusEvent { field to subjectKind origin } } }';
  const [found] = history.nodes;
  const wanted = { node: { ...found, __typename: 'StatusEvent', subjectKind: 'PROCESS', origin: 'API' } };
  expect(await api.run(query, { id: found.id })).toEqual(wanted);
  expect(await api.jit(query, { id: found.id })).toEqual({ data: wanted });
  const idOf = (number: unknown) => Buffer.from(`StatusEvent:${String(number)}`).toString('base64url');
  expect(idOf(eventNumber(found.id))).toBe(found.id);
  const large = '9007199254740991';
  await api.sql(
    `insert into status_event (event_id, subject_kind, subject_id, field, origin) values (${large}, 'Tool', 999999, 'x', 'mine')`,
  );
  expect((await api.run(query, { id: idOf(large) })).node).toMatchObject({ subjectKind: 'TOOL', origin: 'SQL' });
  const [key] = await api.sql(
    `insert into status_event (subject_kind, subject_id, field, origin) values ('ApiKey', 1, 'role', 'sql') returning event_id::text as id`,
  );
  expect((await api.run(query, { id: idOf(key!.id) })).node).toBeNull();
  const { errors } = await api.execute(query, { id: idOf('9999999999999999') });
  expect(errors![0]!.originalError).toMatchObject({ code: 'INVALID', details: { argument: 'id' } });
});

test('P31 each kind of record with a history is in the enum, API keys alone are not', async () => {
  const functions = await api.sql(
    `select prosrc as body from pg_proc where proname like 'record\\_%' and pronamespace = 'process_tracker'::regnamespace`,
  );
  const kinds = new Set(functions.flatMap(({ body }) => [...String(body).matchAll(/select '(\w+)', [no]\./g)].map(([, kind]) => kind!)));
  expect([...kinds].sort()).toEqual([...Object.values(SubjectKind), 'ApiKey'].sort());
});

test('P31 links that came and went are lists, values are not, even where they look like one', async () => {
  const { id } = await register({ name: 'lists', description: '["no", "list"]', sources: [{ name: 'one' }, { name: 'two' }] });
  await api.sql(`update process set description = '["other"]' where process_name = 'lists'`);
  await api.sql(`delete from process_source where process_id = (select process_id from process where process_name = 'lists')`);
  const { nodes } = await historyOf(id);
  expect(nodes).toMatchObject([
    { field: 'sources', added: [], removed: ['one', 'two'] },
    { field: 'description', from: '["no", "list"]', to: '["other"]', added: null, removed: null },
    { field: 'sources', added: ['one', 'two'], removed: [] },
    { field: 'created', added: null, removed: null },
  ]);
});

test('P31 every word by which the database records links is known as one, and no other', async () => {
  const functions = await api.sql(
    `select proname as name, prosrc as body from pg_proc where proname like 'record\\_%' and pronamespace = 'process_tracker'::regnamespace`,
  );
  const words = (links: boolean) => {
    const bodies = functions.filter(({ name }) => name.startsWith('record_links_') === links).map(({ body }) => String(body));
    const pattern = links ? /'#' \|\| g\.owner\),\s+'(\w+)', null/g : /\('(\w+)', o\./g;
    return new Set(bodies.flatMap((body) => [...body.matchAll(pattern)].map(([, word]) => word!)));
  };
  expect(words(true)).toEqual(linkFields);
  const values = words(false);
  expect(values.size).toBeGreaterThan(20);
  expect([...values].filter((word) => linkFields.has(word))).toEqual([]);
});

test('P31 sources, objects, attributes, contacts and look-ups have a history too', async () => {
  await register({
    name: 'all kinds',
    tool: 'spade',
    sources: [{ name: 'mine', objects: [{ name: 'vein', attributes: [{ name: 'depth' }] }] }],
    contacts: [{ name: 'Digger' }],
  });
  await api.run('mutation { updateContact(input: { contact: { name: "Digger" }, email: "digger@example.org" }) { contact { name } } }');
  await api.run('mutation { updateTool(input: { tool: { name: "spade" }, newName: "shovel" }) { tool { name } } }');
  await api.sql(`update source_object_attribute_lkup set description = 'in metres' where source_object_attribute_name = 'depth'`);
  const query = `{
    source(name: "mine") { history(where: { field: { in: ["created"] } }) { ${event} } objects { nodes { history { ${event} } attributes { nodes { history { ${event} } } } } } }
    contact(name: "Digger") { history(first: 1) { ${event} } }
    tool(name: "shovel") { first: history(orderBy: { field: AT, direction: ASC }, first: 1) { ${event} } last: history(first: 1) { ${event} } }
  }`;
  const { source, contact, tool } = await api.run(query);
  expect(short(source.history.nodes)).toEqual(['created: null → mine']);
  expect(short(source.objects.nodes[0].history.nodes)).toEqual(
    expect.arrayContaining(['attributes: null → ["depth"]', 'created: null → vein']),
  );
  expect(short(source.objects.nodes[0].attributes.nodes[0].history.nodes)).toEqual(['description: null → in metres']);
  expect(short(contact.history.nodes)).toEqual(['email: null → digger@example.org']);
  expect(short(tool.first.nodes)).toEqual(['created: null → spade']);
  expect(short(tool.last.nodes)).toEqual(['name: spade → shovel']);
  expect(await api.jit(query)).toEqual({ data: { source, contact, tool } });
});

test('P31 what was deleted keeps its history: by its old id, or by type and number', async () => {
  const { createTool } = await api.run(
    'mutation { createTool(input: { name: "short-lived" }) { tool { id databaseId } } }',
    {},
    { actor: 'operator' },
  );
  await api.run('mutation { deleteTool(input: { tool: { name: "short-lived" } }) { deletedName } }', {}, { actor: 'ben' });
  const told = ['deleted: short-lived → null', 'created: null → short-lived'];
  expect(short((await historyOf(createTool.tool.id)).nodes)).toEqual(told);
  const { history } = await api.run(`query ($n: Int) { history(kind: TOOL, databaseId: $n) { totalCount ${event} } }`, {
    n: createTool.tool.databaseId,
  });
  expect(short(history.nodes)).toEqual(told);
  expect(history.nodes.map(({ actor }: any) => actor)).toEqual(['ben', 'operator']);
  expect(history.totalCount).toBe(2);
});

test('P31 a reason and the evidence are told', async () => {
  const { id } = await register({ name: 'with evidence' });
  await api.db.write({ actor: 'operator', reason: 'asked for' }, async (tx) => {
    await tx.query(`select set_config('waybill.evidence', '{"ticket": [7]}', true)`);
    await tx.query(`update process set description = 'x' where process_name = 'with evidence'`);
  });
  const { history } = await api.run('query ($id: ID) { history(subject: $id, first: 1) { nodes { reason evidence } } }', { id });
  expect(history.nodes).toEqual([{ reason: 'asked for', evidence: { ticket: [7] } }]);
});

test('L14 pages of any size, in both orders and both directions, give each event once, also while events are added', async () => {
  const { id } = await register({ name: 'much changed' });
  const wanted = ['created: null → much changed'];
  for (let i = 0; i < 12; i++) {
    await api.sql(`update process set description = $1 where process_name = 'much changed'`, [`text ${i}`]);
    wanted.push(`description: ${i ? `text ${i - 1}` : null} → text ${i}`);
  }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('ASC', 'DESC'), fc.boolean(), fc.integer({ min: 1, max: 7 }), async (order, forward, size) => {
      const found: string[] = [];
      for (let cursor = ''; ;) {
        const args = `, orderBy: { field: AT, direction: ${order} }, ${forward ? 'first' : 'last'}: ${size}${cursor && `, ${forward ? 'after' : 'before'}: "${cursor}"`}`;
        const { nodes, pageInfo } = await historyOf(id, args);
        if (forward) found.push(...short(nodes));
        else found.unshift(...short(nodes));
        if (!(forward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) break;
        cursor = forward ? pageInfo.endCursor : pageInfo.startCursor;
      }
      expect(order === 'ASC' ? found : found.reverse()).toEqual(wanted);
    }),
    { numRuns: 30 },
  );
  // A page of the newest goes on where it was, whatever came meanwhile.
  const first = await historyOf(id, ', first: 3');
  await api.sql(`update process set description = 'meanwhile' where process_name = 'much changed'`);
  expect(short((await historyOf(id, `, first: 2, after: "${first.pageInfo.endCursor}"`)).nodes)).toEqual(wanted.slice(8, 10).reverse());
});

test('L16 the histories of many things are one statement a field', async () => {
  for (const name of ['many 1', 'many 2']) await register({ name, description: 'One of many.' });
  const query =
    '{ processes(first: 20) { nodes { name history(first: 2, where: { field: { in: ["description", "created"] } }) { nodes { field } } } } }';
  expect(await api.recorded(() => api.run(query))).toHaveLength(2);
});

const id = (text: string) => Buffer.from(text).toString('base64url');
test.each([
  [`{ history(subject: "${id('Tool:1')}", kind: TOOL) { nodes { field } } }`, 'subject'],
  ['{ history(kind: TOOL) { nodes { field } } }', 'subject'],
  ['{ history(databaseId: 1) { nodes { field } } }', 'subject'],
  ['{ history(subject: "") { nodes { field } } }', 'subject'],
  ['{ history(subject: "", kind: TOOL, databaseId: 1) { nodes { field } } }', 'subject'],
  ['{ history(subject: "x") { nodes { field } } }', 'subject'],
  [`{ history(subject: "${id('Nothing:1')}") { nodes { field } } }`, 'subject'],
  ['{ history(kind: TOOL, databaseId: 1, first: 501) { nodes { field } } }', 'first'],
  ['{ history(kind: TOOL, databaseId: 1, after: "x") { nodes { field } } }', 'after'],
  [`{ history(kind: TOOL, databaseId: 1, after: "${id('["StatusEvent.oldest","1"]')}") { nodes { field } } }`, 'after'],
  [`{ history(kind: TOOL, databaseId: 1, after: "${id('["StatusEvent.newest","one"]')}") { nodes { field } } }`, 'after'],
  [`{ history(after: "${id('["StatusEvent.newest","1"]')}") { nodes { field } } }`, 'after'],
  [`{ history(after: "${id('["StatusEvent.newest of all","x","1"]')}") { nodes { field } } }`, 'after'],
  ['{ history(where: { at: { on: "2026-02-30" } }) { nodes { field } } }', 'where.at.on'],
  [`{ history(kind: TOOL, databaseId: 1, last: 1, before: "${id('["StatusEvent.newest",1]')}") { nodes { field } } }`, 'before'],
])('%s is refused', async (query, argument) => {
  const { errors } = await api.execute(query);
  expect(errors![0]!.originalError).toMatchObject({ code: 'INVALID', details: { argument } });
});

test('L16 the history of all subjects: by day, kind, field, actor and origin, newest first, in pages; keys stay hidden', async () => {
  await register({ name: 'of yesterday', description: 'One.' });
  await api.sql(`update process set description = 'Two.' where process_name = 'of yesterday'`);
  await api.sql(
    `update status_event set at = '2026-03-28T22:59:59Z' where subject_name = 'of yesterday' and field = 'description' and to_value = 'Two.'`,
  );
  const all = async (args: string) =>
    (
      await api.run(
        `{ history(${args}) { totalCount nodes { id subjectKind subjectName field from to actor origin at } pageInfo { endCursor hasNextPage } } }`,
      )
    ).history;
  // The store of the tests is in UTC.
  expect((await all('where: { at: { on: "2026-03-28" } }')).nodes).toMatchObject([
    { subjectKind: 'PROCESS', subjectName: 'of yesterday', field: 'description', from: 'One.', to: 'Two.', actor: null, origin: 'SQL' },
  ]);
  expect((await all('where: { at: { on: "2026-03-29" } }')).nodes).toEqual([]);
  expect(
    (await all('where: { subjectName: { eq: "of yesterday" }, origin: { eq: API }, actor: { eq: "operator" }, field: { eq: "created" } }'))
      .nodes,
  ).toMatchObject([{ subjectKind: 'PROCESS', field: 'created' }]);
  expect((await all('where: { subjectName: { eq: "of yesterday" }, subjectKind: { ne: PROCESS } }')).totalCount).toBe(0);
  // Every event once, in both directions, those of one instant included.
  const [counts] = await api.sql(
    `select count(*)::int as n, count(*) filter (where subject_kind = 'ApiKey')::int as keys from status_event`,
  );
  const events = counts!.n - counts!.keys;
  await api.sql(`insert into status_event (subject_kind, subject_id, field, origin) values ('ApiKey', 1, 'created', 'sql')`);
  for (const direction of ['DESC', 'ASC']) {
    const seen: { id: string; at: string }[] = [];
    for (let after = ''; ;) {
      const { nodes, pageInfo } = await all(`first: 37, orderBy: { field: AT, direction: ${direction} }${after}`);
      seen.push(...nodes);
      if (!pageInfo.hasNextPage) break;
      after = `, after: "${pageInfo.endCursor}"`;
    }
    expect(new Set(seen.map((each) => each.id)).size).toBe(events);
    expect(seen).toHaveLength(events);
    const times = seen.map(({ at }) => at);
    expect(times).toEqual(direction === 'ASC' ? [...times].sort() : [...times].sort().reverse());
  }
});

test('an origin that another client made up is shown and found as SQL', async () => {
  await api.sql(
    `insert into status_event (subject_kind, subject_id, subject_name, field, origin) values ('Tool', 999, 'made up', 'name', 'cron')`,
  );
  const found = async (origin: string) =>
    (await api.run(`{ history(where: { subjectName: { eq: "made up" }, origin: { ${origin} } }) { nodes { origin } } }`)).history.nodes;
  expect(await found('eq: SQL')).toEqual([{ origin: 'SQL' }]);
  expect(await found('ne: SQL')).toEqual([]);
  expect(await found('in: [API, SWEEPER]')).toEqual([]);
});

test('what nobody knows has no history, and that is no error', async () => {
  expect((await api.run('{ history(kind: PROCESS, databaseId: -5) { totalCount nodes { field } } }')).history).toEqual({
    totalCount: 0,
    nodes: [],
  });
});

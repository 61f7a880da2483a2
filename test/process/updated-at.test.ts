import pg from 'pg';
import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('updated_at');
  await api.run(`mutation {
    registerProcess(input: { name: "p", sources: [{ name: "s", objects: [{ name: "o", attributes: [{ name: "a" }] }] }] }) { created }
    parent: registerProcess(input: { name: "parent" }) { created }
    createContact(input: { name: "Ann" }) { created }
    createLookup(input: { kind: DATASET_TYPE, name: "sales" }) { created }
    createCluster(input: { name: "big", maxMemory: 10, maxMemoryUnit: "GB" }) { created }
  }`);
});
afterAll(() => api.close());

const state = async (name = 'p') =>
  (await api.run(`{ process(name: "${name}") { updatedAt updatedBy { name } rowVersion } }`)).process as {
    updatedAt: string;
    updatedBy: { name: string } | null;
    rowVersion: number;
  };
const p = 'process: { name: "p" }';
const link = 'dependencies: [{ parent: { name: "parent" }, child: { name: "p" } }]';

test.each([
  ['linkContact', `subject: { ${p} }, contact: { name: "Ann" }`, true],
  ['linkContact', `subject: { ${p} }, contact: { name: "Ann" }`, false],
  ['linkContact', `subject: { ${p} }, contact: { name: "Ann" }, role: "owner"`, true],
  ['unlinkContact', `subject: { ${p} }, contact: { name: "Ann" }`, true],
  ['unlinkContact', `subject: { ${p} }, contact: { name: "Ann" }`, false],
  ['linkDatasetType', `subject: { ${p} }, datasetType: { name: "sales" }`, true],
  ['addDependencies', link, true],
  ['addDependencies', link, false],
  ['removeDependencies', link, true],
  ['assignProcessToCluster', `${p}, cluster: { name: "big" }, neededMemory: 1`, true],
  ['assignProcessToCluster', `${p}, cluster: { name: "big" }, neededMemory: 1`, false],
  ['assignProcessToCluster', `${p}, cluster: { name: "big" }, neededMemory: 2`, true],
  ['removeProcessFromCluster', `${p}, cluster: { name: "big" }`, true],
  ['removeProcessFromCluster', `${p}, cluster: { name: "big" }`, false],
  ['registerProcess', 'name: "p", targets: [{ name: "t" }]', true],
  ['registerProcess', 'name: "p", targets: [{ name: "t" }]', false],
  ['registerProcess', 'name: "p", sources: [{ name: "s", objects: [{ name: "o", attributes: [{ name: "b" }] }] }]', true],
  ['unlinkProcess', `${p}, targets: [{ name: "t" }]`, true],
  [
    'addProcessFilters',
    `${p}, filters: [{ attribute: { source: "s", object: "o", name: "a" }, operator: "eq", values: [{ text: "x" }] }]`,
    true,
  ],
])('%s(%s) moves updatedAt of the process: %s; its rowVersion stays', async (mutation, input, moves) => {
  const before = await state();
  await api.run(`mutation { ${mutation}(input: { ${input} }) { __typename } }`, {}, { actor: 'linker' });
  const after = await state();
  expect(after.rowVersion).toBe(before.rowVersion);
  expect(after.updatedAt > before.updatedAt).toBe(moves);
  if (moves) expect(after.updatedBy).toEqual({ name: 'linker' });
  else expect(after).toEqual(before);
});

test('a link by another client moves it too, and one of a process that is made with it does not move it again', async () => {
  const before = await state();
  await api.sql(
    `insert into process_contact (process_id, contact_id)
     select process_id, contact_id from process, contact_lkup where process_name = 'p' and contact_name = 'Ann'`,
  );
  expect((await state()).updatedAt > before.updatedAt).toBe(true);
  await api.run('mutation { registerProcess(input: { name: "new", sources: [{ name: "s" }], contacts: [{ name: "Ann" }] }) { created } }');
  expect(await api.sql(`select update_date_time = created_date_time as same, row_version from process where process_name = 'new'`)).toEqual(
    [{ same: true, row_version: 1 }],
  );
});

test('a link that another client moves to another process moves both, and no third one', async () => {
  const [a, b, c] = [await state('p'), await state('parent'), await state('new')];
  await api.sql(
    `update process_contact l set process_id = b.process_id from process a, process b
     where a.process_name = 'p' and b.process_name = 'parent' and l.process_id = a.process_id`,
  );
  expect((await state('p')).updatedAt > a.updatedAt).toBe(true);
  expect((await state('parent')).updatedAt > b.updatedAt).toBe(true);
  expect(await state('new')).toEqual(c);
});

test('twenty links at once, and registrations of the processes in opposite orders, wait for each other and all succeed', async () => {
  const names = Array.from({ length: 10 }, (_, i) => `many ${i}`);
  const each = (list: readonly string[], more = '') =>
    api.run(
      `mutation { registerProcesses(input: { processes: [${list.map((name) => `{ name: "${name}" ${more} }`).join()}] }) { failedCount } }`,
    );
  await each(names);
  const contacts = Array.from({ length: 20 }, (_, i) => `contact ${i}`);
  await Promise.all(contacts.map((name) => api.run(`mutation { createContact(input: { name: "${name}" }) { created } }`)));
  const before = await state('many 0');
  const answers = await Promise.all([
    ...contacts.map((name, i) =>
      api.run(
        `mutation { linkContact(input: { subject: { process: { name: "many ${i % 2}" } }, contact: { name: "${name}" } }) { changed } }`,
      ),
    ),
    ...[names, names.toReversed()].flatMap((list, i) => [
      each(list, `, sources: [{ name: "source ${i}" }]`),
      each(list, ', contacts: [{ name: "Ann" }]'),
    ]),
  ]);
  expect(answers.filter((answer) => answer.linkContact?.changed === false || answer.registerProcesses?.failedCount)).toEqual([]);
  expect((await state('many 0')).updatedAt > before.updatedAt).toBe(true);
});

test('dependencies take the locks of their processes at once: who waits for one in between closes no circle', async () => {
  for (const name of ['first', 'second']) await api.run(`mutation { registerProcess(input: { name: "${name}" }) { created } }`);
  const [registration, start] = [new pg.Client({ connectionString: api.url }), new pg.Client({ connectionString: api.url })];
  const lock = (client: pg.Client, name: string) =>
    client
      .query('select from process_tracker.process where process_name = $1 for no key update', [name])
      .then(({ rowCount }) => rowCount, String);
  const waiting = async (count: number) => {
    const sql = `select count(distinct pid)::int as n from pg_locks join pg_stat_activity using (pid)
      where not granted and datname = current_database()`;
    while ((await api.sql<{ n: number }>(sql))[0]!.n < count) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  try {
    for (const client of [registration, start]) {
      await client.connect();
      await client.query('begin');
    }
    // A registration of both locks them in this order, while the second is about to start.
    await lock(registration, 'first');
    await lock(start, 'second');
    const links = ['first', 'second'].map((name) => `{ parent: { name: "parent" }, child: { name: "${name}" } }`);
    const statements = await api.recorded(async () => {
      const added = api.run(`mutation { addDependencies(input: { dependencies: [${links.join()}] }) { failedCount } }`);
      await waiting(1);
      const updated = api.run('mutation { updateProcess(input: { process: { name: "second" }, description: "new" }) { warnings } }');
      await waiting(2);
      const locked = lock(registration, 'second');
      await waiting(3);
      await start.query('commit');
      expect(await locked).toBe(1);
      await registration.query('commit');
      expect(await added).toEqual({ addDependencies: { failedCount: 0 } });
      expect(await updated).toEqual({ updateProcess: { warnings: [] } });
    });
    // Neither was tried again.
    expect(statements.filter((sql) => sql.includes('begin_write'))).toHaveLength(2);
  } finally {
    for (const client of [registration, start]) await client.end();
  }
});

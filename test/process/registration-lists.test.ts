import type { replaceable, RegistrationLists } from '../../src/process/registration/registration-rows.js';
import type { NamedRequest } from '../../src/process/registration/name-references.js';
import { listsOf } from '../../src/process/registration/registration-lists.js';
import { RegistrationMode, type AttributeInput, type RegisterProcessInput } from '../../src/process/register-process.input.js';
import { DependencyKind } from '../../src/process/dependency-kind.js';
import { Process } from '../../src/process/process.entity.js';
import { runSettings } from '../../src/process/run-settings.js';
import { createOrm } from '../../src/app/store/orm.js';
import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('lists');
});
afterAll(() => api.close());

const attribute: Required<AttributeInput> = {
  name: 'a',
  dataType: 'text',
  length: 1,
  decimals: 1,
  ordinal: 1,
  path: 'x.a',
  description: 'All of it.',
  isKey: true,
  isFilter: true,
  isPartition: true,
  isPii: true,
  defaultText: 'x',
  defaultNumber: '1',
  alias: 'b',
  expression: 'a + 1',
};
const contacts = [
  { name: 'desk', email: 'desk@example.org', phone: '1', chat: '#desk', pager: 'desk', url: 'https://desk.example.org', role: 'owner' },
];
const object = { name: 'o', description: 'All of it.', contacts, attributes: [attribute] };
const source = { name: 's', type: 'Database', description: 'All of it.', contacts };
const end = { source: 's', object: 'o', name: 'a' };

/** What a registration says of a process beside lists: the compiler misses what is new in the input. */
type Facts = Required<Omit<RegisterProcessInput, 'mode' | (typeof replaceable)[number]>>;
const facts: Facts = {
  name: 'p',
  type: 'Load',
  tool: 'cron',
  scheduleFrequency: 'daily',
  description: 'Loads.',
  failureLimit: 9,
  runTimeLimitSeconds: 9,
  leaseSeconds: 9,
  cron: '1 1 * * *',
};
const otherFacts: Omit<Facts, 'name'> = {
  type: 'Extract',
  tool: 'airflow',
  scheduleFrequency: 'weekly',
  description: 'Something else.',
  failureLimit: 3,
  runTimeLimitSeconds: 60,
  leaseSeconds: 30,
  cron: '0 5 * * *',
};

/** Facts that are the name of another row. */
const named = new Set(['type', 'tool', 'scheduleFrequency']);

/** Everything that a registration can say. */
const full: Required<NamedRequest> = {
  ...facts,
  sources: [{ ...source, objects: [object, { name: 'whole' }] }, { name: 'whole' }],
  targets: [{ ...source, objects: [object, { name: 'whole' }] }, { name: 'whole' }],
  contacts,
  dependsOn: [{ parent: 'parent', kind: DependencyKind.HARD }],
  datasetTypes: ['sales'],
  mappings: [{ from: end, to: end, expression: 'a', transformation: 'identity' }],
  filters: [],
  links: [{ label: 'runbook', url: 'https://wiki.example.org' }],
  mode: RegistrationMode.REPLACE,
};

/** The type of each list's rows in registration-types.sql. */
const types: { [List in keyof RegistrationLists as RegistrationLists[List] extends string[] ? never : List]: string } = {
  contacts: 'registered_contact',
  processes: 'registered_process',
  sources: 'registered_source',
  objects: 'registered_object',
  attributes: 'registered_attribute',
  readsSources: 'registered_source_link',
  readsObjects: 'registered_object_link',
  readsAttributes: 'registered_attribute_link',
  writesSources: 'registered_source_link',
  writesObjects: 'registered_object_link',
  writesAttributes: 'registered_attribute_link',
  processContacts: 'registered_process_contact',
  sourceContacts: 'registered_source_contact',
  objectContacts: 'registered_object_contact',
  processDatasetTypes: 'registered_dataset_type',
  dependencies: 'registered_dependency',
  mappings: 'registered_mapping',
  processLinks: 'registered_process_link',
  replaces: 'registered_replacement',
};

const attributesOf = async (type: string): Promise<string[]> =>
  (
    await api.sql(`select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`, [
      `process_tracker.${type}`,
    ])
  ).map(({ name }) => String(name));

test.each(Object.entries(types))('rows of %s have the keys of the type %s', async (list, type) => {
  const { lists } = listsOf([full]);
  const rows = Object.entries(lists).find(([name]) => name === list)![1] as object[];
  const keys = new Set(rows.flatMap((row) => Object.keys(row)));
  expect([...keys].sort()).toEqual((await attributesOf(type)).sort());
});

test('each list of rows has a type, and each type is that of a list', async () => {
  const { lists } = listsOf([full]);
  const rows = Object.entries(lists).filter(([, list]) => typeof list[0] === 'object');
  expect(rows.map(([name]) => name).sort()).toEqual(Object.keys(types).sort());
  const made = await api.sql(
    `select typname as name from pg_type where typnamespace = 'process_tracker'::regnamespace and typname like 'registered\\_%' order by 1`,
  );
  const names = new Set([...Object.values(types), 'registered_attribute_name']);
  expect(made.map(({ name }) => name)).toEqual([...names].sort());
  expect(await attributesOf('registered_attribute')).toEqual(expect.arrayContaining(await attributesOf('registered_attribute_name')));
});

test('the settings of a process are those of its input, and columns of the entity by the same words', async () => {
  const settings = await api.sql('select setting, col from process_tracker.process_settings()');
  expect(settings.map(({ setting }) => setting)).toEqual(['description', ...Object.keys(runSettings)]);
  expect(settings.map(({ setting }) => setting).sort()).toEqual(
    Object.keys(otherFacts)
      .filter((key) => !named.has(key))
      .sort(),
  );
  const orm = createOrm(api.url);
  const properties = new Map<string, { fieldNames: string[] }>(Object.entries(orm.getMetadata().get(Process).properties));
  await orm.close();
  for (const { setting, col } of settings) expect([setting, ...properties.get(setting)!.fieldNames]).toEqual([setting, col]);
});

test.each(Object.entries(otherFacts))('a registration that changes %s alone changes it, and nothing else', async (fact, value) => {
  const { name: _, ...known } = facts;
  const name = `facts ${fact}`;
  const register = (said: object) =>
    api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', { input: { name, ...said } });
  const stored = async () => {
    const fields = Object.keys(known).map((each) => (named.has(each) ? `${each} { name }` : each));
    const { process } = await api.run(`query ($name: String) { process(name: $name) { ${fields.join(' ')} } }`, { name });
    return Object.fromEntries(Object.entries<any>(process).map(([each, is]) => [each, named.has(each) ? is.name : is]));
  };
  await register(known);
  expect(await stored()).toEqual(known);
  await register({ [fact]: value });
  expect(await stored()).toEqual({ ...known, [fact]: value });
  const [event] = await api.sql(`select to_value from status_event where subject_name = $1 and field = $2 order by event_id desc limit 1`, [
    name,
    fact,
  ]);
  expect(event).toEqual({ to_value: String(value) });
});

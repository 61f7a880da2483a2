import { Contact } from '../../src/contact/contact.entity.js';
import { DomainError } from '../../src/platform/errors.js';
import { globalId } from '../../src/platform/entity/ids.js';
import { namedRefs, resolveRefs, type RowLock } from '../../src/platform/read/references.js';
import { deleteRows, entitiesIn, insertRow, updateRows } from '../../src/platform/write/entities.js';
import type { Tx } from '../../src/platform/database.js';
import { RunGroup } from '../../src/run/run-group.entity.js';
import { objectRefs } from '../../src/source/source-naming.js';
import { openApi, type Api } from '../support/api.js';
import { untilWaiting, withGate } from '../support/gates.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('entities');
});
afterAll(() => api.close());

const write = <T>(work: (tx: Tx) => Promise<T>) => api.db.write({ actor: 'tester' }, work);
const contacts = (like: string) =>
  api.sql(
    'select contact_name as name, contact_email as email, row_version as version from contact_lkup where contact_name like $1 order by 1',
    [like],
  );

test('a row is made once by its unique key, and answered with its number', async () => {
  const made = await write((tx) => insertRow(tx, Contact, { name: 'made' }, ['name']));
  expect(made).toEqual(expect.any(Number));
  expect(await write((tx) => insertRow(tx, Contact, { name: 'made', email: 'other@example.org' }, ['name']))).toBeUndefined();
  expect(await contacts('made')).toEqual([{ name: 'made', email: null, version: 1 }]);
});

test('what is written is a value, never SQL', async () => {
  const name = `x'); delete from contact_lkup; -- ? $1 \\ "`;
  const id = await write((tx) => insertRow(tx, Contact, { name }));
  await write((tx) => updateRows(tx, Contact, { id: id! }, { email: name }));
  expect(await contacts('x%')).toEqual([{ name, email: name, version: 2 }]);
});

test('null is a condition like any other value, and a condition must be there', async () => {
  for (const [name, email] of [
    ['null 1', null],
    ['null 2', 'null2@example.org'],
  ] as const)
    await write((tx) => insertRow(tx, Contact, { name, email }));
  expect(await write((tx) => deleteRows(tx, Contact, { name: 'null 2', email: null }))).toBe(0);
  expect(await write((tx) => updateRows(tx, Contact, { name: 'null 1', email: null }, { email: 'null1@example.org' }))).toBe(1);
  await expect(write((tx) => deleteRows(tx, Contact, {}))).rejects.toThrow('which rows');
  const unknown = JSON.parse('{}') as { name: string };
  await expect(write((tx) => deleteRows(tx, Contact, { name: unknown.name }))).rejects.toThrow('which rows');
  expect(await contacts('null%')).toHaveLength(2);
});

test('the kept text of a statement is that of its condition: a value first, then null', async () => {
  for (const [name, email] of [
    ['kept text 1', 'kept1@example.org'],
    ['kept text 2', null],
    ['kept text 3', 'kept3@example.org'],
    ['kept text 4', null],
  ] as const)
    await write((tx) => insertRow(tx, Contact, { name, email }));
  const renamed = (name: string, email: string | null) => write((tx) => updateRows(tx, Contact, { name, email }, { name: `${name}!` }));
  expect(await renamed('kept text 1', 'kept1@example.org')).toBe(1);
  expect(await renamed('kept text 2', null)).toBe(1);
  const deleted = (email: string | null, name: string) => write((tx) => deleteRows(tx, Contact, { email, name }));
  expect(await deleted('kept3@example.org', 'kept text 3')).toBe(1);
  expect(await deleted(null, 'kept text 4')).toBe(1);
  expect(await contacts('kept text%')).toMatchObject([{ name: 'kept text 1!' }, { name: 'kept text 2!' }]);
});

test('the kept text of an insert is that of its conflict: without one, a name that is taken is an error', async () => {
  const insert = (conflict?: 'name'[]) => write((tx) => insertRow(tx, Contact, { name: 'taken', email: 'taken@example.org' }, conflict));
  expect(await insert(['name'])).toEqual(expect.any(Number));
  expect(await insert(['name'])).toBeUndefined();
  await expect(insert()).rejects.toMatchObject({ code: '23505' });
  expect(await insert(['name'])).toBeUndefined();
});

test('a write answers the row as the triggers left it, and is undone with its transaction', async () => {
  const group = (tx: Tx, name: string) =>
    entitiesIn(tx, { RunGroup })
      .insertInto('RunGroup')
      .values({ key: 'nightly', name })
      .onConflict((on) => on.column('key').doUpdateSet((eb) => ({ name: eb.ref('excluded.name') })))
      .returning(['key', 'name', 'rowVersion'])
      .executeTakeFirst();
  expect(await write((tx) => group(tx, 'first'))).toEqual({ key: 'nightly', name: 'first', rowVersion: 1 });
  expect(await write((tx) => group(tx, 'second'))).toEqual({ key: 'nightly', name: 'second', rowVersion: 2 });
  await expect(
    write(async (tx) => {
      await group(tx, 'third');
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await api.sql('select name, row_version as version from run_group')).toEqual([{ name: 'second', version: 2 }]);
  // Who wrote it, and what it was, is in the history: it went through the transaction of the mutation.
  expect(await api.sql(`select actor, origin from status_event where subject_kind = 'RunGroup' and field = 'name'`)).toEqual([
    { actor: 'tester', origin: 'api' },
  ]);
});

test('a list of references is resolved in one statement, each for itself, and errors name what is missing', async () => {
  await api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
    input: { name: 'p', sources: [{ name: 'shop', objects: [{ name: 'orders' }, { name: 'lines' }] }] },
  });
  const ref = (source: string, name: string) => ({ source, name });
  const refs = [
    ref('shop', 'orders'),
    ref('shop', 'gone'),
    ref('nowhere', 'orders'),
    ref('shop', 'lines'),
    { id: globalId('SourceObject', 999) },
  ];
  const at = (i: number, argument = '') => `input.${i}.${argument}`;
  let found: unknown[] = [];
  const statements = await api.recorded(async () => {
    found = await resolveRefs(api.db, objectRefs, [...refs, {}], { at, read: ['name'] });
  });
  // The second one asks what is missing, and those behind it for names near to those that are.
  expect(statements).toHaveLength(4);
  const many = Array.from({ length: 30 }, (_, i) => ref('shop', `gone ${i}`));
  expect(await api.recorded(() => resolveRefs(api.db, objectRefs, many, { at }))).toHaveLength(2 + 5);
  expect(await api.recorded(() => resolveRefs(api.db, objectRefs, refs.slice(0, 1), { at }))).toHaveLength(1);
  const missing = (message: string, argument: string, value: unknown) =>
    expect.objectContaining({ code: 'NOT_FOUND', message, details: { argument, value } });
  expect(found).toEqual([
    expect.objectContaining({ name: 'orders' }),
    missing('There is no SourceObject "shop.gone".', 'input.1.name', 'gone'),
    missing('There is no Source "nowhere".', 'input.2.source', 'nowhere'),
    expect.objectContaining({ name: 'lines' }),
    missing('There is no SourceObject with this id.', 'input.4.id', globalId('SourceObject', 999)),
    expect.objectContaining({ code: 'INVALID' }),
  ]);
  expect(found[5]).toBeInstanceOf(DomainError);
});

test('references that are given in any order are locked in one order, so that no two callers wait for each other', async () => {
  const names = Array.from({ length: 8 }, (_, i) => `locked ${i}`);
  for (const name of names) await write((tx) => insertRow(tx, Contact, { name }));
  const [before] = await api.sql<{ deadlocks: number }>('select deadlocks::int from pg_stat_database where datname = current_database()');
  const lock = (order: readonly string[]) =>
    write(async (tx) => {
      const refs = order.map((name) => ({ name }));
      const found = await resolveRefs(tx, namedRefs({ entity: Contact }), refs, { at: String, lock: 'update', read: ['name'] });
      expect(found.map((each) => 'name' in each && each.name)).toEqual(order);
    });
  for (let round = 0; round < 20; round++)
    await Promise.all(Array.from({ length: 10 }, (_, i) => lock(i % 2 ? names : [...names].reverse())));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const [after] = await api.sql<{ deadlocks: number }>('select deadlocks::int from pg_stat_database where datname = current_database()');
  expect(after).toEqual(before);
});

const kept = (tx: Tx, name: string, lock: RowLock) => resolveRefs(tx, namedRefs({ entity: Contact }), [{ name }], { at: String, lock });

test('a record that is locked waits with its deletion until the transaction has ended', async () => {
  await write((tx) => insertRow(tx, Contact, { name: 'kept' }));
  const { deleting } = await write(async (tx) => {
    await kept(tx, 'kept', 'key share');
    const waiting = { deleting: api.run('mutation { deleteContact(input: { contact: { name: "kept" } }) { deletedName } }') };
    await untilWaiting(api, 1, waiting.deleting);
    expect(await contacts('kept')).toHaveLength(1);
    return waiting;
  });
  expect((await deleting).deleteContact).toEqual({ deletedName: 'kept' });
});

test('a record that went while its lock was waited for is not found', async () => {
  const id = (await write((tx) => insertRow(tx, Contact, { name: 'going' })))!;
  const { finding } = await write(async (tx) => {
    await deleteRows(tx, Contact, { id });
    const waiting = { finding: write((other) => kept(other, 'going', 'key share')) };
    await untilWaiting(api, 1, waiting.finding);
    return waiting;
  });
  expect(await finding).toEqual([expect.objectContaining({ code: 'NOT_FOUND' })]);
});

test('a former name leads to the record that had it last, also where another client gave it to a second one', async () => {
  const rename = (name: string, newName: string) =>
    api.run('mutation ($input: UpdateSourceInput!) { updateSource(input: $input) { warnings } }', { input: { source: { name }, newName } });
  await api.run('mutation { createSource(input: { name: "lake" }) { created } }');
  await rename('lake', 'old lake');
  await api.sql(`insert into source_lkup (source_name, source_type_id) values ('lake', 1)`);
  await rename('lake', 'new lake');
  expect(await api.run('{ source(name: "lake") { name } }')).toEqual({ source: { name: 'new lake' } });
});

test('what uses a record through one of several references is counted, once', async () => {
  const attribute = (source: string) => ({ source, object: 'orders', name: 'id' });
  const side = (name: string) => [{ name, objects: [{ name: 'orders', attributes: [{ name: 'id' }] }] }];
  await api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
    input: {
      name: 'maps',
      sources: side('from'),
      targets: side('to'),
      mappings: [{ from: attribute('from'), to: attribute('to') }],
    },
  });
  const usesOf = async (source: string) => {
    const mutation = `mutation { deleteSourceObjectAttribute(input: { attribute: { source: "${source}", object: "orders", name: "id" }, dryRun: true }) { blockedBy { by count } } }`;
    return (await api.run(mutation)).deleteSourceObjectAttribute.blockedBy;
  };
  expect(await usesOf('from')).toEqual([
    { by: 'ProcessAttributeMapping', count: 1 },
    { by: 'ProcessSourceAttribute', count: 1 },
  ]);
  expect(await usesOf('to')).toEqual([
    { by: 'ProcessAttributeMapping', count: 1 },
    { by: 'ProcessTargetAttribute', count: 1 },
  ]);
});

test('a create that finds a record which is deleted before it is read makes another', async () => {
  const create = () => api.run('mutation { createTool(input: { name: "going" }) { created tool { name } } }');
  await create();
  // A trigger of the statement: it also fires where the name is there, and nothing is inserted.
  await withGate(api, 'after insert on tool_lkup', async (open) => {
    const found = create();
    await untilWaiting(api);
    await api.sql(`delete from tool_lkup where tool_name = 'going'`);
    await open();
    expect((await found).createTool).toEqual({ created: true, tool: { name: 'going' } });
  });
});

test('a mutation answers the row as it wrote it, also where another client deletes it at once', async () => {
  await api.sql(`
    create function delete_at_once() returns trigger language plpgsql as $$ begin
      delete from tool_lkup where tool_id = new.tool_id; return null; end $$;
    create constraint trigger delete_at_once after insert on tool_lkup deferrable initially deferred
      for each row when (new.tool_name = 'short-lived') execute function delete_at_once()`);
  expect(await api.run('mutation { createTool(input: { name: "short-lived" }) { created tool { name rowVersion } } }')).toEqual({
    createTool: { created: true, tool: { name: 'short-lived', rowVersion: 1 } },
  });
  expect(await api.run('{ tool(name: "short-lived") { name } }')).toEqual({ tool: null });
});

import fc from 'fast-check';
import { closedCycles, type Link } from '../../src/platform/find-cycles.js';
import { openApi, type Api } from '../support/api.js';
import { call, openServer, type Server } from '../support/run-calls.js';

let api: Api;
const names = Array.from({ length: 40 }, (_, i) => `f${i}`);
beforeAll(async () => {
  api = await openApi('file dependencies');
  await api.run(
    'mutation ($files: [RegisterFileInput!]!) { registerFiles(input: { location: { path: "/in", name: "in" }, files: $files }) { results { created } } }',
    {
      files: names.map((fileName) => ({ fileName })),
    },
  );
});
afterAll(() => api.close());
beforeEach(() => api.sql('delete from extract_dependency'));

const file = (fileName: string) => ({ location: 'in', fileName });
/** `child parent`, as pairs of names. */
const pairs = (...links: string[]) => links.map((link) => ({ child: file(link.split(' ')[0]!), parent: file(link.split(' ')[1]!) }));
const fields = 'results { changed error { code message argument value } cycle { fileName } parent { fileName } child { fileName } }';
interface Result {
  changed: boolean;
  error: { code: string; message: string; argument: string; value: unknown } | null;
  cycle: { fileName: string }[] | null;
  parent: { fileName: string } | null;
  child: { fileName: string } | null;
}
const change =
  (mutation: 'add' | 'remove') =>
  async (dependencies: object[], more: object = {}, on: Server = api): Promise<Result[]> =>
    (
      await call(
        on,
        `mutation ($input: ${mutation === 'add' ? 'Add' : 'Remove'}FileDependenciesInput!) { it: ${mutation}FileDependencies(input: $input) { ${fields} } }`,
        { input: { dependencies, ...more } },
      )
    ).it.results;
const add = change('add');
const remove = change('remove');
const stored = async () =>
  (
    await api.sql<{ link: string }>(
      `select c.extract_filename || ' ' || p.extract_filename as link from extract_dependency d join extract_tracking c on c.extract_id = d.child_extract_id
       join extract_tracking p on p.extract_id = d.parent_extract_id order by 1`,
    )
  ).map(({ link }) => link);

test('P46 a file depends on others; adding twice is answered as done, and so is taking away what is not there', async () => {
  expect(await add(pairs('f2 f1', 'f3 f1', 'f2 f1'))).toEqual([
    { changed: true, error: null, cycle: null, parent: { fileName: 'f1' }, child: { fileName: 'f2' } },
    { changed: true, error: null, cycle: null, parent: { fileName: 'f1' }, child: { fileName: 'f3' } },
    { changed: false, error: null, cycle: null, parent: { fileName: 'f1' }, child: { fileName: 'f2' } },
  ]);
  const rows = await api.sql('select * from extract_dependency');
  expect((await add(pairs('f2 f1'))).map(({ changed }) => changed)).toEqual([false]);
  expect(await api.sql('select * from extract_dependency')).toEqual(rows);
  expect(
    await api.run(
      '{ file(location: "in", fileName: "f1") { parents { nodes { file { fileName } } } children { nodes { file { fileName } type { name } } } } other: file(path: "/in/", fileName: "f2") { parents { nodes { file { fileName } type { name } } } } }',
    ),
  ).toEqual({
    file: {
      parents: { nodes: [] },
      children: { nodes: ['f2', 'f3'].map((fileName) => ({ file: { fileName }, type: { name: 'Hard' } })) },
    },
    other: { parents: { nodes: [{ file: { fileName: 'f1' }, type: { name: 'Hard' } }] } },
  });
  expect((await remove(pairs('f2 f1', 'f2 f1', 'f9 f1'))).map(({ changed }) => changed)).toEqual([true, false, false]);
  expect(await stored()).toEqual(['f3 f1']);
});

test('P46 none closes a cycle: it is refused with the cycle, the others stand', async () => {
  await add(pairs('f1 f2', 'f2 f3'));
  const results = await add(pairs('f3 f1', 'f4 f3', 'f5 f5', 'f3 f9'));
  expect(results.map(({ error, cycle }) => [error?.code, cycle?.map(({ fileName }) => fileName)])).toEqual([
    ['CONFLICT', ['f3', 'f1', 'f2', 'f3']],
    [undefined, undefined],
    ['CONFLICT', ['f5', 'f5']],
    [undefined, undefined],
  ]);
  expect(results[0]!.error).toMatchObject({
    message: expect.stringContaining('f3 depends on f1 depends on f2 depends on f3'),
    argument: 'parent',
    value: 'f1',
  });
  expect(await stored()).toEqual(['f1 f2', 'f2 f3', 'f3 f9', 'f4 f3']);
  // Within one request, those that come first are made.
  expect((await add(pairs('f10 f11', 'f11 f12', 'f12 f10', 'f12 f13'))).map(({ cycle }) => cycle?.length)).toEqual([
    undefined,
    undefined,
    4,
    undefined,
  ]);
});

test('P46 of two that together would close a cycle, added at once on two servers, one is refused', async () => {
  const other = openServer(api);
  try {
    for (let round = 0; round < 15; round++) {
      await api.sql('delete from extract_dependency');
      await add(pairs('f1 f2', 'f3 f4'));
      const results = await Promise.all([add(pairs('f2 f3')), add(pairs('f4 f1'), {}, other)]);
      expect(results.flat().filter(({ error }) => error)).toHaveLength(1);
      expect(await stored()).toHaveLength(3);
    }
  } finally {
    await other.close();
  }
});

test('P46 a dependency has a type, which can be changed; a soft one holds nothing back', async () => {
  await add(pairs('f1 f2'), { type: 'Soft' });
  const blockers = () =>
    api.sql(`select * from extract_blockers(array(select extract_id from extract_tracking where extract_filename = 'f1'))`);
  expect(await blockers()).toEqual([]);
  expect((await add(pairs('f1 f2'), { type: 'Soft' }))[0]!.changed).toBe(false);
  expect((await add(pairs('f1 f2')))[0]).toMatchObject({ changed: true, error: null });
  expect(await blockers()).toHaveLength(1);
  await expect(add(pairs('f1 f2'), { type: 'None' })).rejects.toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.type', allowed: ['Undefined', 'Hard', 'Soft'] },
  });
});

test('P46 what names no file is refused for itself', async () => {
  const id = Buffer.from('File:999999').toString('base64url');
  const good = file('f1');
  const wrong: [object, string, string][] = [
    [file('nowhere'), 'NOT_FOUND', 'parent.fileName'],
    [{ location: 'nowhere', fileName: 'f1' }, 'NOT_FOUND', 'parent.location'],
    [{ path: '/nowhere', fileName: 'f1' }, 'NOT_FOUND', 'parent.path'],
    [{ path: '/a/../in', fileName: 'f1' }, 'INVALID', 'parent.path'],
    [{ id }, 'NOT_FOUND', 'parent.id'],
    [{ id: Buffer.from('Process:1').toString('base64url') }, 'INVALID', 'parent.id'],
    [{ databaseId: 999_999 }, 'NOT_FOUND', 'parent.databaseId'],
    [{}, 'INVALID', 'parent'],
    [{ fileName: 'f1' }, 'INVALID', 'parent'],
    [{ location: 'in' }, 'INVALID', 'parent'],
    [{ location: 'in', path: '/in', fileName: 'f1' }, 'INVALID', 'parent'],
    [{ id, fileName: 'f1' }, 'INVALID', 'parent'],
  ];
  const results = await add([...wrong.map(([parent]) => ({ parent, child: good })), ...pairs('f1 f2')]);
  expect(results.map(({ error }) => error && [error.code, error.argument])).toEqual([
    ...wrong.map(([, code, argument]) => [code, argument]),
    null,
  ]);
  expect(await stored()).toEqual(['f1 f2']);
  expect((await remove([{ parent: file('nowhere'), child: good }]))[0]!.error).toMatchObject({
    code: 'NOT_FOUND',
    argument: 'parent.fileName',
  });
  for (const length of [0, 10_001])
    await expect(add(Array.from({ length }, () => pairs('f1 f2')[0]!))).rejects.toMatchObject({
      code: 'INVALID',
      details: { argument: 'input.dependencies' },
    });
});

test('P46 ten thousand in one call, in a fixed number of statements', async () => {
  const chain = Array.from({ length: 10_000 }, (_, i) => `c${i}`);
  await api.run(
    'mutation ($files: [RegisterFileInput!]!) { registerFiles(input: { location: { name: "in" }, files: $files }) { results { created } } }',
    {
      files: chain.map((fileName) => ({ fileName })),
    },
  );
  const document =
    'mutation ($input: AddFileDependenciesInput!) { addFileDependencies(input: $input) { results { changed error { code } } } }';
  let results: Result[] = [];
  const recorded = (links: object[]) =>
    api.recorded(async () => {
      results = (await call(api, document, { input: { dependencies: links } })).addFileDependencies.results;
    });
  const few = await recorded(pairs('f1 f2'));
  const many = await recorded(pairs(...chain.slice(1).map((name, i) => `${name} c${i}`)));
  expect(many).toEqual(few);
  expect(results.filter(({ changed, error }) => changed && !error)).toHaveLength(9999);
  expect((await add(pairs('c0 c9999')))[0]!.cycle).toHaveLength(10_001);
});

test('P46 what is refused is exactly what closes a cycle with what came before', () => {
  const link = fc.record({ child: fc.nat(7), parent: fc.nat(7) }).filter(({ child, parent }) => child !== parent);
  fc.assert(
    fc.property(fc.array(link, { maxLength: 12 }), fc.array(link, { maxLength: 12 }), (first, second) => {
      const reaches = (links: Link[], from: number, to: number, seen = new Set<number>()): boolean =>
        from === to ||
        (!seen.has(from) && !!seen.add(from) && links.some(({ child, parent }) => child === from && reaches(links, parent, to, seen)));
      const standing: Link[] = [...first];
      const answers = closedCycles(first, second);
      for (const [i, each] of second.entries()) {
        const closes = reaches(standing, each.parent, each.child);
        const cycle = answers[i]!;
        expect(cycle !== null).toBe(closes);
        if (cycle) {
          expect([cycle[0], cycle[1], cycle.at(-1)]).toEqual([each.child, each.parent, each.child]);
          for (let at = 1; at < cycle.length - 1; at++)
            expect(standing.some(({ child, parent }) => child === cycle[at] && parent === cycle[at + 1])).toBe(true);
        } else standing.push(each);
      }
    }),
  );
});

test('P46 its history tells of it', async () => {
  const [last] = await api.sql<{ n: string }>('select coalesce(max(event_id), 0) as n from status_event');
  await add(pairs('f1 f2', 'f1 f3'), { reason: 'order of loading' });
  expect(await api.sql('select subject_name, field, to_value, reason from status_event where event_id > $1', [last!.n])).toEqual([
    { subject_name: 'f1', field: 'parents', to_value: '["f2", "f3"]', reason: 'order of loading' },
  ]);
});

import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('retired');
});
afterAll(() => api.close());

const retire = (subject: string) => api.run(`mutation { retire(input: { subject: { ${subject} } }) { changed } }`);
/** What is told of the one error of a request. */
const refused = async (document: string, variables?: Record<string, unknown>) => {
  const { errors } = await api.execute(document, variables);
  expect(errors).toHaveLength(1);
  return errors![0]!.originalError;
};
const register = (name: string, more: string) =>
  api.run(`mutation { registerProcess(input: { name: "${name}", type: "Load", tool: "Airflow", ${more} }) { created } }`);

test('a process that reads and writes what is retired starts, as `canStart` says', async () => {
  await register(
    'reader',
    `sources: [{ name: "r in", objects: [{ name: "o", attributes: [{ name: "a" }] }] }],
     targets: [{ name: "r out", objects: [{ name: "o", attributes: [{ name: "a" }] }] }]`,
  );
  await register('other reader', 'sources: [{ name: "r in", objects: [{ name: "o" }] }]');
  for (const subject of [
    'attribute: { source: "r in", object: "o", name: "a" }',
    'attribute: { source: "r out", object: "o", name: "a" }',
    'object: { source: "r in", name: "o" }',
    'object: { source: "r out", name: "o" }',
    'source: { name: "r in" }',
    'source: { name: "r out" }',
  ])
    await retire(subject);
  const ask = '{ canStart(process: { name: "reader" }) { outcome } }';
  expect(await api.run(ask)).toEqual({ canStart: { outcome: 'STARTED' } });
  const start = (process: string) => `mutation { startRun(input: { process: { ${process} } }) { outcome } }`;
  expect((await api.run(start('name: "reader"'))).startRun).toMatchObject({ outcome: 'STARTED' });
  expect(await api.sql(`select direction from run_object order by 1`)).toEqual([{ direction: 'input' }, { direction: 'output' }]);
  // Also where the start says again what the process reads; something new is refused.
  expect(
    (await api.run(start('name: "other reader", type: "Load", tool: "Airflow", sources: [{ name: "r in", objects: [{ name: "o" }] }]')))
      .startRun,
  ).toMatchObject({ outcome: 'STARTED' });
  expect(
    await refused(start('name: "third reader", type: "Load", tool: "Airflow", sources: [{ name: "r in", objects: [{ name: "o" }] }]')),
  ).toMatchObject({
    code: 'CONFLICT',
    details: { kind: 'Source', argument: 'input.process.sources.0.name' },
  });
});

describe('the argument of a retired record is what identifies it', () => {
  test('a location, by each way', async () => {
    await api.run('mutation { createLocation(input: { name: "l", path: "/l" }) { location { id } } }');
    const { location } = await api.run('{ location(name: "l") { id databaseId } }');
    await api.run(
      'mutation { registerProcess(input: { name: "lp", type: "Load", tool: "Airflow", sources: [{ name: "ls" }] }) { created } }',
    );
    await retire('location: { name: "l" }');
    const ways: [way: string, written: string, value: unknown][] = [
      ['name', '"l"', 'l'],
      ['path', '"/l/"', '/l/'],
      ['id', `"${location.id}"`, location.id],
      ['databaseId', `${location.databaseId}`, location.databaseId],
    ];
    for (const [way, written, value] of ways) {
      const at = {
        code: 'CONFLICT',
        details: {
          argument: `input.location.${way}`,
          value,
          ...(value === 'l' ? {} : { name: 'l' }),
          kind: 'Location',
          retiredAt: expect.any(String),
        },
      };
      const given = `location: { ${way}: ${written} }`;
      expect(
        await refused(`mutation { linkLocation(input: { subject: { source: { name: "ls" } }, ${given} }) { changed } }`),
      ).toMatchObject(at);
      expect(
        await refused(`mutation { registerFiles(input: { ${given}, files: [{ fileName: "f" }] }) { results { created } } }`),
      ).toMatchObject(at);
      expect(await refused(`mutation { registerLocationFiles(input: { ${given}, fileNames: [] }) { created } }`)).toMatchObject(at);
    }
  });

  test('one claim in a retired location is refused, the others are made', async () => {
    const claim = (place: string, fileName: string) => `{ file: { ${place}, fileName: "${fileName}" }, owner: "w" }`;
    expect(await refused(`mutation { claimFile(input: ${claim('path: "/l"', 'f')}) { outcome } }`)).toMatchObject({
      code: 'CONFLICT',
      details: { argument: 'input.file.path', value: '/l', name: 'l' },
    });
    const claims = [claim('path: "/used"', 'a'), claim('path: "/l"', 'b'), claim('location: "l"', 'c'), claim('path: "/used"', 'd')];
    const { claimFiles } = await api.run(
      `mutation { claimFiles(input: { claims: [${claims.join()}] }) { results { claim { outcome } error { code argument value } } } }`,
    );
    const claimed = { claim: { outcome: 'CLAIMED' }, error: null };
    expect(claimFiles.results).toEqual([
      claimed,
      { claim: null, error: { code: 'CONFLICT', argument: 'file.path', value: '/l' } },
      { claim: null, error: { code: 'CONFLICT', argument: 'file.location', value: 'l' } },
      claimed,
    ]);
  });

  test('a process of a dependency, a hold', async () => {
    await register('gone', '');
    await register('here', '');
    const { process } = await api.run('{ process(name: "gone") { id databaseId } }');
    await api.run('mutation { updateProcess(input: { process: { name: "gone" }, newName: "gone by" }) { process { id } } }');
    await retire('process: { name: "gone by" }');
    const refs: [way: string, ref: string, value: unknown][] = [
      ['name', 'name: "gone by"', 'gone by'],
      ['name', 'name: "gone"', 'gone'],
      ['id', `id: "${process.id}"`, process.id],
      ['databaseId', `databaseId: ${process.databaseId}`, process.databaseId],
    ];
    const items = refs.flatMap(([, ref]) => [
      `{ parent: { ${ref} }, child: { name: "here" } }`,
      `{ parent: { name: "here" }, child: { ${ref} } }`,
    ]);
    const { addDependencies } = await api.run(
      `mutation { addDependencies(input: { dependencies: [${items.join()}] }) { results { error { argument value } } } }`,
    );
    expect(addDependencies.results).toEqual(
      refs.flatMap(([way, , value]) => ['parent', 'child'].map((side) => ({ error: { argument: `${side}.${way}`, value } }))),
    );
    expect(await refused(`mutation { holdProcess(input: { process: { id: "${process.id}" }, reason: "r" }) { changed } }`)).toMatchObject({
      code: 'CONFLICT',
      details: { argument: 'input.process.id', value: process.id, name: 'gone by', kind: 'Process' },
    });
  });

  test('what an attribute or an object is in; a changed filter; the target of a finished file', async () => {
    await register(
      'filters',
      `sources: [{ name: "fs", objects: [{ name: "fo", attributes: [{ name: "a" }, { name: "b" }] }] },
        { name: "gs", objects: [{ name: "go", attributes: [{ name: "a" }] }] },
        { name: "hs", objects: [{ name: "ho", attributes: [{ name: "a" }] }] }]`,
    );
    await api.run('mutation { createContact(input: { name: "c" }) { created } }');
    const condition = (attribute: string) => `attribute: { ${attribute} }, operator: "eq", values: [{ text: "x" }]`;
    const of = (source: string, object: string, name: string) => `source: "${source}", object: "${object}", name: "${name}"`;
    const { addProcessFilters } = await api.run(
      `mutation { addProcessFilters(input: { process: { name: "filters" }, filters: [{ ${condition(of('fs', 'fo', 'a'))} }, { ${condition(of('gs', 'go', 'a'))} }] }) { filters { id } } }`,
    );
    const [{ id }, { id: second }] = addProcessFilters.filters;
    for (const subject of [`attribute: { ${of('fs', 'fo', 'b')} }`, 'object: { source: "gs", name: "go" }', 'source: { name: "hs" }'])
      await retire(subject);
    const retired: [ref: string, argument: string, kind: string, value: string, name?: string][] = [
      [of('fs', 'fo', 'b'), 'name', 'SourceObjectAttribute', 'b'],
      ['qualifiedName: "fs.fo.b"', 'qualifiedName', 'SourceObjectAttribute', 'fs.fo.b', 'b'],
      [of('gs', 'go', 'a'), 'object', 'SourceObject', 'go'],
      [of('hs', 'ho', 'a'), 'source', 'Source', 'hs'],
    ];
    const contact = (subject: string) => `mutation { linkContact(input: { subject: { ${subject} }, contact: { name: "c" } }) { changed } }`;
    for (const [ref, argument, kind, value, name] of retired) {
      const at = (path: string) => ({ code: 'CONFLICT', details: { argument: `${path}.${argument}`, value, kind, ...(name && { name }) } });
      expect(
        await refused(
          `mutation { addProcessFilters(input: { process: { name: "filters" }, filters: [{ ${condition(ref).replace('"x"', '"y"')} }] }) { filters { id } } }`,
        ),
      ).toMatchObject(at('input.filters.0.attribute'));
      expect(
        await refused(`mutation { updateProcessFilter(input: { id: "${id}", attribute: { ${ref} } }) { filter { id } } }`),
      ).toMatchObject(at('input.attribute'));
      expect(await refused(contact(`attribute: { ${ref} }`))).toMatchObject(at('input.subject.attribute'));
    }
    expect(await refused(contact('object: { source: "hs", name: "ho" }'))).toMatchObject({
      details: { argument: 'input.subject.object.source' },
    });
    // A filter of what was retired since stays, and its values can be changed.
    await api.run(
      `mutation { updateProcessFilter(input: { id: "${second}", attribute: { ${of('gs', 'go', 'a')} }, values: [{ text: "z" }] }) { filter { id } } }`,
    );

    const file = 'file: { path: "/used", fileName: "t" }';
    const { claimFile } = await api.run(`mutation { claimFile(input: { ${file}, owner: "w" }) { fencingToken } }`);
    const finish = (object: string) =>
      `mutation { finishFile(input: { ${file}, fencingToken: "${claimFile.fencingToken}", targetObject: { ${object} } }) { outcome } }`;
    expect(await refused(finish('source: "gs", name: "go"'))).toMatchObject({
      code: 'CONFLICT',
      details: { argument: 'input.targetObject.name', value: 'go', kind: 'SourceObject' },
    });
    expect(await api.run(finish('source: "fs", name: "fo"'))).toEqual({ finishFile: { outcome: 'DONE' } });
  });
});

test('an end of a mapping that is retired is said to be so; one that does not exist is named, with the nearest', async () => {
  await register(
    'mapper',
    'sources: [{ name: "ms", objects: [{ name: "mo", attributes: [{ name: "amount" }] }] }], targets: [{ name: "mt", objects: [{ name: "mo", attributes: [{ name: "total" }] }] }]',
  );
  await register('other mapper', 'sources: [{ name: "ms", objects: [{ name: "mo", attributes: [{ name: "old" }] }] }]');
  await retire('attribute: { source: "ms", object: "mo", name: "old" }');
  const mapping = (from: string, to = '{ qualifiedName: "mt.mo.total" }') =>
    `mutation { registerProcess(input: { name: "mapper", mappings: [{ from: { qualifiedName: "ms.mo.amount" }, to: { qualifiedName: "mt.mo.total" } }, { from: ${from}, to: ${to} }] }) { created } }`;
  const missing = (argument: string, nearest: string[]) => ({
    code: 'NOT_FOUND',
    details: { argument: `input.mappings.1.${argument}`, nearest },
  });
  expect(await refused(mapping('{ qualifiedName: "ms.mo.amuont" }'))).toMatchObject(missing('from.qualifiedName', ['ms.mo.amount']));
  expect(await refused(mapping('{ source: "ms", object: "mo", name: "amuont" }'))).toMatchObject(missing('from.name', ['amount']));
  expect(
    await refused(mapping('{ source: "ms", object: "mo", name: "amount" }', '{ source: "mt", object: "mmo", name: "total" }')),
  ).toMatchObject({
    code: 'NOT_FOUND',
    details: { argument: 'input.mappings.1.to.object', value: 'mmo' },
  });
  expect(await refused(mapping('{ qualifiedName: "ms.mo.old" }'))).toMatchObject({
    code: 'CONFLICT',
    details: { argument: 'input.mappings.1.from.qualifiedName', value: 'ms.mo.old', name: 'old', retiredAt: expect.any(String) },
  });
  expect(await api.run(mapping('{ source: "ms", object: "mo", name: "amount" }'))).toEqual({ registerProcess: { created: false } });
  // Nothing was made on the way.
  expect(await api.sql(`select from source_object_attribute_lkup where source_object_attribute_name = 'amuont'`)).toEqual([]);
});

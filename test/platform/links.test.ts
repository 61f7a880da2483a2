import fc from 'fast-check';
import { openApi, type Api } from '../support/api.js';
import { call, openServer, type Server } from '../support/run-calls.js';

interface Link {
  label: string;
  url: string;
}

let api: Api;
let other: ReturnType<typeof openServer>;
let files = 0;
beforeAll(async () => {
  api = await openApi('links');
  other = openServer(api);
});
afterAll(async () => {
  await other.close();
  await api.close();
});

const mutation = (name: string, asked: string) =>
  `mutation ($input: ${name.replace(/^./, (letter) => letter.toUpperCase())}Input!) { ${name}(input: $input) { ${asked} } }`;
const write = async (name: string, input: object, asked = '__typename', on: Server = api): Promise<any> =>
  (await call(on, mutation(name, asked), { input }))[name];
const refusal = async (name: string, input: object): Promise<any> =>
  (await api.execute(mutation(name, '__typename'), { input })).errors?.[0]?.originalError;
const register = (name: string, more: object = {}) => write('registerProcess', { name, type: 'Load', tool: 'dbt', ...more });
const linksOf = async (query: string): Promise<Link[]> => Object.values(await api.run(`{ ${query} { links { label url } } }`))[0].links;

async function start(more: object = {}, name = `process ${++files}`): Promise<{ id: string; token: string }> {
  const { run, fencingToken } = await write(
    'startRun',
    { process: { name, type: 'Load', tool: 'dbt' }, ...more },
    'fencingToken run { id }',
  );
  return { id: run.id, token: fencingToken };
}
async function newFile(): Promise<object> {
  const file = { path: 's3://links/in', fileName: `file ${++files}` };
  await write('registerFiles', { location: { path: file.path }, files: [{ fileName: file.fileName, status: 'ready' }] });
  return file;
}
const nodeLinks = async (id: string, type: string): Promise<Link[]> =>
  (await api.run(`query ($id: ID!) { node(id: $id) { ... on ${type} { links { label url } } } }`, { id })).node.links;
const numbered = (count: number, from = 0): Link[] =>
  Array.from({ length: count }, (_, i) => ({ label: `label ${String(from + i).padStart(2, '0')}`, url: `https://host/${from + i}` }));
const byLabel = (links: Iterable<Link>) => [...links].toSorted((a, b) => Buffer.compare(Buffer.from(a.label), Buffer.from(b.label)));

/** Labels that sort otherwise by UTF-16 than by bytes, or that a JSON or a regular expression could take amiss. */
const labels = ['log', 'Log', 'ä', '\u{1F600}', '\uFF21', '$1', '"', '\\', '{}', 'null', "it's"];
const someLinks = fc.uniqueArray(fc.record({ label: fc.constantFrom(...labels), url: fc.webUrl({ withQueryParameters: true }) }), {
  selector: ({ label }) => label,
  maxLength: 6,
});

test('reports on a run add links: a known label gets the new address, as in a map', async () => {
  await fc.assert(
    fc.asyncProperty(someLinks, fc.array(someLinks, { minLength: 1, maxLength: 4 }), async (first, reports) => {
      const { id } = await start({ links: first });
      const model = new Map(first.map((link) => [link.label, link]));
      for (const links of reports) {
        const changes = links.some(({ label, url }) => model.get(label)?.url !== url);
        expect((await write('reportRun', { run: { id }, links }, 'changed')).changed).toBe(changes);
        for (const link of links) model.set(link.label, link);
        expect(await nodeLinks(id, 'Run')).toEqual(byLabel(model.values()));
      }
    }),
    { numRuns: 20 },
  );
});

test('registrations add links, or replace all of them; updates replace them, and null removes them', async () => {
  const name = 'registered';
  const [a, b, c] = numbered(3);
  const own = () => linksOf(`process(name: "${name}")`);
  await register(name, { links: [c, a] });
  expect(await own()).toEqual([a, c]);
  const version = async () => (await api.run(`{ process(name: "${name}") { rowVersion } }`)).process.rowVersion;
  const before = await version();
  await register(name, { links: [a] });
  await register(name);
  expect([await own(), await version()]).toEqual([[a, c], before]);
  await register(name, { links: [b, { ...a, url: 'https://other' }] });
  expect(await own()).toEqual([{ ...a, url: 'https://other' }, b, c]);
  await register(name, { links: [b], mode: 'REPLACE' });
  expect(await own()).toEqual([b]);
  await write('updateProcess', { process: { name }, links: [c, a] });
  expect(await own()).toEqual([a, c]);
  await write('updateProcess', { process: { name }, description: 'the same' });
  expect(await own()).toEqual([a, c]);
  await write('updateProcess', { process: { name }, links: null });
  expect(await own()).toEqual([]);
  await write('startRun', { process: { name, links: [b] } });
  expect(await own()).toEqual([b]);
  const { nodes } = (await api.run(`{ process(name: "${name}") { history(first: 1) { nodes { field from to added } } } }`)).process.history;
  expect(nodes.map((node: any) => ({ ...node, to: JSON.parse(node.to) }))).toEqual([{ field: 'links', from: '[]', to: [b], added: null }]);
  // Two requests of one call agree, or the second is at fault.
  const twice = (links: Link[]) => [
    { name: 'twice', type: 'Load', tool: 'dbt', links: [a] },
    { name: 'twice', links },
  ];
  const asked = 'results { error { argument value allowed } }';
  expect((await write('registerProcesses', { processes: twice([a!, b!]) }, asked)).results).toEqual([{ error: null }, { error: null }]);
  expect(await linksOf('process(name: "twice")')).toEqual([a, b]);
});

test('sources and objects have links from their creation on', async () => {
  const [a, b] = numbered(2);
  await write('createSource', { name: 'lake', links: [b, a] });
  await write('createSource', { name: 'lake', links: [] });
  expect(await linksOf('source(name: "lake")')).toEqual([a, b]);
  await write('createSourceObject', { name: 'water', source: { name: 'lake' }, links: [b] });
  expect(await linksOf('sourceObject(source: "lake", name: "water")')).toEqual([b]);
  await write('createSourceObject', { name: 'fish', source: { name: 'lake' } });
  expect(await linksOf('sourceObject(source: "lake", name: "fish")')).toEqual([]);
  await write('updateSourceObject', { object: { source: 'lake', name: 'water' }, links: [a] });
  expect(await linksOf('sourceObject(source: "lake", name: "water")')).toEqual([a]);
  // An empty list is refused with what removes all.
  await expect(write('updateSourceObject', { object: { source: 'lake', name: 'water' }, links: [] })).rejects.toThrow(
    'input.links must not be empty: give null to remove all of it, leave it out to keep it, or give at least one.',
  );
  const { history } = (await api.run('{ sourceObject(source: "lake", name: "water") { history(first: 1) { nodes { field actor } } } }'))
    .sourceObject;
  expect(history.nodes).toEqual([{ field: 'links', actor: 'tester' }]);
  // Plain SQL, such as that of the Python client, need not know of them.
  await api.sql(`insert into source_lkup (source_name) values ('by SQL')`);
  expect(await linksOf('source(name: "by SQL")')).toEqual([]);
});

test('links come with each way to report on a run and on a file', async () => {
  const [a, b, c] = numbered(3);
  const { id, token } = await start({ links: [b], idempotencyKey: 'once', leaseSeconds: 60 }, 'by key');
  const again = { process: { name: 'by key', type: 'Load', tool: 'dbt' }, idempotencyKey: 'once', leaseSeconds: 60 };
  expect((await write('startRun', { ...again, links: [b] }, 'outcome')).outcome).toBe('REPLAYED');
  expect(await refusal('startRun', { ...again, links: [c] })).toMatchObject({ code: 'CONFLICT', details: { different: ['links'] } });
  await write('raiseRunError', { run: { id }, fencingToken: token, type: 'File Error', links: [a] });
  await write('reportRuns', { reports: [{ run: { id }, fencingToken: token, status: 'completed', links: [{ ...b, url: 'https://b' }] }] });
  await write('reportRun', { run: { id }, links: [c] });
  expect(await nodeLinks(id, 'Run')).toEqual([a, { ...b, url: 'https://b' }, c]);
  // An error that is known is not added again; a link beside it is.
  const error = { run: { id }, type: 'File Error', occurredAt: '2026-01-01T00:00:00Z' };
  for (const [links, changed] of [
    [[a], true],
    [[a], false],
    [[{ ...a, url: 'https://a' }], true],
  ])
    expect((await write('raiseRunError', { ...error, links }, 'changed')).changed).toBe(changed);
  expect(await nodeLinks(id, 'Run')).toContainEqual({ ...a, url: 'https://a' });

  const file = await newFile();
  const claim = () => write('claimFile', { file, owner: 'worker' }, 'outcome fencingToken file { id state }');
  const first = await claim();
  await write('failFile', { file, fencingToken: first.fencingToken, links: [a], retryAfterSeconds: 0 });
  const second = await claim();
  const finish = { file, fencingToken: second.fencingToken, links: [b] };
  for (const _ of [1, 2]) expect((await write('finishFile', finish, 'outcome')).outcome).toBe('DONE');
  const reports = [
    { file, links: [c, { ...a, url: 'https://a' }] },
    { file, links: [c] },
  ];
  const { results } = await write('reportFiles', { reports }, 'results { changed }');
  expect(results).toEqual([{ changed: true }, { changed: false }]);
  expect(await nodeLinks(first.file.id, 'File')).toEqual([{ ...a, url: 'https://a' }, b, c]);
});

test('twenty workers that add a link at the same instant, on two servers, lose none', async () => {
  const { id } = await start();
  const file = await newFile();
  const name = 'many add';
  await register(name);
  const links = numbered(20);
  const each = (work: (link: Link, on: Server) => Promise<any>) => Promise.all(links.map((link, i) => work(link, i % 2 ? other : api)));
  const answers = await Promise.all([
    each((link, on) => write('reportRun', { run: { id }, links: [link] }, 'changed', on)),
    each((link, on) => write('reportFile', { file, links: [link] }, 'changed file { id }', on)),
    each((link, on) => write('registerProcess', { name, links: [link] }, 'created', on)),
  ]);
  expect(
    answers
      .slice(0, 2)
      .flat()
      .map(({ changed }) => changed),
  ).toEqual(Array(40).fill(true));
  expect(await nodeLinks(id, 'Run')).toEqual(links);
  expect(await nodeLinks(answers[1][0].file.id, 'File')).toEqual(links);
  expect(await linksOf(`process(name: "${name}")`)).toEqual(links);
  // Of twenty that set one label to one address exactly one changed it.
  const same = await each((_, on) => write('reportRun', { run: { id }, links: [{ ...links[3], url: 'https://moved' }] }, 'changed', on));
  expect(same.filter(({ changed }) => changed)).toHaveLength(1);
});

test('a record has at most 50 links', async () => {
  const tooMany = (argument: string, value = 51) => ({ code: 'INVALID', details: { argument, value, allowed: { max: 50 } } });
  const { id } = await start({ links: numbered(50) });
  expect(await refusal('reportRun', { run: { id }, links: numbered(1, 50) })).toMatchObject(tooMany('input.links'));
  expect((await write('reportRun', { run: { id }, links: [{ label: 'label 07', url: 'https://new' }] }, 'changed')).changed).toBe(true);
  const { results } = await write(
    'reportRuns',
    {
      reports: [
        { run: { id }, links: numbered(2, 50) },
        { run: { id }, recordCount: 1 },
      ],
    },
    'results { changed error { argument value allowed } }',
  );
  expect(results).toEqual([
    { changed: false, error: { argument: 'links', value: 52, allowed: { max: 50 } } },
    { changed: true, error: null },
  ]);
  const file = await newFile();
  await write('reportFile', { file, links: numbered(49) });
  expect(await refusal('reportFile', { file, links: numbered(2, 60) })).toMatchObject(tooMany('input.links'));
  await register('full', { links: numbered(50) });
  expect(await refusal('registerProcess', { name: 'full', links: numbered(1, 50) })).toMatchObject(tooMany('input.links'));
  expect(await refusal('updateProcess', { process: { name: 'full' }, links: numbered(51) })).toMatchObject(tooMany('input.links'));
  expect(await refusal('startRun', { process: { name: 'full', links: numbered(1, 50) } })).toMatchObject(tooMany('input.process.links'));
  await register('full', { links: numbered(50, 10), mode: 'REPLACE' });
  expect(await linksOf('process(name: "full")')).toEqual(numbered(50, 10));
});

const hostile = [
  ...['javascript:alert(1)', 'JavaScript://host/%0aalert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'ftp://host'],
  ...['//host', '/path', 'host', 'https:', 'https:/host', 'https://', 'https:///path', 'http:\\\\host', 'https://host:99999'],
  ...[' https://host', 'https://host ', 'https://ho st', 'https://host/a b', 'https://host/\n', 'https://ho\tst', 'java\nscript:x'],
  ...[
    'https://host/"><script>',
    'https://host/\u202Egpj',
    'https://host/\u200B',
    'https://host\\@evil',
    'https://@host',
    'https://user@host',
  ],
];
test.each(hostile)('the address %j is refused', async (url) => {
  const links = [
    { label: 'fine', url: 'https://host' },
    { label: 'log', url },
  ];
  const expected = { code: 'INVALID', details: { argument: 'input.links.1.url', allowed: 'an address like https://host/path' } };
  expect(await refusal('registerProcess', { name: 'hostile', type: 'Load', tool: 'dbt', links })).toMatchObject(expected);
  expect(await refusal('createSource', { name: 'hostile', links })).toMatchObject(expected);
});

test('an address with a password or a key is refused, and not shown', async () => {
  for (const url of [
    'https://me:hunter2@host/x',
    'https://hunter2@host/x',
    'https://:hunter2@host/x',
    'https://host/x?a=1&access_token=hunter2',
    'https://bucket.s3.example.org/x?X-Amz-Signature=hunter2',
    'https://host/x#password=hunter2',
    'https://host/ghp_hunter2hunter2hunter2',
  ]) {
    const refused = await refusal('createSource', { name: 'keys', links: [{ label: 'log', url }] });
    expect(refused).toMatchObject({ code: 'INVALID', details: { argument: 'input.links.0.url' } });
    expect(JSON.stringify([refused.message, refused.details])).not.toContain('hunter2');
  }
});

test('what else is wrong with a link has its argument', async () => {
  const url = 'https://host/path?q=1#top';
  const ok = [
    { label: 'x'.repeat(200), url: `https://host/${'x'.repeat(1986)}` },
    { label: '😀'.repeat(200), url },
  ];
  await write('createSource', { name: 'long', links: ok });
  for (const [link, argument, more] of [
    [{ label: '', url }, 'label'],
    [{ label: ' \t', url }, 'label'],
    [{ label: ' log', url }, 'label', { value: ' log', allowed: 'log' }],
    [{ label: '😀'.repeat(201), url }, 'label', { allowed: { maxCharacters: 200 } }],
    [{ label: 'log', url: '' }, 'url'],
    [{ label: 'log', url: `https://host/${'x'.repeat(10_000)}` }, 'url', { allowed: { maxBytes: 2000 } }],
    [{ label: 'fine', url }, 'label', { value: 'fine', allowed: 'each label once' }],
  ] as [Link, string, object?][]) {
    const links = [{ label: 'fine', url }, link];
    expect(await refusal('createSource', { name: 'wrong', links })).toMatchObject({
      code: 'INVALID',
      details: { argument: `input.links.1.${argument}`, ...more },
    });
  }
});

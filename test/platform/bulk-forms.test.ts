import { getNamedType, graphql, isInputObjectType, isObjectType } from 'graphql';
import { openApi, type Api } from '../support/api.js';
import { connect } from '../support/http.js';
import { createContext } from '../../src/platform/read/context.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('bulk_forms');
});
afterAll(() => api.close());

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name} ${i + 1}`);
const error = 'error { code argument value }';

interface Answer {
  failedCount: number;
  results: Record<string, any>[];
}
/** What a bulk mutation answers for these items. */
async function bulk(mutation: string, items: readonly object[], fields: string): Promise<Answer> {
  const input = getNamedType(api.schema.getMutationType()!.getFields()[mutation]!.args[0]!.type);
  if (!isInputObjectType(input)) throw new Error(`${mutation} has no input`);
  const [list] = Object.keys(input.getFields()) as [string];
  const query = `mutation ($input: ${input.name}!) { answer: ${mutation}(input: $input) { failedCount results { ${fields} ${error} } } }`;
  return (await api.run(query, { input: { [list]: items } })).answer as Answer;
}

const at = (fileName: string) => ({ path: 's3://bulk', fileName });
/** Claims new files, and answers what their lease owner sends. */
async function claimed(...names: string[]): Promise<{ file: object; fencingToken: string }[]> {
  const claims = names.map((name) => ({ file: at(name), owner: 'worker' }));
  const { results } = await bulk('claimFiles', claims, 'claim { outcome fencingToken }');
  return results.map(({ claim }, i) => ({ file: at(names[i]!), fencingToken: claim.fencingToken as string }));
}

test('every payload with a result for each item counts those with an error at its top', () => {
  const payloads = Object.values(api.schema.getMutationType()!.getFields()).map(({ type }) => getNamedType(type));
  const withResults = payloads.filter((type) => isObjectType(type) && 'results' in type.getFields());
  expect(withResults.length).toBeGreaterThan(30);
  expect(withResults.filter((type) => isObjectType(type) && String(type.getFields().failedCount?.type) !== 'Int!').map(String)).toEqual([]);
});

test('every act of a worker or operator on one record has a bulk form', () => {
  const names = Object.keys(api.schema.getMutationType()!.getFields());
  // What makes or changes a description of one record, or its name, is written one by one; registration is the bulk form of the first.
  const acts = names.filter(
    (name) => !/^(create|update|delete)|Alias$|Filters?$|^unlinkProcess$|^openRunGroup$|^registerLocation/.test(name),
  );
  const isBulk = (name: string) => {
    const payload = getNamedType(api.schema.getMutationType()!.getFields()[name]!.type);
    return isObjectType(payload) && 'results' in payload.getFields();
  };
  const pluralOf = (name: string) => [
    `${name}s`,
    name.replace('Process', 'Processes'),
    `${name}Records`,
    ...(name === 'registerProcess' ? ['registerProcesses'] : []),
  ];
  expect(acts.filter((name) => !isBulk(name) && !pluralOf(name).some((plural) => names.includes(plural) && isBulk(plural)))).toEqual([]);
});

test('a cycle that addDependencies refuses is counted, and so is a wrong text', async () => {
  await bulk('registerProcesses', [{ name: 'a' }, { name: 'b' }], 'created');
  const link = (parent: string, child: string) => ({ parent: { name: parent }, child: { name: child } });
  const { failedCount, results } = await bulk('addDependencies', [link('a', 'b'), link('b', 'a'), link('', 'a')], 'outcome cycle { name }');
  expect(failedCount).toBe(2);
  expect(results).toMatchObject([
    { outcome: 'ADDED', error: null },
    { outcome: 'REFUSED', error: { code: 'CONFLICT' } },
    { outcome: 'REFUSED', error: { code: 'INVALID', argument: 'parent.name' } },
  ]);
});

describe('files', () => {
  test('finishFiles: each file on its own, lost leases and repetitions as from finishFile', async () => {
    await api.run(
      'mutation { createSource(input: { name: "s" }) { created } a: createSourceObject(input: { source: { name: "s" }, name: "t" }) { created } b: createSourceObject(input: { source: { name: "s" }, name: "gone" }) { created } }',
    );
    await api.run('mutation { retire(input: { subject: { object: { qualifiedName: "s.gone" } } }) { changed } }');
    const [one, two, three, four] = await claimed('1', '2', '3', '4');
    const answer = await bulk(
      'finishFiles',
      [
        { ...one!, rowsWritten: '5', targetObject: { qualifiedName: 's.t' } },
        { ...two!, fencingToken: '1' },
        { ...three!, rowsRead: '-1' },
        { ...four!, targetObject: { qualifiedName: 's.gone' } },
        { ...one!, rowsWritten: '5' },
        { ...three!, targetObject: { qualifiedName: 's.none' } },
        { file: at('none'), fencingToken: '1' },
        { ...three!, outputHash: 'x'.repeat(3_000) },
      ],
      'outcome file { fileName status { name } currentVersion { rowsWritten targetObject { name } } }',
    );
    const loaded = { fileName: '1', status: { name: 'loaded' }, currentVersion: { rowsWritten: '5', targetObject: { name: 't' } } };
    const refused = (code: string, argument: string, value: unknown) => ({ outcome: null, file: null, error: { code, argument, value } });
    expect(answer.results).toEqual([
      { outcome: 'DONE', file: loaded, error: null },
      { outcome: 'LOST_CLAIM', file: expect.objectContaining({ fileName: '2', status: { name: 'loading' } }), error: null },
      refused('INVALID', 'rowsRead', '-1'),
      refused('CONFLICT', 'targetObject.qualifiedName', 's.gone'),
      { outcome: 'DONE', file: loaded, error: null },
      refused('NOT_FOUND', 'targetObject.qualifiedName', 's.none'),
      refused('NOT_FOUND', 'file.fileName', 'none'),
      refused('INVALID', 'outputHash', expect.any(String)),
    ]);
    expect(answer.failedCount).toBe(5);
    expect(await api.sql(`select extract_filename as name from extract_tracking where owner is not null order by 1`)).toEqual([
      { name: '2' },
      { name: '3' },
      { name: '4' },
    ]);
  });

  test('failFiles, heartbeatFiles, releaseFiles; retryFiles, skipFiles and reprocessFiles keep the reason of each', async () => {
    const [one, two, three] = await claimed('f1', 'f2', 'f3');
    const beats = await bulk(
      'heartbeatFiles',
      [
        { ...one!, leaseSeconds: 50 },
        { ...two!, leaseSeconds: 0 },
      ],
      'outcome file { leaseSeconds }',
    );
    expect(beats).toMatchObject({
      failedCount: 1,
      results: [{ outcome: 'DONE', file: { leaseSeconds: 50 } }, { error: { argument: 'leaseSeconds' } }],
    });
    const failed = await bulk(
      'failFiles',
      [
        { ...one!, message: 'broken' },
        { ...two!, errorType: 'no such type' },
        { ...three!, retryable: false, retryAfterSeconds: 1 },
      ],
      'outcome file { status { name } }',
    );
    expect(failed).toMatchObject({
      failedCount: 2,
      results: [
        { outcome: 'DONE', file: { status: { name: 'error' } } },
        { error: { code: 'INVALID', argument: 'errorType' } },
        { error: { code: 'INVALID', argument: 'retryAfterSeconds' } },
      ],
    });
    const released = await bulk(
      'releaseFiles',
      [two!, { file: at('f3'), reason: 'by hand' }, { file: at('f3') }, { file: at('f1'), reason: 'not loading' }],
      'outcome file { status { name } }',
    );
    expect(released).toMatchObject({
      failedCount: 2,
      results: [
        { outcome: 'DONE', file: { status: { name: 'ready' } } },
        { outcome: 'DONE', file: { status: { name: 'ready' } } },
        { error: { code: 'INVALID', argument: 'reason' } },
        { error: { code: 'CONFLICT', argument: 'file' } },
      ],
    });
    const retried = await bulk(
      'retryFiles',
      [
        { file: at('f1'), reason: 'first' },
        { file: at('f1'), reason: 'again' },
        { file: at('f1'), reason: ' ' },
        { file: at('1'), reason: 'loaded' },
      ],
      'changed file { status { name } }',
    );
    expect(retried).toMatchObject({
      failedCount: 2,
      results: [
        { changed: true, file: { status: { name: 'ready' } }, error: null },
        { changed: false, error: null },
        { changed: false, file: null, error: { code: 'INVALID', argument: 'reason' } },
        { changed: false, file: null, error: { code: 'CONFLICT', argument: 'file' } },
      ],
    });
    const skipped = await bulk(
      'skipFiles',
      [
        { file: at('f1'), reason: 'skip one' },
        { file: at('f2'), reason: 'skip two' },
      ],
      'changed',
    );
    expect(skipped).toMatchObject({ failedCount: 0, results: [{ changed: true }, { changed: true }] });
    const again = await bulk('reprocessFiles', [{ file: at('f2'), reason: 'after all' }], 'changed');
    expect(again).toMatchObject({ failedCount: 0, results: [{ changed: true }] });
    const reasons = await api.sql(
      `select subject_name as file, to_value as status, reason, actor from status_event
       where subject_kind = 'File' and field = 'status' and reason is not null order by event_id`,
    );
    const moved = (file: string, status: string, reason: string) => ({ file, status, reason, actor: 'tester' });
    // Those of one statement have no order among each other.
    expect(reasons).toHaveLength(5);
    expect(reasons).toEqual(
      expect.arrayContaining([
        moved('f3', 'ready', 'by hand'),
        moved('f1', 'ready', 'first'),
        moved('f1', 'skipped', 'skip one'),
        moved('f2', 'skipped', 'skip two'),
        moved('f2', 'ready', 'after all'),
      ]),
    );
  });

  test.each(['finishFiles', 'heartbeatFiles', 'failFiles', 'releaseFiles', 'retryFiles', 'skipFiles', 'reprocessFiles'])(
    '%s: as many statements for one file as for fifty',
    async (mutation) => {
      const byPerson = /^(retry|skip|reprocess)/.test(mutation);
      const items = async (name: string, count: number) => {
        const held = await claimed(...numbered(`${mutation} ${name}`, count));
        if (mutation === 'retryFiles') await bulk('failFiles', held, 'outcome');
        else if (mutation === 'reprocessFiles') await bulk('finishFiles', held, 'outcome');
        else if (mutation === 'skipFiles') await bulk('releaseFiles', held, 'outcome');
        return byPerson ? held.map(({ file }) => ({ file, reason: 'test' })) : held;
      };
      const [one, many] = [await items('one', 1), await items('many', 50)];
      const send = async (list: readonly object[]) =>
        api.recorded(async () => {
          const { failedCount, results } = await bulk(mutation, list, 'file { status { name } }');
          expect([failedCount, results.length]).toEqual([0, list.length]);
        });
      await send(one);
      const [first, all] = [await send(await items('warm', 1)), await send(many)];
      expect(all.length).toBe(first.length);
    },
  );
});

test.each(['cancelRuns', 'abandonRuns', 'reopenRuns', 'raiseRunErrors'])(
  '%s: as many statements for one run as for fifty, each with its own reason',
  async (mutation) => {
    const items = async (name: string, count: number) => {
      const names = numbered(`${mutation} ${name}`, count);
      await bulk(
        'registerProcesses',
        names.map((process) => ({ name: process })),
        'created',
      );
      await bulk(
        'startRuns',
        names.map((process) => ({ process: { name: process } })),
        'outcome',
      );
      const runs = names.map((process) => ({ run: { process, number: 1 }, reason: `for ${process}` }));
      if (mutation === 'reopenRuns') await bulk('cancelRuns', runs, 'changed');
      return mutation === 'raiseRunErrors' ? runs.map((run) => ({ ...run, type: 'File Error', createType: true, failRun: true })) : runs;
    };
    const send = (list: readonly object[]) =>
      api.recorded(async () => {
        const { failedCount, results } = await bulk(mutation, list, 'changed run { state }');
        expect([failedCount, results.filter(({ changed }) => changed).length]).toEqual([0, list.length]);
      });
    const [one, many] = [await items('one', 1), await items('many', 50)];
    await send(await items('warm', 1));
    expect((await send(many)).length).toBe((await send(one)).length);
    const [{ count }] = (await api.sql(
      `select count(*)::int from status_event where subject_kind = 'Run' and reason = 'for ' || regexp_replace(subject_name, ' #1$', '')
         and field = 'status' and subject_name like $1`,
      [`${mutation} many %`],
    )) as [{ count: number }];
    expect(count).toBe(mutation === 'reopenRuns' ? 100 : 50);
  },
);

test('runs of one list: what is refused creates no look-up, is not written, and loses no other', async () => {
  await bulk('registerProcesses', [{ name: 'mixed' }, { name: 'mixed 2' }], 'created');
  await bulk('startRuns', [{ process: { name: 'mixed' } }, { process: { name: 'mixed 2' } }], 'outcome');
  const run = { process: 'mixed', number: 1 };
  const raised = await bulk(
    'raiseRunErrors',
    [
      { run, type: 'Refused Type', createType: true, rowVersion: 77 },
      { run, type: 'Taken Type', createType: true, occurredAt: '2026-01-01T00:00:00Z' },
      { run, type: 'Taken Type', occurredAt: '2026-01-01T00:00:00Z' },
      { run, type: '' },
    ],
    'changed',
  );
  expect(raised).toMatchObject({
    failedCount: 2,
    results: [
      { changed: false, error: { code: 'CONFLICT', argument: 'rowVersion', value: 77 } },
      { changed: true, error: null },
      { changed: false, error: null },
      { changed: false, error: { code: 'INVALID', argument: 'type' } },
    ],
  });
  expect(await api.sql(`select error_type_name as name from error_type_lkup where error_type_name like '% Type'`)).toEqual([
    { name: 'Taken Type' },
  ]);
  const cancelled = await bulk(
    'cancelRuns',
    [
      { run: { process: 'none', number: 1 }, reason: 'r' },
      { run, reason: 'r' },
      { run: { process: 'mixed 2', number: 1 }, reason: 'r', rowVersion: 99 },
      { run, reason: 'r' },
    ],
    'changed run { state }',
  );
  expect(cancelled).toMatchObject({
    failedCount: 2,
    results: [
      { changed: false, run: null, error: { code: 'NOT_FOUND', argument: 'run.process', value: 'none' } },
      { changed: true, run: { state: 'CANCELLED' }, error: null },
      { changed: false, run: null, error: { code: 'CONFLICT', argument: 'rowVersion', value: 99 } },
      { changed: false, run: { state: 'CANCELLED' }, error: null },
    ],
  });
});

const ref = { path: 's3://bulk', fileName: 'none' };
test.each([
  ['reportRuns', { reports: [{ run: { process: 'none', number: 1 } }] }],
  ['reportFiles', { reports: [{ file: ref }] }],
  ['claimFiles', { claims: [{ file: { ...ref, fileName: '' }, owner: 'worker' }] }],
  ['registerFiles', { location: { path: 's3://bulk' }, files: [{ fileName: 'a', status: 'none' }] }],
  ['registerLocationFiles', { location: { path: 's3://bulk' }, fileNames: [''] }],
  ['registerProcesses', { processes: [{ name: '' }] }],
  ['removeDependencies', { dependencies: [{ parent: { name: 'none' }, child: { name: 'none' } }] }],
  ['addFileDependencies', { dependencies: [{ parent: ref, child: ref }] }],
  ['removeFileDependencies', { dependencies: [{ parent: ref, child: ref }] }],
  [
    'recordRuns',
    { runs: [{ process: { name: 'none' }, startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:00:00Z', status: 'completed' }] },
  ],
])('%s counts an item with an error, also where nothing else is asked for', async (mutation, input) => {
  const type = getNamedType(api.schema.getMutationType()!.getFields()[mutation]!.args[0]!.type).name;
  const query = `mutation ($input: ${type}!) { answer: ${mutation}(input: $input) { failedCount } }`;
  expect(await api.run(query, { input })).toEqual({ answer: { failedCount: 1 } });
});

describe('runs, processes and links', () => {
  const process = (name: string) => ({ process: { name } });
  const contact = (name: string, subject: string) => ({ contact: { name }, subject: { process: { name: subject } } });
  const retire = (name: string) => ({ subject: { process: { name } } });

  test.each([
    [
      'startRuns',
      [process('p1'), process('p1'), process(' '), process('p2')],
      'outcome run { number } blockers { state }',
      [
        { outcome: 'STARTED', run: { number: 1 }, blockers: [], error: null },
        { outcome: 'ALREADY_RUNNING', run: { number: 1 }, blockers: [], error: null },
        { outcome: null, run: null, blockers: [], error: { code: 'INVALID', argument: 'process.name' } },
        { outcome: 'STARTED', run: { number: 1 }, blockers: [], error: null },
      ],
    ],
    [
      'raiseRunErrors',
      [
        { run: { process: 'p1', number: 1 }, type: 'File Error', createType: true, description: 'broken' },
        { run: { process: 'p1', number: 9 }, type: 'File Error' },
        { run: { process: 'p1', number: 1 }, type: 'no such' },
      ],
      'changed run { errors { totalCount } }',
      [
        { changed: true, run: { errors: { totalCount: 1 } }, error: null },
        { changed: false, run: null, error: { code: 'NOT_FOUND', argument: 'run.number', value: 9 } },
        { changed: false, run: null, error: { code: 'INVALID', argument: 'type' } },
      ],
    ],
    [
      'holdProcesses',
      [
        { ...process('p1'), reason: 'no' },
        { ...process('p3'), reason: 'r3' },
        { ...process('p3'), reason: 'again' },
        { ...process('p3'), reason: ' ' },
      ],
      'changed run { state }',
      [
        { changed: false, run: null, error: { code: 'CONFLICT', argument: 'process' } },
        { changed: true, run: { state: 'ON_HOLD' }, error: null },
        { changed: false, run: { state: 'ON_HOLD' }, error: null },
        { changed: false, run: null, error: { code: 'INVALID', argument: 'reason', value: ' ' } },
      ],
    ],
    [
      'releaseProcesses',
      [
        { ...process('p3'), reason: 'r' },
        { ...process('p3'), reason: 'r', to: 'running' },
        { ...process('none'), reason: 'r' },
      ],
      'changed',
      [
        { changed: true, error: null },
        { changed: false, error: expect.anything() },
        { changed: false, error: { code: 'NOT_FOUND', argument: 'process.name', value: 'none' } },
      ],
    ],
    [
      'cancelRuns',
      [
        { run: { process: 'p1', number: 1 }, reason: 'r' },
        { run: { process: 'p1', number: 1 }, reason: 'r' },
      ],
      'changed run { state }',
      [
        { changed: true, run: { state: 'CANCELLED' }, error: null },
        { changed: false, run: { state: 'CANCELLED' }, error: null },
      ],
    ],
    [
      'abandonRuns',
      [
        { run: { process: 'p1', number: 1 }, reason: 'r' },
        { run: { process: 'p2', number: 1 }, reason: 'r' },
      ],
      'changed',
      [
        { changed: false, error: { code: 'CONFLICT', argument: 'run' } },
        { changed: true, error: null },
      ],
    ],
    [
      'reopenRuns',
      [
        { run: { process: 'p2', number: 1 }, reason: 'r', leaseSeconds: -1 },
        { run: { process: 'p2', number: 1 }, reason: 'r' },
      ],
      'changed run { state }',
      [
        { changed: false, run: null, error: { code: 'INVALID', argument: 'leaseSeconds', value: -1 } },
        { changed: true, run: { state: 'RUNNING' }, error: null },
      ],
    ],
    [
      'linkContacts',
      [contact('Ann', 'p1'), contact('Ann', 'p1'), { ...contact('Ann', 'p2'), role: 'owner' }, contact('Bob', 'p1')],
      'changed contact { name } subject { ... on Process { name } }',
      [
        { changed: true, contact: { name: 'Ann' }, subject: { name: 'p1' }, error: null },
        { changed: false, contact: { name: 'Ann' }, subject: { name: 'p1' }, error: null },
        { changed: true, contact: { name: 'Ann' }, subject: { name: 'p2' }, error: null },
        { changed: false, contact: null, subject: null, error: { code: 'NOT_FOUND', argument: 'contact.name', value: 'Bob' } },
      ],
    ],
    [
      'unlinkContacts',
      [contact('Ann', 'p1'), contact('Ann', 'p3')],
      'changed',
      [
        { changed: true, error: null },
        { changed: false, error: null },
      ],
    ],
    [
      'retireRecords',
      [retire('p3'), retire('p3'), retire('none')],
      'changed subject { ... on Process { name } }',
      [
        { changed: true, subject: { name: 'p3' }, error: null },
        { changed: false, subject: { name: 'p3' }, error: null },
        { changed: false, subject: null, error: { code: 'NOT_FOUND', argument: 'subject.process.name', value: 'none' } },
      ],
    ],
    [
      'linkContacts',
      [contact('Ann', 'p3'), contact('Ann', 'p1')],
      'changed',
      [
        { changed: false, error: { code: 'CONFLICT', argument: 'subject.process.name', value: 'p3' } },
        { changed: true, error: null },
      ],
    ],
    [
      'restoreRecords',
      [retire('p3'), retire('p1')],
      'changed',
      [
        { changed: true, error: null },
        { changed: false, error: null },
      ],
    ],
    [
      'linkDatasetTypes',
      [
        { subject: { process: { name: 'p1' } }, datasetType: { name: 'sales' } },
        { subject: { process: { name: 'p1' } }, datasetType: { name: '' } },
      ],
      'changed datasetType { name }',
      [
        { changed: true, datasetType: { name: 'sales' }, error: null },
        { changed: false, datasetType: null, error: { code: 'INVALID', argument: 'datasetType.name' } },
      ],
    ],
    [
      'assignProcessesToCluster',
      [
        { ...process('p1'), cluster: { name: 'c' } },
        { ...process('p1'), cluster: { name: 'd' } },
      ],
      'changed',
      [
        { changed: true, error: null },
        { changed: false, error: { code: 'NOT_FOUND', argument: 'cluster.name', value: 'd' } },
      ],
    ],
    [
      'closeRunGroups',
      [
        { group: { key: 'g' }, reason: 'r' },
        { group: { key: 'h' }, reason: 'r' },
      ],
      'changed',
      [
        { changed: true, error: null },
        { changed: false, error: { code: 'NOT_FOUND', argument: 'group.key', value: 'h' } },
      ],
    ],
  ] as const)('%s', async (mutation, items, fields, expected) => {
    if (mutation === 'startRuns') {
      await bulk(
        'registerProcesses',
        ['p1', 'p2', 'p3'].map((name) => ({ name })),
        'created',
      );
      await api.run(
        'mutation { createContact(input: { name: "Ann" }) { created } createLookup(input: { kind: DATASET_TYPE, name: "sales" }) { created } createCluster(input: { name: "c" }) { created } openRunGroup(input: { key: "g" }) { created } }',
      );
    }
    const { failedCount, results } = await bulk(mutation, items, fields);
    expect(results).toMatchObject(expected);
    expect(failedCount).toBe(expected.filter((each) => each.error !== null).length);
  });
});

test('a list may not be empty, nor too long', async () => {
  const reason = { process: { name: 'p1' }, reason: 'r' };
  await expect(bulk('holdProcesses', [], 'changed')).rejects.toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.processes', allowed: { min: 1, max: 1_000 } },
  });
  await expect(
    bulk(
      'holdProcesses',
      Array.from({ length: 1_001 }, () => reason),
      'changed',
    ),
  ).rejects.toMatchObject({ code: 'INVALID', details: { value: 1_001 } });
  await expect(
    bulk(
      'retryFiles',
      Array.from({ length: 10_001 }, () => ({ file: at('1'), reason: 'r' })),
      'changed',
    ),
  ).rejects.toMatchObject({
    code: 'INVALID',
    details: { argument: 'input.files', value: 10_001 },
  });
});

test('twenty callers on two servers, in opposite orders: no call fails, and each record is changed by one of them', async () => {
  const names = numbered('twin', 12);
  await bulk(
    'registerProcesses',
    names.map((name) => ({ name })),
    'created',
  );
  const held = await claimed(...numbered('twin file', 12));
  await bulk('failFiles', held, 'outcome');
  const runs = numbered('twin run', 12);
  await bulk(
    'registerProcesses',
    runs.map((name) => ({ name })),
    'created',
  );
  await bulk(
    'startRuns',
    runs.map((name) => ({ process: { name } })),
    'outcome',
  );
  const servers = [connect(api.url), connect(api.url)];
  const call = async (i: number, mutation: string, list: string, items: readonly object[]) => {
    const input = getNamedType(api.schema.getMutationType()!.getFields()[mutation]!.args[0]!.type).name;
    const { data, errors } = await graphql({
      schema: api.schema,
      source: `mutation ($input: ${input}!) { answer: ${mutation}(input: $input) { failedCount results { changed } } }`,
      variableValues: { input: { [list]: i % 2 ? items : items.toReversed() } },
      contextValue: createContext(servers[i % 2]!, { actor: `caller ${i}`, role: 'write' }, 'test'),
    });
    expect(errors).toBeUndefined();
    const { failedCount, results } = (data as { answer: Answer }).answer;
    expect(failedCount).toBe(0);
    const changed = results.map((result) => Number(result.changed));
    return i % 2 ? changed : changed.toReversed();
  };
  const each = async (mutation: string, list: string, items: readonly object[]) => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => call(i, mutation, list, items)));
    expect(items.map((_, i) => answers.reduce((sum, answer) => sum + answer[i]!, 0))).toEqual(items.map(() => 1));
  };
  try {
    await Promise.all([
      each(
        'holdProcesses',
        'processes',
        names.map((name) => ({ process: { name }, reason: 'r' })),
      ),
      each(
        'retryFiles',
        'files',
        held.map(({ file }) => ({ file, reason: 'r' })),
      ),
      each(
        'cancelRuns',
        'runs',
        runs.map((process) => ({ run: { process, number: 1 }, reason: 'r' })),
      ),
    ]);
  } finally {
    await Promise.all(servers.flatMap((server) => [server.pool.end()]));
  }
});

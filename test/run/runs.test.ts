import { openApi, type Api } from '../support/api.js';
import { day, runsOf } from '../support/runs.js';

let api: Api;
let runs: ReturnType<typeof runsOf>;
beforeAll(async () => {
  api = await openApi('runs_reading');
  runs = runsOf(api);
});
afterAll(() => api.close());

const globalId = (id: number) => Buffer.from(`Run:${id}`).toString('base64url');
const refusal = async (query: string) => {
  const { errors } = await api.execute(query);
  expect(errors).toHaveLength(1);
  return errors![0]!.originalError ?? errors![0]!;
};

test('P23 a run is found in exactly one way, with everything that it started with', async () => {
  await api.run(`mutation { registerProcess(input: {
    name: "load", type: "Load", tool: "cron", datasetTypes: ["sales"],
    sources: [{ name: "shop", objects: [{ name: "orders", attributes: [{ name: "id" }] }, { name: "lines" }] }],
    targets: [{ name: "warehouse", objects: [{ name: "facts", attributes: [{ name: "key" }] }] }] }) { created } }`);
  const above = await runs.newRun({ process: 'everything' });
  const id = await runs.newRun({
    process: 'load',
    status: 'failed',
    name: 'load of today',
    actor: 'scheduler',
    group: 'day 1',
    parent: above,
  });
  await api.sql(`insert into run_parameter values ($1, 'day', 'today'), ($1, 'area', null)`, [id]);
  await api.sql(
    `insert into run_object select $1, case source_object_name when 'facts' then 'output' else 'input' end, source_object_id from source_object_lkup`,
    [id],
  );
  await runs.newError(id, 'row 1', day('00:00:10'));
  await runs.newError(id, 'the end', day('00:00:20'), 'Process Error');
  await api.run('mutation { updateProcess(input: { process: { name: "load" }, newName: "load facts" }) { process { name } } }');
  const wanted = `databaseId name number state stuck durationSeconds startedAt endedAt status { name } actor { name } group { key } parentRun { databaseId childProgress { total } }
    parameters { name value } inputs { nodes { name source { name } } } outputs { nodes { name source { name } } }
    errors { totalCount nodes { description occurredAt type { name } run { databaseId } } } children { totalCount }
    process { name type { name } tool { name } datasetTypes { nodes { name } } sources { nodes { name } } targets { nodes { name } }
      sourceAttributes { nodes { attribute { name } } } targetAttributes { nodes { attribute { name } } } }`;
  const expected = {
    databaseId: id,
    name: 'load of today',
    number: 1,
    state: 'FAILED',
    stuck: null,
    durationSeconds: 60,
    startedAt: '2020-01-01T00:00:00.000000Z',
    endedAt: '2020-01-01T00:01:00.000000Z',
    status: { name: 'failed' },
    actor: { name: 'scheduler' },
    group: { key: 'day 1' },
    parentRun: { databaseId: above, childProgress: { total: 1 } },
    parameters: [
      { name: 'area', value: null },
      { name: 'day', value: 'today' },
    ],
    inputs: {
      nodes: [
        { name: 'lines', source: { name: 'shop' } },
        { name: 'orders', source: { name: 'shop' } },
      ],
    },
    outputs: { nodes: [{ name: 'facts', source: { name: 'warehouse' } }] },
    errors: {
      totalCount: 2,
      nodes: [
        { description: 'the end', occurredAt: '2020-01-01T00:00:20.000000Z', type: { name: 'Process Error' }, run: { databaseId: id } },
        { description: 'row 1', occurredAt: '2020-01-01T00:00:10.000000Z', type: { name: 'Data Error' }, run: { databaseId: id } },
      ],
    },
    children: { totalCount: 0 },
    process: {
      name: 'load facts',
      type: { name: 'Load' },
      tool: { name: 'cron' },
      datasetTypes: { nodes: [{ name: 'sales' }] },
      sources: { nodes: [{ name: 'shop' }] },
      targets: { nodes: [{ name: 'warehouse' }] },
      sourceAttributes: { nodes: [{ attribute: { name: 'id' } }] },
      targetAttributes: { nodes: [{ attribute: { name: 'key' } }] },
    },
  };
  for (const way of [
    `id: "${globalId(id)}"`,
    `databaseId: ${id}`,
    'name: "load of today"',
    'process: "load facts", number: 1',
    'process: "load", number: 1',
  ])
    expect((await api.run(`{ run(${way}) { ${wanted} } }`)).run).toEqual(expected);
  expect((await api.run(`{ node(id: "${globalId(id)}") { ... on Run { ${wanted} } } }`)).node).toEqual(expected);
  for (const none of ['databaseId: 2147483647', 'name: "x"', 'process: "load", number: 2', 'process: "x", number: 1'])
    expect((await api.run(`{ run(${none}) { name } }`)).run).toBeNull();
  const allowed = 'id, databaseId, name, process and number, or process and externalId';
  for (const wrong of [
    '',
    '(name: "x", databaseId: 1)',
    '(process: "load")',
    '(number: 1)',
    '(databaseId: 1, number: 1)',
    `(id: "x", databaseId: 1)`,
  ])
    expect(await refusal(`{ run${wrong} { name } }`)).toMatchObject({ code: 'INVALID', details: { allowed } });
  expect(await refusal(`{ run(id: "${Buffer.from('Process:1').toString('base64url')}") { name } }`)).toMatchObject({
    code: 'INVALID',
    details: { argument: 'id', allowed: ['Run'] },
  });
});

test('P24 the history of a run tells each change of its state in order, also those by plain SQL', async () => {
  const id = await runs.newRun({ process: 'changing', status: 'running', name: 'changing run' });
  await api.db.write({ actor: 'operator', reason: 'it was wrong' }, (tx) =>
    tx.query(`update process_tracking set process_status_id = 3, end_reason = 'cancelled' where process_tracking_id = $1`, [id]),
  );
  await api.sql('update process_tracking set process_status_id = 2 where process_tracking_id = $1', [id]);
  await api.sql('update process_tracking set is_latest_run = true where process_tracking_id = $1', [id]);
  const { run } = await api.run(
    `{ run(databaseId: ${id}) { history(orderBy: { field: AT, direction: ASC }) { nodes { subjectKind subjectName field from to actor origin reason } } } }`,
  );
  const subject = { subjectKind: 'RUN', subjectName: 'changing run' };
  const bySql = { actor: null, origin: 'SQL', reason: null };
  const byAnn = { actor: 'operator', origin: 'API', reason: 'it was wrong' };
  expect(run.history.nodes).toEqual([
    { ...subject, field: 'status', from: null, to: 'running', ...bySql },
    { ...subject, field: 'status', from: 'running', to: 'failed', ...byAnn },
    { ...subject, field: 'endReason', from: null, to: 'cancelled', ...byAnn },
    { ...subject, field: 'status', from: 'failed', to: 'completed', ...bySql },
  ]);
});

test('L17 one field asked for twice with other arguments gives each its own answer', async () => {
  for (const [number, status] of ['failed', 'completed', 'failed'].entries())
    await runs.newRun({ process: 'twice', status, started: day(`01:0${number}:00`), latest: number === 2 });
  await runs.newRun({ process: 'twice too' });
  const { processes } = await api.run(`{ processes(where: { name: { contains: "twice" } }) { nodes { name latestRun { number }
    a: runs(first: 1) { totalCount nodes { number } } b: runs(where: { state: { eq: FAILED } }) { totalCount nodes { number state } }
    c: runs(where: { state: { in: [COMPLETED, ON_HOLD] } }) { nodes { number } } d: runs(orderBy: { field: STARTED_AT, direction: ASC }) { nodes { number } }
    e: runs(where: { number: { gt: 1 } }, last: 1) { totalCount nodes { number } } } } }`);
  const numbers = (...all: number[]) => all.map((number) => ({ number }));
  expect(processes.nodes).toEqual([
    {
      name: 'twice',
      latestRun: { number: 3 },
      a: { totalCount: 3, nodes: numbers(3) },
      b: {
        totalCount: 2,
        nodes: [
          { number: 3, state: 'FAILED' },
          { number: 1, state: 'FAILED' },
        ],
      },
      c: { nodes: numbers(2) },
      d: { nodes: numbers(1, 2, 3) },
      e: { totalCount: 2, nodes: numbers(2) },
    },
    {
      name: 'twice too',
      latestRun: null,
      a: { totalCount: 1, nodes: numbers(1) },
      b: { totalCount: 0, nodes: [] },
      c: { nodes: numbers(1) },
      d: { nodes: numbers(1) },
      e: { totalCount: 0, nodes: [] },
    },
  ]);
});

test('P23 pages of runs neither repeat nor leave out, while others start', async () => {
  for (let i = 0; i < 7; i++)
    await runs.newRun({ process: `page ${i}`, name: `page ${i}`, group: 'pages', started: day(`03:00:0${i >> 1}`) });
  const expected = ['page 6', 'page 5', 'page 4', 'page 3', 'page 2', 'page 1', 'page 0'];
  const seen: string[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { runs: page }: Record<string, any> = await api.run(
      'query ($after: String) { runs(group: { key: "pages" }, first: 3, after: $after) { pageInfo { endCursor hasNextPage } nodes { name } } }',
      { after },
    );
    seen.push(...page.nodes.map(({ name }: { name: string }) => name));
    after = page.pageInfo.endCursor;
    more = page.pageInfo.hasNextPage;
    await runs.newRun({ process: 'page new', group: 'pages', started: day('03:01:00') });
  }
  expect(seen).toEqual(expected);
  const { runs: last } = await api.run('{ runs(group: { key: "pages" }, last: 2) { nodes { name } } }');
  expect(last.nodes).toEqual([{ name: 'page 1' }, { name: 'page 0' }]);
});

test('P23 errors of all runs, of a run and of a process come newest first, and are chosen by what they belong to', async () => {
  const [first, second] = [await runs.newRun({ process: 'erring' }), await runs.newRun({ process: 'erring', status: 'failed' })];
  await runs.newError(first, 'e1', '2021-01-01T00:00:00.000001Z', 'File Error');
  await runs.newError(second, 'e2', '2021-01-01T00:00:00Z');
  await runs.newError(second, 'e3', '2021-01-01T00:00:02Z', 'my own');
  const erring = 'where: { run: { process: { name: { eq: "erring" } } } }';
  const answer = await api.run(`{
    runErrors(${erring}) { totalCount nodes { description type { name } run { number } } }
    typed: runErrors(where: { type: { name: { in: ["my own", "File Error"] } }, occurredAt: { gt: "2020-12-31T00:00:00Z" } }, first: 1) { nodes { description } pageInfo { hasNextPage } }
    process(name: "erring") { errors(first: 2) { totalCount nodes { description } } runs { nodes { number errors { nodes { description } } } } }
    processes(where: { errors: { some: { description: { eq: "e2" } } } }) { nodes { name } }
    runs(where: { errors: { none: {} }, process: { name: { eq: "erring" } } }) { totalCount }
  }`);
  const described = (...all: string[]) => ({ nodes: all.map((description) => ({ description })) });
  expect(answer).toEqual({
    runErrors: {
      totalCount: 3,
      nodes: [
        { description: 'e3', type: { name: 'my own' }, run: { number: 2 } },
        { description: 'e1', type: { name: 'File Error' }, run: { number: 1 } },
        { description: 'e2', type: { name: 'Data Error' }, run: { number: 2 } },
      ],
    },
    typed: { ...described('e3'), pageInfo: { hasNextPage: true } },
    process: {
      errors: { totalCount: 3, ...described('e3', 'e1') },
      runs: {
        nodes: [
          { number: 2, errors: described('e3', 'e2') },
          { number: 1, errors: described('e1') },
        ],
      },
    },
    processes: { nodes: [{ name: 'erring' }] },
    runs: { totalCount: 0 },
  });
});

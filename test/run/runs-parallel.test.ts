import { sweepRuns } from '../../src/run/sweep-runs.js';
import { openApi, type Api } from '../support/api.js';
import { connect } from '../support/http.js';
import { startProgram, type ProgramServer } from '../support/servers.js';

let api: Api;
let servers: ProgramServer[];
/** Further pools on the store, as those of further servers. */
const pools = () => [connect(api.url), connect(api.url)];

const startServers = async () => {
  servers = await Promise.all([startProgram(api.url), startProgram(api.url)]);
};
/** Stops the servers: a backend that ends has told its figures. */
async function expectNoDeadlock(): Promise<void> {
  await Promise.all(servers.map((each) => each.stop()));
  expect(await api.sql('select deadlocks::int from pg_stat_database where datname = current_database()')).toEqual([{ deadlocks: 0 }]);
}
beforeAll(async () => {
  api = await openApi('runs_parallel');
  await startServers();
});
afterAll(async () => {
  try {
    // In whatever order the tests ran.
    await expectNoDeadlock();
  } finally {
    await api.close();
  }
});

const start = `mutation ($input: StartRunInput!) {
  startRun(input: $input) { outcome fencingToken process { name } run { id databaseId number: number startedAt actor { name } state } } }`;
const report = 'mutation ($input: ReportRunInput!) { reportRun(input: $input) { changed run { state } } }';
const reports = 'mutation ($input: ReportRunsInput!) { reportRuns(input: $input) { results { changed error { code message } } } }';

/** Sends all at the same instant, by turns to each server; none may fail. */
async function all(query: string, inputs: object[], actor?: (i: number) => string): Promise<any[]> {
  const answers = await Promise.all(inputs.map((input, i) => servers[i % 2]!.ask(query, { input }, actor?.(i))));
  for (const answer of answers) expect(answer.errors ?? answer.lost).toBeUndefined();
  return answers.map(({ data }) => Object.values(data!)[0]);
}
const one = async (query: string, input: object): Promise<any> => (await all(query, [input]))[0];
const many = <T>(n: number, item: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => item(i));
const outcomes = (answers: any[]) =>
  Object.fromEntries([...Map.groupBy(answers, ({ outcome }) => outcome)].map(([outcome, those]) => [outcome, those.length]));

/** What cannot be, whatever has happened: an empty list. */
const broken = () =>
  api.sql(`select p.process_name, count(*), max(r.process_run_id) as highest, count(*) filter (where r.is_latest_run) as latest,
      count(*) filter (where r.process_status_id = 1) as running
    from process p join process_tracking r using (process_id) group by 1
    having count(*) <> max(r.process_run_id) or count(*) filter (where r.is_latest_run) <> 1 or count(*) filter (where r.process_status_id = 1) > 1`);

/** What a start may say of its process beside the name, at every granularity. */
const registrations = [
  () => ({}),
  (i: number, round: number) => ({ description: `said by ${i} in round ${round}` }),
  (i: number) => ({ sources: [{ name: `source ${i % 3}` }], targets: [{ name: 'warehouse' }] }),
  (i: number, round: number) => ({
    sources: [{ name: `new source ${round} ${i % 5}`, objects: [{ name: 'orders' }, { name: `object ${i}` }] }],
  }),
  (i: number, round: number) => ({
    targets: [
      {
        name: 'warehouse',
        type: `kind ${round}`,
        objects: [{ name: `facts ${round}`, attributes: [{ name: `a ${i % 4}`, dataType: `t ${i % 2}` }, { name: 'id' }] }],
      },
    ],
    contacts: [{ name: `desk ${i % 3}`, role: 'owner' }],
    datasetTypes: [`area ${round}`],
  }),
];

test('P5 of fifty starts at once on two servers one starts, twenty rounds in a row, at each granularity of what they register', async () => {
  const known = { name: 'much wanted', type: 'Load', tool: 'dbt' };
  for (let round = 0; round < 20; round++) {
    const registration = registrations[round % registrations.length]!;
    const answers = await all(
      start,
      many(50, (i) => ({ process: { ...known, ...registration(i, round) }, leaseSeconds: round % 2 ? 60 : null })),
      (i) => `actor ${round} ${i % 3}`,
    );
    expect(outcomes(answers)).toEqual({ STARTED: 1, ALREADY_RUNNING: 49 });
    const { run, fencingToken } = answers.find(({ outcome }) => outcome === 'STARTED');
    for (const answer of answers)
      expect(answer.run).toEqual({
        ...run,
        number: round + 1,
        state: 'RUNNING',
        actor: { name: expect.stringMatching(`^actor ${round} `) },
      });
    expect(await one(report, { run: { id: run.id }, fencingToken, status: round % 3 ? 'completed' : 'failed' })).toMatchObject({
      changed: true,
    });
  }
  expect(await broken()).toEqual([]);
});

test('P5 fifty processes that are new to everybody start at once, each once', async () => {
  const answers = await all(
    start,
    many(100, (i) => ({
      process: {
        name: `new ${i % 50}`,
        type: `type ${i % 7}`,
        tool: `tool ${i % 5}`,
        sources: [{ name: `shared ${i % 4}`, objects: [{ name: 'o' }] }],
      },
    })),
  );
  expect(outcomes(answers)).toEqual({ STARTED: 50, ALREADY_RUNNING: 50 });
  expect(await broken()).toEqual([]);
});

test('P8 twenty starts with one idempotency key make one run', async () => {
  for (let round = 0; round < 5; round++) {
    const answers = await all(
      start,
      many(20, () => ({ process: { name: 'wanted with a key', type: 'Load', tool: 'dbt' }, idempotencyKey: `key ${round}` })),
    );
    expect(outcomes(answers)).toEqual({ STARTED: 1, REPLAYED: 19 });
    expect(new Set(answers.map(({ run, fencingToken }) => `${run.id} ${fencingToken}`)).size).toBe(1);
    await one(report, { run: { id: answers[0].run.id }, status: 'completed' });
  }
});

test('P6 runs that start and end on top of each other are numbered without a gap', async () => {
  // Ended runs of each process. How often a start finds one running is a matter of luck, so each works on until there are enough of all.
  const ended = [0, 0, 0];
  const worker = async (n: number) => {
    for (let i = n; Math.min(...ended) < 20; i++) {
      const { outcome, run } = await one(start, { process: { name: `busy ${i % 3}`, type: 'Load', tool: 'dbt' } });
      if (outcome !== 'STARTED') continue;
      await one(report, { run: { id: run.id }, status: 'completed', insertCount: '1' });
      ended[i % 3]!++;
    }
  };
  await Promise.all(many(10, worker));
  expect(await broken()).toEqual([]);
  expect(
    await api.sql(`select count(*)::int as runs, p.total_record_count::int as total, sum(r.process_run_record_count)::int as records
      from process p join process_tracking r using (process_id) where p.process_name like 'busy %' group by p.process_id order by p.process_name`),
  ).toEqual(ended.map((runs) => ({ runs, total: runs, records: runs })));
});

test('C17 parents that fail at once in a group skip what depends on them once', async () => {
  const parents = many(6, (i) => `file ${i}`);
  for (const name of parents)
    await one('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
      name,
      type: 'Load',
      tool: 'dbt',
      failureLimit: 0,
    });
  for (const [i, dependsOn] of [parents, parents.slice(1), ['load 0'], ['load 1', 'load 2']].entries())
    await one('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
      name: `load ${i}`,
      type: 'Load',
      tool: 'dbt',
      dependsOn: dependsOn.map((parent) => ({ process: { name: parent } })),
    });
  for (let round = 0; round < 20; round++) {
    const group = { key: `night ${round}`, expectedTotal: 10 };
    const started = await all(
      start,
      parents.map((name) => ({ process: { name }, group })),
    );
    expect(outcomes(started)).toEqual({ STARTED: 6 });
    // Others start and end meanwhile what is skipped, outside the group.
    const [ended] = await Promise.all([
      all(
        report,
        started.map(({ run }) => ({ run: { id: run.id }, status: 'failed' })),
      ),
      all(start, [
        { process: { name: 'load 0' } },
        { process: { name: 'load 3' } },
        { process: { name: 'load 2' }, group: { key: 'another' } },
      ]),
    ]);
    expect(ended.every(({ changed }) => changed)).toBe(true);
    expect(
      await api.sql(
        `select process_name as name, count(*)::int as runs from process_tracking r join process using (process_id) join run_group g on g.run_group_id = r.group_id
         where g.group_key = $1 and process_status_id > 4 group by 1 order by 1`,
        [group.key],
      ),
    ).toEqual(many(4, (i) => ({ name: `load ${i}`, runs: 1 })));
    await api.sql(`update process_tracking set process_status_id = 2, process_run_end_date_time = now() where process_status_id = 1`);
  }
  expect(await broken()).toEqual([]);
});

test('P25 sweepers and starts that come upon the same stuck runs abandon each once', async () => {
  const sweepers = pools();
  const names = many(20, (i) => `stuck ${i}`);
  for (let round = 0; round < 10; round++) {
    const started = await all(
      start,
      names.map((name) => ({ process: { name, type: 'Load', tool: 'dbt', failureLimit: 0 }, leaseSeconds: 60 })),
    );
    expect(outcomes(started)).toEqual({ STARTED: 20 });
    await api.sql(
      `update process_tracking set lease_until = now() - interval '1 second' where process_status_id = 1 and lease_until is not null`,
    );
    const [again] = await Promise.all([
      all(
        start,
        names.slice(0, 10).map((name) => ({ process: { name } })),
      ),
      all(
        report,
        started.slice(10, 15).map(({ run, fencingToken }) => ({ run: { id: run.id }, fencingToken, insertCount: '1' })),
      ).catch(() => []),
      ...sweepers.map((db) => sweepRuns(db)),
    ]);
    expect(outcomes(again)).toEqual({ STARTED: 10 });
    const [counts] = await api.sql(
      `select count(*)::int as runs, count(*) filter (where end_reason = 'abandoned')::int as abandoned, max(events)::int as events, max(errors)::int as errors
       from process_tracking r cross join lateral (select count(*) as events from status_event where subject_kind = 'Run' and subject_id = r.process_tracking_id
         and field = 'status' and to_value = 'failed') e cross join lateral (select count(*) as errors from error_tracking e where e.process_tracking_id = r.process_tracking_id) x
       where r.process_tracking_id = any ($1)`,
      [started.map(({ run }) => run.databaseId)],
    );
    // A holder that reports in the nick of time keeps its run.
    expect(counts).toMatchObject({ runs: 20, events: 1, errors: 1 });
    expect(counts!.abandoned).toBeGreaterThanOrEqual(15);
    await api.sql(`update process_tracking set process_status_id = 2, process_run_end_date_time = now() where process_status_id = 1`);
  }
  await Promise.all(sweepers.map(({ pool }) => pool.end()));
  expect(await broken()).toEqual([]);
});

test('P26 a group that many open at once, by themselves and by starts in it, is made once', async () => {
  for (let round = 0; round < 10; round++) {
    const key = `batch ${round}`;
    // From the second half on the group is there, and everybody brings its total.
    if (round >= 5) await one('mutation ($input: OpenRunGroupInput!) { openRunGroup(input: $input) { created } }', { key });
    const [opened, started] = await Promise.all([
      all(
        'mutation ($input: OpenRunGroupInput!) { openRunGroup(input: $input) { created } }',
        many(10, () => ({ key, name: `Batch ${round}` })),
      ),
      all(
        start,
        many(20, (i) => ({
          process: { name: `member ${i}`, type: 'Load', tool: 'dbt' },
          group: { key, expectedTotal: 20, name: `Batch ${round}` },
        })),
      ),
    ]);
    expect(opened.filter(({ created }) => created).length).toBeLessThanOrEqual(round < 5 ? 1 : 0);
    expect(outcomes(started)).toEqual({ STARTED: 20 });
    expect(await api.sql('select name, expected_total as total from run_group where group_key = $1', [key])).toEqual([
      { name: `Batch ${round}`, total: 20 },
    ]);
    await all(
      report,
      started.map(({ run }) => ({ run: { id: run.id }, status: 'completed' })),
    );
  }
});

test('P18 batches that report on the same runs in any order, several times each, do not stand in each other’s way', async () => {
  const names = many(12, (i) => `batched ${i}`);
  for (let round = 0; round < 10; round++) {
    const started = await all(
      start,
      names.map((name) => ({ process: { name, type: 'Load', tool: 'dbt' } })),
    );
    const runs = started.map(({ run }) => ({ id: run.id }));
    const batch = (n: number) => [
      ...[...runs.slice(n), ...runs.slice(0, n)].map((run) => ({ run, parameters: [{ name: `p ${n}`, value: 'v' }] })),
      ...runs
        .toReversed()
        .map((run, i) => ({ run, insertCount: String(n * i), errors: [{ type: `kind ${round} ${n % 2}`, createType: true }] })),
    ];
    const answers = await all(
      reports,
      many(8, (n) => ({ reports: batch(n) })),
    );
    for (const { results } of answers) expect(results).toEqual(many(24, () => ({ changed: true, error: null })));
    const ended = await all(
      reports,
      many(4, () => ({ reports: runs.map((run) => ({ run, status: 'completed' })) })),
    );
    expect(ended.flatMap(({ results }) => results).filter(({ changed }) => changed)).toHaveLength(12);
  }
  expect(await broken()).toEqual([]);
  expect(
    await api.sql(
      `select p.process_name from process p join process_tracking r using (process_id) group by p.process_id having p.total_record_count <> sum(r.process_run_record_count)`,
    ),
  ).toEqual([]);
});

test('P5 none of this met a deadlock that a second try would have hidden', async () => {
  await expectNoDeadlock();
  // Tests that run after this one need them.
  await startServers();
});

import { untilWaiting } from '../support/gates.js';
import { openApi, type Api } from '../support/api.js';
import {
  abandon,
  at,
  call,
  canStart,
  cancel,
  digest,
  end,
  eventsOf,
  failure,
  fetchRun,
  hold,
  known,
  movesOf,
  openServer,
  release,
  report,
  rowCounts,
  runOnce,
  start,
  startDocument,
  startLikePython,
  type Server,
  type Start,
} from '../support/run-calls.js';

let api: Api;
let two: ReturnType<typeof openServer>;
let unique = 0;
beforeAll(async () => {
  api = await openApi('starting');
  // For triggers of the tests.
  await api.sql(
    `create function public.break_off() returns trigger language plpgsql as $$ begin raise exception 'broken at %', tg_table_name; end $$`,
  );
  // A second server on the same store.
  two = openServer(api);
});
afterAll(async () => {
  await two.close();
  await api.close();
});

/** Makes a process that is known. */
async function newProcess(settings: object = {}): Promise<string> {
  const name = `process ${++unique}`;
  await api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
    input: { name, ...known, ...settings },
  });
  return name;
}
/** A process that depends on others, by hard dependencies. */
const dependingOn = (...parents: string[]) => newProcess({ dependsOn: parents.map((name) => ({ process: { name } })) });
const fail = (on: Server, process: string) => runOnce(on, process, 'failed');
const rowsOf = (process: string) =>
  api.sql('select r.* from process_tracking r join process p using (process_id) where p.process_name = $1 order by process_run_id', [
    process,
  ]);
const bothServers = <T>(count: number, work: (server: Server, i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i % 2 ? two : api, i)));
const outcomesOf = (starts: Start[]) => starts.map(({ outcome }) => outcome).sort();

/** A start that names one of everything that a start can name, all of it new. */
const everything = (mark: string) => ({
  process: {
    name: `process ${mark}`,
    type: `type ${mark}`,
    tool: `tool ${mark}`,
    scheduleFrequency: 'daily',
    description: 'All of it is new.',
    sources: [
      {
        name: `source ${mark}`,
        type: `kind ${mark}`,
        contacts: [{ name: `contact ${mark}`, role: 'owner' }],
        objects: [
          {
            name: 'orders',
            contacts: [{ name: `contact ${mark}` }],
            attributes: [{ name: 'id', dataType: `data type ${mark}` }, { name: 'price' }],
          },
        ],
      },
    ],
    targets: [{ name: `target ${mark}`, objects: [{ name: 'totals', attributes: [{ name: 'sum' }] }] }],
    contacts: [{ name: `contact ${mark}`, role: 'on call' }],
    datasetTypes: [`dataset type ${mark}`],
    mappings: [
      {
        from: { source: `source ${mark}`, object: 'orders', name: 'price' },
        to: { source: `target ${mark}`, object: 'totals', name: 'sum' },
      },
    ],
    filters: [{ attribute: { source: `source ${mark}`, object: 'orders', name: 'id' }, operator: 'gt', values: [{ number: '5' }] }],
  },
  actor: { name: `actor ${mark}` },
  runName: `run ${mark}`,
  idempotencyKey: mark,
  leaseSeconds: 60,
  group: { key: `group ${mark}`, expectedTotal: 3 },
  parameters: [{ name: 'day', value: '1' }],
});

test('P1 a start makes all that it names and its run, or, whatever breaks it, nothing', async () => {
  const before = await rowCounts(api);
  const first = (await api.run(startDocument, { input: everything('whole') })).startRun as Start;
  expect(first).toMatchObject({
    outcome: 'STARTED',
    run: { number: 1, state: 'RUNNING', name: 'run whole', group: { key: 'group whole' } },
  });
  const after = await rowCounts(api);
  const touched = Object.keys(after).filter((table) => after[table] !== before[table]);
  expect(touched).toEqual(
    expect.arrayContaining([
      'actor_lkup',
      'tool_lkup',
      'process_type_lkup',
      'process',
      'source_lkup',
      'source_object_lkup',
      'source_object_attribute_lkup',
      'process_source',
      'process_source_object',
      'process_source_object_attribute',
      'process_target_object_attribute',
      'process_dataset_type',
      'process_filter',
      'run_group',
      'process_tracking',
      'run_object',
      'run_parameter',
      'status_event',
    ]),
  );
  for (const table of touched) {
    await api.sql(`create trigger zz_break after insert on process_tracker.${table} for each row execute function public.break_off()`);
    const { message } = await failure(api.run(startDocument, { input: everything(`broken ${table}`) }, { actor: `caller ${table}` }));
    await api.sql(`drop trigger zz_break on process_tracker.${table}`);
    expect(message).toBe(`broken at ${table}`);
    expect(await rowCounts(api)).toEqual(after);
  }
  // The fault alone was in the way.
  const last = (await api.run(startDocument, { input: everything('mended') })).startRun as Start;
  expect(last).toMatchObject({ outcome: 'STARTED', run: { number: 1 } });
});

test('P1 a later start that breaks leaves its process as it was', async () => {
  const process = await newProcess();
  await runOnce(api, process);
  await api.sql(
    `create trigger zz_break after insert on process_tracker.process_tracking for each row execute function public.break_off()`,
  );
  const before = await digest(api);
  const { message } = await failure(start(api, { ...everything('later').process, name: process, tool: 'another tool' }));
  expect([message, await digest(api)]).toEqual(['broken at process_tracking', before]);
  await api.sql('drop trigger zz_break on process_tracker.process_tracking');
});

test('P2 a second start with the same names adds a run and nothing else', async () => {
  const { idempotencyKey: _key, runName: _name, ...input } = everything('again');
  const first = (await api.run(startDocument, { input })).startRun as Start;
  await end(api, first);
  const before = await rowCounts(api);
  expect((await api.run(startDocument, { input })).startRun).toMatchObject({ outcome: 'STARTED', run: { number: 2 } });
  const after = await rowCounts(api);
  const grown = Object.fromEntries(
    Object.keys(after).flatMap((table) => (after[table] === before[table] ? [] : [[table, after[table]! - before[table]!]])),
  );
  expect(grown).toEqual({ process_tracking: 1, run_object: 2, run_parameter: 1, status_event: 1 });
});

test('P1 a run keeps which objects its process read and wrote when it started', async () => {
  const object = (name: string) => [{ name: 'shop', type: 'Database', objects: [{ name }] }];
  const process = await newProcess({ sources: object('orders'), targets: object('totals') });
  const { run } = await start(api, process);
  await call(api, 'mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
    input: { name: process, ...known, sources: object('returns'), targets: object('losses') },
  });
  const found = await call(api, 'query ($id: Int) { run(databaseId: $id) { inputs { nodes { name } } outputs { nodes { name } } } }', {
    id: run.databaseId,
  });
  expect(found.run).toEqual({ inputs: { nodes: [{ name: 'orders' }] }, outputs: { nodes: [{ name: 'totals' }] } });
});

test('P2 twenty first starts at once that share new names make each of them once', async () => {
  const { process, ...rest } = everything('shared');
  const starts = await bothServers(20, (server, i) =>
    start(server, { ...process, name: `sharing ${i}` }, { ...rest, runName: `sharing ${i}`, idempotencyKey: undefined }),
  );
  expect(starts.map(({ outcome, run }) => [outcome, run.number])).toEqual(Array.from({ length: 20 }, () => ['STARTED', 1]));
  const doubled = await api.sql(
    `select 'actor' as kind, actor_name as name, count(*)::int from actor_lkup group by 2 having count(*) > 1
     union all select 'tool', tool_name, count(*)::int from tool_lkup group by 2 having count(*) > 1
     union all select 'object', source_object_name, count(*)::int from source_object_lkup group by source_id, 2 having count(*) > 1
     union all select 'group', group_key, count(*)::int from run_group group by 2 having count(*) > 1`,
  );
  expect(doubled).toEqual([]);
  const [shared] = await api.sql(
    `select (select count(*)::int from tool_lkup where tool_name = 'tool shared') as tools, (select count(*)::int from source_lkup where source_name = 'source shared') as sources,
       (select count(distinct process_tool_id)::int from process where process_name like 'sharing %') as of_processes`,
  );
  expect(shared).toEqual({ tools: 1, sources: 1, of_processes: 1 });
});

test('P2 twenty first starts of one new process at once make one process and one run', async () => {
  const starts = await bothServers(20, (server) => start(server, everything('one').process));
  expect(outcomesOf(starts)).toEqual([...Array(19).fill('ALREADY_RUNNING'), 'STARTED']);
  expect(await rowsOf('process one')).toHaveLength(1);
});

test('P2 a process that was renamed is found by its former name', async () => {
  const process = await newProcess();
  await runOnce(api, process);
  await call(api, 'mutation ($input: UpdateProcessInput!) { updateProcess(input: $input) { process { name } } }', {
    input: { process: { name: process }, newName: `${process}, renamed` },
  });
  const before = await rowCounts(api);
  for (const [i, facts] of [process, { name: process, ...known }].entries()) {
    const again = await runOnce(api, facts);
    expect(again).toMatchObject({ process: { name: `${process}, renamed` }, run: { number: 2 + i } });
  }
  expect((await rowCounts(api)).process).toBe(before.process);
});

test('P3 a later start changes the process, and the history tells who did', async () => {
  await runOnce(api, { name: 'moving', type: 'Load', tool: 'Spark' });
  const refused = await (async () => {
    const going = await start(api, 'moving');
    const second = await start(api, { name: 'moving', tool: 'cron' }, {}, 'too early');
    await end(api, going);
    return second;
  })();
  expect(refused.outcome).toBe('ALREADY_RUNNING');
  await start(api, { name: 'moving', tool: 'dbt', scheduleFrequency: 'weekly' }, {}, 'engineer');
  const { process } = await api.run(
    '{ process(name: "moving") { tool { name } type { name } scheduleFrequency { name } history { nodes { field from to actor origin } } } }',
  );
  expect(process).toMatchObject({ tool: { name: 'dbt' }, type: { name: 'Load' }, scheduleFrequency: { name: 'weekly' } });
  expect(process.history.nodes.filter(({ field }: any) => field === 'tool')).toEqual([
    { field: 'tool', from: 'Spark', to: 'dbt', actor: 'engineer', origin: 'API' },
  ]);
});

test.each([
  ['the type of a new process', { name: 'nobody knows' }, {}, 'tester', 'input.process.type'],
  [
    'its type beside other facts',
    { name: 'nobody knows', tool: 'cron', sources: [{ name: 'nowhere' }] },
    {},
    'tester',
    'input.process.type',
  ],
  ['its tool', { name: 'nobody knows', type: 'Load' }, {}, 'tester', 'input.process.tool'],
  ['who starts it', { name: 'nobody knows', ...known }, {}, 'anonymous', 'input.actor'],
])('P4 a start without %s is refused by the name of the argument, and writes nothing', async (_, process, more, actor, argument) => {
  const before = await digest(api);
  expect(await failure(start(api, process, more, actor))).toMatchObject({ code: 'INVALID', argument });
  expect(await digest(api)).toBe(before);
});

test('P4 a known process needs its name alone, and an anonymous caller an actor', async () => {
  const process = await newProcess();
  expect((await start(api, process, { actor: { name: 'robot' } }, 'anonymous')).run.actor).toEqual({ name: 'robot' });
});

test.each([
  ['a lease of no time', { leaseSeconds: 0 }, { code: 'INVALID', argument: 'input.leaseSeconds' }],
  [
    'a parameter that stands twice',
    { parameters: [{ name: 'a' }, { name: 'a' }] },
    { code: 'INVALID', argument: 'input.parameters.1.name', value: 'a' },
  ],
  ['a total below 0', { group: { key: 'never made', expectedTotal: -1 } }, { code: 'INVALID', argument: 'input.group.expectedTotal' }],
  [
    'a parent run that there is none of',
    { parentRun: { databaseId: 999_999 } },
    { code: 'NOT_FOUND', argument: 'input.parentRun.databaseId' },
  ],
  [
    'a parent run by a name that there is none of',
    { parentRun: { name: 'no such run' } },
    { code: 'NOT_FOUND', argument: 'input.parentRun.name' },
  ],
])('P4 a start with %s is refused, and writes nothing', async (_, input, error) => {
  const before = await digest(api);
  expect(await failure(start(api, { name: 'nobody knows', ...known }, input))).toMatchObject(error);
  expect(await digest(api)).toBe(before);
});

test('P5 of fifty starts at once on two servers one runs, and the others say which', async () => {
  const process = await newProcess();
  const starts = await bothServers(50, (server, i) => start(server, { name: process, ...known }, {}, `starter ${i}`));
  const [started, ...more] = starts.filter(({ outcome }) => outcome === 'STARTED');
  expect(more).toEqual([]);
  const { databaseId, number, startedAt, actor } = started!.run;
  expect(actor!.name).toBe(`starter ${starts.indexOf(started!)}`);
  const others = starts.filter((each) => each !== started);
  expect(others).toHaveLength(49);
  for (const other of others)
    expect(other).toMatchObject({ outcome: 'ALREADY_RUNNING', fencingToken: null, run: { databaseId, number, startedAt, actor } });
  expect(await rowsOf(process)).toHaveLength(1);
});

test('P6 two hundred starts one after the other and two hundred at once are numbered without gaps, and one is the latest', async () => {
  const process = await newProcess();
  const once = async (server: Server): Promise<boolean> => {
    const { outcome, run } = (
      await call(server, 'mutation ($input: StartRunInput!) { startRun(input: $input) { outcome run { databaseId } } }', {
        input: { process: { name: process } },
      })
    ).startRun;
    if (outcome !== 'STARTED') return false;
    await call(server, 'mutation ($input: ReportRunInput!) { reportRun(input: $input) { changed } }', {
      input: { run, status: 'completed' },
    });
    return true;
  };
  for (let i = 0; i < 200; i++) expect(await once(i % 2 ? two : api)).toBe(true);
  let left = 200;
  await bothServers(4, async (server) => {
    while (left > 0) if (await once(server)) left--;
  });
  const rows = await rowsOf(process);
  expect(rows.length).toBeGreaterThanOrEqual(400);
  expect(rows.map(({ process_run_id: number }) => number)).toEqual(rows.map((_, i) => i + 1));
  expect(rows.filter(({ is_latest_run: latest }) => latest)).toEqual([rows.at(-1)]);
});

test('P7 the name of a run is its alone', async () => {
  const [one, other] = [await newProcess(), await newProcess()];
  const first = await start(api, one, { runName: 'the nightly one' });
  await end(api, first);
  for (const process of [one, other])
    expect(await failure(start(api, process, { runName: 'the nightly one' }))).toMatchObject({
      code: 'CONFLICT',
      argument: 'input.runName',
      value: 'the nightly one',
      process: one,
      run: 1,
      databaseId: first.run.databaseId,
    });
  expect(await rowsOf(other)).toEqual([]);
  // Names may be left out.
  expect((await start(api, other)).run.name).toBeNull();
});

test('P7 of ten processes that start a run of one name at once one gets it', async () => {
  const processes = await Promise.all(Array.from({ length: 10 }, () => newProcess()));
  const answers = await bothServers(10, (server, i) =>
    start(server, processes[i]!, { runName: 'wanted by ten' }).catch((error: { code: string }) => error.code),
  );
  expect(answers.filter((each) => typeof each === 'object').map(({ outcome }: any) => outcome)).toEqual(['STARTED']);
  expect(answers.filter((each) => each === 'CONFLICT')).toHaveLength(9);
});

test('P8 a start that is repeated with its key is answered with its run as it is now', async () => {
  const process = await newProcess();
  const input = { idempotencyKey: 'k', runName: 'keyed', parameters: [{ name: 'day', value: '1' }] };
  const first = await start(api, process, input);
  const before = await digest(api);
  expect(await start(two, process, input)).toMatchObject({
    outcome: 'REPLAYED',
    fencingToken: first.fencingToken,
    run: { databaseId: first.run.databaseId, state: 'RUNNING' },
  });
  expect(await digest(api)).toBe(before);
  await end(api, first);
  expect(await start(api, process, input)).toMatchObject({
    outcome: 'REPLAYED',
    run: { databaseId: first.run.databaseId, state: 'COMPLETED' },
  });
  // The same key is another one for another process.
  expect((await start(api, await newProcess(), { idempotencyKey: 'k' })).outcome).toBe('STARTED');
});

test('P8 a key that comes with another start is refused with the fields that differ', async () => {
  const process = await newProcess();
  await runOnce(api, process, 'completed', { idempotencyKey: 'k', leaseSeconds: 60, parameters: [{ name: 'day', value: '1' }] });
  const before = await digest(api);
  expect(
    await failure(
      start(api, { name: process, tool: 'dbt' }, { idempotencyKey: 'k', leaseSeconds: 61, parameters: [{ name: 'day', value: '1' }] }),
    ),
  ).toMatchObject({ code: 'CONFLICT', argument: 'input.idempotencyKey', different: ['leaseSeconds', 'process.tool'], run: 1 });
  expect(await digest(api)).toBe(before);
});

test('P8 twenty starts at once with one key are one run', async () => {
  const process = await newProcess();
  const starts = await bothServers(20, (server) => start(server, { name: process, ...known }, { idempotencyKey: 'k' }));
  expect(outcomesOf(starts)).toEqual([...Array(19).fill('REPLAYED'), 'STARTED']);
  expect(new Set(starts.map(({ run, fencingToken }) => `${run.databaseId} ${fencingToken}`)).size).toBe(1);
  expect(await rowsOf(process)).toHaveLength(1);
});

test('P8 a start that was refused may be repeated with its key, also after a hold that it brought about', async () => {
  const parent = await newProcess();
  const process = await newProcess({ dependsOn: [{ process: { name: parent } }], failureLimit: 2 });
  const input = { idempotencyKey: 'k', runName: 'run with a key', parameters: [{ name: 'day', value: '1' }] };
  const running = await start(api, parent);
  expect((await start(api, process, input)).outcome).toBe('BLOCKED');
  await end(api, running);
  await fail(api, process);
  await fail(api, process);
  expect((await start(api, process, input)).outcome).toBe('ON_HOLD');
  expect((await start(api, process, input)).outcome).toBe('ON_HOLD');
  await release(api, { process: { name: process }, reason: 'The disk is bigger now.' });
  const going = await start(api, process);
  expect((await start(api, process, input)).outcome).toBe('ALREADY_RUNNING');
  await end(api, going);
  expect(await start(api, process, input)).toMatchObject({ outcome: 'STARTED', run: { name: 'run with a key' } });
});

test('P8 a field that is null and one that is left out are the same start', async () => {
  const process = await newProcess();
  const first = await start(api, process, { idempotencyKey: 'k', group: { key: 'g', name: null }, runName: null });
  expect(await start(api, { name: process, tool: null }, { idempotencyKey: 'k', group: { key: 'g' } })).toMatchObject({
    outcome: 'REPLAYED',
    run: { databaseId: first.run.databaseId },
  });
});

type Prepare = (parent: string) => Promise<unknown>;
const withStatus =
  (status: string, more: object = {}) =>
  async (parent: string) => {
    const { run } = await start(api, parent);
    await report(api, run, { status, createStatus: true, ...more });
  };
const parentStates: Record<string, [Prepare, 'blocks' | 'warnings' | 'well', string | null]> = {
  running: [(p) => start(api, p), 'blocks', 'RUNNING'],
  failed: [(p) => fail(api, p), 'blocks', 'FAILED'],
  abandoned: [async (p) => abandon(api, (await start(api, p)).run, { reason: 'Nobody is there.' }), 'blocks', 'ABANDONED'],
  cancelled: [async (p) => cancel(api, (await start(api, p)).run, { reason: 'Not today.' }), 'blocks', 'CANCELLED'],
  'on hold': [(p) => hold(api, { process: { name: p }, reason: 'Wait.' }), 'blocks', 'ON_HOLD'],
  'a status of its own without an end': [withStatus('waiting for files'), 'blocks', 'CUSTOM'],
  'a status of its own with an end': [
    async (p) => {
      await withStatus('waiting for files')(p);
      await api.sql(
        `update process_tracking set process_run_end_date_time = now()::timestamp where process_id = (select process_id from process where process_name = $1)`,
        [p],
      );
    },
    'warnings',
    'CUSTOM',
  ],
  'never ran': [async () => undefined, 'warnings', null],
  unknown: [withStatus('unknown'), 'warnings', 'UNKNOWN'],
  skipped: [withStatus('skipped'), 'warnings', 'SKIPPED'],
  completed: [(p) => runOnce(api, p), 'well', null],
  'failed long ago and completed since': [
    async (p) => {
      await fail(api, p);
      await runOnce(api, p);
    },
    'well',
    null,
  ],
  'completed long ago and failed since': [
    async (p) => {
      await runOnce(api, p);
      await fail(api, p);
    },
    'blocks',
    'FAILED',
  ],
  'released from its hold': [
    async (p) => {
      await hold(api, { process: { name: p }, reason: 'Wait.' });
      await release(api, { process: { name: p }, reason: 'Go.' });
    },
    'well',
    null,
  ],
  'observed to run': [
    async (p) => {
      await runOnce(api, p);
      await api.sql(
        `insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, origin) select process_id, 1, 2, now()::timestamp, 'observed' from process where process_name = $1`,
        [p],
      );
    },
    'well',
    null,
  ],
};
const latestOf = async (process: string) => {
  const run = (await rowsOf(process)).findLast(({ origin }) => origin === 'command');
  return run ? { databaseId: run.process_tracking_id, number: run.process_run_id } : null;
};

test.each(Object.entries(parentStates))('P9 a hard parent that is %s', async (_, [prepare, effect, state]) => {
  const parent = await newProcess();
  const child = await dependingOn(parent);
  await prepare(parent);
  const run = await latestOf(parent);
  const told = [expect.objectContaining({ kind: 'HARD', state, process: { name: parent }, run: run && expect.objectContaining(run) })];
  const before = await digest(api);
  const answer = await start(api, child);
  expect(answer).toMatchObject({
    outcome: effect === 'blocks' ? 'BLOCKED' : 'STARTED',
    blockers: effect === 'blocks' ? told : [],
    warnings: effect === 'warnings' ? told : [],
  });
  if (effect === 'blocks') expect([answer.run, await digest(api)]).toEqual([null, before]);
});

test.each(['SOFT', 'PARENT', 'CONTROL', 'DATA'])('P9 a %s parent never blocks, and is told of where it is not well', async (kind) => {
  const [failed, well, child] = [await newProcess(), await newProcess(), await newProcess()];
  await fail(api, failed);
  await runOnce(api, well);
  const { addDependencies } = await api.run(
    'mutation ($input: AddDependenciesInput!) { addDependencies(input: $input) { results { outcome } } }',
    {
      input: { dependencies: [failed, well].map((name) => ({ parent: { name }, child: { name: child }, kind })) },
    },
  );
  expect(addDependencies.results).toEqual([{ outcome: 'ADDED' }, { outcome: 'ADDED' }]);
  expect(await start(api, child)).toMatchObject({
    outcome: 'STARTED',
    blockers: [],
    warnings: [{ kind, state: 'FAILED', process: { name: failed } }],
  });
});

test('P9 a soft dependency among the hard ones, as other clients may write it, does not block either; one of undefined type does', async () => {
  const [soft, undefinedType] = [await newProcess(), await newProcess()];
  const child = await dependingOn(soft, undefinedType);
  await api.sql(
    `update process_dependency d set dependency_type_id = t.dependency_type_id from dependency_type_lkup t, process p
     where p.process_id = d.parent_process_id and (p.process_name, t.dependency_type_name) in (($1, 'Soft'), ($2, 'Undefined'))`,
    [soft, undefinedType],
  );
  await fail(api, soft);
  await fail(api, undefinedType);
  expect(await start(api, child)).toMatchObject({
    outcome: 'BLOCKED',
    blockers: [{ kind: 'HARD', process: { name: undefinedType } }],
    warnings: [{ kind: 'SOFT', state: 'FAILED', process: { name: soft } }],
  });
});

test('P9 all parents that block are told at once, the hard ones that do not beside them; grandparents are not asked', async () => {
  const grandparent = await newProcess();
  const [running, failed, idle] = [await dependingOn(grandparent), await newProcess(), await newProcess()];
  const child = await dependingOn(running, failed, idle);
  await start(api, running);
  await fail(api, failed);
  await fail(api, grandparent);
  const answer = await start(api, child);
  expect(answer.blockers.map(({ process, state }) => [process.name, state])).toEqual([
    [running, 'RUNNING'],
    [failed, 'FAILED'],
  ]);
  expect(answer.warnings.map(({ process, state }) => [process.name, state])).toEqual([[idle, null]]);
});

/** Situations of a process, each with what a start answers in it. */
const situations: Record<string, [(process: string) => Promise<unknown>, Start['outcome'], object?]> = {
  'nothing is in the way': [async () => undefined, 'STARTED'],
  'a run goes on': [(p) => start(api, p), 'ALREADY_RUNNING'],
  'a run has a status of its own': [withStatus('waiting for files'), 'ALREADY_RUNNING'],
  'a lease is over': [(p) => at(api, '2026-01-01T00:00:00Z', (then) => start(then, p, { leaseSeconds: 1 })), 'STARTED'],
  'it is on hold': [(p) => hold(api, { process: { name: p }, reason: 'Wait.' }), 'ON_HOLD'],
  'it failed too often': [
    async (p) => {
      for (let i = 0; i < 5; i++) await fail(api, p);
    },
    'ON_HOLD',
  ],
  'a parent failed': [
    async (p) => {
      const parent = await newProcess();
      await fail(api, parent);
      await newProcess({ name: p, dependsOn: [{ process: { name: parent } }] });
    },
    'BLOCKED',
  ],
  'a parent never ran': [async (p) => newProcess({ name: p, dependsOn: [{ process: { name: await newProcess() } }] }), 'STARTED'],
};

test.each(Object.entries(situations))(
  'P10 canStart answers what a start answers where %s, and writes nothing',
  async (_, [prepare, outcome]) => {
    const process = await newProcess();
    await prepare(process);
    const readOnly = openServer(api, { readOnly: true });
    const before = await digest(api);
    const asked = await canStart(readOnly, process).finally(() => readOnly.close());
    expect(await digest(api)).toBe(before);
    const answer = await start(api, process);
    expect(answer.outcome).toBe(outcome);
    const made = outcome === 'STARTED' || (await digest(api)) !== before;
    // What it would make, and end, it cannot show yet.
    expect(asked).toEqual({
      ...answer,
      fencingToken: undefined,
      run: made ? null : answer.run,
      abandoned: answer.abandoned && { ...answer.abandoned, state: 'RUNNING' },
    });
  },
);

test('P10 a group and an actor are identified by number too, and must exist then', async () => {
  const process = await newProcess();
  await start(api, process, { group: { key: 'by number' }, actor: { name: 'numbered' } });
  const [{ group, actor } = { group: 0, actor: 0 }] = await api.sql<{ group: number; actor: number }>(
    `select run_group_id as "group", actor_id as actor from run_group, actor_lkup where group_key = 'by number' and actor_name = 'numbered'`,
  );
  const question = (query: string, databaseId: number) =>
    call(api, `query ($p: ProcessRef!, $g: RunGroupRef) { ${query}(process: $p, group: $g) { __typename } }`, {
      p: { name: process },
      g: { databaseId },
    });
  for (const query of ['canStart', 'whyBlocked']) {
    await question(query, group);
    expect(await failure(question(query, 999_999))).toMatchObject({
      code: 'NOT_FOUND',
      argument: 'group.databaseId',
      value: 999_999,
      message: 'There is no RunGroup with this databaseId.',
    });
  }
  const another = await newProcess();
  expect((await start(api, another, { actor: { databaseId: actor } }, 'anonymous')).run.actor).toEqual({ name: 'numbered' });
  expect(await failure(start(api, another, { actor: { databaseId: 999_999 } }))).toMatchObject({
    code: 'NOT_FOUND',
    argument: 'input.actor.databaseId',
  });
  expect(await failure(start(api, another, { actor: {} }))).toMatchObject({ code: 'INVALID', argument: 'input.actor' });
});

test('P10 canStart of a process that nobody knows is NOT_FOUND', async () => {
  expect(await failure(canStart(api, 'never heard of'))).toMatchObject({ code: 'NOT_FOUND' });
});

test('P10 canStart refuses what a start refuses: a process that is retired, and a group that is closed', async () => {
  const process = await newProcess();
  await api.sql(`insert into run_group (group_key) values ('closed')`);
  await call(api, 'mutation ($input: CloseRunGroupInput!) { closeRunGroup(input: $input) { changed } }', {
    input: { group: { key: 'closed' } },
  });
  for (const work of [() => canStart(api, process, 'closed'), () => start(api, process, { group: { key: 'closed' } })])
    expect(await failure(work())).toMatchObject({ code: 'CONFLICT', value: 'closed', closedAt: expect.any(String) });
  await api.sql(`update process set retired_at = now() where process_name = $1`, [process]);
  for (const work of [() => canStart(api, process), () => start(api, process)])
    expect(await failure(work())).toMatchObject({ code: 'CONFLICT', kind: 'Process', value: process });
});

test('P10 a start that is blocked ends no run, nor says so, though the lease of one is over', async () => {
  const parent = await newProcess();
  const process = await dependingOn(parent);
  const stuck = await at(api, '2026-01-01T00:00:00Z', (then) => start(then, process, { leaseSeconds: 1 }));
  await start(api, parent);
  for (const answer of [await canStart(api, process), await start(api, process)])
    expect(answer).toMatchObject({ outcome: 'BLOCKED', abandoned: null, run: null });
  expect(await fetchRun(api, stuck.run.databaseId)).toEqual(stuck.run);
});

test('P11 after three failures in a row the next start puts the process on hold', async () => {
  const process = await newProcess({ failureLimit: 3 });
  const failures = [];
  for (let i = 0; i < 3; i++) failures.unshift((await fail(api, process)).run.databaseId);
  const held = await start(api, process, {}, 'starter');
  expect(held).toMatchObject({
    outcome: 'ON_HOLD',
    fencingToken: null,
    failureLimit: 3,
    run: { state: 'ON_HOLD', number: 4, actor: { name: 'starter' } },
    failures: failures.map((databaseId) => ({ databaseId, state: 'FAILED' })),
  });
  expect((await rowsOf(process)).map(({ process_status_id: status, is_latest_run: latest }) => [status, latest])).toEqual([
    [3, false],
    [3, false],
    [3, false],
    [4, true],
  ]);
});

test.each<[string, number | undefined, string[], string]>([
  ['one that was completed in between', 3, ['failed', 'failed', 'completed', 'failed'], 'STARTED'],
  ['four, where nobody says how many', undefined, Array(4).fill('failed'), 'STARTED'],
  ['five, where nobody says how many', undefined, Array(5).fill('failed'), 'ON_HOLD'],
  ['any number, where the limit is 0', 0, Array(7).fill('failed'), 'STARTED'],
  ['one, where the limit is 1', 1, ['failed'], 'ON_HOLD'],
  ['abandoned ones, which count', 3, ['failed', 'abandoned', 'failed'], 'ON_HOLD'],
  ['cancelled ones, which do not count', 3, ['failed', 'failed', 'cancelled'], 'STARTED'],
  ['cancelled ones, which do not reset', 3, ['failed', 'failed', 'cancelled', 'cancelled', 'failed'], 'ON_HOLD'],
  ['skipped and unknown ones, which do neither', 3, ['failed', 'skipped', 'failed', 'unknown', 'failed'], 'ON_HOLD'],
])('P11 failures in a row: %s', async (_, failureLimit, ends, outcome) => {
  const process = await newProcess({ failureLimit });
  for (const status of ends) {
    const { run } = await start(api, process);
    if (status === 'cancelled') await cancel(api, run, { reason: 'Not today.' });
    else if (status === 'abandoned') await abandon(api, run, { reason: 'Nobody is there.' });
    else await report(api, run, { status });
  }
  expect((await start(api, process)).outcome).toBe(outcome);
});

test('P11 a run whose lease is over counts among the failures of the start that ends it', async () => {
  const process = await newProcess({ failureLimit: 2 });
  await at(api, '2026-01-01T00:00:00Z', async (then) => {
    await fail(then, process);
    await start(then, process, { leaseSeconds: 1 });
  });
  expect(await start(api, process)).toMatchObject({
    outcome: 'ON_HOLD',
    abandoned: { state: 'ABANDONED' },
    failures: [
      { number: 2, state: 'ABANDONED' },
      { number: 1, state: 'FAILED' },
    ],
  });
});

test('P11 a hold that was released resets the count', async () => {
  const process = await newProcess({ failureLimit: 2 });
  for (const _ of [1, 2]) await fail(api, process);
  expect((await start(api, process)).outcome).toBe('ON_HOLD');
  await release(api, { process: { name: process }, reason: 'Mended.' });
  await fail(api, process);
  await fail(api, process);
  expect((await start(api, process)).outcome).toBe('ON_HOLD');
});

test('P12 while a process is on hold, starts answer the hold and write nothing', async () => {
  const process = await newProcess({ failureLimit: 1 });
  await fail(api, process);
  const held = await start(api, process);
  const before = await digest(api);
  for (const input of [{}, { idempotencyKey: 'k' }, { group: { key: 'a new group' } }])
    expect(await start(api, { name: process, tool: 'a new tool' }, input, 'a new actor')).toMatchObject({
      outcome: 'ON_HOLD',
      run: { databaseId: held.run.databaseId },
    });
  expect(await digest(api)).toBe(before);
});

test('P12 of twenty starts at once after too many failures one makes the hold', async () => {
  const process = await newProcess({ failureLimit: 1 });
  await fail(api, process);
  const starts = await bothServers(20, (server) => start(server, process));
  expect(outcomesOf(starts)).toEqual(Array(20).fill('ON_HOLD'));
  expect(new Set(starts.map(({ run }) => run.databaseId)).size).toBe(1);
  expect(await rowsOf(process)).toHaveLength(2);
});

test.each(['completed', 'skipped', 'unknown', 'looked at'])(
  'P13 a hold is released to %s by a person, with a reason, and the next start succeeds',
  async (to) => {
    await api.sql(`insert into process_status_lkup (process_status_name) values ('looked at') on conflict do nothing`);
    const process = await newProcess({ failureLimit: 1 });
    await fail(api, process);
    const held = await start(api, process);
    await release(
      api,
      { process: { name: process }, reason: 'The disk is bigger now.', ...(to === 'completed' ? {} : { to }) },
      'operator',
    );
    const events = await eventsOf(api, held.run.databaseId);
    expect(events.find((event) => event.field === 'status' && event.from === 'on hold')).toEqual({
      field: 'status',
      from: 'on hold',
      to,
      actor: 'operator',
      origin: 'api',
      reason: 'The disk is bigger now.',
    });
    expect(await start(api, process)).toMatchObject({ outcome: 'STARTED', run: { number: 3 } });
  },
);

test.each([
  ['failed', { to: 'failed' }, { code: 'INVALID', argument: 'input.to', value: 'failed', allowed: expect.arrayContaining(['completed']) }],
  ['running', { to: 'running' }, { code: 'INVALID', argument: 'input.to', value: 'running' }],
  [
    'a status that nobody knows',
    { to: 'no such' },
    { code: 'INVALID', argument: 'input.to', allowed: expect.arrayContaining(['completed', 'skipped']) },
  ],
  ['nothing, without a reason', { reason: ' ' }, { code: 'INVALID', argument: 'input.reason' }],
])('P13 a hold is not released to %s', async (_, more, error) => {
  const process = await newProcess();
  await hold(api, { process: { name: process }, reason: 'Wait.' });
  const before = await digest(api);
  expect(await failure(release(api, { process: { name: process }, reason: 'Go.', ...more }))).toMatchObject(error);
  expect(await digest(api)).toBe(before);
});

test('P13 only what is on hold is released', async () => {
  const process = await newProcess();
  await start(api, process);
  expect(await failure(release(api, { process: { name: process }, reason: 'Go.' }))).toMatchObject({
    code: 'CONFLICT',
    argument: 'input.process',
    state: 'RUNNING',
  });
});

test('P14 a refused start holds no lock and leaves nothing half-registered', async () => {
  const parent = await newProcess();
  const [running, blocked, held] = [await newProcess(), await dependingOn(parent), await newProcess()];
  await start(api, parent);
  await start(api, running, { idempotencyKey: 'k' });
  await hold(api, { process: { name: held }, reason: 'Wait.' });
  const before = await digest(api);
  for (const [process, outcome] of [
    [running, 'ALREADY_RUNNING'],
    [blocked, 'BLOCKED'],
    [held, 'ON_HOLD'],
  ] as const) {
    const mark = `refused ${outcome}`;
    const { process: facts, runName, parameters, group } = everything(mark);
    const refused = await start(api, { ...facts, name: process }, { runName, parameters, group, actor: { name: mark } }, mark);
    expect(refused.outcome).toBe(outcome);
    expect(await digest(api)).toBe(before);
    await two.db.write({ actor: 'tester' }, async (tx) => {
      await tx.query(`set local lock_timeout = '100ms'`);
      const touch = async (table: string) =>
        tx.query(`select from ${table} where process_id = (select process_id from process where process_name = $1) for update`, [process]);
      await touch('process');
      await touch('process_tracking');
    });
  }
});

test('P55 a run that a Python client started answers ALREADY_RUNNING here, and its failures count', async () => {
  const process = await newProcess({ failureLimit: 2 });
  const run = await startLikePython(api, process);
  expect(await start(api, process)).toMatchObject({
    outcome: 'ALREADY_RUNNING',
    run: { databaseId: run, number: 1, fencingToken: null },
  });
  const status = (id: number, run: number) =>
    api.sql(
      `update process_tracking set process_status_id = $1, process_run_end_date_time = '2026-01-01 12:30' where process_tracking_id = $2`,
      [id, run],
    );
  await status(3, run);
  const next = await start(api, process);
  expect(next).toMatchObject({ outcome: 'STARTED', run: { number: 2 } });
  await end(api, next, 'failed');
  expect((await start(api, process)).outcome).toBe('ON_HOLD');
  // A release as the Python client's own command does it.
  await status(2, (await rowsOf(process)).at(-1)!.process_tracking_id);
  expect(await start(api, process)).toMatchObject({ outcome: 'STARTED', run: { number: 4 } });
});

test('P55 the store refuses a run of a Python client while ours goes on', async () => {
  const process = await newProcess();
  const { run } = await start(api, process);
  expect(await failure(startLikePython(api, process))).toMatchObject({ code: '23505', constraint: 'process_tracking_one_running' });
  expect(await rowsOf(process)).toMatchObject([{ process_tracking_id: run.databaseId, is_latest_run: true }]);
});

test('P55 a status of their own keeps a run of a Python client going here until it has an end', async () => {
  const process = await newProcess();
  await api.sql(`insert into process_status_lkup (process_status_name) values ('their own') on conflict do nothing`);
  const run = await startLikePython(api, process, '2026-01-01 12:00', 'their own');
  expect(await start(api, process)).toMatchObject({ outcome: 'ALREADY_RUNNING', run: { databaseId: run, state: 'CUSTOM' } });
  await api.sql(`update process_tracking set process_run_end_date_time = '2026-01-01 13:00' where process_tracking_id = $1`, [run]);
  expect((await start(api, process)).outcome).toBe('STARTED');
});

test('P55 of a start here and one of a Python client at once exactly one runs, and ours says which', async () => {
  for (let round = 0; round < 10; round++) {
    const process = await newProcess();
    if (round % 2) await runOnce(api, process);
    const [ours, theirs, others] = await Promise.all([
      start(api, process),
      startLikePython(api, process).catch(({ code }) => code as string),
      start(two, process),
    ]);
    const runs = (await rowsOf(process)).filter(({ process_status_id: status }) => status === 1);
    expect(runs).toMatchObject([{ is_latest_run: true, process_run_id: 1 + (round % 2) }]);
    const id = runs[0]!.process_tracking_id;
    expect([ours.run.databaseId, others.run.databaseId]).toEqual([id, id]);
    expect(outcomesOf([ours, others])).toEqual(theirs === id ? ['ALREADY_RUNNING', 'ALREADY_RUNNING'] : ['ALREADY_RUNNING', 'STARTED']);
    if (theirs !== id) expect(theirs).toBe('23505');
  }
});

test('P55 a start of a Python client that wins is answered as the run that goes on', async () => {
  for (const ranBefore of [false, true]) {
    const process = await newProcess();
    if (ranBefore) await runOnce(api, process);
    let ours!: Promise<Start>;
    // Its transaction is open when ours comes, so ours cannot have seen its run.
    const theirs = await startLikePython(api, process, '2026-01-01 12:00:00', 'running', async () => {
      ours = start(api, process, { idempotencyKey: 'after Python', runName: `${process} ours` });
      await untilWaiting(api, 1, ours);
    });
    expect(await ours).toMatchObject({ outcome: 'ALREADY_RUNNING', fencingToken: null, run: { databaseId: theirs } });
    expect((await rowsOf(process)).at(-1)).toMatchObject({ process_tracking_id: theirs, is_latest_run: true });
    expect(await rowsOf(process)).toHaveLength(ranBefore ? 2 : 1);
    // It left neither its key nor its name behind.
    await api.sql('update process_tracking set process_status_id = 2, process_run_end_date_time = now() where process_tracking_id = $1', [
      theirs,
    ]);
    const later = await start(api, process, { idempotencyKey: 'after Python', runName: `${process} ours` });
    expect(later).toMatchObject({ outcome: 'STARTED', run: { number: ranBefore ? 3 : 2 } });
  }
});

test('A1 a new stage is made by its first start; starts at once, one wins', async () => {
  const starts = await bothServers(20, (server) => start(server, { name: 's1', ...known }));
  expect(outcomesOf(starts)).toEqual([...Array(19).fill('ALREADY_RUNNING'), 'STARTED']);
  const winner = starts.find(({ outcome }) => outcome === 'STARTED')!;
  expect(winner).toMatchObject({ fencingToken: expect.stringMatching(/^\d+$/), run: { id: expect.any(String), state: 'RUNNING' } });
  expect(await start(api, 's1')).toMatchObject({ outcome: 'ALREADY_RUNNING', run: { id: winner.run.id } });
});

test('C16 a task that is started twice with one key is one run', async () => {
  const process = await newProcess();
  const [first, second] = [await start(api, process, { idempotencyKey: 'task' }), await start(two, process, { idempotencyKey: 'task' })];
  expect([second.outcome, second.run.id]).toEqual(['REPLAYED', first.run.id]);
  expect(await rowsOf(process)).toHaveLength(1);
});

test('C24 the first start of a new process that is delivered twenty times at once is one run', async () => {
  const { group: _group, ...input } = everything('delivered');
  const starts = await bothServers(20, async (server) => (await call(server, startDocument, { input })).startRun as Start);
  expect(outcomesOf(starts)).toEqual([...Array(19).fill('REPLAYED'), 'STARTED']);
  expect(await rowsOf('process delivered')).toHaveLength(1);
});

test('C24 a start that is delivered three times, also at once, has one effect', async () => {
  const process = await newProcess();
  const deliver = (server: Server) => start(server, process, { idempotencyKey: 'event 1' });
  const ids = (await bothServers(3, deliver)).map(({ run }) => run.databaseId);
  expect(await movesOf(api, ids[0]!)).toEqual(['null → running']);
  await report(api, ids[0]!, { status: 'completed' });
  for (const _ of [1, 2, 3]) ids.push((await deliver(api)).run.databaseId);
  expect(new Set(ids).size).toBe(1);
  expect(await movesOf(api, ids[0]!)).toEqual(['null → running', 'running → completed']);
  expect(await fetchRun(api, ids[0]!)).toMatchObject({ state: 'COMPLETED', number: 1 });
});

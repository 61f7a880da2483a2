import { globalId } from '../../src/platform/entity/ids.js';
import { announceChanges } from '../../src/live/feed.js';
import { openApi, type Api } from '../support/api.js';
import { listen, short, untilSettled } from '../support/live.js';
import { runsOf } from '../support/runs.js';

let api: Api;
let made: Record<string, number>;
beforeAll(async () => {
  api = await openApi('live_filters');
  announceChanges(api.db, { pollMs: 20 });
  const id = async (text: string, values: unknown[] = []) => Number(Object.values((await api.sql(text, values))[0]!)[0]);
  const { newRun } = runsOf(api);
  const loadRun = await newRun({ process: 'load', status: 'running', group: 'night' });
  const otherRun = await newRun({ process: 'other', status: 'running' });
  const source = await id(`insert into source_lkup (source_name) values ('shop') returning source_id`);
  const object = (name: string) =>
    id(`insert into source_object_lkup (source_id, source_object_name) values ($1, $2) returning source_object_id`, [source, name]);
  await api.sql(`insert into location_type_lkup (location_type_name) values ('s3') on conflict do nothing`);
  const location = (name: string) =>
    id(
      `insert into location_lkup (location_name, location_path, location_type_id) select $1, $1, location_type_id from location_type_lkup where location_type_name = 's3' returning location_id`,
      [name],
    );
  const [lake, pond] = [await location('lake'), await location('pond')];
  const file = (name: string, at: number) =>
    id(
      `insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time, extract_status_id) values ($1, $2, now(), 1) returning extract_id`,
      [name, at],
    );
  const [a, b] = [await file('a.csv', lake), await file('b.csv', pond)];
  await api.sql(
    `insert into extract_process_tracking (process_tracking_id, extract_tracking_id, extract_process_event_date_time) values ($1, $2, now())`,
    [loadRun, a],
  );
  made = {
    loadRun,
    otherRun,
    source,
    raw: await object('raw'),
    clean: await object('clean'),
    report: await object('report'),
    lake,
    pond,
    a,
    b,
  };
});
afterAll(() => api.close());

const runTo = (run: number, status: string) =>
  api.sql(
    `update process_tracking set process_status_id = (select process_status_id from process_status_lkup where process_status_name = $2) where process_tracking_id = $1`,
    [run, status],
  );
const fileTo = (file: number, status: string) =>
  api.sql(
    `update extract_tracking set extract_status_id = (select extract_status_id from extract_status_lkup where extract_status_name = $2) where extract_id = $1`,
    [file, status],
  );
const process = async (name: string): Promise<number> =>
  (await api.sql<{ id: number }>('select process_id as id from process where process_name = $1', [name]))[0]!.id;

/** What a subscription tells of one change of everything. */
async function heard(args: string, expected: number): Promise<string[]> {
  const kinds = async (description: string, run: string, file: string) => {
    await api.sql(`update process set description = $1 where process_name in ('load', 'other')`, [description]);
    await runTo(made.loadRun!, run);
    await runTo(made.otherRun!, run);
    await fileTo(made.a!, file);
    await fileTo(made.b!, file);
    await api.sql('update run_group set name = $1', [description]);
    await api.sql('update location_lkup set location_bucket_name = $1', [description]);
  };
  await kinds('before', 'running', 'initializing');
  const told = await listen(api, args);
  await kinds('once', 'failed', 'ready');
  const all = (await told.rest(expected, 150)).map(short);
  await told.leave();
  return all.map((line) => line.replace(/: .* → /, ' → '));
}

const runs = ['load #1 status → failed', 'other #1 status → failed'];
const files = ['a.csv status → ready', 'b.csv status → ready'];
const processes = ['load description → once', 'other description → once'];

test('left out, changes of processes, runs and files are told', async () => {
  const expected = [...processes, ...runs, ...files];
  expect((await heard('', expected.length)).sort()).toEqual(expected.sort());
});

test.each([
  ['kinds: [LOCATION, RUN_GROUP]', ['lake bucket → once', 'night name → once', 'pond bucket → once']],
  ['kinds: [FILE]', files],
  ['process: { name: "load" }', [processes[0], runs[0], files[0]]],
  ['group: { key: "night" }', [runs[0], files[0]]],
  ['group: { key: "night" }, kinds: [RUN_GROUP]', ['night name → once']],
  ['location: { name: "pond" }', [files[1]]],
  ['location: { name: "lake" }, kinds: [LOCATION]', ['lake bucket → once']],
  ['statuses: ["failed", "ready"]', [...runs, ...files]],
  ['statuses: ["failed"], process: { name: "other" }', [runs[1]]],
  ['fields: ["description"]', processes],
  ['fields: ["endReason"]', []],
])('the filter %s', async (args, expected) => expect((await heard(args, expected.length)).sort()).toEqual([...expected].sort()));

test('a process is found by a former name too', async () => {
  await api.sql(`insert into process_alias (namespace, name, process_id) values ('', 'old load', $1)`, [await process('load')]);
  expect(await heard('process: { name: "old load" }', 3)).toHaveLength(3);
});

describe('upstreamOf', () => {
  const link = (table: 'process_source_object' | 'process_target_object', name: string, object: number) =>
    process(name).then((id) => api.sql(`insert into ${table} values ($1, $2)`, [id, object]));

  test('tells changes of processes, runs, sources, objects and files that lie upstream, also of what comes to lie there', async () => {
    await api.sql(`insert into process (process_name) values ('publish')`);
    // raw → load → clean → publish → report
    await link('process_source_object', 'load', made.raw!);
    await link('process_target_object', 'load', made.clean!);
    await link('process_source_object', 'publish', made.clean!);
    await api.sql('insert into source_object_location values ($1, $2)', [made.raw, made.pond]);
    const report = globalId('SourceObject', made.report!);
    const all = 'kinds: [PROCESS, RUN, FILE, SOURCE_OBJECT]';
    const told = await listen(api, `upstreamOf: "${report}", ${all}, fields: ["status", "description"]`);
    const change = async (word: string, run: string, file: string) => {
      await api.sql(`update process set description = $1 where process_name in ('load', 'other', 'publish')`, [word]);
      await api.sql('update source_object_lkup set description = $1', [word]);
      await runTo(made.loadRun!, run);
      await runTo(made.otherRun!, run);
      await fileTo(made.b!, file);
    };
    await change('before', 'failed', 'ready');
    // They are judged when they are delivered.
    await untilSettled(api);
    expect(await told.rest(0, 150)).toEqual([]);
    await link('process_target_object', 'publish', made.report!);
    await change('after', 'running', 'initializing');
    expect((await told.rest(6, 150)).map((each) => short(each).replace(/: .* → /, ' → ')).sort()).toEqual([
      'b.csv status → initializing',
      'clean description → after',
      'load #1 status → running',
      'load description → after',
      'publish description → after',
      'raw description → after',
    ]);
    await api.sql('delete from process_target_object where target_object_id = $1', [made.clean]);
    await change('cut', 'failed', 'ready');
    expect((await told.rest(2, 150)).map((each) => short(each).replace(/: .* → /, ' → ')).sort()).toEqual([
      'clean description → cut',
      'publish description → cut',
    ]);
    await told.leave();
  });
});

test.each([
  ['kinds: []', 'INVALID', 'kinds'],
  ['process: { name: "nobody" }', 'NOT_FOUND', 'process.name'],
  ['group: { key: "nobody" }', 'NOT_FOUND', 'group.key'],
  ['location: { name: "nowhere" }', 'NOT_FOUND', 'location.name'],
  ['statuses: ["failed", "faild"]', 'INVALID', 'statuses.1'],
  ['upstreamOf: "nonsense"', 'INVALID', 'upstreamOf'],
  [`upstreamOf: "${globalId('Contact', 1)}"`, 'INVALID', 'upstreamOf'],
  [`upstreamOf: "${globalId('Process', 999_999)}"`, 'NOT_FOUND', 'upstreamOf'],
  ['after: "nonsense"', 'INVALID', 'after'],
  [`after: "${Buffer.from('["changes","5","1","1"]').toString('base64url')}"`, 'INVALID', 'after'],
  [`after: "${Buffer.from('["changes","5","999999999","1"]').toString('base64url')}"`, 'INVALID', 'after'],
])('%s is refused with %s before anything is told', async (args, code, argument) => {
  await expect(listen(api, args)).rejects.toMatchObject({ code, details: { argument } });
});

test('the subject is read fresh with each change, all of a statement at once, and null where it is gone', async () => {
  const { newRun } = runsOf(api);
  const several = await Promise.all(Array.from({ length: 20 }, (_, i) => newRun({ process: `many ${i}`, status: 'running' })));
  const subject = 'subject { __typename id ... on Process { name description } ... on Run { number status { name } process { name } } }';
  const told = await listen(api, 'fields: ["status", "description", "created", "deleted"]', subject);
  await api.sql(`insert into process (process_name) values ('short-lived')`);
  expect((await told.next()).subject).toMatchObject({ __typename: 'Process', name: 'short-lived', description: null });
  await api.sql(`update process set description = 'changed' where process_name = 'short-lived'`);
  expect((await told.next()).subject).toMatchObject({ description: 'changed' });
  await api.sql(`delete from process where process_name = 'short-lived'`);
  expect(await told.next()).toMatchObject({ event: { field: 'deleted' }, subject: null });
  const statements = await api.recorded(async () => {
    await api.sql(
      `update process_tracking set process_status_id = (select process_status_id from process_status_lkup where process_status_name = 'failed') where process_tracking_id = any ($1)`,
      [several],
    );
    for (const { subject: run } of await told.take(20)) expect(run).toMatchObject({ __typename: 'Run', status: { name: 'failed' } });
  });
  const reading = statements.filter((text) => / from (process_tracking|process|process_status_lkup) t /.test(text));
  expect(reading.filter((text) => text.includes('from process_tracking'))).toHaveLength(1);
  expect(reading.length).toBeLessThanOrEqual(1 + 20 + 1);
  await told.leave();
});

test('many subscribers cost one reading of the events and of their links', async () => {
  const all = await Promise.all(Array.from({ length: 30 }, () => listen(api, 'process: { name: "load" }')));
  const waiting = all.map((told) => told.next());
  const statements = await api.recorded(async () => {
    await runTo(made.loadRun!, 'completed');
    await Promise.all(waiting);
  });
  expect(statements.filter((text) => /select .* from status_event t/s.test(text))).toHaveLength(1);
  expect(statements.filter((text) => text.includes('array[r.process_id]'))).toHaveLength(1);
  await Promise.all(all.map((told) => told.leave()));
});

test('sent as a query, a subscription says by which way it comes', async () => {
  const { errors } = await api.execute('subscription { changes { cursor } }');
  expect(errors![0]!.message).toMatch(/WebSocket at \/graphql.*\/graphql\/stream/);
});

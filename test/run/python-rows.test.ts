import { openApi, type Api } from '../support/api.js';
import { at, call, canStart, failure, known, movesOf, report, start, startLikePython } from '../support/run-calls.js';
import { report as reportFile } from '../support/file-calls.js';

let api: Api;
let unique = 0;
beforeAll(async () => {
  api = await openApi('python_rows');
});
afterAll(() => api.close());

const register = (more: object) =>
  api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', { input: { ...known, ...more } });

/** What ProcessTracker's CLI does to release a hold: it writes the status alone. */
const releaseByCli = (run: number, status = 'completed') =>
  api.sql(
    `update process_tracking set process_status_id = (select process_status_id from process_status_lkup where process_status_name = $2) where process_tracking_id = $1`,
    [run, status],
  );

describe("a hold that ProcessTracker's CLI releases", () => {
  const held = async () => {
    const name = `held ${++unique}`;
    await register({ name, scheduleFrequency: 'hourly' });
    return { name, run: await startLikePython(api, name, '2026-01-01 12:00:00', 'on hold') };
  };

  test('P57 is no completed run: the process is as late as before', async () => {
    const { name, run } = await held();
    const lateAt = (time: string) =>
      at(
        api,
        time,
        async (then) =>
          (await call(then, 'query ($name: String!) { process(name: $name) { late { lastStartedAt } } }', { name })).process.late,
      );
    await releaseByCli(run);
    expect(await lateAt('2036-01-01T00:00:00Z')).toEqual({ lastStartedAt: null });
    const found = await call(api, 'query ($id: Int) { run(databaseId: $id) { state endReason endedAt } }', { id: run });
    expect(found.run).toEqual({ state: 'COMPLETED', endReason: 'RELEASED', endedAt: expect.any(String) });
    expect((await canStart(api, name)).outcome).toBe('STARTED');
    expect(await movesOf(api, run)).toEqual(['null → on hold', 'on hold → completed']);
  });

  test('P13 to a status of its own has ended: nothing waits for it', async () => {
    const { name, run } = await held();
    await api.sql(`insert into process_status_lkup (process_status_name) values ('checked by hand')`);
    await releaseByCli(run, 'checked by hand');
    expect((await canStart(api, name)).outcome).toBe('STARTED');
  });

  test('P13 to failed, or a run that was none, keeps what it is', async () => {
    const { run } = await held();
    await releaseByCli(run, 'failed');
    const other = await held();
    await releaseByCli(other.run, 'running');
    await releaseByCli(other.run);
    expect(
      await api.sql('select end_reason as reason from process_tracking where process_tracking_id = any($1)', [[run, other.run]]),
    ).toEqual([{ reason: null }, { reason: null }]);
  });
});

test('P39 a file that a Python client registers for the objects of a process comes from their sources too', async () => {
  await register({ name: 'by object', sources: [{ name: 'shop', objects: [{ name: 'orders' }, { name: 'items' }] }, { name: 'direct' }] });
  await api.sql(`
    insert into location_type_lkup (location_type_name) values ('local filesystem') on conflict do nothing;
    insert into location_lkup (location_name, location_path, location_type_id) select 'py', '/py/', min(location_type_id) from location_type_lkup;
    insert into extract_tracking (extract_filename, extract_location_id, extract_registration_date_time) select 'a.csv', location_id, now() from location_lkup where location_name = 'py';
    insert into extract_source_object (extract_id, source_object_id) select extract_id, source_object_id from extract_tracking, source_object_lkup where extract_filename = 'a.csv';
    insert into extract_source (extract_id, source_id) select extract_id, source_id from extract_tracking, source_lkup where extract_filename = 'a.csv' and source_name = 'direct';
    insert into source_object_location (source_object_id, location_id) select source_object_id, location_id from source_object_lkup, location_lkup where location_path = '/py/'`);
  const sources = (...names: string[]) => ({ totalCount: names.length, nodes: names.map((name) => ({ name })) });
  expect(
    await call(
      api,
      `{ file(path: "/py", fileName: "a.csv") { sources { totalCount nodes { name } } }
         files(where: { sources: { some: { name: { eq: "shop" } } } }) { nodes { fileName } }
         none: files(where: { sources: { some: { name: { eq: "other" } } } }) { totalCount } }`,
    ),
  ).toEqual({
    file: { sources: sources('direct', 'shop') },
    files: { nodes: [{ fileName: 'a.csv' }] },
    none: { totalCount: 0 },
  });
});

describe('a lone date beyond the known one of the other side', () => {
  const [first, second, third, last] = [1, 2, 3, 4].map((day) => `2026-01-0${day}T00:00:00Z`) as [string, string, string, string];

  test('P18 is refused for a run, also where it would not be kept', async () => {
    const { run } = await start(api, { name: `dated ${++unique}`, ...known });
    await report(api, run, { lowWatermark: second, highWatermark: third });
    expect(await failure(report(api, run, { lowWatermark: last }))).toMatchObject({
      code: 'INVALID',
      argument: 'input.lowWatermark',
      value: last,
    });
    expect(await failure(report(api, run, { highWatermark: first }))).toMatchObject({
      code: 'INVALID',
      argument: 'input.highWatermark',
      value: first,
    });
    // A lower and a higher one than both, and one between, are as before.
    await report(api, run, { lowWatermark: third });
    await report(api, run, { highWatermark: second });
    expect((await report(api, run, { lowWatermark: first, highWatermark: last })).run).toMatchObject({
      lowWatermark: '2026-01-01T00:00:00.000000Z',
    });
  });

  test.each(['write', 'load'])('P38 is refused for what was %s', async (side) => {
    const file = { path: '/dated', fileName: `${side}.csv` };
    await call(api, 'mutation ($input: RegisterFilesInput!) { registerFiles(input: $input) { results { created } } }', {
      input: { location: { path: file.path }, files: [{ fileName: file.fileName }] },
    });
    const [low, high] = [`${side}LowWatermark`, `${side}HighWatermark`];
    await reportFile(api, file, { [low]: second, [high]: third });
    expect(await failure(reportFile(api, file, { [low]: last }))).toMatchObject({
      code: 'INVALID',
      argument: `input.${low}`,
      value: last,
    });
    expect(await failure(reportFile(api, file, { [high]: first }))).toMatchObject({
      code: 'INVALID',
      argument: `input.${high}`,
      value: first,
    });
    // One between is accepted, and the lower one stays.
    expect((await reportFile(api, file, { [low]: third })).changed).toBe(false);
  });
});

import fc from 'fast-check';
import { build, computed, now, store, storeShape } from '../support/computed-model.js';
import { filters, meets } from '../support/filter-model.js';
import { openApi, type Api } from '../support/api.js';
import { setZone } from '../support/waybill-clock.js';
import { call, openServer } from '../support/run-calls.js';

let api: Api;
let server: ReturnType<typeof openServer>;
beforeAll(async () => {
  api = await openApi('computed');
  server = openServer(api, { now });
});
afterAll(async () => {
  await server.close();
  await api.close();
});

const lists: Record<string, [list: string, fields: string]> = {
  Process: [
    'processes(includeRetired: true, ',
    'name state onHold blocked mayStart latestRun { number } late { since dueAt lastStartedAt }',
  ],
  Run: ['runs(', 'process { name } number state stuck durationSeconds usualDurationSeconds slowerThanUsual'],
  File: ['files(', 'fileName state stuck owner currentVersion { version }'],
  Source: ['sources(', 'name'],
  Contact: ['contacts(', 'name'],
};
/** What the API answers of a row of the model. */
const shown: Record<string, (item: any) => unknown> = {
  Process: ({ name, state, onHold, blocked, mayStart, latestRun, late }) => ({
    name,
    state,
    onHold,
    blocked,
    mayStart,
    latestRun: latestRun && { number: latestRun.number },
    late: late && { since: late.since, dueAt: late.dueAt, lastStartedAt: late.lastStartedAt },
  }),
  Run: ({ process, number, state, stuck, durationSeconds, usualDurationSeconds, slowerThanUsual }) => ({
    process: { name: process.name },
    number,
    state,
    stuck,
    durationSeconds,
    usualDurationSeconds,
    slowerThanUsual,
  }),
  File: ({ fileName, state, stuck, owner, currentVersion }) => ({
    fileName,
    state,
    stuck,
    owner,
    currentVersion: currentVersion && { version: currentVersion.version },
  }),
  Source: ({ name }) => ({ name }),
  Contact: ({ name }) => ({ name }),
};
const sorted = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).sort();

test('L15 computed facts are conditions like stored ones: random filters over random stores find what the same predicate finds in memory', async () => {
  const ask = fc
    .constantFrom('Process', 'Process', 'Process', 'Run', 'Run', 'File', 'Source', 'Contact')
    .chain((type) => fc.record({ type: fc.constant(type), where: filters(type, 2, computed) }));
  await fc.assert(
    fc.asyncProperty(storeShape, fc.array(ask, { minLength: 25, maxLength: 25 }), async (shape, asked) => {
      const rows = build(shape);
      await store(api, rows);
      // What the fields answer is what the conditions go by.
      for (const [type, [list, fields]] of Object.entries(lists)) {
        const all = (await call(server, `{ list: ${list} first: 500) { nodes { ${fields} } } }`)).list;
        expect(sorted(all.nodes)).toEqual(sorted(rows[type]!.map((item) => shown[type]!(item))));
      }
      for (const { type, where } of asked) {
        const [list, fields] = lists[type]!;
        const query = `query ($where: ${type}Where) { list: ${list} where: $where, first: 500) { totalCount nodes { ${fields} } } }`;
        const found = (await call(server, query, { where })).list;
        const expected = rows[type]!.filter((item) => meets(type, item, where, computed)).map((item) => shown[type]!(item));
        expect({ where, nodes: sorted(found.nodes) }).toEqual({ where, nodes: sorted(expected) });
        expect(found.totalCount).toBe(expected.length);
      }
    }),
    { numRuns: 20, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
  );
});

const orders: Record<string, { list: string; type: string; fields: string; orders: Record<string, (item: any) => number | string> }> = {
  processes: {
    list: 'processes(includeRetired: true, ',
    type: 'Process',
    fields: 'name',
    orders: {
      LATE_SINCE: ({ late }) => late?.since ?? '9999',
      LATEST_RUN_STARTED_AT: ({ latestRun }) => latestRun?.startedAt ?? '',
      STATE: ({ state }) => state ?? '',
    },
  },
  'processes that are late': {
    list: 'processes(where: { late: {} }, ',
    type: 'Process',
    fields: 'name',
    orders: { LATE_SINCE: ({ late }) => late.since },
  },
  runs: {
    list: 'runs(',
    type: 'Run',
    fields: 'name: number process { name }',
    orders: {
      DURATION_SECONDS: ({ durationSeconds }) => durationSeconds ?? -1,
      SLOWNESS: ({ durationSeconds, usualDurationSeconds }) =>
        durationSeconds === null || !usualDurationSeconds ? -1 : durationSeconds / usualDurationSeconds,
    },
  },
  files: {
    list: 'files(',
    type: 'File',
    fields: 'name: fileName',
    orders: {
      CLAIMED_AT: ({ owner, leaseUntil }) => (owner && leaseUntil) || '9999',
      LEASE_UNTIL: ({ leaseUntil }) => leaseUntil ?? '9999',
    },
  },
};

describe('L14 pages in computed orders give each row once, at its place, both ways, with ties and missing values', () => {
  let rows: Record<string, any[]>;
  beforeAll(async () => {
    const [shape] = fc.sample(
      storeShape.filter(({ processes, files }) => processes.length === 7 && files.length > 5),
      { seed: 14, numRuns: 1 },
    );
    rows = build(shape!);
    await store(api, rows);
  });

  test.each(
    Object.entries(orders).flatMap(([name, each]) => Object.entries(each.orders).map(([field, key]) => ({ name, field, key, ...each }))),
  )('L14 $name by $field', async ({ list, type, fields, field, key }) => {
    const wanted = rows[type]!.filter((item) => !list.includes('late') || (item.late && !item.retired))
      .map((item, i) => ({ key: key(item), i, shown: type === 'Run' ? `${item.process.name} ${item.number}` : item.name }))
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.i - b.i))
      .map((each) => each.shown);
    expect(wanted.length).toBeGreaterThan(1);
    for (const [direction, expected] of [
      ['ASC', wanted],
      ['DESC', [...wanted].reverse()],
    ] as const)
      for (const [size, backwards] of [
        [1, false],
        [2, true],
        [3, false],
      ] as const) {
        const found: string[] = [];
        for (let cursor = ''; ;) {
          const place = `${backwards ? 'last' : 'first'}: ${size} ${cursor && `${backwards ? 'before' : 'after'}: "${cursor}"`}`;
          const { nodes, pageInfo } = (
            await call(
              server,
              `{ list: ${list} orderBy: { field: ${field}, direction: ${direction} }, ${place}) { nodes { ${fields} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
            )
          ).list;
          found[backwards ? 'unshift' : 'push'](
            ...nodes.map(({ name, process }: any) => (process ? `${process.name} ${name}` : (name as string))),
          );
          if (!(backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) break;
          cursor = backwards ? pageInfo.startCursor : pageInfo.endCursor;
        }
        expect({ direction, size, found }).toEqual({ direction, size, found: expected });
      }
  });

  test('L14 a forged cursor of a float is INVALID', async () => {
    const after = (value: unknown) =>
      Buffer.from(JSON.stringify(['Run.startedAt by DURATION_SECONDS ASC', value, 1])).toString('base64url');
    const ask = (value: unknown) =>
      call(server, 'query ($c: String) { runs(orderBy: { field: DURATION_SECONDS }, after: $c) { totalCount } }', { c: after(value) });
    for (const value of [
      'NaN',
      'Infinity',
      '-Infinity',
      '1e999',
      '-1e999',
      '1e-999',
      '',
      ' 1',
      '0x1',
      '1_0',
      '1e',
      'one',
      1,
      null,
      '1'.repeat(400),
      [],
    ])
      await expect(ask(value)).rejects.toMatchObject({ code: 'INVALID', details: { argument: 'after' } });
    for (const value of ['0', '-0', '10', '-1e+300', '0.5', '1e-07']) expect((await ask(value)).runs.totalCount).toBeGreaterThan(0);
  });
});

describe('L15 conditions of one grammar', () => {
  const names = async (on: ReturnType<typeof openServer>, where: string) =>
    (await call(on, `{ runs(first: 500, where: ${where}) { nodes { name } } }`)).runs.nodes.map(({ name }: any) => name).sort();
  let own: Api;
  let berlin: ReturnType<typeof openServer>;
  // The day on which the clock is set forward has 23 hours, that on which it is set back 25; the first and last microseconds of each, in UTC and by the clock.
  const days = {
    '2026-03-29': [
      '2026-03-28T23:00:00.000000Z',
      '2026-03-29T21:59:59.999999Z',
      '2026-03-29T22:00:00.000000Z',
      '2026-03-28T22:59:59.999999Z',
    ],
    '2026-10-25': [
      '2026-10-24T22:00:00.000000Z',
      '2026-10-25T22:59:59.999999Z',
      '2026-10-25T23:00:00.000000Z',
      '2026-10-24T21:59:59.999999Z',
    ],
    '2026-06-15': [
      '2026-06-14T22:00:00.000000Z',
      '2026-06-15T21:59:59.999999Z',
      '2026-06-15T22:00:00.000000Z',
      '2026-06-14T21:59:59.999999Z',
    ],
  };
  const inside = (day: string) => [`${day} first`, `${day} last`];
  beforeAll(async () => {
    own = await openApi('grammar');
    await setZone(own, 'Europe/Berlin');
    berlin = openServer(own, { timeZone: 'Europe/Berlin' });
    await own.sql(`insert into process (process_name) values ('p')`);
    const ends = ['first', 'last', 'after', 'before'];
    const rows = Object.entries(days).flatMap(([day, times]) => times.map((at, i) => [`${day} ${ends[i]}`, at]));
    for (const [i, [name, at]] of rows.entries())
      await own.sql(
        `insert into process_tracking (process_id, process_status_id, process_run_id, process_run_name, process_run_start_date_time, started_at,
           process_run_low_date_time, end_reason)
         select process_id, 2, $1, $2, $3::timestamptz at time zone 'Europe/Berlin', $3, $3::timestamptz at time zone 'Europe/Berlin',
           case when $1 % 2 = 0 then 'released' when $1 = 1 then 'made up by another client' end from process`,
        [i + 1, name, at],
      );
  });
  afterAll(async () => {
    await berlin.close();
    await own.close();
  });

  test.each(Object.keys(days))('L15 on the day %s of a zone whose clock changes: instants, and times without a zone', async (day) => {
    expect(await names(berlin, `{ startedAt: { on: "${day}" } }`)).toEqual(inside(day));
    expect(await names(berlin, `{ lowWatermark: { on: "${day}" } }`)).toEqual(inside(day));
    expect(await names(berlin, `{ not: { lowWatermark: { on: "${day}" } }, startedAt: { on: "${day}" } }`)).toEqual([]);
    // A computed time, and other operators beside it.
    expect(await names(berlin, `{ startedAt: { on: "${day}", lt: "${days[day as keyof typeof days][1]}" } }`)).toEqual([`${day} first`]);
  });

  test('L15 a day that is none, and bounds that are not two, are INVALID', async () => {
    const refused = (where: string) => expect(names(berlin, where)).rejects;
    for (const day of ['2026-02-29', '0000-01-01'])
      await refused(`{ startedAt: { on: "${day}" } }`).toMatchObject({
        code: 'INVALID',
        details: { argument: 'where.startedAt.on', value: day },
      });
    for (const day of ['0001-01-01', '9999-12-31']) expect(await names(berlin, `{ startedAt: { on: "${day}" } }`)).toEqual([]);
    for (const bounds of ['[]', '[1]', '[1, 2, 3]'])
      await refused(`{ number: { between: ${bounds} } }`).toMatchObject({ code: 'INVALID', details: { argument: 'where.number.between' } });
    await refused('{ startedAt: { between: ["2026-01-01T00:00:00Z", "2026-02-30T00:00:00Z"] } }').toMatchObject({
      code: 'INVALID',
      details: { argument: 'where.startedAt.between.1' },
    });
    expect(await names(berlin, '{ number: { between: [2, 1] } }')).toEqual([]);
    expect(await names(berlin, '{ number: { between: [1, 2] } }')).toEqual(inside('2026-03-29'));
  });

  test('L15 enums are conditions like other values, by their names in the API', async () => {
    const all = await names(berlin, '{}');
    const released = await names(berlin, '{ endReason: { eq: RELEASED } }');
    expect(released).toHaveLength(6);
    expect(await names(berlin, '{ endReason: { in: [RELEASED, ABANDONED] } }')).toEqual(released);
    expect(await names(berlin, '{ endReason: { isNull: false } }')).toEqual(released);
    const others = all.filter((name: string) => !released.includes(name));
    for (const where of ['{ endReason: { ne: RELEASED } }', '{ endReason: { notIn: [RELEASED] } }', '{ endReason: { isNull: true } }'])
      expect(await names(berlin, where)).toEqual(others);
    expect(await names(berlin, '{ origin: { eq: COMMAND } }')).toEqual(all);
    expect(await names(berlin, '{ origin: { ne: COMMAND } }')).toEqual([]);
  });
});

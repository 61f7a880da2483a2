import { Cron } from 'croner';
import fc from 'fast-check';
import { dueAfter } from '../../src/run/diagnosis/due-after.js';
import { openApi, type Api } from '../support/api.js';
import { insertRun, queryAt, setZone } from '../support/waybill-clock.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('late');
  await setZone(api, 'Europe/Berlin');
});
afterEach(() => api.sql('delete from process_tracking; delete from process'));
afterAll(() => api.close());

/** A process that was made at the beginning of 2020, or when is said. */
const makeProcess = (name: string, frequency: string, { cron, made = '2020-01-01T00:00:00Z' }: { cron?: string; made?: string } = {}) =>
  api.sql(
    `insert into process (process_name, schedule_frequency_id, cron, created_date_time)
     select $1, schedule_frequency_id, $3, $4::timestamptz from schedule_frequency_lkup where schedule_frequency_name = $2`,
    [name, frequency, cron ?? null, made],
  );
const lateness = async (name: string, now: string) =>
  (await queryAt(api, now, `{ process(name: "${name}") { nextDueAt late { since dueAt lastStartedAt } } }`)).process;
const isLate = async (name: string, now: string): Promise<boolean> => (await lateness(name, now)).late !== null;
const instant = (text: string) => new Date(text).toISOString().replace('Z', '000Z');

/** Late a millisecond after this moment, not at it. */
async function expectLateAfter(name: string, moment: string) {
  expect(await isLate(name, new Date(moment).toISOString())).toBe(false);
  const after = new Date(Date.parse(moment) + 1).toISOString();
  expect((await lateness(name, after)).late).toMatchObject({ since: instant(moment) });
}

test.each([
  // Berlin is an hour ahead of UTC in winter, two in summer.
  ['hourly', '2026-06-10T08:00:00Z', '2026-06-10T09:00:00Z', '2026-06-10T09:15:00Z'],
  ['daily', '2026-06-10T08:00:00Z', '2026-06-11T08:00:00Z', '2026-06-11T14:00:00Z'],
  ['weekly', '2026-06-10T08:00:00Z', '2026-06-17T08:00:00Z', '2026-06-19T02:00:00Z'],
  // The 31st has no counterpart in February: its last day takes its place.
  ['monthly', '2026-01-31T08:00:00Z', '2026-02-28T08:00:00Z', '2026-03-07T08:00:00Z'],
  ['monthly', '2026-06-10T08:00:00Z', '2026-07-10T08:00:00Z', '2026-07-17T20:00:00Z'],
  ['quarterly', '2026-04-01T08:00:00Z', '2026-07-01T08:00:00Z', '2026-07-24T02:00:00Z'],
  ['annually', '2025-06-10T08:00:00Z', '2026-06-10T08:00:00Z', '2026-09-09T14:00:00Z'],
])('P57 %s: after a start at %s the next is due at %s, and late after %s', async (frequency, start, due, limit) => {
  await makeProcess('p', frequency);
  await insertRun(api, 'p', { start });
  await expectLateAfter('p', limit);
  expect(await lateness('p', '2030-01-01T00:00:00Z')).toEqual({
    nextDueAt: instant(due),
    late: { since: instant(limit), dueAt: instant(due), lastStartedAt: instant(start) },
  });
});

test.each([
  // The day on which the clock is set forward has 23 hours, a quarter of which is 5:45.
  ['daily', '2026-03-28T11:00:00Z', '2026-03-29T10:00:00Z', '2026-03-29T15:45:00Z'],
  // At 2:30 there is nothing: what was due then is due an hour later by the clock.
  ['daily', '2026-03-28T01:30:00Z', '2026-03-29T01:30:00Z', '2026-03-29T07:30:00Z'],
  // The day on which it is set back has 25, a quarter of which is 6:15.
  ['daily', '2026-10-24T10:00:00Z', '2026-10-25T11:00:00Z', '2026-10-25T17:15:00Z'],
  ['weekly', '2026-03-25T11:00:00Z', '2026-04-01T10:00:00Z', '2026-04-03T03:45:00Z'],
  ['monthly', '2026-03-15T11:00:00Z', '2026-04-15T10:00:00Z', '2026-04-23T03:45:00Z'],
  ['hourly', '2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z', '2026-03-29T01:45:00Z'],
  ['hourly', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T01:45:00Z'],
])(
  'P57 %s over a change of the clock: after a start at %s the next is due at %s, and late after %s',
  async (frequency, start, due, limit) => {
    await makeProcess('p', frequency);
    await insertRun(api, 'p', { start });
    await expectLateAfter('p', limit);
    expect((await lateness('p', limit)).nextDueAt).toBe(instant(due));
  },
);

test('P57 never late: unscheduled, a frequency of somebody’s own, retired, and what is not old enough', async () => {
  await api.sql(`insert into schedule_frequency_lkup (schedule_frequency_name) values ('on full moon') on conflict do nothing`);
  await makeProcess('unscheduled', 'unscheduled');
  await makeProcess('own', 'on full moon');
  await makeProcess('retired', 'daily');
  await api.sql(`update process set retired_at = '2026-01-01Z' where process_name = 'retired'`);
  await makeProcess('young', 'daily', { made: '2026-06-10T08:00:00Z' });
  const now = '2026-06-11T14:00:00Z';
  for (const name of ['unscheduled', 'own', 'retired']) expect(await lateness(name, now)).toEqual({ nextDueAt: null, late: null });
  expect(await lateness('young', now)).toEqual({ nextDueAt: '2026-06-11T08:00:00.000000Z', late: null });
  expect((await queryAt(api, now, '{ processes(where: { late: {} }) { totalCount } }')).processes.totalCount).toBe(0);
  expect((await lateness('young', '2026-06-11T14:00:01Z')).late).toEqual({
    since: '2026-06-11T14:00:00.000000Z',
    dueAt: '2026-06-11T08:00:00.000000Z',
    lastStartedAt: null,
  });
});

test('P57 only a completed run counts, by when it started: no failure, no running one, no released hold', async () => {
  await makeProcess('p', 'daily');
  const now = '2026-06-12T00:00:00Z';
  await insertRun(api, 'p', { status: 'failed', start: '2026-06-11T20:00:00Z' });
  await insertRun(api, 'p', { status: 'completed', reason: 'released', start: '2026-06-11T21:00:00Z' });
  await insertRun(api, 'p', { status: 'completed', start: '2026-06-01T00:00:00Z', end: '2026-06-11T22:00:00Z' });
  await insertRun(api, 'p', { status: 'running', start: '2026-06-11T23:00:00Z' });
  expect((await lateness('p', now)).late).toEqual({
    since: '2026-06-02T06:00:00.000000Z',
    dueAt: '2026-06-02T00:00:00.000000Z',
    lastStartedAt: '2026-06-01T00:00:00.000000Z',
  });
  // One that was reported counts as well, and not the highest number but the latest start.
  await insertRun(api, 'p', { origin: 'observed', start: '2026-06-11T12:00:00Z' });
  await insertRun(api, 'p', { start: '2026-06-03T00:00:00Z' });
  expect(await lateness('p', now)).toEqual({ nextDueAt: '2026-06-12T12:00:00.000000Z', late: null });
});

describe('P57 a cron text decides instead of the frequency', () => {
  // At 5:00 in Berlin: 3:00 UTC in summer.
  const cron = '0 5 * * *';

  test('late a quarter of the time to the next tick after one that no run served', async () => {
    await makeProcess('p', 'hourly', { cron });
    await insertRun(api, 'p', { start: '2026-06-10T03:00:01Z' });
    await expectLateAfter('p', '2026-06-11T09:00:00Z');
    expect((await lateness('p', '2026-06-20T00:00:00Z')).late).toEqual({
      since: '2026-06-11T09:00:00.000000Z',
      dueAt: '2026-06-11T03:00:00.000000Z',
      lastStartedAt: '2026-06-10T03:00:01.000000Z',
    });
  });

  test('a start a little early serves the tick, by a quarter of the time since the one before', async () => {
    await makeProcess('early', 'unscheduled', { cron });
    await makeProcess('too early', 'unscheduled', { cron });
    await insertRun(api, 'early', { start: '2026-06-10T21:00:00Z' });
    await insertRun(api, 'too early', { start: '2026-06-10T20:59:59Z' });
    await expectLateAfter('early', '2026-06-12T09:00:00Z');
    await expectLateAfter('too early', '2026-06-11T09:00:00Z');
  });

  test('over a change of the clock', async () => {
    await makeProcess('p', 'unscheduled', { cron });
    await insertRun(api, 'p', { start: '2026-03-28T04:00:00Z' });
    // The tick of March 29 is at 3:00 UTC; from then to the next are 24 hours again.
    await expectLateAfter('p', '2026-03-29T09:00:00Z');
    await insertRun(api, 'p', { start: '2026-10-23T03:00:00Z' });
    // From the tick of October 24 to that of October 25 are 25 hours.
    await expectLateAfter('p', '2026-10-24T09:15:00Z');
  });

  test('one made after a tick owes the next; a text that cannot be read leaves it to the frequency', async () => {
    await makeProcess('young', 'unscheduled', { cron, made: '2026-06-10T04:00:00Z' });
    await expectLateAfter('young', '2026-06-11T09:00:00Z');
    for (const text of ['', 'when it rains', '0 0 30 2 *', '2020-01-01T00:00:00', '* * * * * *']) {
      await makeProcess(`says ${text}`, 'daily', { cron: text, made: '2026-06-10T08:00:00Z' });
      await expectLateAfter(`says ${text}`, '2026-06-11T14:00:00Z');
    }
    await makeProcess('never', 'unscheduled', { cron, made: 'infinity' });
    const { processes } = await queryAt(api, '2026-06-11T14:00:01Z', '{ processes(where: { late: {} }) { totalCount } }');
    expect(processes.totalCount).toBe(6);
  });

  /** The same rule from the other end: late at `now` is what started before this moment, a quarter of the time before the latest tick that is to be served. */
  function lateIfBefore(cron: Cron, now: number): number {
    const next = (at: number) => cron.nextRun(new Date(at))!.getTime();
    const previous = (at: number) => cron.previousRuns(1, new Date(at))[0]!.getTime();
    let tick = previous(now);
    while (tick + (next(tick) - tick) / 4 >= now) tick = previous(tick);
    return tick - (tick - previous(tick)) / 4;
  }

  test('the first tick that no start serves, and the latest that must be served by now, tell the same', () => {
    const start = Date.UTC(2026, 0, 1);
    const moments = fc.integer({ min: 0, max: 400 * 24 * 60 }).map((minutes) => start + minutes * 60_000);
    fc.assert(
      fc.property(
        fc.constantFrom('0 5 * * *', '*/20 * * * *', '30 2 * * *', '0 9 * * 1-5', '0 0 1 * *', '15 2,3 * * 0'),
        moments,
        moments,
        (text, a, b) => {
          const [base, now] = [Math.min(a, b), Math.max(a, b)];
          const { dueAt, since } = dueAfter(text, 'Europe/Berlin', base)!;
          expect(dueAt).toBeGreaterThan(base);
          expect(since).toBeGreaterThan(dueAt);
          expect(base < lateIfBefore(new Cron(text, { timezone: 'Europe/Berlin', mode: '5-part' }), now)).toBe(since < now);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('P57 the list of late processes', () => {
  const now = '2026-06-15T12:00:00Z';
  const longest = 'orderBy: { field: LATE_SINCE }';
  const late = (args: string) => `processes(where: { late: {} }, ${args})`;
  const names = async (args = longest) =>
    (await queryAt(api, now, `{ ${late(args)} { nodes { name } } }`)).processes.nodes.map(({ name }: any) => name);
  beforeEach(async () => {
    await makeProcess('a', 'daily');
    await makeProcess('b', 'weekly');
    await makeProcess('c', 'annually');
    await makeProcess('d', 'hourly', { cron: '0 5 * * *' });
    await makeProcess('e', 'hourly', { cron: '0 5 * * *' });
    await makeProcess('f', 'hourly');
    await insertRun(api, 'a', { start: '2026-06-13T00:00:00Z' });
    await insertRun(api, 'b', { start: '2026-06-01T00:00:00Z' });
    await insertRun(api, 'c', { start: '2025-08-01T00:00:00Z' });
    await insertRun(api, 'd', { start: '2026-06-12T03:00:00Z' });
    await insertRun(api, 'e', { start: '2026-06-15T03:00:00Z' });
    await insertRun(api, 'f', { start: '2026-06-15T11:00:00Z' });
  });

  test('the longest late first, or by name; paged, counted, filtered; with contacts', async () => {
    expect(await names()).toEqual(['b', 'd', 'a']);
    expect(await names('first: 9')).toEqual(['a', 'b', 'd']);
    expect(await names('orderBy: { field: NAME, direction: DESC }')).toEqual(['d', 'b', 'a']);
    expect(await names('orderBy: { field: LATE_SINCE, direction: DESC }')).toEqual(['a', 'd', 'b']);
    expect(await names(`${longest}, last: 1`)).toEqual(['a']);
    const some = '{ processes(where: { late: {}, name: { in: ["a", "c", "d"] } }, orderBy: { field: LATE_SINCE }) { nodes { name } } }';
    expect((await queryAt(api, now, some)).processes.nodes).toEqual([{ name: 'd' }, { name: 'a' }]);
    const all = '{ processes(orderBy: { field: LATE_SINCE }) { nodes { name } } }';
    expect((await queryAt(api, now, all)).processes.nodes.map(({ name }: any) => name)).toEqual(['b', 'd', 'a', 'c', 'e', 'f']);
    const contact = await api.sql(`insert into contact_lkup (contact_name) values ('desk') returning contact_id as id`);
    await api.sql(`insert into process_contact (process_id, contact_id) select process_id, $1 from process where process_name = 'd'`, [
      contact[0]!.id,
    ]);
    const page = (args: string) =>
      queryAt(
        api,
        now,
        `{ ${late(args)} { totalCount pageInfo { hasNextPage endCursor } nodes { name late { since } contacts { nodes { contact { name } } } } } }`,
      );
    const first = (await page(`${longest}, first: 2`)).processes;
    expect(first).toMatchObject({
      totalCount: 3,
      pageInfo: { hasNextPage: true },
      nodes: [
        { name: 'b', late: { since: '2026-06-09T18:00:00.000000Z' }, contacts: { nodes: [] } },
        { name: 'd', late: { since: '2026-06-13T09:00:00.000000Z' }, contacts: { nodes: [{ contact: { name: 'desk' } }] } },
      ],
    });
    const second = (await page(`${longest}, first: 2, after: "${first.pageInfo.endCursor}"`)).processes;
    expect(second).toMatchObject({ pageInfo: { hasNextPage: false }, nodes: [{ name: 'a' }] });
    await expect(page(`orderBy: { field: NAME }, after: "${first.pageInfo.endCursor}"`)).rejects.toMatchObject({ code: 'INVALID' });
    await api.sql('delete from process_contact; delete from contact_lkup');
  });

  test('the statements do not grow with the processes', async () => {
    const query = `{ ${late(`${longest}, first: 500`)} { totalCount nodes { name nextDueAt late { since } } } }`;
    await api.run(query);
    const few = await api.recorded(() => api.run(query));
    await api.sql(`insert into process (process_name, schedule_frequency_id, cron, created_date_time)
      select 'many ' || i, 1 + i % 6, case i % 3 when 0 then (i % 60) || ' 3 * * *' end, '2020-01-01Z' from generate_series(1, 500) i`);
    // The first to ask has the cron texts read.
    await api.run(query);
    let answer: any;
    const many = await api.recorded(async () => (answer = await api.run(query)));
    expect(answer.processes.totalCount).toBeGreaterThan(500);
    expect([...many].sort()).toEqual([...few].sort());
    expect(many).toHaveLength(4);
    expect(await api.recorded(() => api.run('{ processes(first: 500) { nodes { late { since } nextDueAt } } }'))).toHaveLength(2);
    const last = `{ ${late(`${longest}, last: 3`)} { nodes { name } } }`;
    expect(await api.jit(last)).toEqual(await api.execute(last));
  });
});

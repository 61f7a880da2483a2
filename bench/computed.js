import { ask, startWaybill } from './servers.js';
import { brief, median, timed } from './statistics.js';

/** Pages of ten by what is computed of each row: as a condition, and as an order. */
const processesBy = {
  'state: { in: [FAILED, ABANDONED] }': '',
  'latestRun: { durationSeconds: { gt: 3000 } }': '',
  'late: {}': 'LATE_SINCE',
  'late: { lastStartedAt: { gt: "2000-01-01T00:00:00Z" } }': '',
  'blocked: { eq: true }': '',
  'blocked: { eq: false }': '',
  'onHold: { eq: true }': '',
  'mayStart: { eq: true }': '',
  'mayStart: { eq: false }': '',
  '': 'LATE_SINCE LATEST_RUN_STARTED_AT STATE',
};
const runsBy = {
  'state: { eq: ABANDONED }': '',
  'state: { in: [CUSTOM, RUNNING] }': '',
  'stuck: { isNull: false }': '',
  'durationSeconds: { gt: 3000 }': '',
  'slowerThanUsual: { eq: true }': '',
  'slowerThanUsual: { eq: false }': '',
  'process: { blocked: { eq: true } }': '',
  '': 'DURATION_SECONDS',
};

/** A query for each condition alone, and for each order with it. */
const queriesOf = (list, by, day) =>
  Object.entries(by).flatMap(([condition, orders]) =>
    (orders || ' ').split(' ', orders ? undefined : 1).map((order) => {
      const args = [
        'first: 10',
        condition && `where: { ${condition.replace('$day', day)} }`,
        order && `orderBy: { field: ${order}, direction: DESC }`,
      ];
      const name = list === 'processes' ? 'name' : 'number';
      return {
        what: [list, condition, order].filter(Boolean).join(' '),
        query: `{ ${list}(${args.filter(Boolean).join(', ')}) { nodes { ${name} } } }`,
      };
    }),
  );

/** A store of many processes: most went well, some failed, are late, blocked, on hold or stuck; some have run often. */
async function fill(pool, count) {
  await pool.query(`
    begin;
    -- No trigger and no check of foreign keys: the rows are right.
    set local session_replication_role = replica;
    insert into process_status_lkup (process_status_name) select n from unnest('{skipped,unknown,resting}'::text[]) n
      where not exists (select from process_status_lkup where process_status_name = n);
    insert into process (process_id, process_name, process_type_id, process_tool_id, schedule_frequency_id, run_time_limit_seconds, created_date_time)
      select i, 'load ' || to_char(i, 'FM00000'), 1, 1, 1 + i % 4, 86400, now() - interval '100 days' from generate_series(1, ${count}) i;
    insert into process_dependency (child_process_id, parent_process_id, dependency_type_id)
      select i, 1 + (i::bigint * 7919 + n * 104729) % (i - 1), case when (i + n) % 10 = 0
        then (select dependency_type_id from dependency_type_lkup where dependency_type_name = 'Soft') else 1 end
      from generate_series(3, ${count}) i, generate_series(1, 2) n on conflict do nothing;
    insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, started_at, process_run_end_date_time,
        ended_at, end_reason, is_latest_run, lease_until, origin)
      select p, status, n, at at time zone 'UTC', at, e at time zone 'UTC', e, reason, n = runs, case when status = 1 and p % 3 = 0 then at end, 'command'
      from (
        select p, n, runs, now() - (runs - n) * interval '1 day' - (p % 97) * interval '1 minute' - (p % 41 / 40) * interval '20 days' as at,
          case when n < runs then case when (p + n) % 31 = 0 then 3 else 2 end
            when p % 100 < 3 then 3 when p % 100 < 4 then 1 when p % 200 = 4 then 4 else 2 end as status,
          case when n = runs and p % 100 = 0 then 'abandoned' end as reason
        from (select p, case when p % 10 = 0 then 30 else 8 end as runs from generate_series(1, ${count}) p) x, generate_series(1, runs) n
      ) x
      cross join lateral (select case when status in (2, 3) then
        at + (60 + (p * 13 + n * 7) % 40 + case when (p * 31 + n) % 401 = 0 then 3600 else 0 end) * interval '1 second' end as e) y;
    insert into process_due (process_id, cron, zone, base, last_started_at, due_at, late_from, pending)
      select process_id, cron, zone, base, last_started_at, due_at, late_from, pending from process_tracker.schedules();
    commit`);
  for (const table of ['process', 'process_tracking', 'process_dependency', 'process_due']) await pool.query(`vacuum analyze ${table}`);
}

const median10 = async (waybill, query, rounds) => {
  const times = [];
  for (let round = 0; round <= rounds; round++) {
    const { ms, answer } = await timed(() => ask(waybill, { query }));
    // The first time it is prepared.
    if (round > 0) times.push(ms);
    if (!Object.values(answer)[0].nodes.length) throw new Error(`${query} finds nothing`);
  }
  return median(times);
};

/** Lists by computed conditions and orders, beside the same page by name. */
export async function measureComputed({ postgres, quick, log, atEnd }) {
  const count = 20_000;
  log(`filling in ${count} processes`);
  const url = await postgres.create('computed');
  await fill(postgres.pool(url), count);
  const waybill = await startWaybill(url, atEnd);
  const rounds = quick ? 5 : 20;
  const results = [];
  for (const [list, by] of Object.entries({ processes: processesBy, runs: runsBy })) {
    log(`${list} by computed conditions and orders`);
    const plain = await median10(waybill, `{ ${list}(first: 10) { nodes { id } } }`, rounds);
    const times = [];
    for (const { what, query } of queriesOf(list, by, new Date(Date.now() - 86_400_000).toISOString()))
      times.push([what, await median10(waybill, query, rounds)]);
    times.sort(([, a], [, b]) => b - a);
    results.push({
      measure: `pages of 10 ${list} by each computed condition and order, among ${brief(count)} processes: the slowest`,
      value: times[0][1],
      unit: 'ms',
      target: { atMost: 100 },
      note: [...times.map(([what, ms]) => `${what}: ${brief(ms)}`), `the first page: ${brief(plain)}`].join('; '),
    });
  }
  return results;
}

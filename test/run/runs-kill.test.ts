import { openApi, type Api } from '../support/api.js';
import { startProgram } from '../support/servers.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('runs_kill');
});
afterAll(() => api.close());

const start = `mutation ($input: StartRunInput!) { startRun(input: $input) { outcome run { databaseId insertCount } } }`;
const report = 'mutation ($input: ReportRunInput!) { reportRun(input: $input) { changed } }';
const rounds = 4;
const processes = 50;
const mutations = 500;

/** What was answered, so that it must be there. */
const started = new Set<number>();
const reported = new Map<number, number>();
const ended = new Set<number>();

/** No backend of the killed server is still at it. */
async function quiet(): Promise<void> {
  const [row] = await api.sql(
    'select count(*)::int as busy from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null',
  );
  if (row!.busy) return quiet();
}

test('P14 kill -9 in the midst of five hundred starts, reports and ends, four times: what was answered is there, and nothing by halves', async () => {
  let next = startProgram(api.url);
  for (let round = 0; round < rounds; round++) {
    const server = await next;
    next = startProgram(api.url);
    let sent = 0;
    let answered = 0;
    let killed: Promise<void> | undefined;
    const send = async (query: string, input: object): Promise<any> => {
      if (sent++ >= mutations) return undefined;
      const { data, errors, lost } = await server.ask(query, { input });
      expect(errors).toBeUndefined();
      if (lost) expect(killed).toBeDefined();
      // Later in each round, so that it hits starts, reports and ends.
      else if (++answered === 60 + 100 * round) killed = server.kill();
      return data && Object.values(data)[0];
    };
    /** Counts one record and adds one error in each report, so that each can be told from what is stored. */
    const work = async (n: number) => {
      for (let i = 0; ; i++) {
        const name = `process ${(n + i) % processes}`;
        const begun = await send(start, {
          process: { name, type: 'Load', tool: 'dbt', sources: [{ name: `source ${n}`, objects: [{ name: 'object' }] }] },
          parameters: [{ name: 'round', value: String(round) }],
        });
        if (!begun) return;
        const run: number = begun.run.databaseId;
        if (begun.outcome !== 'STARTED') continue;
        started.add(run);
        for (let count = 1; count <= 3; count++) {
          const input = {
            run: { databaseId: run },
            insertCount: String(count),
            errors: [{ type: 'File Error', description: `${run} ${count}` }],
          };
          if (!(await send(report, input))) return;
          reported.set(run, count);
        }
        if (!(await send(report, { run: { databaseId: run }, status: n % 4 ? 'completed' : 'unknown' }))) return;
        ended.add(run);
      }
    };
    await Promise.all(Array.from({ length: processes }, (_, n) => work(n)));
    expect(killed).toBeDefined();
    await killed;
    await quiet();

    const runs = await api.sql(
      `select r.process_tracking_id as id, r.process_id as process, s.process_status_name as status, r.is_latest_run as latest, r.process_run_id as number, r.ended_at is not null as over,
         r.process_run_insert_count::int as inserts, r.process_run_record_count::int as records, p.total_record_count::int as total,
         (select count(*)::int from run_parameter m where m.process_tracking_id = r.process_tracking_id) as parameters,
         (select array_agg(error_description order by error_tracking_id) from error_tracking e where e.process_tracking_id = r.process_tracking_id) as errors,
         (select array_agg(to_value order by event_id) from status_event e where subject_kind = 'Run' and subject_id = r.process_tracking_id and field = 'status') as events
       from process_tracking r join process p using (process_id) join process_status_lkup s using (process_status_id) order by r.process_id, r.process_run_id`,
    );
    for (const { id, status, over, inserts, records, parameters, errors, events } of runs) {
      expect(events).toEqual(status === 'running' ? ['running'] : ['running', status]);
      expect(over).toBe(status !== 'running');
      expect(parameters).toBe(1);
      expect(records).toBe(inserts);
      expect(errors ?? []).toEqual(Array.from({ length: inserts }, (_, i) => `${id} ${i + 1}`));
      expect(inserts).toBeGreaterThanOrEqual(reported.get(id) ?? 0);
      if (ended.has(id)) expect(status).not.toBe('running');
    }
    const stored = new Set(runs.map(({ id }) => id));
    expect([...started].filter((id) => !stored.has(id))).toEqual([]);
    for (const those of Map.groupBy(runs, ({ process }) => process).values()) {
      expect(those.map(({ number }) => number)).toEqual(those.map((_, i) => i + 1));
      expect(those.map(({ latest }) => latest)).toEqual(those.map((_, i) => i === those.length - 1));
      expect(those.slice(0, -1).filter(({ status }) => status === 'running')).toEqual([]);
      expect(those[0]!.total).toBe(those.reduce((sum, { records }) => sum + records, 0));
    }
    // What was cut off stays running: a person ends it, so that the next round has all processes again.
    await api.sql(`update process_tracking set process_status_id = 2, process_run_end_date_time = now() where process_status_id = 1`);
  }
  await (await next).stop();
  expect(ended.size).toBeGreaterThan(50);
});

import fc from 'fast-check';
import { openApi, type Api } from '../support/api.js';
import { at, call, canStart, openServer, runOnce, startLikePython, type Server } from '../support/run-calls.js';

let api: Api;
let others: (Server & { close(): Promise<void> })[];
let unique = 0;
beforeAll(async () => {
  api = await openApi('record_orders');
  others = [openServer(api), openServer(api)];
});
afterAll(async () => {
  await Promise.all(others.map((each) => each.close()));
  await api.close();
});

const failureLimit = 3;
/** Two processes, the second of which depends on the first and stops after three failures. */
async function makePair(): Promise<{ parent: string; child: string }> {
  const [parent, child] = [`parent ${++unique}`, `child ${unique}`];
  await call(api, 'mutation ($input: RegisterProcessesInput!) { registerProcesses(input: $input) { results { created } } }', {
    input: {
      processes: [
        { name: parent, type: 'Load', tool: 'dbt', failureLimit, scheduleFrequency: 'daily' },
        { name: child, type: 'Load', tool: 'dbt', failureLimit, dependsOn: [{ process: { name: parent } }] },
      ],
    },
  });
  return { parent, child };
}

interface Drawn {
  of: 'parent' | 'child';
  minute: number;
  minutes: number;
  status: 'completed' | 'failed' | 'skipped' | 'unknown';
  cancelled: boolean;
}
const drawnRun = fc.record({
  of: fc.constantFrom<Drawn['of'][]>('parent', 'child'),
  minute: fc.nat(600),
  minutes: fc.nat(200),
  status: fc.constantFrom<Drawn['status'][]>('completed', 'failed', 'failed', 'failed', 'skipped', 'unknown'),
  cancelled: fc.boolean(),
});
const history = fc.record({
  runs: fc.uniqueArray(drawnRun, { minLength: 1, maxLength: 12, selector: ({ of, minute }) => `${of} ${minute}` }),
  /** Command runs between them, in time order; each half a minute after a minute. */
  commands: fc.uniqueArray(fc.record({ minute: fc.nat(600), failed: fc.boolean() }), { maxLength: 3, selector: ({ minute }) => minute }),
  order: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
  batches: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 12, maxLength: 12 }),
});

const instant = (minute: number, second = 0) => new Date(Date.UTC(2026, 0, 1, 0, minute, second)).toISOString();
const recordMutation = 'mutation ($input: RecordRunsInput!) { recordRuns(input: $input) { failedCount results { changed } } }';

const itemOf = (names: { parent: string; child: string }, { of, minute, minutes, status, cancelled }: Drawn) => ({
  process: { name: names[of] },
  externalId: `${minute}`,
  startedAt: instant(minute),
  endedAt: instant(minute + minutes),
  status,
  endReason: status === 'failed' && cancelled ? 'CANCELLED' : null,
  recordCount: minutes,
});

/** What is known of a pair, with runs by their starts: their numbers depend on the order in which they were recorded. */
async function known({ parent, child }: { parent: string; child: string }): Promise<object> {
  const startOf = (run: { started?: string; startedAt?: string } | null) => run?.startedAt ?? null;
  const answer = await call(
    api,
    `query ($parent: String!, $child: String!) {
       parent: process(name: $parent) { latestRun { startedAt } totalRecordCount lastCompletedAt lastFailedAt late { lastStartedAt } }
       child: process(name: $child) { latestRun { startedAt } }
       whyBlocked(process: { name: $child }) { own { run { startedAt } } causes { run { startedAt state } } } }`,
    { parent, child },
  );
  const starts = await Promise.all(
    [parent, child].map(async (name) => {
      const { canStart: check } = await call(
        api,
        `query ($name: String!) { canStart(process: { name: $name }) {
           outcome failures { startedAt } blockers { run { startedAt } state } warnings { run { startedAt } state } } }`,
        { name },
      );
      return check;
    }),
  );
  return { ...answer, starts, latest: [answer.parent, answer.child].map(({ latestRun }) => startOf(latestRun)) };
}

const numbersOf = async (name: string): Promise<{ number: number; latest: boolean; at: string }[]> =>
  api.sql(
    `select process_run_id as number, is_latest_run as latest, process_tracker.instant_text(started_at) as at from process_tracking
     join process using (process_id) where process_name = $1 order by 1`,
    [name],
  );

/** What the rules say of one process: its latest run, and whether it has failed too often in a row. */
function meant(runs: readonly Drawn[], commands: readonly { minute: number; failed: boolean }[]) {
  const all = [
    ...runs.map(({ minute, status, cancelled }) => ({ at: instant(minute), status, cancelled: cancelled && status === 'failed' })),
    ...commands.map(({ minute, failed }) => ({ at: instant(minute, 30), status: failed ? 'failed' : 'completed', cancelled: false })),
  ].sort((a, b) => (a.at < b.at ? 1 : -1));
  const telling = all.filter(({ status, cancelled }) => !cancelled && status !== 'skipped' && status !== 'unknown').slice(0, failureLimit);
  return {
    latest: all[0]?.at.replace('.000Z', '.000000Z') ?? null,
    failed: all[0]?.status === 'failed',
    held: telling.length === failureLimit && telling.every(({ status }) => status === 'failed'),
  };
}

test('in whatever order runs are recorded, in batches and at once, the answers are the same, and no number is left out', async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ runs, commands, order, batches }) => {
      const [one, two] = [await makePair(), await makePair()];
      const drawnCommands = commands.toSorted((a, b) => a.minute - b.minute);
      for (const { minute, failed } of drawnCommands)
        for (const { parent } of [one, two])
          await at(api, instant(minute, 30), async (then) => {
            const { outcome } = await canStart(then, parent);
            if (outcome === 'STARTED') await runOnce(then, parent, failed ? 'failed' : 'completed');
          });
      const inTime = runs.toSorted((a, b) => a.minute - b.minute);
      await call(api, recordMutation, { input: { runs: inTime.map((run) => itemOf(one, run)) } });

      const shuffled = runs
        .map((run, i) => ({ run, key: order[i]! }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ run }) => run);
      const parts: Drawn[][] = [];
      for (let from = 0, i = 0; from < shuffled.length; from += batches[i]!, i++) parts.push(shuffled.slice(from, from + batches[i]!));
      // Each batch twice: one of both records each run.
      const answers = await Promise.all(
        [...parts, ...parts].map((part, i) =>
          call(others[i % 2]!, recordMutation, { input: { runs: part.map((run) => itemOf(two, run)) } }),
        ),
      );
      expect(answers.map(({ recordRuns }) => recordRuns.failedCount)).toEqual(answers.map(() => 0));
      expect(answers.flatMap(({ recordRuns }) => recordRuns.results).filter(({ changed }) => changed)).toHaveLength(runs.length);

      const [first, second] = await Promise.all([known(one), known(two)]);
      expect(second).toEqual(first);
      const { latest, starts } = first as { latest: (string | null)[]; starts: { outcome: string; blockers: object[] }[] };
      const parent = meant(
        runs.filter(({ of }) => of === 'parent'),
        drawnCommands,
      );
      const child = meant(
        runs.filter(({ of }) => of === 'child'),
        [],
      );
      expect(latest).toEqual([parent.latest, child.latest]);
      expect(starts.map(({ outcome }) => outcome)).toEqual([
        parent.held ? 'ON_HOLD' : 'STARTED',
        child.held ? 'ON_HOLD' : parent.failed ? 'BLOCKED' : 'STARTED',
      ]);
      for (const pair of [one, two])
        for (const name of [pair.parent, pair.child]) {
          const rows = await numbersOf(name);
          expect(rows.map(({ number }) => number)).toEqual(rows.map((_, i) => i + 1));
          expect(rows.filter((row) => row.latest).map(({ at: startedAt }) => startedAt)).toEqual(
            rows.length
              ? [
                  rows
                    .map(({ at: startedAt }) => startedAt)
                    .toSorted()
                    .at(-1),
                ]
              : [],
          );
        }
    }),
    { numRuns: 25 },
  );
});

test.each([false, true])(
  'runs recorded beside starts and each other have one number each, one is the latest; with Python clients: %s',
  async (python) => {
    const { parent, child } = await makePair();
    const servers = [api, ...others];
    const work: Promise<unknown>[] = [];
    for (let i = 0; i < 24; i++) {
      const server = servers[i % 3]!;
      const run = (of: Drawn['of'], minute: number) =>
        itemOf({ parent, child }, { of, minute, minutes: 1, status: 'completed', cancelled: false });
      // In both orders of the processes: locks are taken in one.
      const items = [run('parent', i % 20), run('child', i % 20), run('parent', 100 + i), run('child', 100 + i)];
      work.push(call(server, recordMutation, { input: { runs: i % 2 ? items : items.toReversed() } }));
      if (i % 3 === 0) work.push(runOnce(server, [parent, child][i % 2]!).catch(() => undefined));
      if (python && i % 4 === 0) work.push(startLikePython(api, child, '2026-02-01 00:00:00', 'completed').catch(() => undefined));
    }
    const answers = (await Promise.all(work)) as ({ recordRuns?: { failedCount: number; results: { changed: boolean }[] } } | undefined)[];
    const recorded = answers.flatMap((answer) => answer?.recordRuns ?? []);
    expect(recorded.map(({ failedCount }) => failedCount)).toEqual(Array.from({ length: 24 }, () => 0));
    expect(recorded.flatMap(({ results }) => results).filter(({ changed }) => changed)).toHaveLength(2 * (20 + 24));
    for (const name of [parent, child]) {
      const rows = await numbersOf(name);
      expect(rows.map(({ number }) => number)).toEqual(rows.map((_, i) => i + 1));
      expect(rows.filter(({ latest }) => latest)).toHaveLength(1);
    }
    // A Python client locks no process before it writes: then one of both tries again.
    if (!python)
      expect(await api.sql('select deadlocks::int from pg_stat_database where datname = current_database()')).toEqual([{ deadlocks: 0 }]);
  },
);

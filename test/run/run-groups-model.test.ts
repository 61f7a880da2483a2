import fc from 'fast-check';
import { openApi, type Api } from '../support/api.js';
import { call, cancel, end, failure, openServer, release, reopen, start, type Server } from '../support/run-calls.js';

let api: Api;
let others: (Server & { close(): Promise<void> })[];
let unique = 0;
beforeAll(async () => {
  api = await openApi('run_groups_model');
  others = [openServer(api), openServer(api), openServer(api)];
});
afterAll(async () => {
  await Promise.all(others.map((each) => each.close()));
  await api.close();
});

/** A run of the group, as the rules see it. */
interface Member {
  id: number;
  token: string | null;
  number: number;
  startedAt: string;
  status: 'running' | 'completed' | 'failed' | 'skipped' | 'on hold' | 'released';
  cancelled?: boolean;
  recorded?: boolean;
}

/** Processes in a chain, a → b → c, and one alone that is put on hold after a failure; what the rules say of a group of them. */
class GroupModel {
  readonly names: string[];
  readonly runs: Member[][] = [[], [], [], []];
  expected: number | null = null;
  closed = false;
  constructor(readonly key: string) {
    this.names = ['a', 'b', 'c', 'alone'].map((name) => `${key} ${name}`);
  }
  /** The run that counts for a process: its last command or the recorded one that started after it; a skipped one if there is no other. */
  latest(process: number): Member | undefined {
    const runs = this.runs[process]!.filter(({ status }) => status !== 'released');
    const commands = runs.filter(({ recorded }) => !recorded);
    const last = commands.toSorted((a, b) => a.number - b.number).at(-1);
    const among = [...(last && last.status !== 'skipped' ? [last] : []), ...runs.filter(({ recorded }) => recorded)];
    return among.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : a.number - b.number)).at(-1) ?? last;
  }
  /** A process that fails leaves those below it, where they have no run, skipped. */
  skips(process: number): void {
    if (process === 3) return;
    for (const runs of this.runs.slice(process + 1, 3))
      if (!runs.length) runs.push({ id: 0, token: null, number: 0, startedAt: '', status: 'skipped' });
  }
  get state(): string {
    const members = this.names.flatMap((_, i) => this.latest(i) ?? []);
    const count = (wanted: (member: Member) => boolean) => members.filter(wanted).length;
    if (count(({ status }) => status === 'running')) return 'RUNNING';
    const ended = count(({ status }) => status !== 'on hold');
    if (!this.closed && (this.expected === null || ended < this.expected)) return members.length ? 'RUNNING' : 'OPEN';
    const completed = count(({ status }) => status === 'completed');
    if (completed === Math.max(members.length, this.expected ?? 0)) return 'SUCCEEDED';
    if (completed) return 'PARTIAL';
    return members.length && count(({ cancelled }) => Boolean(cancelled)) === members.length ? 'CANCELLED' : 'FAILED';
  }
}

const process = fc.nat(3);
const status = fc.constantFrom<('completed' | 'failed')[]>('completed', 'completed', 'failed');
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('start' as const), process }) },
  {
    weight: 5,
    arbitrary: fc.record({ does: fc.constant('end all' as const), statuses: fc.array(status, { minLength: 4, maxLength: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('cancel' as const), process }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('reopen' as const), process }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('release' as const) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('record' as const), process, status, early: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('expect' as const), total: fc.option(fc.nat(5)) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('close' as const), closes: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

async function make(): Promise<GroupModel> {
  const model = new GroupModel(`group ${++unique}`);
  const [a, b, c, alone] = model.names;
  await call(api, 'mutation ($input: RegisterProcessesInput!) { registerProcesses(input: $input) { results { created } } }', {
    input: {
      processes: [
        { name: a, type: 'Load', tool: 'dbt', failureLimit: 0 },
        { name: b, type: 'Load', tool: 'dbt', failureLimit: 0, dependsOn: [{ process: { name: a } }] },
        { name: c, type: 'Load', tool: 'dbt', failureLimit: 0, dependsOn: [{ process: { name: b } }] },
        { name: alone, type: 'Load', tool: 'dbt', failureLimit: 1 },
      ],
    },
  });
  await call(api, 'mutation ($input: OpenRunGroupInput!) { openRunGroup(input: $input) { created } }', { input: { key: model.key } });
  return model;
}

const recordMutation =
  'mutation ($input: RecordRunsInput!) { recordRuns(input: $input) { failedCount results { run { databaseId number startedAt } } } }';
let early = 0;

async function take(model: GroupModel, each: Step): Promise<void> {
  const group = { key: model.key };
  switch (each.does) {
    case 'start': {
      const begun = start(api, model.names[each.process]!, { group });
      if (model.closed) {
        expect(await failure(begun)).toMatchObject({ code: 'CONFLICT' });
        return;
      }
      const { outcome, run, fencingToken: token } = await begun;
      const known = model.runs[each.process]!;
      if (outcome === 'STARTED') known.push({ id: run.databaseId, token, number: run.number, startedAt: run.startedAt, status: 'running' });
      else if (outcome === 'ON_HOLD' && !known.some(({ id }) => id === run.databaseId))
        known.push({ id: run.databaseId, token: null, number: run.number, startedAt: run.startedAt, status: 'on hold' });
      // The rule that a start in a group waits for its parents there.
      if (outcome === 'STARTED' && (each.process === 1 || each.process === 2))
        expect(model.latest(each.process - 1)?.status).toBe('completed');
      return;
    }
    case 'end all': {
      // At the same instant, on three servers.
      const going = model.runs.flatMap((runs, i) => runs.filter((run) => run.status === 'running').map((run) => ({ i, run })));
      await Promise.all(
        going.map(({ i, run }, n) =>
          end(others[n % 3]!, { run: { databaseId: run.id } as never, fencingToken: run.token }, each.statuses[i]),
        ),
      );
      for (const { i, run } of going) run.status = each.statuses[i]!;
      for (const { i, run } of going) if (run.status === 'failed') model.skips(i);
      return;
    }
    case 'cancel': {
      const run = model.runs[each.process]!.find(({ status: now }) => now === 'running');
      if (!run) return;
      await cancel(api, run.id, { reason: 'x' });
      Object.assign(run, { status: 'failed', cancelled: true });
      return model.skips(each.process);
    }
    case 'reopen': {
      const last = model.runs[each.process]!.findLast(({ recorded }) => !recorded);
      if (!last?.id || !['completed', 'failed'].includes(last.status)) return;
      const { run } = await reopen(api, last.id, { reason: 'x' });
      return void Object.assign(last, { status: 'running', cancelled: false, token: run.fencingToken });
    }
    case 'release': {
      const held = model.runs[3]!.find(({ status: now }) => now === 'on hold');
      if (!held) return;
      await release(api, { process: { name: model.names[3] }, reason: 'x' });
      held.status = 'released';
      return;
    }
    case 'record': {
      const at = each.early ? new Date(Date.UTC(2020, 0, 1) + ++early * 1000).toISOString() : new Date().toISOString();
      const item = { process: { name: model.names[each.process] }, startedAt: at, endedAt: at, status: each.status, group };
      const { recordRuns } = await call(api, recordMutation, { input: { runs: [item] } });
      expect(recordRuns.failedCount).toBe(0);
      const { databaseId: id, number, startedAt } = recordRuns.results[0].run;
      model.runs[each.process]!.push({ id, token: null, number, startedAt, status: each.status, recorded: true });
      return;
    }
    case 'expect':
      await call(api, 'mutation ($input: OpenRunGroupInput!) { openRunGroup(input: $input) { created } }', {
        input: { ...group, expectedTotal: each.total },
      });
      model.expected = each.total;
      return;
    case 'close':
      await call(
        api,
        each.closes
          ? 'mutation ($input: CloseRunGroupInput!) { closeRunGroup(input: $input) { changed } }'
          : 'mutation ($input: ReopenRunGroupInput!) { reopenRunGroup(input: $input) { changed } }',
        { input: { group, reason: 'x' } },
      );
      model.closed = each.closes;
  }
}

const members = (model: GroupModel) => {
  const latest = model.names.flatMap((_, i) => model.latest(i) ?? []);
  const count = (wanted: Member['status']) => latest.filter(({ status: now, cancelled }) => now === wanted && !cancelled).length;
  return {
    total: latest.length,
    running: count('running'),
    completed: count('completed'),
    failed: count('failed'),
    cancelled: latest.filter(({ cancelled }) => cancelled).length,
    skipped: count('skipped'),
    onHold: count('on hold'),
    expected: model.expected,
    finished: latest.filter(({ status: now }) => now !== 'running' && now !== 'on hold').length,
  };
};

const failing: Step = { does: 'end all', statuses: ['failed', 'failed', 'failed', 'failed'] };
/** Told afterwards that a skipped process ran; a hold that is counted as no end. */
const examples: [Step[], number | null][] = [
  [[{ does: 'start', process: 0 }, failing, { does: 'record', process: 1, status: 'completed', early: true }], 3],
  [[{ does: 'start', process: 3 }, failing, { does: 'start', process: 3 }, { does: 'release' }], 1],
];

test('P26 a group shows its end by itself: random starts, retries, ends at once, skips, holds, recorded runs and closings, against a model', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 18 }), fc.option(fc.nat(4)), async (steps, total) => {
      const model = await make();
      await take(model, { does: 'expect', total });
      for (const each of steps) {
        await take(model, each);
        const { runGroup } = await call(
          api,
          `query ($key: String!) { runGroup(key: $key) { state closedAt progress {
             state total running completed failed cancelled skipped onHold expected finished } } }`,
          { key: model.key },
        );
        expect({ each, ...runGroup, closedAt: runGroup.closedAt !== null }).toEqual({
          each,
          state: model.state,
          closedAt: model.closed,
          progress: { state: model.state, ...members(model) },
        });
        seen.add(`${model.state} ${model.closed ? 'closed' : 'open'}`);
      }
    }),
    { numRuns: 40, examples },
  );
  for (const shown of ['OPEN', 'RUNNING', 'SUCCEEDED', 'PARTIAL', 'FAILED']) expect(seen).toContain(`${shown} open`);
});

test('P26 of a group that shows its end, subscribers hear by the runs in it; the group itself has no event', async () => {
  const model = await make();
  await take(model, { does: 'expect', total: 1 });
  await take(model, { does: 'start', process: 3 });
  await take(model, { does: 'end all', statuses: ['completed', 'completed', 'completed', 'completed'] });
  const events = await api.sql(
    `select subject_kind as kind, field, to_value as "to" from status_event
     where event_id > (select max(event_id) from status_event where subject_kind = 'RunGroup' and subject_name = $1 and field = 'expectedTotal')
       and subject_kind in ('Run', 'RunGroup') order by event_id`,
    [model.key],
  );
  expect(events).toEqual([
    { kind: 'Run', field: 'status', to: 'running' },
    { kind: 'Run', field: 'status', to: 'completed' },
  ]);
  // A retry turns it RUNNING again; only a close refuses further starts.
  expect(model.state).toBe('SUCCEEDED');
  await take(model, { does: 'start', process: 3 });
  expect((await call(api, 'query ($key: String!) { runGroup(key: $key) { state } }', { key: model.key })).runGroup.state).toBe('RUNNING');
});

import { openApi, type Api } from '../support/api.js';
import { runStatus } from '../../src/run/run-state.js';
import { day, runsOf } from '../support/runs.js';

let api: Api;
let runs: ReturnType<typeof runsOf>;
beforeAll(async () => {
  api = await openApi('run_states');
  runs = runsOf(api);
});
afterAll(() => api.close());

const refusal = async (query: string) => {
  const { errors } = await api.execute(query);
  expect(errors).toHaveLength(1);
  return errors![0]!.originalError ?? errors![0]!;
};
/** Names of the runs that a list with these arguments answers. */
const named = async (args: string): Promise<string[]> =>
  (await api.run(`{ runs(first: 500, ${args}) { nodes { name } } }`)).runs.nodes.map(({ name }: { name: string }) => name);

const far = '2999-01-01T00:00:00Z';
const made: [name: string, state: string, run: object, stuck: string | null, durationSeconds: number | null][] = [
  ['running', 'RUNNING', { status: 'running', leaseUntil: far }, null, -1],
  ['lease over', 'RUNNING', { status: 'running', leaseUntil: day('01:00:00') }, 'LEASE_EXPIRED', -1],
  ['too long', 'RUNNING', { status: 'running', process: 'limited' }, 'TIME_LIMIT', -1],
  ['completed', 'COMPLETED', { leaseUntil: day('01:00:00') }, null, 60],
  ['released', 'COMPLETED', { endReason: 'released' }, null, null],
  ['failed', 'FAILED', { status: 'failed', ended: day('02:00:00.5') }, null, 7200.5],
  ['odd reason', 'FAILED', { status: 'failed', endReason: 'power cut' }, null, 60],
  ['abandoned', 'ABANDONED', { status: 'failed', endReason: 'abandoned', leaseUntil: day('01:00:00') }, null, 60],
  ['cancelled', 'CANCELLED', { status: 'failed', endReason: 'cancelled' }, null, 60],
  ['held', 'ON_HOLD', { status: 'on hold', process: 'limited' }, null, null],
  ['skipped', 'SKIPPED', { status: 'skipped' }, null, null],
  ['unknown', 'UNKNOWN', { status: 'unknown', ended: null }, null, null],
  ['paused', 'CUSTOM', { status: 'paused', ended: null, process: 'limited' }, 'TIME_LIMIT', -1],
  ['resting', 'CUSTOM', { status: 'resting', ended: null }, null, -1],
  ['rested', 'CUSTOM', { status: 'resting' }, null, 60],
];
beforeAll(async () => {
  const limited = await runs.processNumber('limited');
  await api.sql('update process set run_time_limit_seconds = 60 where process_id = $1', [limited]);
  for (const [i, [name, , run]] of made.entries())
    await runs.newRun({ process: `state ${i}`, name, group: 'states', actor: i % 2 ? 'odd' : 'even', ...run });
});

test('a status has one number, in TypeScript, in SQL and in the store; one that is none of the four is refused by name', async () => {
  const { running, completed, failed, onHold } = runStatus;
  const expected = { running, completed, failed, 'on hold': onHold };
  const numbers = Object.fromEntries(
    (
      await api.sql(
        `select process_status_name as name, process_status_id as id, process_tracker.run_status(process_status_name) as number
         from process_status_lkup where not process_tracker.is_further_status(process_status_id)`,
      )
    ).map(({ name, id, number }) => [name, id === number && id]),
  );
  expect(numbers).toEqual(expected);
  await expect(api.sql(`select process_tracker.run_status('skipped')`)).rejects.toThrow('case not found');
});

test('P23 each tells its state, whether it is stuck, and how long it took', async () => {
  const seconds = async (): Promise<number> =>
    Number((await api.sql(`select extract(epoch from now() - '${day('00:00:00')}') as s`))[0]!.s);
  const before = await seconds();
  const { nodes } = (await api.run('{ runs(group: { key: "states" }) { nodes { name state stuck durationSeconds } } }')).runs;
  const after = await seconds();
  const toNow = (durationSeconds: number) => durationSeconds >= before && durationSeconds <= after;
  const told = Object.fromEntries(
    nodes.map((node: any) => [node.name, [node.state, node.stuck, toNow(node.durationSeconds) ? -1 : node.durationSeconds]]),
  );
  expect(told).toEqual(Object.fromEntries(made.map(([name, state, , stuck, durationSeconds]) => [name, [state, stuck, durationSeconds]])));
});

test.each(['RUNNING', 'COMPLETED', 'FAILED', 'ABANDONED', 'CANCELLED', 'ON_HOLD', 'SKIPPED', 'UNKNOWN', 'CUSTOM'])(
  'P23 the state %s chooses its runs and no others, alone and beside another',
  async (state) => {
    const names = (...states: string[]) =>
      made
        .filter((each) => states.includes(each[1]))
        .map(([name]) => name)
        .sort();
    expect((await named(`group: { key: "states" }, where: { state: { eq: ${state} } }`)).sort()).toEqual(names(state));
    expect((await named(`group: { key: "states" }, where: { state: { in: [${state}, FAILED, SKIPPED] } }`)).sort()).toEqual(
      names(state, 'FAILED', 'SKIPPED'),
    );
  },
);

test('P23 stuck runs, and all others', async () => {
  expect((await named('where: { stuck: { isNull: false } }')).sort()).toEqual(['lease over', 'paused', 'too long']);
  expect((await named('where: { stuck: { isNull: false } }, process: { name: "limited" }')).sort()).toEqual(['paused', 'too long']);
  const others = await named('group: { key: "states" }, where: { stuck: { isNull: true } }');
  expect(others.sort()).toEqual(
    made
      .filter((each) => !each[3])
      .map(([name]) => name)
      .sort(),
  );
  for (const reason of ['LEASE_EXPIRED', 'TIME_LIMIT'])
    expect((await named(`where: { stuck: { eq: ${reason} } }`)).sort()).toEqual(
      made
        .filter((each) => each[3] === reason)
        .map(([name]) => name)
        .sort(),
    );
});

test('P23 process, actor and group choose runs, by former names too; filters and lists below them agree', async () => {
  await api.run('mutation { updateProcess(input: { process: { name: "state 3" }, newName: "state three" }) { process { name } } }');
  expect(await named('process: { name: "state 3" }')).toEqual(['completed']);
  expect(await named('process: { name: "state three" }')).toEqual(['completed']);
  const odd = made.filter((_, i) => i % 2).map(([name]) => name);
  expect((await named('actor: { name: "odd" }')).sort()).toEqual([...odd].sort());
  expect((await named('where: { actor: { name: { eq: "odd" } }, group: { key: { eq: "states" } } }')).sort()).toEqual([...odd].sort());
  expect(await named('actor: { name: "odd" }, where: { state: { eq: CUSTOM } }, group: { key: "states" }')).toEqual(['resting']);
  const { actor, runGroup, processes } = await api.run(`{
    actor(name: "odd") { runs(where: { state: { in: [ABANDONED, FAILED] } }) { nodes { name } } }
    runGroup(key: "states") { runs(actor: { name: "odd" }, process: { name: "limited" }) { nodes { name } } all: runs { totalCount } }
    processes(where: { runs: { some: { status: { name: { eq: "on hold" } } } } }) { nodes { name } }
  }`);
  expect(actor.runs.nodes.map(({ name }: { name: string }) => name).sort()).toEqual(['abandoned', 'failed']);
  expect(runGroup).toEqual({ runs: { nodes: [{ name: 'held' }] }, all: { totalCount: made.length } });
  expect(processes.nodes).toEqual([{ name: 'limited' }]);
  const started = (from: string, to: string) => named(`where: { startedAt: { gte: "${from}", lt: "${to}" } }, group: { key: "states" }`);
  expect(await started(day('00:00:00'), day('00:00:01'))).toHaveLength(made.length);
  expect(await started(day('00:00:01'), far)).toEqual([]);
});

test('P23 end reasons and origins are enums; a reason of another client is none of them', async () => {
  const of = async (name: string) => (await api.run(`{ run(name: "${name}") { state endReason origin } }`)).run;
  expect(await of('released')).toEqual({ state: 'COMPLETED', endReason: 'RELEASED', origin: 'COMMAND' });
  expect(await of('odd reason')).toEqual({ state: 'FAILED', endReason: null, origin: 'COMMAND' });
});

test('P23 arguments that mean nothing are refused, and named', async () => {
  for (const [argument, by, value] of [
    ['process', 'name', 'nobody'],
    ['actor', 'name', 'nobody'],
    ['group', 'key', 'STATES'],
  ])
    expect(await refusal(`{ runs(${argument}: { ${by}: "${value}" }) { totalCount } }`)).toMatchObject({
      code: 'NOT_FOUND',
      details: { argument: `${argument}.${by}`, value },
    });
  expect(await refusal('{ runs(group: { key: "states", databaseId: 1 }) { totalCount } }')).toMatchObject({
    code: 'INVALID',
    details: { argument: 'group' },
  });
  expect(await refusal('{ processes(first: 1) { nodes { runs(actor: { name: "nobody" }) { totalCount } } } }')).toMatchObject({
    code: 'NOT_FOUND',
    details: { argument: 'actor.name', value: 'nobody' },
  });
  expect(await refusal('{ runs(where: { state: { in: [] } }) { totalCount } }')).toMatchObject({
    code: 'INVALID',
    details: { argument: 'where.state.in' },
  });
  expect((await refusal('{ runs(where: { state: { eq: SLEEPING } }) { totalCount } }')).message).toContain(
    '"SLEEPING" does not exist in "RunState"',
  );
  const byNumber = 'orderBy: { field: NUMBER }';
  expect(await refusal(`{ runs(${byNumber}) { totalCount } }`)).toMatchObject({
    code: 'INVALID',
    details: { argument: 'orderBy.field', value: 'NUMBER', allowed: ['STARTED_AT', 'DURATION_SECONDS', 'SLOWNESS'] },
  });
  expect(await named(`${byNumber}, process: { name: "limited" }`)).toEqual(['too long', 'held', 'paused']);
});

import fc from 'fast-check';
import { graphql } from 'graphql';
import pg from 'pg';
import { createContext } from '../../src/platform/read/context.js';
import { connectionOptions, Database } from '../../src/platform/database.js';
import { sweepRuns } from '../../src/run/sweep-runs.js';
import { openApi, type Api } from '../support/api.js';
import { known, RunModel, stateOf, type ModelProcess, type ModelRun, type Report } from '../support/run-model.js';

let api: Api;
/** One connection, so that the clock of the session is everybody's clock. */
let pool: pg.Pool;
let db: Database;
let sequences = 0;
/** The clock only goes forward: seconds. */
let now = Date.UTC(2026, 0, 1) / 1000;

beforeAll(async () => {
  api = await openApi('runs_model');
  pool = new pg.Pool({ connectionString: api.url, options: connectionOptions('UTC'), max: 1, idleTimeoutMillis: 0 });
  pool.on('error', () => undefined);
  db = new Database(pool);
  await pool.query(`insert into process_status_lkup (process_status_name) select unnest($1::text[]) on conflict do nothing`, [known]);
  await setClock();
});
/** Sets the clock of the connection, and of the one that the pool makes in its place when a statement failed. */
async function setClock(): Promise<void> {
  pool.options.options = `${connectionOptions('UTC')} -c waybill.now=${instant(now)}`;
  await pool.query(`select set_config('waybill.now', $1, false)`, [instant(now)]);
}
afterAll(async () => {
  await pool.end();
  await api.close();
});

/** The first processes, on which others wait, have more runs. */
const process = fc.constantFrom(0, 0, 0, 1, 1, 2, 2, 3);
const run = { process, back: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2) };
const group = fc.constantFrom(null, 'g', 'g', 'h');
const token = fc.constantFrom<Report['token'][]>('live', 'live', 'live', 'live', 'live', 'live', 'none', 'old');
const count = fc.constantFrom(null, null, null, 0, 3, 40);
const lease = fc.constantFrom(null, null, 60);
const of = <T extends string, R extends object>(does: T, model: { [K in keyof R]: fc.Arbitrary<R[K]> }) =>
  fc.record<any>({ does: fc.constant(does), ...model }) as fc.Arbitrary<{ does: T } & R>;
const report = {
  ...run,
  status: fc.constantFrom(
    null,
    null,
    'completed',
    'completed',
    'completed',
    'completed',
    'failed',
    'failed',
    'failed',
    'failed',
    ...known,
    'no such status',
  ),
  token,
  reason: fc.constantFrom(null, null, 'it must be'),
  ended: fc.constantFrom(null, null, null, null, null, null, null, 0, -5, 5),
  inserts: count,
  updates: count,
  records: count,
  errors: fc.nat(2),
};
const start = of('start', { process, lease, group, key: fc.constantFrom(null, null, null, 'k', 'l') });
const ofReport = of('report', report);
const step = fc.oneof(
  { weight: 9, arbitrary: start },
  { weight: 12, arbitrary: ofReport },
  { weight: 2, arbitrary: of('canStart', { process, group }) },
  { weight: 2, arbitrary: of('raise', { ...run, token, failRun: fc.boolean() }) },
  { weight: 1, arbitrary: of('cancel', run) },
  { weight: 1, arbitrary: of('abandon', run) },
  { weight: 2, arbitrary: of('reopen', { ...run, lease }) },
  { weight: 1, arbitrary: of('hold', { process }) },
  { weight: 3, arbitrary: of('release', { process, to: fc.constantFrom('completed', ...known, 'no such status') }) },
  { weight: 3, arbitrary: of('wait', { seconds: fc.constantFrom(1, 30, 60, 200) }) },
  { weight: 1, arbitrary: of('sweep', {}) },
  { weight: 2, arbitrary: of('pythonStart', { process }) },
  { weight: 2, arbitrary: of('pythonEnd', { process, to: fc.constantFrom('completed', 'failed') }) },
  { weight: 1, arbitrary: of('group', { key: fc.constantFrom('g', 'h'), closes: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
const setting = fc.record({
  failureLimit: fc.constantFrom(null, 0, 1, 2, 3),
  timeLimit: fc.constantFrom(null, 100),
  lease: fc.constantFrom(null, null, 30),
});
const sequence = fc.record({
  settings: fc.array(setting, { minLength: 4, maxLength: 4 }),
  links: fc.array(fc.constantFrom('hard', 'hard', 'soft', 'none'), { minLength: 6, maxLength: 6 }),
  steps: fc.array(step, { minLength: 1, maxLength: 50, size: 'max' }),
});

/** Processes a, b, c, d of one sequence: each may depend on those before it. */
async function make({ settings, links }: typeof sequence extends fc.Arbitrary<infer S> ? S : never): Promise<RunModel> {
  const prefix = `s${++sequences}`;
  const processes = settings.map((each, i): ModelProcess => ({
    ...each,
    name: `${prefix} ${'abcd'[i]}`,
    parents: [],
    children: [],
    runs: [],
    total: 0,
  }));
  for (const { name, failureLimit, timeLimit, lease } of processes)
    await pool.query('insert into process (process_name, failure_limit, run_time_limit_seconds, lease_seconds) values ($1, $2, $3, $4)', [
      name,
      failureLimit,
      timeLimit,
      lease,
    ]);
  let next = 0;
  for (const [i, child] of processes.entries())
    for (const parent of processes.slice(0, i)) {
      const kind = links[next++]!;
      if (kind === 'none') continue;
      parent.children.push({ process: child, hard: kind === 'hard' });
      child.parents.push({ process: parent, hard: kind === 'hard' });
      await pool.query(
        `insert into process_dependency (parent_process_id, child_process_id, dependency_type_id)
         select p.process_id, c.process_id, t.dependency_type_id from process p, process c, dependency_type_lkup t
         where p.process_name = $1 and c.process_name = $2 and lower(dependency_type_name) = $3`,
        [parent.name, child.name, kind],
      );
    }
  return new RunModel(processes, now);
}

const parents = 'process { name } kind run { number: number } state';
const answer = `outcome run { number: number } abandoned { number: number } failures { number: number } failureLimit blockers { ${parents} } warnings { ${parents} }`;
const instant = (seconds: number) => new Date(seconds * 1000).toISOString();

/** What the store answers to a mutation or query: its fields, or code and argument. */
async function ask(field: string, type: string, input: object, fields: string): Promise<unknown> {
  const query = type
    ? `mutation ($input: ${type}!) { answer: ${field}(input: $input) { ${fields} } }`
    : `{ answer: ${field} { ${fields} } }`;
  const contextValue = createContext(db, { actor: 'tester', role: 'admin' }, 'test');
  const { data, errors } = await graphql({ schema: api.schema, source: query, variableValues: { input }, contextValue });
  if (!errors) return (data as { answer: unknown }).answer;
  const { code, details } = (errors[0]!.originalError ?? {}) as { code?: string; details?: { argument?: string } };
  return code ? [code, details?.argument] : errors[0]!.message;
}

const numbers = (runs: { number: number }[]) => runs.map(({ number }) => number);
const parentText = ({ process, kind, run, state }: any) => `${process.name} ${kind} ${run ? `${run.number} ${state}` : '-'}`;
const asked = (found: any) =>
  found.outcome
    ? {
        ...found,
        run: found.run?.number,
        abandoned: found.abandoned?.number,
        failures: numbers(found.failures),
        blockers: found.blockers.map(parentText),
        warnings: found.warnings.map(parentText),
      }
    : found;
const meant = (facts: any) =>
  facts.outcome
    ? { ...facts, stale: undefined, run: facts.run?.number, abandoned: facts.abandoned?.number, failures: numbers(facts.failures) }
    : facts;
const done = (found: any) => (typeof found?.changed === 'boolean' ? (found.changed ? 'written' : 'done') : found);
const below = (verdict: unknown) => (Array.isArray(verdict) ? [verdict[0], `input.${verdict[1]}`] : verdict);
/** Where the person's mutation has no such argument, the run is to blame. */
const ofRun = (verdict: unknown) => (Array.isArray(verdict) && verdict[1] === 'status' ? [verdict[0], 'input.run'] : below(verdict));

/** Does one step in the store and in the model; answers what both say. */
async function take(model: RunModel, each: Step): Promise<{ store: unknown; model: unknown } | undefined> {
  const all = model.processes;
  const onHold = all.filter(({ runs }) => runs.at(-1)?.status === 'on hold');
  const those = 'back' in each ? all.filter(({ runs }) => runs.length) : each.does === 'release' && onHold.length ? onHold : all;
  const of = 'process' in each ? those[each.process % those.length] : undefined;
  const target: ModelRun | undefined = 'back' in each ? of?.runs.at(-1 - each.back) : undefined;
  if ('back' in each && !target) return undefined;
  const held = async (token: Report['token']) => {
    const [row] = await db.query<{ token: string | null }>(
      'select r.fencing_token as token from process_tracking r join process p using (process_id) where process_name = $1 and process_run_id = $2',
      [of!.name, target!.number],
    );
    return {
      run: { process: of!.name, number: target!.number },
      fencingToken: token === 'none' ? null : token === 'old' ? '0' : row!.token,
    };
  };
  const person = async (field: string, input: object, report: Omit<Report, 'token'>) => ({
    store: done(
      await ask(
        field,
        `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`,
        { ...input, run: { process: of!.name, number: target!.number }, reason: 'by hand' },
        'changed',
      ),
    ),
    model: ofRun(model.report(target!, { ...report, token: 'none', byPerson: true, mustMove: true, reason: 'by hand' })),
  });
  const groupKey = (key: string | null) => key && `${model.processes[0]!.name} ${key}`;
  switch (each.does) {
    case 'start': {
      const group = groupKey(each.group);
      const input = {
        process: { name: of!.name },
        leaseSeconds: each.lease,
        idempotencyKey: each.key,
        group: group ? { key: group } : null,
      };
      return {
        store: asked(await ask('startRun', 'StartRunInput', input, answer)),
        model: meant(model.start(of!, { ...each, group })),
      };
    }
    case 'canStart': {
      const group = groupKey(each.group);
      const closed = group !== null && model.groups.get(group)?.closed;
      const args = `(process: { name: ${JSON.stringify(of!.name)} }, group: ${group === null ? null : `{ key: ${JSON.stringify(group)} }`})`;
      return {
        store: asked(await ask(`canStart${args}`, '', {}, answer)),
        model: closed ? ['CONFLICT', 'group'] : meant(model.judge(of!, group)),
      };
    }
    case 'report': {
      const { status, token, reason, inserts, updates, records, errors } = each;
      const endedAt = each.ended === null ? null : target!.startedAt + each.ended;
      const values = { insertCount: inserts?.toString(), updateCount: updates?.toString(), recordCount: records?.toString() };
      const input = {
        ...(await held(token)),
        ...values,
        status,
        reason,
        endedAt: endedAt && instant(endedAt),
        errors: Array.from({ length: errors }, () => ({ type: 'File Error' })),
      };
      return {
        store: done(await ask('reportRun', 'ReportRunInput', input, 'changed')),
        model: below(model.report(target!, { ...each, endedAt })),
      };
    }
    case 'raise': {
      const input = { ...(await held(each.token)), type: 'File Error', failRun: each.failRun };
      const verdict = model.report(target!, {
        token: each.token,
        errors: 1,
        status: each.failRun ? 'failed' : null,
        mustMove: each.failRun,
      });
      const blame = Array.isArray(verdict) && verdict[1] === 'status' ? [verdict[0], 'failRun'] : verdict;
      return { store: done(await ask('raiseRunError', 'RaiseRunErrorInput', input, 'changed')), model: below(blame) };
    }
    case 'cancel':
      return person('cancelRun', {}, { status: 'failed', endReason: 'cancelled' });
    case 'abandon':
      return person('abandonRun', {}, { status: 'failed', endReason: 'abandoned' });
    case 'reopen':
      return person('reopenRun', { leaseSeconds: each.lease }, { status: 'running', leaseSeconds: each.lease });
    case 'hold':
      return {
        store: done(await ask('holdProcess', 'HoldProcessInput', { process: { name: of!.name }, reason: 'by hand' }, 'changed')),
        model: below(model.hold(of!, 'by hand')),
      };
    case 'release':
      return {
        store: done(
          await ask('releaseProcess', 'ReleaseProcessInput', { process: { name: of!.name }, reason: 'by hand', to: each.to }, 'changed'),
        ),
        model: below(model.release(of!, each.to, 'by hand')),
      };
    case 'wait':
      now = model.now += each.seconds;
      await setClock();
      return undefined;
    case 'sweep':
      await sweepRuns(db);
      model.sweep();
      return undefined;
    case 'pythonStart':
      return { store: await pythonStart(of!.name), model: model.pythonStart(of!) };
    case 'pythonEnd':
      await pool.query(
        `update process_tracking r set process_status_id = (select process_status_id from process_status_lkup where process_status_name = $2), process_run_end_date_time = $3
         from process p where p.process_id = r.process_id and process_name = $1 and r.process_status_id = 1`,
        [of!.name, each.to, instant(now)],
      );
      model.pythonEnd(of!, each.to);
      return undefined;
    case 'group': {
      const key = groupKey(each.key)!;
      const known = model.groups.get(key);
      const closing = await ask(
        each.closes ? 'closeRunGroup' : 'reopenRunGroup',
        each.closes ? 'CloseRunGroupInput' : 'ReopenRunGroupInput',
        { group: { key }, reason: 'x' },
        'changed',
      );
      const changed = known && known.closed !== each.closes;
      if (known) known.closed = each.closes;
      return { store: closing, model: known ? { changed } : ['NOT_FOUND', 'input.group.key'] };
    }
  }
}

/** The statements of ProcessTracker's own client: it reads, decides, and writes. */
async function pythonStart(name: string): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query(
      `select p.process_id, r.process_tracking_id, r.process_status_id, r.process_run_id from process p
       left join process_tracking r on r.process_id = p.process_id where process_name = $1 order by r.process_run_id desc nulls last limit 1`,
      [name],
    );
    const last = rows[0];
    if (last.process_status_id === 1 || last.process_status_id === 4) return false;
    await client.query('update process_tracking set is_latest_run = false where process_tracking_id = $1', [last.process_tracking_id]);
    await client.query(
      'insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, is_latest_run) values ($1, 1, $2, $3, true)',
      [last.process_id, (last.process_run_id ?? 0) + 1, instant(now)],
    );
    await client.query('commit');
    return true;
  } catch (error) {
    if (!/process_tracking_one_running/.test(String(error))) throw error;
    return false;
  } finally {
    await client.query('rollback');
    client.release();
  }
}

/** All runs of the processes, one line each, with what happened to each. */
async function stored(model: RunModel): Promise<unknown> {
  const rows = await db.query<{ line: string }>(
    `select format('%s #%s %s %s %s latest:%s lease:%s group:%s %s+%s=%s errors:%s %s', p.process_name, r.process_run_id, s.process_status_name,
         process_tracker.run_state(r.process_status_id, r.end_reason), coalesce(extract(epoch from r.ended_at)::bigint::text, '-'), r.is_latest_run,
         case when process_tracker.run_is_open(r.process_status_id, r.ended_at) then coalesce(extract(epoch from r.lease_until)::bigint::text, '-') else '-' end,
         coalesce(g.group_key, '-'), r.process_run_insert_count, r.process_run_update_count, r.process_run_record_count,
         (select count(*) from error_tracking e where e.process_tracking_id = r.process_tracking_id),
         (select string_agg(concat_ws('→', coalesce(e.from_value, ''), e.to_value, e.origin, coalesce(e.reason, '')), ' ' order by e.event_id) from status_event e
          where e.subject_kind = 'Run' and e.subject_id = r.process_tracking_id and e.field = 'status')) as line
       from process p join process_tracking r using (process_id) join process_status_lkup s using (process_status_id) left join run_group g on g.run_group_id = r.group_id
       where p.process_name = any ($1)
     union all select format('%s total %s', process_name, total_record_count) from process p where p.process_name = any ($1)`,
    [model.processes.map(({ name }) => name)],
  );
  return rows.map(({ line }) => line).sort();
}
const told = (model: RunModel): unknown =>
  model.processes
    .flatMap(({ name, runs, total }) => [
      ...runs.map((each) => {
        const { number, status, endedAt, latest, leaseUntil, group, inserts, updates, records, errors, events } = each;
        const open = endedAt === null && status !== 'on hold';
        const happened = events.map((event) => event.map((part) => part ?? '').join('→')).join(' ');
        return `${name} #${number} ${status} ${stateOf(each)} ${endedAt ?? '-'} latest:${latest ? 't' : 'f'} lease:${(open && leaseUntil) || '-'} group:${group ?? '-'} ${inserts}+${updates}=${records} errors:${errors} ${happened}`;
      }),
      `${name} total ${total}`,
    ])
    .sort();

test('P5 P6 P9–P17 P25 C17 random sequences of starts, reports, ends, holds, sweeps and SQL end as the rules say', async () => {
  await fc.assert(
    fc.asyncProperty(sequence, async (drawn) => {
      const model = await make(drawn);
      const log: string[] = [`links ${drawn.links.join(' ')}; settings ${JSON.stringify(drawn.settings)}`];
      for (const each of drawn.steps) {
        const said = await take(model, each).catch((error: Error) => ({ store: error.message, model: 'no error' }));
        if (said || !('process' in each)) log.push(`${JSON.stringify(each)} → ${JSON.stringify(said?.store)}`);
        try {
          if (said) expect(said.store).toEqual(said.model);
          expect(await stored(model)).toEqual(told(model));
        } catch (error) {
          throw new Error(`${log.join('\n')}\n${(error as Error).message}`, { cause: error });
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('P25 a hold ends the run that is stuck, also where the process would have to wait for its parents', async () => {
  const [parent, child] = ['waited for', 'held back'];
  for (const [name, dependsOn] of [
    [parent, []],
    [child, [parent]],
  ] as const)
    await api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
      input: {
        name,
        type: 'Load',
        tool: 'dbt',
        ...(dependsOn.length ? { dependsOn: dependsOn.map((parent) => ({ process: { name: parent } })) } : {}),
      },
    });
  const start = (name: string, leaseSeconds: number | null) =>
    ask('startRun', 'StartRunInput', { process: { name }, leaseSeconds }, 'outcome');
  expect(await start(child, 60)).toEqual({ outcome: 'STARTED' });
  expect(await start(parent, null)).toEqual({ outcome: 'STARTED' });
  now += 60;
  await setClock();
  expect(await start(child, 60)).toEqual({ outcome: 'BLOCKED' });
  await ask('holdProcess', 'HoldProcessInput', { process: { name: child }, reason: 'enough' }, 'changed');
  expect(
    await api.sql(
      `select process_tracker.run_state(process_status_id, end_reason) as state, is_latest_run as latest from process_tracking join process using (process_id)
       where process_name = $1 order by process_run_id`,
      [child],
    ),
  ).toEqual([
    { state: 'ABANDONED', latest: false },
    { state: 'ON_HOLD', latest: true },
  ]);
});

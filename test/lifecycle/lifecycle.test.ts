import fc from 'fast-check';
import type { PoolClient } from 'pg';
import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('lifecycle');
  await api.sql(
    `insert into process_status_lkup (process_status_name) select n from unnest(array[${custom.map((n) => `'${n}'`).join()}]) n`,
  );
});
afterAll(() => api.close());

const custom = ['waiting', 'checking'];
const states = ['running', 'completed', 'failed', 'on hold', 'skipped', 'unknown', ...custom];
/** Where a run may be: in one of the states, or in one of somebody's own with an end, as a hold that was released to it. */
const places = [...states, 'waiting, ended'];
const open = new Set(['running', ...custom]);
const ending = ['completed', 'failed', 'skipped', 'unknown'];
type Verdict = 'moves' | 'stays' | 'done' | 'needs a reason' | 'refused';

/** What a command may do to a run, told anew: by the state it is in, and by the one it shall have. */
function expected(from: string, to: string, reason: boolean): Verdict {
  const withReason = reason ? 'moves' : 'needs a reason';
  // A holder that says again where it is says something else beside it.
  if (from === to) return open.has(from) ? 'stays' : 'done';
  if (from === 'waiting, ended') return to === 'waiting' ? 'done' : to === 'running' ? withReason : 'refused';
  // What goes on goes anywhere, and must end in a status of the system to free what waits.
  if (open.has(from)) return 'moves';
  // A person releases a hold, to anything but running and failed.
  if (from === 'on hold') return to === 'running' || to === 'failed' ? 'refused' : withReason;
  // What has ended stays as it is, unless a person opens it again; what nobody knew may become known.
  if (from === 'unknown' && (to === 'completed' || to === 'failed')) return 'moves';
  return to === 'running' && from !== 'skipped' ? withReason : 'refused';
}
/** Where a refusal says that one may go from a state. */
const ways = (from: string) => [
  ...states.filter((to) => !custom.includes(to) && ['moves', 'needs a reason'].includes(expected(from, to, false))).sort(),
  ...(['moves', 'needs a reason'].includes(
    expected(
      from,
      custom.find((to) => to !== from)!,
      false,
    ),
  )
    ? ['a custom status']
    : []),
];

interface Moved {
  i: number;
  id: number;
  verdict: Record<string, any> | null;
  told: Record<string, any> | null;
}

/** Does `work` in a transaction that is undone. */
async function undone<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await api.db.pool.connect();
  try {
    await client.query(`begin; select process_tracker.begin_write('tester', null, 'api')`);
    return await work(client);
  } finally {
    await client.query('rollback');
    client.release();
  }
}
const move = async (client: PoolClient, items: object[], policy = 'command'): Promise<Moved[]> =>
  (
    await client.query(
      `select i, id, verdict, told
       from process_tracker.move_process_tracking($1::jsonb, $2) order by i`,
      [JSON.stringify(items), policy],
    )
  ).rows;
const rowsOf = async (client: PoolClient, ids: number[]): Promise<Record<string, any>[]> =>
  (
    await client.query(
      'select to_jsonb(r) as run from process_tracking r where process_tracking_id = any($1) order by process_tracking_id',
      [ids],
    )
  ).rows.map(({ run }) => run);

/** Makes runs in these states, each of a process of its own; answers their numbers. */
async function makeRuns(client: PoolClient, from: string[], leased = false): Promise<number[]> {
  const { rows } = await client.query(
    `with p as (insert into process (process_name) select 'of ' || i from generate_subscripts($1::text[], 1) i returning process_id, process_name)
     insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, process_run_end_date_time, is_latest_run,
       fencing_token, lease_seconds, lease_until)
     select p.process_id, s.process_status_id, 1, '2026-01-01', case when f.name = any($2) or f.name like '%, ended' then '2026-01-02'::timestamp end, true,
       1000 + f.i, case when $3 then 60 end, case when $3 and not f.name = any($2) then timestamptz '2026-01-01 00:01Z' end
     from unnest($1::text[]) with ordinality f(name, i) join p on p.process_name = 'of ' || f.i join process_status_lkup s on s.process_status_name = split_part(f.name, ',', 1)
     order by f.i returning process_tracking_id as id`,
    [from, ending, leased],
  );
  return rows.map(({ id }) => id);
}
const statusOf = async (client: PoolClient, row: Record<string, any>): Promise<string> =>
  (await client.query('select process_status_name as name from process_status_lkup where process_status_id = $1', [row.process_status_id]))
    .rows[0].name;
const every = places.flatMap((from) => states.flatMap((to) => [true, false].map((reason) => ({ from, to, reason }))));
const itemOf = (id: number, to: string, more: object = {}) => ({ id, to, ...(ending.includes(to) ? { ends: true } : {}), ...more });

test('P17 every move of a run by command is allowed, needs a reason, is done already, or is refused with what is allowed', () =>
  undone(async (client) => {
    const ids = await makeRuns(
      client,
      every.map(({ from }) => from),
    );
    const before = await rowsOf(client, ids);
    const moved = await move(
      client,
      every.map(({ to, reason }, i) => itemOf(ids[i]!, to, reason ? { reason: 'because' } : {})),
    );
    const after = await rowsOf(client, ids);
    for (const [i, { from, to, reason }] of every.entries()) {
      const { verdict } = moved[i]!;
      const wanted = expected(from, to, reason);
      const told =
        verdict === null
          ? before[i]!.process_status_id === after[i]!.process_status_id
            ? 'stays'
            : 'moves'
          : verdict.done
            ? 'done'
            : verdict.argument === 'reason'
              ? 'needs a reason'
              : 'refused';
      expect([from, to, reason, told]).toEqual([from, to, reason, wanted]);
      if (wanted === 'moves') {
        expect(await statusOf(client, after[i]!)).toBe(to);
        expect(after[i]!.row_version).toBe(before[i]!.row_version + 1);
        // A status of somebody's own does not end a run.
        if (open.has(to) || ending.includes(to)) expect(after[i]!.ended_at === null).toBe(open.has(to));
      } else expect(after[i]).toEqual(before[i]);
      const facts = { run: ids[i], process: after[i]!.process_id, endReason: after[i]!.end_reason, group: after[i]!.group_id };
      expect(moved[i]!.told).toEqual(verdict ? null : expect.objectContaining(facts));
      if (wanted === 'needs a reason') expect(verdict!.code).toBe('INVALID');
      if (wanted === 'refused')
        expect(verdict).toMatchObject({ code: 'CONFLICT', argument: 'status', value: to, state: from.split(',')[0], allowed: ways(from) });
    }
  }));

test('P17 a run goes where its moves lead, one after the other, whatever is tried', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ to: fc.constantFrom(...states), reason: fc.boolean() }), { minLength: 1, maxLength: 10 }),
      (tries) =>
        undone(async (client) => {
          const [id] = await makeRuns(client, ['running']);
          let state = 'running';
          for (const { to, reason } of tries) {
            await move(client, [itemOf(id!, to, reason ? { reason: 'because' } : {})]);
            if (expected(state, to, reason) === 'moves') state = to;
            expect(await statusOf(client, (await rowsOf(client, [id!]))[0]!)).toBe(state);
          }
        }),
    ),
    { numRuns: 30 },
  ));

test('P17 where a move must be made, to be there already is a conflict', () =>
  undone(async (client) => {
    const ids = await makeRuns(client, states);
    const moved = await move(
      client,
      states.map((to, i) => itemOf(ids[i]!, to, { mustMove: true, reason: 'because' })),
    );
    // From one status of somebody's own to another one may go, and so to the same.
    expect(moved.map(({ verdict }) => verdict?.code ?? null)).toEqual(states.map((state) => (custom.includes(state) ? null : 'CONFLICT')));
  }));

const holders = [false, true].flatMap((leased) =>
  [false, true].flatMap((open) =>
    [null, 'live', 'stale'].flatMap((token) =>
      [null, 'live', 'stale'].flatMap((version) => [false, true].map((byPerson) => ({ leased, open, token, version, byPerson }))),
    ),
  ),
);

test('P25 the token opens a run with a lease to its holder alone, and a row version only as it was seen', () =>
  undone(async (client) => {
    const ids: number[] = [];
    for (const [i, { leased, open }] of holders.entries()) {
      const [id] = await makeRuns(client, [open ? 'running' : 'completed'], leased);
      await client.query(`update process set process_name = $1 where process_name = 'of 1'`, [`holder ${i}`]);
      ids.push(id!);
    }
    const rows = await rowsOf(client, ids);
    const moved = await move(
      client,
      holders.map(({ token, version, byPerson }, i) => ({
        id: ids[i],
        recordCount: 5,
        byPerson,
        ...(token ? { token: token === 'live' ? rows[i]!.fencing_token : rows[i]!.fencing_token - 1 } : {}),
        ...(version ? { version: version === 'live' ? rows[i]!.row_version : rows[i]!.row_version + 1 } : {}),
      })),
    );
    for (const [i, { leased, open, token, version, byPerson }] of holders.entries()) {
      const argument =
        version === 'stale' ? 'rowVersion' : token === 'stale' || (leased && open && !token && !byPerson) ? 'fencingToken' : undefined;
      expect({ ...holders[i], argument: moved[i]!.verdict?.argument }).toEqual({ ...holders[i], argument });
      expect(moved[i]!.verdict?.code).toBe(argument && 'CONFLICT');
    }
  }));

test('an observation is never refused, whatever it says and whoever holds the run', () =>
  undone(async (client) => {
    const pairs = states.flatMap((from) => states.map((to) => ({ from, to })));
    const ids = await makeRuns(
      client,
      pairs.map(({ from }) => from),
      true,
    );
    const said = { token: 1, version: 99, mustMove: true, lowWatermark: '2026-02-02T00:00:00Z', highWatermark: '2026-01-01T00:00:00Z' };
    const moved = await move(
      client,
      pairs.map(({ to }, i) => itemOf(ids[i]!, to, { ...said, ...(ending.includes(to) ? { endedAt: '2020-01-01T00:00:00Z' } : {}) })),
      'observation',
    );
    expect(moved.map(({ verdict }) => verdict)).toEqual(pairs.map(() => null));
    const after = await rowsOf(client, ids);
    for (const [i, { to }] of pairs.entries()) expect(await statusOf(client, after[i]!)).toBe(to);
  }));

test.each(['command', 'observation'])(
  'what is no run, and what is no status, is told to a %s, and keeps no other from being moved',
  (policy) =>
    undone(async (client) => {
      const [odd, fine] = await makeRuns(client, ['running', 'running']);
      const moved = await move(client, [{ id: 0, to: 'completed' }, { id: odd, to: 'no such status' }, itemOf(fine!, 'failed')], policy);
      expect(moved.map(({ i, id }) => [i, id])).toEqual([
        [1, 0],
        [2, odd],
        [3, fine],
      ]);
      expect(moved[0]!.verdict).toMatchObject({ code: 'NOT_FOUND', argument: 'run', value: 0 });
      expect(moved[1]!.verdict).toMatchObject({
        code: 'INVALID',
        argument: 'status',
        value: 'no such status',
        allowed: expect.arrayContaining(states),
      });
      expect(moved[2]).toMatchObject({ verdict: null, told: { run: fine, changed: true } });
      expect(await rowsOf(client, [fine!])).toMatchObject([{ process_status_id: 3 }]);
    }),
);

import { openApi, type Api } from '../support/api.js';
import { addDependencies, fetchFile, insertFiles, movesOf, report, reportMany } from '../support/file-calls.js';
import { failure } from '../support/run-calls.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('extract_moves');
  await api.sql('insert into extract_status_lkup (extract_status_name) select unnest($1::text[])', [own]);
});
afterAll(() => api.close());

const own = ['waiting for approval', 'checked'];
/** From each status: where a command may bring a file, and where only with a reason. */
const moves: Readonly<Record<string, { free: string[]; reasoned?: string[] }>> = {
  initializing: { free: ['ready', 'error', 'deleted', ...own] },
  ready: { free: ['loading', 'archived', 'deleted', 'error', ...own] },
  loading: { free: ['loaded', 'error', 'ready'] },
  loaded: { free: ['archived', 'ready', 'loading', ...own] },
  archived: { free: ['deleted', ...own], reasoned: ['ready'] },
  error: { free: ['deleted', ...own], reasoned: ['ready'] },
  deleted: { free: ['initializing', ...own] },
  [own[0]!]: { free: ['initializing', 'ready', 'loaded', 'archived', 'error', 'deleted', own[1]!] },
  [own[1]!]: { free: ['initializing', 'ready', 'loaded', 'archived', 'error', 'deleted', own[0]!] },
};
const statuses = Object.keys(moves);
const pairs = statuses.flatMap((from) => statuses.map((to) => [from, to] as const));
/** As an error names them: statuses of one's own by one word. */
const allowedFrom = (from: string) => {
  const { free, reasoned = [] } = moves[from]!;
  const named = [...free, ...reasoned].filter((status) => !own.includes(status)).sort();
  return from in moves && [...free, ...reasoned].some((status) => own.includes(status)) ? [...named, 'a custom status'] : named;
};

test.each([undefined, 'Because of this.'])('P56 a command may make these moves and no other, with the reason %s', async (reason) => {
  const ids: number[] = [];
  for (const [from, to] of pairs) ids.push((await insertFiles(api, 'moves', [`${from} ${to} ${reason}`], from))[0]!);
  const results = await reportMany(
    api,
    pairs.map(([, status], i) => ({ file: { databaseId: ids[i] }, status, ...(reason ? { reason } : {}) })),
  );
  for (const [i, [from, to]] of pairs.entries()) {
    const { free, reasoned = [] } = moves[from]!;
    const { changed, error, file } = results[i]!;
    const told = {
      pair: `${from} -> ${to}`,
      changed,
      code: error?.code,
      argument: error?.argument,
      status: (await fetchFile(api, ids[i]!)).status.name,
    };
    const expected = {
      pair: `${from} -> ${to}`,
      changed: from !== to,
      code: undefined as string | undefined,
      argument: undefined as string | undefined,
      status: to,
    };
    if (from !== to && !free.includes(to)) {
      if (!reasoned.includes(to)) {
        Object.assign(expected, { code: 'CONFLICT', argument: 'status', status: from });
        expect([told.pair, error?.allowed, error?.value]).toEqual([told.pair, allowedFrom(from), to]);
      } else if (!reason) Object.assign(expected, { code: 'INVALID', argument: 'reason', status: from });
    }
    if (expected.code) expected.changed = false;
    expect(told).toEqual(expected);
    expect(file === null).toBe(!!error);
    const events = await movesOf(api, ids[i]!);
    expect(events.slice(1)).toEqual(expected.status === from ? [] : [{ from, to, actor: 'tester', origin: 'api', reason: reason ?? null }]);
  }
});

test('P56 whatever plain SQL does stands, and the history tells it from a command', async () => {
  for (const [from, to] of pairs) {
    if (from === to) continue;
    const [id] = await insertFiles(api, 'by sql', [`${from} ${to}`], from);
    await api.sql(
      'update extract_tracking set extract_status_id = (select extract_status_id from extract_status_lkup where extract_status_name = $2) where extract_id = $1',
      [id, to],
    );
    expect((await movesOf(api, id!)).slice(1)).toEqual([{ from, to, actor: null, origin: 'sql', reason: null }]);
  }
});

test('P56 a file is deleted and comes again', async () => {
  const [id] = await insertFiles(api, 'again', ['a.csv'], 'ready');
  const file = { databaseId: id! };
  for (const status of ['deleted', 'initializing', 'ready', 'loading', 'loaded', 'archived', 'deleted'])
    expect(await report(api, file, { status })).toMatchObject({ changed: true, file: { status: { name: status } } });
  expect(await failure(report(api, file, { status: 'loaded' }))).toMatchObject({
    code: 'CONFLICT',
    argument: 'input.status',
    value: 'loaded',
    allowed: ['initializing', 'a custom status'],
  });
});

/** Pseudo-random numbers below n, the same in each run. */
function numbers(seed: number) {
  let state = seed;
  return (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

test('P45 a file comes to loading after its parents as they are at its place in the call: 300 random calls against a model', async () => {
  const random = numbers(45);
  const holding = new Set(['initializing', 'ready', 'loading', 'error']);
  let refused = 0;
  let written = 0;
  for (let round = 0; round < 300; round++) {
    const size = 2 + random(6);
    const states = Array.from(
      { length: size },
      () => ['ready', 'ready', 'ready', 'loaded', 'loaded', 'error', 'loading', 'archived', own[0]!, 'initializing'][random(10)]!,
    );
    const ids: number[] = [];
    for (const [i, state] of states.entries()) ids.push((await insertFiles(api, 'random', [`${round} ${i}`], state))[0]!);
    const edges = ids.flatMap((_, parent) =>
      ids.flatMap((__, child) => (parent < child && random(3) === 0 ? [[parent, child] as const] : [])),
    );
    await addDependencies(
      api,
      edges.map(([parent, child]) => [ids[parent]!, ids[child]!]),
    );
    // Each file at most once, in any order.
    const order = ids.map((_, i) => [random(1000), i] as const).sort(([a], [b]) => a - b);
    const items = order
      .filter(() => random(4) > 0)
      .map(([, i]) => ({ i, status: ['loading', 'loading', 'loading', 'loaded', 'ready'][random(5)]! }));
    if (!items.length) continue;
    const now = [...states];
    // Brought to loading by this call: counts as loaded for what comes behind it.
    const brought = new Set<number>();
    const expected = items.map(({ i, status }) => {
      const from = now[i]!;
      if (from === status) {
        if (status === 'loading') brought.add(i);
        return 'done';
      }
      if (moves[from]!.reasoned?.includes(status)) return 'INVALID';
      if (!moves[from]!.free.includes(status)) return 'CONFLICT';
      if (status === 'loading') {
        const waits = edges
          .filter(([parent, child]) => child === i && holding.has(now[parent]!) && !brought.has(parent))
          .map(([parent]) => ids[parent]!);
        if (waits.length) return `waits for ${waits.sort((a, b) => a - b).join()}`;
        brought.add(i);
      }
      now[i] = status;
      return 'written';
    });
    const results = await reportMany(
      api,
      items.map(({ i, status }) => ({ file: { databaseId: ids[i] }, status })),
    );
    const told = results.map(({ changed, error, blockers }) =>
      !changed && !error
        ? 'done'
        : blockers.length
          ? `waits for ${blockers
              .map(({ file }) => file.databaseId)
              .sort((a, b) => a - b)
              .join()}`
          : (error?.code ?? 'written'),
    );
    expect({ round, states, edges, items, told }).toEqual({ round, states, edges, items, told: expected });
    const stored = await api.sql(
      'select extract_status_name as name from extract_tracking join extract_status_lkup using (extract_status_id) where extract_id = any($1) order by extract_id',
      [ids],
    );
    expect(stored.map(({ name }) => name)).toEqual(now);
    refused += told.filter((each) => each.startsWith('waits')).length;
    written += told.filter((each) => each === 'written').length;
  }
  // The rounds are worth something.
  expect(Math.min(refused, written)).toBeGreaterThan(50);
});

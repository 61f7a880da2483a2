import fc from 'fast-check';
import { dueAfter } from '../../src/run/diagnosis/due-after.js';
import type { Api } from './api.js';
import type { Model } from './filter-model.js';
import type { Item } from './model.js';

/** A random store of processes, runs, files and contacts, and what the schema says of their computed facts, without a look at the SQL. */

export const now = '2026-06-15T12:00:00.000000Z';
const minute = 60_000;
const nowMs = Date.parse(now);
/** An instant so many minutes from now, as the API answers it. */
const instant = (minutes: number) => new Date(nowMs + minutes * minute).toISOString().replace('Z', '000Z');
const msOf = (text: string) => Date.parse(text);

const states = ['RUNNING', 'COMPLETED', 'FAILED', 'ABANDONED', 'CANCELLED', 'ON_HOLD', 'SKIPPED', 'UNKNOWN', 'CUSTOM'];
const maybe = <T>(...values: T[]) => fc.constantFrom<T | null>(null, ...values);
const links = (max: number) => fc.uniqueArray(fc.nat(max - 1), { maxLength: 3 });
const roles = ['owner', 'on call', 'odd', 'one'];
const rolesOf = fc.subarray(roles, { maxLength: 2 });

/** What a run may be: its stored status, its end reason, and whether it has ended. */
const kinds: Record<string, { status: string; reason?: string; open?: boolean; state: string }> = {
  running: { status: 'running', open: true, state: 'RUNNING' },
  completed: { status: 'completed', state: 'COMPLETED' },
  released: { status: 'completed', reason: 'released', state: 'COMPLETED' },
  failed: { status: 'failed', state: 'FAILED' },
  abandoned: { status: 'failed', reason: 'abandoned', state: 'ABANDONED' },
  cancelled: { status: 'failed', reason: 'cancelled', state: 'CANCELLED' },
  held: { status: 'on hold', open: true, state: 'ON_HOLD' },
  skipped: { status: 'skipped', state: 'SKIPPED' },
  'parent failed': { status: 'skipped', reason: 'parent failed', state: 'SKIPPED' },
  unknown: { status: 'unknown', open: true, state: 'UNKNOWN' },
  resting: { status: 'resting', open: true, state: 'CUSTOM' },
  rested: { status: 'resting', state: 'CUSTOM' },
};
const canBeRecorded = new Set(['completed', 'failed', 'abandoned', 'cancelled', 'skipped']);
const frequencies = { unscheduled: 1, hourly: 2, daily: 3, weekly: 4 };
const periods: Record<string, number> = { hourly: 60, daily: 24 * 60, weekly: 7 * 24 * 60 };
const fileStates: Record<string, string | null> = {
  initializing: 'NEW',
  ready: 'NEW',
  loading: 'PROCESSING',
  loaded: 'SUCCESS',
  archived: 'SUCCESS',
  error: 'ERROR',
  deleted: null,
  parked: null,
};

const run = fc.record({
  kind: fc.constantFrom(...Object.keys(kinds), 'completed', 'completed', 'failed'),
  observed: fc.boolean().chain((some) => (some ? fc.boolean() : fc.constant(false))),
  recorded: fc.nat(3).map((n) => n === 0),
  seconds: fc.constantFrom(0, 10, 20, 40, 90),
  lease: maybe(-1, 0, 1),
  takenUp: maybe(-1),
});
const process = fc.record({
  runs: fc.array(run, { maxLength: 6 }),
  /** Completed runs before them. */
  before: fc.constantFrom(0, 0, 3, 5, 24),
  ago: fc.constantFrom(2, 70, 1500, 20_000),
  made: fc.constantFrom(100, 100_000),
  flag: fc.constantFrom('highest', 'highest', 'highest', 'first', 'none'),
  frequency: fc.constantFrom(...Object.keys(frequencies)),
  cron: maybe('0 5 * * *', '*/20 * * * *', 'never'),
  failureLimit: maybe(0, 1, 2),
  timeLimit: maybe(30, 7200),
  retired: fc.nat(9).map((n) => n === 0),
  parents: fc.array(fc.record({ of: fc.nat(6), soft: fc.boolean() }), { maxLength: 3 }),
  sources: links(3),
  contacts: fc.array(fc.record({ of: fc.nat(2), roles: rolesOf }), { maxLength: 2 }),
});
export const storeShape = fc.record({
  processes: fc.array(process, { minLength: 1, maxLength: 7 }),
  sources: fc.array(fc.array(fc.record({ of: fc.nat(2), roles: rolesOf }), { maxLength: 2 }), { minLength: 1, maxLength: 3 }),
  files: fc.array(
    fc.record({
      status: maybe(...Object.keys(fileStates)),
      lease: maybe(-1, 0, 1),
      owner: maybe('one', 'two'),
      version: maybe('v1', 'v2'),
      run: fc.nat(20),
    }),
    { maxLength: 8 },
  ),
});
type Shape = typeof storeShape extends fc.Arbitrary<infer T> ? T : never;

const maybeNull = (nullable: string[], columns: Model['types'][string]['columns']) => ({ columns, nullable, one: {}, many: {} });
export const computed: Model = {
  types: {
    Process: {
      ...maybeNull(['state'], { name: 'text', state: 'runState', onHold: 'boolean', blocked: 'boolean', mayStart: 'boolean' }),
      one: { latestRun: 'Run', late: 'Lateness' },
      many: { runs: 'Run', sources: 'Source', contacts: 'ProcessContact' },
    },
    Lateness: { ...maybeNull(['lastStartedAt'], { since: 'instant', dueAt: 'instant', lastStartedAt: 'instant' }), isPart: true },
    Run: {
      ...maybeNull(['stuck', 'durationSeconds', 'usualDurationSeconds'], {
        number: 'int',
        state: 'runState',
        stuck: 'stuckReason',
        durationSeconds: 'float',
        usualDurationSeconds: 'float',
        slowerThanUsual: 'boolean',
      }),
      one: { process: 'Process' },
      many: { files: 'File' },
    },
    Source: { ...maybeNull([], { name: 'text' }), many: { readBy: 'Process', contacts: 'ContactLink' } },
    ContactLink: { ...maybeNull(['role'], { role: 'roles' }), one: { contact: 'Contact' } },
    ProcessContact: { ...maybeNull(['role'], { role: 'roles', origin: 'contactOrigin' }), one: { contact: 'Contact' } },
    Contact: { ...maybeNull([], { name: 'text' }), many: { processes: 'Process' } },
    File: {
      ...maybeNull(['state', 'owner'], { fileName: 'text', state: 'fileState', stuck: 'boolean', owner: 'text' }),
      one: { currentVersion: 'FileVersion' },
      many: { runs: 'Run' },
    },
    FileVersion: maybeNull([], { version: 'text' }),
  },
  values: {
    text: fc.constantFrom('p0', 'p1', 's0', 's1', 'c0', 'c1', 'one', 'two', 'v1', 'f0', 'p'),
    int: fc.constantFrom(1, 2, 5),
    instant: fc.constantFrom(instant(0), instant(-1500), instant(-60), instant(-24 * 60), instant(-20_000), instant(-20_000 - 24 * 60)),
    float: fc.constantFrom(0, 10, 15, 20, 40, 90, 25, 30.5, -1),
    runState: fc.constantFrom(...states),
    stuckReason: fc.constantFrom('LEASE_EXPIRED', 'TIME_LIMIT'),
    fileState: fc.constantFrom('NEW', 'PROCESSING', 'SUCCESS', 'ERROR'),
    contactOrigin: fc.constantFrom('PROCESS', 'SOURCE', 'TARGET'),
    roles: fc.constantFrom(...roles, 'o', 'l', 'e', 'none'),
  },
};

const median = (values: number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

/** The last run that rules of starts see: what events report does not count, nor what was recorded afterwards, or what a failed parent skipped. */
const lastCommand = ({ runs }: Item): Item | undefined =>
  runs.findLast(({ origin, kind }: Item) => origin === 'command' && kind !== 'parent failed');
/** The last run that children see: recorded ones as well. */
const lastOfParent = ({ runs }: Item): Item | undefined =>
  runs.findLast(({ origin, kind }: Item) => origin !== 'observed' && kind !== 'parent failed');
const isOpen = ({ kind }: Item) => kind === 'running' || kind === 'resting';

function mayStart(process: Item): boolean {
  if (process.retired) return false;
  const commands: Item[] = process.runs.filter(({ origin }: Item) => origin === 'command');
  const ruled: Item[] = process.runs.filter(({ origin }: Item) => origin !== 'observed');
  const last = lastCommand(process);
  const going = commands.find(({ kind }) => kind === 'running') ?? (last && isOpen(last) ? last : undefined);
  // Only a lease lets a start take over what still runs.
  if (going && (going.lease === null || !going.stuck)) return false;
  if (!going && last?.kind === 'held') return false;
  const limit = process.failureLimit ?? 5;
  const counted = ruled.filter(({ kind }) => !['cancelled', 'skipped', 'parent failed', 'unknown'].includes(kind as string));
  const failures = counted.slice(-limit);
  const isFailure = (each: Item) => each === going || ['failed', 'abandoned'].includes(each.kind as string);
  if (limit && failures.length === limit && failures.every(isFailure)) return false;
  return !process.blocked;
}

function lateness({ retired, frequency, cron, madeAt, runs }: Item): Item | null {
  const starts = runs.filter(({ kind }: Item) => kind === 'completed').map(({ startedAt }: Item) => msOf(startedAt));
  const last = starts.length ? Math.max(...starts) : null;
  const base = Math.max(last ?? -Infinity, msOf(madeAt));
  const period = (periods[frequency] ?? NaN) * minute;
  const { dueAt, since } = (cron === null ? null : dueAfter(cron, 'UTC', base)) ?? { dueAt: base + period, since: base + period * 1.25 };
  if (retired || !(since < nowMs)) return null;
  const text = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z');
  return { name: '', dueAt: text(dueAt), since: text(since), lastStartedAt: last === null ? null : text(last) };
}

/** The store in memory: each type's rows, with all that is computed of them. */
export function build(shape: Shape): Record<string, Item[]> {
  const contacts: Item[] = [0, 1, 2].map((n) => ({ name: `c${n}`, processes: [] }));
  const linksOf = (given: { of: number; roles: string[] }[]) => {
    const byContact = new Map(given.map((each) => [each.of, each.roles]));
    return [...byContact].map(([of, all]): Item => ({ name: '', contact: contacts[of]!, role: all }));
  };
  const sources: Item[] = shape.sources.map((given, n) => ({ name: `s${n}`, contacts: linksOf(given), readBy: [] }));
  const processes: Item[] = shape.processes.map((each, n): Item => {
    // One that runs by command at most, and none after a hold, which no client gets past; its runs are an hour apart, or as far as fits.
    let taken = false;
    const given = [
      ...Array.from({ length: each.before }, (_, i) => ({
        kind: 'completed',
        observed: i % 7 === 3,
        recorded: i % 7 === 5,
        seconds: 10 + (i % 5) * 10,
        lease: null,
        takenUp: null,
      })),
      ...each.runs,
    ].map((one) => {
      const refused = one.kind === 'running' && !one.observed && taken;
      taken ||= (one.kind === 'running' && !one.observed) || one.kind === 'held';
      return refused ? { ...one, kind: 'failed' } : one;
    });
    const process: Item = {
      ...each,
      name: `p${n}`,
      madeAt: instant(-each.made),
      sources: [...new Set(each.sources.filter((of) => of < sources.length))].map((of) => sources[of]!),
    };
    const runs = given.map((one, i): Item => {
      const { status, reason = null, open = false, state } = kinds[one.kind]!;
      const startedAt = instant(-each.ago - (given.length - 1 - i) * 2);
      const limit = each.timeLimit;
      const lease = one.lease === null ? null : instant(one.lease);
      const since = one.takenUp === null ? startedAt : instant(one.takenUp);
      const stuck =
        lease !== null && msOf(lease) <= nowMs
          ? 'LEASE_EXPIRED'
          : limit !== null && msOf(since) + limit * 1000 <= nowMs
            ? 'TIME_LIMIT'
            : null;
      const ended = !open;
      return {
        ...one,
        origin: one.observed ? 'observed' : one.recorded && canBeRecorded.has(one.kind) ? 'recorded' : 'command',
        name: `p${n} ${i}`,
        number: i + 1,
        status,
        reason,
        state,
        process,
        startedAt,
        leaseUntil: lease,
        takenUpAt: one.takenUp === null ? null : instant(one.takenUp),
        endedAt: ended ? new Date(msOf(startedAt) + one.seconds * 1000).toISOString() : null,
        stuck: isOpen({ ...one, name: '' }) ? stuck : null,
        durationSeconds:
          ['ON_HOLD', 'SKIPPED'].includes(state) || reason === 'released'
            ? null
            : ended
              ? one.seconds
              : isOpen({ ...one, name: '' })
                ? (nowMs - msOf(startedAt)) / 1000
                : null,
        files: [],
      };
    });
    for (const [i, each] of runs.entries()) {
      const earlier = runs
        .slice(0, i)
        .filter(({ kind }) => kind === 'completed')
        .slice(-20);
      each.usualDurationSeconds = earlier.length < 5 ? null : median(earlier.map(({ seconds }) => seconds));
      each.slowerThanUsual =
        each.durationSeconds !== null && each.usualDurationSeconds !== null && each.durationSeconds > 1.5 * each.usualDurationSeconds;
    }
    process.runs = runs;
    process.latestRun = (each.flag === 'highest' ? runs.at(-1) : each.flag === 'first' ? runs[0] : undefined) ?? null;
    process.state = process.latestRun?.state ?? null;
    process.onHold = lastCommand(process)?.kind === 'held';
    process.late = lateness(process);
    const own = linksOf(each.contacts);
    process.contacts = [
      ...own.map((link) => ({ ...link, origin: 'PROCESS' })),
      ...process.sources.flatMap((source: Item) => source.contacts.map((link: Item) => ({ ...link, origin: 'SOURCE' }))),
    ];
    process.own = own;
    for (const { contact } of own) contact.processes.push(process);
    for (const source of process.sources) source.readBy.push(process);
    return process;
  });
  for (const [n, process] of processes.entries()) {
    // Only on those before it: no cycle.
    const parents = new Map(process.parents.filter(({ of }: Item) => of < n).map(({ of, soft }: Item) => [of, soft]));
    process.links = [...parents];
    process.blocked = [...parents].some(([of, soft]) => {
      const last = lastOfParent(processes[of as number]!);
      return !soft && !!last && (isOpen(last) || ['failed', 'abandoned', 'cancelled', 'held'].includes(last.kind as string));
    });
  }
  for (const process of processes) process.mayStart = mayStart(process);
  const runs: Item[] = processes.flatMap((process) => process.runs as Item[]);
  const files: Item[] = shape.files.map((each, n) => {
    const file: Item = {
      ...each,
      name: `f${n}`,
      fileName: `f${n}`,
      state: fileStates[each.status ?? 'initializing'],
      leaseUntil: each.lease === null ? null : instant(each.lease),
      stuck: each.status === 'loading' && each.lease !== null && each.lease <= 0,
      currentVersion: each.version === null ? null : { name: '', version: each.version },
      runs: [],
    };
    const of = runs[each.run];
    if (of) {
      of.files.push(file);
      file.runs.push(of);
    }
    return file;
  });
  return { Process: processes, Run: runs, Source: sources, Contact: contacts, File: files };
}

const tables =
  'process, process_tracking, process_due, source_lkup, contact_lkup, extract_tracking, location_lkup, process_dependency, status_event';

/** Replaces what the store holds. */
export async function store(api: Api, { Process, Run, Source, Contact, File }: Record<string, Item[]>): Promise<void> {
  await api.sql(`truncate ${tables} restart identity cascade`);
  for (const [table, column] of [
    ['process_status_lkup', 'process_status_name'],
    ['extract_status_lkup', 'extract_status_name'],
  ] as const)
    await api.sql(
      `insert into ${table} (${column}) select n from unnest($1::text[]) n where not exists (select from ${table} where ${column} = n)`,
      [table === 'process_status_lkup' ? ['skipped', 'unknown', 'resting'] : ['parked', 'deleted']],
    );
  const number = new Map([Process, Run, Source, Contact, File].flatMap((items) => items!.map((item, i) => [item, i + 1] as const)));
  const fill = (into: string, types: string, select: string, rows: object[]) =>
    api.sql(`insert into ${into} select ${select} from jsonb_to_recordset($1::jsonb) r(n int, ${types}) order by r.n`, [
      JSON.stringify(rows.map((row, n) => ({ n, ...row }))),
    ]);
  await fill(
    'contact_lkup (contact_name)',
    'name text',
    'r.name',
    Contact!.map(({ name }) => ({ name })),
  );
  await fill(
    'source_lkup (source_name)',
    'name text',
    'r.name',
    Source!.map(({ name }) => ({ name })),
  );
  await fill(
    'process (process_name, schedule_frequency_id, cron, created_date_time, failure_limit, run_time_limit_seconds, retired_at)',
    'name text, frequency text, cron text, made timestamptz, fails int, secs int, retired boolean',
    `r.name, (select schedule_frequency_id from schedule_frequency_lkup where schedule_frequency_name = r.frequency), r.cron, r.made, r.fails, r.secs,
      case when r.retired then timestamptz '2026-01-01Z' end`,
    Process!.map(({ name, frequency, cron, madeAt, failureLimit, timeLimit, retired }) => ({
      name,
      frequency,
      cron,
      made: madeAt,
      fails: failureLimit,
      secs: timeLimit,
      retired,
    })),
  );
  await fill(
    `process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, started_at, process_run_end_date_time, ended_at,
       end_reason, origin, lease_until, taken_up_at, is_latest_run)`,
    'p int, status text, number int, s timestamptz, e timestamptz, reason text, origin text, lease timestamptz, taken timestamptz, latest boolean',
    `r.p, (select process_status_id from process_status_lkup where process_status_name = r.status), r.number, r.s::timestamp, r.s, r.e::timestamp, r.e,
      r.reason, r.origin, r.lease, r.taken, r.latest`,
    Run!.map((each) => ({
      p: number.get(each.process),
      status: each.status,
      number: each.number,
      s: each.startedAt,
      e: each.endedAt,
      reason: each.reason,
      origin: each.origin,
      lease: each.leaseUntil,
      taken: each.takenUpAt,
      latest: each.process.latestRun === each,
    })),
  );
  const pairs = (items: Item[], list: string, of: (link: Item) => Item) =>
    items.flatMap((item) => item[list].map((each: Item) => ({ a: number.get(item), b: number.get(of(each)), roles: each.role ?? [] })));
  await fill(
    'process_dependency (child_process_id, parent_process_id, dependency_type_id)',
    'a int, b int, soft boolean',
    `r.a, r.b, (select dependency_type_id from dependency_type_lkup where dependency_type_name = case when r.soft then 'Soft' else 'Hard' end)`,
    Process!.flatMap((item) => item.links.map(([of, soft]: [number, boolean]) => ({ a: number.get(item), b: of + 1, soft }))),
  );
  await fill(
    'process_source (process_id, source_id)',
    'a int, b int',
    'r.a, r.b',
    pairs(Process!, 'sources', (each) => each),
  );
  for (const [table, items, list] of [
    ['process', Process!, 'own'],
    ['source', Source!, 'contacts'],
  ] as const) {
    const rows = pairs(items, list, ({ contact }) => contact as Item);
    await fill(`${table}_contact (${table}_id, contact_id)`, 'a int, b int', 'r.a, r.b', rows);
    const each = rows.flatMap(({ a, b, roles: all }) => (all as string[]).map((role) => ({ a, b, role })));
    await fill(`${table}_contact_role (${table}_id, contact_id, role)`, 'a int, b int, role text', 'r.a, r.b, r.role', each);
  }
  await api.sql("insert into location_type_lkup (location_type_name) select 'own' where not exists (select from location_type_lkup)");
  await api.sql(
    `insert into location_lkup (location_name, location_path, location_type_id) select 'in', '/in', min(location_type_id) from location_type_lkup`,
  );
  await fill(
    'extract_tracking (extract_filename, extract_location_id, extract_status_id, extract_registration_date_time, lease_until, owner, claimed_at)',
    'name text, status text, lease timestamptz, owner text',
    `r.name, 1, (select extract_status_id from extract_status_lkup where extract_status_name = r.status), '2026-01-01', r.lease, r.owner,
      case when r.owner is not null then r.lease end`,
    File!.map(({ name, status, leaseUntil, owner }) => ({ name, status, lease: leaseUntil, owner })),
  );
  await fill(
    'extract_version (extract_id, version, is_current)',
    'a int, version text, current boolean',
    'r.a, r.version, r.current',
    File!.flatMap((file) =>
      file.currentVersion
        ? [
            { a: number.get(file), version: `not ${file.currentVersion.version}`, current: false },
            { a: number.get(file), version: file.currentVersion.version, current: true },
          ]
        : [],
    ),
  );
  await fill(
    'extract_process_tracking (extract_tracking_id, process_tracking_id, extract_process_event_date_time)',
    'a int, b int',
    `r.a, r.b, timestamptz '2026-01-01Z'`,
    pairs(File!, 'runs', (each) => each),
  );
}

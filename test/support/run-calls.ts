import { execute, parse, validate, type DocumentNode, type ExecutionResult } from 'graphql';
import pg from 'pg';
import { createContext } from '../../src/platform/read/context.js';
import { connectionOptions, Database } from '../../src/platform/database.js';
import type { Api } from './api.js';

/** What answers operations: the API of a test, or another server on its store. */
export type Server = Pick<Api, 'db' | 'schema'>;

export interface Settings {
  timeZone?: string;
  /** The instant that the server takes for now. */
  now?: string;
  /** Whether the database refuses whatever it writes. */
  readOnly?: boolean;
}

/** One more server on the store of `api`, with a pool of its own. */
export function openServer(api: Api, { timeZone = 'UTC', now, readOnly }: Settings = {}): Server & { close(): Promise<void> } {
  const options = [
    connectionOptions(timeZone),
    ...(now ? [`-c waybill.now=${now}`] : []),
    ...(readOnly ? ['-c default_transaction_read_only=on'] : []),
  ].join(' ');
  const pool = new pg.Pool({ connectionString: api.url, options, max: 20 });
  pool.on('error', () => undefined);
  return { db: new Database(pool), schema: api.schema, close: () => pool.end() };
}

const documents = new Map<string, DocumentNode>();

/** Runs an operation that must not fail, and answers its data. Its text is looked at once: these tests send the same ones thousands of times. */
export async function call(
  on: Server,
  text: string,
  variableValues: Record<string, unknown> = {},
  actor = 'tester',
): Promise<Record<string, any>> {
  let document = documents.get(text);
  if (!document) {
    document = parse(text);
    const [wrong] = validate(on.schema, document);
    if (wrong) throw wrong;
    documents.set(text, document);
  }
  const contextValue = createContext(on.db, { actor, role: 'admin' }, 'test');
  const { data, errors } = (await execute({ schema: on.schema, document, variableValues, contextValue })) as ExecutionResult<
    Record<string, any>
  >;
  if (errors) throw errors[0]!.originalError ?? errors[0]!;
  return data!;
}

/** Does `work` on a server whose clock shows `now`. */
export async function at<T>(api: Api, now: string, work: (server: Server) => Promise<T>): Promise<T> {
  const server = openServer(api, { now });
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

const runFields = `id databaseId number name state status { name } startedAt endedAt endReason recordCount insertCount updateCount lowWatermark highWatermark
  rowVersion leaseUntil heartbeatAt fencingToken actor { name } group { key } parentRun { databaseId }`;
const parentFields = 'kind state process { name } run { databaseId number state }';
const checkFields = `outcome failureLimit process { name } run { ${runFields} } failures { databaseId number state }
  abandoned { databaseId state } blockers { ${parentFields} } warnings { ${parentFields} }`;

export interface Run {
  id: string;
  databaseId: number;
  number: number;
  name: string | null;
  state: string;
  status: { name: string };
  startedAt: string;
  endedAt: string | null;
  endReason: string | null;
  recordCount: string;
  insertCount: string;
  updateCount: string;
  lowWatermark: string | null;
  highWatermark: string | null;
  rowVersion: number;
  leaseUntil: string | null;
  heartbeatAt: string | null;
  fencingToken: string | null;
  actor: { name: string } | null;
  group: { key: string } | null;
  parentRun: { databaseId: number } | null;
}
interface Parent {
  kind: string;
  state: string | null;
  process: { name: string };
  run: { databaseId: number; number: number; state: string } | null;
}
export interface Start {
  outcome: 'STARTED' | 'ALREADY_RUNNING' | 'BLOCKED' | 'ON_HOLD' | 'REPLAYED';
  fencingToken: string | null;
  failureLimit: number | null;
  process: { name: string } | null;
  run: Run;
  failures: { databaseId: number; number: number; state: string }[];
  abandoned: { databaseId: number; state: string } | null;
  blockers: Parent[];
  warnings: Parent[];
}

export const startDocument = `mutation ($input: StartRunInput!) { startRun(input: $input) { fencingToken ${checkFields} } }`;

const named = (process: string | object) => (typeof process === 'string' ? { name: process } : process);

/** Starts a run of a process, told by its name or as it is registered. */
export const start = async (on: Server, process: string | object, more: object = {}, actor = 'tester'): Promise<Start> =>
  (await call(on, startDocument, { input: { process: named(process), ...more } }, actor)).startRun;

export const canStart = async (on: Server, process: string, group?: string): Promise<Omit<Start, 'fencingToken'>> =>
  (
    await call(on, `query ($process: ProcessRef!, $group: RunGroupRef) { canStart(process: $process, group: $group) { ${checkFields} } }`, {
      process: { name: process },
      group: group === undefined ? null : { key: group },
    })
  ).canStart;

export interface Reported {
  changed: boolean;
  run: Run;
}

/** Calls one of the mutations that change a run and answer it. */
const change =
  (mutation: string, type: string) =>
  async (on: Server, input: object, actor = 'tester'): Promise<Reported> =>
    (await call(on, `mutation ($input: ${type}!) { ${mutation}(input: $input) { changed run { ${runFields} } } }`, { input }, actor))[
      mutation
    ];

type RunRef = number | { databaseId: number } | { process: string; number: number };
const ref = (run: RunRef) => (typeof run === 'number' ? { databaseId: run } : 'databaseId' in run ? { databaseId: run.databaseId } : run);
const ofRun =
  (mutation: string, type: string) =>
  (on: Server, run: RunRef, input: object = {}, actor?: string): Promise<Reported> =>
    change(mutation, type)(on, { run: ref(run), ...input }, actor);

export const report = ofRun('reportRun', 'ReportRunInput');
export const raiseRunError = ofRun('raiseRunError', 'RaiseRunErrorInput');
export const reopen = ofRun('reopenRun', 'ReopenRunInput');
export const cancel = ofRun('cancelRun', 'CancelRunInput');
export const abandon = ofRun('abandonRun', 'AbandonRunInput');
export const hold = change('holdProcess', 'HoldProcessInput');
export const release = change('releaseProcess', 'ReleaseProcessInput');

/** Ends a run with a status, by the token of its start. */
export const end = (on: Server, { run, fencingToken }: Pick<Start, 'run' | 'fencingToken'>, status = 'completed', more: object = {}) =>
  report(on, run, { status, ...(fencingToken ? { fencingToken } : {}), ...more });

/** Starts a run, which must succeed, and ends it. */
export async function runOnce(on: Server, process: string | object, status = 'completed', more: object = {}): Promise<Start> {
  const started = await start(on, process, more);
  if (started.outcome !== 'STARTED') throw new Error(`It did not start: ${JSON.stringify(started)}`);
  await end(on, started, status);
  return started;
}

export const fetchRun = async (on: Server, databaseId: number): Promise<Run> =>
  (await call(on, `query ($id: Int) { run(databaseId: $id) { ${runFields} } }`, { id: databaseId })).run;

/** A process that is known: what its first start says beside the name. */
export const known = { type: 'Load', tool: 'Airflow' };

/** What ProcessTracker's Python client sends to start a run, in one transaction: it takes the last run's flag away and inserts the next. */
export async function startLikePython(
  api: Api,
  process: string,
  startedAt = '2026-01-01 12:00:00',
  status = 'running',
  beforeCommit?: () => Promise<unknown>,
): Promise<number> {
  const client = await api.db.pool.connect();
  try {
    await client.query('begin');
    await client.query(
      `update process_tracking set is_latest_run = false where is_latest_run and process_id = (select process_id from process where process_name = $1)`,
      [process],
    );
    const { rows } = await client.query(
      `insert into process_tracking (process_id, process_status_id, process_run_id, process_run_start_date_time, process_run_actor_id, is_latest_run)
       select p.process_id, (select process_status_id from process_status_lkup where process_status_name = $3),
         coalesce((select max(process_run_id) from process_tracking r where r.process_id = p.process_id), 0) + 1, $2::timestamp,
         (select min(actor_id) from actor_lkup), true from process p where p.process_name = $1 returning process_tracking_id as id`,
      [process, startedAt, status],
    );
    await beforeCommit?.();
    await client.query('commit');
    return rows[0].id;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

/** How many rows each table of the store has, tables without rows left out. */
export async function rowCounts(api: Api): Promise<Record<string, number>> {
  const [row] = await api.sql<{ counts: Record<string, number> }>(
    `select jsonb_object_agg(n.name, n.rows) filter (where n.rows > 0) as counts from (
       select c.relname as name, (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from process_tracker.%I', c.relname), false, true, '')))[1]::text::int as rows
       from pg_class c where c.relnamespace = 'process_tracker'::regnamespace and c.relkind in ('r', 'p')) n`,
  );
  return row!.counts;
}

/** All rows of the store, as one number: any change of any row changes it. */
export async function digest(api: Api): Promise<string> {
  const tables = await api.sql<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = 'process_tracker'::regnamespace and c.relkind in ('r', 'p') order by 1`,
  );
  const [row] = await api.sql<{ digest: string }>(
    `select md5(string_agg(rows, '' order by rows)) as digest from (${tables
      .map(
        ({ name }) =>
          `select '${name}' || coalesce(md5(string_agg(t::text, ',' order by t::text)), '') as rows from process_tracker."${name}" t`,
      )
      .join(' union all ')}) d`,
  );
  return row!.digest;
}

export interface RunEvent {
  field: string;
  from: string | null;
  to: string | null;
  actor: string | null;
  origin: string;
  reason: string | null;
}

/** What the history says of a run, in order. */
export const eventsOf = (api: Api, databaseId: number): Promise<RunEvent[]> =>
  api.sql(
    `select field, from_value as "from", to_value as "to", actor, origin, reason from status_event
     where subject_kind = 'Run' and subject_id = $1 order by event_id`,
    [databaseId],
  );

/** Its moves alone, short: `null → running`. */
export const movesOf = async (api: Api, databaseId: number): Promise<string[]> =>
  (await eventsOf(api, databaseId)).filter(({ field }) => field === 'status').map(({ from, to }) => `${from} → ${to}`);

/** The error with which `work` fails, as its code and details. */
export async function failure(work: Promise<unknown>): Promise<Record<string, any> & { code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    const { code, message, details, constraint } = error as { code: string; message: string; details?: object; constraint?: string };
    return { code, message, ...details, ...(constraint ? { constraint } : {}) };
  }
  throw new Error('It should have failed.');
}

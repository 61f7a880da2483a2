import type { Api } from './api.js';
import { call, type Server } from './run-calls.js';

const fileFields = `id databaseId fileName status { name } state owner fencingToken leaseUntil leaseSeconds heartbeatAt claimedAt attempt nextAttemptAt rowVersion
  writeRecordCount loadRecordCount writeLowWatermark writeHighWatermark loadLowWatermark loadHighWatermark claimRun { databaseId } currentVersion { version hash status { name } finishedAt rowsRead rowsWritten rowsRejected outputHash targetObject { name } }`;

export interface File {
  id: string;
  databaseId: number;
  fileName: string;
  status: { name: string };
  state: string | null;
  owner: string | null;
  fencingToken: string | null;
  leaseUntil: string | null;
  heartbeatAt: string | null;
  attempt: number;
  nextAttemptAt: string | null;
  rowVersion: number;
  loadRecordCount: string | null;
  currentVersion: Record<string, any> | null;
  [field: string]: unknown;
}
export interface Claim {
  outcome: string;
  created: boolean;
  fencingToken: string | null;
  attempt: number;
  owner: string | null;
  leaseUntil: string | null;
  notBefore: string | null;
  finishedAt: string | null;
  file: File;
  blockers: { status: string; file: { databaseId: number; fileName: string } }[];
  currentVersion: { version: string | null } | null;
}
export interface Wrong {
  code: string;
  message: string;
  argument: string | null;
  value: unknown;
  allowed: unknown;
}
export type Ref = { databaseId: number } | { path: string; fileName: string } | { location: string; fileName: string };

const claimFields = `outcome created fencingToken attempt owner leaseUntil notBefore finishedAt file { ${fileFields} }
  blockers { status file { databaseId fileName } } currentVersion { version }`;
const blockers = 'blockers { status file { databaseId fileName } }';
const wrong = 'error { code message argument value allowed }';

/** One field of a mutation that takes an `input`, as `actor`. */
async function send<T>(on: Server, field: string, type: string, selection: string, input: object, actor?: string): Promise<T> {
  return (await call(on, `mutation ($input: ${type}!) { ${field}(input: $input) { ${selection} } }`, { input }, actor))[field] as T;
}

export const claim = (on: Server, file: Ref, more: object = {}) =>
  send<Claim>(on, 'claimFile', 'ClaimFileInput', claimFields, { file, owner: 'worker', ...more });
export const claimMany = async (on: Server, claims: object[]) =>
  (
    await send<{ results: { claim: Claim | null; error: Wrong | null }[] }>(
      on,
      'claimFiles',
      'ClaimFilesInput',
      `results { claim { outcome created fencingToken attempt owner file { databaseId fileName } blockers { status } } ${wrong} }`,
      { claims },
    )
  ).results;
export const report = (on: Server, file: Ref, said: object, actor?: string) =>
  send<{ file: File; changed: boolean }>(on, 'reportFile', 'ReportFileInput', `changed file { ${fileFields} }`, { file, ...said }, actor);
export const reportMany = async (on: Server, reports: object[]) =>
  (
    await send<{
      results: {
        file: { databaseId: number; status: { name: string } } | null;
        changed: boolean;
        error: Wrong | null;
        blockers: Claim['blockers'];
      }[];
    }>(on, 'reportFiles', 'ReportFilesInput', `results { changed file { databaseId status { name } } ${wrong} ${blockers} }`, {
      reports,
    })
  ).results;

type Held = { outcome: string; file: File };
const held =
  (field: string, type: string) =>
  (on: Server, file: Ref, fencingToken: string | null, more: object = {}) =>
    send<Held>(on, field, type, `outcome file { ${fileFields} }`, { file, fencingToken, ...more });
export const heartbeat = held('heartbeatFile', 'HeartbeatFileInput');
export const finish = held('finishFile', 'FinishFileInput');
export const fail = held('failFile', 'FailFileInput');
export const release = held('releaseFile', 'ReleaseFileInput');

const byPerson =
  (field: string) =>
  (on: Server, file: Ref, reason: string, more: object = {}, actor = 'operator') =>
    send<{ file: File; changed: boolean }>(
      on,
      field,
      `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`,
      `changed file { ${fileFields} }`,
      { file, reason, ...more },
      actor,
    );
export const retry = byPerson('retryFile');
export const skip = byPerson('skipFile');
export const reprocess = byPerson('reprocessFile');

export const fetchFile = async (on: Server, databaseId: number): Promise<File> =>
  (await call(on, `query ($id: Int) { file(databaseId: $id) { ${fileFields} } }`, { id: databaseId })).file as File;

/** The changes of status of a file, oldest first: from, to, who, by what way, why. */
export const movesOf = (api: Api, id: number) =>
  api.sql<{ from: string | null; to: string; actor: string | null; origin: string; reason: string | null }>(
    `select from_value as from, to_value as to, actor, origin, reason from status_event where subject_kind = 'File' and subject_id = $1 and field = 'status' order by event_id`,
    [id],
  );

/** Inserts files into `/data/<location>` by plain SQL; answers their numbers in the order of their names. */
export async function insertFiles(api: Api, location: string, names: readonly string[], status = 'ready'): Promise<number[]> {
  await api.sql(
    `insert into location_type_lkup (location_type_name) select 'local filesystem' where not exists (select from location_type_lkup)`,
  );
  await api.sql(
    `insert into location_lkup (location_name, location_path, location_type_id) select $1, '/data/' || $1, (select min(location_type_id) from location_type_lkup)
     where not exists (select from location_lkup where location_name = $1)`,
    [location],
  );
  await api.sql(
    'insert into extract_status_lkup (extract_status_name) select $1 where not exists (select from extract_status_lkup where extract_status_name = $1)',
    [status],
  );
  const rows = await api.sql<{ id: number }>(
    `insert into extract_tracking (extract_filename, extract_location_id, extract_status_id, extract_registration_date_time)
     select n, l.location_id, s.extract_status_id, now()::timestamp from unnest($2::text[]) with ordinality f(n, i), location_lkup l, extract_status_lkup s
     where l.location_name = $1 and s.extract_status_name = $3 order by i returning extract_id as id`,
    [location, names, status],
  );
  return rows.map(({ id }) => id);
}

/** Makes the second file of each pair wait for the first. */
export const addDependencies = (api: Api, pairs: readonly (readonly [number, number])[]) =>
  api.sql('insert into extract_dependency (parent_extract_id, child_extract_id) select p, c from unnest($1::int[], $2::int[]) d(p, c)', [
    pairs.map(([parent]) => parent),
    pairs.map(([, child]) => child),
  ]);

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** A file of functions, triggers or views: run again, in this order, whenever the text of one of them is another than the store's. */
interface SqlFile {
  file: string;
  /** Reads go through it: a store that must not be changed gets it in `pg_temp`. */
  readOnly?: true;
}

const files: SqlFile[] = [
  { file: 'platform/waybill-now.sql', readOnly: true },
  { file: 'platform/mask-address.sql', readOnly: true },
  { file: 'platform/links.sql' },
  { file: 'platform/fill-template.sql' },
  { file: 'platform/refuse-retired.sql' },
  { file: 'platform/refuse-blank-names.sql' },
  { file: 'actor/actor-number.sql' },
  { file: 'actor/begin-write.sql' },
  { file: 'history/stamp-rows.sql' },
  { file: 'history/record-changes.sql' },
  { file: 'history/record-links.sql' },
  { file: 'actor/history.sql' },
  { file: 'contact/history.sql' },
  { file: 'location/history.sql' },
  { file: 'dataset-type/history.sql' },
  { file: 'source/history.sql' },
  { file: 'source/type-origin.sql' },
  { file: 'process/registration/registration-types.sql' },
  { file: 'process/history.sql' },
  { file: 'cluster/history.sql' },
  { file: 'run/history.sql' },
  { file: 'file/history.sql' },
  { file: 'process/links/complete-coarser-links.sql' },
  { file: 'process/dependencies/add-dependencies.sql' },
  { file: 'process/dependencies/walk-dependencies.sql', readOnly: true },
  { file: 'process/filters/put-process-filters.sql' },
  { file: 'process/registration/unlink-left-out.sql' },
  { file: 'process/links/unlink-process.sql' },
  { file: 'catalogue/refuse-retired.sql' },
  { file: 'catalogue/spread-dataset-types.sql' },
  { file: 'process/registration/resolve-aliases.sql' },
  { file: 'process/registration/put-rows.sql' },
  { file: 'process/registration/link-rows.sql' },
  { file: 'process/registration/register-processes.sql' },
  { file: 'file/fill-statuses.sql' },
  { file: 'lineage/walk-lineage.sql', readOnly: true },
  { file: 'run/run-state.sql', readOnly: true },
  { file: 'run/latest-runs.sql', readOnly: true },
  { file: 'run/groups/run-group-state.sql', readOnly: true },
  { file: 'run/report/keep-instants.sql' },
  { file: 'run/report/keep-latest.sql' },
  { file: 'run/report/keep-releases.sql' },
  { file: 'run/diagnosis/due.sql', readOnly: true },
  { file: 'run/diagnosis/keep-due.sql' },
  { file: 'lifecycle/make-lifecycle.sql' },
  { file: 'run/report/move-runs.sql' },
  { file: 'run/report/report-runs.sql' },
  { file: 'run/report/abandon-runs.sql' },
  { file: 'run/groups/skip-descendants.sql' },
  { file: 'run/groups/put-run-group.sql' },
  { file: 'run/start/judge-start.sql', readOnly: true },
  { file: 'run/start/start-run.sql' },
  { file: 'run/start/hold-process.sql' },
  { file: 'run/record/record-runs.sql' },
  { file: 'location/canonical-path.sql', readOnly: true },
  { file: 'location/keep-canonical-path.sql' },
  { file: 'location/put-location.sql' },
  { file: 'file/register/keep-registration.sql' },
  { file: 'file/report/move-files.sql' },
  { file: 'file/dependencies/file-blockers.sql' },
  { file: 'file/report/report-files.sql' },
  { file: 'file/register/find-known-files.sql', readOnly: true },
  { file: 'file/register/lock-new-files.sql' },
  { file: 'file/register/inherit-sources.sql' },
  { file: 'file/register/register-files.sql' },
  { file: 'file/find-files.sql', readOnly: true },
  { file: 'file/spread-to-files.sql' },
  { file: 'file/dependencies/file-dependencies.sql' },
  { file: 'file/claim/lost-leases.sql' },
  { file: 'file/claim/claim-files.sql' },
];

const read = async (list: SqlFile[]) =>
  Promise.all(list.map(async ({ file }) => ({ file, sql: await readFile(new URL(`../../../src/${file}`, import.meta.url), 'utf8') })));

export interface Functions {
  files: { file: string; sql: string }[];
  /** Of all texts: the store remembers it as the setting `functions`. */
  hash: string;
}

export async function readFunctions(): Promise<Functions> {
  const texts = await read(files);
  return { files: texts, hash: createHash('sha256').update(JSON.stringify(texts)).digest('hex') };
}

/** The functions that reads need, made for one connection alone: nothing is written to the store. Called as `pg_temp.<name>`. */
export async function readOnlyFunctions(): Promise<string> {
  const texts = await read(files.filter(({ readOnly }) => readOnly));
  return texts
    .map(({ sql }) =>
      sql
        .replaceAll('search_path = process_tracker, pg_temp', 'search_path = pg_temp, process_tracker')
        .replaceAll('process_tracker.', 'pg_temp.'),
    )
    .join('\n');
}

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
  { file: 'platform/fill-template.sql' },
  { file: 'history/begin-write.sql' },
  { file: 'history/stamp-rows.sql' },
  { file: 'history/record-things.sql' },
  { file: 'history/record-links.sql' },
  { file: 'process/complete-coarser-links.sql' },
  { file: 'process/add-dependencies.sql' },
  { file: 'process/walk-dependencies.sql', readOnly: true },
  { file: 'process/put-process-filters.sql' },
  { file: 'process/unlink-left-out.sql' },
  { file: 'process/unlink-process.sql' },
  { file: 'process/refuse-retired.sql' },
  { file: 'process/spread-dataset-types.sql' },
  { file: 'process/resolve-aliases.sql' },
  { file: 'process/register-processes.sql' },
  { file: 'extract/fill-statuses.sql' },
  { file: 'lineage/walk-lineage.sql', readOnly: true },
  { file: 'run/run-state.sql', readOnly: true },
  { file: 'run/keep-instants.sql' },
  { file: 'run/keep-latest.sql' },
  { file: 'run/keep-releases.sql' },
  { file: 'run/due.sql', readOnly: true },
  { file: 'run/keep-due.sql' },
  { file: 'history/lifecycle.sql' },
  { file: 'run/move-runs.sql' },
  { file: 'run/report-runs.sql' },
  { file: 'run/judge-start.sql', readOnly: true },
  { file: 'run/start-run.sql' },
  { file: 'location/canonical-path.sql', readOnly: true },
  { file: 'location/keep-canonical-path.sql' },
  { file: 'location/put-location.sql' },
  { file: 'extract/keep-registration.sql' },
  { file: 'extract/move-extracts.sql' },
  { file: 'extract/report-extracts.sql' },
  { file: 'extract/find-files.sql', readOnly: true },
  { file: 'extract/register-extracts.sql' },
  { file: 'extract/find-extracts.sql', readOnly: true },
  { file: 'extract/spread-to-extracts.sql' },
  { file: 'extract/extract-dependencies.sql' },
  { file: 'extract/claim-extracts.sql' },
];

const read = async (list: SqlFile[]) =>
  Promise.all(list.map(async ({ file }) => ({ file, sql: await readFile(new URL(`../../src/${file}`, import.meta.url), 'utf8') })));

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

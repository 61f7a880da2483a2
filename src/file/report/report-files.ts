import { inEach, numbersOf, resolveRefs } from '../../platform/read/references.js';
import type { Queries, Tx } from '../../platform/database.js';
import { DomainError } from '../../platform/errors.js';
import { checkCounts, checkCreates, checkInstants, checkToken } from '../../platform/checks.js';
import { keptLinks } from '../../platform/entity/links.js';
import { onlyReport, writeReports, type ReportItem, type Reported } from '../../platform/write/reports.js';
import { runRefs } from '../../run/run-refs.js';
import type { RunRef } from '../../run/run-ref.input.js';
import type { FileRef } from '../file-ref.input.js';
import { fileRefs } from '../file-refs.js';
import { cleanMessage } from '../../platform/mask-secrets.js';
import { inOrder } from '../../platform/turns.js';
import type { FileErrorInput, ReportFileInput } from './report-file.input.js';
import { statusAliases } from '../status-aliases.js';
import { textAt } from '../../platform/text-at.js';

/** An error as it is kept. */
export const keptError = async ({ message, ...error }: FileErrorInput) => ({
  ...error,
  message: typeof message === 'string' ? await cleanMessage(message) : null,
});

/** The report as an item of report-files.sql. @throws INVALID for an error that does not depend on the store */
export async function itemOf(report: ReportFileInput): Promise<ReportItem> {
  const { file: _file, run: _run, status: to, fencingToken: token, rowVersion: version, errors, ...rest } = report;
  const { writeRecordCount, loadRecordCount, writeLowWatermark, writeHighWatermark, loadLowWatermark, loadHighWatermark } = rest;
  checkCreates(report.createStatus, to, 'createStatus', 'status');
  errors?.forEach(({ createType, type }, i) => checkCreates(createType, type, `errors.${i}.createType`, `errors.${i}.type`));
  checkCounts({ writeRecordCount, loadRecordCount });
  checkInstants({ writeLowWatermark, writeHighWatermark, loadLowWatermark, loadHighWatermark });
  checkToken(token);
  // A report with the token is also a heartbeat, and its failure is one as by failFile.
  const retryable = !!token && (errors ?? []).every((error) => error.retryable);
  return {
    ...rest,
    to,
    token,
    version,
    heartbeat: !!token,
    retryable,
    links: keptLinks(report.links, 'links'),
    errors: errors?.length ? await inOrder(errors, keptError) : undefined,
  };
}

/** The numbers of the runs that are named, or the error of each; undefined where none is. */
export async function runsOf(
  db: Queries,
  refs: readonly (RunRef | null | undefined)[],
  argument = 'run',
): Promise<(number | DomainError | undefined)[]> {
  const asked = refs.flatMap((ref) => ref ?? []);
  if (!asked.length) return refs.map(() => undefined);
  const found = numbersOf(await resolveRefs(db, runRefs, asked, { at: inEach(argument) })).values();
  return refs.map((ref) => (ref ? found.next().value : undefined));
}

/** Items with the statuses that their aliases stand for. */
async function withoutAliases(db: Queries, items: readonly (ReportItem | DomainError)[]): Promise<readonly (ReportItem | DomainError)[]> {
  const aliasOf = (item: ReportItem | DomainError) => (item instanceof DomainError ? undefined : statusAliases[textAt(item, 'to') ?? '']);
  if (!items.some(aliasOf)) return items;
  const rows = await db.query<{ name: string }>(
    'select extract_status_name as name from extract_status_lkup where extract_status_name = any($1)',
    [Object.keys(statusAliases)],
  );
  const own = new Set(rows.map(({ name }) => name));
  return items.map((item) => {
    if (item instanceof DomainError) return item;
    const to = aliasOf(item);
    return to && !own.has(textAt(item, 'to') ?? '') ? { ...item, to, createStatus: false } : item;
  });
}

/** Writes items of files, each on its own, in a number of statements that does not grow with theirs. Arguments in errors are named within the item. */
export async function reportFiles(
  tx: Tx,
  files: readonly FileRef[],
  items: readonly (ReportItem | DomainError)[],
  runs: readonly (RunRef | null | undefined)[] = [],
): Promise<Reported[]> {
  const ids = numbersOf(await resolveRefs(tx, fileRefs, files, { at: inEach('file') }));
  const found = await runsOf(tx, runs);
  const known = items.map((item, i) => {
    const run = found[i];
    return item instanceof DomainError || run === undefined ? item : run instanceof DomainError ? run : { ...item, run };
  });
  return writeReports(
    tx,
    `select i, verdict
     from process_tracker.report_extracts($1::jsonb, 'command')`,
    ids,
    await withoutAliases(tx, known),
  );
}

/** Writes one item. @throws its error, with arguments below `input`, as the mutation calls them */
export const reportFile = async (
  tx: Tx,
  file: FileRef,
  item: ReportItem,
  { run, names }: { run?: RunRef | null | undefined; names?: Readonly<Record<string, string>> } = {},
): Promise<{ id: number; changed: boolean }> => onlyReport(await reportFiles(tx, [file], [item], [run]), names);

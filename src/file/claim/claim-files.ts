import { inEach, resolveRefs } from '../../platform/read/references.js';
import { checkCounts, checkInstants } from '../../platform/checks.js';
import type { Tx } from '../../platform/database.js';
import { DomainError, invalid, attempt, orError } from '../../platform/errors.js';
import { writeItems, type ReportItem } from '../../platform/write/reports.js';
import { runSettings } from '../../process/run-settings.js';
import type { ClaimFileInput } from './claim-file.input.js';
import { checkHash } from '../content-hash.js';
import { fileRefs } from '../file-refs.js';
import { checkFileName, registerFiles } from '../register/register-files.js';
import { runsOf } from '../report/report-files.js';

export enum ClaimOutcome {
  CLAIMED = 'CLAIMED',
  ALREADY_DONE = 'ALREADY_DONE',
  BUSY = 'BUSY',
  FAILED_PERMANENT = 'FAILED_PERMANENT',
  RETRY_LATER = 'RETRY_LATER',
  SUPERSEDED = 'SUPERSEDED',
  BLOCKED = 'BLOCKED',
}

/** The answer of claim-files.sql to one claim, and the hash that was claimed. */
export interface Claim {
  /** Number of the file. */
  id: number;
  outcome: ClaimOutcome;
  created: boolean;
  token?: string;
  attempt: number;
  owner?: string;
  leaseUntil?: string;
  notBefore?: string;
  finishedAt?: string;
  /** Number of the version that the file has now. */
  version?: number;
  blockers?: { id: number; status: string }[];
  hash: ClaimFileInput['hash'];
}

const maxBytes = 1000;

/** The claim as an item of claim-files.sql, without its file. @throws INVALID for an error that does not depend on the store */
function itemOf(claim: ClaimFileInput): ReportItem {
  const { file, version, hash, sizeBytes, modifiedAt, owner, leaseSeconds, claimKey } = claim;
  const named = file.fileName ? attempt(() => checkFileName(file.fileName!)) : undefined;
  if (named instanceof DomainError) throw within(named);
  checkCounts({ sizeBytes });
  checkInstants({ modifiedAt });
  runSettings.leaseSeconds.check(leaseSeconds, 'leaseSeconds');
  // They are in one index together.
  for (const [argument, value] of Object.entries({ version, 'hash.algorithm': hash?.algorithm, 'hash.value': hash?.value }))
    if (value && Buffer.byteLength(value) > maxBytes)
      throw invalid(`${argument} may have at most ${maxBytes} bytes.`, { argument, value: value.slice(0, 60), allowed: { maxBytes } });
  if (hash) checkHash(hash.algorithm, hash.value, { algorithm: 'hash.algorithm', value: 'hash.value' });
  return { version, hash: hash?.value, hashAlgorithm: hash?.algorithm, sizeBytes, modifiedAt, owner, leaseSeconds, claimKey };
}

/** The file of each claim, which is registered if missing; or the error. New files are registered together, by location and run. */
async function filesOf(tx: Tx, claims: readonly ClaimFileInput[]): Promise<({ id: number; created: boolean } | DomainError)[]> {
  const refs = claims.map(({ file }) => file);
  const found = await resolveRefs(tx, fileRefs, refs, { at: inEach('file') });
  const files: ({ id: number; created: boolean } | DomainError)[] = found.map((row) =>
    row instanceof DomainError ? row : { id: row.id, created: false },
  );
  const unknown = new Map<string, number[]>();
  for (const [i, known] of found.entries()) {
    const { file, run } = claims[i]!;
    if (!(known instanceof DomainError) || known.code !== 'NOT_FOUND') continue;
    if (known.details.argument === 'file.location' || !file.fileName) continue;
    const key = JSON.stringify([file.location, file.path, run]);
    unknown.set(key, [...(unknown.get(key) ?? []), i]);
  }
  // Always in the same order: calls that meet in several locations wait for each other, not in a circle.
  for (const [, places] of [...unknown].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { file, run } = claims[places[0]!]!;
    const location = file.path ? { path: file.path } : { name: file.location! };
    const made = await registerFiles(tx, {
      location,
      run,
      files: places.map((i) => ({ fileName: claims[i]!.file.fileName!, status: 'ready', createStatus: false, createCompression: false })),
    }).catch(orError);
    for (const [n, i] of places.entries()) {
      if (made instanceof DomainError) files[i] = within(made);
      else {
        const { id, created, error } = made.results[n]!;
        files[i] = error ? within(error) : { id: id!, created };
      }
    }
  }
  return files;
}

/** An error of the registration, with its argument as the claim calls it. */
const within = ({ code, message, details }: DomainError): DomainError => {
  // A claim calls the name of the location `location`, and has a number for the file alone.
  const below = details.argument?.replace(/^input\.location\.name$/, 'location').replace(/^input(\.location)?(\.|$)/, '');
  return new DomainError(code, message, { ...details, argument: below ? `file.${below}` : 'file' });
};

/**
 * Claims files, each on its own: an invalid claim answers its error, the valid ones are committed. A number of statements that does not grow with
 * theirs, apart from locations with new files, and further claims of one file. Arguments in errors are named within the claim.
 */
export async function claimFiles(tx: Tx, claims: readonly ClaimFileInput[]): Promise<(Claim | DomainError)[]> {
  const items = claims.map((claim) => attempt(() => itemOf(claim)));
  const runs = await runsOf(
    tx,
    claims.map(({ run }) => run),
  );
  const answers = items.map((item, i): Claim | DomainError | undefined =>
    item instanceof DomainError ? item : runs[i] instanceof DomainError ? runs[i] : undefined,
  );
  // A refused claim creates no file.
  const asked = claims.flatMap((_, i) => (answers[i] ? [] : [i]));
  const files = await filesOf(
    tx,
    asked.map((i) => claims[i]!),
  );
  const found = new Map<number, { id: number; created: boolean }>();
  for (const [n, i] of asked.entries()) {
    const file = files[n]!;
    if (file instanceof DomainError) answers[i] = file;
    else found.set(i, file);
  }
  await writeItems(
    claims.map((_, i) => found.get(i)?.id),
    items.map((item, i) => (item instanceof DomainError ? item : { ...item, run: runs[i] })),
    (json) =>
      tx.query<{ i: number; id: number; answer: Omit<Claim, 'id' | 'hash' | 'created'> }>(
        'select i, id, answer from process_tracker.claim_extracts($1::jsonb)',
        [json],
      ),
    (i, { id, answer }) => (answers[i] = { ...answer, id, hash: claims[i]!.hash, created: found.get(i)!.created }),
  );
  return answers.map((answer) => answer!);
}

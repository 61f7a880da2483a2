import { below, missingOr, resolveRef } from '../../platform/read/references.js';
import { fileLocation } from '../../location/find-location.js';
import { checkPathText } from '../../location/location-path.js';
import type { FileLocationInput } from '../../location/location-ref.input.js';
import type { Tx } from '../../platform/database.js';
import { DomainError, invalid, type ErrorCode, type ErrorDetails, attempt } from '../../platform/errors.js';
import { checkCreates, checkInstant, given } from '../../platform/checks.js';
import { said, type ReportItem } from '../../platform/write/reports.js';
import { retiredAt } from '../../platform/write/retired-argument.js';
import { runRefs } from '../../run/run-refs.js';
import type { RunRef } from '../../run/run-ref.input.js';
import { checkHash } from '../content-hash.js';
import { fileSize, sizeInBytes } from './file-size.js';
import { guessFile, type FileGuess } from './file-type.js';
import type { RegisterFileInput } from './register-files.input.js';

/** Result of one file: its number, or its error; neither for a name that was skipped. */
export interface Registered {
  id: number | null;
  /** Whether this registration created it. */
  created: boolean;
  error: DomainError | null;
  /** Why it was skipped. */
  warning?: string | null;
}

export interface Registration {
  location: FileLocationInput;
  run?: RunRef | null | undefined;
  files: readonly RegisterFileInput[];
  /** How many files the location has, where that is reported. */
  fileCount?: number | undefined;
}

const maxTextBytes = 1000;

/** @throws INVALID for a name that no file may have */
export function checkFileName(fileName: string): void {
  checkPathText(fileName, 'fileName');
  if (fileName.split(/[\\/]/).includes('..'))
    throw invalid(`\`fileName\` must not contain \`..\` between slashes: ${JSON.stringify(fileName)}.`, {
      argument: 'fileName',
      value: fileName,
      allowed: 'a name without `..` between its slashes',
    });
}

/** @throws INVALID for text that is empty, too long or not printable */
function checkText(value: string | null | undefined, argument: string, maxBytes = maxTextBytes): void {
  if (!given(value)) return;
  const bytes = Buffer.byteLength(value);
  if (!value.trim() || bytes > maxBytes || /\p{Cc}/u.test(value) || !value.isWellFormed())
    throw invalid(`${argument} must be 1 to ${maxBytes} bytes of text without control characters.`, {
      argument,
      value: value.slice(0, 60),
      allowed: { minBytes: 1, maxBytes },
    });
}

/** A file as register-files.sql takes it, and the guesses by its name. @throws INVALID for an error that does not depend on the store */
function itemOf(file: RegisterFileInput): { item: Record<string, unknown>; guess: FileGuess } {
  const {
    fileName,
    status,
    createStatus,
    compression,
    createCompression,
    fileType,
    size,
    sizeBytes,
    version,
    hashAlgorithm,
    hash,
    modifiedAt,
  } = file;
  checkFileName(fileName);
  for (const [argument, value] of Object.entries({ status, compression, fileType, version, hashAlgorithm, hash }))
    checkText(value, argument);
  checkCreates(createCompression, compression, 'createCompression', 'compression');
  if (given(size) && given(sizeBytes))
    throw invalid('`size` and `sizeBytes` exclude each other.', { argument: 'sizeBytes', value: sizeBytes, allowed: 'size or sizeBytes' });
  if (given(hash) !== given(hashAlgorithm))
    throw invalid('`hash` and `hashAlgorithm` are only valid together.', {
      argument: given(hash) ? 'hashAlgorithm' : 'hash',
      value: null,
      allowed: 'both, or neither',
    });
  if (given(hash)) checkHash(hashAlgorithm!, hash, { algorithm: 'hashAlgorithm', value: 'hash' });
  if (given(modifiedAt)) {
    checkInstant(modifiedAt, 'modifiedAt');
    if (!given(version) && !given(hash))
      throw invalid('`modifiedAt` needs `version` or `hash`.', {
        argument: 'modifiedAt',
        value: modifiedAt,
        allowed: 'together with version or hash',
      });
  }
  const measured = given(size) ? fileSize(size, 'size') : given(sizeBytes) ? sizeInBytes(sizeBytes, 'sizeBytes') : {};
  const all = {
    fileName,
    status,
    createStatus,
    compression,
    createCompression,
    fileType,
    version,
    hashAlgorithm,
    hash,
    modifiedAt,
    ...measured,
  };
  return {
    item: said(all),
    guess: guessFile(fileName),
  };
}

/** Facts that the first item of a file decides. */
const lookups: ReadonlySet<string> = new Set(['status', 'createStatus', 'createCompression']);

/** INVALID where an item has another value of a fact than an earlier one of the same file. */
function contradicts(earlier: ReportItem | undefined, item: ReportItem): DomainError | undefined {
  const fact = Object.keys(item).find((name) => !lookups.has(name) && given(earlier?.[name]) && earlier[name] !== item[name]);
  return fact === undefined
    ? undefined
    : invalid(`The request has two values of \`${fact}\` for one file name.`, {
        argument: fact,
        value: item[fact],
        allowed: earlier![fact],
      });
}

/** The number of a run. @throws INVALID or NOT_FOUND */
const runOf = async (tx: Tx, run: RunRef): Promise<number> =>
  (await resolveRef(tx, runRefs, run, { at: below('input.run'), unchecked: true })).id;

type AnsweredError = { code: ErrorCode; message: string } & ErrorDetails;
const answered = ({ code, message, ...details }: AnsweredError) => new DomainError(code, message, details);

interface Answer {
  i: number;
  id: number | null;
  created: boolean;
  error: AnsweredError | null;
}

/**
 * Registers files of a location, each on its own, in a fixed number of statements. An existing file is not changed but linked to the run; a
 * deleted one is registered again.
 * @throws INVALID, NOT_FOUND or CONFLICT for the location and the run
 */
export async function registerFiles(tx: Tx, registration: Registration): Promise<{ locationId: number; results: Registered[] }> {
  const { location, run, files, fileCount } = registration;
  const runId = run ? await runOf(tx, run) : undefined;
  const locationId = await fileLocation(tx, location, 'input.location');
  const way = (['id', 'databaseId', 'path', 'name'] as const).find((each) => given(location[each]))!;
  const results: Registered[] = files.map(() => ({ id: null, created: false, error: null }));
  const sent: { i: number; item: Record<string, unknown> }[] = [];
  const byName = new Map<string, ReportItem>();
  const guesses = new Map<string, { place: number; guess: FileGuess }>();
  for (const [i, file] of files.entries()) {
    const known = attempt(() => itemOf(file));
    if (known instanceof DomainError) {
      results[i]!.error = known;
      continue;
    }
    const { item, guess } = known;
    const contradiction = contradicts(byName.get(file.fileName), item);
    if (contradiction) {
      results[i]!.error = contradiction;
      continue;
    }
    byName.set(file.fileName, { ...item, ...byName.get(file.fileName) });
    const key = guess.fileTypes.join('.');
    if (!guesses.has(key)) guesses.set(key, { place: guesses.size + 1, guess });
    sent.push({ i, item: { ...item, guess: guesses.get(key)!.place } });
  }
  const sql = 'select i, id, created, error from process_tracker.register_extracts($1::jsonb)';
  const rows = await tx
    .query<Answer>(sql, [
      JSON.stringify({
        location: locationId,
        ...(runId === undefined ? {} : { run: runId }),
        ...(fileCount === undefined ? {} : { fileCount }),
        files: sent.map(({ item }) => item),
        guesses: [...guesses.values()].map(({ guess }) => guess),
      }),
    ])
    .catch(missingOr(runRefs, run, below('input.run')));
  for (const { i, id, created, error } of rows) {
    if (error?.retiredAt) throw retiredAt(answered(error), `input.location.${way}`, location[way]);
    const result = results[sent[i - 1]!.i]!;
    Object.assign(result, { id, created });
    if (error) result.error = answered(error);
  }
  return { locationId, results };
}

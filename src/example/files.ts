import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { ExampleError, type Ask } from './ask.js';
import { datasets, files } from './datasets.js';
import type { Process } from './process.js';
import { fileOf, fileRefOf, locationOf } from './tables.js';

const registerLocation = `mutation ($input: RegisterLocationFilesInput!) {
  registerLocationFiles(input: $input) { created }
}`;

const register = `mutation ($input: RegisterFilesInput!) {
  registerFiles(input: $input) { results { file { id status { name } } error { message } } }
}`;

const report = `mutation ($input: ReportFileInput!) {
  reportFile(input: $input) { changed }
}`;

const claim = `mutation ($input: ClaimFilesInput!) {
  claimFiles(input: $input) {
    results {
      claim { outcome owner fencingToken file { id fencingToken } }
      error { message }
    }
  }
}`;

const finish = `mutation ($input: FinishFileInput!) {
  finishFile(input: $input) { outcome }
}`;

const release = `mutation ($input: ReleaseFileInput!) {
  releaseFile(input: $input) { outcome }
}`;

const fail = `mutation ($input: FailFileInput!) {
  failFile(input: $input) { outcome }
}`;

interface Output {
  id: string;
  status: { name: string };
}
interface Registered {
  registerFiles: { results: { file: Output | null; error: { message: string } | null }[] };
}
interface Claimed {
  claimFiles: {
    results: {
      claim: { outcome: string; owner: string | null; fencingToken: string | null; file: { id: string; fencingToken: string | null } };
      error: { message: string } | null;
    }[];
  };
}
interface Finished {
  finishFile: { outcome: 'DONE' | 'LOST_CLAIM' };
}

/** A file that the process may not read now. */
export class ClaimError extends Error {
  override name = 'ClaimError';
}

/** A file that a process reads. */
export interface Input {
  id: string;
  file: { location: string; fileName: string };
  /** Shown with what is said of it; null where this content of it was loaded before: then it is only read. */
  token: string | null;
}

interface Worker {
  run: { id: string };
  owner: string;
  folder: string;
}

/** Tells which files of the package there are. */
export async function registerDatasets(ask: Ask): Promise<void> {
  const path = locationOf(files.name);
  await ask(registerLocation, { input: { location: { path, name: path }, fileNames: datasets.map(({ file }) => file) } });
}

/**
 * Claims the files that a process reads, by their content.
 * @throws ClaimError where it may not read one
 */
export async function claimInputs(ask: Ask, { reads }: Process, { run, owner, folder }: Worker): Promise<Input[]> {
  const claims: object[] = [];
  for (const { from } of reads) {
    const url = fileOf(from, folder);
    const content = await readFile(url);
    claims.push({
      ...{ file: fileRefOf(from), sizeBytes: String(content.length), modifiedAt: (await stat(url)).mtime.toISOString() },
      ...{ hash: { algorithm: 'sha256', value: createHash('sha256').update(content).digest('hex') }, owner, run, leaseSeconds: 60 },
    });
  }
  const { results } = (await ask<Claimed>(claim, { input: { claims } })).claimFiles;
  const inputs = results.map((result, i) => {
    if (result.error) throw new ExampleError(result.error.message);
    const { outcome, fencingToken, file, ...holder } = result.claim;
    // Who holds it under this name broke off, and is continued here.
    const own = outcome === 'BUSY' && holder.owner === owner;
    return { id: file.id, file: fileRefOf(reads[i]!.from), outcome, token: own ? file.fencingToken : fencingToken };
  });
  const refused = inputs.filter(({ outcome, token }) => !token && outcome !== 'ALREADY_DONE');
  if (!refused.length) return inputs;
  for (const { id, token } of held(inputs)) await ask(release, { input: { file: { id }, fencingToken: token } });
  throw new ClaimError(refused.map(({ file, outcome }) => `The claim of ${file.fileName} was answered by ${outcome}.`).join(' '));
}

const held = (inputs: Input[]) => inputs.filter(({ token }) => token);

/** Says of the files that a process holds that they are loaded: how many rows each had, and what was made of them. */
export async function finishInputs(ask: Ask, inputs: Input[], counts: number[], { writes }: Process, rowsWritten: number): Promise<void> {
  const targetObject = { source: writes.source, name: writes.object };
  for (const [i, { id, token, file }] of inputs.entries()) {
    if (!token) continue;
    const input = { file: { id }, fencingToken: token, rowsRead: counts[i]!, rowsWritten, targetObject };
    const { outcome } = (await ask<Finished>(finish, { input })).finishFile;
    if (outcome === 'LOST_CLAIM') throw new ClaimError(`Another client took ${file.fileName}.`);
  }
}

/** Says of the files that a process holds that they could not be loaded, and why. */
export async function failInputs(
  ask: Ask,
  inputs: Input[],
  why: { errorType: string; message: string; retryable: boolean },
): Promise<void> {
  for (const { id, token } of held(inputs)) await ask(fail, { input: { file: { id }, fencingToken: token, ...why } });
}

/** Registers the file that a process is about to write: until it is ready, nobody gets it. */
export async function registerOutput(ask: Ask, { writes }: Process, run: { id: string }): Promise<Output> {
  const { location: path, fileName } = fileRefOf(writes.object);
  const input = { location: { path, name: path }, run, files: [{ fileName }] };
  const { file, error } = (await ask<Registered>(register, { input })).registerFiles.results[0]!;
  if (!file) throw new ExampleError(error!.message);
  return file;
}

/** Says that a file is written. One that is known stays as it is: whoever claims it tells by its content whether it is another one now. */
export async function outputIsReady(ask: Ask, { id, status }: Output, run: { id: string }, writeRecordCount: number): Promise<void> {
  if (status.name !== 'initializing') return;
  await ask(report, { input: { file: { id }, run, status: 'ready', writeRecordCount } });
}

import type { Tx } from '../platform/database.js';
import { invalid } from '../platform/errors.js';
import type { RegisterLocationFilesInput } from './register-extracts.input.js';
import { registerExtracts, type Registered } from './register-extracts.js';

/**
 * Registers what a location holds: new files as ready, known ones stay as they are, sub-folders are left out; and sets how many files lie there.
 * @throws INVALID, NOT_FOUND or CONFLICT for the location, the run and the count
 */
export async function registerLocationFiles(
  tx: Tx,
  { location, run, fileNames, fileCount }: RegisterLocationFilesInput,
): Promise<{ locationId: number; created: number; results: Registered[] }> {
  const places = fileNames.flatMap((name, i) => (name.endsWith('/') ? [] : [i]));
  const names = places.map((i) => fileNames[i]!);
  const least = new Set(names).size;
  if (typeof fileCount === 'number' && fileCount < least)
    throw invalid(`fileCount must be at least ${least}, as many as fileNames has, not ${fileCount}.`, {
      argument: 'input.fileCount',
      value: fileCount,
      allowed: { min: least },
    });
  const files = names.map((fileName) => ({ fileName, status: 'ready', createStatus: false, createCompression: false }));
  const registered = await registerExtracts(tx, { location, run, files, fileCount: fileCount ?? least });
  const results: Registered[] = fileNames.map(() => ({ id: null, created: false, error: null }));
  for (const [place, i] of places.entries()) results[i] = registered.results[place]!;
  return { locationId: registered.locationId, created: results.filter(({ created }) => created).length, results };
}

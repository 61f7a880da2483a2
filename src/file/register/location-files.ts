import type { Tx } from '../../platform/database.js';
import { invalid } from '../../platform/errors.js';
import type { RegisterLocationFilesInput } from './register-files.input.js';
import { registerFiles, type Registered } from './register-files.js';

/** The sub-folder that a name stands for or lies in, if any. */
const folderOf = (name: string): string | undefined =>
  name.split('/').includes('..') ? undefined : /^(.*[^/])\//s.exec(name.replace(/^(\.?\/)+/, ''))?.[1];

const leftOut = (name: string): string | null => {
  const folder = folderOf(name);
  if (folder === undefined) return null;
  return name.endsWith('/')
    ? `Left out: ${JSON.stringify(name)} is a sub-folder.`
    : `Left out: ${JSON.stringify(name)} lies in the sub-folder ${JSON.stringify(folder)}, which is a location of its own.`;
};

/**
 * Registers what a location holds: new files as ready, known ones stay as they are; and sets how many files lie there. Sub-folders, and what lies in
 * them, are left out and counted.
 * @throws INVALID, NOT_FOUND or CONFLICT for the location, the run and the count
 */
export async function registerLocationFiles(
  tx: Tx,
  { location, run, fileNames, fileCount }: RegisterLocationFilesInput,
): Promise<{ locationId: number; created: number; leftOut: number; results: Registered[] }> {
  const places = fileNames.flatMap((name, i) => (folderOf(name) === undefined ? [i] : []));
  const names = places.map((i) => fileNames[i]!);
  const least = new Set(names).size;
  if (typeof fileCount === 'number' && fileCount < least)
    throw invalid(`fileCount must be at least ${least}, as many as fileNames has, not ${fileCount}.`, {
      argument: 'input.fileCount',
      value: fileCount,
      allowed: { min: least },
    });
  const files = names.map((fileName) => ({ fileName, status: 'ready', createStatus: false, createCompression: false }));
  const registered = await registerFiles(tx, { location, run, files, fileCount: fileCount ?? least });
  const results: Registered[] = fileNames.map((name) => ({ id: null, created: false, error: null, warning: leftOut(name) }));
  for (const [place, i] of places.entries()) results[i] = registered.results[place]!;
  return {
    locationId: registered.locationId,
    created: results.filter(({ created }) => created).length,
    leftOut: fileNames.length - names.length,
    results,
  };
}

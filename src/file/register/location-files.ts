import type { Tx } from '../../platform/database.js';
import { invalid } from '../../platform/errors.js';
import type { RegisterLocationFilesInput } from './register-files.input.js';
import { registerFiles, type Registered } from './register-files.js';

/** The subfolder that a name means or is in, if any. */
const folderOf = (name: string): string | undefined =>
  name.split('/').includes('..') ? undefined : /^(.*[^/])\//s.exec(name.replace(/^(\.?\/)+/, ''))?.[1];

const omission = (name: string): string | null => {
  const folder = folderOf(name);
  if (folder === undefined) return null;
  return name.endsWith('/')
    ? `Skipped: ${JSON.stringify(name)} is a subfolder.`
    : `Skipped: ${JSON.stringify(name)} is in the subfolder ${JSON.stringify(folder)}, which is a location of its own.`;
};

/**
 * Registers the listing of a location: new files as ready, existing ones are not changed; and sets the file count of the location. Subfolders and
 * files in them are skipped and counted.
 * @throws INVALID, NOT_FOUND or CONFLICT for the location, the run and the count
 */
export async function registerLocationFiles(
  tx: Tx,
  { location, run, fileNames, fileCount }: RegisterLocationFilesInput,
): Promise<{ locationId: number; created: number; omittedCount: number; results: Registered[] }> {
  const places = fileNames.flatMap((name, i) => (folderOf(name) === undefined ? [i] : []));
  const names = places.map((i) => fileNames[i]!);
  const least = new Set(names).size;
  if (typeof fileCount === 'number' && fileCount < least)
    throw invalid(`\`fileCount\` must be at least ${least}, the number of \`fileNames\`, not ${fileCount}.`, {
      argument: 'input.fileCount',
      value: fileCount,
      allowed: { min: least },
    });
  const files = names.map((fileName) => ({ fileName, status: 'ready', createStatus: false, createCompression: false }));
  const registered = await registerFiles(tx, { location, run, files, fileCount: fileCount ?? least });
  const results: Registered[] = fileNames.map((name) => ({ id: null, created: false, error: null, warning: omission(name) }));
  for (const [place, i] of places.entries()) results[i] = registered.results[place]!;
  return {
    locationId: registered.locationId,
    created: results.filter(({ created }) => created).length,
    omittedCount: fileNames.length - names.length,
    results,
  };
}

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { offTheRules } from './api-rules.js';
import { unnamedBreakingChanges } from './breaking-changes.js';
import { schemaText } from './print-schema.js';
import { storePage } from './store-page.js';
import { buildWaybillSchema } from '../schema.js';

/**
 * `npm run schema` writes schema.graphql and docs/store.md. With `--check` it writes nothing, and fails if a file is not what the code makes, or if the schema
 * breaks clients of the last release in a way that the topmost section of the CHANGELOG does not name.
 */
const file = 'schema.graphql';

/** A command's output, or undefined where it fails: outside of a repository, or before the first commit. */
function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

const read = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** The schema that clients know: the last release's. Before the first release, that before the last commit, so that a commit is checked too. */
const known = () =>
  [git('describe', '--tags', '--abbrev=0'), 'HEAD^', 'HEAD'].map((commit) => commit && git('show', `${commit}:${file}`)).find(Boolean);

function problems(files: ReadonlyMap<string, string>): string[] {
  const found = [...files]
    .filter(([path, text]) => read(path) !== text)
    .map(([path]) => `${path} is not what the code makes: run \`npm run schema\` and look at the difference.`);
  const off = offTheRules(schema);
  if (off.length) found.push('The schema breaks the conventions of the API:', ...off.map((line) => `  ${line}`));
  const made = files.get(file)!;
  const before = known();
  const [, notes = ''] = read('CHANGELOG.md').split(/^## /m);
  const breaking = before ? unnamedBreakingChanges(before, made, notes) : [];
  if (breaking.length)
    found.push(
      'The schema breaks clients. Name this in the topmost section of CHANGELOG.md, or let it be:',
      ...breaking.map((line) => `  ${line}`),
    );
  return found;
}

const schema = await buildWaybillSchema();
const files = new Map([
  [file, schemaText(schema)],
  ['docs/store.md', storePage(schema)],
]);
if (process.argv.includes('--check')) {
  for (const line of problems(files)) {
    console.error(line);
    process.exitCode = 1;
  }
} else for (const [path, text] of files) writeFileSync(path, text);

import { readdirSync, readFileSync } from 'node:fs';
import { blocksOfClientsPage } from '../support/clients-page.js';

const root = new URL('../../', import.meta.url);
const folder = 'test/clients/examples/';

test('each example of the page is a file that a test runs, and each file is on the page', () => {
  const ofFiles = [...blocksOfClientsPage()].filter(([name]) => name.startsWith(folder));
  for (const [name, text] of ofFiles) expect([name, text]).toEqual([name, readFileSync(new URL(name, root), 'utf8')]);
  const files = readdirSync(new URL(folder, root)).filter((file) => /\.(ts|py)$/.test(file));
  expect(ofFiles.map(([name]) => name.slice(folder.length)).sort()).toEqual(files.sort());
});

test('the page names the versions that are installed', () => {
  const page = readFileSync(new URL('docs/clients.md', root), 'utf8');
  const { devDependencies, dependencies } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  const named = [...page.matchAll(/\| `(@?[\w/-]+)` +\| ([\d.]+) +\|/g)];
  expect(named.length).toBeGreaterThan(6);
  for (const [, name, version] of named) expect([name, version]).toEqual([name, { ...dependencies, ...devDependencies }[name!] ?? version]);
});

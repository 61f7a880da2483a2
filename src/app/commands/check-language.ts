import { readdirSync, readFileSync } from 'node:fs';
import { refusedIn } from './language.js';

// `npm run check`: the words of README, docs and error messages. Those of the schema's descriptions are checked with the schema.

const filesBelow = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file}`);

const pages = ['README.md', 'CONTRIBUTING.md', ...filesBelow('docs', '.md').filter((file) => file !== 'docs/store.md')];

for (const file of [...pages, ...filesBelow('src', '.ts'), ...filesBelow('src', '.sql')])
  for (const word of refusedIn(file, readFileSync(file, 'utf8'))) {
    console.error(`${file}:${word}`);
    process.exitCode = 1;
  }

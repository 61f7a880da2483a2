import { readdirSync, readFileSync } from 'node:fs';
import { refusedWords } from './language.js';

// `npm run check`: the words of README, docs and error messages. Those of the schema's descriptions are checked with the schema.

const filesBelow = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file}`);

interface Text {
  /** Offset in its file. */
  at: number;
  text: string;
}

const blank = (text: string) => text.replaceAll(/[^\n]/g, ' ');

/** The lines of a page, without its blocks of code. */
function linesOf(page: string): Text[] {
  let at = 0;
  return page
    .replaceAll(/```[\s\S]*?```/g, blank)
    .split('\n')
    .map((text) => {
      const line = { at, text };
      at += text.length + 1;
      return line;
    });
}

const thrown =
  /\b(?:invalid|notFound|conflict|forbidden|unauthenticated|refusal|new (?:DomainError|Unavailable|\w*Error))\(\s*(?:'[A-Z_]+',\s*)?(["'`])((?:\\.|(?!\1)[\s\S])*)\1/g;
const raised = /(?:'message',|message =)\s*(?:format\(\s*)?'((?:[^']|'')*)'/g;

/** Texts of errors in a TypeScript source; what is put into them counts as code. */
const textsOfTs = (source: string): Text[] =>
  [...source.matchAll(thrown)].map(({ index, 2: text = '' }) => ({
    at: index,
    text: text.replaceAll(/\$\{[^}]*\}/g, '`x`').replaceAll('\\`', '`'),
  }));
const textsOfSql = (source: string): Text[] => [...source.matchAll(raised)].map(({ index, 1: text = '' }) => ({ at: index, text }));

const kinds: readonly [files: readonly string[], texts: (source: string) => Text[]][] = [
  [['README.md', 'CONTRIBUTING.md', ...filesBelow('docs', '.md').filter((file) => file !== 'docs/store.md')], linesOf],
  [filesBelow('src', '.ts'), textsOfTs],
  [filesBelow('src', '.sql'), textsOfSql],
];

for (const [files, texts] of kinds)
  for (const file of files) {
    const source = readFileSync(file, 'utf8');
    for (const { at, text } of texts(source))
      for (const word of refusedWords(text)) {
        console.error(`${file}:${source.slice(0, at).split('\n').length}: ${word}.`);
        process.exitCode = 1;
      }
  }

/**
 * The arrows of src/ (.dependency-cruiser.js) for SQL, and what that tool does not see: `npm run check` and test/layout.test.ts run it.
 *
 * A table belongs to the folder of its entity, a function to the folder of the .sql file that makes it. A .sql file, or a text in a .ts file, may name
 * those of its own folder and of the folders that its arrows point to.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { arrows } from './.dependency-cruiser.js';

/** Names that are words of English, too: tables of these names count behind these words of SQL only. */
const afterWord = String.raw`(?:\b(?:from|join|into|update|table|only|on|exists|truncate)\s+|\bprocess_tracker\.)`;

/** Every write begins with this function of actor/: platform/database.ts calls it. */
const everywhere = 'begin_write';

/** The texts of a .ts file: strings and the parts of templates, without what is imported; and whether it exports what it did not make. */
function textsOf(file, text) {
  const texts = [];
  let passesOn = false;
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isExportDeclaration(node)) passesOn = true;
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) texts.push(node.text);
    else if (ts.isTemplateExpression(node))
      texts.push([node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join(' ? '));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return { passesOn, sql: texts.join('\n') };
}

const withoutComments = (sql) => sql.replace(/--.*$/gm, '');

/** Each violation below `root`, as `file names name of folder`. */
export function wallViolations(root) {
  const src = join(root, 'src');
  const files = readdirSync(src, { recursive: true })
    .filter((name) => /\.(ts|sql)$/.test(name))
    .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(join(src, name), 'utf8') }));
  const owners = new Map();
  for (const { name, text } of files) {
    const [folder] = name.split('/');
    const found = name.endsWith('.entity.ts')
      ? text.matchAll(/\btable(?:Name)?: '(\w+)'/g)
      : name.endsWith('.sql')
        ? withoutComments(text).matchAll(/create (?:or replace )?function process_tracker\.(\w+)/g)
        : [];
    for (const [, made] of found) owners.set(made, { folder, table: name.endsWith('.ts') });
  }
  const violations = [];
  for (const { name, text } of files) {
    const [folder] = name.split('/');
    const { passesOn, sql } = name.endsWith('.sql') ? { sql: withoutComments(text) } : textsOf(name, text);
    if (passesOn) violations.push(`${name} passes on what another file makes`);
    if (folder === 'app') continue;
    const allowed = new Set(['platform', folder, ...(arrows[folder] ?? [])]);
    for (const [known, { folder: owner, table }] of owners) {
      if (allowed.has(owner) || known === everywhere) continue;
      const pattern = table
        ? known.includes('_')
          ? String.raw`(?:\b|_)${known}\b` // also in the name of a function that is made from a template: move_<table>
          : String.raw`${afterWord}${known}\b`
        : String.raw`\b${known}\s*\(`;
      if (new RegExp(pattern, 'i').test(sql)) violations.push(`${name} names ${known} of ${owner}/`);
    }
  }
  return violations.sort();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const violations = wallViolations('.');
  for (const each of violations) console.error(each);
  if (violations.length) process.exitCode = 1;
}

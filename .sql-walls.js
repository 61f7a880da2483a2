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

/** How SQL names a function, or a table; also one whose name is part of that of a function made from a template: move_<table>. */
function patternOf(name, table) {
  if (!table) return new RegExp(String.raw`\b${name}\s*\(`, 'i');
  if (name.includes('_')) return new RegExp(String.raw`(?:\b|_)${name}\b`, 'i');
  // A word of English, too: it is a table's behind these words only.
  return new RegExp(String.raw`(?:\b(?:from|join|into|update|table|only|on|exists|truncate)\s+|\bprocess_tracker\.)${name}\b`, 'i');
}

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
    for (const [, made] of found) owners.set(made, { folder, pattern: patternOf(made, name.endsWith('.ts')) });
  }
  const violations = [];
  for (const { name, text } of files) {
    const [folder] = name.split('/');
    const { passesOn, sql } = name.endsWith('.sql') ? { sql: withoutComments(text) } : textsOf(name, text);
    if (passesOn) violations.push(`${name} passes on what another file makes`);
    if (folder === 'app') continue;
    const allowed = new Set(['platform', folder, ...(arrows[folder] ?? [])]);
    for (const [known, { folder: owner, pattern }] of owners)
      if (!allowed.has(owner) && known !== everywhere && pattern.test(sql)) violations.push(`${name} names ${known} of ${owner}/`);
  }
  return violations.sort();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const violations = wallViolations('.');
  for (const each of violations) console.error(each);
  if (violations.length) process.exitCode = 1;
}

/**
 * How SQL is laid out, in .sql files and in texts of .ts files: a line has at most 120 columns, and a line that is longer than 80 holds one clause.
 * A function has at most 120 lines.
 * `npm run check` and test/layout.test.ts run it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const widest = 120;
const longest = 120;
/** A step of lineage is as fast as it is because it calls little; what may call more is split off. */
const exempt = { walk_lineage: 165 };
/** Up to here a short statement may stand in one line. */
const short = 80;

const clause =
  /\b(?:with\s+(?:recursive\s+)?\w+\s+(?:\([^)]*\)\s+)?as|select|insert\s+into|update(?!\s+(?:of|set|skip|nowait)\b)|delete\s+from|(?<!distinct\s)from|(?:cross\s+|left\s+|full\s+|right\s+|inner\s+)?join|where|group\s+by|having|order\s+by|limit|union|except|intersect|values|returning|on\s+conflict)\b/gi;

/** Text of a statement, as far as it has more than a word of SQL. A sentence of English begins with a capital letter. */
const isSql = (text) =>
  /^\s*(?:with|select|insert|update|delete|create|perform|from|where|and|or|join|left|cross|union|order|on conflict)\s/.test(text) &&
  /\b(?:from|into|set|where|join|select)\b/.test(text);

/** The clauses of a line that stand in no parentheses of it. */
function clausesOf(line) {
  let depth = 0;
  let bare = '';
  for (const character of line.replace(/'(?:[^']|'')*'/g, "''").replace(/--.*$/, '')) {
    if (character === '(') depth++;
    if (depth <= 0) bare += character;
    if (character === ')') depth--;
  }
  return (bare.replace(/\bdelete\s+from\b|\binsert\s+into\b/gi, 'delete').match(clause) ?? []).length;
}

/** Lines of SQL in a file, with their numbers from 1. */
function linesOf(name, text) {
  const lines = text.split('\n');
  if (name.endsWith('.sql')) return lines.map((line, i) => ({ line, at: i + 1 }));
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const marked = new Set();
  const visit = (node) => {
    const isTemplate = ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node);
    if ((isTemplate || ts.isStringLiteral(node)) && isSql(node.getText(source).slice(1, -1))) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
      for (let i = first; i <= last; i++) marked.add(i);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...marked].sort((a, b) => a - b).map((i) => ({ line: lines[i], at: i + 1 }));
}

/** The functions of a .sql file: their names, and their lines from `create` to the end of the body. Templates of functions count as such. */
function functionsOf(text) {
  const functions = [];
  for (const { 1: name, index } of text.matchAll(/create or replace function [\w.]*?\.?([\w{}]+)\(/g)) {
    const [quote] = /\$\w*\$/.exec(text.slice(index)) ?? [];
    if (!quote) continue;
    const start = text.indexOf(quote, index) + quote.length;
    functions.push({
      name,
      at: text.slice(0, index).split('\n').length,
      lines: text.slice(index, text.indexOf(quote, start)).split('\n').length,
    });
  }
  return functions;
}

/** Each violation in files below `root`/src, as `file:line says what`. */
export function styleViolations(root) {
  const src = join(root, 'src');
  const violations = [];
  for (const file of readdirSync(src, { recursive: true }).filter((name) => /\.(ts|sql)$/.test(name))) {
    const name = file.replaceAll('\\', '/');
    const text = readFileSync(join(src, file), 'utf8');
    for (const made of name.endsWith('.sql') ? functionsOf(text) : [])
      if (made.lines > (exempt[made.name] ?? longest))
        violations.push(`src/${name}:${made.at} ${made.name} has ${made.lines} lines, at most ${exempt[made.name] ?? longest} are allowed`);
    for (const { line, at } of linesOf(name, text))
      if (line.length > widest) violations.push(`src/${name}:${at} has ${line.length} columns of SQL, at most ${widest} are allowed`);
      else if (line.length > short && clausesOf(line) > 1)
        violations.push(`src/${name}:${at} has several clauses of SQL in a long line: give each a line`);
  }
  return violations;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const violations = styleViolations('.');
  for (const each of violations) console.error(each);
  if (violations.length) process.exitCode = 1;
}

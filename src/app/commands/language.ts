/**
 * Words that the API and its documents do not use, since readers from outside had to read them twice. Code in backticks may have any.
 */
const refused: readonly [RegExp, string][] = [
  [/\btold\b/i, 'identified by, specified, reported'],
  [/\b(some|any)?things?\b/i, 'record, entity, subject, or the name of the type'],
  [/\bwhat became of\b/i, 'result of'],
  [/\bwish(es)?\b/i, 'request'],
  [/\b(whoever|somebody|nobody)\b/i, 'the caller, another client, no client; or the passive'],
  [/\bheard of\b/i, 'heartbeat'],
  [/\bgoes on\b/i, 'is running, continues'],
  [/\bstands? against\b/i, 'violates'],
  [/\bmend(s|ed|ing)?\b/i, 'repair, fix'],
  [/\bforgets?\b/i, 'resets'],
  [/(?<![\w`.$/#@-])[a-z]+[a-z\d]*[A-Z]\w*(?![\w`])/, 'the name in backticks'],
];

/** Names of programs that are written so. */
const names = /\b(macOS|npm|dbt|graphql|iPhone|pgAdmin|eBay|mTLS|pgBouncer)\w*\b/g;

const withoutCode = (text: string) =>
  text
    .replaceAll(/```[\s\S]*?```/g, ' ')
    .replaceAll(/`[^`]*`/g, ' `code` ')
    .replaceAll(/\]\([^)]*\)/g, '] ')
    .replaceAll(/https?:\S+/g, ' ')
    .replaceAll(names, ' ');

/** What a text says in words that are not used here: each with what to say instead. */
export function refusedWords(text: string): string[] {
  const prose = withoutCode(text);
  return refused.flatMap(([pattern, instead]) => {
    const found = pattern.exec(prose);
    return found ? [`"${found[0]}": say ${instead}`] : [];
  });
}

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

const usage = /usage = (`)((?:\\.|[^`])*)`/gi;

/** Texts of errors, and what `--help` prints, in a TypeScript source; what is put into them counts as code. */
const textsOfTs = (source: string): Text[] =>
  [...source.matchAll(thrown), ...source.matchAll(usage)].map(({ index, 2: text = '' }) => ({
    at: index,
    text: text.replaceAll(/\$\{[^}]*\}/g, '`x`').replaceAll('\\`', '`'),
  }));
const textsOfSql = (source: string): Text[] => [...source.matchAll(raised)].map(({ index, 1: text = '' }) => ({ at: index, text }));

/** Where a file says refused words: in the lines of a page, or in the texts of the errors of a source. A line each, `line: word.` */
export function refusedIn(path: string, source: string): string[] {
  const texts = path.endsWith('.md') ? linesOf : path.endsWith('.sql') ? textsOfSql : textsOfTs;
  return texts(source).flatMap(({ at, text }) => {
    const line = source.slice(0, at).split('\n').length;
    return refusedWords(text).map((word) => `${line}: ${word}.`);
  });
}

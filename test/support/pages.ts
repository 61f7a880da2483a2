import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

export interface Page {
  path: string;
  text: string;
}

const pageAt = (path: string): Page => ({ path, text: readFileSync(new URL(path, root), 'utf8') });

const inDocs = readdirSync(new URL('docs', root), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/${file}`)
  .sort();

/** Every page that a reader of the repository meets. */
export const allPages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...inDocs].map(pageAt);

/** README and the pages of docs that people wrote about the program as it is: neither decisions nor docs/store.md, which is generated. */
export const guides = allPages.filter(({ path }) => path === 'README.md' || /^docs\/(?!store)[^/]+\.md$/.test(path));

/** A block of code of a page, or a comment that stands for itself. */
export interface Step {
  /** Language of the block, or `comment`. */
  kind: string;
  text: string;
  /** The comment above the block. */
  mark?: string | undefined;
  /** The block follows the one before it, with nothing between them. */
  follows: boolean;
  /** Where its text stands in the page. */
  at: number;
}

const setting = /^(store|now|sweep|key)\b/;

/** Blocks of code and comments of a page, in its order. */
export function stepsOf({ text }: Page): Step[] {
  const steps: Step[] = [];
  let mark: string | undefined;
  let marked = 0;
  let end = -1;
  for (const found of text.matchAll(/<!-- ([^]*?) -->|^```(\w*)\n([^]*?)^```/gm)) {
    const [whole, comment, kind = '', code = ''] = found;
    if (comment !== undefined) {
      if (setting.test(comment)) steps.push({ kind: 'comment', text: comment, follows: false, at: found.index });
      else mark = comment;
      marked = found.index + whole.length;
      continue;
    }
    if (text.slice(marked, found.index).trim()) mark = undefined;
    steps.push({ kind, text: code, mark, follows: !text.slice(end, found.index).trim(), at: found.index + kind.length + 4 });
    mark = undefined;
    end = found.index + whole.length;
  }
  return steps;
}

/** Whether a block sends a request: a document, or a command by curl. */
export const sends = ({ kind, text }: Step): boolean => kind === 'graphql' || (kind === 'sh' && /^curl /m.test(text));

/** Blocks without the answer that they must have, and answers without a request; those with a mark are exempt. */
export function unanswered(page: Page): string[] {
  const steps = stepsOf(page).filter(({ kind }) => kind !== 'comment');
  return steps.flatMap((step, i) => {
    const [before, after] = [steps[i - 1], steps[i + 1]];
    const answered = after?.follows && /^(json|text)$/.test(after.kind);
    if (sends(step) && !step.mark && !answered) return [`no answer: ${step.text}`];
    const asked = before && step.follows && sends(before);
    return step.kind === 'json' && !step.mark && !asked ? [`no request: ${step.text}`] : [];
  });
}

/** The document that a block sends. */
export function documentOf(step: Step): string | undefined {
  if (step.kind === 'graphql') return step.text;
  if (!sends(step)) return undefined;
  const { query, body } = curlOf(step.text);
  return query ?? (body === undefined ? undefined : (JSON.parse(body) as { query: string }).query);
}

export interface Curl {
  path: string;
  headers: Record<string, string>;
  body?: string | undefined;
  query?: string | undefined;
}

/** What a command by curl asks for: of its options, those that the pages use. */
export function curlOf(command: string): Curl {
  const words = [...command.trim().matchAll(/'([^']*)'|[^\s'\\]+/g)].map(([word, quoted]) => quoted ?? word);
  const curl: Curl = { path: '', headers: {} };
  for (let i = 1; i < words.length; i++) {
    const word = words[i]!;
    const next = () => words[++i]!;
    if (word.startsWith('http://127.0.0.1:4000')) curl.path = word.slice('http://127.0.0.1:4000'.length);
    else if (word === '-H') {
      const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(next())!;
      curl.headers[name.toLowerCase()] = value;
    } else if (word === '--data') curl.body = next();
    else if (word === '--data-urlencode') curl.query = next().replace(/^query=/, '');
    else if (!/^-[sGN]+$/.test(word)) throw new Error(`This test does not know what curl does with ${word}.`);
  }
  return curl;
}

/** The anchor that GitHub gives a heading. */
const slugOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

export function anchorsOf({ text }: Page): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = slugOf(heading!);
    let anchor = slug;
    for (let i = 1; anchors.has(anchor); i++) anchor = `${slug}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}

export const withoutBlocks = (text: string): string => text.replaceAll(/^```[^]*?^```/gm, '');

/** The rows of the table behind a comment, without its head: the cells of each. */
export function tableBehind({ text }: Page, comment: string): string[][] | undefined {
  const [, table] = new RegExp(`<!-- ${comment} -->\\n\\n((?:\\|.*\\n)+)`).exec(text) ?? [];
  return table
    ?.trim()
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

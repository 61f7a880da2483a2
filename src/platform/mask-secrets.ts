import { isDue, pause } from './turns.js';

const mask = '***';

/**
 * How texts of errors carry secrets: each with what stands for it. Texts come from callers, so each pattern takes time that grows with the
 * text's length only: what it reads without a match, it never reads again from the next place. Runs of characters are lazy, up to what may not
 * follow: a greedy run remembers each of its characters.
 */
const secrets: readonly [RegExp, (whole: string, ...groups: string[]) => string][] = [
  [
    /-----BEGIN ([A-Z0-9 ]{0,40})PRIVATE KEY-----[\s\S]*?(?:-----END \1PRIVATE KEY-----|$)/g,
    (_, start) => `-----BEGIN ${start}PRIVATE KEY----- ${mask} -----END ${start}PRIVATE KEY-----`,
  ],
  // Passwords in URLs; on the web, a user alone may be a token. Elsewhere it may be the name of a container.
  [/(?<=[a-z\d+.-])(:\/\/[^\s/:@"'<>]{0,200}:)[^\s/@"'<>]{1,500}@/gi, (_, start) => `${start}${mask}@`],
  [/(?<=\bhttps?)(:\/\/)[^\s/:@"'<>]{1,500}@/gi, (_, start) => `${start}${mask}@`],
  [/\b(bearer|basic)(\s+)[\w.~+/-]{8,}?(?![\w.~+/-])=*/gi, (_, start, space) => `${start}${space}${mask}`],
  [/\b(AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b/g, (_, start) => `${start}${mask}`],
  [/\b(gh[pousr]_|github_pat_|xox[abprs]-|sk-|glpat-)[\w-]{10,}?(?![\w-])/g, (_, start) => `${start}${mask}`],
  // JSON in base64url: tokens of the web (JWT), whole or cut off.
  [/\beyJ[\w-]{8,}?(?![\w-])(?:\.[\w-]*?(?![\w-]))*/g, () => mask],
  // `password = …`, `"api_key": "…"`, `AccountKey=…;`, `?sig=…&`. A quote without its end stands for the rest of its line.
  [
    /((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|account[_-]?key|private[_-]?key|shared[_-]?access[_-]?signature|client[_-]?secret|sig|signature|credential)["']?\s{0,3}(?:=>|[=:])\s{0,3})(?:"[^"\\]*(?:\\[\s\S][^"\\]*)*"|'[^'\\]*(?:\\[\s\S][^'\\]*)*'|["'][^\n]+|[^\s"'&;,)}\]]+?(?![^\s"'&;,)}\]]))/gi,
    (_, start) => `${start}${mask}`,
  ],
];

/** A text without what looks like a password, a token or a key. What names it stays, so that the text can still be understood. */
export const maskSecrets = (text: string): string => secrets.reduce((masked, [pattern, by]) => masked.replace(pattern, by), text);

/** The same for a long text: other requests have their turns in between. */
async function maskInTurns(text: string): Promise<string> {
  let masked = text;
  for (const [pattern, by] of secrets) {
    if (isDue()) await pause();
    const pieces: string[] = [];
    let parts: string[] = [];
    let end = 0;
    // Its own loop, not `replace`: there may be a hundred thousand of them, and to join the parts of so many takes long, too.
    for (const match of masked.matchAll(pattern)) {
      const [whole, ...groups] = match;
      parts.push(masked.slice(end, match.index), by(whole, ...groups));
      end = match.index + whole.length;
      if (parts.length < 500) continue;
      pieces.push(parts.join(''));
      parts = [];
      if (isDue()) await pause();
    }
    if (end) masked = [...pieces, ...parts, masked.slice(end)].join('');
  }
  return masked;
}

/** A shorter text is masked in no time. */
const longFrom = 10_000;
const keptBytes = 1_000_000;
/** A password in a URL is seen by the `@` behind it, at most 700 characters on; all other secrets by how they begin. */
const lookAhead = 1_000;

/**
 * A worker's words as they are kept: what looks like a secret is masked, what cannot be stored is replaced, and what is too long is cut, with a
 * mark. It is cut before it is masked, which costs the less, and once more behind: the end, where half a secret may stand, goes. Other requests have
 * their turns between the masks.
 */
export async function cleanMessage(text: string, maxBytes = keptBytes): Promise<string> {
  const long = text.length > maxBytes + lookAhead;
  const head = long ? text.slice(0, maxBytes + lookAhead) : text;
  const storable = head.toWellFormed().replaceAll('\0', '\uFFFD');
  const masked = storable.length > longFrom ? await maskInTurns(storable) : maskSecrets(storable);
  const clean = long ? masked.slice(0, -lookAhead) : masked;
  const bytes = Buffer.from(clean);
  if (!long && bytes.length <= maxBytes) return clean;
  const mark = `… (cut, it had ${long ? Buffer.byteLength(text) : bytes.length} bytes)`;
  // Not within a character.
  return new TextDecoder().decode(bytes.subarray(0, maxBytes - Buffer.byteLength(mark)), { stream: true }) + mark;
}

/** Passwords in addresses, and in names that were made of addresses; mask-address.sql has the same. */
const addressSecrets: readonly [RegExp, string][] = [
  [/^((?!https?:)[a-z][a-z0-9+.-]*:\/\/[^/@:]*):[^/]*@/gi, `$1:${mask}@`],
  [/([a-z][a-z0-9+.-]{0,40}:\/\/[^\s/?#@:]*):[^\s/?#]*@/gi, `$1:${mask}@`],
  [/(https?:\/\/)[^\s/?#@:]+@/gi, `$1${mask}@`],
  [/^(\S+ (?:- )?[^\s/:@]+):[^\s/\\@][^\s/@]*@/g, `$1:${mask}@`],
  [/^(jdbc:oracle:\w+:[^\s/:@]+)\/[^\s@]+@/gi, `$1/${mask}@`],
];
const parameterSecrets =
  /([?&;][\w.-]*(?:pass(?:word|wd|phrase)?|pwd|secret|token|sig|signature|credential|api[_-]?key|access[_-]?key|account[_-]?key)=)[^&;#\s]+/gi;

/** An address without the password in it. What is no secret stays as it is: a folder may have any name. */
export function maskAddress(address: string): string {
  const masked = addressSecrets.reduce((text, [pattern, by]) => text.replace(pattern, by), address);
  return /^[a-z][a-z0-9+.-]+:/i.test(address) ? masked.replace(parameterSecrets, `$1${mask}`) : masked;
}

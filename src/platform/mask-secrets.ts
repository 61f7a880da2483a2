const mask = '***';

/** How texts of errors carry secrets: each with what stands for it. */
const secrets: readonly [RegExp, string][] = [
  [
    /-----BEGIN ([A-Z0-9 ]{0,40})PRIVATE KEY-----[\s\S]*?(-----END \1PRIVATE KEY-----|$)/g,
    `-----BEGIN $1PRIVATE KEY----- ${mask} -----END $1PRIVATE KEY-----`,
  ],
  // Passwords in URLs; on the web, a user alone may be a token. Elsewhere it may be the name of a container.
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>]{0,200}:)[^\s/@"'<>]{1,500}@/gi, `$1${mask}@`],
  [/\b(https?:\/\/)[^\s/:@"'<>]{1,500}@/gi, `$1${mask}@`],
  [/\b(bearer|basic)(\s+)[\w.~+/-]{8,}=*/gi, `$1$2${mask}`],
  [/\b(AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b/g, `$1${mask}`],
  [/\b(gh[pousr]_|github_pat_|xox[abprs]-|sk-|glpat-)[\w-]{10,}/g, `$1${mask}`],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, mask],
  // `password = …`, `"api_key": "…"`, `AccountKey=…;`, `?sig=…&`.
  [
    /((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|account[_-]?key|private[_-]?key|shared[_-]?access[_-]?signature|client[_-]?secret|sig|signature|credential)["']?\s{0,3}(?:=>|[=:])\s{0,3})(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"'&;,)}\]]+)/gi,
    `$1${mask}`,
  ],
];

/** A text without what looks like a password, a token or a key. What names it stays, so that the text can still be understood. */
export const maskSecrets = (text: string): string => secrets.reduce((masked, [pattern, by]) => masked.replace(pattern, by), text);

const maxBytes = 1_000_000;

/** A worker's words as they are kept: what looks like a secret is masked, what cannot be stored is replaced, and what is too long is cut, with a mark. */
export function cleanMessage(text: string): string {
  const clean = maskSecrets(text.toWellFormed().replaceAll('\0', '\uFFFD'));
  const bytes = Buffer.from(clean);
  if (bytes.length <= maxBytes) return clean;
  const mark = `… (cut, it had ${bytes.length} bytes)`;
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

import 'reflect-metadata';
import fc from 'fast-check';
import { cleanMessage, maskSecrets } from '../../src/platform/mask-secrets.js';
import { parseList } from '../../src/process/filters/process-filter-predicate.js';
import { plainNumber } from '../../src/process/filters/process-filter-checks.js';
import { canonicalType } from '../../src/source/canonical-type.js';
import { cpuMs, cpuMsLater, growsLinearly } from '../support/cpu.js';

/** Beginnings of secrets that never come to an end, and what looks like many of them. */
const hostileParts = [
  '-eyJ',
  'eyJ',
  'eyJaaaaaaaa.',
  'a.',
  'a+',
  'a://',
  '://',
  'ab://c:d',
  'ab://:',
  'https://a',
  'http://',
  'x@',
  'bearer ',
  'Basic  ',
  'bearer a=',
  'AKIA',
  'AKIA0 ',
  'ghp_',
  'sk-',
  'github_pat_a ',
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN A PRIVATE KEY----------END B PRIVATE KEY-----',
  'password=',
  'password',
  'token   ',
  'token = ',
  "token='",
  'token="\n',
  'token=\\"',
  'pwd=a;',
  'sig=""',
  'access_key_',
  '"\\',
  "'\\'",
  '====',
  ' ',
  '\n',
  'p',
  's',
];
const prefixes = ['', 'token="', 'bearer ', 'sk-eyJ', 'a://b:'];

test.each(hostileParts)('C26 masking takes time that grows with the length of a text, not with its square: %j', (part) => {
  for (const prefix of prefixes) expect([prefix, growsLinearly(maskSecrets, part, 100_000, prefix)]).toEqual([prefix, true]);
});

test('C26 two megabytes take some tens of milliseconds, whatever they hold', () => {
  const slow = hostileParts
    .map((part) => [part, cpuMs(() => maskSecrets(part.repeat(Math.floor(2_000_000 / part.length))), 3)] as const)
    .filter(([, ms]) => ms > 500);
  expect(slow).toEqual([]);
});

describe('C26 a text that is cut', () => {
  const secrets = [
    ['postgres://loader:', 'ZaQ1xSw2CdE3'.repeat(40), '@db/x'],
    ['https://', 'ZaQ1xSw2CdE3'.repeat(40), '@host/x'],
    ['password=', 'ZaQ1xSw2CdE3', ' '],
    ['password: "', 'ZaQ1 xSw2 CdE3'.repeat(200), '"'],
    ['{"token":"', 'ZaQ1xSw2CdE3', '"}'],
    ['Bearer ', 'ZaQ1xSw2CdE3'.repeat(100), ' '],
    ['eyJ', 'ZaQ1xSw2CdE3.ZaQ1xSw2CdE3.ZaQ1xSw2CdE3', ' '],
    ['eyJ', 'ZaQ1xSw2CdE3'.repeat(500), ' '],
    ['ghp_', 'ZaQ1xSw2CdE3', ' '],
    ['-----BEGIN PRIVATE KEY-----\n', 'ZaQ1xSw2CdE3\n'.repeat(300), '-----END PRIVATE KEY-----'],
  ] as const;

  test.each(secrets)('shows no part of a secret that stands where it is cut: %s', async (before, secret, after) => {
    const max = 10_000;
    const whole = before + secret + after;
    const pieces = new Set(Array.from(secret.matchAll(/[A-Za-z0-9]{4}/g), ([piece]) => piece));
    // Before the end of what is kept, across it, behind it, and around the end of what is looked at.
    for (let at = max - whole.length - 200; at < max + 1_200; at += 13) {
      const kept = await cleanMessage(`${'. '.repeat(at / 2)}${whole}${' .'.repeat(5_000)}`, max);
      expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(max);
      for (const piece of pieces) if (kept.includes(piece)) throw new Error(`at ${at}: ${JSON.stringify(kept.slice(-300))}`);
    }
  });

  test('has the mark with its bytes, ends within no character, and is whole where it fits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', 'ä', '€', '😀', ' ', 'pwd=x ', '\ud800', '\0'), maxLength: 4_000 }),
        async (text) => {
          const bytes = Buffer.byteLength(text.toWellFormed());
          const kept = await cleanMessage(text, 2_000);
          expect(kept).not.toMatch(/\0|\ud800(?![\udc00-\udfff])/);
          expect(kept.isWellFormed()).toBe(true);
          expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(2_000);
          if (Buffer.byteLength(maskSecrets(text.toWellFormed())) <= 1_900) expect(kept).not.toContain('(cut');
          if (bytes > 8_000) expect(kept).toMatch(/… \(cut, it had \d+ bytes\)$/);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('has the same masks whether it is long or short', async () => {
    const line = ['https://u:pw@h/', 'token="a b"', 'Bearer abcdefghi', 'plain', 'AKIAABCDEFGHIJKLMNOP', 'eyJabcdefghij.x', 'pwd=a;'].join(
      ' ',
    );
    const lines = Array.from({ length: 2_000 }, (_, i) => `${i} ${line}`);
    expect(await cleanMessage(lines.join('\n'))).toBe(lines.map(maskSecrets).join('\n'));
  });

  test('of 1 MB lets other work have its turns in between', async () => {
    let turns = 0;
    const count = () => {
      turns++;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    await cleanMessage('token="a" eyJ-eyJ '.repeat(50_000));
    clearImmediate(counting);
    expect(turns).toBeGreaterThan(2);
  });

  test('of 2 MB that is hostile takes no longer than what is kept of it', async () => {
    const ms = await cpuMsLater(() => cleanMessage('token=\\"'.repeat(250_000)));
    expect(ms).toBeLessThan(8 * (await cpuMsLater(() => cleanMessage('token=\\"'.repeat(60_000)))) + 20);
  });
});

test('C26 in any text around it, a secret is masked', () => {
  const words = fc.array(fc.constantFrom('a', 'b:', 'c/', '\n', ' ', '.', '-', 'key', 'the password is', 'http://x/', 'e', '(', ']', '='), {
    maxLength: 12,
  });
  const secret = fc.constantFrom(
    'password=S3cretS3cret',
    '"api_key" : "S3cretS3cret"',
    'https://S3cretS3cret@host',
    'ftp://user:S3cretS3cret@host',
    'Bearer S3cretS3cret',
    'eyJS3cretS3cret.S3cretS3cret.S3cret',
    'ghp_S3cretS3cret',
    '-----BEGIN EC PRIVATE KEY-----\nS3cret\n-----END EC PRIVATE KEY-----',
  );
  fc.assert(
    fc.property(words, secret, words, (before, middle, after) => {
      const text = `${before.join('')} ${middle} ${after.join('')}`;
      expect(maskSecrets(text)).not.toContain('S3cret');
      expect(maskSecrets(maskSecrets(text))).not.toContain('S3cret');
    }),
    { numRuns: 2_000 },
  );
});

describe('other patterns that see what callers send', () => {
  test.each<[string, (text: string) => unknown, string, string]>([
    ['a data type', (text) => canonicalType(`${text}[`), 'x', ''],
    ['a data type with parentheses', (text) => canonicalType(text), 'a(1)', ''],
    ['a list of blanks', (text) => parseList(`${text}x`), ' ', ''],
    ['a list with blanks at its end', (text) => parseList(`${text}x`), ' ', '1'],
    ['a list of quotes', (text) => parseList(`${text}x`), "''", "'"],
    ['a list of texts', (text) => parseList(`${text}x`), "'a', ", ''],
    ['a number with zeros behind its point', (text) => plainNumber(`${text}1`), '0', '0.'],
    ['a number with zeros before its point', (text) => plainNumber(`${text}1`), '0', '0'],
  ])('%s', (_, work, part, prefix) => expect(growsLinearly(work, part, 40_000, prefix)).toBe(true));
});

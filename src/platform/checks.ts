import { invalid } from './errors.js';
import { maskAddress, maskSecrets } from './mask-secrets.js';

const max64 = 9_223_372_036_854_775_807n;

const microseconds = (date: string) => BigInt(Date.parse(date)) * 1000n;
const firstMoment = microseconds('0001-01-01T00:00:00Z');
const endOfTime = microseconds('9999-12-31T23:59:59Z') + 1_000_000n;

/**
 * Microseconds of an instant as callers write it, in any letters, rounded as PostgreSQL rounds; null for a day that no calendar has. Whole numbers,
 * since in the last years a double holds 31 of them at once. JavaScript knows no leap seconds: one is the first second of the next minute, as in
 * PostgreSQL.
 */
function momentOf(instant: string): bigint | null {
  const [, start, seconds, fraction = '', offset] = /^(.*T..:..):(\d\d)(\.\d+)?(.*)$/.exec(instant.toUpperCase()) ?? [];
  const minute = start ? `${start}:00${offset}` : instant;
  if (Number.isNaN(Date.parse(minute))) return null;
  return microseconds(minute) + BigInt(Number(seconds ?? 0) * 1_000_000 + Math.round(Number(`0${fraction}`) * 1e6));
}

/** Whether text that looks like RFC 3339 is a moment that there was, in the years that RFC 3339 can write in UTC. @throws INVALID naming the argument */
export function checkInstant(value: string, argument: string): void {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(value) ?? [];
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  // An offset, a leap second and rounding may lead out of the first and of the last year. PostgreSQL reads no year 0, also where they lead out of it.
  const moment = momentOf(value);
  if (!isDay || year === '0000' || moment === null || moment < firstMoment || moment >= endOfTime)
    throw invalid(`${argument} is no moment of the calendar: ${value}.`, {
      argument,
      value,
      allowed: 'a day that exists, in the years 1 to 9999 of UTC',
    });
  // PostgreSQL takes the end of a day, 24:00, but nothing after it.
  const [fraction = ''] = /(?<=T23:59:60)\.\d+/i.exec(value) ?? [];
  if (Math.round(Number(`0${fraction}`) * 1e6) > 0)
    throw invalid(`${argument} is after the end of its day: ${value}.`, { argument, value, allowed: '23:59:60 without a fraction' });
  // No place on Earth has more, and PostgreSQL takes no more.
  if (/[+-](1[6-9]|2\d):\d\d$/.test(value))
    throw invalid(`${argument} has an offset from UTC of more than 15:59 hours: ${value}.`, {
      argument,
      value,
      allowed: 'offsets from -15:59 to +15:59',
    });
}

/** Whether text that looks like a date is a day of the calendar. @throws INVALID naming the argument */
export function checkDay(value: string, argument: string): void {
  const isDay = !value.startsWith('0000') && new Date(`${value}T00:00:00Z`).toJSON()?.startsWith(value);
  if (!isDay)
    throw invalid(`${argument} is no day of the calendar: ${value}.`, {
      argument,
      value,
      allowed: 'a day that exists, in the years 1 to 9999',
    });
}

/** The same for those of some instants that are given, by the names of their arguments. */
export function checkInstants(instants: Readonly<Record<string, string | null | undefined>>): void {
  for (const [argument, value] of Object.entries(instants)) if (value) checkInstant(value, argument);
}

/** From a moment on, and before another. */
export interface Window {
  from?: string | null;
  to?: string | null;
}

/** @throws INVALID for what is no moment, and for a window that ends before it begins */
export function checkWindow({ from, to }: Window): void {
  checkInstants({ from, to });
  if (from && to && momentOf(to)! < momentOf(from)!)
    throw invalid(`The window ends before it begins: from ${from} to ${to}.`, { argument: 'to', value: to, allowed: `${from} or later` });
}

/** @throws INVALID naming the argument that is below 0 or takes more than 64 bits; what is not given is let through */
export function checkCounts(counts: Readonly<Record<string, string | null | undefined>>): void {
  for (const [argument, value] of Object.entries(counts))
    if (typeof value === 'string' && (BigInt(value) < 0n || BigInt(value) > max64))
      throw invalid(`${argument} must be between 0 and ${max64}, not ${value}.`, {
        argument,
        value,
        allowed: { min: 0, max: String(max64) },
      });
}

const min64 = -max64 - 1n;

/** @throws INVALID naming the number that is below 0; none is let through */
export function checkNotNegative(value: number | null | undefined, argument: string): void {
  if (typeof value === 'number' && value < 0)
    throw invalid(`${argument.split('.').at(-1)} must be at least 0, not ${value}.`, { argument, value, allowed: { min: 0 } });
}

/** @throws INVALID naming the argument that takes more than 64 bits */
export function checkBigInt(value: string, argument: string): void {
  if (BigInt(value) < min64 || BigInt(value) > max64)
    throw invalid(`${argument} must be between ${min64} and ${max64}, not ${value}.`, {
      argument,
      value,
      allowed: { min: String(min64), max: String(max64) },
    });
}

/** What src/platform/refuse-blank-names.sql allows. */
export const withoutBlanks = 'a name without blanks at its ends';

/** @throws INVALID for a new name that begins or ends with blanks, with the one that is meant; refuse-blank-names.sql does it for new rows */
export function refuseBlanks(name: string, argument: string): void {
  const trimmed = name.trim();
  if (name === trimmed) return;
  const [given, meant] = [JSON.stringify(name), JSON.stringify(trimmed)];
  throw invalid(`A new name must not begin or end with blanks: ${given}. Did you mean ${meant}?`, {
    argument,
    value: name,
    allowed: withoutBlanks,
    nearest: [trimmed],
  });
}

/** @throws INVALID for a flag that asks for a new look-up value without its name, or with blanks at an end of it */
export function checkCreates(create: boolean | null | undefined, name: string | null | undefined, flag: string, argument: string): void {
  if (create && typeof name !== 'string')
    throw invalid(`${flag} needs a ${argument}: ${flag} is true, and ${argument} is left out.`, {
      argument: flag,
      value: create,
      allowed: `true together with ${argument}`,
    });
  if (create && name) refuseBlanks(name, argument);
}

/** @throws INVALID for a fencing token of more than 64 bits, which no claim and no start can have returned; none is let through */
export function checkToken(token: string | null | undefined): void {
  if (typeof token === 'string' && (BigInt(token) < -max64 || BigInt(token) > max64))
    throw invalid(`\`fencingToken\` must be one that a claim or a start returned, not ${token}.`, {
      argument: 'fencingToken',
      value: token,
    });
}

/** Whether a value from outside is a whole number in a range. */
export const isWhole = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;

/** Whether something was said at all. */
export const given = <T>(value: T): value is NonNullable<T> => value !== undefined && value !== null;

/** What no address has as it stands, or what lets it be read as another than it is. */
const notInAddresses = /[\s\p{Cc}\p{Cf}"<>\\]/u;

const withoutSecrets = (address: string) => maskAddress(maskSecrets(address));

/** @throws INVALID for what is no address of a page: http or https, and without a user, a password or a key, which readers would be shown */
export function checkWebAddress(value: string | null | undefined, argument: string): void {
  if (!given(value)) return;
  const isAddress = /^https?:\/\/[^/?#@]+([/?#]|$)/i.test(value) && !notInAddresses.test(value) && URL.canParse(value);
  // With the slash behind its host, without which a query that holds an @ looks like a user.
  const { href } = isAddress ? new URL(value) : { href: value };
  if (isAddress && withoutSecrets(href) === href) return;
  throw invalid(`${argument} must be a web address that starts with http:// or https://, without blanks, user, passwords and keys.`, {
    argument,
    value: withoutSecrets(value),
    allowed: 'an address like https://host/path',
  });
}

/** @throws INVALID for a text that holds what looks like a password, a token or a key */
export function checkWithoutSecrets(value: string | null | undefined, argument: string): void {
  if (!given(value)) return;
  const masked = withoutSecrets(value);
  if (masked !== value)
    throw invalid(`${argument} must not hold passwords and keys: ${JSON.stringify(masked.slice(0, 60))}.`, {
      argument,
      value: masked,
      allowed: 'a text without passwords and keys',
    });
}

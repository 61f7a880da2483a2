import { invalid } from './errors.js';

const max64 = 9_223_372_036_854_775_807n;

/** Milliseconds of an instant as callers write it, in any letters. JavaScript knows no leap seconds: one is taken for the second before it. */
const momentOf = (instant: string): number => Date.parse(instant.toUpperCase().replace(/:60(?=[.Z+-])/, ':59'));

/** Whether text that looks like RFC 3339 is a moment that there was, in the years that RFC 3339 can write in UTC. @throws INVALID naming the argument */
export function checkInstant(value: string, argument: string): void {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(value) ?? [];
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  // An offset may lead out of the first and of the last year.
  const inUtc = new Date(momentOf(value)).getUTCFullYear();
  if (!isDay || !(inUtc >= 1 && inUtc <= 9999))
    throw invalid(`${argument} is no moment of the calendar: ${value}.`, {
      argument,
      value,
      allowed: 'a day that exists, in the years 1 to 9999 of UTC',
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
  if (from && to && momentOf(to) < momentOf(from))
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

/** @throws INVALID for a fencing token of more than 64 bits, which no claim and no start can have returned; none is let through */
export function checkToken(token: string | null | undefined): void {
  if (typeof token === 'string' && (BigInt(token) < -max64 || BigInt(token) > max64))
    throw invalid(`fencingToken must be one that a claim or a start returned, not ${token}.`, { argument: 'fencingToken', value: token });
}

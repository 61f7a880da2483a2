import { invalid } from './errors.js';

/** Whether text that looks like RFC 3339 is a moment that there was, in the years that RFC 3339 can write in UTC. @throws INVALID naming the argument */
export function checkInstant(value: string, argument: string): void {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(value) ?? [];
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  // JavaScript knows no leap seconds. An offset may lead out of the first and of the last year.
  const inUtc = new Date(value.replace(/:60(?=[.Zz+-])/, ':59')).getUTCFullYear();
  if (!isDay || !(inUtc >= 1 && inUtc <= 9999))
    throw invalid(`${argument} is no moment of the calendar: ${value}.`, {
      argument,
      value,
      allowed: 'a day that exists, in the years 1 to 9999 of UTC',
    });
}

import { Cron } from 'croner';
import { invalid } from '../platform/errors.js';

/** How many are remembered, ready to use. */
const remembered = 10_000;
const crons = new Map<string, Cron | null>();

/**
 * A cron text of five fields (minute, hour, day of month, month, day of week), ready to be asked for its ticks in a time zone (an IANA name).
 * Null where it is none, or does not tick again and again. Also of what other clients wrote, which is not checked.
 */
export function cronOf(text: string, zone: string): Cron | null {
  const key = JSON.stringify([text, zone]);
  const known = crons.get(key);
  if (known !== undefined) return known;
  if (crons.size >= remembered) crons.clear();
  const made = readCron(text, zone);
  crons.set(key, made);
  return made;
}

function readCron(text: string, timezone: string): Cron | null {
  try {
    // A moment in time, which the library takes as well, comes once at most.
    const cron = new Cron(text, { timezone, mode: '5-part' });
    return cron.nextRuns(2).length === 2 ? cron : null;
  } catch {
    return null;
  }
}

/** @throws INVALID naming the argument if the text is no cron text of five fields */
export function checkCron(text: string, argument: string): void {
  try {
    if (text.trim().split(/\s+/).length === 5 && new Cron(text, { paused: true }).nextRun()) return;
  } catch {
    // Said below.
  }
  throw invalid(`${JSON.stringify(text)} is not a cron expression.`, {
    argument,
    value: text,
    allowed: 'minute, hour, day of month, month, day of week, as in "30 3 * * 1-5"; it must match at least one date',
  });
}

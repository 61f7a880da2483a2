import { Cron } from 'croner';
import { invalid } from '../platform/errors.js';

/** @throws INVALID naming the argument if the text is no cron text of five fields */
export function checkCron(text: string, argument: string): void {
  try {
    if (text.trim().split(/\s+/).length === 5 && new Cron(text, { paused: true }).nextRun()) return;
  } catch {
    // Said below.
  }
  throw invalid(`${JSON.stringify(text)} is no cron text.`, {
    argument,
    value: text,
    allowed: 'minute, hour, day of month, month, day of week, as in "30 3 * * 1-5"; one that comes round again',
  });
}

import type { Cron } from 'croner';
import { cronOf } from '../../process/cron.js';

/** When a start is due, and from when on it is late if it does not come. Milliseconds since 1970. */
export interface Due {
  dueAt: number;
  since: number;
}

const next = (cron: Cron, at: number): number => cron.nextRun(new Date(at))!.getTime();
const previous = (cron: Cron, at: number): number | undefined => cron.previousRuns(1, new Date(at))[0]?.getTime();

/** The tick that this start was early for by no more than a quarter of the time since the tick before, if there is one. Clocks differ. */
const isEarlyFor = (cron: Cron, tick: number, start: number): boolean => {
  const before = previous(cron, tick);
  return before !== undefined && start >= tick - (tick - before) / 4;
};

/**
 * The first tick that is not served by a start at `lastStart` (or by the process not being there before), and when it becomes late: when a quarter
 * of the time to the next tick has passed. Lengths are real ones, so that a day on which the clock is set has 23 or 25 hours.
 * Null where the text is no cron text, or the start (NaN) in no year that a clock of ours knows.
 */
export function dueAfter(text: string, zone: string, lastStart: number): Due | null {
  const cron = cronOf(text, zone);
  if (!cron || Number.isNaN(lastStart)) return null;
  const tick = next(cron, lastStart);
  const dueAt = isEarlyFor(cron, tick, lastStart) ? next(cron, tick) : tick;
  return { dueAt, since: dueAt + (next(cron, dueAt) - dueAt) / 4 };
}

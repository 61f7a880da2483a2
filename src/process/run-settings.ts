import { invalid } from '../platform/errors.js';
import { checkCron } from './cron.js';

/** The longest lease: a holder that is not heard of for so long is no worker. */
export const maxLeaseSeconds = 30 * 24 * 3600;
const maxWhole = 2_147_483_647;

interface RunSetting {
  doc: string;
  number: boolean;
  /** Takes what GraphQL has made of the input: a number or a text. */
  check(value: unknown, argument: string): void;
}

/** Checks a whole number. @throws INVALID naming the argument, the value and the range */
export const within = (min: number, max: number) => (value: number, argument: string) => {
  if (value < min || value > max)
    throw invalid(`${argument.split('.').at(-1)} must be between ${min} and ${max}, not ${value}.`, {
      argument,
      value,
      allowed: { min, max },
    });
};

/** What a process says of its runs, by the names of the inputs. */
export const runSettings = {
  failureLimit: {
    doc: 'After how many failures in a row the next start puts it on hold: 0 never does. 5 where nobody says.',
    number: true,
    check: within(0, 10_000),
  },
  runTimeLimitSeconds: {
    doc: 'Seconds that a run of it may take before it is listed as stuck, from 1. No limit where nobody says.',
    number: true,
    check: within(1, maxWhole),
  },
  leaseSeconds: {
    doc: `Seconds of lease that its runs get where their start does not say: 1 to ${maxLeaseSeconds}. No lease where nobody says.`,
    number: true,
    check: within(1, maxLeaseSeconds),
  },
  cron: {
    doc: "When it is meant to start, as a cron text of five fields in the store's time zone; decides instead of the schedule frequency whether it is late.",
    number: false,
    check: checkCron,
  },
} satisfies Record<string, RunSetting>;

/** @throws INVALID for a setting that is out of range, naming `input.<setting>` */
export function checkRunSettings(given: { [setting in keyof typeof runSettings]?: number | string | null }): void {
  const values: Readonly<Record<string, unknown>> = { ...given };
  for (const [name, setting] of Object.entries<RunSetting>(runSettings)) {
    const value = values[name];
    if (value !== null && value !== undefined) setting.check(value, `input.${name}`);
  }
}

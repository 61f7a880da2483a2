import { invalid } from '../platform/errors.js';
import { checkCron } from './cron.js';

/** The longest lease: an owner without a heartbeat for so long is no worker. */
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
    doc: 'Number of consecutive failures after which the next start puts it on hold; 0 for never. Default 5.',
    number: true,
    check: within(0, 10_000),
  },
  runTimeLimitSeconds: {
    doc: 'Seconds after which a run of it is stuck: one with a lease is abandoned, one without a lease is only listed. From 1. Default: no limit.',
    number: true,
    check: within(1, maxWhole),
  },
  leaseSeconds: {
    doc: `Lease of its runs in seconds, unless their start specifies another: 1 to ${maxLeaseSeconds}. Default: no lease.`,
    number: true,
    check: within(1, maxLeaseSeconds),
  },
  cron: {
    doc: 'Planned starts as a cron expression of five fields, in the time zone of the store. It overrides the schedule frequency for late processes.',
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

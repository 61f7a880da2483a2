import { invalid } from '../errors.js';
import { isGiven } from './missing-record.js';
import type { ArgumentPath } from './references.js';

/** The fields of each way to identify a record, such as `[['id'], ['namespace', 'job']]`. */
export type Ways = readonly (readonly string[])[];

const or = (texts: readonly string[]): string =>
  [texts.slice(0, -1).join(', '), texts.at(-1)].filter(Boolean).join(texts.length > 2 ? ', or ' : ' or ');
const and = (texts: readonly string[]): string => texts.join(', ').replace(/, (?=[^,]*$)/, ' and ');
const quoted = (names: readonly string[]): string[] => names.map((name) => `\`${name}\``);

/** How a reference can identify a record, as errors and descriptions say it: "by `id`, or by `namespace` and `job`". */
const waysText = (ways: Ways): string => or(ways.map((way) => `by ${and(quoted(way))}`));

/**
 * Checks that a reference identifies a record in one way alone; the fields `besides` may stand beside any.
 * @throws INVALID naming the ways, or the fields that are too many
 */
export function checkOneWay(
  type: string,
  ways: Ways,
  ref: object,
  path: ArgumentPath,
  besides: readonly string[] = [],
  shown: object = ref,
): void {
  const given = [...new Set([...ways.flat(), ...besides])].filter((name) => isGiven(ref, name));
  const own = (way: readonly string[]) => given.filter((name) => way.includes(name) || !besides.includes(name));
  const complete = ways.filter((way) => way.every((name) => given.includes(name)));
  if (complete.some((way) => own(way).length === way.length)) return;
  const at = path();
  const count = complete.length === 2 || given.length === 2 ? 'two' : 'several';
  throw invalid(
    complete.length && given.length > 1
      ? `Specify one way, not ${count}, to identify a ${type}: ${and(quoted(given))}.`
      : `Identify one ${type}: ${waysText(ways)}.`,
    { ...(at ? { argument: at } : {}), value: shown, allowed: or(ways.map(and)) },
  );
}

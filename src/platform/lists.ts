import { invalid } from './errors.js';

// The rule of lists (docs/decisions/0014): an empty one is refused where it would select or remove, and adds nothing where it adds.

/**
 * @param instead what says in so many words that none or all are meant
 * @throws INVALID for an empty list: it would hold for none or for all, which the caller can say in so many words. A list left out passes.
 */
export function refuseEmpty(list: readonly unknown[] | null | undefined, argument: string, instead = 'leave it out'): void {
  if (list?.length === 0)
    throw invalid(`${argument} must not be empty: ${instead}, or give at least one.`, { argument, value: [], allowed: { min: 1 } });
}

/** @throws INVALID for a list with fewer or more entries than one request may have; the argument is named below `input` */
export function checkLength({ length }: readonly unknown[], argument: string, max: number, min = 1): void {
  if (length < min || length > max)
    throw invalid(`${argument} must have ${min} to ${max} entries, not ${length}.`, {
      argument: `input.${argument}`,
      value: length,
      allowed: { min, max },
    });
}

import type { DomainError, ErrorDetails } from './errors.js';
import { suggestionList } from 'graphql/jsutils/suggestionList.js';

/** How many names an error offers. */
const most = 3;

/** A name of so many characters is near to every other one. */
const short = 2;

const folded = (name: string) => name.replaceAll(/\s/g, '').toLowerCase();

/**
 * The known names that a misspelt one may stand for, the likeliest first; letter case counts as one slip. For a short one only those that differ in
 * case and blanks alone.
 */
export const nearest = (name: string, known: readonly string[]): string[] =>
  (folded(name).length > short ? suggestionList(name, known) : known.filter((each) => folded(each) === folded(name)))
    .filter((each) => each !== name)
    .slice(0, most);

/** Those names in a sentence behind the error's own. */
export const didYouMean = (near: readonly string[]): string =>
  near.length ? ` Did you mean ${near.map((each) => JSON.stringify(each)).join(' or ')}?` : '';

/** The message and the facts of an error; where a word is none of those allowed, with those that it may stand for. */
export function withNearest({ message, details }: DomainError): { message: string; details: ErrorDetails } {
  const { value, allowed } = details;
  if (details.nearest || typeof value !== 'string' || !Array.isArray(allowed)) return { message, details };
  const near = nearest(
    value,
    allowed.filter((each) => typeof each === 'string'),
  );
  if (!near.length) return { message, details };
  return { message: message.startsWith('There is no ') ? message + didYouMean(near) : message, details: { ...details, nearest: near } };
}
